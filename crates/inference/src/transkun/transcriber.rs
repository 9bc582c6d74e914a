//! The transcriber: segment by segment from sound to events.

use super::attributes_graph::{BEGIN_FRAMES, BEGIN_TRACKS, END_FRAMES, END_TRACKS, PLACE_AND_PRESENCE, VELOCITIES, VELOCITY};
use super::convert::TranskunFiles;
use super::encoder_graph::{ALONE, FEATURES, TRACKS, VECTOR, score_block};
use super::scores::{Scores, ScoresDoNotFit};
use crate::runtime::{Runtime, RuntimeError, SessionSettings};
use hearing::transkun::events::{IntervalOutputs, SymbolInterval, decided_until, segment_events};
use hearing::transkun::features::{Features, FrontEnd, FrontEndError, MEL_BANDS, SPECTRUM_BINS, WINDOWS};
use hearing::transkun::intervals::best_intervals;
use hearing::transkun::segments::{Segment, SegmentReader, Segmentation};
use hearing::transkun::stitching::{Stitcher, transcription};
use hearing::transkun::{FRAMES_PER_TRACK_STEP, HOP_SAMPLES, SAMPLE_RATE, SYMBOLS, Symbol, WINDOW_SAMPLES};
use hearing::{AudioSource, Transcription};
use labeling::seams::{ModelError, ModelFacts, TranscribeError, Transcriber};
use ort::session::Session;
use ort::value::TensorRef;

/// Version of the Python package whose wheel holds the weights.
pub const TRANSKUN_VERSION: &str = "2.0.1";
const NAME: &str = "transkun";

/// Transkun's networks, ready to run.
pub struct Transkun {
    front_end: FrontEnd,
    encoder: Session,
    attributes: Session,
    segmentation: Segmentation,
    weights_sha256: Vec<String>,
}

/// Why Transkun cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum TranskunError {
    /// ONNX Runtime refuses.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// The front end's file is damaged.
    #[error(transparent)]
    FrontEnd(#[from] FrontEndError),
}

/// Why a segment could not be listened to.
#[derive(Debug, thiserror::Error)]
enum ListenError {
    #[error(transparent)]
    Runtime(#[from] ort::Error),
    #[error(transparent)]
    Scores(#[from] ScoresDoNotFit),
}

impl Transkun {
    /// Prepares the networks. `weights_sha256` goes into provenance: the sum of the checkpoint they were made from.
    pub fn new(
        runtime: &Runtime,
        files: &TranskunFiles,
        weights_sha256: Vec<String>,
        segmentation: Segmentation,
        settings: SessionSettings,
    ) -> Result<Transkun, TranskunError> {
        Ok(Transkun {
            front_end: front_end(&files.front_end)?,
            encoder: runtime.session("transkun_encoder", &files.encoder_onnx, settings)?,
            attributes: runtime.session("transkun_attributes", &files.attributes_onnx, settings)?,
            segmentation,
            weights_sha256,
        })
    }

    /// Intervals of one segment with what the network says of each. `starts` are the frames from which each symbol is undecided.
    fn listen(&mut self, segment: &Segment, starts: &[usize]) -> Result<Heard, ListenError> {
        if segment.is_silent() {
            return Ok(Heard::default());
        }
        let Features { frames, values } = self.front_end.features(&segment.channels);
        let input = TensorRef::from_array_view(([1, WINDOWS, frames, MEL_BANDS], values.as_slice()))?;
        let encoded = self.encoder.run(ort::inputs![FEATURES => input])?;
        let (_, tracks) = encoded[TRACKS].try_extract_tensor::<f32>()?;
        let (_, alone) = encoded[ALONE].try_extract_tensor::<f32>()?;
        let mut blocks = Vec::new();
        for block in 0..super::encoder_graph::SCORE_BLOCKS {
            blocks.push(encoded[score_block(block).as_str()].try_extract_tensor::<f32>()?.1);
        }
        let scores = Scores::new(alone, &blocks)?;
        let intervals = Symbol::all().flat_map(|symbol| {
            let of_symbol = best_intervals(scores.alone(symbol), starts[symbol.index()], |begin, row| {
                scores.fill(symbol, begin, row)
            });
            let sure = of_symbol.into_iter().filter(|interval| interval.begin < segment.unsure_from_frame);
            sure.map(move |interval| SymbolInterval { symbol, interval })
        });
        let intervals: Vec<SymbolInterval> = intervals.collect();
        let mut heard = Heard {
            intervals,
            ..Heard::default()
        };
        if !heard.intervals.is_empty() {
            heard.attributes(&mut self.attributes, tracks)?;
        }
        Ok(heard)
    }
}

fn front_end(file: &[u8]) -> Result<FrontEnd, FrontEndError> {
    let numbers: Vec<f32> = file
        .chunks_exact(4)
        .map(|number| f32::from_le_bytes([number[0], number[1], number[2], number[3]]))
        .collect();
    let (windows, mel) = numbers.split_at((WINDOWS * WINDOW_SAMPLES).min(numbers.len()));
    FrontEnd::new(windows, &mel[..mel.len().min(SPECTRUM_BINS * MEL_BANDS)])
}

/// A segment's intervals and the raw outputs that belong to them, row by row.
#[derive(Default)]
struct Heard {
    intervals: Vec<SymbolInterval>,
    velocity: Vec<f32>,
    place_and_presence: Vec<f32>,
}

impl Heard {
    /// Runs the network that looks at both ends of each interval. `tracks` are `[SYMBOLS, steps, VECTOR]`.
    fn attributes(&mut self, network: &mut Session, tracks: &[f32]) -> Result<(), ort::Error> {
        let count = self.intervals.len();
        let steps = tracks.len() / (SYMBOLS * VECTOR);
        let gather = |frame_of: fn(&SymbolInterval) -> usize| {
            let mut vectors = Vec::with_capacity(count * VECTOR);
            let mut frames = vec![0.0_f32; count * FRAMES_PER_TRACK_STEP];
            for (interval, frames) in self.intervals.iter().zip(frames.chunks_exact_mut(FRAMES_PER_TRACK_STEP)) {
                let frame = frame_of(interval);
                let at = (interval.symbol.index() * steps + frame / FRAMES_PER_TRACK_STEP) * VECTOR;
                vectors.extend_from_slice(&tracks[at..at + VECTOR]);
                frames[frame % FRAMES_PER_TRACK_STEP] = 1.0;
            }
            (vectors, frames)
        };
        let (begin_tracks, begin_frames) = gather(|interval| interval.interval.begin);
        let (end_tracks, end_frames) = gather(|interval| interval.interval.end);
        let (tracks_shape, frames_shape) = ([count, VECTOR], [count, FRAMES_PER_TRACK_STEP]);
        let outputs = network.run(ort::inputs![
            BEGIN_TRACKS => TensorRef::from_array_view((tracks_shape, begin_tracks.as_slice()))?,
            BEGIN_FRAMES => TensorRef::from_array_view((frames_shape, begin_frames.as_slice()))?,
            END_TRACKS => TensorRef::from_array_view((tracks_shape, end_tracks.as_slice()))?,
            END_FRAMES => TensorRef::from_array_view((frames_shape, end_frames.as_slice()))?,
        ])?;
        self.velocity = outputs[VELOCITY].try_extract_tensor::<f32>()?.1.to_vec();
        self.place_and_presence = outputs[PLACE_AND_PRESENCE].try_extract_tensor::<f32>()?.1.to_vec();
        Ok(())
    }

    fn outputs(&self) -> Vec<IntervalOutputs<'_>> {
        let rows = self.velocity.chunks_exact(VELOCITIES).zip(self.place_and_presence.chunks_exact(4));
        rows.map(|(velocity_logits, row)| IntervalOutputs {
            velocity_logits,
            place_logits: [row[0], row[1]],
            presence_logits: [row[2], row[3]],
        })
        .collect()
    }
}

impl Transcriber for Transkun {
    fn model(&self) -> ModelFacts {
        ModelFacts {
            name: NAME.into(),
            version: TRANSKUN_VERSION.into(),
            weights_sha256: self.weights_sha256.clone(),
            licence: "MIT".into(),
        }
    }

    fn sample_rate(&self) -> u32 {
        SAMPLE_RATE
    }

    /// Left and right tell pedalled notes' ends apart better than their sum (K. 265: onset+offset F1 0.86 against 0.82).
    fn channels_max(&self) -> usize {
        2
    }

    fn transcribe(&mut self, audio: &mut dyn AudioSource, progress: &mut dyn FnMut(f64) -> bool) -> Result<Transcription, TranscribeError> {
        let mut reader = SegmentReader::new(audio, self.segmentation);
        let mut stitcher = Stitcher::default();
        // Nothing begins in the silence before the recording.
        let mut decided = vec![self.segmentation.padding_samples / HOP_SAMPLES; SYMBOLS];
        while let Some(segment) = reader.next_segment()? {
            let starts: Vec<usize> = decided.iter().map(|frame| frame.saturating_sub(segment.step_frames)).collect();
            let heard = self.listen(&segment, &starts).map_err(failed)?;
            let outputs = heard.outputs();
            decided = decided_until(&heard.intervals, &outputs, segment.samples());
            stitcher.add(&segment_events(&heard.intervals, &outputs, segment.samples(), segment.start_secs()));
            if !progress(segment.end_secs()) {
                return Err(TranscribeError::Stopped);
            }
        }
        Ok(transcription(&stitcher.finish()))
    }
}

fn failed(source: ListenError) -> ModelError {
    ModelError {
        model: NAME.into(),
        doing: "find intervals",
        source: Box::new(source),
    }
}
