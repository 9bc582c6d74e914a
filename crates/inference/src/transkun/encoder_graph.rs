//! The encoder as an ONNX graph: features in, track vectors and interval scores out.
//!
//! Written from `LayersTransformer.py` and `ModelTransformer.py` of Transkun 2.0.1 (MIT, (c) 2021 Yujia Yan). The same network, arranged to
//! cost less: position embeddings are constants; the scale of each residual branch is multiplied into its weights; in the last layer
//! only what is read afterwards is computed; scores come straight from the track vectors, and only for intervals whose end is not
//! before their begin.

use super::positions::PositionEmbedding;
use crate::graph_writer::{GraphWriter, ValueName};
use checkpoints::{Checkpoint, CheckpointError};
use hearing::transkun::features::{MEL_BANDS, WINDOWS};
use hearing::transkun::segments::SEGMENT_SAMPLES;
use hearing::transkun::{FRAMES_PER_TRACK_STEP, SYMBOLS, Symbol, frames_of};
use onnx::{AttributeProto, Dimension, ModelProto};

/// Name of the input: features `[1, WINDOWS, FRAMES, MEL_BANDS]`.
pub const FEATURES: &str = "features";
/// Frames of a segment.
pub const FRAMES: usize = frames_of(SEGMENT_SAMPLES);
/// Steps of a segment: eight frames each, the last one not full.
pub const STEPS: usize = FRAMES.div_ceil(FRAMES_PER_TRACK_STEP) + 1;
/// Name of the output of track vectors `[SYMBOLS, STEPS, VECTOR]`.
pub const TRACKS: &str = "tracks";
/// Name of the output of scores of frames standing alone, `[SYMBOLS, 8 STEPS]`.
pub const ALONE: &str = "alone";
/// Numbers in a track vector.
pub const VECTOR: usize = 256;
/// Scores come in this many blocks of begin frames, each holding only the ends from its first begin on: eight blocks leave out
/// 7/16 of all pairs, nearly all that are no intervals.
pub const SCORE_BLOCKS: usize = 8;
/// Begins in a block.
pub const BLOCK_BEGINS: usize = STEPS * FRAMES_PER_TRACK_STEP / SCORE_BLOCKS;

/// Name of the output of the scores whose begins lie in the given block, `[SYMBOLS, begins, ends]`; still to be multiplied by the interval's
/// length in frames. Blocks have equally many begins, [`BLOCK_BEGINS`] of them.
pub fn score_block(block: usize) -> String {
    format!("scores_{block}")
}

const BACKBONE: &str = "backbone";
/// Channels after the first convolution.
const BASE: usize = 64;
/// Frequency steps that 229 mel bands become, with the one in front that gathers.
const FREQUENCY_STEPS: usize = 59;
/// Time steps of attention: those of the segment, and one in front that gathers.
const TIME_STEPS: usize = STEPS + 1;
const LAYERS: usize = 6;
const HEADS: i64 = 8;
const HIDDEN: usize = 1024;
/// Groups of the group norms between the convolutions.
const NORM_GROUPS: usize = 4;
/// PyTorch's default for group norms.
const GROUP_NORM_EPSILON: f32 = 1e-5;
/// `RMSNorm` of Transkun.
const RMS_NORM_EPSILON: f32 = 1e-6;
/// Ends a slice where the axis ends.
const TO_THE_END: i64 = i64::MAX;

/// Writes the encoder with the weights of a checkpoint.
pub fn encoder(checkpoint: &mut dyn Checkpoint) -> Result<ModelProto, CheckpointError> {
    let mut encoder = Encoder {
        graph: GraphWriter::default(),
        checkpoint,
    };
    let spectrogram = encoder.convolutions()?;
    let mut grid = encoder.with_targets(&spectrogram)?;
    for layer in 0..LAYERS {
        grid = encoder.layer(layer, &grid)?;
    }
    encoder.outputs(&grid)?;
    Ok(encoder.graph.finish("transkun_encoder"))
}

struct Encoder<'a> {
    graph: GraphWriter,
    checkpoint: &'a mut dyn Checkpoint,
}

/// Keys and values of one attention: both are made from the layer's input as it came, queries from the normalised residual.
struct KeysAndValues {
    keys: ValueName,
    values: ValueName,
}

/// What an attention attends over.
#[derive(Clone, Copy, PartialEq)]
enum Axis {
    Frequency,
    Time,
}

impl Axis {
    /// The letter the checkpoint's names use.
    fn letter(self) -> char {
        match self {
            Axis::Frequency => 'F',
            Axis::Time => 'T',
        }
    }
}

impl Encoder<'_> {
    fn weights(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, CheckpointError> {
        self.checkpoint.floats(&format!("{BACKBONE}.{name}"), shape)
    }

    fn constant(&mut self, name: &str, shape: &[usize], written_as: &[usize]) -> Result<ValueName, CheckpointError> {
        let weights = self.weights(name, shape)?;
        Ok(self.graph.floats(written_as, &weights))
    }

    /// Features to `[TIME_STEPS, FREQUENCY_STEPS, VECTOR]`, both axes with a zero in front.
    fn convolutions(&mut self) -> Result<ValueName, CheckpointError> {
        let shape = [1, WINDOWS, FRAMES, MEL_BANDS].map(known);
        let features = self.graph.input(FEATURES, &shape);
        let x = self.convolution("inputConv", &features, [WINDOWS, BASE], [1, 1])?;
        let embedding = PositionEmbedding::read(self.checkpoint, &format!("{BACKBONE}.posEmbedBuilder"), 1, BASE)?;
        let by_band: Vec<Vec<f32>> = (0..MEL_BANDS).map(|band| embedding.at(&[band as f32])).collect();
        let by_channel: Vec<f32> = (0..BASE).flat_map(|channel| by_band.iter().map(move |row| row[channel])).collect();
        let embedding = self.graph.floats(&[1, BASE, 1, MEL_BANDS], &by_channel);
        let x = self.graph.node("Add", &[&x, &embedding], vec![]);
        // So many that eight frames and four bands become one step: 4 and 3 in time, 2 and 1 in frequency.
        let pads = self.graph.ints(&[0, 0, 4, 2, 0, 0, 3, 1]);
        let mut x = self.graph.node("Pad", &[&x, &pads], vec![]);
        let steps = [
            (1, [BASE, 2 * BASE], [2, 1]),
            (5, [2 * BASE, VECTOR], [2, 2]),
            (9, [VECTOR, VECTOR], [2, 2]),
            (13, [VECTOR, VECTOR], [1, 1]),
        ];
        for (index, channels, strides) in steps {
            x = self.convolution(&format!("downConv.{index}"), &x, channels, strides)?;
            x = self.group_norm(&format!("downConv.{}", index + 1), &x, channels[1])?;
            if index != 13 {
                x = self.graph.microsoft("Gelu", &[&x], vec![]);
            }
        }
        let x = self.graph.transpose(&x, &[0, 2, 3, 1]);
        let batch = self.graph.ints(&[0]);
        let x = self.graph.node("Squeeze", &[&x, &batch], vec![]);
        let pads = self.graph.ints(&[1, 1, 0, 0, 0, 0]);
        Ok(self.graph.node("Pad", &[&x, &pads], vec![]))
    }

    fn convolution(&mut self, name: &str, x: &str, [inputs, outputs]: [usize; 2], strides: [i64; 2]) -> Result<ValueName, CheckpointError> {
        let shape = [outputs, inputs, 3, 3];
        let weight = self.constant(&format!("{name}.weight"), &shape, &shape)?;
        let bias = self.constant(&format!("{name}.bias"), &[outputs], &[outputs])?;
        let attributes = vec![AttributeProto::ints("pads", &[1; 4]), AttributeProto::ints("strides", &strides)];
        Ok(self.graph.node("Conv", &[x, &weight, &bias], attributes))
    }

    fn group_norm(&mut self, name: &str, x: &str, channels: usize) -> Result<ValueName, CheckpointError> {
        let shape = self.graph.node("Shape", &[x], vec![]);
        let groups = self.graph.reshape(x, &[0, NORM_GROUPS as i64, -1]);
        let ones = self.graph.floats(&[NORM_GROUPS], &[1.0; NORM_GROUPS]);
        let zeros = self.graph.floats(&[NORM_GROUPS], &[0.0; NORM_GROUPS]);
        let epsilon = vec![AttributeProto::float("epsilon", GROUP_NORM_EPSILON)];
        let groups = self.graph.node("InstanceNormalization", &[&groups, &ones, &zeros], epsilon);
        let x = self.graph.node("Reshape", &[&groups, &shape], vec![]);
        let weight = self.constant(&format!("{name}.weight"), &[channels], &[channels, 1, 1])?;
        let bias = self.constant(&format!("{name}.bias"), &[channels], &[channels, 1, 1])?;
        let x = self.graph.node("Mul", &[&x, &weight], vec![]);
        Ok(self.graph.node("Add", &[&x, &bias], vec![]))
    }

    /// The grid attention works on, `[TIME_STEPS, FREQUENCY_STEPS + SYMBOLS, VECTOR]`: what was heard, and beside it a column for each
    /// symbol, empty but for its place.
    fn with_targets(&mut self, spectrogram: &str) -> Result<ValueName, CheckpointError> {
        let heard: Vec<f32> = (0..FREQUENCY_STEPS).map(|step| step as f32).collect();
        let symbols: Vec<f32> = Symbol::all().map(|symbol| symbol.number() as f32).collect();
        let heard = self.positions("posEmbedBuilderAttnTF", &heard)?;
        let targets = self.positions("posEmbedBuilderAttnTE", &symbols)?;
        let heard = self.graph.node("Add", &[spectrogram, &heard], vec![]);
        Ok(self.graph.node("Concat", &[&heard, &targets], vec![AttributeProto::int("axis", 1)]))
    }

    /// Embeddings of each time step with each column's coordinate, `[TIME_STEPS, columns, VECTOR]`.
    fn positions(&mut self, name: &str, columns: &[f32]) -> Result<ValueName, CheckpointError> {
        let embedding = PositionEmbedding::read(self.checkpoint, &format!("{BACKBONE}.{name}"), 2, VECTOR)?;
        let mut values = Vec::with_capacity(TIME_STEPS * columns.len() * VECTOR);
        for step in 0..TIME_STEPS {
            for column in columns {
                values.extend(embedding.at(&[step as f32, *column]));
            }
        }
        Ok(self.graph.floats(&[TIME_STEPS, columns.len(), VECTOR], &values))
    }

    /// Attention and perceptron along frequency, then along time. The last layer leaves only the symbols' columns.
    fn layer(&mut self, layer: usize, grid: &str) -> Result<ValueName, CheckpointError> {
        let prefix = format!("encoderLayers.{layer}");
        let along_frequency = self.keys_and_values(&prefix, Axis::Frequency, grid)?;
        let grid = if layer + 1 == LAYERS {
            self.targets_of(grid)
        } else {
            grid.to_owned()
        };
        let along_time = self.keys_and_values(&prefix, Axis::Time, &grid)?;
        let grid = self.attention(&prefix, Axis::Frequency, &grid, along_frequency)?;
        let grid = self.perceptron(&prefix, Axis::Frequency, &grid)?;
        let grid = self.attention(&prefix, Axis::Time, &grid, along_time)?;
        self.perceptron(&prefix, Axis::Time, &grid)
    }

    fn targets_of(&mut self, grid: &str) -> ValueName {
        self.graph.slice(grid, FREQUENCY_STEPS as i64, TO_THE_END, 1)
    }

    fn keys_and_values(&mut self, prefix: &str, axis: Axis, grid: &str) -> Result<KeysAndValues, CheckpointError> {
        let shape = [VECTOR, VECTOR];
        let mut product = |letter: char| -> Result<ValueName, CheckpointError> {
            let name = format!("{prefix}.mhaBlock{}.module.{letter}_proj_weight", axis.letter());
            let weights = self.weights(&name, &shape)?;
            Ok(self.graph.product(grid, shape, &weights))
        };
        Ok(KeysAndValues {
            keys: product('k')?,
            values: product('v')?,
        })
    }

    fn attention(&mut self, prefix: &str, axis: Axis, grid: &str, memory: KeysAndValues) -> Result<ValueName, CheckpointError> {
        let block = format!("{prefix}.mhaBlock{}", axis.letter());
        let shape = [VECTOR, VECTOR];
        let normal = self.rms_norm(grid);
        let weights = self.weights(&format!("{block}.module.q_proj_weight"), &shape)?;
        let mut inputs = [self.graph.product(&normal, shape, &weights), memory.keys, memory.values];
        if axis == Axis::Time {
            inputs = inputs.map(|input| self.graph.transpose(&input, &[1, 0, 2]));
        }
        let heads = vec![AttributeProto::int("num_heads", HEADS)];
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let mut fetched = self.graph.microsoft("MultiHeadAttention", &inputs, heads);
        if axis == Axis::Time {
            fetched = self.graph.transpose(&fetched, &[1, 0, 2]);
        }
        self.add_branch(grid, &fetched, &block, "out_proj", VECTOR)
    }

    fn perceptron(&mut self, prefix: &str, axis: Axis, grid: &str) -> Result<ValueName, CheckpointError> {
        let block = format!("{prefix}.fnnBlock{}", axis.letter());
        let normal = self.rms_norm(grid);
        let weights = self.weights(&format!("{block}.module.0.weight"), &[HIDDEN, VECTOR])?;
        let bias = self.weights(&format!("{block}.module.0.bias"), &[HIDDEN])?;
        let hidden = self.graph.linear(&normal, [VECTOR, HIDDEN], &transposed(&weights, VECTOR), &bias);
        let hidden = self.graph.microsoft("Gelu", &[&hidden], vec![]);
        self.add_branch(grid, &hidden, &block, "3", HIDDEN)
    }

    /// Adds a residual branch: its last linear map, scaled by the block's learned scale.
    fn add_branch(&mut self, grid: &str, branch: &str, block: &str, map: &str, inputs: usize) -> Result<ValueName, CheckpointError> {
        let scale = self.weights(&format!("{block}.scale"), &[VECTOR])?;
        let mut weights = transposed(&self.weights(&format!("{block}.module.{map}.weight"), &[VECTOR, inputs])?, inputs);
        let mut bias = self.weights(&format!("{block}.module.{map}.bias"), &[VECTOR])?;
        for row in weights.chunks_exact_mut(VECTOR).chain([bias.as_mut_slice()]) {
            row.iter_mut().zip(&scale).for_each(|(weight, scale)| *weight *= scale);
        }
        let branch = self.graph.linear(branch, [inputs, VECTOR], &weights, &bias);
        Ok(self.graph.node("Add", &[grid, &branch], vec![]))
    }

    fn rms_norm(&mut self, x: &str) -> ValueName {
        let ones = self.graph.floats(&[VECTOR], &[1.0; VECTOR]);
        let attributes = vec![AttributeProto::float("epsilon", RMS_NORM_EPSILON), AttributeProto::int("axis", -1)];
        self.graph.node("SimplifiedLayerNormalization", &[x, &ones], attributes)
    }

    /// Track vectors and scores from the last layer's columns `[TIME_STEPS, SYMBOLS, VECTOR]`.
    fn outputs(&mut self, columns: &str) -> Result<(), CheckpointError> {
        let tracks = self.graph.slice(columns, 1, TO_THE_END, 0);
        let tracks = self.graph.transpose(&tracks, &[1, 0, 2]);
        let scorer = Scorer::read(self.checkpoint)?;
        let ends = self.by_frame(&tracks, &scorer.ends);
        let begins = self.by_frame(&tracks, &scorer.begins);
        let alone = self.by_frame(&tracks, &scorer.alone);
        let alone = self.graph.reshape(&alone, &[0, -1]);
        let frames = STEPS * FRAMES_PER_TRACK_STEP;
        self.graph.output(&tracks, TRACKS, &[SYMBOLS, STEPS, VECTOR].map(known));
        self.graph.output(&alone, ALONE, &[SYMBOLS, frames].map(known));
        let ends = self.graph.transpose(&ends, &[0, 2, 1]);
        for block in 0..SCORE_BLOCKS {
            let (first, next) = (block * BLOCK_BEGINS, (block + 1) * BLOCK_BEGINS);
            let begins = self.graph.slice(&begins, first as i64, next as i64, 1);
            let ends = self.graph.slice(&ends, first as i64, TO_THE_END, 2);
            let scores = self.graph.node("MatMul", &[&begins, &ends], vec![]);
            self.graph
                .output(&scores, &score_block(block), &[SYMBOLS, BLOCK_BEGINS, frames - first].map(known));
        }
        Ok(())
    }

    /// A map of a track vector to its eight frames, `[SYMBOLS, 8 STEPS, outputs]`.
    fn by_frame(&mut self, tracks: &str, map: &FrameMap) -> ValueName {
        let shape = [VECTOR, FRAMES_PER_TRACK_STEP * map.outputs];
        let flat = self.graph.linear(tracks, shape, &map.weights, &map.bias);
        self.graph.reshape(&flat, &[0, -1, map.outputs as i64])
    }
}

fn known(length: usize) -> Dimension {
    Dimension::Known(length as i64)
}

/// Maps from a track vector to numbers of its eight frames: Transkun's upsampling and its scorer in one.
struct Scorer {
    ends: FrameMap,
    begins: FrameMap,
    alone: FrameMap,
}

/// A linear map, `[VECTOR][8][outputs]` and `[8][outputs]`.
struct FrameMap {
    outputs: usize,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Scorer {
    fn read(checkpoint: &mut dyn Checkpoint) -> Result<Scorer, CheckpointError> {
        let rows = 2 * VECTOR + 1;
        let up = checkpoint.floats(&format!("{BACKBONE}.upConv1dSkip.weight"), &[VECTOR, VECTOR, FRAMES_PER_TRACK_STEP])?;
        let up_bias = checkpoint.floats(&format!("{BACKBONE}.upConv1dSkip.bias"), &[VECTOR])?;
        let map = checkpoint.floats("scorer.map.0.weight", &[rows, VECTOR])?;
        let map_bias = checkpoint.floats("scorer.map.0.bias", &[rows])?;
        let part = |rows: std::ops::Range<usize>, gain: f32| {
            FrameMap::composed(&up, &up_bias, &map[rows.start * VECTOR..rows.end * VECTOR], &map_bias[rows], gain)
        };
        Ok(Scorer {
            ends: part(0..VECTOR, 1.0 / (VECTOR as f32).sqrt()),
            begins: part(VECTOR..2 * VECTOR, 1.0),
            alone: part(2 * VECTOR..rows, 1.0),
        })
    }
}

impl FrameMap {
    /// `gain (map (up x + up_bias) + map_bias)` as one map. `up` is `[input][middle][frame]`, `map` `[output][middle]`.
    fn composed(up: &[f32], up_bias: &[f32], map: &[f32], map_bias: &[f32], gain: f32) -> FrameMap {
        let outputs = map_bias.len();
        let mut weights = Vec::with_capacity(VECTOR * FRAMES_PER_TRACK_STEP * outputs);
        for input in up.chunks_exact(VECTOR * FRAMES_PER_TRACK_STEP) {
            let by_frame = transposed(input, FRAMES_PER_TRACK_STEP);
            for middle in by_frame.chunks_exact(VECTOR) {
                weights.extend(map.chunks_exact(VECTOR).map(|row| gain * exact_dot(row, middle)));
            }
        }
        let bias = map
            .chunks_exact(VECTOR)
            .zip(map_bias)
            .map(|(row, bias)| gain * (exact_dot(row, up_bias) + bias));
        let bias: Vec<f32> = bias.collect();
        FrameMap {
            outputs,
            weights,
            bias: bias.repeat(FRAMES_PER_TRACK_STEP),
        }
    }
}

/// Summed in double precision, because the sum becomes a weight.
fn exact_dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>() as f32
}

/// A matrix of `columns` columns, row by row, with rows and columns exchanged.
fn transposed(matrix: &[f32], columns: usize) -> Vec<f32> {
    (0..columns)
        .flat_map(|column| matrix.iter().skip(column).step_by(columns).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_transposed() {
        assert_eq!(transposed(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }
}
