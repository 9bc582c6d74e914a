//! Which hand plays what, where a score does not say.

use piano::{Hand, Note};

/// Onsets this close are one moment, seconds.
const MOMENT_SECS: f64 = 0.035;
/// More semitones than this at once are uncomfortable in one hand: an octave.
const OCTAVE: i32 = 12;
/// Each semitone beyond it.
const TOO_WIDE: f64 = 3.0;
/// A sixth key and more in one hand.
const TOO_MANY: f64 = 50.0;
/// A semitone that a hand moves from one moment to the next.
const MOVE: f64 = 0.12;
/// A hand that had no note for this long has moved as it likes, seconds.
const FORGET_SECS: f64 = 2.0;
/// A hand that comes in where the other plays alone. Melodies that one hand can play are not handed to and fro.
const COME_IN: f64 = 0.8;
/// A semitone beyond middle C on the other hand's side.
const ACROSS_MIDDLE: f64 = 0.06;
const MIDDLE_C: i32 = 60;
/// Ways of splitting that are followed at a time.
const PATHS_MAX: usize = 48;

/// A way to split all notes up to some moment.
#[derive(Clone, Copy, Debug)]
struct Path {
    cost: f64,
    /// Middle of what each hand played last (left, right), semitones, and when.
    last: [Option<(f64, f64)>; 2],
    /// How many of this moment's notes, from below, are the left hand's.
    split: usize,
    /// The path it goes on from, among those of the moment before.
    from: usize,
}

/// A hand for every note of a list by onset; `known` are kept. At every moment the left hand plays the lower keys.
pub(super) fn split(notes: &[Note], known: &[Option<Hand>]) -> Vec<Hand> {
    let moments = moments(notes);
    let mut paths = vec![Path {
        cost: 0.0,
        last: [None; 2],
        split: 0,
        from: 0,
    }];
    let mut followed: Vec<Vec<(usize, usize)>> = Vec::with_capacity(moments.len());
    for moment in &moments {
        let splits = |from: usize| (0..=moment.len()).map(move |split| (from, split));
        let mut next: Vec<Path> = (0..paths.len())
            .flat_map(splits)
            .map(|(from, split)| Path {
                split,
                from,
                ..follow(paths[from], notes, known, moment, split)
            })
            .collect();
        next.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        next.truncate(PATHS_MAX);
        followed.push(next.iter().map(|path| (path.split, path.from)).collect());
        paths = next;
    }
    let mut hands = vec![Hand::Right; notes.len()];
    let mut best = 0;
    for (moment, followed) in moments.iter().zip(&followed).rev() {
        let (split, from) = followed[best];
        for index in &moment[..split] {
            hands[*index] = Hand::Left;
        }
        best = from;
    }
    for (hand, known) in hands.iter_mut().zip(known) {
        *hand = known.unwrap_or(*hand);
    }
    hands
}

/// The notes of each moment, from low to high.
fn moments(notes: &[Note]) -> Vec<Vec<usize>> {
    let mut moments: Vec<Vec<usize>> = Vec::new();
    let mut began_secs = f64::NEG_INFINITY;
    for (index, note) in notes.iter().enumerate() {
        if note.onset_secs - began_secs >= MOMENT_SECS {
            moments.push(Vec::new());
            began_secs = note.onset_secs;
        }
        if let Some(moment) = moments.last_mut() {
            moment.push(index);
        }
    }
    for moment in &mut moments {
        moment.sort_by_key(|index| notes[*index].pitch);
    }
    moments
}

fn follow(path: Path, notes: &[Note], known: &[Option<Hand>], moment: &[usize], split: usize) -> Path {
    let mut next = path;
    let onset_secs = notes[moment[0]].onset_secs;
    for (hand, keys) in [(Hand::Left, &moment[..split]), (Hand::Right, &moment[split..])] {
        let against = keys
            .iter()
            .filter(|index| known[**index].is_some_and(|known| known != hand))
            .count();
        next.cost += TOO_MANY * against as f64;
        let (Some(lowest), Some(highest)) = (keys.first(), keys.last()) else {
            continue;
        };
        let place = |index: &usize| i32::from(notes[*index].pitch.midi());
        let middle = f64::from(place(lowest) + place(highest)) / 2.0;
        next.cost += TOO_WIDE * f64::from((place(highest) - place(lowest) - OCTAVE).max(0));
        next.cost += TOO_MANY * keys.len().saturating_sub(super::slices::FINGERS) as f64;
        let beyond = |index: &usize| match hand {
            Hand::Left => (place(index) - MIDDLE_C).max(0),
            Hand::Right => (MIDDLE_C - place(index)).max(0),
        };
        next.cost += ACROSS_MIDDLE * f64::from(keys.iter().map(beyond).sum::<i32>());
        let remembered = |(_, secs): (f64, f64)| (1.0 - (onset_secs - secs) / FORGET_SECS).max(0.0);
        match path.last[hand.index()] {
            Some(last) if remembered(last) > 0.0 => next.cost += MOVE * (middle - last.0).abs() * remembered(last),
            _ if path.last[1 - hand.index()].is_some() => next.cost += COME_IN,
            _ => (),
        }
        next.last[hand.index()] = Some((middle, onset_secs));
    }
    next
}
