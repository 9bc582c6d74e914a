//! The cheapest fingering of one hand: Viterbi's algorithm over slices, whose states are the fingers of two neighbouring slices and of
//! the keys that stay down.

use super::rules::{self, Press};
use super::slices::{FINGERS, HandNote, Slice};
use super::weights::Weights;
use piano::{FingerNumber, Hand};
use std::collections::HashMap;

/// A hand that let go this long ago goes wherever it likes, seconds.
const FREE_SECS: f64 = 1.0;
/// Slices before and after by which it is judged whether one is long.
const PHRASE_SLICES: usize = 4;
/// A note up to this many times as long as those around it is rhythm (a dotted one is three times as long as what follows, and not much
/// longer than what is usual around it),
const RHYTHM: f64 = 2.0;
/// and one this many times as long, or longer, ends a phrase.
const PHRASE: f64 = 4.0;
/// Ways of fingering one slice that are followed; the dearest are left out. A melody has 5.
const WAYS_MAX: usize = 24;
/// States kept for each slice; a melody has 25, and 125 while a key is held.
const STATES_MAX: usize = 128;
/// A finger strikes a key while it holds another: only where known fingers force it.
const IN_TWO_PLACES: f64 = 1e6;

/// Fingers of the keys of a slice, in its order; 0 where there is none.
type Fingers = [u8; FINGERS];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct State {
    /// Fingers of the slice before this one.
    before: Fingers,
    struck: Fingers,
    /// Fingers of `Slice::down`.
    down: Fingers,
}

impl State {
    /// Three bits a finger.
    fn packed(&self) -> u64 {
        let fingers = self.before.iter().chain(&self.struck).chain(&self.down);
        fingers.fold(0, |packed, finger| packed << 3 | u64::from(*finger))
    }
}

/// The states of the slice before that end alike, and how they go on.
struct Group {
    last: Fingers,
    down: Fingers,
    ways: Vec<(Fingers, f64)>,
}

/// A state, the cheapest way to it, and the state among those of the slice before that it comes from.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    state: State,
    cost: f64,
    from: u32,
}

/// What the path keeps of a state.
type Step = (Fingers, u32);

/// Fingers for the notes of a hand, by their indices; none for notes that are in no slice. `advance` is told how many slices are done
/// and says whether to go on; `None` when it did not.
pub(super) fn cheapest(
    notes: &[HandNote],
    slices: &[Slice],
    hand: Hand,
    weights: &Weights,
    advance: &mut dyn FnMut(usize) -> bool,
) -> Option<Vec<Option<FingerNumber>>> {
    let search = Search {
        notes,
        slices,
        hand,
        weights,
    };
    let mut arrivals: Vec<Arrival> = Vec::new();
    let mut steps: Vec<Vec<Step>> = Vec::with_capacity(slices.len());
    for index in 0..slices.len() {
        if !advance(index) {
            return None;
        }
        arrivals = search.arrivals(&arrivals, index);
        steps.push(arrivals.iter().map(|arrival| (arrival.state.struck, arrival.from)).collect());
    }
    let best = (0..arrivals.len()).min_by(|a, b| arrivals[*a].cost.total_cmp(&arrivals[*b].cost));
    Some(search.fingers(&steps, best.unwrap_or(0)))
}

struct Search<'a> {
    notes: &'a [HandNote],
    slices: &'a [Slice],
    hand: Hand,
    weights: &'a Weights,
}

impl Search<'_> {
    /// The cheapest way to each state of a slice, from those of the slice before.
    fn arrivals(&self, before: &[Arrival], index: usize) -> Vec<Arrival> {
        let slice = &self.slices[index];
        if index == 0 {
            let ways = self.ways(slice, &[]);
            let starts = ways.iter().map(|(struck, cost)| Arrival {
                state: State {
                    before: [0; FINGERS],
                    struck: *struck,
                    down: [0; FINGERS],
                },
                cost: *cost,
                from: 0,
            });
            return starts.collect();
        }
        let bound = 1.0 - self.looseness(index);
        let mut groups: Vec<Group> = Vec::new();
        let mut place_of: HashMap<u64, usize> = HashMap::new();
        let mut arrivals: Vec<Arrival> = Vec::new();
        for (from, arrival) in before.iter().enumerate() {
            let (last, down) = (arrival.state.struck, self.fingers_down(&arrival.state, index));
            let known_group = groups.iter().position(|group| group.last == last && group.down == down);
            let group = known_group.unwrap_or_else(|| {
                groups.push(self.group(slice, index, last, down, bound));
                groups.len() - 1
            });
            for (struck, group_cost) in &groups[group].ways {
                let turn = bound * self.turn(index, &arrival.state.before, &last, struck);
                let cost = arrival.cost + group_cost + turn;
                let state = State {
                    before: last,
                    struck: *struck,
                    down,
                };
                let reached = Arrival {
                    state,
                    cost,
                    from: from as u32,
                };
                let place = *place_of.entry(state.packed()).or_insert_with(|| {
                    arrivals.push(reached);
                    arrivals.len() - 1
                });
                if cost < arrivals[place].cost {
                    arrivals[place] = reached;
                }
            }
        }
        if arrivals.len() > STATES_MAX {
            arrivals.sort_by(|a, b| a.cost.total_cmp(&b.cost));
            arrivals.truncate(STATES_MAX);
        }
        arrivals
    }

    /// What does not depend on the slice before the last: the ways to go on, with what they and the step to them cost.
    fn group(&self, slice: &Slice, index: usize, last: Fingers, down: Fingers, bound: f64) -> Group {
        let mut ways = self.ways(slice, &down);
        for (struck, cost) in &mut ways {
            *cost += self.step(index, &last, struck, bound);
        }
        Group { last, down, ways }
    }

    /// All ways to finger the struck keys of a slice while others are down, with what they cost by themselves, the cheapest first.
    fn ways(&self, slice: &Slice, down: &[u8]) -> Vec<(Fingers, f64)> {
        let mut ways = Vec::new();
        self.assign(slice, down, [0; FINGERS], 0, &mut ways);
        ways.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        ways.truncate(WAYS_MAX);
        ways
    }

    fn assign(&self, slice: &Slice, down: &[u8], fingers: Fingers, place: usize, ways: &mut Vec<(Fingers, f64)>) {
        if place == slice.struck.len() {
            ways.push((fingers, self.way_cost(slice, down, &fingers)));
            return;
        }
        let known = self.notes[slice.struck[place]].known.map(FingerNumber::get);
        for finger in 1..=FINGERS as u8 {
            let reserved = || {
                slice
                    .struck
                    .iter()
                    .any(|key| self.notes[*key].known.map(FingerNumber::get) == Some(finger))
            };
            let open = known.is_none() && !fingers[..place].contains(&finger) && !reserved();
            if open || known == Some(finger) {
                let mut fingers = fingers;
                fingers[place] = finger;
                self.assign(slice, down, fingers, place + 1, ways);
            }
        }
    }

    fn way_cost(&self, slice: &Slice, down: &[u8], fingers: &Fingers) -> f64 {
        let struck = self.presses(&slice.struck, fingers);
        let mut cost = 0.0;
        for (place, one) in struck.iter().enumerate() {
            let others = struck[place + 1..].iter();
            cost += others.map(|other| rules::together(*one, *other, self.weights)).sum::<f64>();
            for ((key, finger), held) in slice.down.iter().zip(down).zip(&slice.held) {
                if *finger == one.finger {
                    cost += IN_TWO_PLACES;
                } else if *held {
                    cost += rules::together(*one, self.press(*key, *finger), self.weights);
                }
            }
        }
        cost + match struck[..] {
            [press] => rules::single(press, self.weights),
            _ => struck.iter().map(|press| rules::in_chord(*press, self.weights)).sum(),
        }
    }

    /// The fingers of the keys that are down in slice `index`, as the slice before left them.
    fn fingers_down(&self, state: &State, index: usize) -> Fingers {
        let before = &self.slices[index - 1];
        let mut down = [0; FINGERS];
        for (finger, key) in down.iter_mut().zip(&self.slices[index].down) {
            let mut earlier = before.struck.iter().zip(&state.struck).chain(before.down.iter().zip(&state.down));
            *finger = earlier.find(|(other, _)| *other == key).map_or(0, |(_, finger)| *finger);
        }
        down
    }

    /// From the keys of the slice before to those of `index`.
    fn step(&self, index: usize, before: &Fingers, struck: &Fingers, bound: f64) -> f64 {
        let before = self.presses(&self.slices[index - 1].struck, before);
        let struck = self.presses(&self.slices[index].struck, struck);
        bound
            * match (&before[..], &struck[..]) {
                ([first], [second]) => rules::step(*first, *second, self.weights),
                (before, struck) => rules::chords_in_turn(before, struck, self.weights),
            }
    }

    fn turn(&self, index: usize, first: &Fingers, second: &Fingers, third: &Fingers) -> f64 {
        if index < 2 {
            return 0.0;
        }
        match (
            &self.slices[index - 2].struck[..],
            &self.slices[index - 1].struck[..],
            &self.slices[index].struck[..],
        ) {
            ([a], [b], [c]) => rules::turn(
                self.press(*a, first[0]),
                self.press(*b, second[0]),
                self.press(*c, third[0]),
                self.weights,
            ),
            _ => 0.0,
        }
    }

    /// How free the hand is between slice `index` and the one before, 0 to 1: it has let go, or a phrase has ended.
    fn looseness(&self, index: usize) -> f64 {
        let released = |key: &usize| self.notes[*key].note.offset_secs;
        let released_secs = self.slices[index - 1].struck.iter().map(released).fold(f64::NEG_INFINITY, f64::max);
        let let_go = (self.slices[index].onset_secs - released_secs) / FREE_SECS;
        let_go.max(self.phrase_end(index)).clamp(0.0, 1.0)
    }

    /// Whether the slice before `index` lasts much longer than those around it: that is where phrases end and fingerings begin anew.
    fn phrase_end(&self, index: usize) -> f64 {
        let first = index.saturating_sub(PHRASE_SLICES).max(1);
        let last = (index + PHRASE_SLICES).min(self.slices.len() - 1);
        let interval = |at: usize| self.slices[at].onset_secs - self.slices[at - 1].onset_secs;
        let mut around = [0.0; 2 * PHRASE_SLICES];
        let mut count = 0;
        for at in (first..=last).filter(|at| *at != index) {
            around[count] = interval(at);
            count += 1;
        }
        let around = &mut around[..count];
        around.sort_by(f64::total_cmp);
        match around.get(count / 2) {
            Some(usual) if *usual > 0.0 => (interval(index) / usual - RHYTHM) / (PHRASE - RHYTHM),
            _ => 0.0,
        }
    }

    fn press(&self, key: usize, finger: u8) -> Press {
        Press::new(self.notes[key].note.pitch, self.hand, finger, self.weights)
    }

    fn presses(&self, keys: &[usize], fingers: &Fingers) -> Vec<Press> {
        keys.iter().zip(fingers).map(|(key, finger)| self.press(*key, *finger)).collect()
    }

    /// Follows the path back from the best last state.
    fn fingers(&self, steps: &[Vec<Step>], best: usize) -> Vec<Option<FingerNumber>> {
        let mut fingers = vec![None; self.notes.len()];
        let mut place = best;
        for (slice, states) in self.slices.iter().zip(steps).rev() {
            let (struck, from) = states[place];
            for (key, finger) in slice.struck.iter().zip(struck) {
                fingers[*key] = FingerNumber::new(finger).ok();
            }
            place = from as usize;
        }
        fingers
    }
}
