//! What a media file holds.

use crate::MediaError;
use ffmpeg::format::context::Input;
use ffmpeg::format::stream::{Disposition, Stream};
use ffmpeg::media::Type;
use ffmpeg_next as ffmpeg;
use std::path::Path;

/// What a media file holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MediaFacts {
    /// Length of the whole, seconds; 0 where the container does not say.
    pub duration_secs: f64,
    /// The pictures, if any.
    pub video: Option<VideoStreamFacts>,
    /// The sound, if any.
    pub audio: Option<AudioFacts>,
}

/// Facts about the pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VideoStreamFacts {
    /// Pixels in a row as shown (after any turn the file asks for).
    pub width: usize,
    /// Rows as shown.
    pub height: usize,
    /// Pictures a second; an average where the rate varies.
    pub frames_per_second: f64,
}

/// Facts about the sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AudioFacts {
    /// Samples a second in each channel.
    pub sample_rate: u32,
    /// Channels.
    pub channels: usize,
}

/// Looks into a media file without decoding it.
pub fn probe(path: &Path) -> Result<MediaFacts, MediaError> {
    let input = open(path)?;
    let video = match video_stream(&input) {
        Some(stream) => {
            let decoder = decoder_context(&stream)
                .and_then(|context| context.decoder().video())
                .map_err(|error| unreadable(path, error))?;
            let (width, height) = if quarter_turns(&stream) % 2 == 1 {
                (decoder.height(), decoder.width())
            } else {
                (decoder.width(), decoder.height())
            };
            Some(VideoStreamFacts {
                width: width as usize,
                height: height as usize,
                frames_per_second: frame_rate(&stream),
            })
        }
        None => None,
    };
    let audio = match input.streams().best(Type::Audio) {
        Some(stream) => {
            let decoder = decoder_context(&stream)
                .and_then(|context| context.decoder().audio())
                .map_err(|error| unreadable(path, error))?;
            Some(AudioFacts {
                sample_rate: decoder.rate(),
                channels: usize::from(decoder.channels()),
            })
        }
        None => None,
    };
    Ok(MediaFacts {
        duration_secs: duration_secs(&input),
        video,
        audio,
    })
}

/// Opens a file for reading.
pub(crate) fn open(path: &Path) -> Result<Input, MediaError> {
    ffmpeg::init().map_err(|error| unreadable(path, error))?;
    // Damaged files are reported by us, once; FFmpeg would print a line for each damaged packet.
    ffmpeg::log::set_level(ffmpeg::log::Level::Quiet);
    ffmpeg::format::input(path).map_err(|error| unreadable(path, error))
}

/// The stream of moving pictures: cover art does not count.
pub(crate) fn video_stream(input: &Input) -> Option<Stream<'_>> {
    let moving = |stream: &Stream| stream.parameters().medium() == Type::Video && !stream.disposition().contains(Disposition::ATTACHED_PIC);
    input
        .streams()
        .best(Type::Video)
        .filter(moving)
        .or_else(|| input.streams().find(moving))
}

pub(crate) fn decoder_context(stream: &Stream) -> Result<ffmpeg::codec::Context, ffmpeg::Error> {
    ffmpeg::codec::Context::from_parameters(stream.parameters())
}

/// The earliest start of any stream, seconds on the container's clock: second 0 of the video.
pub(crate) fn start_secs(input: &Input) -> f64 {
    let starts = input.streams().filter(|stream| stream.start_time() != ffmpeg::ffi::AV_NOPTS_VALUE);
    let earliest = starts
        .map(|stream| stream.start_time() as f64 * f64::from(stream.time_base()))
        .reduce(f64::min);
    earliest.unwrap_or(0.0)
}

/// How often the pictures must be turned by 90 degrees clockwise to be shown (phones write such a note).
pub(crate) fn quarter_turns(stream: &Stream) -> u32 {
    let matrix = stream
        .side_data()
        .find(|data| data.kind() == ffmpeg::packet::side_data::Type::DisplayMatrix);
    let Some(matrix) = matrix.filter(|data| data.data().len() >= 36) else {
        return 0;
    };
    let entry = |index: usize| {
        let bytes = &matrix.data()[4 * index..4 * index + 4];
        f64::from(i32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    };
    let clockwise = entry(1).atan2(entry(0)) / std::f64::consts::FRAC_PI_2;
    (clockwise.round() as i64).rem_euclid(4) as u32
}

pub(crate) fn unreadable(path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> MediaError {
    MediaError::Unreadable {
        path: path.to_owned(),
        source: Box::new(source),
    }
}

fn duration_secs(input: &Input) -> f64 {
    let whole = input.duration() as f64 / f64::from(ffmpeg::ffi::AV_TIME_BASE);
    if whole.is_finite() && whole > 0.0 { whole } else { 0.0 }
}

fn frame_rate(stream: &Stream) -> f64 {
    let rate = f64::from(stream.avg_frame_rate());
    if rate.is_finite() && rate > 0.0 {
        rate
    } else {
        f64::from(stream.rate())
    }
}
