//! Frames and samples out of a media file, and video files out of frames.
//!
//! The one home of FFmpeg and of picture files. Knows nothing of pianos. Times are seconds of the video: a stream's
//! timestamps minus the earliest start of any stream in the file, so that sound and pictures stay in step as a player
//! shows them.

mod audio_reader;
mod error;
mod picture;
mod probe;
mod video_reader;
mod video_writer;

pub use audio_reader::AudioReader;
pub use error::MediaError;
pub use picture::{is_picture, read_picture, write_png};
pub use probe::{AudioFacts, MediaFacts, VideoStreamFacts, probe};
pub use video_reader::{SampledFrames, VideoReader};
pub use video_writer::{AudioSettings, VideoSettings, VideoWriter};
