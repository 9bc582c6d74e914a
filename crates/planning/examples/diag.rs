//! Plans a score: `plan (SONG | SCORE.pig.txt) OUT_DIR [BUFFER_SECS] [CONTROL_STEPS] [SEED] [THREADS]` writes actions.npy and
//! replay.json and prints frame F1. SONG is a song of RoboPianist's, such as NocturneRousseau.

use bootstrap::models::ModelStore;
use planning::models::Models;

use planning::playback::{Plan, play_prior};
use planning::prior::Prior;
use planning::settings::PriorSettings;
use simulation::mujoco::Mujoco;
use simulation::physics::Sensed as _;
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
    let poses = prior.poses();
    let mut physics = simulation::physics::Physics::new(&models.exact);
    let nu = models.exact.controls().len();
    let mut c = vec![0.0; nu];
    let verbose = number(1, 0.0)? > 0.0;
    let mut agg = [[0usize; 8]; 2];
    for (t, frame) in score.frames().iter().enumerate() {
        prior.controls(t, &physics, &mut c);
        physics.step(&c);
        let (_, sound) = physics.keys();
        for n in &frame.notes {
            let f = n.finger.unwrap();
            let h = usize::from(f.hand == piano::Hand::Left);
            let y = simulation::scene::piano::key_center(n.pitch)[1];
            let pl = poses.tips[t + 1][h][f.finger.index()];
            let ac = physics.fingertip(f);
            let a = &mut agg[h];
            a[0] += 1;
            let hit = sound[n.pitch.key_index()];
            let pe = (pl[1] - y).abs();
            let ae = (ac[1] - y).abs();
            if hit {
                a[1] += 1
            } else if pe > 0.007 {
                a[2] += 1;
                if pe > 0.02 {
                    a[3] += 1
                }
            } else if ae > 0.008 {
                a[4] += 1
            } else if ac[2] > simulation::scene::piano::key_center(n.pitch)[2] + 0.03 {
                a[5] += 1
            } else {
                a[6] += 1
            }
            if verbose {
                println!(
                    "{t} {} {} {} plan dy {:.1} x {:.1} z {:.1} | actual dy {:.1} x {:.1} z {:.1} arm plan {:.1} is {:.1} mm",
                    n.pitch.name(),
                    f.pig_number(),
                    if hit { "hit" } else { "MISS" },
                    (pl[1] - y) * 1e3,
                    pl[0] * 1e3,
                    pl[2] * 1e3,
                    (ac[1] - y) * 1e3,
                    ac[0] * 1e3,
                    ac[2] * 1e3,
                    poses.lengths[t + 1][if h == 0 { 17 } else { 36 }] * 1e3,
                    physics.lengths()[if h == 0 { 17 } else { 36 }] * 1e3
                );
            }
        }
        if verbose {
            let due: Vec<usize> = frame.notes.iter().map(|n| n.pitch.key_index()).collect();
            for k in 0..88 {
                if sound[k] && !due.contains(&k) {
                    let y = simulation::scene::piano::key_center(piano::Pitch::all().nth(k).unwrap())[1];
                    let f = piano::Finger::all()
                        .min_by(|a, b| {
                            (physics.fingertip(*a)[1] - y)
                                .abs()
                                .total_cmp(&(physics.fingertip(*b)[1] - y).abs())
                        })
                        .unwrap();
                    let h = usize::from(f.hand == piano::Hand::Left);
                    let pl = poses.tips[t + 1][h][f.finger.index()];
                    let ac = physics.fingertip(f);
                    println!(
                        "{t} FALSE {k} near {} plan dy {:.1} x {:.1} z {:.1} | actual dy {:.1} x {:.1} z {:.1}",
                        f.pig_number(),
                        (pl[1] - y) * 1e3,
                        pl[0] * 1e3,
                        pl[2] * 1e3,
                        (ac[1] - y) * 1e3,
                        ac[0] * 1e3,
                        ac[2] * 1e3
                    );
                }
            }
        }
    }
    for (h, a) in agg.iter().enumerate() {
        println!(
            "hand {h}: due {} hit {} | plan off {} (far {}) actual off {} high {} other {}",
            a[0], a[1], a[2], a[3], a[4], a[5], a[6]
        );
    }
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
