//! Tunes the prior's numbers to scores: `tune TRIALS SEED THREADS BUFFER_SECS SCORE...` prints the best found.

use bootstrap::models::ModelStore;
use planning::models::Models;
use planning::settings::PriorSettings;
use planning::tuning::{Piece, tune};
use simulation::mujoco::Mujoco;
use simulation::scene::{HandAssets, MESH_FILES, SceneSettings};
use simulation::score::{FrameSettings, Score};
use training::songs::Song;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [trials, seed, threads, buffer, names @ ..] = arguments.as_slice() else {
        return Err("usage: tune TRIALS SEED THREADS BUFFER_SECS SCORE...".into());
    };
    let frames = FrameSettings {
        initial_buffer_secs: buffer.parse()?,
        ..FrameSettings::default()
    };
    let store = ModelStore::open()?;
    let scores: Result<Vec<Score>, Failure> = names.iter().map(|name| read_score(name, &store, &frames)).collect();
    let scores = scores?;
    let models: Result<Vec<Models>, Failure> = scores.iter().map(|score| models(&store, score)).collect();
    let models = models?;
    let pieces: Vec<Piece<'_>> = models.iter().zip(&scores).map(|(models, score)| Piece { models, score }).collect();
    let mut report = |f1: f64, best: Option<&PriorSettings>| {
        if let Some(settings) = best {
            println!("{f1:.4} {settings:?}");
        }
        true
    };
    let (_, f1) = tune(
        &pieces,
        &PriorSettings::default(),
        trials.parse()?,
        seed.parse()?,
        threads.parse()?,
        &mut report,
    )?;
    println!("mean frame F1 {f1:.4}");
    Ok(())
}

fn read_score(name: &str, store: &ModelStore, frames: &FrameSettings) -> Result<Score, Failure> {
    let (notes, pedal) = match Song::named(name) {
        Some(song) => song.read(&std::fs::read(store.file("robopianist", song.file)?)?)?,
        None => (piano::pig::read(&std::fs::read_to_string(name)?)?, Vec::new()),
    };
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
