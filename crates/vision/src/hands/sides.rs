//! Which tracked hand is the left and which the right, decided over the whole clip.
//!
//! The network's word on one picture is wrong for one small hand in ten or twenty, and hands cross. So every picture gives a
//! little evidence (the network's word, and which hand lies to the left of the other), and changing one's mind about a hand that is
//! in view all the time costs much: the best sequence of assignments is found by dynamic programming (Viterbi).

use super::HandObservation;
use piano::Hand;

/// One hand in one picture, and the track it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// Same number, same hand followed without interruption.
    pub track: usize,
    /// What was seen.
    pub hand: HandObservation,
}

/// More hands in one picture than this are not weighed; the first ones are.
pub const CANDIDATES_MAX: usize = 4;

/// Evidence of one picture counts in full when pictures are this far apart.
const EVIDENCE_SECS: f64 = 1.0 / 30.0;
/// A picture speaks at most for this many such steps.
const EVIDENCE_STEPS_MAX: f64 = 3.0;
/// What an assigned hand is worth against leaving it out, times its presence.
const PRESENCE_WEIGHT: f64 = 1.0;
/// The network's word, in log-odds, counts by this part: its errors in neighbouring pictures are alike.
const SIDE_WEIGHT: f64 = 0.5;
/// The network is never believed beyond this.
const RIGHT_BOUNDS: [f64; 2] = [0.05, 0.95];
/// What it is worth that the left hand lies a palm or more to the left of the right hand.
const ORDER_WEIGHT: f64 = 0.5;
/// What it costs to call a hand in view something else than a moment ago: about a second of evidence to the contrary.
const CHANGE_COST: f64 = 60.0;

/// The index of the left and of the right hand among each picture's sightings. `secs` and `pictures` run in parallel.
///
/// Left and right are as the picture shows them: in a mirrored picture they are the other way round.
pub fn assign_sides(secs: &[f64], pictures: &[&[Sighting]]) -> Vec<[Option<usize>; 2]> {
    let mut best_before: Vec<(State, f64)> = Vec::new();
    let mut trail: Vec<Vec<(State, usize)>> = Vec::with_capacity(pictures.len());
    for (i, sightings) in pictures.iter().enumerate() {
        let sightings = &sightings[..sightings.len().min(CANDIDATES_MAX)];
        let step = if i == 0 { EVIDENCE_SECS } else { secs[i] - secs[i - 1] };
        let steps = (step / EVIDENCE_SECS).clamp(0.0, EVIDENCE_STEPS_MAX);
        let before = if i == 0 { &[][..] } else { pictures[i - 1] };
        let mut best = Vec::new();
        let mut from = Vec::new();
        for state in states(sightings.len()) {
            let scores = best_before
                .iter()
                .map(|(earlier, score)| score - change_cost(before, *earlier, sightings, state));
            let (previous, score) = scores.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0));
            best.push((state, score + steps * evidence(sightings, state)));
            from.push((state, previous));
        }
        best_before = best;
        trail.push(from);
    }
    walk_back(&best_before, &trail)
}

/// The sides of hands in a single picture. Two hands are one of each; of more, or of one, each is what the network says.
pub fn sides_in_picture(hands: &[HandObservation]) -> Vec<Hand> {
    let [first, second] = hands else {
        return hands
            .iter()
            .map(|hand| if hand.right > 0.5 { Hand::Right } else { Hand::Left })
            .collect();
    };
    let pair = [(0, first), (1, second)].map(|(track, hand)| Sighting { track, hand: hand.clone() });
    if evidence(&pair, [Some(0), Some(1)]) >= evidence(&pair, [Some(1), Some(0)]) {
        vec![Hand::Left, Hand::Right]
    } else {
        vec![Hand::Right, Hand::Left]
    }
}

/// Indices of the left and the right hand.
type State = [Option<usize>; 2];

fn states(candidates: usize) -> Vec<State> {
    let choices = || std::iter::once(None).chain((0..candidates).map(Some));
    let pairs = choices().flat_map(|left| choices().map(move |right| [left, right]));
    pairs.filter(|[left, right]| left.is_none() || left != right).collect()
}

/// How well one picture fits an assignment.
fn evidence(sightings: &[Sighting], [left, right]: State) -> f64 {
    let own = |index: Option<usize>, sign: f64| {
        index.map_or(0.0, |i| {
            let hand = &sightings[i].hand;
            let p = f64::from(hand.right).clamp(RIGHT_BOUNDS[0], RIGHT_BOUNDS[1]);
            PRESENCE_WEIGHT * f64::from(hand.presence) + sign * SIDE_WEIGHT * (p / (1.0 - p)).ln()
        })
    };
    let order = match (left, right) {
        (Some(l), Some(r)) => ORDER_WEIGHT * rightwards(&sightings[l].hand, &sightings[r].hand).clamp(-1.0, 1.0),
        _ => 0.0,
    };
    own(left, -1.0) + own(right, 1.0) + order
}

/// How far one hand lies to the right of another, in palms, as the player sees it: across the direction the hands point in.
fn rightwards(from: &HandObservation, to: &HandObservation) -> f64 {
    let pointing = |hand: &HandObservation| [0, 1].map(|axis| f64::from(hand.landmarks[9][axis] - hand.landmarks[0][axis]));
    let (a, b) = (pointing(from), pointing(to));
    let up = [a[0] + b[0], a[1] + b[1]];
    let length = up[0].hypot(up[1]);
    let palm = f64::from(from.palm_size() + to.palm_size()) / 2.0;
    if length < 1e-6 || palm < 1e-6 {
        return 0.0;
    }
    let (from, to) = (from.palm_center(), to.palm_center());
    let [dx, dy] = [f64::from(to[0] - from[0]), f64::from(to[1] - from[1])];
    (-dx * up[1] + dy * up[0]) / length / palm
}

/// What it costs to go from one picture's assignment to the next one's: nothing for hands that come or go.
fn change_cost(before: &[Sighting], earlier: State, now: &[Sighting], state: State) -> f64 {
    let side_in =
        |sightings: &[Sighting], state: State, track: usize| state.iter().position(|i| i.is_some_and(|i| sightings[i].track == track));
    let changed = now.iter().filter(|sighting| {
        let was_in_view = before.iter().take(CANDIDATES_MAX).any(|other| other.track == sighting.track);
        was_in_view && side_in(before, earlier, sighting.track) != side_in(now, state, sighting.track)
    });
    CHANGE_COST * changed.count() as f64
}

fn walk_back(last: &[(State, f64)], trail: &[Vec<(State, usize)>]) -> Vec<State> {
    let best = last.iter().enumerate().max_by(|a, b| a.1.1.total_cmp(&b.1.1));
    let mut index = best.map_or(0, |(index, _)| index);
    let mut assigned: Vec<State> = trail
        .iter()
        .rev()
        .map(|from| {
            let (state, previous) = from[index];
            index = previous;
            state
        })
        .collect();
    assigned.reverse();
    assigned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(track: usize, x: f32, right: f32) -> Sighting {
        let landmarks = std::array::from_fn(|i| [x + (i % 4) as f32, 100.0 - 4.0 * i as f32, 0.0]);
        Sighting {
            track,
            hand: HandObservation {
                landmarks,
                presence: 0.9,
                right,
            },
        }
    }

    /// Which track is left and right in each picture.
    fn check(pictures: &[Vec<Sighting>], expected: &[[Option<usize>; 2]]) {
        let secs: Vec<f64> = (0..pictures.len()).map(|i| i as f64 / 30.0).collect();
        let views: Vec<&[Sighting]> = pictures.iter().map(Vec::as_slice).collect();
        let tracks: Vec<_> = assign_sides(&secs, &views)
            .iter()
            .zip(pictures)
            .map(|(state, p)| state.map(|i| i.map(|i| p[i].track)))
            .collect();
        assert_eq!(tracks, expected);
    }

    #[test]
    fn a_few_wrong_words_do_not_flip_a_hand() {
        let right_of = |i: usize| if (20..26).contains(&i) { [0.9, 0.1] } else { [0.1, 0.9] };
        let pictures: Vec<_> = (0..60)
            .map(|i| vec![sighting(0, 0.0, right_of(i)[0]), sighting(1, 300.0, right_of(i)[1])])
            .collect();
        check(&pictures, &[[Some(0), Some(1)]; 60]);
    }

    #[test]
    fn hands_that_cross_keep_their_sides() {
        let pictures: Vec<_> = (0..90)
            .map(|i| vec![sighting(0, 5.0 * i as f32, 0.2), sighting(1, 225.0, 0.8)])
            .collect();
        check(&pictures, &[[Some(0), Some(1)]; 90]);
    }

    #[test]
    fn a_track_that_slid_onto_the_other_hand_changes_its_side() {
        let pictures: Vec<_> = (0..120).map(|i| vec![sighting(7, 0.0, if i < 60 { 0.05 } else { 0.95 })]).collect();
        let mut expected = [[Some(7), None]; 120];
        expected[60..].fill([None, Some(7)]);
        check(&pictures, &expected);
    }

    #[test]
    fn of_three_hands_the_surest_pair_is_taken() {
        let reflection = || Sighting {
            track: 2,
            hand: HandObservation {
                presence: 0.55,
                ..sighting(2, 310.0, 0.7).hand
            },
        };
        let pictures: Vec<_> = (0..10)
            .map(|_| vec![sighting(0, 0.0, 0.1), reflection(), sighting(1, 300.0, 0.9)])
            .collect();
        check(&pictures, &[[Some(0), Some(1)]; 10]);
        check(&[vec![]], &[[None, None]]);
    }

    #[test]
    fn two_hands_in_one_picture_are_one_of_each() {
        let hands = [sighting(0, 300.0, 0.99).hand, sighting(1, 0.0, 0.7).hand];
        assert_eq!(sides_in_picture(&hands), [Hand::Right, Hand::Left]);
        assert_eq!(sides_in_picture(&hands[1..]), [Hand::Right]);
    }

    #[test]
    fn upside_down_the_left_hand_is_on_the_right() {
        let turned = |track, x| {
            let mut s = sighting(track, x, 0.5);
            s.hand.landmarks = s.hand.landmarks.map(|[x, y, z]| [x, -y, z]);
            s
        };
        check(&vec![vec![turned(0, 300.0), turned(1, 0.0)]; 5], &[[Some(0), Some(1)]; 5]);
    }
}
