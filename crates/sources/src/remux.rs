//! Streams put together into one file, and looked at, by ffmpeg in a confined child that opens local files in the containers
//! videos come in, and nothing else: no playlist in the disguise of a video leads it anywhere.

use crate::confined::{self, Confinement, Ended, Program};
use crate::yt_dlp::of_child;
use crate::{FetchError, FetchErrorClass};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::pin::pin;

/// Given before every input.
const LOCAL_FILES_ONLY: &[&str] = &[
    "-protocol_whitelist",
    "file",
    "-format_whitelist",
    "mov,mp4,m4a,matroska,webm,mpegts,aac,mp3,ogg",
];

/// Puts the pictures of the first file and the sound of the last into one, copied as they are. mp4, or Matroska for streams that
/// mp4 cannot hold. The inputs are removed.
pub(crate) async fn into_one_file(
    files: &[&Path],
    folder: &Path,
    confinement: &Confinement,
    stop: impl Future<Output = ()> + Send,
) -> Result<PathBuf, FetchError> {
    let mut stop = pin!(stop);
    let mut said = String::new();
    for name in ["video.mp4", "video.mkv"] {
        let output = folder.join(name);
        let ended = ffmpeg("ffmpeg", &copying(files, &output), folder, confinement, |_| {}, stop.as_mut()).await?;
        if ended.status.success() {
            for file in files {
                // What stays is deleted with the folder.
                let _ = tokio::fs::remove_file(file).await;
            }
            return Ok(output);
        }
        said = ended.stderr;
    }
    let message = format!("the streams cannot be put into one file: {said}");
    Err(FetchError::new(FetchErrorClass::Permanent, "media_unreadable", message))
}

fn copying(files: &[&Path], output: &Path) -> Vec<OsString> {
    let mut all: Vec<OsString> = ["-nostdin", "-v", "error", "-y"].map(OsString::from).into();
    for file in files {
        all.extend(LOCAL_FILES_ONLY.iter().map(OsString::from));
        all.extend(["-i".into(), file.as_os_str().to_owned()]);
    }
    if files.len() > 1 {
        // Both streams count from the same second 0, which they need not begin at.
        all.push("-copyts".into());
    }
    let sound = format!("{}:a:0?", files.len().saturating_sub(1));
    all.extend(["-map", "0:v:0", "-map", &sound, "-c", "copy"].map(OsString::from));
    all.push(output.as_os_str().to_owned());
    all
}

/// The earliest start of any stream in a file, seconds. Refuses a file without pictures.
pub(crate) async fn first_second(
    file: &Path,
    folder: &Path,
    confinement: &Confinement,
    stop: impl Future<Output = ()> + Send,
) -> Result<f64, FetchError> {
    let mut all: Vec<OsString> = ["-v", "error"].map(OsString::from).into();
    all.extend(LOCAL_FILES_ONLY.iter().map(OsString::from));
    all.extend(["-show_entries", "stream=codec_type,start_time", "-of", "csv=p=0"].map(OsString::from));
    all.push(file.as_os_str().to_owned());
    let mut streams: Vec<(String, f64)> = Vec::new();
    let hear = |line: &str| {
        if let Some((kind, Ok(start_secs))) = line.split_once(',').map(|(kind, start)| (kind, start.parse())) {
            streams.push((kind.to_owned(), start_secs));
        }
    };
    let ended = ffmpeg("ffprobe", &all, folder, confinement, hear, stop).await?;
    if !ended.status.success() || streams.iter().all(|(kind, _)| kind != "video") {
        let message = format!("the section has no pictures: {}", ended.stderr);
        return Err(FetchError::new(FetchErrorClass::Permanent, "section_empty", message));
    }
    Ok(streams.iter().map(|(_, start_secs)| *start_secs).fold(f64::INFINITY, f64::min))
}

async fn ffmpeg(
    program: &str,
    arguments: &[OsString],
    folder: &Path,
    confinement: &Confinement,
    hear: impl FnMut(&str) + Send,
    stop: impl Future<Output = ()> + Send,
) -> Result<Ended, FetchError> {
    let command = [program.into()];
    let program = Program {
        command: &command,
        environment: &[],
        folder,
    };
    let ended = confined::run(&program, arguments, confinement, hear, stop).await;
    ended.map_err(|error| of_child(&error))
}
