//! Finds weights for [`fingering::from_score`] on some of the tables that `benches/fingering/beringer.py` writes, and says how they do on the
//! others: `tune_fingering PART ROUNDS SEED TABLE...`. PART says what is learned from: `keys` (every other key), `all`, or all but one kind:
//! `no-scales`, `no-arpeggios`, `no-broken_chords`.
//!
//! Random steps of one or two weights, kept where agreement, less what moving away from Parncutt's weights costs, does not fall.

use fingering::from_score::{ScoreNote, Weights, finger_score_with};
use piano::{Hand, Note, Pitch};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

/// Agreement that a weight may cost when it is moved by a factor of e, squared as it moves further: small, against overfitting.
const MOVE_COST: f64 = 0.0004;
/// The smallest weight that counts as a factor; Parncutt has a zero.
const LEAST: f64 = 0.1;

struct Exercise {
    name: String,
    notes: Vec<ScoreNote>,
    /// Printed fingers of each note, the first choice first.
    printed: Vec<Vec<u8>>,
}

type Named = BTreeMap<String, f64>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [part, rounds, seed, tables @ ..] = &arguments[..] else {
        return Err("usage: tune_fingering PART ROUNDS SEED TABLE...".into());
    };
    let exercises: Vec<Exercise> = tables.iter().map(|table| read(Path::new(table))).collect::<Result<_, _>>()?;
    let (learned, kept): (Vec<&Exercise>, Vec<&Exercise>) = exercises.iter().partition(|exercise| is_learned_from(part, &exercise.name));
    let start = named(&Weights::of_parncutt())?;
    let (mut best, mut dice) = (start.clone(), Dice(seed.parse()?));
    let mut best_value = value(&learned, &best, &start)?;
    for round in 0..rounds.parse::<u32>()? {
        let mut tried = best.clone();
        for _ in 0..1 + dice.below(2) {
            let place = dice.below(tried.len() as u64) as usize;
            if let Some(weight) = tried.values_mut().nth(place) {
                *weight = (weight.max(LEAST / 2.0) * (0.8 * dice.normal()).exp() * 100.0).round() / 100.0;
            }
        }
        // The one weight that is a share.
        tried.entry("physical".to_owned()).and_modify(|share| *share = share.min(1.0));
        let found = value(&learned, &tried, &start)?;
        if found >= best_value {
            (best, best_value) = (tried, found);
        }
        if round.is_multiple_of(500) {
            eprintln!("{round}: {best_value:.4}");
        }
    }
    let text = |exercises: &[&Exercise], weights: &Named| -> Result<String, Box<dyn Error>> {
        let (first, any, notes) = agreement(exercises, &weights_of(weights)?)?;
        Ok(format!("first {first:.3} any {any:.3} of {notes}"))
    };
    println!(
        "{part} seed {seed}: Parncutt's: learned from {}; kept apart {}",
        text(&learned, &start)?,
        text(&kept, &start)?
    );
    println!(
        "{part} seed {seed}: found:      learned from {}; kept apart {}",
        text(&learned, &best)?,
        text(&kept, &best)?
    );
    println!("{}", serde_json::to_string(&best)?);
    Ok(())
}

/// Keys a whole tone apart are learned from. Diminished chords are the same in keys three semitones apart.
fn is_learned_from(part: &str, name: &str) -> bool {
    const TONICS: [&[&str]; 12] = [
        &["c"],
        &["csharp", "dflat"],
        &["d"],
        &["dsharp", "eflat"],
        &["e"],
        &["f"],
        &["fsharp", "gflat"],
        &["g"],
        &["gsharp", "aflat"],
        &["a"],
        &["asharp", "bflat"],
        &["b"],
    ];
    let words: Vec<&str> = name.split(['-', '_']).collect();
    let tonic = TONICS
        .iter()
        .position(|names| words.iter().skip(1).any(|word| names.contains(word)))
        .unwrap_or(0);
    match part.strip_prefix("no-") {
        Some(kind) => !name.starts_with(kind),
        None if part == "all" => true,
        None if words.contains(&"dim7") => tonic % 3 == 0,
        None => tonic % 2 == 0,
    }
}

fn named(weights: &Weights) -> Result<Named, serde_json::Error> {
    serde_json::from_value(serde_json::to_value(weights)?)
}

fn weights_of(named: &Named) -> Result<Weights, serde_json::Error> {
    serde_json::from_value(serde_json::to_value(named)?)
}

fn value(exercises: &[&Exercise], weights: &Named, start: &Named) -> Result<f64, Box<dyn Error>> {
    let (first, any, _) = agreement(exercises, &weights_of(weights)?)?;
    let moved = weights.values().zip(start.values());
    let moved: f64 = moved.map(|(now, then)| (now.max(LEAST) / then.max(LEAST)).ln().powi(2)).sum();
    Ok(0.5 * (first + any) - MOVE_COST * moved)
}

/// Shares of notes that have the first choice, and any printed finger; and how many notes.
fn agreement(exercises: &[&Exercise], weights: &Weights) -> Result<(f64, f64, usize), Box<dyn Error>> {
    let (mut first, mut any, mut count) = (0, 0, 0);
    for exercise in exercises {
        let fingered = finger_score_with(&exercise.notes, weights, &mut |_| true)?;
        for (note, printed) in fingered.notes.iter().zip(&exercise.printed) {
            let finger = note.finger.map_or(0, |finger| finger.finger.get());
            count += usize::from(!printed.is_empty());
            first += usize::from(printed.first() == Some(&finger));
            any += usize::from(printed.contains(&finger));
        }
    }
    let share = |hits: usize| hits as f64 / count.max(1) as f64;
    Ok((share(first), share(any), count))
}

fn read(path: &Path) -> Result<Exercise, Box<dyn Error>> {
    let (mut notes, mut all_printed) = (Vec::new(), Vec::new());
    for line in std::fs::read_to_string(path)?.lines() {
        let [beat, beats, midi, _, hand, printed] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("not six columns: {line}").into());
        };
        let onset_secs: f64 = beat.parse()?;
        let note = Note {
            pitch: Pitch::new(midi.parse()?)?,
            onset_secs,
            offset_secs: onset_secs + beats.parse::<f64>()?,
            velocity: 64,
        };
        let hand = Some(if hand == "left" { Hand::Left } else { Hand::Right });
        notes.push(ScoreNote { note, hand, finger: None });
        all_printed.push(
            printed
                .chars()
                .filter_map(|digit| digit.to_digit(10).map(|digit| digit as u8))
                .collect(),
        );
    }
    Ok(Exercise {
        name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        notes,
        printed: all_printed,
    })
}

/// Random numbers (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    /// Roughly normal, mean 0, deviation 1.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.below(1 << 32) as f64 / (1u64 << 32) as f64).sum::<f64>() - 6.0
    }
}
