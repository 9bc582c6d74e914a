//! Fingers from the score for the notes that neither a person nor a video gave one.

use crate::error::TrainError;
use crate::piece::Piece;
use fingering::from_score::{FingerScoreError, FingeredScore, ScoreNote, UnplayableReason, Warning, finger_score};
use piano::{FingeredNote, Hand};
use serde::{Deserialize, Serialize};

/// Notes that a message names.
const NAMED_NOTES_MAX: usize = 3;

/// Where a piece's fingers come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FingerSources {
    /// Notes whose finger came with the piece: from a video, or a person.
    pub given: usize,
    /// Notes whose finger the score alone gave.
    pub from_score: usize,
    /// Notes left out because another note strikes the same key at the same moment.
    pub left_out: usize,
    /// Notes left out because no piano has a key for them.
    pub off_the_keyboard: usize,
}

/// A note of a fingered score: `<name>.fingering.json` has one of these for each, in the order of the PIG file's lines, those without a
/// finger at the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteReport {
    /// Key, such as C4.
    pub pitch: String,
    /// Onset, seconds.
    pub onset_secs: f64,
    /// Finger as PIG writes it: 1 to 5 right, -1 to -5 left; none where no finger is left for the note.
    pub finger: Option<i8>,
    /// Whether the score alone gave the finger.
    pub from_score: bool,
    /// What two hands cannot do, or hardly.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub problems: Vec<String>,
}

/// A piece with a finger for every note that can be played.
#[derive(Clone, Debug)]
pub struct FingeredPiece {
    /// The piece; notes without a finger are left out.
    pub piece: Piece,
    /// How many fingers come from where.
    pub sources: FingerSources,
    /// Every note of the piece that came, and what is said of it.
    pub reports: Vec<NoteReport>,
}

/// Fingers what has no finger. Fingers and hands that are known stay.
pub fn finger(piece: &Piece) -> Result<FingeredPiece, TrainError> {
    let notes = piece.notes.iter().zip(&piece.stated_hands).map(|(note, hand)| ScoreNote {
        hand: hand.or(ScoreNote::from(*note).hand),
        ..ScoreNote::from(*note)
    });
    let fingered = finger_score(&notes.collect::<Vec<_>>())?;
    let kept: Vec<usize> = (0..fingered.notes.len())
        .filter(|note| fingered.notes[*note].finger.is_some())
        .collect();
    let from_score = fingered.filled.iter().filter(|filled| **filled).count();
    let sources = FingerSources {
        given: kept.len() - from_score,
        from_score,
        left_out: fingered.notes.len() - kept.len(),
        off_the_keyboard: piece.notes_off_the_keyboard,
    };
    Ok(FingeredPiece {
        piece: Piece {
            notes: kept.iter().map(|note| fingered.notes[*note]).collect(),
            stated_hands: kept.iter().map(|note| piece.stated_hands[*note]).collect(),
            ..piece.clone()
        },
        sources,
        reports: reports(&fingered),
    })
}

/// As [`finger`], for hands that are to play all of it: what nobody has a finger for is refused, not left out.
pub fn finger_to_play(piece: &Piece) -> Result<FingeredPiece, TrainError> {
    if piece.notes.is_empty() || piece.notes.iter().all(|note| note.finger.is_some()) {
        // An empty piece is refused by name where frames are made of it.
        return Ok(FingeredPiece {
            piece: piece.clone(),
            sources: FingerSources {
                given: piece.notes.len(),
                off_the_keyboard: piece.notes_off_the_keyboard,
                ..FingerSources::default()
            },
            reports: Vec::new(),
        });
    }
    let fingered = finger(piece)?;
    let without: Vec<&NoteReport> = fingered.reports.iter().filter(|report| report.has(NO_FINGER_LEFT)).collect();
    if without.is_empty() {
        return Ok(fingered);
    }
    let names = without
        .iter()
        .take(NAMED_NOTES_MAX)
        .map(|note| format!("{} at {:.2} s", note.pitch, note.onset_secs));
    let message = format!(
        "ten fingers are not enough for {} of the {} notes: {}",
        without.len(),
        piece.notes.len(),
        names.collect::<Vec<_>>().join(", ")
    );
    Err(TrainError::refused(
        "score_unplayable",
        message,
        "Take notes out of these chords, or say with the file's track names which hand plays what.",
    ))
}

const NO_FINGER_LEFT: &str = "no_finger_left";

impl NoteReport {
    fn has(&self, problem: &str) -> bool {
        self.problems.iter().any(|found| found == problem)
    }
}

/// In the order of the PIG file's lines, notes without a finger at the end.
fn reports(fingered: &FingeredScore) -> Vec<NoteReport> {
    let mut order: Vec<usize> = (0..fingered.notes.len()).collect();
    let key = |index: &usize| fingered.notes[*index];
    order.sort_by(|one, other| {
        let (a, b) = (key(one), key(other));
        let last = a.finger.is_none().cmp(&b.finger.is_none());
        let onset = a.note.onset_secs.total_cmp(&b.note.onset_secs);
        last.then(onset).then(a.note.pitch.cmp(&b.note.pitch))
    });
    let mut problems: Vec<Vec<String>> = vec![Vec::new(); fingered.notes.len()];
    for unplayable in &fingered.unplayable {
        let reason = match unplayable.reason {
            UnplayableReason::NoFingerLeft => NO_FINGER_LEFT,
            UnplayableReason::KeyTaken => "key_taken",
        };
        problems[unplayable.note].push(reason.to_owned());
    }
    for warning in &fingered.warnings {
        problems[warning.note].push(warning_name(warning).to_owned());
    }
    let report = |index: usize| {
        let FingeredNote { note, finger } = fingered.notes[index];
        NoteReport {
            pitch: note.pitch.name(),
            onset_secs: note.onset_secs,
            finger: finger.map(|finger| finger.pig_number()),
            from_score: fingered.filled[index],
            problems: problems[index].clone(),
        }
    };
    order.into_iter().map(report).collect()
}

fn warning_name(warning: &Warning) -> &'static str {
    use fingering::from_score::WarningKind;
    match warning.kind {
        WarningKind::LetGoEarly => "let_go_early",
        WarningKind::WiderThanTheHand => "wider_than_the_hand",
    }
}

impl From<FingerScoreError> for TrainError {
    fn from(error: FingerScoreError) -> TrainError {
        let (code, hint) = match &error {
            FingerScoreError::Empty => ("score_empty", "Give a score with at least one note from A0 to C8."),
            FingerScoreError::BadTimes { .. } => (
                "score_times",
                "Every note needs an onset of 0 s or more and an offset not before it.",
            ),
            FingerScoreError::TooLong { .. } | FingerScoreError::TooManyNotes { .. } => ("score_too_long", "Cut the piece."),
            FingerScoreError::Stopped => return TrainError::Stopped,
        };
        TrainError::refused(code, error.to_string(), hint)
    }
}

/// Notes of each hand: left, right.
pub fn notes_by_hand(piece: &Piece) -> [usize; 2] {
    let of = |hand: Hand| {
        let own = piece
            .notes
            .iter()
            .filter(|note| note.finger.is_some_and(|finger| finger.hand == hand));
        own.count()
    };
    Hand::BOTH.map(of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use piano::{Finger, Note, Pitch};

    fn piece(notes: &[(u8, f64, Option<i8>)]) -> Piece {
        let notes = notes.iter().map(|(pitch, onset_secs, finger)| FingeredNote {
            note: Note {
                pitch: Pitch::new(*pitch).unwrap(),
                onset_secs: *onset_secs,
                offset_secs: onset_secs + 0.4,
                velocity: 64,
            },
            finger: finger.and_then(Finger::from_pig_number),
        });
        Piece::of_notes("test", notes.collect())
    }

    #[test]
    fn what_is_unknown_is_filled_and_said() {
        let fingered = finger_to_play(&piece(&[(60, 0.0, Some(1)), (62, 0.5, None), (64, 1.0, Some(3))])).unwrap();
        assert_eq!((fingered.sources.given, fingered.sources.from_score), (2, 1));
        assert_eq!(fingered.piece.notes[1].finger, Finger::from_pig_number(2));
        assert_eq!(
            fingered.reports.iter().map(|note| note.from_score).collect::<Vec<_>>(),
            [false, true, false]
        );
    }

    #[test]
    fn a_key_struck_twice_at_once_is_struck_once() {
        let fingered = finger_to_play(&piece(&[(60, 0.0, None), (60, 0.0, None), (64, 0.0, None)])).unwrap();
        assert_eq!((fingered.piece.notes.len(), fingered.sources.left_out), (2, 1));
        assert_eq!(fingered.reports[2].problems, ["key_taken"]);
    }

    #[test]
    fn chords_for_twelve_fingers_are_refused_by_name() {
        let cluster: Vec<_> = (60..72).map(|pitch| (pitch, 1.0, None)).collect();
        let refused = finger_to_play(&piece(&cluster));
        assert!(
            matches!(&refused, Err(TrainError::Refused(refusal)) if refusal.code == "score_unplayable"),
            "{refused:?}"
        );
        assert_eq!(finger(&piece(&cluster)).unwrap().sources.left_out, 2);
    }

    #[test]
    fn nothing_and_bad_times_are_refused_by_name() {
        let code = |piece: &Piece| match finger(piece) {
            Err(TrainError::Refused(refusal)) => refusal.code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code(&piece(&[])), "score_empty");
        assert_eq!(code(&piece(&[(60, f64::NAN, None)])), "score_times");
        assert_eq!(code(&piece(&[(60, 0.0, None), (60, 1e6, None)])), "score_too_long");
    }
}
