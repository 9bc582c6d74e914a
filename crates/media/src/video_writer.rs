//! Video files out of frames and samples.

use crate::MediaError;
use ffmpeg::format::{Pixel, sample};
use ffmpeg::{ChannelLayout, Dictionary, Packet, Rational, codec, frame, software::scaling};
use ffmpeg_next as ffmpeg;
use std::path::{Path, PathBuf};
use vision::Frame;

/// How pictures are written: H.264 in MP4.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VideoSettings {
    /// Pixels in a row; odd sizes lose their last column.
    pub width: usize,
    /// Rows; odd sizes lose their last row.
    pub height: usize,
    /// Pictures a second.
    pub frames_per_second: f64,
    /// Constant rate factor: 0 lossless, 18 hardly visible, 30 strongly compressed.
    pub crf: u8,
}

/// How sound is written: AAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioSettings {
    /// Samples a second in each channel.
    pub sample_rate: u32,
    /// 1 or 2.
    pub channels: usize,
}

/// AAC takes this many samples a packet in every profile we write.
const AAC_FRAME_SAMPLES: usize = 1024;
const AAC_BITS_PER_SECOND: usize = 192_000;

/// Writes one MP4 file. Without `finish` the file is not playable.
pub struct VideoWriter {
    path: PathBuf,
    output: ffmpeg::format::context::Output,
    video: ffmpeg::encoder::Video,
    scaler: scaling::Context,
    size: [usize; 2],
    frames: i64,
    frame_time: Rational,
    audio: Option<AudioTrack>,
}

struct AudioTrack {
    encoder: ffmpeg::encoder::Audio,
    settings: AudioSettings,
    pending: Vec<f32>,
    written: i64,
}

impl VideoWriter {
    /// Begins a file.
    pub fn create(path: &Path, video: VideoSettings, audio: Option<AudioSettings>) -> Result<VideoWriter, MediaError> {
        VideoWriter::begin(path, video, audio).map_err(|error| unwritable(path, error))
    }

    fn begin(path: &Path, settings: VideoSettings, audio: Option<AudioSettings>) -> Result<VideoWriter, ffmpeg::Error> {
        ffmpeg::init()?;
        ffmpeg::log::set_level(ffmpeg::log::Level::Quiet);
        let mut output = ffmpeg::format::output_as(path, "mp4")?;
        let (width, height) = (settings.width as u32 & !1, settings.height as u32 & !1);
        let rate = Rational((settings.frames_per_second * 1000.0).round() as i32, 1000);
        let h264 = ffmpeg::encoder::find(codec::Id::H264).ok_or(ffmpeg::Error::EncoderNotFound)?;
        let mut stream = output.add_stream(h264)?;
        stream.set_time_base(rate.invert());
        let mut encoder = codec::Context::new_with_codec(h264).encoder().video()?;
        encoder.set_width(width);
        encoder.set_height(height);
        encoder.set_format(Pixel::YUV420P);
        encoder.set_frame_rate(Some(rate));
        encoder.set_time_base(rate.invert());
        encoder.set_flags(codec::Flags::GLOBAL_HEADER);
        let mut options = Dictionary::new();
        options.set("crf", &settings.crf.to_string());
        options.set("preset", "veryfast");
        let video = encoder.open_with(options)?;
        stream.set_parameters(&video);
        let audio = audio.map(|settings| AudioTrack::begin(&mut output, settings)).transpose()?;
        output.write_header()?;
        let scaler = scaling::Context::get(Pixel::RGB24, width, height, Pixel::YUV420P, width, height, scaling::Flags::BILINEAR)?;
        let size = [settings.width, settings.height];
        Ok(VideoWriter {
            path: path.to_owned(),
            output,
            video,
            scaler,
            size,
            frames: 0,
            frame_time: rate.invert(),
            audio,
        })
    }

    /// Appends a picture. Its size must be the one given at the start.
    pub fn write_frame(&mut self, picture: &Frame) -> Result<(), MediaError> {
        self.encode_frame(picture).map_err(|error| unwritable(&self.path, error))
    }

    fn encode_frame(&mut self, picture: &Frame) -> Result<(), ffmpeg::Error> {
        if [picture.width, picture.height] != self.size {
            return Err(ffmpeg::Error::InvalidData);
        }
        let (width, height) = (self.video.width(), self.video.height());
        let mut rgb = frame::Video::new(Pixel::RGB24, width, height);
        let stride = rgb.stride(0);
        for (to, from) in rgb
            .data_mut(0)
            .chunks_mut(stride)
            .zip(picture.rgb.chunks(3 * picture.width))
            .take(height as usize)
        {
            to[..3 * width as usize].copy_from_slice(&from[..3 * width as usize]);
        }
        let mut yuv = frame::Video::empty();
        self.scaler.run(&rgb, &mut yuv)?;
        yuv.set_pts(Some(self.frames));
        self.frames += 1;
        self.video.send_frame(&yuv)?;
        self.write_video_packets()
    }

    fn write_video_packets(&mut self) -> Result<(), ffmpeg::Error> {
        let mut packet = Packet::empty();
        while self.video.receive_packet(&mut packet).is_ok() {
            packet.set_stream(0);
            // Without a duration the muxer drops the last picture's share of the time line.
            packet.set_duration(1);
            let to = self.output.stream(0).ok_or(ffmpeg::Error::StreamNotFound)?.time_base();
            packet.rescale_ts(self.frame_time, to);
            packet.write_interleaved(&mut self.output)?;
        }
        Ok(())
    }

    /// Appends samples, interleaved, -1 to 1. Ignored without sound settings.
    pub fn write_audio(&mut self, samples: &[f32]) -> Result<(), MediaError> {
        let Some(audio) = &mut self.audio else { return Ok(()) };
        audio.pending.extend_from_slice(samples);
        audio.encode(&mut self.output, false).map_err(|error| unwritable(&self.path, error))
    }

    /// Ends the file.
    pub fn finish(mut self) -> Result<(), MediaError> {
        self.end().map_err(|error| unwritable(&self.path, error))
    }

    fn end(&mut self) -> Result<(), ffmpeg::Error> {
        self.video.send_eof()?;
        self.write_video_packets()?;
        if let Some(audio) = &mut self.audio {
            audio.encode(&mut self.output, true)?;
        }
        self.output.write_trailer()
    }
}

impl AudioTrack {
    fn begin(output: &mut ffmpeg::format::context::Output, settings: AudioSettings) -> Result<AudioTrack, ffmpeg::Error> {
        let aac = ffmpeg::encoder::find(codec::Id::AAC).ok_or(ffmpeg::Error::EncoderNotFound)?;
        let mut stream = output.add_stream(aac)?;
        let mut encoder = codec::Context::new_with_codec(aac).encoder().audio()?;
        let layout = if settings.channels == 1 {
            ChannelLayout::MONO
        } else {
            ChannelLayout::STEREO
        };
        encoder.set_rate(settings.sample_rate as i32);
        encoder.set_channel_layout(layout);
        encoder.set_channels(layout.channels());
        encoder.set_format(ffmpeg::format::Sample::F32(sample::Type::Planar));
        encoder.set_bit_rate(AAC_BITS_PER_SECOND);
        encoder.set_time_base(Rational(1, settings.sample_rate as i32));
        encoder.set_flags(codec::Flags::GLOBAL_HEADER);
        stream.set_time_base(Rational(1, settings.sample_rate as i32));
        let encoder = encoder.open_as(aac)?;
        stream.set_parameters(&encoder);
        Ok(AudioTrack {
            encoder,
            settings,
            pending: Vec::new(),
            written: 0,
        })
    }

    fn encode(&mut self, output: &mut ffmpeg::format::context::Output, last: bool) -> Result<(), ffmpeg::Error> {
        let channels = self.settings.channels;
        while self.pending.len() >= AAC_FRAME_SAMPLES * channels || (last && !self.pending.is_empty()) {
            let samples = (self.pending.len() / channels).min(AAC_FRAME_SAMPLES);
            let layout = self.encoder.channel_layout();
            let mut block = frame::Audio::new(self.encoder.format(), samples, layout);
            block.set_rate(self.settings.sample_rate);
            for channel in 0..channels {
                let values = self.pending.iter().skip(channel).step_by(channels);
                block
                    .plane_mut::<f32>(channel)
                    .iter_mut()
                    .zip(values)
                    .for_each(|(to, from)| *to = *from);
            }
            self.pending.drain(..samples * channels);
            block.set_pts(Some(self.written));
            self.written += samples as i64;
            self.encoder.send_frame(&block)?;
            self.write_packets(output)?;
        }
        if last {
            self.encoder.send_eof()?;
            self.write_packets(output)?;
        }
        Ok(())
    }

    fn write_packets(&mut self, output: &mut ffmpeg::format::context::Output) -> Result<(), ffmpeg::Error> {
        let mut packet = Packet::empty();
        while self.encoder.receive_packet(&mut packet).is_ok() {
            packet.set_stream(1);
            let to = output.stream(1).ok_or(ffmpeg::Error::StreamNotFound)?.time_base();
            packet.rescale_ts(Rational(1, self.settings.sample_rate as i32), to);
            packet.write_interleaved(output)?;
        }
        Ok(())
    }
}

fn unwritable(path: &Path, source: ffmpeg::Error) -> MediaError {
    MediaError::Unwritable {
        path: path.to_owned(),
        source: Box::new(source),
    }
}
