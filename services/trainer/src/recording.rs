//! A recorded rollout as files: `replay.json`, its score, and `actions.npy` (or the same compressed, `actions.npz`).

use crate::error::TrainError;
use crate::piece::Piece;
use artifacts::write_whole;
use bootstrap::models::ModelStore;
use piano::{FingeredNote, pig};
use simulation::observation::ObservationSettings;
use simulation::scene::SceneSettings;
use simulation::score::{FrameSettings, Score};
use std::io::Read;
use std::path::Path;
use training::npy;
use training::replay::{Replay, ReplayScore};

/// What to build.
pub const REPLAY_FILE: &str = "replay.json";
/// What to do.
pub const ACTIONS_FILE: &str = "actions.npy";
/// The same, compressed.
pub const PACKED_ACTIONS_FILE: &str = "actions.npz";
/// The array's name in the compressed file.
const PACKED_ARRAY: &str = "actions.npy";
/// The score, where it is no song of RoboPianist's.
pub const SCORE_FILE: &str = "score.pig.txt";
/// An hour of actions is 11 MB.
const ACTION_BYTES_MAX: u64 = 256 << 20;

/// Actions and what they were recorded with.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What to build.
    pub replay: Replay,
    /// What is played.
    pub playable: Playable,
    /// The actions, one after another.
    pub actions: Vec<f32>,
    /// Numbers in an action.
    pub action_len: usize,
}

/// What is to be played, in the form that RoboPianist reads it in: its score, and the file it stands in if it needs one.
#[derive(Clone, Debug)]
pub struct Playable {
    /// How the replay names it.
    pub named: ReplayScore,
    /// The PIG file; none for RoboPianist's own songs.
    pub pig: Option<String>,
    /// In frames, as RoboPianist makes them of the file.
    pub score: Score,
}

impl Playable {
    /// Prepares a fingered piece. The pedal is played, but PIG has no words for it.
    pub fn new(piece: &Piece, frames: &FrameSettings) -> Result<Playable, TrainError> {
        if let Some(song) = piece.robopianist_song {
            return Ok(Playable {
                named: ReplayScore::RobopianistSong(song.to_owned()),
                pig: None,
                score: Score::new(&piece.notes, &piece.pedal, frames)?,
            });
        }
        refuse_unfingered(&piece.notes)?;
        let (text, notes) = piece.as_pig()?;
        Ok(Playable {
            named: ReplayScore::Pig(SCORE_FILE.to_owned()),
            pig: Some(text),
            score: Score::new(&notes, &piece.pedal, frames)?,
        })
    }

    /// What to build to play it again.
    pub fn replay(&self, scene: &SceneSettings, frames: &FrameSettings) -> Replay {
        let lookahead_steps = ObservationSettings::default().lookahead_steps;
        Replay::new(self.named.clone(), scene, frames, lookahead_steps)
    }
}

fn refuse_unfingered(notes: &[FingeredNote]) -> Result<(), TrainError> {
    let unfingered = notes.iter().filter(|note| note.finger.is_none()).count();
    if unfingered == 0 {
        return Ok(());
    }
    let message = format!("{unfingered} of {} notes have no finger", notes.len());
    Err(TrainError::refused(
        "score_unfingered",
        message,
        "Finger them with `toccata finger`.",
    ))
}

/// Writes the files of a recording into a folder.
pub fn write(folder: &Path, playable: &Playable, replay: &Replay, actions: &[f32], action_len: usize) -> Result<(), TrainError> {
    std::fs::create_dir_all(folder).map_err(TrainError::fault)?;
    if let Some(pig) = &playable.pig {
        write_whole(&folder.join(SCORE_FILE), pig.as_bytes()).map_err(TrainError::fault)?;
    }
    write_whole(&folder.join(ACTIONS_FILE), &npy::write(actions, action_len)).map_err(TrainError::fault)?;
    let mut json = serde_json::to_vec_pretty(replay).map_err(TrainError::fault)?;
    json.push(b'\n');
    write_whole(&folder.join(REPLAY_FILE), &json).map_err(TrainError::fault)
}

/// Reads the files of a recording.
pub fn read(folder: &Path, store: &ModelStore) -> Result<Recording, TrainError> {
    let broken = |file: &str, reason: String| {
        let message = format!("{}: {reason}", folder.join(file).display());
        TrainError::refused(
            "recording_unreadable",
            message,
            "Give a folder with replay.json, its score, and actions.npy or actions.npz.",
        )
    };
    let json = std::fs::read(folder.join(REPLAY_FILE)).map_err(|error| broken(REPLAY_FILE, error.to_string()))?;
    let replay: Replay = serde_json::from_slice(&json).map_err(|error| broken(REPLAY_FILE, error.to_string()))?;
    let frames = replay.frames().map_err(|error| broken(REPLAY_FILE, error.to_string()))?;
    let (file, bytes) = read_actions(folder).map_err(|(file, error)| broken(file, error.to_string()))?;
    let (actions, action_len) = npy::read(&bytes).map_err(|error| broken(file, error.to_string()))?;
    let playable = read_playable(folder, &replay.score, &frames, store)?;
    let expected = playable.score.frames().len();
    let found = actions.len() / action_len.max(1);
    if found != expected {
        return Err(broken(file, format!("it holds {found} actions; the score has {expected} frames")));
    }
    if let Some(index) = actions.iter().position(|number| !(-1.0..=1.0).contains(number)) {
        let number = actions[index];
        return Err(broken(file, format!("number {index} is {number}, which is not in [-1, 1]")));
    }
    Ok(Recording {
        replay,
        playable,
        actions,
        action_len,
    })
}

fn read_actions(folder: &Path) -> Result<(&'static str, Vec<u8>), (&'static str, std::io::Error)> {
    let plain = folder.join(ACTIONS_FILE);
    if plain.exists() {
        return read_bounded(std::fs::File::open(plain)).map_or_else(|error| Err((ACTIONS_FILE, error)), |bytes| Ok((ACTIONS_FILE, bytes)));
    }
    let unpack = || {
        let mut archive = zip::ZipArchive::new(std::fs::File::open(folder.join(PACKED_ACTIONS_FILE))?)?;
        let member = archive.by_name(PACKED_ARRAY)?;
        read_bounded(Ok(member))
    };
    unpack().map_or_else(|error| Err((PACKED_ACTIONS_FILE, error)), |bytes| Ok((PACKED_ACTIONS_FILE, bytes)))
}

fn read_bounded(file: std::io::Result<impl Read>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file?.take(ACTION_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > ACTION_BYTES_MAX {
        true => Err(std::io::Error::other("it is larger than any piece's actions")),
        false => Ok(bytes),
    }
}

fn read_playable(folder: &Path, named: &ReplayScore, frames: &FrameSettings, store: &ModelStore) -> Result<Playable, TrainError> {
    let piece = match named {
        ReplayScore::RobopianistSong(name) => Piece::read(&format!("robopianist:{name}"), store)?,
        ReplayScore::Pig(file) | ReplayScore::Midi(file) => {
            // A score lies beside its replay, wherever its name would lead.
            let name = Path::new(file).file_name().unwrap_or_default();
            Piece::read_file(&folder.join(name))?
        }
    };
    let pig = matches!(named, ReplayScore::Pig(_)).then(|| pig::write_in_order(&piece.notes));
    Ok(Playable {
        named: named.clone(),
        pig,
        score: Score::new(&piece.notes, &piece.pedal, frames)?,
    })
}
