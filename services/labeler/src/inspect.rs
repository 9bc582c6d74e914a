//! What a file is, before any work is done on it: its facts, its hash, and whether it is within limits.

use crate::error::LabelError;
use crate::request::Limits;
use bootstrap::digest::sha256_of;
use labeling::performance::{Source, VideoFacts};
use labeling::refusal::{Refusal, RefusalCode};
use media::MediaFacts;
use std::path::Path;

/// A video file that may be worked on.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// For provenance.
    pub source: Source,
    /// Facts about its pictures.
    pub video: VideoFacts,
    /// Whether it has sound.
    pub has_sound: bool,
}

/// Looks into a file without decoding it.
pub fn inspect(path: &Path, limits: &Limits) -> Result<Inspected, LabelError> {
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !metadata.is_file() {
        return Err(Refusal::new(RefusalCode::MediaUnreadable, format!("{} is not a file", path.display())).into());
    }
    check_size(path, metadata.len(), limits)?;
    let facts = media::probe(path)?;
    let video = facts
        .video
        .ok_or_else(|| media::MediaError::NoVideoStream { path: path.to_owned() })?;
    check_limits(path, &facts, limits)?;
    Ok(Inspected {
        source: Source {
            name: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            sha256: sha256_of(path).map_err(|error| unreadable(path, &error))?,
            duration_secs: facts.duration_secs,
            origin: None,
        },
        video: VideoFacts {
            width: video.width,
            height: video.height,
            frames_per_second: video.frames_per_second,
        },
        has_sound: facts.audio.is_some(),
    })
}

fn check_size(path: &Path, bytes: u64, limits: &Limits) -> Result<(), Refusal> {
    if bytes <= limits.bytes_max {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::TooLarge,
        format!("{} has {bytes} bytes; the limit is {}", path.display(), limits.bytes_max),
    ))
}

/// Refuses what is too large, too long or too short.
pub fn check_limits(path: &Path, facts: &MediaFacts, limits: &Limits) -> Result<(), Refusal> {
    let (name, secs) = (path.display(), facts.duration_secs);
    if let Some(video) = facts.video
        && video.width * video.height > limits.pixels_max
    {
        let message = format!(
            "the pictures of {name} have {}x{} pixels; the limit is {} in all",
            video.width, video.height, limits.pixels_max
        );
        return Err(Refusal::new(RefusalCode::TooLarge, message));
    }
    if secs > limits.secs_max {
        return Err(Refusal::new(
            RefusalCode::TooLong,
            format!("{name} lasts {secs:.1} s; the limit is {:.1} s", limits.secs_max),
        ));
    }
    // Where the container does not say how long it is, 0 stands for unknown.
    if secs > 0.0 && secs < limits.secs_min {
        return Err(Refusal::new(
            RefusalCode::TooShort,
            format!("{name} lasts {secs:.2} s; at least {:.1} s are needed", limits.secs_min),
        ));
    }
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> LabelError {
    let refusal = Refusal::new(RefusalCode::MediaUnreadable, format!("{} cannot be read: {error}", path.display()));
    let hint = match error.kind() {
        std::io::ErrorKind::NotFound => "Check the name; one that does not begin with / counts from the folder you are in.".to_owned(),
        std::io::ErrorKind::PermissionDenied => "Ask whoever owns the file for permission to read it.".to_owned(),
        _ => refusal.hint,
    };
    Refusal { hint, ..refusal }.into()
}
