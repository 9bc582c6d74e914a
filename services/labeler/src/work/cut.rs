//! Cuts a section out of a video, by FFmpeg in a confined child. Pictures are encoded again, because a copy can only begin at a
//! key frame, and then every time would be off by seconds.

use jobs::{Failure, Section};
use sources::confined::{ConfinedError, Confinement, Program, run};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use worker::{Interrupted, JobContext};

/// Quality of the pictures (x264's scale; 18 is taken for indistinguishable).
const CRF: &str = "18";

/// The section as a file of its own.
pub(super) async fn cut(input: &Path, section: Section, folder: &Path, context: &JobContext) -> Result<PathBuf, Interrupted> {
    if !(section.start_secs >= 0.0 && section.end_secs > section.start_secs) {
        let message = format!("the section from {} to {} s is empty", section.start_secs, section.end_secs);
        return Err(Failure::discard("options_invalid", message).into());
    }
    let output = folder.join("section.mp4");
    let (start, end) = (section.start_secs.to_string(), section.end_secs.to_string());
    let arguments: Vec<OsString> = [
        "-nostdin",
        "-v",
        "error",
        "-protocol_whitelist",
        "file",
        "-ss",
        &start,
        "-to",
        &end,
        "-i",
    ]
    .map(OsString::from)
    .into_iter()
    .chain([input.into()])
    .chain(
        [
            "-map", "0:v:0", "-map", "0:a:0?", "-c:v", "libx264", "-preset", "veryfast", "-crf", CRF, "-c:a", "aac", "-y",
        ]
        .map(OsString::from),
    )
    .chain([output.as_os_str().to_owned()])
    .collect();
    let command = ["ffmpeg".into()];
    let program = Program {
        command: &command,
        environment: &[],
        folder,
    };
    context.progress("cut", 0.0);
    match run(&program, &arguments, &Confinement::default(), |_| {}, context.stopped()).await {
        Ok(ended) if ended.status.success() && output.is_file() => Ok(output),
        Ok(ended) => {
            let message = format!("the section cannot be cut out: {}", ended.stderr);
            Err(Failure::discard("media_unreadable", message).into())
        }
        Err(ConfinedError::Stopped { .. }) => Err(Interrupted::Stopped),
        Err(ConfinedError::Start { source, .. }) => Err(artifacts::failure_of_disk(&source).into()),
        Err(error) => Err(Failure::retry("cut_failed", error.to_string()).into()),
    }
}
