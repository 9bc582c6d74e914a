//! Pictures out of a video file.

use crate::MediaError;
use crate::probe::{decoder_context, open, quarter_turns, start_secs, unreadable, video_stream};
use ffmpeg::format::Pixel;
use ffmpeg::format::context::Input;
use ffmpeg::frame::Video;
use ffmpeg::software::scaling;
use ffmpeg_next as ffmpeg;
use std::path::{Path, PathBuf};
use vision::{Frame, FrameReadError, FrameSource, TimedFrame};

/// Reads a video's pictures in order of time, one at a time.
pub struct VideoReader {
    path: PathBuf,
    input: Input,
    stream: usize,
    decoder: ffmpeg::decoder::Video,
    scaler: Option<(scaling::Context, [u32; 2], Pixel)>,
    secs_per_tick: f64,
    start_secs: f64,
    size: [u32; 2],
    quarter_turns: u32,
    frame_secs: f64,
    last_secs: Option<f64>,
    drained: bool,
}

impl VideoReader {
    /// Opens a file's video stream.
    pub fn open(path: &Path) -> Result<VideoReader, MediaError> {
        let input = open(path)?;
        let stream = video_stream(&input).ok_or_else(|| MediaError::NoVideoStream { path: path.to_owned() })?;
        let mut context = decoder_context(&stream).map_err(|error| unreadable(path, error))?;
        context.set_threading(ffmpeg::threading::Config {
            kind: ffmpeg::threading::Type::Frame,
            count: 0,
            ..Default::default()
        });
        let decoder = context.decoder().video().map_err(|error| unreadable(path, error))?;
        let size = [decoder.width(), decoder.height()];
        if size.contains(&0) {
            return Err(unreadable(path, ffmpeg::Error::InvalidData));
        }
        let rate = f64::from(stream.avg_frame_rate());
        let (index, secs_per_tick, turns) = (stream.index(), f64::from(stream.time_base()), quarter_turns(&stream));
        Ok(VideoReader {
            path: path.to_owned(),
            start_secs: start_secs(&input),
            input,
            stream: index,
            decoder,
            scaler: None,
            secs_per_tick,
            size,
            quarter_turns: turns,
            frame_secs: if rate > 0.0 { 1.0 / rate } else { 0.04 },
            last_secs: None,
            drained: false,
        })
    }

    /// Goes on reading at the last key picture at or before a moment, so that pictures from there on follow.
    pub fn seek(&mut self, secs: f64) -> Result<(), MediaError> {
        let ticks = ((secs + self.start_secs) * f64::from(ffmpeg::ffi::AV_TIME_BASE)) as i64;
        self.input.seek(ticks, ..ticks).map_err(|error| unreadable(&self.path, error))?;
        self.decoder.flush();
        self.drained = false;
        self.last_secs = None;
        Ok(())
    }

    /// Decodes the next picture without converting it; `None` at the end. Damaged packets are skipped.
    fn decode(&mut self) -> Option<(f64, Video)> {
        let mut decoded = Video::empty();
        loop {
            if self.decoder.receive_frame(&mut decoded).is_ok() {
                return Some((self.secs_of(&decoded), decoded));
            }
            if self.drained {
                return None;
            }
            match self.next_packet() {
                Some(packet) => {
                    // A damaged packet costs its picture, not the video.
                    let _ = self.decoder.send_packet(&packet);
                }
                None => {
                    self.drained = true;
                    let _ = self.decoder.send_eof();
                }
            }
        }
    }

    fn next_packet(&mut self) -> Option<ffmpeg::Packet> {
        let wanted = self.stream;
        self.input
            .packets()
            .find(|(stream, _)| stream.index() == wanted)
            .map(|(_, packet)| packet)
    }

    /// When a picture is shown. Missing timestamps count on from the last at the nominal rate.
    fn secs_of(&mut self, decoded: &Video) -> f64 {
        let stamped = decoded.timestamp().map(|ticks| ticks as f64 * self.secs_per_tick - self.start_secs);
        let secs = stamped.unwrap_or_else(|| self.last_secs.map_or(0.0, |last| last + self.frame_secs));
        self.last_secs = Some(secs);
        secs
    }

    /// Converts to upright RGB of the size the stream began with.
    fn convert(&mut self, decoded: &Video) -> Result<Frame, MediaError> {
        let from = ([decoded.width(), decoded.height()], decoded.format());
        if self.scaler.as_ref().is_none_or(|(_, size, format)| (*size, *format) != from) {
            let [width, height] = self.size;
            let context = scaling::Context::get(from.1, from.0[0], from.0[1], Pixel::RGB24, width, height, scaling::Flags::BILINEAR)
                .map_err(|error| unreadable(&self.path, error))?;
            self.scaler = Some((context, from.0, from.1));
        }
        let mut rgb = Video::empty();
        if let Some((context, ..)) = &mut self.scaler {
            context.run(decoded, &mut rgb).map_err(|error| unreadable(&self.path, error))?;
        }
        let (width, height, stride) = (self.size[0] as usize, self.size[1] as usize, rgb.stride(0));
        let mut packed = Vec::with_capacity(3 * width * height);
        for row in rgb.data(0).chunks(stride).take(height) {
            packed.extend_from_slice(&row[..3 * width]);
        }
        let frame = Frame {
            width,
            height,
            rgb: packed,
        };
        Ok((0..self.quarter_turns).fold(frame, |frame, _| turned_clockwise(&frame)))
    }
}

impl FrameSource for VideoReader {
    fn next_frame(&mut self) -> Result<Option<TimedFrame>, FrameReadError> {
        let Some((secs, decoded)) = self.decode() else { return Ok(None) };
        let frame = self.convert(&decoded).map_err(|error| FrameReadError(Box::new(error)))?;
        Ok(Some(TimedFrame { secs, frame }))
    }

    fn next_frame_if(&mut self, wanted: &mut dyn FnMut(f64) -> bool) -> Result<Option<(f64, Option<Frame>)>, FrameReadError> {
        let Some((secs, decoded)) = self.decode() else { return Ok(None) };
        if !wanted(secs) {
            return Ok(Some((secs, None)));
        }
        let frame = self.convert(&decoded).map_err(|error| FrameReadError(Box::new(error)))?;
        Ok(Some((secs, Some(frame))))
    }
}

/// Reads the first picture at or after each of the given moments (ascending), one at a time; the last picture stands once for
/// moments beyond the end. Seeks where that spares decoding.
pub struct SampledFrames {
    reader: VideoReader,
    moments_secs: std::vec::IntoIter<f64>,
    at_secs: f64,
}

/// Decoding on is cheaper than seeking back to a key picture when the next moment is this near, seconds.
const SEEK_BEYOND_SECS: f64 = 1.0;
/// Timestamps are rounded to the container's ticks.
const ROUNDING_SECS: f64 = 1e-6;

impl SampledFrames {
    /// Opens a file to be looked at only at these moments.
    pub fn open(path: &Path, moments_secs: Vec<f64>) -> Result<SampledFrames, MediaError> {
        Ok(SampledFrames {
            reader: VideoReader::open(path)?,
            moments_secs: moments_secs.into_iter(),
            at_secs: 0.0,
        })
    }

    /// The picture for one moment; none at the end of the file.
    fn sample(&mut self, moment: f64) -> Result<Option<TimedFrame>, MediaError> {
        if moment - self.at_secs > SEEK_BEYOND_SECS && self.reader.seek(moment).is_err() {
            // Some containers cannot be sought in: read on from the start.
            self.reader = VideoReader::open(&self.reader.path)?;
        }
        let mut found = None;
        while let Some((secs, decoded)) = self.reader.decode() {
            self.at_secs = secs;
            found = Some((secs, decoded));
            if secs + ROUNDING_SECS >= moment {
                break;
            }
        }
        if found.as_ref().is_none_or(|(secs, _)| secs + ROUNDING_SECS < moment) {
            self.moments_secs = Vec::new().into_iter();
        }
        found
            .map(|(secs, decoded)| {
                Ok(TimedFrame {
                    secs,
                    frame: self.reader.convert(&decoded)?,
                })
            })
            .transpose()
    }
}

impl FrameSource for SampledFrames {
    fn next_frame(&mut self) -> Result<Option<TimedFrame>, FrameReadError> {
        let Some(moment) = self.moments_secs.next() else { return Ok(None) };
        self.sample(moment).map_err(|error| FrameReadError(Box::new(error)))
    }
}

fn turned_clockwise(frame: &Frame) -> Frame {
    let (width, height) = (frame.height, frame.width);
    let mut rgb = Vec::with_capacity(frame.rgb.len());
    for y in 0..height {
        for x in 0..width {
            rgb.extend_from_slice(&frame.pixel(y, frame.height - 1 - x));
        }
    }
    Frame { width, height, rgb }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clockwise_turn_moves_the_top_left_to_the_top_right() {
        let mut frame = Frame::filled(3, 2, [0, 0, 0]);
        frame.set(0, 0, [9, 9, 9]);
        let turned = turned_clockwise(&frame);
        assert_eq!((turned.width, turned.height), (2, 3));
        assert_eq!(turned.pixel(1, 0), [9, 9, 9]);
    }
}
