//! Samples out of a media file.

use crate::MediaError;
use crate::probe::{decoder_context, open, start_secs, unreadable};
use ffmpeg::ChannelLayout;
use ffmpeg::format::context::Input;
use ffmpeg::format::sample::{Sample, Type as Packing};
use ffmpeg::frame::Audio;
use ffmpeg::software::resampling;
use ffmpeg_next as ffmpeg;
use hearing::{AudioReadError, AudioSource};
use std::path::{Path, PathBuf};

/// Room for samples the resampler held back from earlier calls.
const RESAMPLER_SLACK_SAMPLES: usize = 4096;
/// A start later than this is not padded with silence: the timestamps are broken, not the recording late.
const LATE_START_SECS_MAX: f64 = 600.0;

/// Reads a file's sound piece by piece at a wanted rate, as one channel or two. Second 0 is second 0 of the video.
pub struct AudioReader {
    path: PathBuf,
    input: Input,
    stream: usize,
    decoder: ffmpeg::decoder::Audio,
    resampler: Option<(resampling::Context, Sample, ChannelLayout, u32)>,
    sample_rate: u32,
    channels: usize,
    duration_secs: Option<f64>,
    secs_per_tick: f64,
    start_secs: f64,
    /// Decoded samples nobody has asked for yet, interleaved.
    pending: Vec<f32>,
    /// Sample frames still to drop because they lie before second 0; unknown until the first picture of sound is decoded.
    drop_frames: Option<usize>,
    drained: bool,
}

impl AudioReader {
    /// Opens a file's audio stream. More than `channels_max` channels (1 or 2) are mixed down.
    pub fn open(path: &Path, sample_rate: u32, channels_max: usize) -> Result<AudioReader, MediaError> {
        let input = open(path)?;
        let stream = input
            .streams()
            .best(ffmpeg::media::Type::Audio)
            .ok_or_else(|| MediaError::NoAudioStream { path: path.to_owned() })?;
        let decoder = decoder_context(&stream)
            .and_then(|context| context.decoder().audio())
            .map_err(|error| unreadable(path, error))?;
        let channels = usize::from(decoder.channels()).clamp(1, channels_max.clamp(1, 2));
        let duration = input.duration() as f64 / f64::from(ffmpeg::ffi::AV_TIME_BASE);
        let (index, secs_per_tick) = (stream.index(), f64::from(stream.time_base()));
        Ok(AudioReader {
            path: path.to_owned(),
            start_secs: start_secs(&input),
            input,
            stream: index,
            decoder,
            resampler: None,
            sample_rate,
            channels,
            duration_secs: (duration > 0.0).then_some(duration),
            secs_per_tick,
            pending: Vec::new(),
            drop_frames: None,
            drained: false,
        })
    }

    /// Decodes until there is something pending; false at the end.
    fn decode_more(&mut self) -> Result<bool, MediaError> {
        let mut decoded = Audio::empty();
        loop {
            if self.decoder.receive_frame(&mut decoded).is_ok() {
                self.align_start(&decoded);
                self.resample(&mut decoded)?;
                if !self.pending.is_empty() {
                    return Ok(true);
                }
                continue;
            }
            if self.drained {
                return Ok(false);
            }
            let wanted = self.stream;
            match self.input.packets().find(|(stream, _)| stream.index() == wanted) {
                Some((_, packet)) => {
                    // A damaged packet costs its samples, not the recording.
                    let _ = self.decoder.send_packet(&packet);
                }
                None => {
                    self.drained = true;
                    let _ = self.decoder.send_eof();
                }
            }
        }
    }

    /// Pads or drops so that the first sample kept stands at second 0.
    fn align_start(&mut self, first: &Audio) {
        if self.drop_frames.is_some() {
            return;
        }
        let starts_secs = first
            .timestamp()
            .map_or(0.0, |ticks| ticks as f64 * self.secs_per_tick - self.start_secs);
        let starts_frames = (starts_secs.clamp(-LATE_START_SECS_MAX, LATE_START_SECS_MAX) * f64::from(self.sample_rate)).round();
        if starts_frames > 0.0 && starts_secs < LATE_START_SECS_MAX {
            self.pending.resize(starts_frames as usize * self.channels, 0.0);
        }
        self.drop_frames = Some((-starts_frames).max(0.0) as usize);
    }

    fn resample(&mut self, decoded: &mut Audio) -> Result<(), MediaError> {
        let layout = if decoded.channel_layout().is_empty() {
            ChannelLayout::default(i32::from(decoded.channels()))
        } else {
            decoded.channel_layout()
        };
        let from = (decoded.format(), layout, decoded.rate());
        if self
            .resampler
            .as_ref()
            .is_none_or(|(_, format, layout, rate)| (*format, *layout, *rate) != from)
        {
            let to = if self.channels == 1 {
                ChannelLayout::MONO
            } else {
                ChannelLayout::STEREO
            };
            let context = resampling::Context::get(from.0, from.1, from.2, Sample::F32(Packing::Packed), to, self.sample_rate)
                .map_err(|error| unreadable(&self.path, error))?;
            self.resampler = Some((context, from.0, from.1, from.2));
        }
        let Some((context, ..)) = &mut self.resampler else { return Ok(()) };
        let capacity = decoded.samples() * self.sample_rate as usize / decoded.rate().max(1) as usize + RESAMPLER_SLACK_SAMPLES;
        let mut out = Audio::new(Sample::F32(Packing::Packed), capacity, context.output().channel_layout);
        decoded.set_channel_layout(layout);
        context.run(decoded, &mut out).map_err(|error| unreadable(&self.path, error))?;
        let bytes = &out.data(0)[..4 * out.samples() * self.channels];
        let dropped = self.drop_frames.get_or_insert(0);
        let drop_now = (*dropped).min(out.samples());
        *dropped -= drop_now;
        let samples = bytes.chunks_exact(4).map(|b| f32::from_ne_bytes([b[0], b[1], b[2], b[3]]));
        self.pending.extend(
            samples
                .skip(drop_now * self.channels)
                .map(|sample| if sample.is_finite() { sample } else { 0.0 }),
        );
        Ok(())
    }
}

impl AudioSource for AudioReader {
    fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn duration_secs(&self) -> Option<f64> {
        self.duration_secs
    }

    fn read(&mut self, frames: usize, into: &mut Vec<f32>) -> Result<usize, AudioReadError> {
        while self.pending.len() < frames * self.channels {
            if !self.decode_more().map_err(|error| AudioReadError(Box::new(error)))? {
                break;
            }
        }
        let taken = (self.pending.len() / self.channels).min(frames);
        into.extend(self.pending.drain(..taken * self.channels));
        Ok(taken)
    }
}
