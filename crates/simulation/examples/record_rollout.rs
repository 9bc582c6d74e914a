//! Records a rollout so that it can be replayed in RoboPianist: `record_rollout SCORE.pig.txt OUT_DIR [waves|noise]` writes
//! actions.npy, replay.json and trace.npz (state, observation and every reward term) with actions made by integer arithmetic.

#[expect(dead_code, reason = "each program uses a part of what is shared")]
#[path = "../tests/common/mod.rs"]
mod common;

use simulation::environment::{Environment, EpisodeStatus, TaskSettings};
use simulation::scene::SceneSettings;
use simulation::score::{FrameSettings, Score};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [score_path, out, rest @ ..] = arguments.as_slice() else {
        return Err("usage: record_rollout SCORE.pig.txt OUT_DIR [waves|noise]".into());
    };
    let action: fn(usize, usize) -> f32 = match rest {
        [kind] if kind == "noise" => common::noise,
        _ => common::waves,
    };
    let text = std::fs::read_to_string(score_path)?;
    let score = Score::new(&piano::pig::read(&text)?, &[], &FrameSettings::default())?;
    let model = common::model(&SceneSettings::default());
    let mut environment = Environment::new(&model, Arc::new(score), TaskSettings::default());

    let mut actions = Rows::default();
    let mut positions = Rows::default();
    let mut observations = Rows::default();
    let mut terms: Vec<[f64; 5]> = Vec::new();
    let mut observe = |environment: &Environment| {
        let mut seen = vec![0.0_f32; environment.layout().len()];
        environment.observe(&mut seen);
        observations.push(seen.iter().flat_map(|number| number.to_le_bytes()));
        positions.push(environment.positions().iter().flat_map(|number| number.to_le_bytes()));
    };
    observe(&environment);
    for step in 0.. {
        let taken: Vec<f32> = (0..model.action_len()).map(|column| action(step, column)).collect();
        actions.push(taken.iter().flat_map(|number| number.to_le_bytes()));
        let done = environment.step(&taken)?;
        let reward = done.reward;
        terms.push([reward.key_press, reward.sustain, reward.energy, reward.fingering, reward.forearm]);
        observe(&environment);
        if done.status != EpisodeStatus::Running {
            println!(
                "{} steps, {:?}, {} key events",
                step + 1,
                done.status,
                environment.key_events().len()
            );
            break;
        }
    }

    let out = Path::new(out);
    std::fs::create_dir_all(out)?;
    std::fs::write(out.join("score.pig.txt"), text)?;
    std::fs::write(out.join("replay.json"), "{\"score\": {\"pig\": \"score.pig.txt\"}}\n")?;
    std::fs::write(out.join("actions.npy"), actions.npy("<f4", model.action_len()))?;
    let mut trace = zip::ZipWriter::new(std::fs::File::create(out.join("trace.npz"))?);
    let mut add = |name: &str, contents: Vec<u8>| -> Result<(), Failure> {
        trace.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default())?;
        Ok(trace.write_all(&contents)?)
    };
    add("qpos", positions.npy("<f8", model.state_len()))?;
    add("observation", observations.npy("<f4", environment.layout().len()))?;
    add("reward", column(terms.iter().map(|terms| terms.iter().sum())))?;
    let names = ["key_press", "sustain", "energy", "fingering", "forearm"];
    for (index, name) in names.iter().enumerate() {
        add(&format!("{name}_reward"), column(terms.iter().map(|terms| terms[index])))?;
    }
    trace.finish()?;
    Ok(())
}

/// Rows of an array, little-endian.
#[derive(Default)]
struct Rows {
    count: usize,
    bytes: Vec<u8>,
}

impl Rows {
    fn push(&mut self, bytes: impl Iterator<Item = u8>) {
        self.count += 1;
        self.bytes.extend(bytes);
    }

    fn npy(self, kind: &str, columns: usize) -> Vec<u8> {
        npy(kind, &format!("({}, {columns})", self.count), self.bytes)
    }
}

fn column(numbers: impl Iterator<Item = f64>) -> Vec<u8> {
    let bytes: Vec<u8> = numbers.flat_map(f64::to_le_bytes).collect();
    npy("<f8", &format!("({},)", bytes.len() / 8), bytes)
}

/// NumPy's format, version 1.0: magic, length of the header, header padded to 64 bytes, numbers.
fn npy(kind: &str, shape: &str, bytes: Vec<u8>) -> Vec<u8> {
    const BEFORE_HEADER: usize = 10;
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let padding = 64 - (BEFORE_HEADER + header.len() + 1) % 64;
    header.push_str(&" ".repeat(padding % 64));
    header.push('\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(bytes);
    file
}
