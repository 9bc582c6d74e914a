//! The small network that says of an interval how loud it is and where in their frames its ends lie.

use super::encoder_graph::VECTOR;
use crate::graph_writer::{GraphWriter, ValueName};
use checkpoints::{Checkpoint, CheckpointError};
use hearing::transkun::FRAMES_PER_TRACK_STEP;
use onnx::{AttributeProto, Dimension, ModelProto};

/// Names of the inputs: track vectors of the steps in which intervals begin and end `[intervals, 256]`, and which of a step's eight frames it is, 1
/// there and 0 elsewhere `[intervals, 8]`.
pub const BEGIN_TRACKS: &str = "begin_tracks";
/// See [`BEGIN_TRACKS`].
pub const BEGIN_FRAMES: &str = "begin_frames";
/// See [`BEGIN_TRACKS`].
pub const END_TRACKS: &str = "end_tracks";
/// See [`BEGIN_TRACKS`].
pub const END_FRAMES: &str = "end_frames";
/// Name of the output of velocity logits `[intervals, 128]`.
pub const VELOCITY: &str = "velocity";
/// Name of the output `[intervals, 4]`: where onset and offset lie, and whether they are there, as logits.
pub const PLACE_AND_PRESENCE: &str = "place_and_presence";
/// Velocities.
pub const VELOCITIES: usize = 128;

const HIDDEN: usize = 512;

/// Writes the network with the weights of a checkpoint.
pub fn attributes(checkpoint: &mut dyn Checkpoint) -> Result<ModelProto, CheckpointError> {
    let mut graph = GraphWriter::default();
    let begin = frame_vectors(&mut graph, checkpoint, BEGIN_TRACKS, BEGIN_FRAMES)?;
    let end = frame_vectors(&mut graph, checkpoint, END_TRACKS, END_FRAMES)?;
    let both = graph.node("Mul", &[&begin, &end], vec![]);
    let joined = graph.node("Concat", &[&begin, &end, &both], vec![AttributeProto::int("axis", -1)]);
    for (name, output, outputs) in [
        ("velocityPredictor", VELOCITY, VELOCITIES),
        ("refinedOFPredictor", PLACE_AND_PRESENCE, 4),
    ] {
        let hidden = linear(&mut graph, checkpoint, &joined, &format!("{name}.0"), [3 * VECTOR, HIDDEN])?;
        let hidden = graph.microsoft("Gelu", &[&hidden], vec![]);
        let logits = linear(&mut graph, checkpoint, &hidden, &format!("{name}.3"), [HIDDEN, outputs])?;
        graph.output(&logits, output, &[intervals(), Dimension::Known(outputs as i64)]);
    }
    Ok(graph.finish("transkun_attributes"))
}

fn intervals() -> Dimension {
    Dimension::Named("intervals".into())
}

/// Transkun's upsampling of track vectors, for one frame of each.
fn frame_vectors(
    graph: &mut GraphWriter,
    checkpoint: &mut dyn Checkpoint,
    tracks: &str,
    frames: &str,
) -> Result<ValueName, CheckpointError> {
    let tracks = graph.input(tracks, &[intervals(), Dimension::Known(VECTOR as i64)]);
    let frames = graph.input(frames, &[intervals(), Dimension::Known(FRAMES_PER_TRACK_STEP as i64)]);
    let up = checkpoint.floats("backbone.upConv1dSkip.weight", &[VECTOR, VECTOR, FRAMES_PER_TRACK_STEP])?;
    let bias = checkpoint.floats("backbone.upConv1dSkip.bias", &[VECTOR])?;
    let all_frames = graph.product(&tracks, [VECTOR, VECTOR * FRAMES_PER_TRACK_STEP], &up);
    let all_frames = graph.reshape(&all_frames, &[0, VECTOR as i64, FRAMES_PER_TRACK_STEP as i64]);
    let frames = graph.reshape(&frames, &[0, FRAMES_PER_TRACK_STEP as i64, 1]);
    let chosen = graph.node("MatMul", &[&all_frames, &frames], vec![]);
    let chosen = graph.reshape(&chosen, &[0, VECTOR as i64]);
    let bias = graph.floats(&[VECTOR], &bias);
    Ok(graph.node("Add", &[&chosen, &bias], vec![]))
}

fn linear(
    graph: &mut GraphWriter,
    checkpoint: &mut dyn Checkpoint,
    x: &str,
    name: &str,
    [inputs, outputs]: [usize; 2],
) -> Result<ValueName, CheckpointError> {
    let weights = checkpoint.floats(&format!("{name}.weight"), &[outputs, inputs])?;
    let weights = graph.floats(&[outputs, inputs], &weights);
    let bias = checkpoint.floats(&format!("{name}.bias"), &[outputs])?;
    let bias = graph.floats(&[outputs], &bias);
    Ok(graph.node("Gemm", &[x, &weights, &bias], vec![AttributeProto::int("transB", 1)]))
}
