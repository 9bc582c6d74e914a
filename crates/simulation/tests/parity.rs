//! Goal: given the same actions, the same states, observations and rewards as RoboPianist's.
//! Method: golden files made by the unmodified Python package (`golden/make_golden.py` says how); scores and actions are made
//! here and there by the same integer arithmetic. MuJoCo's library and the hands have to be fetched (`make models`).

mod common;

use piano::{Finger, Hand};
use serde::Deserialize;
use simulation::environment::{Environment, EpisodeStatus, TaskSettings};
use simulation::metrics::Played;
use simulation::observation::ObservationSettings;
use simulation::reward::RewardTerms;
use simulation::scene::SceneSettings;
use simulation::scene::forearm::ForearmDof;
use simulation::score::{FrameSettings, Score};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Largest difference relative to RoboPianist's number, which is taken to be at least [`SMALL`]: many joints rest at 0.
const RELATIVE_MAX: f64 = 1e-6;
const SMALL: f64 = 1e-3;

#[derive(Deserialize)]
struct Golden {
    /// Each frame's keys, velocities and fingers (RoboPianist's numbers).
    due: Vec<Vec<(usize, u8, usize)>>,
    sustain: Vec<u8>,
    action_size: usize,
    observation_size: usize,
    /// Keys that sound after each step.
    sounding: Vec<Vec<usize>>,
    /// Keys and pedal moved so many times.
    events: usize,
    terms: BTreeMap<String, Vec<f64>>,
    positions: BTreeMap<usize, Vec<f64>>,
    /// Place and number, where it is not 0.
    observations: BTreeMap<usize, Vec<(usize, f32)>>,
    scores: Option<BTreeMap<String, f64>>,
}

#[test]
fn the_settings_of_the_paper_for_500_steps() {
    let frames = FrameSettings::default();
    let score = Score::new(&common::notes(1, 150), &common::pedal(1, 9), &frames).unwrap();
    check("paper", score, &SceneSettings::default(), 10, common::waves);
}

#[test]
fn the_full_action_space_with_mesh_fingertips_and_weight() {
    let frames = FrameSettings {
        trim_silence: false,
        initial_buffer_secs: 0.3,
        ..FrameSettings::default()
    };
    let score = Score::new(&common::notes(2, 40), &common::pedal(2, 3), &frames).unwrap();
    let scene = SceneSettings {
        reduced_action_space: false,
        gravity_compensation: false,
        primitive_fingertip_collisions: false,
        ..SceneSettings::default()
    };
    check("full", score, &scene, 2, common::noise);
}

#[test]
fn forearms_that_move_every_way_and_hands_that_pass_through_each_other() {
    let score = Score::new(&common::notes(3, 40), &common::pedal(3, 2), &FrameSettings::default()).unwrap();
    let scene = SceneSettings {
        reduced_action_space: false,
        disable_hand_collisions: true,
        extra_forearm_dofs: vec![ForearmDof::Tz, ForearmDof::Roll, ForearmDof::Pitch, ForearmDof::Yaw],
        ..SceneSettings::default()
    };
    check("extra_dofs", score, &scene, 0, common::waves);
}

fn check(name: &str, score: Score, scene: &SceneSettings, lookahead_steps: usize, action: fn(usize, usize) -> f32) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    let golden: Golden = serde_json::from_str(&std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()).unwrap();
    same_frames(&score, &golden);

    let model = common::model(scene);
    assert_eq!(model.action_len(), golden.action_size);
    let settings = TaskSettings {
        observation: ObservationSettings {
            lookahead_steps,
            previous_action_and_reward: true,
            ..ObservationSettings::default()
        },
        ..TaskSettings::default()
    };
    let score = Arc::new(score);
    let mut environment = Environment::new(&model, Arc::clone(&score), settings);
    assert_eq!(environment.layout().len(), golden.observation_size);

    let mut played = Played::default();
    let mut pedal_moves = 0;
    same_moment(&environment, 0, &golden);
    for (step, sounding) in golden.sounding.iter().enumerate() {
        let action: Vec<f32> = (0..golden.action_size).map(|column| action(step, column)).collect();
        let pedal_was_down = environment.pedal_down();
        let done = environment.step(&action).unwrap();
        pedal_moves += usize::from(environment.pedal_down() != pedal_was_down);
        played.record(&environment);
        same_reward(&done.reward, step, &golden);
        let ours: Vec<usize> = (0..88).filter(|key| environment.keys().sounding[*key]).collect();
        assert_eq!(&ours, sounding, "{name}: keys that sound after step {step}");
        same_moment(&environment, step + 1, &golden);
        let over = step + 1 == golden.due.len();
        assert_eq!(done.status, if over { EpisodeStatus::Finished } else { EpisodeStatus::Running });
    }
    assert_eq!(environment.key_events().len() + pedal_moves, golden.events, "{name}: events");
    if let Some(scores) = &golden.scores {
        let (keys, sustain) = (played.key_scores(&score), played.sustain_scores(&score));
        same("precision", keys.precision, scores["precision"]);
        same("recall", keys.recall, scores["recall"]);
        same("f1", keys.f1, scores["f1"]);
        same("sustain_precision", sustain.precision, scores["sustain_precision"]);
        same("sustain_recall", sustain.recall, scores["sustain_recall"]);
        same("sustain_f1", sustain.f1, scores["sustain_f1"]);
    }
}

fn same_frames(score: &Score, golden: &Golden) {
    assert_eq!(score.frames().len(), golden.due.len());
    for (index, (frame, due)) in score.frames().iter().zip(&golden.due).enumerate() {
        let number = |finger: Finger| finger.finger.index() + if finger.hand == Hand::Right { 0 } else { 5 };
        let ours: Vec<_> = frame
            .notes
            .iter()
            .map(|note| (note.pitch.key_index(), note.velocity, number(note.finger.unwrap())))
            .collect();
        assert_eq!(&ours, due, "frame {index}");
        assert_eq!(u8::from(frame.sustain), golden.sustain[index], "pedal in frame {index}");
    }
}

fn same_reward(reward: &RewardTerms, step: usize, golden: &Golden) {
    let terms = [
        ("key_press_reward", reward.key_press),
        ("sustain_reward", reward.sustain),
        ("energy_reward", reward.energy),
        ("fingering_reward", reward.fingering),
        ("forearm_reward", reward.forearm),
    ];
    assert_eq!(golden.terms.len(), terms.len());
    for (name, ours) in terms {
        same(&format!("{name} in step {step}"), ours, golden.terms[name][step]);
    }
}

fn same_moment(environment: &Environment, steps: usize, golden: &Golden) {
    if let Some(positions) = golden.positions.get(&steps) {
        assert_eq!(environment.positions().len(), positions.len());
        for (joint, (ours, theirs)) in environment.positions().iter().zip(positions).enumerate() {
            same(&format!("joint {joint} after {steps} steps"), *ours, *theirs);
        }
    }
    if let Some(seen) = golden.observations.get(&steps) {
        let mut theirs = vec![0.0_f32; golden.observation_size];
        for (place, number) in seen {
            theirs[*place] = *number;
        }
        let mut ours = theirs.clone();
        environment.observe(&mut ours);
        for (place, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            same(
                &format!("number {place} of the observation after {steps} steps"),
                f64::from(*ours),
                f64::from(*theirs),
            );
        }
    }
}

fn same(what: &str, ours: f64, theirs: f64) {
    let relative = (ours - theirs).abs() / theirs.abs().max(SMALL);
    assert!(relative <= RELATIVE_MAX, "{what}: {ours} here, {theirs} in RoboPianist");
}
