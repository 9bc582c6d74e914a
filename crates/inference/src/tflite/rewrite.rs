//! Operator by operator, from TensorFlow Lite to ONNX.
//!
//! TensorFlow Lite keeps channels last, ONNX's convolutions want them second. Pictures are channels-second throughout, from the
//! input on; where the original flattens a picture it is turned back first, so that flat outputs keep their order.

use super::TfliteError;
use super::graph::{Activation, Constant, Graph, Kind, Operator, Window, read_graph};
use onnx::{AttributeProto, Dimension, FLOAT, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};

/// Oldest operator set with everything used here as it is used here.
const OPSET: i64 = 17;
/// Name of the batch axis.
const BATCH: &str = "batch";
/// Name of the input of every rewritten network.
pub const INPUT: &str = "input";

/// Rewrites a network. Its one input becomes `input`, float32 `[batch, channels, rows, columns]`; its outputs keep their names and their
/// shapes but for the batch axis.
pub fn onnx_from_tflite(file: &[u8]) -> Result<ModelProto, TfliteError> {
    let graph = read_graph(file)?;
    let [input] = graph.inputs[..] else {
        return Err(TfliteError::Unsupported(format!("{} inputs", graph.inputs.len())));
    };
    let [_, rows, columns, channels] = picture_shape(&graph, input)?;
    let mut writer = Writer::new(&graph);
    writer.define(input, INPUT, Layout::ChannelsSecond);
    for operator in &graph.operators {
        writer.operator(operator)?;
    }
    let mut shape = vec![Dimension::Named(BATCH.into())];
    shape.extend([channels, rows, columns].map(|n| Dimension::Known(n as i64)));
    let outputs = writer.outputs()?;
    Ok(ModelProto::new(
        GraphProto {
            name: "hands".into(),
            node: writer.nodes,
            initializer: writer.constants,
            input: vec![ValueInfoProto::tensor(INPUT, FLOAT, &shape)],
            output: outputs,
            value_info: Vec::new(),
        },
        OPSET,
    ))
}

/// How a value lies in memory in the ONNX graph.
#[derive(Clone, Copy, PartialEq)]
enum Layout {
    /// A picture `[batch, channels, rows, columns]`.
    ChannelsSecond,
    /// As in the original, picture or not.
    Original,
}

struct Writer<'a> {
    graph: &'a Graph,
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
    /// For each tensor of the original, the name and layout of its value; none before it is computed.
    values: Vec<Option<(String, Layout)>>,
    /// For each tensor of the original, the tensor whose constant it is (a constant itself or one widened from half floats).
    constant_of: Vec<usize>,
}

impl<'a> Writer<'a> {
    fn new(graph: &'a Graph) -> Writer<'a> {
        Writer {
            graph,
            nodes: Vec::new(),
            constants: Vec::new(),
            values: vec![None; graph.tensors.len()],
            constant_of: (0..graph.tensors.len()).collect(),
        }
    }

    fn operator(&mut self, operator: &Operator) -> Result<(), TfliteError> {
        let output = *operator
            .outputs
            .first()
            .ok_or(TfliteError::Malformed("an operator without output"))?;
        match operator.kind {
            Kind::Dequantize => self.constant_of[output] = input(operator, 0)?,
            Kind::Convolution { window, depthwise } => self.convolution(operator, output, window, depthwise)?,
            Kind::MaxPool { window, size } => self.max_pool(operator, output, window, size)?,
            Kind::Add(activation) => self.add(operator, output, activation)?,
            Kind::Concatenation { axis, activation } => self.concatenation(operator, output, axis, activation)?,
            Kind::FullyConnected(activation) => self.fully_connected(operator, output, activation)?,
            Kind::Logistic => self.logistic(operator, output)?,
            Kind::Mean => self.mean(operator, output)?,
            Kind::Pad => self.pad(operator, output)?,
            Kind::PRelu => self.prelu(operator, output)?,
            Kind::Reshape => self.reshape(operator, output)?,
            Kind::ResizeBilinear {
                align_corners,
                half_pixel_centers,
            } => {
                self.resize_bilinear(operator, output, align_corners, half_pixel_centers)?;
            }
        }
        Ok(())
    }

    /// Weights are rows, columns and inputs per output; depthwise, one plane of rows and columns for each channel, channels last.
    fn convolution(&mut self, operator: &Operator, output: usize, window: Window, depthwise: bool) -> Result<(), TfliteError> {
        let picture = self.picture(input(operator, 0)?)?;
        let [_, _, _, channels] = picture_shape(self.graph, input(operator, 0)?)?;
        let [outputs, rows, columns, inputs] = picture_shape(self.graph, self.constant_of[input(operator, 1)?])?;
        let weights = self.floats(input(operator, 1)?)?;
        let plane = rows * columns;
        let (shape, weights) = if depthwise {
            if inputs != channels || outputs != 1 {
                return Err(TfliteError::Unsupported("depth multipliers".into()));
            }
            let at = |i: usize| weights[i % plane * inputs + i / plane];
            ([inputs, 1, rows, columns], (0..weights.len()).map(at).collect::<Vec<_>>())
        } else {
            let at = |i: usize| weights[i / (inputs * plane) * plane * inputs + i % plane * inputs + i / plane % inputs];
            ([outputs, inputs, rows, columns], (0..weights.len()).map(at).collect())
        };
        let bias = self.floats(input(operator, 2)?)?;
        let name = name_of(output);
        let weights = self.constant(TensorProto::floats(&format!("{name}_weights"), &shape, &weights));
        let bias = self.constant(TensorProto::floats(&format!("{name}_bias"), &[bias.len()], &bias));
        let mut attributes = self.window_attributes(operator, window, [rows, columns])?;
        attributes.push(AttributeProto::int("group", if depthwise { channels as i64 } else { 1 }));
        self.emit(
            "Conv",
            &[&picture, &weights, &bias],
            output,
            Layout::ChannelsSecond,
            attributes,
            window.activation,
        );
        Ok(())
    }

    fn max_pool(&mut self, operator: &Operator, output: usize, window: Window, size: [usize; 2]) -> Result<(), TfliteError> {
        let picture = self.picture(input(operator, 0)?)?;
        let attributes = self.window_attributes(operator, window, size)?;
        self.emit(
            "MaxPool",
            &[&picture],
            output,
            Layout::ChannelsSecond,
            attributes,
            window.activation,
        );
        Ok(())
    }

    fn window_attributes(&self, operator: &Operator, window: Window, size: [usize; 2]) -> Result<Vec<AttributeProto>, TfliteError> {
        let [_, rows, columns, _] = picture_shape(self.graph, input(operator, 0)?)?;
        let [top, bottom] = padding(window.same, rows, size[0], window.strides[0]);
        let [left, right] = padding(window.same, columns, size[1], window.strides[1]);
        Ok(vec![
            AttributeProto::ints("kernel_shape", &size.map(|n| n as i64)),
            AttributeProto::ints("strides", &window.strides.map(|n| n as i64)),
            AttributeProto::ints("pads", &[top, left, bottom, right].map(|n| n as i64)),
        ])
    }

    fn add(&mut self, operator: &Operator, output: usize, activation: Activation) -> Result<(), TfliteError> {
        let (left, layout) = self.value(input(operator, 0)?)?;
        let (right, right_layout) = self.value(input(operator, 1)?)?;
        let shapes = [input(operator, 0)?, input(operator, 1)?].map(|tensor| &self.graph.tensors[tensor].shape);
        if layout != right_layout || shapes[0] != shapes[1] {
            return Err(TfliteError::Unsupported("additions of different shapes".into()));
        }
        self.emit("Add", &[&left, &right], output, layout, vec![], activation);
        Ok(())
    }

    fn concatenation(&mut self, operator: &Operator, output: usize, axis: i32, activation: Activation) -> Result<(), TfliteError> {
        let values = operator
            .inputs
            .iter()
            .map(|tensor| self.value(*tensor))
            .collect::<Result<Vec<_>, _>>()?;
        let layout = values.first().ok_or(TfliteError::Malformed("nothing to join"))?.1;
        if values.iter().any(|(_, other)| *other != layout) {
            return Err(TfliteError::Unsupported("joining pictures with flat values".into()));
        }
        let rank = self.graph.tensors[output].shape.len() as i64;
        let axis = i64::from(axis).rem_euclid(rank.max(1));
        let axis = match layout {
            Layout::ChannelsSecond => [0, 2, 3, 1]
                .get(axis as usize)
                .copied()
                .ok_or(TfliteError::Malformed("no such axis"))?,
            Layout::Original => axis,
        };
        let names: Vec<&str> = values.iter().map(|(name, _)| name.as_str()).collect();
        self.emit(
            "Concat",
            &names,
            output,
            layout,
            vec![AttributeProto::int("axis", axis)],
            activation,
        );
        Ok(())
    }

    fn fully_connected(&mut self, operator: &Operator, output: usize, activation: Activation) -> Result<(), TfliteError> {
        let (flat, _) = self.value(input(operator, 0)?)?;
        let shape = self.graph.tensors[self.constant_of[input(operator, 1)?]].shape.clone();
        let (weights, bias) = (self.floats(input(operator, 1)?)?, self.floats(input(operator, 2)?)?);
        let name = name_of(output);
        let weights = self.constant(TensorProto::floats(&format!("{name}_weights"), &shape, &weights));
        let bias = self.constant(TensorProto::floats(&format!("{name}_bias"), &[bias.len()], &bias));
        let attributes = vec![AttributeProto::int("transB", 1)];
        self.emit("Gemm", &[&flat, &weights, &bias], output, Layout::Original, attributes, activation);
        Ok(())
    }

    fn logistic(&mut self, operator: &Operator, output: usize) -> Result<(), TfliteError> {
        let (value, layout) = self.value(input(operator, 0)?)?;
        self.emit("Sigmoid", &[&value], output, layout, vec![], Activation::None);
        Ok(())
    }

    /// Only the mean over rows and columns, whose result keeps the channels.
    fn mean(&mut self, operator: &Operator, output: usize) -> Result<(), TfliteError> {
        let picture = self.picture(input(operator, 0)?)?;
        let mut axes = self.ints(input(operator, 1)?)?;
        axes.sort_unstable();
        if axes != [1, 2] || self.graph.tensors[output].shape.len() != 2 {
            return Err(TfliteError::Unsupported("means other than over a picture".into()));
        }
        let pooled = format!("{}_pooled", name_of(output));
        self.nodes
            .push(NodeProto::new("GlobalAveragePool", &[&picture], &[&pooled], vec![]));
        self.emit(
            "Flatten",
            &[&pooled],
            output,
            Layout::Original,
            vec![AttributeProto::int("axis", 1)],
            Activation::None,
        );
        Ok(())
    }

    fn pad(&mut self, operator: &Operator, output: usize) -> Result<(), TfliteError> {
        let picture = self.picture(input(operator, 0)?)?;
        let around = self.ints(input(operator, 1)?)?;
        if around.len() != 8 {
            return Err(TfliteError::Unsupported("padding of other than pictures".into()));
        }
        let pads: Vec<i64> = [0, 6, 2, 4, 1, 7, 3, 5].iter().map(|i| i64::from(around[*i])).collect();
        let pads = self.constant(TensorProto::ints(&format!("{}_pads", name_of(output)), &[8], &pads));
        self.emit("Pad", &[&picture, &pads], output, Layout::ChannelsSecond, vec![], Activation::None);
        Ok(())
    }

    /// One slope for each channel: `slope x + (1 - slope) max(0, x)`, written as convolutions of single pixels.
    ///
    /// ONNX Runtime 1.32 leaves its blocked picture layout for `PRelu` and spends half of the palm network's time in it; this form
    /// stays in that layout and makes the network almost twice as fast (13.2 to 7.5 ms).
    fn prelu(&mut self, operator: &Operator, output: usize) -> Result<(), TfliteError> {
        let picture = self.picture(input(operator, 0)?)?;
        let slopes = self.floats(input(operator, 1)?)?;
        let [_, _, _, channels] = picture_shape(self.graph, input(operator, 0)?)?;
        if slopes.len() != channels {
            return Err(TfliteError::Unsupported("slopes that differ inside a channel".into()));
        }
        let name = name_of(output);
        let sized: Vec<f32> = slopes.iter().map(|slope| (1.0 - slope).abs()).collect();
        let signs: Vec<f32> = slopes.iter().map(|slope| (1.0 - slope).signum()).collect();
        let bent = self.scaled_channels(&format!("{name}_bent"), &picture, &sized);
        let positive = format!("{name}_positive");
        self.nodes.push(NodeProto::new("Relu", &[&bent], &[&positive], vec![]));
        let straight = self.scaled_channels(&format!("{name}_straight"), &picture, &slopes);
        let signed = self.scaled_channels(&format!("{name}_signed"), &positive, &signs);
        self.emit(
            "Add",
            &[&signed, &straight],
            output,
            Layout::ChannelsSecond,
            vec![],
            Activation::None,
        );
        Ok(())
    }

    /// Every channel of a picture times a number.
    fn scaled_channels(&mut self, name: &str, picture: &str, scales: &[f32]) -> String {
        let scales_name = self.constant(TensorProto::floats(&format!("{name}_scales"), &[scales.len(), 1, 1, 1], scales));
        let attributes = vec![
            AttributeProto::ints("kernel_shape", &[1, 1]),
            AttributeProto::int("group", scales.len() as i64),
        ];
        self.nodes
            .push(NodeProto::new("Conv", &[picture, &scales_name], &[name], attributes));
        name.to_owned()
    }

    fn reshape(&mut self, operator: &Operator, output: usize) -> Result<(), TfliteError> {
        let (mut value, layout) = self.value(input(operator, 0)?)?;
        if layout == Layout::ChannelsSecond {
            let turned = format!("{}_channels_last", name_of(output));
            let attributes = vec![AttributeProto::ints("perm", &[0, 2, 3, 1])];
            self.nodes.push(NodeProto::new("Transpose", &[&value], &[&turned], attributes));
            value = turned;
        }
        // 0 keeps the batch axis whatever its length.
        let mut shape: Vec<i64> = self.graph.tensors[output].shape.iter().map(|n| *n as i64).collect();
        *shape.first_mut().ok_or(TfliteError::Malformed("reshaping to nothing"))? = 0;
        let shape = self.constant(TensorProto::ints(&format!("{}_shape", name_of(output)), &[shape.len()], &shape));
        self.emit("Reshape", &[&value, &shape], output, Layout::Original, vec![], Activation::None);
        Ok(())
    }

    fn resize_bilinear(&mut self, operator: &Operator, output: usize, align_corners: bool, half_pixel: bool) -> Result<(), TfliteError> {
        let picture = self.picture(input(operator, 0)?)?;
        let [_, from_rows, from_columns, _] = picture_shape(self.graph, input(operator, 0)?)?;
        let [_, rows, columns, _] = picture_shape(self.graph, output)?;
        let scales = [1.0, 1.0, rows as f32 / from_rows as f32, columns as f32 / from_columns as f32];
        let scales = self.constant(TensorProto::floats(&format!("{}_scales", name_of(output)), &[4], &scales));
        let mode = match (align_corners, half_pixel) {
            (true, _) => "align_corners",
            (false, true) => "half_pixel",
            (false, false) => "asymmetric",
        };
        let attributes = vec![
            AttributeProto::string("mode", "linear"),
            AttributeProto::string("coordinate_transformation_mode", mode),
        ];
        self.emit(
            "Resize",
            &[&picture, "", &scales],
            output,
            Layout::ChannelsSecond,
            attributes,
            Activation::None,
        );
        Ok(())
    }

    /// Writes a node and, behind it, the activation the original had fused into it.
    fn emit(&mut self, op: &str, inputs: &[&str], output: usize, layout: Layout, attributes: Vec<AttributeProto>, activation: Activation) {
        let name = name_of(output);
        let before = if activation == Activation::None {
            name.clone()
        } else {
            format!("{name}_linear")
        };
        self.nodes.push(NodeProto::new(op, inputs, &[&before], attributes));
        match activation {
            Activation::None => {}
            Activation::Relu => self.nodes.push(NodeProto::new("Relu", &[&before], &[&name], vec![])),
            Activation::Relu6 => {
                let low = self.constant(TensorProto::floats(&format!("{name}_low"), &[], &[0.0]));
                let high = self.constant(TensorProto::floats(&format!("{name}_high"), &[], &[6.0]));
                self.nodes.push(NodeProto::new("Clip", &[&before, &low, &high], &[&name], vec![]));
            }
        }
        self.define(output, &name, layout);
    }

    /// Gives the outputs the names they had in the original.
    fn outputs(&mut self) -> Result<Vec<ValueInfoProto>, TfliteError> {
        let graph = self.graph;
        let mut outputs = Vec::new();
        for &tensor in &graph.outputs {
            let (value, layout) = self.value(tensor)?;
            let original = &graph.tensors[tensor];
            if layout == Layout::ChannelsSecond {
                return Err(TfliteError::Unsupported("pictures as outputs".into()));
            }
            self.nodes.push(NodeProto::new("Identity", &[&value], &[&original.name], vec![]));
            let mut shape = vec![Dimension::Named(BATCH.into())];
            shape.extend(original.shape.iter().skip(1).map(|n| Dimension::Known(*n as i64)));
            outputs.push(ValueInfoProto::tensor(&original.name, FLOAT, &shape));
        }
        Ok(outputs)
    }

    fn define(&mut self, tensor: usize, name: &str, layout: Layout) {
        self.values[tensor] = Some((name.to_owned(), layout));
    }

    fn value(&self, tensor: usize) -> Result<(String, Layout), TfliteError> {
        self.values[tensor]
            .clone()
            .ok_or(TfliteError::Malformed("a value is used before it is computed"))
    }

    fn picture(&self, tensor: usize) -> Result<String, TfliteError> {
        match self.value(tensor)? {
            (name, Layout::ChannelsSecond) => Ok(name),
            _ => Err(TfliteError::Unsupported("flat values where pictures are expected".into())),
        }
    }

    fn constant(&mut self, tensor: TensorProto) -> String {
        let name = tensor.name.clone();
        self.constants.push(tensor);
        name
    }

    fn floats(&self, tensor: usize) -> Result<Vec<f32>, TfliteError> {
        match &self.graph.tensors[self.constant_of[tensor]].constant {
            Some(Constant::Floats(values)) => Ok(values.clone()),
            _ => Err(TfliteError::Unsupported("weights that are not constant floats".into())),
        }
    }

    fn ints(&self, tensor: usize) -> Result<Vec<i32>, TfliteError> {
        match &self.graph.tensors[self.constant_of[tensor]].constant {
            Some(Constant::Ints(values)) => Ok(values.clone()),
            _ => Err(TfliteError::Unsupported("shapes that are not constant integers".into())),
        }
    }
}

fn name_of(tensor: usize) -> String {
    format!("t{tensor}")
}

fn input(operator: &Operator, index: usize) -> Result<usize, TfliteError> {
    operator
        .inputs
        .get(index)
        .copied()
        .ok_or(TfliteError::Malformed("an operator lacks an input"))
}

fn picture_shape(graph: &Graph, tensor: usize) -> Result<[usize; 4], TfliteError> {
    let shape = <[usize; 4]>::try_from(graph.tensors[tensor].shape.as_slice());
    shape
        .ok()
        .filter(|shape| !shape.contains(&0))
        .ok_or_else(|| TfliteError::Unsupported("other than four axes for a picture".into()))
}

/// Padding before and after one axis. TensorFlow puts the odd pixel behind.
fn padding(same: bool, length: usize, window: usize, stride: usize) -> [usize; 2] {
    if !same {
        return [0, 0];
    }
    let total = ((length.div_ceil(stride) - 1) * stride + window).saturating_sub(length);
    [total / 2, total - total / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_odd_pixel_of_padding_comes_last() {
        for (length, window, stride, expected) in [(192, 3, 2, [0, 1]), (192, 5, 1, [2, 2]), (7, 3, 2, [1, 1]), (4, 1, 1, [0, 0])] {
            assert_eq!(padding(true, length, window, stride), expected);
        }
        assert_eq!(padding(false, 192, 3, 2), [0, 0]);
    }
}
