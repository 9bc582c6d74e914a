//! One hand through the piece: where it is when, and which posture lets its fingers do what the score asks.

use crate::hand_mesh::HandMesh;
use crate::keyboard_model::{BLACK_KEY_RISE_METERS, KEYBOARD_METERS, on_key};
use crate::posture::Posture;
use crate::reach::{Play, Wish, reach, tips_of};
use crate::relaxed::RelaxedHand;
use crate::touch::{HOVER_METERS, Strike, Touch, smooth, touch};
use nalgebra::{Point3, Vector3};
use piano::keyboard::{BLACK_KEY_FRONT_Y, WHITE_KEY_LENGTH_METERS};

/// The tip joint lies this far above the skin that touches the key, meters.
const PAD_METERS: f64 = 0.007;
/// A fingertip on a key may miss its place by a fraction of this; an idle one by a centimeter or so.
const BUSY_SLACK_METERS: f64 = 0.000_3;
const IDLE_SLACK_METERS: f64 = 0.008;
/// How much the hand adapts to a chord, and to its fingers between onsets: meters and radians.
const CHORD_PLAY: ([f64; 3], [f64; 3]) = ([0.012, 0.006, 0.012], [0.10, 0.06, 0.06]);
const MOMENT_PLAY: ([f64; 3], [f64; 3]) = ([0.012, 0.004, 0.010], [0.08, 0.03, 0.04]);
/// Onsets this near are one chord, seconds.
const CHORD_SECS: f64 = 0.03;
/// The hand thinks ahead and back this far when it chooses its place, seconds.
const FORESIGHT_SECS: f64 = 0.16;
/// But stays this near to where its fingers are at ease, meters.
const FORESIGHT_METERS: f64 = 0.018;
/// Elbows are this far from the middle of the body, and this far in front of the keys' edge, meters.
const ELBOW_ASIDE_METERS: f64 = 0.24;
const ELBOW_BEHIND_METERS: f64 = 0.42;
/// A hand follows this share of the forearm's direction; the wrist makes up for the rest.
const ARM_SHARE: f64 = 0.35;
const YAW_LIMIT_RAD: f64 = 0.25;

/// What a hand does at a moment.
pub struct Moment {
    /// How it is held.
    pub posture: Posture,
    /// Its elbow, the keyboard's axes.
    pub elbow: Point3<f64>,
}

/// The hand's place at each chord, and its fingers' strikes.
pub struct HandPlan<'a> {
    mesh: &'a HandMesh,
    relaxed: RelaxedHand,
    /// By finger, by onset.
    strikes: [Vec<Strike>; 5],
    chords: Vec<Chord>,
}

/// The hand at an onset.
#[derive(Clone, Copy, Debug)]
struct Chord {
    onset_secs: f64,
    /// When the last of the keys held before it is let go.
    free_secs: f64,
    /// Place and turn of the hand, the first six numbers of a posture.
    hand: [f64; 6],
}

impl<'a> HandPlan<'a> {
    /// Plans a hand; the strikes are ordered by onset within each finger.
    pub fn new(mesh: &'a HandMesh, relaxed: RelaxedHand, strikes: [Vec<Strike>; 5]) -> HandPlan<'a> {
        let mut plan = HandPlan {
            mesh,
            relaxed,
            strikes,
            chords: Vec::new(),
        };
        plan.chords = plan.planned_chords();
        plan
    }

    /// Whether it plays anything.
    pub fn plays(&self) -> bool {
        !self.chords.is_empty()
    }

    /// What the hand does at a moment.
    pub fn at(&self, secs: f64) -> Moment {
        let posture = self.with_hand(self.hand_at(secs));
        let touches = std::array::from_fn(|finger| touch(&self.strikes[finger], secs));
        let posture = reach(
            self.mesh,
            &posture,
            &Play::new(MOMENT_PLAY.0, MOMENT_PLAY.1),
            &self.wishes(&posture, &touches),
        );
        let elbow = self.elbow(posture.0[0]);
        Moment { posture, elbow }
    }

    fn planned_chords(&self) -> Vec<Chord> {
        let mut onsets: Vec<f64> = self.strikes.iter().flatten().map(|strike| strike.note.onset_secs).collect();
        onsets.sort_by(f64::total_cmp);
        onsets.dedup_by(|later, earlier| *later - *earlier < CHORD_SECS);
        let wanted: Vec<(f64, Vector3<f64>)> = onsets.iter().map(|onset| (*onset, self.knuckle_wanted(*onset))).collect();
        let chord = |(index, onset): (usize, &f64)| Chord {
            onset_secs: *onset,
            free_secs: self.free_before(*onset, index.checked_sub(1).map(|last| onsets[last])),
            hand: self.adapted(foreseen(&wanted, index), *onset),
        };
        onsets.iter().enumerate().map(chord).collect()
    }

    /// When the last key struck before an onset is let go, no earlier than the onset before.
    fn free_before(&self, onset: f64, previous_onset: Option<f64>) -> f64 {
        let before = self.strikes.iter().flatten().filter(|s| s.note.onset_secs < onset - CHORD_SECS);
        let free = before.map(|strike| strike.note.offset_secs.min(onset));
        free.fold(previous_onset.unwrap_or(f64::NEG_INFINITY), f64::max)
    }

    /// The strikes whose keys are down just after an onset, with their finger.
    fn held_at(&self, onset: f64) -> impl Iterator<Item = (usize, &Strike)> {
        let held = move |strike: &&Strike| {
            strike.note.onset_secs < onset + CHORD_SECS
                && strike.note.offset_secs.max(strike.note.onset_secs + CHORD_SECS) > onset + CHORD_SECS / 2.0
        };
        self.strikes
            .iter()
            .enumerate()
            .flat_map(move |(finger, strikes)| strikes.iter().filter(held).map(move |s| (finger, s)))
    }

    /// Where the knuckle would have to be for the held keys to lie under their relaxed fingers.
    fn knuckle_wanted(&self, onset: f64) -> Vector3<f64> {
        let (mut sum, mut count) = (Vector3::zeros(), 0.0);
        for (finger, strike) in self.held_at(onset) {
            sum += place_on(strike, 0.0).coords - self.relaxed.tips[finger];
            count += 1.0;
        }
        sum / f64::max(count, 1.0)
    }

    /// The hand near a place, adapted to the chord that it holds there.
    fn adapted(&self, knuckle: Vector3<f64>, onset: f64) -> [f64; 6] {
        let mut hand: [f64; 6] = std::array::from_fn(|k| self.relaxed.posture.0[k]);
        hand[..3].copy_from_slice(knuckle.as_slice());
        hand[3] += self.yaw(knuckle.x);
        let start = self.with_hand(hand);
        let mut touches = [touch(&[], onset); 5];
        for (finger, strike) in self.held_at(onset) {
            touches[finger] = touch(std::slice::from_ref(strike), strike.note.onset_secs);
        }
        let play = Play::new(CHORD_PLAY.0, CHORD_PLAY.1);
        let adapted = reach(self.mesh, &start, &play, &self.wishes(&start, &touches));
        std::array::from_fn(|k| adapted.0[k])
    }

    /// Place and turn of the hand between its chords.
    fn hand_at(&self, secs: f64) -> [f64; 6] {
        /// Small moves are spread over this long, wide ones begin when the keys are free and take so long per meter.
        const SMALL_METERS: f64 = 0.035;
        const SMALL_SECS: f64 = 0.35;
        const SHORTEST_SECS: f64 = 0.12;
        const SECS_PER_METER: f64 = 1.2;
        /// The hand has arrived when the finger strikes.
        const EARLY_SECS: f64 = 0.03;
        let next = self.chords.partition_point(|chord| chord.onset_secs <= secs);
        let (Some(last), Some(to)) = (next.checked_sub(1).map(|last| self.chords[last]), self.chords.get(next)) else {
            let only = self.chords.get(next).or(self.chords.last());
            return only.map_or([0.0; 6], |chord| chord.hand);
        };
        let distance = (to.hand[0] - last.hand[0]).hypot(to.hand[2] - last.hand[2]);
        let arrives = to.onset_secs - EARLY_SECS;
        let starts = if distance < SMALL_METERS {
            arrives - SMALL_SECS
        } else {
            (arrives - SHORTEST_SECS - SECS_PER_METER * distance)
                .max(to.free_secs - EARLY_SECS)
                .min(arrives - SHORTEST_SECS)
        };
        let starts = starts.max(last.onset_secs);
        let moved = smooth((secs - starts) / (arrives - starts).max(1e-3));
        std::array::from_fn(|k| last.hand[k] + moved * (to.hand[k] - last.hand[k]))
    }

    fn with_hand(&self, hand: [f64; 6]) -> Posture {
        let mut posture = self.relaxed.posture;
        posture.0[..6].copy_from_slice(&hand);
        posture
    }

    /// Where the fingertips of a hand held like this should go.
    fn wishes(&self, posture: &Posture, touches: &[Touch; 5]) -> [Wish; 5] {
        let resting = tips_of(self.mesh, posture);
        let busy: Vec<(usize, f64, Vector3<f64>)> = touches
            .iter()
            .enumerate()
            .filter_map(|(finger, touch)| Some((finger, touch.busy, on_way(touch)? - resting[finger])))
            .collect();
        std::array::from_fn(|finger| {
            let idle = idle_place(resting[finger], finger, &busy);
            let share = touches[finger].busy;
            let place = on_way(&touches[finger]).map_or(idle, |place| idle + (place - idle) * share);
            // Coming and going a finger follows its hand; only on the key it is bound to its place.
            let bound = share.powi(3);
            let slack = IDLE_SLACK_METERS.ln() * (1.0 - bound) + BUSY_SLACK_METERS.ln() * bound;
            Wish {
                place,
                per_meter: 1.0 / slack.exp(),
            }
        })
    }

    fn elbow(&self, knuckle_x: f64) -> Point3<f64> {
        let aside = crate::hand_mesh::hand_direction(self.relaxed.hand) * ELBOW_ASIDE_METERS;
        // The arm goes along with the hand: the elbow covers half of its way.
        let at_ease = KEYBOARD_METERS / 2.0 + aside;
        Point3::new(at_ease + 0.5 * (knuckle_x - at_ease), 0.06, ELBOW_BEHIND_METERS)
    }

    fn yaw(&self, knuckle_x: f64) -> f64 {
        let elbow = self.elbow(knuckle_x);
        let yaw = ARM_SHARE * ((elbow.x - knuckle_x) / ELBOW_BEHIND_METERS).atan();
        yaw.clamp(-YAW_LIMIT_RAD, YAW_LIMIT_RAD)
    }
}

/// Where the hand goes for a chord: what it wants there, drawn a little towards what it wants just before and after.
fn foreseen(wanted: &[(f64, Vector3<f64>)], index: usize) -> Vector3<f64> {
    let (onset, own) = wanted[index];
    let (mut place, mut sum) = (Vector3::zeros(), 0.0);
    for (other, wanted) in wanted {
        let weight = (-(other - onset).abs() / FORESIGHT_SECS).exp();
        place += wanted * weight;
        sum += weight;
    }
    let ahead = place / sum - own;
    own + ahead * (FORESIGHT_METERS / ahead.norm().max(1e-9)).min(1.0)
}

/// Where an idle fingertip hovers: as it rests, pushed aside as its busy neighbours are (near ones count more), above the keys.
fn idle_place(resting: Point3<f64>, finger: usize, busy: &[(usize, f64, Vector3<f64>)]) -> Point3<f64> {
    /// Lets a finger far from all busy ones keep its place.
    const OWN_WEIGHT: f64 = 0.05;
    let (mut push, mut sum) = (Vector3::zeros(), OWN_WEIGHT);
    for (other, share, moved) in busy.iter().filter(|(other, ..)| *other != finger) {
        let weight = share * share / (finger.abs_diff(*other) as f64).powi(2);
        push += *moved * weight;
        sum += weight;
    }
    let aside = resting + push / sum;
    // Over the black keys' front ends and behind them a finger must be higher.
    let over_black = smooth((-aside.z / WHITE_KEY_LENGTH_METERS - (BLACK_KEY_FRONT_Y - 0.06)) / 0.06);
    let height = PAD_METERS + HOVER_METERS + over_black * BLACK_KEY_RISE_METERS;
    Point3::new(aside.x, height, aside.z)
}

/// Where a busy finger's tip joint is on its way from key to key.
fn on_way(touch: &Touch) -> Option<Point3<f64>> {
    let place = |strike: &Strike| place_on(strike, touch.height_meters);
    match (&touch.from, &touch.to) {
        (Some(from), Some(to)) => Some(place(from) + (place(to) - place(from)) * touch.progress),
        (Some(strike), None) | (None, Some(strike)) => Some(place(strike)),
        (None, None) => None,
    }
}

/// The tip joint's place on a key, so high over the resting key (meters; negative: pressed).
fn place_on(strike: &Strike, height_meters: f64) -> Point3<f64> {
    let mut place = on_key(strike.note.pitch, strike.y, 0.0);
    // Keys are lower at the front than behind when they are down.
    let sunk = on_key(strike.note.pitch, 0.0, 1.0).y - on_key(strike.note.pitch, 0.0, 0.0).y;
    let here = on_key(strike.note.pitch, strike.y, 1.0).y - place.y;
    let height = if height_meters < 0.0 {
        height_meters * here / sunk
    } else {
        height_meters
    };
    place.x += strike.aside * piano::keyboard::WHITE_KEY_WIDTH_METERS;
    place.y += height + PAD_METERS;
    place
}
