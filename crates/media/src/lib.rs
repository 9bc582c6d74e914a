//! Frames and samples out of a media file, and video files out of frames.
