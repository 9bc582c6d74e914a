//! A policy as an ONNX file: `observation` `[N, numbers]` in, `action` `[N, numbers]` out, in ONNX's own operators.

use crate::policy::{Policy, Relative, Squashing};
use onnx::{AttributeProto, Dimension, FLOAT, GraphProto, ModelProto, NodeProto, StringStringEntryProto, TensorProto, ValueInfoProto};
use prost::Message;
use std::collections::HashMap;

/// Version of ONNX's operators: the first with `LayerNormalization`.
const OPSET: i64 = 17;
/// As flax's, see [`crate::network`].
const NORM_EPSILON: f32 = 1e-6;

impl Policy {
    /// The ONNX file's bytes. The contract stands in the metadata under `observation_contract`.
    pub fn to_onnx(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        let tensors: HashMap<String, (Vec<usize>, Vec<f32>)> = self
            .tensors()
            .into_iter()
            .map(|(name, shape, numbers)| (name, (shape, numbers)))
            .collect();
        let shape = self.network().shape();
        let mut value = "observation".to_owned();
        for layer in 0..=shape.hidden.len() {
            let is_last = layer == shape.hidden.len();
            let constant = |writer: &mut Writer, kind: &str| {
                let name = format!("{layer}.{kind}");
                let (shape, numbers) = &tensors[&name];
                writer.constant(&name, shape, numbers)
            };
            let (weight, bias) = (constant(&mut writer, "weight"), constant(&mut writer, "bias"));
            let product = writer.node("MatMul", &[&value, &weight], vec![]);
            value = writer.node("Add", &[&product, &bias], vec![]);
            if !is_last && shape.layer_norm {
                let (scale, shift) = (constant(&mut writer, "norm_scale"), constant(&mut writer, "norm_bias"));
                let settings = vec![AttributeProto::int("axis", -1), AttributeProto::float("epsilon", NORM_EPSILON)];
                value = writer.node("LayerNormalization", &[&value, &scale, &shift], settings);
            }
            if !is_last {
                value = writer.gelu(&value);
            }
        }
        let action = self.action(&mut writer, value);
        let facts = [("observation_contract", self.contract())];
        writer.finish(&action, shape.observation.len(), self.action_len(), &facts)
    }

    fn action(&self, writer: &mut Writer, outputs: String) -> String {
        let (start, end, axis) = (
            writer.whole("start", 0),
            writer.whole("end", self.action_len() as i64),
            writer.whole("axis", 1),
        );
        let means = writer.node("Slice", &[&outputs, &start, &end, &axis], vec![]);
        let means = self.relative().map_or(means.clone(), |relative| added(writer, relative, &means));
        match self.squashing() {
            Squashing::Tanh => writer.node("Tanh", &[&means], vec![]),
            Squashing::Clip => {
                let (least, most) = (writer.constant("least", &[], &[-1.0]), writer.constant("most", &[], &[1.0]));
                writer.node("Clip", &[&means, &least, &most], vec![])
            }
        }
    }
}

/// What is seen, where actions are relative to it, and the scaled outputs.
fn added(writer: &mut Writer, relative: &Relative, outputs: &str) -> String {
    let len = relative.base.len();
    let seen: Vec<i64> = relative.base.iter().map(|base| base.unwrap_or(0) as i64).collect();
    let counts: Vec<f32> = relative.base.iter().map(|base| f32::from(u8::from(base.is_some()))).collect();
    let (seen, counts) = (writer.wholes("base", &seen), writer.constant("base_counts", &[len], &counts));
    let base = writer.node("Gather", &["observation", &seen], vec![AttributeProto::int("axis", 1)]);
    let base = writer.node("Mul", &[&base, &counts], vec![]);
    let scale = writer.constant("scale", &[len], &relative.scale);
    let scaled = writer.node("Mul", &[outputs, &scale], vec![]);
    writer.node("Add", &[&base, &scaled], vec![])
}

/// A graph in the making.
#[derive(Default)]
struct Writer {
    graph: GraphProto,
}

impl Writer {
    fn constant(&mut self, name: &str, shape: &[usize], numbers: &[f32]) -> String {
        if !self.graph.initializer.iter().any(|constant| constant.name == name) {
            self.graph.initializer.push(TensorProto::floats(name, shape, numbers));
        }
        name.to_owned()
    }

    fn whole(&mut self, name: &str, number: i64) -> String {
        self.wholes(name, &[number])
    }

    fn wholes(&mut self, name: &str, numbers: &[i64]) -> String {
        self.graph.initializer.push(TensorProto::ints(name, &[numbers.len()], numbers));
        name.to_owned()
    }

    fn node(&mut self, operator: &str, inputs: &[&str], attributes: Vec<AttributeProto>) -> String {
        let output = format!("{operator}_{}", self.graph.node.len());
        self.graph.node.push(NodeProto::new(operator, inputs, &[&output], attributes));
        output
    }

    /// x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), which has no operator of its own before version 20.
    fn gelu(&mut self, x: &str) -> String {
        let cube_factor = self.constant("gelu_cube", &[], &[0.044_715]);
        let factor = self.constant("gelu_factor", &[], &[0.797_884_6]);
        let (one, half) = (self.constant("one", &[], &[1.0]), self.constant("half", &[], &[0.5]));
        let square = self.node("Mul", &[x, x], vec![]);
        let square = self.node("Mul", &[&square, &cube_factor], vec![]);
        let bracket = self.node("Add", &[&square, &one], vec![]);
        let inner = self.node("Mul", &[x, &bracket], vec![]);
        let inner = self.node("Mul", &[&inner, &factor], vec![]);
        let tanh = self.node("Tanh", &[&inner], vec![]);
        let gate = self.node("Add", &[&tanh, &one], vec![]);
        let gated = self.node("Mul", &[x, &gate], vec![]);
        self.node("Mul", &[&gated, &half], vec![])
    }

    fn finish(mut self, action: &str, observation_len: usize, action_len: usize, facts: &[(&str, &str)]) -> Vec<u8> {
        let shape = |len: usize| [Dimension::Named("N".into()), Dimension::Known(len as i64)];
        self.graph.name = "policy".into();
        self.graph
            .input
            .push(ValueInfoProto::tensor("observation", FLOAT, &shape(observation_len)));
        self.graph.node.push(NodeProto::new("Identity", &[action], &["action"], vec![]));
        self.graph.output.push(ValueInfoProto::tensor("action", FLOAT, &shape(action_len)));
        let mut model = ModelProto::new(self.graph, OPSET);
        let fact = |(key, value): &(&str, &str)| StringStringEntryProto {
            key: (*key).into(),
            value: (*value).into(),
        };
        model.metadata_props = facts.iter().map(fact).collect();
        model.encode_to_vec()
    }
}
