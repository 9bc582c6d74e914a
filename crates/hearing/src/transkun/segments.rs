//! Cuts a recording into overlapping segments while it is being read.

use super::{HOP_SAMPLES, SAMPLE_RATE, frames_of};
use crate::{AudioReadError, AudioSource};

const SECOND: usize = SAMPLE_RATE as usize;
/// Samples of a segment. The network is good at the 16 s it was trained with only: with 12 s its onset F1 on a Disklavier recording
/// (MAPS mz_545_3) fell from 0.99 to 0.75.
pub const SEGMENT_SAMPLES: usize = 16 * SECOND;

/// How a recording is cut. All lengths in samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segmentation {
    /// Length of a segment.
    pub segment_samples: usize,
    /// From one segment's start to the next one's, whole frames.
    pub step_samples: usize,
    /// Silence put before the recording and after it.
    pub padding_samples: usize,
    /// What happens at the end of the recording.
    pub ending: Ending,
    /// Onsets so close to a segment's end are left to the next segment: the network hears onsets there that are none.
    pub unsure_end_samples: usize,
}

/// How the last segments meet the end of the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Segments follow step by step while they begin inside the recording; what lies after it is silence.
    StepByStep,
    /// The first segment that reaches the end is the last, and is drawn back to end there.
    DrawnBack,
}

impl Segmentation {
    /// As the Python package does it: a segment every 8 s, half of the first and most of the last being silence.
    pub const UPSTREAM: Segmentation = Segmentation {
        segment_samples: SEGMENT_SAMPLES,
        step_samples: (8 * SECOND).next_multiple_of(HOP_SAMPLES),
        padding_samples: 8 * SECOND,
        ending: Ending::StepByStep,
        unsure_end_samples: 0,
    };

    /// Every onset is heard with a second of sound around it, and little silence is computed: about half the work of
    /// [`Segmentation::UPSTREAM`] for the same notes (docs/RESULTS.md).
    pub const ECONOMICAL: Segmentation = Segmentation {
        segment_samples: SEGMENT_SAMPLES,
        step_samples: (14 * SECOND).next_multiple_of(HOP_SAMPLES),
        padding_samples: SECOND / 2,
        ending: Ending::DrawnBack,
        unsure_end_samples: SECOND,
    };
}

/// A stretch of the recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Where it begins, samples from the recording's start; negative in the silence before it.
    pub start_sample: i64,
    /// Frames since the segment before began.
    pub step_frames: usize,
    /// Onsets from this frame on are left to the next segment.
    pub unsure_from_frame: usize,
    /// Samples by channel, all equally many.
    pub channels: Vec<Vec<f32>>,
}

impl Segment {
    /// Samples in each channel.
    pub fn samples(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Whether there is no sound at all in it, not even noise.
    pub fn is_silent(&self) -> bool {
        self.channels.iter().flatten().all(|sample| *sample == 0.0)
    }

    /// Where it begins, seconds from the recording's start.
    pub fn start_secs(&self) -> f64 {
        self.start_sample as f64 / f64::from(SAMPLE_RATE)
    }

    /// Where it ends, seconds from the recording's start.
    pub fn end_secs(&self) -> f64 {
        self.start_secs() + self.samples() as f64 / f64::from(SAMPLE_RATE)
    }
}

/// Reads segments one after another; holds little more than one of them.
pub struct SegmentReader<'a> {
    audio: &'a mut dyn AudioSource,
    segmentation: Segmentation,
    /// By channel, from `buffer_start` on. Positions count from the start of the silence before the recording.
    buffer: Vec<Vec<f32>>,
    buffer_start: usize,
    /// Where the silence after the recording ends, once that is known.
    end: Option<usize>,
    next_start: Option<usize>,
    previous_start: usize,
}

impl<'a> SegmentReader<'a> {
    /// A reader of the whole source.
    pub fn new(audio: &'a mut dyn AudioSource, segmentation: Segmentation) -> Self {
        SegmentReader {
            buffer: vec![vec![0.0; segmentation.padding_samples]; audio.channels()],
            audio,
            segmentation,
            buffer_start: 0,
            end: None,
            next_start: Some(0),
            previous_start: 0,
        }
    }

    /// The next segment; none after the last.
    pub fn next_segment(&mut self) -> Result<Option<Segment>, AudioReadError> {
        let Some(start) = self.next_start else {
            return Ok(None);
        };
        let Segmentation {
            segment_samples,
            step_samples,
            padding_samples,
            unsure_end_samples,
            ..
        } = self.segmentation;
        // As far as the next segment may reach: whether the recording ends before decides where that begins.
        self.fill(start + step_samples + segment_samples)?;
        self.next_start = self.start_after(start);
        let unsure_end_samples = if self.next_start.is_some() { unsure_end_samples } else { 0 };
        let segment = Segment {
            unsure_from_frame: frames_of(segment_samples).saturating_sub(unsure_end_samples / HOP_SAMPLES),
            start_sample: start as i64 - padding_samples as i64,
            step_frames: (start - self.previous_start) / HOP_SAMPLES,
            channels: self.copy(start, segment_samples),
        };
        self.previous_start = start;
        self.forget_before(self.next_start.unwrap_or(start));
        Ok(Some(segment))
    }

    fn start_after(&self, start: usize) -> Option<usize> {
        let Segmentation {
            segment_samples,
            step_samples,
            ending,
            ..
        } = self.segmentation;
        let step = start + step_samples;
        match (self.end, ending) {
            (None, _) => Some(step),
            (Some(end), Ending::StepByStep) => (step < end).then_some(step),
            (Some(end), Ending::DrawnBack) => {
                let missing = end.saturating_sub(start + segment_samples).next_multiple_of(HOP_SAMPLES);
                (missing > 0).then_some(start + missing.min(step_samples))
            }
        }
    }

    /// Reads until the buffer reaches position `until` or the recording ends.
    fn fill(&mut self, until: usize) -> Result<(), AudioReadError> {
        /// About a quarter second at a time.
        const READ_FRAMES: usize = 10_240;
        let mut interleaved = Vec::new();
        while self.end.is_none() && self.buffer_end() < until {
            interleaved.clear();
            let frames = self.audio.read(READ_FRAMES, &mut interleaved)?;
            if frames == 0 {
                self.end = Some(self.buffer_end() + self.segmentation.padding_samples);
            }
            let channels = self.buffer.len();
            for frame in interleaved.chunks_exact(channels.max(1)) {
                for (samples, sample) in self.buffer.iter_mut().zip(frame) {
                    samples.push(if sample.is_finite() { *sample } else { 0.0 });
                }
            }
        }
        Ok(())
    }

    fn buffer_end(&self) -> usize {
        self.buffer_start + self.buffer.first().map_or(0, Vec::len)
    }

    /// A stretch of the buffer, silence where it has ended.
    fn copy(&self, start: usize, length: usize) -> Vec<Vec<f32>> {
        let from = start - self.buffer_start;
        self.buffer
            .iter()
            .map(|samples| {
                let known = &samples[from.min(samples.len())..(from + length).min(samples.len())];
                let mut copy = known.to_vec();
                copy.resize(length, 0.0);
                copy
            })
            .collect()
    }

    fn forget_before(&mut self, position: usize) {
        let forgotten = position.min(self.buffer_end()).saturating_sub(self.buffer_start);
        for samples in &mut self.buffer {
            samples.drain(..forgotten);
        }
        self.buffer_start += forgotten;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sample i of a recording is i + 1, so that silence differs from sound.
    struct Ramp {
        left: usize,
        position: usize,
    }

    impl AudioSource for Ramp {
        fn sample_rate(&self) -> u32 {
            SAMPLE_RATE
        }
        fn channels(&self) -> usize {
            2
        }
        fn duration_secs(&self) -> Option<f64> {
            None
        }
        fn read(&mut self, frames: usize, into: &mut Vec<f32>) -> Result<usize, AudioReadError> {
            let frames = frames.min(self.left).min(777);
            for _ in 0..frames {
                self.position += 1;
                into.extend([self.position as f32, -(self.position as f32)]);
            }
            self.left -= frames;
            Ok(frames)
        }
    }

    const SMALL: Segmentation = Segmentation {
        segment_samples: 16_000,
        step_samples: 13 * HOP_SAMPLES,
        padding_samples: 500,
        ending: Ending::DrawnBack,
        unsure_end_samples: 3 * HOP_SAMPLES,
    };

    fn segments(samples: usize, segmentation: Segmentation) -> Vec<Segment> {
        let mut ramp = Ramp {
            left: samples,
            position: 0,
        };
        let mut reader = SegmentReader::new(&mut ramp, segmentation);
        std::iter::from_fn(|| reader.next_segment().unwrap()).collect()
    }

    fn check(samples: usize, segmentation: Segmentation, expected: &[i64]) {
        let found = segments(samples, segmentation);
        let places: Vec<i64> = found.iter().map(|segment| segment.start_sample).collect();
        assert_eq!(places, expected, "{samples} samples");
        let mut previous = found[0].start_sample;
        for segment in found {
            assert_eq!(segment.samples(), 16_000);
            assert_eq!(segment.step_frames as i64 * HOP_SAMPLES as i64, segment.start_sample - previous);
            previous = segment.start_sample;
            for (i, (left, right)) in segment.channels[0].iter().zip(&segment.channels[1]).enumerate() {
                let position = segment.start_sample + i as i64;
                let inside = position >= 0 && position < samples as i64;
                assert_eq!(*left, if inside { (position + 1) as f32 } else { 0.0 });
                assert_eq!(*right, -*left);
            }
        }
    }

    #[test]
    fn the_last_segment_ends_with_the_recording() {
        check(0, SMALL, &[-500]);
        check(15_000, SMALL, &[-500]);
        check(16_000, SMALL, &[-500, -500 + 1024]);
        check(20_000, SMALL, &[-500, -500 + 5 * 1024]);
        check(28_312, SMALL, &[-500, -500 + 13 * 1024]);
        check(28_313, SMALL, &[-500, -500 + 13 * 1024, -500 + 14 * 1024]);
    }

    #[test]
    fn only_the_last_segment_is_sure_to_its_end() {
        let found: Vec<usize> = segments(28_313, SMALL).iter().map(|segment| segment.unsure_from_frame).collect();
        assert_eq!(found, [14, 14, 17]);
    }

    #[test]
    fn segments_can_follow_step_by_step_into_the_silence() {
        let step_by_step = Segmentation {
            padding_samples: 8_000,
            step_samples: 8 * HOP_SAMPLES,
            ending: Ending::StepByStep,
            ..SMALL
        };
        check(1_000, step_by_step, &[-8_000, 192, 8_384]);
    }

    #[test]
    fn broken_samples_are_silence() {
        struct Broken(bool);
        impl AudioSource for Broken {
            fn sample_rate(&self) -> u32 {
                SAMPLE_RATE
            }
            fn channels(&self) -> usize {
                1
            }
            fn duration_secs(&self) -> Option<f64> {
                None
            }
            fn read(&mut self, _: usize, into: &mut Vec<f32>) -> Result<usize, AudioReadError> {
                into.extend(if self.0 { vec![] } else { vec![f32::NAN, f32::INFINITY] });
                Ok(if std::mem::replace(&mut self.0, true) { 0 } else { 2 })
            }
        }
        let mut broken = Broken(false);
        let segment = SegmentReader::new(&mut broken, SMALL).next_segment().unwrap().unwrap();
        assert!(segment.is_silent());
    }
}
