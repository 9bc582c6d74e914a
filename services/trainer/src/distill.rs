//! From many pieces to one policy that plays what it has not seen.

use crate::error::TrainError;
use crate::fingers::{finger, finger_to_play};
use crate::hands::Hands;
use crate::piece::Piece;
use crate::policy;
use crate::recording::Playable;
use crate::teacher::PlanTeacher;
use crate::train::{Progress, best_f1, learn, planning_ended};
use artifacts::write_whole;
use bootstrap::clock::process_cpu_secs;
use piano::{FingeredNote, Note, PedalInterval};
use planning::models::Models;
use planning::prior::Prior;
use planning::settings::PriorSettings;
use serde::{Deserialize, Serialize};
use simulation::scene::SceneSettings;
use simulation::score::{FrameSettings, Score};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use training::imitation::{ImitationSettings, Lesson};
use training::metrics::{Actor, Metrics, measure};
use training::practice::practice;

/// How the policy came about, and how well it plays what it was not taught.
pub const DISTILLATION_FILE: &str = "distillation.json";
/// Longer pieces are taught in parts, seconds.
const PART_SECS: f64 = 30.0;
/// Practice pieces that no lesson is made of: the policy that plays them best is kept.
const JUDGED: usize = 12;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct DistillRequest {
    /// Practice pieces to learn beside those that are given.
    pub practice: usize,
    /// How scores are cut into frames.
    pub frames: FrameSettings,
    /// The scene.
    pub scene: SceneSettings,
    /// How the network imitates.
    pub imitation: ImitationSettings,
    /// Whatever is drawn by chance is drawn from here.
    pub seed: u64,
    /// Threads that compute.
    pub threads: NonZeroUsize,
}

/// A piece that was held apart, and how the policy plays it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// What was played.
    pub piece: String,
    /// How well, unseen.
    pub metrics: Metrics,
}

/// `distillation.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distilled {
    /// Version of Toccata.
    pub toccata_version: String,
    /// The pieces that were taught, beside practice.
    pub pieces: Vec<String>,
    /// Practice pieces that were taught.
    pub practice: usize,
    /// Lessons in all: longer pieces are taught in parts.
    pub lessons: usize,
    /// Control steps in them.
    pub frames: usize,
    /// The seed of all chance.
    pub seed: u64,
    /// Threads that computed.
    pub threads: usize,
    /// Processor time of the whole process while it learned, seconds.
    pub cpu_secs: f64,
    /// How well the kept policy plays practice pieces that no lesson was made of: mean frame F1.
    pub practice_f1: f64,
    /// Pieces that were held apart.
    pub held_out: Vec<HeldOut>,
}

/// Teaches one network all pieces, and writes it into `out`. `advanced` is told how far it is and says whether to go on.
pub fn distill(
    hands: &Hands,
    pieces: &[Piece],
    held_out: &[Piece],
    request: &DistillRequest,
    out: &Path,
    advanced: &mut dyn FnMut(Progress) -> bool,
) -> Result<Distilled, TrainError> {
    let began_cpu_secs = process_cpu_secs();
    // What cannot be played is refused before anything is learned.
    let held_out = held_out.iter().map(|piece| {
        let fingered = finger_to_play(piece)?.piece;
        Ok((piece.name.clone(), Playable::new(&fingered, &request.frames)?))
    });
    let held_out: Vec<(String, Playable)> = held_out.collect::<Result<_, TrainError>>()?;
    let names: Vec<String> = pieces.iter().map(|piece| piece.name.clone()).collect();
    let judged: Vec<Arc<Score>> = (0..JUDGED)
        .map(|index| practice_score(request, request.practice + index))
        .collect::<Result<_, _>>()?;
    let mut scores = Vec::new();
    for piece in pieces {
        let fingered = finger_to_play(piece)?.piece;
        for part in parts(&fingered) {
            scores.push(Arc::new(Score::new(&part.notes, &part.pedal, &request.frames)?));
        }
    }
    for index in 0..request.practice {
        scores.push(practice_score(request, index)?);
    }
    let taught = teachers(hands, scores, request, advanced)?;
    let lessons = taught.iter().map(|(score, teacher)| Lesson {
        score: Arc::clone(score),
        teacher,
    });
    let lessons: Vec<Lesson<'_>> = lessons.collect();
    let model = hands.build(&request.scene)?;
    let imitated = learn(
        &model,
        &lessons,
        &judged,
        &request.imitation,
        request.seed,
        request.threads,
        advanced,
    )?;
    policy::write(out, &imitated.policy, &imitated.curve)?;
    let cpu_secs = process_cpu_secs() - began_cpu_secs;
    let held_out = held_out.iter().map(|(piece, playable)| {
        let rollout = policy::play(&imitated.policy, &model, playable)?;
        Ok(HeldOut {
            piece: piece.clone(),
            metrics: measure(&playable.score, &rollout, Actor::Policy, None),
        })
    });
    let distilled = Distilled {
        toccata_version: env!("CARGO_PKG_VERSION").to_owned(),
        pieces: names,
        practice: request.practice,
        lessons: lessons.len(),
        frames: lessons.iter().map(|lesson| lesson.score.frames().len()).sum(),
        seed: request.seed,
        threads: request.threads.get(),
        cpu_secs,
        practice_f1: best_f1(&imitated.curve).unwrap_or(0.0),
        held_out: held_out.collect::<Result<_, TrainError>>()?,
    };
    let mut json = serde_json::to_vec_pretty(&distilled).map_err(TrainError::fault)?;
    json.push(b'\n');
    write_whole(&out.join(DISTILLATION_FILE), &json).map_err(TrainError::fault)?;
    Ok(distilled)
}

/// A practice piece, fingered by us.
fn practice_score(request: &DistillRequest, index: usize) -> Result<Arc<Score>, TrainError> {
    const PIECES_OF_A_SEED: u64 = 1 << 32;
    let practice = practice(request.seed.wrapping_mul(PIECES_OF_A_SEED).wrapping_add(index as u64));
    let unfingered = practice.notes.iter().map(|handed| FingeredNote {
        note: handed.note,
        finger: None,
    });
    let piece = Piece {
        stated_hands: practice.notes.iter().map(|handed| handed.hand).collect(),
        pedal: practice.pedal,
        ..Piece::of_notes(format!("practice {index}"), unfingered.collect())
    };
    // What nobody has a finger for is left out: it is only practice.
    let piece = finger(&piece)?.piece;
    Ok(Arc::new(Score::new(&piece.notes, &piece.pedal, &request.frames)?))
}

/// Finds each score's prior, who teaches it.
fn teachers(
    hands: &Hands,
    scores: Vec<Arc<Score>>,
    request: &DistillRequest,
    advanced: &mut dyn FnMut(Progress) -> bool,
) -> Result<Vec<(Arc<Score>, PlanTeacher)>, TrainError> {
    let Some(first) = scores.first() else {
        return Err(TrainError::refused(
            "no_piece",
            "there is no piece to learn",
            "Give scores, or practice pieces with --practice.",
        ));
    };
    // Poses need the hands alone, which are the same for every score.
    let models = Models::build(hands.mujoco(), hands.assets(), &request.scene, first).map_err(TrainError::fault)?;
    let count = scores.len();
    let mut taught = Vec::with_capacity(count);
    for (index, score) in scores.into_iter().enumerate() {
        let mut finding = |share: f64| {
            advanced(Progress {
                stage: "poses",
                share: (index as f64 + share) / count as f64,
                ..Progress::default()
            })
        };
        let prior = Prior::new(&models, &score, &PriorSettings::default(), request.threads.get(), &mut finding);
        taught.push((score, PlanTeacher::of_prior(prior.map_err(planning_ended)?)));
    }
    Ok(taught)
}

/// Cuts a piece into parts that begin at its start and every half minute; notes belong where they begin.
fn parts(piece: &Piece) -> Vec<Piece> {
    let end_secs = piece.notes.iter().map(|note| note.note.onset_secs).fold(0.0, f64::max);
    let count = (end_secs / PART_SECS).floor() as usize + 1;
    let part = |index: usize| {
        let start_secs = index as f64 * PART_SECS;
        let inside = |secs: f64| secs >= start_secs && secs < start_secs + PART_SECS;
        let notes = piece
            .notes
            .iter()
            .filter(|note| inside(note.note.onset_secs))
            .map(|fingered| FingeredNote {
                note: Note {
                    onset_secs: fingered.note.onset_secs - start_secs,
                    offset_secs: fingered.note.offset_secs - start_secs,
                    ..fingered.note
                },
                ..*fingered
            });
        let pedal = piece.pedal.iter().filter(|held| inside(held.start_secs)).map(|held| PedalInterval {
            start_secs: held.start_secs - start_secs,
            end_secs: held.end_secs - start_secs,
        });
        Piece {
            pedal: pedal.collect(),
            ..Piece::of_notes(format!("{}, part {}", piece.name, index + 1), notes.collect())
        }
    };
    (0..count).map(part).filter(|part| !part.notes.is_empty()).collect()
}
