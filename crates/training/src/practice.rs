//! Practice pieces: music that nobody wrote, of the figures piano music is made of, for a policy that is to play what it has not seen.

use piano::midi::HandedNote;
use piano::{Hand, Note, PedalInterval, Pitch};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A piece without fingers; the hands are known.
#[derive(Clone, Debug, PartialEq)]
pub struct Practice {
    /// Notes by onset.
    pub notes: Vec<HandedNote>,
    /// The pedal.
    pub pedal: Vec<PedalInterval>,
}

/// How long a piece is, seconds.
const LENGTH_SECS: f64 = 24.0;
/// Quarter notes a minute, from slow to fast.
const TEMPO: [f64; 2] = [56.0, 132.0];
/// No stroke is followed by another sooner than this.
const STROKE_SECS_MIN: f64 = 0.1;
/// The share of pieces with one hand only, and of those with the pedal.
const ONE_HANDED: f64 = 0.1;
const PEDALLED: f64 = 0.4;
const BEATS_IN_BAR: f64 = 4.0;
/// A hand may cross so many semitones into the other's register before its notes are dropped.
const SPAN: i32 = 14;

/// Semitones of a scale's seven degrees: major, natural and harmonic minor.
const SCALES: [[i32; 7]; 3] = [[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10], [0, 2, 3, 5, 7, 8, 11]];

/// What a hand does for some beats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Figure {
    Melody,
    Scale,
    Arpeggio,
    Chords,
    Octaves,
    Alberti,
    Waltz,
    Repeated,
    Trill,
    Chromatic,
    DoubleNotes,
    Rest,
}

/// Each hand's figures, as often as they are drawn.
const RIGHT: [(Figure, u32); 12] = [
    (Figure::Melody, 6),
    (Figure::Scale, 3),
    (Figure::Arpeggio, 2),
    (Figure::Chords, 2),
    (Figure::Octaves, 1),
    (Figure::Alberti, 1),
    (Figure::Waltz, 0),
    (Figure::Repeated, 1),
    (Figure::Trill, 1),
    (Figure::Chromatic, 1),
    (Figure::DoubleNotes, 2),
    (Figure::Rest, 1),
];
const LEFT: [(Figure, u32); 12] = [
    (Figure::Melody, 3),
    (Figure::Scale, 2),
    (Figure::Arpeggio, 3),
    (Figure::Chords, 3),
    (Figure::Octaves, 2),
    (Figure::Alberti, 3),
    (Figure::Waltz, 2),
    (Figure::Repeated, 1),
    (Figure::Trill, 0),
    (Figure::Chromatic, 1),
    (Figure::DoubleNotes, 1),
    (Figure::Rest, 2),
];

/// Strokes of a figure: onset and length in beats, and semitones of the scale's degrees that sound.
struct Stroke {
    at_beats: f64,
    length_beats: f64,
    pitches: Vec<i32>,
}

/// The piece of a seed: the same for the same seed.
pub fn practice(seed: u64) -> Practice {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let beat_secs = 60.0 / random.random_range(TEMPO[0]..TEMPO[1]);
    let key = Key {
        tonic: random.random_range(0..12),
        scale: SCALES[random.random_range(0..SCALES.len())],
    };
    let alone = random
        .random_bool(ONE_HANDED)
        .then(|| if random.random_bool(0.5) { Hand::Right } else { Hand::Left });
    let mut notes = Vec::new();
    for hand in [Hand::Left, Hand::Right] {
        if alone.is_none_or(|alone| alone == hand) {
            part(hand, &key, beat_secs, &mut random, &mut notes);
        }
    }
    let notes = playable(notes);
    let bar_secs = BEATS_IN_BAR * beat_secs;
    let mut pedal = Vec::new();
    if random.random_bool(PEDALLED) {
        let bars = (LENGTH_SECS / bar_secs) as usize;
        pedal = (0..bars)
            .filter(|_| random.random_bool(0.8))
            .map(|bar| PedalInterval {
                start_secs: bar as f64 * bar_secs + 0.1,
                end_secs: (bar + 1) as f64 * bar_secs,
            })
            .collect();
    }
    Practice { notes, pedal }
}

/// A tonic and its scale.
struct Key {
    tonic: i32,
    scale: [i32; 7],
}

impl Key {
    /// MIDI number of a degree; degree 35 is the tonic above middle C.
    fn midi(&self, degree: i32) -> i32 {
        self.tonic + 12 * degree.div_euclid(7) + self.scale[degree.rem_euclid(7) as usize]
    }

    /// The degree next to a MIDI number.
    fn degree(&self, midi: i32) -> i32 {
        (0..77).min_by_key(|degree| (self.midi(*degree) - midi).abs()).unwrap_or(35)
    }
}

fn part(hand: Hand, key: &Key, beat_secs: f64, random: &mut ChaCha8Rng, notes: &mut Vec<HandedNote>) {
    let (figures, register) = match hand {
        Hand::Right => (&RIGHT, [62, 92]),
        Hand::Left => (&LEFT, [30, 60]),
    };
    let mut middle = random.random_range(register[0] + 6..register[1] - 6);
    let (mut beat, beats) = (0.0, LENGTH_SECS / beat_secs);
    while beat < beats {
        let phrase_beats = [2.0, 4.0, 4.0, 8.0][random.random_range(0..4)];
        let figure = drawn(figures, random);
        let (gate, velocity) = (random.random_range(0.55..1.0), random.random_range(40..100));
        for stroke in strokes(figure, key, key.degree(middle), phrase_beats, beat_secs, random) {
            let onset_secs = (beat + stroke.at_beats) * beat_secs;
            let offset_secs = onset_secs + (stroke.length_beats * beat_secs * gate).max(0.6 * STROKE_SECS_MIN);
            for midi in stroke.pitches {
                let Some(pitch) = u8::try_from(midi).ok().and_then(|midi| Pitch::new(midi).ok()) else {
                    continue;
                };
                notes.push(HandedNote {
                    note: Note {
                        pitch,
                        onset_secs,
                        offset_secs,
                        velocity,
                    },
                    hand: Some(hand),
                });
            }
        }
        beat += phrase_beats;
        middle = (middle + random.random_range(-9..10)).clamp(register[0], register[1]);
    }
}

fn drawn(figures: &[(Figure, u32)], random: &mut ChaCha8Rng) -> Figure {
    let mut left = random.random_range(0..figures.iter().map(|(_, often)| often).sum());
    for (figure, often) in figures {
        if left < *often {
            return *figure;
        }
        left -= often;
    }
    Figure::Rest
}

fn strokes(figure: Figure, key: &Key, from: i32, beats: f64, beat_secs: f64, random: &mut ChaCha8Rng) -> Vec<Stroke> {
    let unit = |choices: &[f64], random: &mut ChaCha8Rng| {
        let slow_enough: Vec<f64> = choices
            .iter()
            .copied()
            .filter(|beats| beats * beat_secs >= STROKE_SECS_MIN)
            .collect();
        slow_enough[random.random_range(0..slow_enough.len())]
    };
    let evenly = |unit: f64, pitches: &mut dyn FnMut(usize) -> Vec<i32>| -> Vec<Stroke> {
        (0..(beats / unit).round() as usize)
            .map(|index| Stroke {
                at_beats: index as f64 * unit,
                length_beats: unit,
                pitches: pitches(index),
            })
            .collect()
    };
    let walk = |low: i32, high: i32, index: usize| {
        // Up and down between two degrees.
        let span = (high - low).max(1);
        let at = (index as i32).rem_euclid(2 * span);
        low + if at <= span { at } else { 2 * span - at }
    };
    const RUNS: [f64; 4] = [0.25, 1.0 / 3.0, 0.5, 1.0];
    match figure {
        Figure::Rest => Vec::new(),
        Figure::Melody => melody(key, from, beats, beat_secs, random),
        Figure::Scale => {
            let (unit, reach) = (unit(&RUNS, random), random.random_range(4..15));
            let up = random.random_bool(0.5);
            evenly(unit, &mut |index| {
                let away = walk(0, reach, index);
                vec![key.midi(if up { from + away } else { from - away })]
            })
        }
        Figure::Arpeggio => {
            let (unit, reach) = (unit(&RUNS, random), random.random_range(3..9));
            let root = from - random.random_range(0..7);
            let chord = [0, 2, 4];
            evenly(unit, &mut |index| {
                let step = walk(0, reach, index);
                vec![key.midi(root + 7 * step.div_euclid(3) + chord[step.rem_euclid(3) as usize])]
            })
        }
        Figure::Chords => {
            const SHAPES: [&[i32]; 7] = [&[0, 2, 4], &[0, 2, 5], &[0, 3, 5], &[0, 2, 4, 7], &[0, 4], &[0, 2], &[0, 5]];
            let unit = unit(&[0.5, 1.0, 1.0, 2.0], random);
            let mut root = from - 3;
            evenly(unit, &mut |_| {
                root += random.random_range(-2..3);
                let shape = SHAPES[random.random_range(0..SHAPES.len())];
                shape.iter().map(|degree| key.midi(root + degree)).collect()
            })
        }
        Figure::Octaves => {
            let unit = unit(&[0.5, 1.0], random);
            let (mut root, broken) = (from - 3, random.random_bool(0.3));
            evenly(unit, &mut |index| {
                root += random.random_range(-1..2);
                let octave = [key.midi(root), key.midi(root + 7)];
                if broken { vec![octave[index % 2]] } else { octave.to_vec() }
            })
        }
        Figure::Alberti => {
            let unit = unit(&[0.25, 0.5, 0.5], random);
            let mut root = from - 3;
            let top = random.random_range(4..6);
            evenly(unit, &mut |index| {
                if index % 8 == 7 {
                    root += random.random_range(-2..3);
                }
                vec![key.midi(root + [0, top, 2, top][index % 4])]
            })
        }
        Figure::Waltz => {
            let unit = unit(&[0.5, 1.0], random);
            let mut root = from - 6;
            evenly(unit, &mut |index| match index % 3 {
                0 => {
                    root += random.random_range(-2..3);
                    vec![key.midi(root)]
                }
                _ => [4, 7, 9].iter().map(|degree| key.midi(root + degree)).collect(),
            })
        }
        Figure::Repeated => {
            let unit = unit(&[0.25, 0.5, 1.0], random);
            let mut degree = from;
            evenly(unit, &mut |index| {
                if index % 4 == 0 {
                    degree += random.random_range(-2..3);
                }
                vec![key.midi(degree)]
            })
        }
        Figure::Trill => {
            let unit = unit(&[0.125, 0.25, 0.5], random);
            evenly(unit, &mut |index| vec![key.midi(from + (index % 2) as i32)])
        }
        Figure::Chromatic => {
            let (unit, reach) = (unit(&RUNS, random), random.random_range(5..13));
            let start = key.midi(from);
            evenly(unit, &mut |index| vec![start + walk(0, reach, index)])
        }
        Figure::DoubleNotes => {
            let unit = unit(&[0.25, 0.5, 0.5, 1.0], random);
            let apart = if random.random_bool(0.6) { 2 } else { 5 };
            let mut low = from - apart / 2;
            evenly(unit, &mut |_| {
                low += random.random_range(-1..2);
                vec![key.midi(low), key.midi(low + apart)]
            })
        }
    }
}

fn melody(key: &Key, from: i32, beats: f64, beat_secs: f64, random: &mut ChaCha8Rng) -> Vec<Stroke> {
    const RHYTHMS: [&[f64]; 8] = [
        &[1.0],
        &[0.5, 0.5],
        &[0.5, 0.25, 0.25],
        &[1.5, 0.5],
        &[0.25, 0.25, 0.25, 0.25],
        &[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0],
        &[0.75, 0.25],
        &[2.0],
    ];
    let mut strokes = Vec::new();
    let (mut at_beats, mut degree) = (0.0, from);
    // The shortest rhythms fit what is left.
    while beats - at_beats >= 0.25 {
        for length in RHYTHMS[random.random_range(0..RHYTHMS.len())] {
            let length_beats = length.max(STROKE_SECS_MIN / beat_secs);
            if at_beats + length_beats > beats + 1e-9 {
                break;
            }
            degree += match random.random_range(0..10) {
                0..7 => [-1, 1][random.random_range(0..2)],
                7 | 8 => random.random_range(-3..4),
                _ => random.random_range(-7..8),
            };
            degree = degree.clamp(from - 9, from + 9);
            strokes.push(Stroke {
                at_beats,
                length_beats,
                pitches: vec![key.midi(degree)],
            });
            at_beats += length_beats;
        }
    }
    strokes
}

/// By onset, without what two hands cannot do: a key struck while it is held, hands that cross, a hand that spans too much.
fn playable(mut notes: Vec<HandedNote>) -> Vec<HandedNote> {
    notes.sort_by(|a, b| {
        let onset = a.note.onset_secs.total_cmp(&b.note.onset_secs);
        onset.then(a.note.pitch.cmp(&b.note.pitch))
    });
    let mut kept: Vec<HandedNote> = Vec::new();
    for next in notes {
        let sounding = kept
            .iter()
            .rev()
            .take_while(|other| other.note.onset_secs > next.note.onset_secs - 2.0 * LENGTH_SECS)
            .filter(|other| other.note.offset_secs > next.note.onset_secs - 0.02);
        let midi = i32::from(next.note.pitch.midi());
        let conflicts = |other: &HandedNote| {
            let apart = midi - i32::from(other.note.pitch.midi());
            match other.hand == next.hand {
                true => apart == 0 || (other.note.offset_secs > next.note.onset_secs + 0.02 && apart.abs() > SPAN),
                false => apart == 0 || (apart > 0) != (next.hand == Some(Hand::Right)),
            }
        };
        if !sounding.into_iter().any(conflicts) {
            kept.push(next);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_music_for_two_hands_and_the_same_for_a_seed() {
        let pieces: Vec<Practice> = (0..60).map(practice).collect();
        assert_eq!(pieces[7], practice(7));
        assert!(pieces.windows(2).all(|pair| pair[0] != pair[1]));
        for piece in &pieces {
            let notes = &piece.notes;
            assert!(notes.iter().all(|note| note.note.offset_secs > note.note.onset_secs));
            assert!(notes.windows(2).all(|pair| pair[0].note.onset_secs <= pair[1].note.onset_secs));
            for hand in [Hand::Right, Hand::Left] {
                let of_hand = notes.iter().filter(|note| note.hand == Some(hand));
                for note in of_hand.clone() {
                    let together = of_hand.clone().filter(|other| other.note.onset_secs == note.note.onset_secs);
                    assert!(together.count() <= 5);
                }
            }
        }
        let notes: usize = pieces.iter().map(|piece| piece.notes.len()).sum();
        assert!((2000..12000).contains(&notes), "{notes} notes in {} pieces", pieces.len());
        assert!(pieces.iter().any(|piece| !piece.pedal.is_empty()) && pieces.iter().any(|piece| piece.pedal.is_empty()));
    }
}
