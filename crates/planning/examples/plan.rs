//! Plans a score: `plan (SONG | SCORE.pig.txt) OUT_DIR [BUFFER_SECS] [CONTROL_STEPS] [SEED] [THREADS]` writes actions.npy and
//! replay.json and prints frame F1. SONG is a song of RoboPianist's, such as NocturneRousseau.

use bootstrap::models::ModelStore;
use planning::models::Models;
use planning::playback::{Plan, play_prior};
use planning::prior::Prior;
use planning::settings::PriorSettings;
use simulation::mujoco::Mujoco;
use simulation::scene::{HandAssets, MESH_FILES, SceneSettings};
use simulation::score::{FrameSettings, Score};
use std::path::Path;
use training::songs::Song;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, out, rest @ ..] = arguments.as_slice() else {
        return Err("usage: plan (SONG | SCORE.pig.txt) OUT_DIR [BUFFER_SECS] [CONTROL_STEPS] [SEED] [THREADS]".into());
    };
    let number = |index: usize, default: f64| rest.get(index).map_or(Ok(default), |text| text.parse::<f64>());
    let frames = FrameSettings {
        initial_buffer_secs: number(0, 0.0)?,
        ..FrameSettings::default()
    };
    let threads = number(3, 1.0)? as usize;
    let store = ModelStore::open()?;
    let out = Path::new(out);
    std::fs::create_dir_all(out)?;
    let score = read_score(name, &store, out, &frames)?;
    let models = models(&store, &score)?;

    let start_secs = cpu_secs();
    let prior = Prior::new(&models, &score, &PriorSettings::default(), threads, &mut |_| true)?;
    println!(
        "{} frames, prior planned in {:.1} CPU s",
        score.frames().len(),
        cpu_secs() - start_secs
    );
    let plan = play_prior(&models.exact, &score, &prior, &mut |_| true)?;
    report("prior", &plan, &score, cpu_secs() - start_secs);
    write(&plan, out)?;
    Ok(())
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

fn report(what: &str, plan: &Plan, score: &Score, cpu_secs: f64) {
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
