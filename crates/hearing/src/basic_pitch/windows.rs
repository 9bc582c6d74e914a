//! Overlapping windows of sound, and their frames put in one row again.

use super::{HOP_SAMPLES, KEYS, Likelihoods, SAMPLE_RATE};
use crate::{AudioReadError, AudioSource};

/// Samples the network takes at once: a hop less than 2 s.
pub const WINDOW_SAMPLES: usize = 2 * SAMPLE_RATE as usize - HOP_SAMPLES;
/// Frames the network gives for them.
pub const WINDOW_FRAMES: usize = 172;
/// Frames that two windows share; half of them are dropped on either side.
const SHARED_FRAMES: usize = 30;
/// Silence before the recording, so that its first frame is the first one kept.
const LEAD_SAMPLES: usize = SHARED_FRAMES / 2 * HOP_SAMPLES;
const STEP_SAMPLES: usize = WINDOW_SAMPLES - SHARED_FRAMES * HOP_SAMPLES;
/// Frames a second as the package counts them, rounded down.
const WHOLE_FRAMES_PER_SEC: usize = SAMPLE_RATE as usize / HOP_SAMPLES;

/// Reads one window after another from a source of one channel.
pub struct WindowReader<'a> {
    audio: &'a mut dyn AudioSource,
    buffer: Vec<f32>,
    samples_read: usize,
    ended: bool,
    finished: bool,
}

impl<'a> WindowReader<'a> {
    /// A reader of the whole source.
    pub fn new(audio: &'a mut dyn AudioSource) -> Self {
        WindowReader {
            audio,
            buffer: vec![0.0; LEAD_SAMPLES],
            samples_read: 0,
            ended: false,
            finished: false,
        }
    }

    /// The next [`WINDOW_SAMPLES`] samples, the last ones filled up with silence; none at the end.
    pub fn next_window(&mut self) -> Result<Option<Vec<f32>>, AudioReadError> {
        if self.finished {
            return Ok(None);
        }
        while !self.ended && self.buffer.len() <= WINDOW_SAMPLES {
            let before = self.buffer.len();
            self.ended = self.audio.read(WINDOW_SAMPLES, &mut self.buffer)? == 0;
            self.samples_read += self.buffer.len() - before;
        }
        let mut window: Vec<f32> = self.buffer.iter().take(WINDOW_SAMPLES).copied().collect();
        for sample in window.iter_mut().filter(|sample| !sample.is_finite()) {
            *sample = 0.0;
        }
        window.resize(WINDOW_SAMPLES, 0.0);
        self.buffer.drain(..STEP_SAMPLES.min(self.buffer.len()));
        self.finished = self.ended && self.buffer.is_empty();
        Ok(Some(window))
    }

    /// Seconds of the recording read so far.
    pub fn secs_read(&self) -> f64 {
        self.samples_read as f64 / f64::from(SAMPLE_RATE)
    }

    /// Frames of what was read so far: once all is read, of the recording.
    pub fn frames_read(&self) -> usize {
        self.samples_read * WHOLE_FRAMES_PER_SEC / SAMPLE_RATE as usize
    }
}

/// Appends the frames of a window that no neighbour knows better. `sounding` and `struck` are row by row
/// `[WINDOW_FRAMES][KEYS]`.
pub fn append_window(likelihoods: &mut Likelihoods, sounding: &[f32], struck: &[f32]) {
    let kept = SHARED_FRAMES / 2 * KEYS..(WINDOW_FRAMES - SHARED_FRAMES / 2) * KEYS;
    likelihoods.sounding.extend(sounding.get(kept.clone()).unwrap_or_default());
    likelihoods.struck.extend(struck.get(kept).unwrap_or_default());
}

/// Cuts off the frames of the silence after the recording.
pub fn truncate(likelihoods: &mut Likelihoods, frames: usize) {
    likelihoods.sounding.truncate(frames * KEYS);
    likelihoods.struck.truncate(frames * KEYS);
}

/// When a frame of the row is, seconds. A window's 172 frames are a little more than its samples, and the package corrects
/// the drift with a step of its own every 172 frames.
pub fn frame_secs(frame: usize) -> f64 {
    /// Found by the package's authors on their own recordings.
    const STEP_SECS: f64 = 0.001_8;
    let hop_secs = HOP_SAMPLES as f64 / f64::from(SAMPLE_RATE);
    let surplus_frames = WINDOW_FRAMES as f64 - WINDOW_SAMPLES as f64 / HOP_SAMPLES as f64;
    frame as f64 * hop_secs - (frame / WINDOW_FRAMES) as f64 * (hop_secs * surplus_frames + STEP_SECS)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones(usize);

    impl AudioSource for Ones {
        fn sample_rate(&self) -> u32 {
            SAMPLE_RATE
        }
        fn channels(&self) -> usize {
            1
        }
        fn duration_secs(&self) -> Option<f64> {
            None
        }
        fn read(&mut self, frames: usize, into: &mut Vec<f32>) -> Result<usize, AudioReadError> {
            let frames = frames.min(self.0).min(5_000);
            into.extend(std::iter::repeat_n(1.0, frames));
            self.0 -= frames;
            Ok(frames)
        }
    }

    #[test]
    fn windows_step_by_142_frames_and_end_with_the_recording() {
        let check = |samples: usize, expected_windows: usize, expected_last_sounding: usize| {
            let mut ones = Ones(samples);
            let mut reader = WindowReader::new(&mut ones);
            let windows: Vec<Vec<f32>> = std::iter::from_fn(|| reader.next_window().unwrap()).collect();
            assert_eq!(reader.frames_read(), samples * 86 / 22_050);
            assert_eq!(windows.len(), expected_windows, "{samples} samples");
            assert!(windows.iter().all(|window| window.len() == 43_844));
            assert_eq!(
                windows[0].iter().take_while(|sample| **sample == 0.0).count(),
                if samples == 0 { 43_844 } else { 3_840 }
            );
            let sounding = windows.last().unwrap().iter().filter(|sample| **sample == 1.0).count();
            assert_eq!(sounding, expected_last_sounding);
        };
        check(0, 1, 0);
        check(10_000, 1, 10_000);
        check(36_164 - 3_840, 1, 36_164 - 3_840);
        check(36_164 - 3_840 + 1, 2, 1);
        check(100_000, 3, 100_000 + 3_840 - 2 * 36_164);
    }

    #[test]
    fn a_window_gives_its_middle_frames() {
        let window: Vec<f32> = (0..WINDOW_FRAMES * KEYS).map(|i| (i / KEYS) as f32).collect();
        let mut likelihoods = Likelihoods::default();
        append_window(&mut likelihoods, &window, &window);
        assert_eq!(likelihoods.frames(), 142);
        assert_eq!((likelihoods.sounding[0], *likelihoods.struck.last().unwrap()), (15.0, 156.0));
        truncate(&mut likelihoods, 100);
        assert_eq!(likelihoods.frames(), 100);
    }
}
