//! `toccata synthesize`.

use crate::failure::{Failure, fault};
use artifacts::{UnfinishedFile, write_whole};
use bootstrap::models::ModelStore;
use bootstrap::shutdown::Shutdown;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use media::{AudioSettings, VideoSettings, VideoWriter};
use piano::{FingeredNote, Hand, Note};
use std::path::{Path, PathBuf};
use synthesis::clip::{Clip, FRAMES_PER_SECOND, SIZE, Variety};
use synthesis::hand_mesh::HandMesh;
use synthesis::performance::HandMeshes;
use synthesis::sound::{CHANNELS, SAMPLE_RATE};
use synthesis::truth::Truth;

/// The package that holds the hands.
const HANDS: &str = "@webxr-input-profiles/assets";
/// Render a fingered score as an overhead video with its exact truth
#[derive(Args)]
pub struct Synthesize {
    /// The score: a PIG fingering, times in seconds.
    score: PathBuf,
    /// The clip to write (MP4); its truth goes beside it, as .truth.json and .truth.pig.txt.
    #[arg(long)]
    out: PathBuf,
    /// Draws the playing, and with --vary camera, light, player and quality; the same seed gives the same clip.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Let the seed choose camera, light, player and picture quality.
    #[arg(long)]
    vary: bool,
    /// The SoundFont (sf2) of the piano.
    #[arg(long)]
    soundfont: Option<PathBuf>,
    /// Print a summary for machines.
    #[arg(long)]
    pub json: bool,
}

impl Synthesize {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let shutdown = Shutdown::listen().map_err(fault)?;
        let score = self.read_score()?;
        let meshes = read_hands()?;
        let variety = if self.vary { Variety::Varied } else { Variety::Plain };
        let mut clip = Clip::new(&score, &meshes, SIZE, variety, self.seed).map_err(|error| self.unusable(&error))?;
        let notes: Vec<Note> = clip.notes().iter().map(|fingered| fingered.note).collect();
        let sound = crate::sound_font::read_piano(self.soundfont.as_deref())?
            .play(&notes, clip.duration_secs())
            .map_err(fault)?;
        let unfinished = UnfinishedFile::for_place(&self.out)
            .map_err(|error| Failure::Usage(format!("{} cannot be written: {error}", self.out.display())))?;
        let truth = self.render(&mut clip, &sound, unfinished.path(), &shutdown)?;
        self.write_truth(&truth, clip.notes())?;
        unfinished.finish().map_err(fault)?;
        self.report(&clip);
        Ok(())
    }

    fn read_score(&self) -> Result<Vec<FingeredNote>, Failure> {
        let text = std::fs::read_to_string(&self.score)
            .map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", self.score.display())))?;
        piano::pig::read(&text).map_err(|error| self.unusable(&error))
    }

    fn unusable(&self, error: &dyn std::error::Error) -> Failure {
        Failure::Usage(format!("{}: {error}", self.score.display()))
    }

    /// Writes pictures and sound in step, and gathers the truth of every picture.
    fn render(&self, clip: &mut Clip, sound: &[f32], to: &Path, shutdown: &Shutdown) -> Result<Truth, Failure> {
        let video = VideoSettings {
            width: SIZE[0],
            height: SIZE[1],
            frames_per_second: FRAMES_PER_SECOND,
            crf: clip.scene().crf,
        };
        let audio = AudioSettings {
            sample_rate: SAMPLE_RATE,
            channels: CHANNELS,
        };
        let mut writer = VideoWriter::create(to, video, Some(audio)).map_err(fault)?;
        let bar = progress_bar(self.json, clip.frames());
        let mut frames = Vec::with_capacity(clip.frames());
        let samples_a_frame = CHANNELS * (f64::from(SAMPLE_RATE) / FRAMES_PER_SECOND) as usize;
        let mut sound = sound.chunks(samples_a_frame);
        for number in 0..clip.frames() {
            if shutdown.requested() {
                return Err(Failure::Interrupted);
            }
            let (picture, truth) = clip.frame(number);
            writer.write_frame(&picture).map_err(fault)?;
            writer.write_audio(sound.next().unwrap_or_default()).map_err(fault)?;
            frames.push(truth);
            bar.inc(1);
        }
        for rest in sound {
            writer.write_audio(rest).map_err(fault)?;
        }
        writer.finish().map_err(fault)?;
        bar.finish_and_clear();
        Ok(clip.truth(frames))
    }

    fn write_truth(&self, truth: &Truth, notes: &[FingeredNote]) -> Result<(), Failure> {
        let json = serde_json::to_vec(truth).map_err(fault)?;
        write_whole(&self.out.with_extension("truth.json"), &json).map_err(fault)?;
        write_whole(&self.out.with_extension("truth.pig.txt"), piano::pig::write(notes).as_bytes()).map_err(fault)
    }

    fn report(&self, clip: &Clip) {
        let truth = [self.out.with_extension("truth.json"), self.out.with_extension("truth.pig.txt")];
        if self.json {
            let summary = serde_json::json!({
                "clip": self.out,
                "truth": truth,
                "seed": self.seed,
                "duration_secs": clip.duration_secs(),
                "frames": clip.frames(),
            });
            println!("{summary}");
        } else {
            eprintln!("{} ({:.1} s), with its truth beside it", self.out.display(), clip.duration_secs());
        }
    }
}

fn read_hands() -> Result<HandMeshes, Failure> {
    let store = ModelStore::open().map_err(fault)?;
    let read = |file: &str, hand: Hand| {
        let path = store.file(HANDS, file).map_err(fault)?;
        HandMesh::from_glb(&std::fs::read(path).map_err(fault)?, hand).map_err(fault)
    };
    Ok(HandMeshes {
        both: [read("left.glb", Hand::Left)?, read("right.glb", Hand::Right)?],
    })
}

fn progress_bar(quiet: bool, frames: usize) -> ProgressBar {
    let bar = ProgressBar::new(frames as u64);
    if quiet {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("rendering  {wide_bar} {pos}/{len} pictures");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
