//! The cheapest fingering of one hand: Viterbi's algorithm over pairs of neighbouring slices.

use super::rules::{Press, step, together, turn, weak_finger, weak_in_chord};
use super::slices::{FINGERS, HandNote, Slice};
use piano::{FingerNumber, Hand};

/// A hand that had this long since letting go goes wherever it likes, seconds.
const FREE_SECS: f64 = 1.0;
/// Ways of fingering one slice that are looked at; the dearest are left out.
const WAYS_MAX: usize = 24;
/// What it costs to take another finger than the one known beforehand: more than anything else.
const AGAINST_KNOWN: f64 = 1e6;

/// Fingers for every struck and held key of a slice, and what they cost by themselves.
#[derive(Clone, Debug)]
struct Way {
    struck: Vec<Press>,
    held: Vec<Press>,
    cost: f64,
}

/// Fingers for the notes of a hand, by their indices; nothing for notes that are in no slice.
pub(super) fn cheapest(notes: &[HandNote], slices: &[Slice], hand: Hand) -> Vec<Option<FingerNumber>> {
    let mut fingers = vec![None; notes.len()];
    let ways: Vec<Vec<Way>> = slices.iter().map(|slice| ways(notes, slice, hand)).collect();
    for (slice, way) in slices.iter().zip(best_path(notes, slices, &ways)) {
        for (index, press) in slice.struck.iter().zip(&way.struck) {
            fingers[*index] = Some(press.finger);
        }
    }
    fingers
}

/// All ways to finger a slice whose fingers do not lie across each other, the cheapest first.
fn ways(notes: &[HandNote], slice: &Slice, hand: Hand) -> Vec<Way> {
    let mut keys: Vec<usize> = slice.struck.iter().chain(&slice.held).copied().collect();
    keys.sort_by_key(|index| notes[*index].note.pitch);
    let mut ways: Vec<Way> = orders(keys.len(), !slice.held.is_empty())
        .into_iter()
        .map(|fingers| way(notes, slice, hand, &keys, &fingers))
        .collect();
    ways.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    ways.truncate(WAYS_MAX);
    ways
}

/// Choices of fingers for so many keys from low to high of a right hand: in their order, or, where a key is held, with the thumb beneath.
fn orders(keys: usize, with_thumb_beneath: bool) -> Vec<Vec<FingerNumber>> {
    let mut orders = Vec::new();
    for chosen in 0_u32..1 << FINGERS {
        if chosen.count_ones() as usize != keys {
            continue;
        }
        let fingers: Vec<FingerNumber> = FingerNumber::ALL
            .into_iter()
            .filter(|finger| chosen & (1 << finger.index()) != 0)
            .collect();
        if with_thumb_beneath && fingers.first() == Some(&FingerNumber::ALL[0]) {
            for place in 1..fingers.len() {
                let mut beneath = fingers.clone();
                beneath[..=place].rotate_left(1);
                orders.push(beneath);
            }
        }
        orders.push(fingers);
    }
    orders
}

fn way(notes: &[HandNote], slice: &Slice, hand: Hand, keys: &[usize], fingers: &[FingerNumber]) -> Way {
    let place_of = |index: usize| {
        let place = keys
            .iter()
            .position(|key| *key == index)
            .expect("every key of a slice is among its keys");
        if hand == Hand::Right { place } else { keys.len() - 1 - place }
    };
    let press = |index: &usize| Press::new(notes[*index].note.pitch, hand, fingers[place_of(*index)]);
    let struck: Vec<Press> = slice.struck.iter().map(press).collect();
    let held: Vec<Press> = slice.held.iter().map(press).collect();
    let known = slice.struck.iter().zip(&struck);
    let against = known.filter(|(index, press)| notes[**index].known.is_some_and(|known| known != press.finger));
    let mut cost = AGAINST_KNOWN * against.count() as f64;
    for (place, one) in struck.iter().enumerate() {
        let others = struck[place + 1..].iter().chain(&held);
        cost += others.map(|other| together(*one, *other)).sum::<f64>();
    }
    if struck.len() > 1 {
        cost += struck.iter().map(|press| weak_in_chord(*press)).sum::<f64>();
    }
    Way { struck, held, cost }
}

/// The cheapest way through all slices: of every pair of neighbouring ways what it cost to come there, and from where.
fn best_path<'a>(notes: &[HandNote], slices: &[Slice], ways: &'a [Vec<Way>]) -> Vec<&'a Way> {
    let Some((first, rest)) = ways.split_first() else {
        return Vec::new();
    };
    let mut costs: Vec<f64> = first.iter().map(|way| way.cost + alone(way)).collect();
    let mut came_from: Vec<Vec<usize>> = Vec::with_capacity(rest.len());
    // What stood before each way's cheapest path: enough for the rules of three, at a fifth of the work of remembering pairs.
    let mut before: Vec<Option<&Way>> = vec![None; first.len()];
    let mut here: &Vec<Way> = first;
    for (index, next) in rest.iter().enumerate() {
        let loose = looseness(notes, &slices[index], &slices[index + 1]);
        let mut next_costs = Vec::with_capacity(next.len());
        let mut next_from = Vec::with_capacity(next.len());
        for to in next {
            let arrivals = here.iter().enumerate().map(|(from, way)| {
                let three = before[from].map_or(0.0, |earlier| turn_of(earlier, way, to));
                (
                    from,
                    costs[from] + between(way, to, &slices[index], &slices[index + 1], loose) + (1.0 - loose) * three,
                )
            });
            let (from, cost) = arrivals.min_by(|(_, one), (_, other)| one.total_cmp(other)).unwrap_or((0, 0.0));
            next_costs.push(cost + to.cost);
            next_from.push(from);
        }
        before = next_from.iter().map(|from| Some(&here[*from])).collect();
        came_from.push(next_from);
        costs = next_costs;
        here = next;
    }
    let last = (0..costs.len()).min_by(|a, b| costs[*a].total_cmp(&costs[*b])).unwrap_or(0);
    let mut chosen = vec![last];
    for from in came_from.iter().rev() {
        chosen.push(from[chosen[chosen.len() - 1]]);
    }
    chosen.iter().rev().zip(ways).map(|(way, ways)| &ways[*way]).collect()
}

fn alone(way: &Way) -> f64 {
    match way.struck[..] {
        [press] => weak_finger(press),
        _ => 0.0,
    }
}

/// How free the hand is between two slices, 0 to 1.
fn looseness(notes: &[HandNote], from: &Slice, to: &Slice) -> f64 {
    let released = from
        .struck
        .iter()
        .map(|index| notes[*index].note.offset_secs)
        .fold(f64::NEG_INFINITY, f64::max);
    ((to.onset_secs - released) / FREE_SECS).clamp(0.0, 1.0)
}

/// From one slice to the next: keys that are held keep their finger, and every struck key is reached from those struck before.
fn between(from: &Way, to: &Way, from_slice: &Slice, to_slice: &Slice, loose: f64) -> f64 {
    let finger_before = |index: usize| {
        let struck = from_slice.struck.iter().zip(&from.struck);
        let held = from_slice.held.iter().zip(&from.held);
        struck.chain(held).find(|(key, _)| **key == index).map(|(_, press)| press.finger)
    };
    let kept = to_slice
        .held
        .iter()
        .zip(&to.held)
        .all(|(key, press)| finger_before(*key) == Some(press.finger));
    if !kept {
        return AGAINST_KNOWN;
    }
    let pairs = from
        .struck
        .iter()
        .flat_map(|first| to.struck.iter().map(move |second| step(*first, *second, loose)));
    pairs.sum::<f64>() / from.struck.len().max(1) as f64
}

fn turn_of(first: &Way, second: &Way, third: &Way) -> f64 {
    match (&first.struck[..], &second.struck[..], &third.struck[..]) {
        ([first], [second], [third]) => turn(*first, *second, *third),
        _ => 0.0,
    }
}
