//! `toccata finger`.

use crate::failure::{Failure, fault};
use artifacts::write_whole;
use bootstrap::models::ModelStore;
use clap::Args;
use piano::pig;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use trainer::fingers::{self, FingerSources, FingeredPiece, NoteReport};
use trainer::piece::Piece;

/// Give every note of a score a finger, from the score alone
#[derive(Args)]
pub struct FingerScore {
    /// A MIDI file, a PIG file, a labelled performance (its folder or performance.json), or robopianist:NAME. Fingers and hands that it
    /// says stay; MIDI says hands by track names.
    score: String,
    /// The PIG file to write. Beside it, NAME.fingering.json says for each note where its finger comes from and what is wrong with it.
    #[arg(long)]
    out: PathBuf,
    /// Finger every note anew, whatever the score says. Hands stay.
    #[arg(long)]
    anew: bool,
    /// Print the figures for machines.
    #[arg(long)]
    pub json: bool,
}

/// The file beside the PIG file.
#[derive(Serialize)]
struct Report<'a> {
    toccata_version: &'static str,
    score: &'a str,
    sources: &'a FingerSources,
    notes: &'a [NoteReport],
}

/// Problems that a person is shown; the file has them all.
const PROBLEMS_SHOWN: usize = 8;

impl FingerScore {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let store = ModelStore::open().map_err(fault)?;
        let mut piece = Piece::read(&self.score, &store)?;
        if self.anew {
            forget_fingers(&mut piece);
        }
        let fingered = fingers::finger(&piece)?;
        let report = Report {
            toccata_version: env!("CARGO_PKG_VERSION"),
            score: &piece.name,
            sources: &fingered.sources,
            notes: &fingered.reports,
        };
        let mut json = serde_json::to_vec_pretty(&report).map_err(fault)?;
        json.push(b'\n');
        write_whole(&report_path(&self.out), &json).map_err(fault)?;
        write_whole(&self.out, pig::write(&fingered.piece.notes).as_bytes()).map_err(fault)?;
        if self.json {
            println!(
                "{}",
                serde_json::json!({ "sources": fingered.sources, "problems": problems(&fingered) })
            );
        } else {
            self.print(&fingered);
        }
        Ok(())
    }

    fn print(&self, fingered: &FingeredPiece) {
        let FingerSources {
            given,
            from_score,
            left_out,
            off_the_keyboard,
        } = fingered.sources;
        let [left, right] = fingers::notes_by_hand(&fingered.piece);
        println!("{from_score} notes fingered from the score, {given} fingers kept; {left} left hand, {right} right hand");
        if left_out > 0 {
            println!("{left_out} notes left out: no finger is free for them, or their key is taken");
        }
        if off_the_keyboard > 0 {
            println!("{off_the_keyboard} notes left out: no piano has a key for them");
        }
        let troubled: Vec<&NoteReport> = fingered.reports.iter().filter(|note| !note.problems.is_empty()).collect();
        for note in troubled.iter().take(PROBLEMS_SHOWN) {
            let finger = note.finger.map_or("-".to_owned(), |finger| finger.to_string());
            let problems = note.problems.join(", ");
            println!("  {:>8.2} s  {:<4} finger {finger:>2}  {problems}", note.onset_secs, note.pitch);
        }
        if troubled.len() > PROBLEMS_SHOWN {
            let more = troubled.len() - PROBLEMS_SHOWN;
            println!("  and {more} more in {}", report_path(&self.out).display());
        }
        println!("written to {}", self.out.display());
    }
}

fn forget_fingers(piece: &mut Piece) {
    for (note, hand) in piece.notes.iter_mut().zip(&mut piece.stated_hands) {
        *hand = hand.or(note.finger.map(|finger| finger.hand));
        note.finger = None;
    }
}

/// `song.pig.txt` has `song.fingering.json` beside it.
fn report_path(out: &Path) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".txt").unwrap_or(&name);
    let stem = stem.strip_suffix(".pig").unwrap_or(stem);
    out.with_file_name(format!("{stem}.fingering.json"))
}

fn problems(fingered: &FingeredPiece) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for problem in fingered.reports.iter().flat_map(|note| &note.problems) {
        *counts.entry(problem.as_str()).or_default() += 1;
    }
    counts
}
