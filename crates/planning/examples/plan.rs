//! Plans a score: `plan (SONG | SCORE.pig.txt) OUT_DIR [BUFFER_SECS] [SEED] [THREADS] [EFFORT] [TRIALS]` writes actions.npy and replay.json
//! and prints frame F1. SONG is a song of RoboPianist's, such as NocturneRousseau. EFFORT is samples:rounds:horizon:commit:attempts,
//! the attempts at a window as multiples of the samples, with commas between; no rounds are the prior alone. TRIALS tune
//! the prior to the piece.

use bootstrap::models::ModelStore;
use planning::models::Models;
use planning::planner::{self, Progress, Standing};
use planning::playback::{Plan, play_prior};
use planning::prior::Prior;
use planning::settings::{PlannerSettings, PriorSettings};
use planning::tuning::{Piece, tune};
use simulation::mujoco::Mujoco;
use simulation::scene::{HandAssets, MESH_FILES, SceneSettings};
use simulation::score::{FrameSettings, Score};
use std::path::Path;
use training::songs::Song;

/// Frames between lines about progress.
const REPORTED_FRAMES: usize = 500;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, out, rest @ ..] = arguments.as_slice() else {
        return Err("usage: plan (SONG | SCORE.pig.txt) OUT_DIR [BUFFER_SECS] [SEED] [THREADS] [EFFORT] [TRIALS]".into());
    };
    let number = |index: usize, default: f64| rest.get(index).map_or(Ok(default), |text| text.parse::<f64>());
    let frames = FrameSettings {
        initial_buffer_secs: number(0, 0.0)?,
        ..FrameSettings::default()
    };
    let threads = number(2, 1.0)? as usize;
    let store = ModelStore::open()?;
    let out = Path::new(out);
    std::fs::create_dir_all(out)?;
    let score = read_score(name, &store, out, &frames)?;
    let models = models(&store, &score)?;

    let start_secs = cpu_secs();
    let trials = number(4, 0.0)? as usize;
    let pieces = [Piece {
        models: &models,
        score: &score,
    }];
    let (tuned, _) = tune(
        &pieces,
        &PriorSettings::default(),
        trials,
        number(1, 0.0)? as u64,
        1,
        &mut |_, _| true,
    )?;
    let prior = Prior::new(&models, &score, &tuned, threads, &mut |_| true)?;
    println!(
        "{} frames, prior planned in {:.1} CPU s",
        score.frames().len(),
        cpu_secs() - start_secs
    );
    let mut plan = play_prior(&models.exact, &score, &prior, &mut |_| true)?;
    report_scores("prior", &plan, &score, cpu_secs() - start_secs);
    let mut effort = rest.get(3).map_or("12:2:8:1:1", String::as_str).split(':');
    let mut part = || effort.next().unwrap_or("1");
    let samples = part().parse()?;
    let settings = PlannerSettings {
        arm_samples: samples,
        finger_samples: samples,
        rounds: part().parse()?,
        horizon_frames: part().parse()?,
        commit_frames: part().parse()?,
        efforts: part().split(',').map(str::parse).collect::<Result<_, _>>()?,
        seed: number(1, 0.0)? as u64,
        threads,
        ..PlannerSettings::default()
    };
    if settings.rounds > 0 {
        let mut report = |standing: &Standing<'_>| {
            let Progress {
                frames,
                frames_total,
                frames_right,
                control_steps,
            } = standing.progress;
            if frames % REPORTED_FRAMES < settings.window_frames || frames == frames_total {
                println!("{frames} of {frames_total} frames, {frames_right} right, {control_steps} control steps");
            }
            true
        };
        let loose = Prior::new(&models, &score, &tuned.loose(), threads, &mut |_| true)?;
        plan = planner::plan(&models, &score, &prior, &[&loose], &settings, None, &mut report)?.0;
        report_scores("plan", &plan, &score, cpu_secs() - start_secs);
    }
    write(&plan, out)
}

fn read_score(name: &str, store: &ModelStore, out: &Path, frames: &FrameSettings) -> Result<Score, Failure> {
    let buffer = frames.initial_buffer_secs;
    let (notes, pedal, score_json) = match Song::named(name) {
        Some(song) => {
            let (notes, pedal) = song.read(&std::fs::read(store.file("robopianist", song.file)?)?)?;
            (notes, pedal, serde_json::json!({"robopianist_song": name}))
        }
        None => {
            let text = std::fs::read_to_string(name)?;
            std::fs::write(out.join("score.pig.txt"), &text)?;
            (piano::pig::read(&text)?, Vec::new(), serde_json::json!({"pig": "score.pig.txt"}))
        }
    };
    let replay = serde_json::json!({"score": score_json, "initial_buffer_time": buffer});
    std::fs::write(out.join("replay.json"), replay.to_string())?;
    Ok(Score::new(&notes, &pedal, frames)?)
}

fn models(store: &ModelStore, score: &Score) -> Result<Models, Failure> {
    let mujoco = Mujoco::load(&store.file("mujoco", "libmujoco.so")?)?;
    let bytes = |name: &str| -> Result<Vec<u8>, Failure> { Ok(std::fs::read(store.file("robopianist", name)?)?) };
    let meshes: Result<_, Failure> = MESH_FILES.iter().map(|name| Ok((name.to_string(), bytes(name)?))).collect();
    let assets = HandAssets {
        left_hand_xml: String::from_utf8(bytes("left_hand.xml")?)?,
        right_hand_xml: String::from_utf8(bytes("right_hand.xml")?)?,
        meshes: meshes?,
    };
    Ok(Models::build(mujoco, &assets, &SceneSettings::default(), score)?)
}

fn report_scores(what: &str, plan: &Plan, score: &Score, cpu_secs: f64) {
    let scores = plan.scores(score);
    println!(
        "{what}: frame F1 {:.4}, precision {:.4}, recall {:.4}, {cpu_secs:.1} CPU s",
        scores.f1, scores.precision, scores.recall
    );
}

fn write(plan: &Plan, out: &Path) -> Result<(), Failure> {
    let columns = plan.actions.first().map_or(0, Vec::len);
    Ok(std::fs::write(
        out.join("actions.npy"),
        training::npy::write(&plan.actions.concat(), columns),
    )?)
}

/// CPU time of this process, all threads.
fn cpu_secs() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}
