//! Writing an ONNX graph node by node.

use onnx::{AttributeProto, Dimension, FLOAT, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, ValueInfoProto};
use std::collections::HashMap;

/// ONNX Runtime's own operators, which do in one step what ONNX spells out in several.
const MICROSOFT: &str = "com.microsoft";
/// Version of ONNX's operators.
const OPSET: i64 = 17;

/// The name of a value in the graph.
pub type ValueName = String;

/// A graph in the making.
#[derive(Default)]
pub struct GraphWriter {
    graph: GraphProto,
    ints: HashMap<Vec<i64>, ValueName>,
}

impl GraphWriter {
    /// An input of floats.
    pub fn input(&mut self, name: &str, shape: &[Dimension]) -> ValueName {
        self.graph.input.push(ValueInfoProto::tensor(name, FLOAT, shape));
        name.to_owned()
    }

    /// A constant of floats.
    pub fn floats(&mut self, shape: &[usize], values: &[f32]) -> ValueName {
        let name = format!("constant_{}", self.graph.initializer.len());
        self.graph.initializer.push(TensorProto::floats(&name, shape, values));
        name
    }

    /// A constant list of whole numbers; equal lists are written once.
    pub fn ints(&mut self, values: &[i64]) -> ValueName {
        if let Some(name) = self.ints.get(values) {
            return name.clone();
        }
        let name = format!("constant_{}", self.graph.initializer.len());
        self.graph.initializer.push(TensorProto::ints(&name, &[values.len()], values));
        self.ints.insert(values.to_vec(), name.clone());
        name
    }

    /// A node of ONNX's own operators with one output.
    pub fn node(&mut self, op_type: &str, inputs: &[&str], attributes: Vec<AttributeProto>) -> ValueName {
        let output = format!("{op_type}_{}", self.graph.node.len());
        self.graph.node.push(NodeProto::new(op_type, inputs, &[&output], attributes));
        output
    }

    /// A node of ONNX Runtime's operators with one output.
    pub fn microsoft(&mut self, op_type: &str, inputs: &[&str], attributes: Vec<AttributeProto>) -> ValueName {
        let output = self.node(op_type, inputs, attributes);
        if let Some(node) = self.graph.node.last_mut() {
            node.domain = MICROSOFT.into();
        }
        output
    }

    /// `x weights + bias` along the last axis, the weights row by row `[inputs][outputs]`.
    pub fn linear(&mut self, x: &str, shape: [usize; 2], weights: &[f32], bias: &[f32]) -> ValueName {
        let product = self.product(x, shape, weights);
        let bias = self.floats(&[shape[1]], bias);
        self.node("Add", &[&product, &bias], vec![])
    }

    /// `x weights` along the last axis.
    pub fn product(&mut self, x: &str, shape: [usize; 2], weights: &[f32]) -> ValueName {
        let weights = self.floats(&shape, weights);
        self.node("MatMul", &[x, &weights], vec![])
    }

    /// The elements of `x` from `start` to `end` (exclusive) along `axis`.
    pub fn slice(&mut self, x: &str, start: i64, end: i64, axis: i64) -> ValueName {
        let (start, end, axis) = (self.ints(&[start]), self.ints(&[end]), self.ints(&[axis]));
        self.node("Slice", &[x, &start, &end, &axis], vec![])
    }

    /// `x` with other lengths of its axes: 0 keeps one, -1 takes what is left.
    pub fn reshape(&mut self, x: &str, shape: &[i64]) -> ValueName {
        let shape = self.ints(shape);
        self.node("Reshape", &[x, &shape], vec![])
    }

    /// `x` with its axes in another order.
    pub fn transpose(&mut self, x: &str, order: &[i64]) -> ValueName {
        self.node("Transpose", &[x], vec![AttributeProto::ints("perm", order)])
    }

    /// Makes a value an output of floats under a name of its own.
    pub fn output(&mut self, value: &str, name: &str, shape: &[Dimension]) {
        let identity = NodeProto::new("Identity", &[value], &[name], vec![]);
        self.graph.node.push(identity);
        self.graph.output.push(ValueInfoProto::tensor(name, FLOAT, shape));
    }

    /// The finished model.
    pub fn finish(mut self, name: &str) -> ModelProto {
        self.graph.name = name.into();
        let mut model = ModelProto::new(self.graph, OPSET);
        model.opset_import.push(OperatorSetIdProto {
            domain: MICROSOFT.into(),
            version: 1,
        });
        model
    }
}
