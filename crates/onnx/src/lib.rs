//! The part of the ONNX file format that we write and fill: messages of `onnx.proto3`, field numbers from ONNX 1.17
//! (<https://github.com/onnx/onnx/blob/v1.17.0/onnx/onnx.proto3>), and a few short ways to build them.
//!
//! Fields that are not declared here are dropped when a model is read and written again: quantisation annotations, sparse
//! initialisers, training information and functions. Our graphs have none. This crate knows no network and runs none.

use prost::Message;

/// Element type of float tensors.
pub const FLOAT: i32 = 1;
/// Element type of 32-bit integers.
pub const INT32: i32 = 6;
/// Element type of 64-bit integers: shapes, axes and indices.
pub const INT64: i32 = 7;
/// Element type of booleans, one byte each.
pub const BOOL: i32 = 9;
/// Element type of half floats.
pub const FLOAT16: i32 = 10;

/// A model file.
#[derive(Clone, PartialEq, Message)]
pub struct ModelProto {
    /// Version of the format itself.
    #[prost(int64, tag = "1")]
    pub ir_version: i64,
    /// Operator sets used.
    #[prost(message, repeated, tag = "8")]
    pub opset_import: Vec<OperatorSetIdProto>,
    /// Program that wrote it.
    #[prost(string, tag = "2")]
    pub producer_name: String,
    /// Version of that program.
    #[prost(string, tag = "3")]
    pub producer_version: String,
    /// The network.
    #[prost(message, optional, tag = "7")]
    pub graph: Option<GraphProto>,
    /// Facts about the model.
    #[prost(message, repeated, tag = "14")]
    pub metadata_props: Vec<StringStringEntryProto>,
}

/// A version of an operator set; the empty domain is ONNX's own.
#[derive(Clone, PartialEq, Message)]
pub struct OperatorSetIdProto {
    /// Which set.
    #[prost(string, tag = "1")]
    pub domain: String,
    /// Its version.
    #[prost(int64, tag = "2")]
    pub version: i64,
}

/// A fact by name.
#[derive(Clone, PartialEq, Message)]
pub struct StringStringEntryProto {
    /// Name.
    #[prost(string, tag = "1")]
    pub key: String,
    /// Value.
    #[prost(string, tag = "2")]
    pub value: String,
}

/// Nodes in the order they run, with their constants, inputs and outputs.
#[derive(Clone, PartialEq, Message)]
pub struct GraphProto {
    /// Nodes, each after those it reads from.
    #[prost(message, repeated, tag = "1")]
    pub node: Vec<NodeProto>,
    /// Name of the graph; must not be empty.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Constants by name.
    #[prost(message, repeated, tag = "5")]
    pub initializer: Vec<TensorProto>,
    /// Inputs.
    #[prost(message, repeated, tag = "11")]
    pub input: Vec<ValueInfoProto>,
    /// Outputs.
    #[prost(message, repeated, tag = "12")]
    pub output: Vec<ValueInfoProto>,
    /// Shapes of values in between, where known.
    #[prost(message, repeated, tag = "13")]
    pub value_info: Vec<ValueInfoProto>,
}

/// One operation.
#[derive(Clone, PartialEq, Message)]
pub struct NodeProto {
    /// Names of the values read; an empty name is an optional input left out.
    #[prost(string, repeated, tag = "1")]
    pub input: Vec<String>,
    /// Names of the values written.
    #[prost(string, repeated, tag = "2")]
    pub output: Vec<String>,
    /// Name of the node.
    #[prost(string, tag = "3")]
    pub name: String,
    /// Operator: `Conv`.
    #[prost(string, tag = "4")]
    pub op_type: String,
    /// Operator set it belongs to; empty for ONNX's own.
    #[prost(string, tag = "7")]
    pub domain: String,
    /// Settings.
    #[prost(message, repeated, tag = "5")]
    pub attribute: Vec<AttributeProto>,
}

/// A setting of a node: exactly one value, its kind repeated in `kind`.
#[derive(Clone, PartialEq, Message)]
pub struct AttributeProto {
    /// Name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Name of a function's attribute that this one takes its value from.
    #[prost(string, tag = "21")]
    pub ref_attr_name: String,
    /// Which field holds the value (`type` in the format).
    #[prost(enumeration = "AttributeKind", tag = "20")]
    pub kind: i32,
    /// A number.
    #[prost(float, optional, tag = "2")]
    pub f: Option<f32>,
    /// A whole number.
    #[prost(int64, optional, tag = "3")]
    pub i: Option<i64>,
    /// Text, UTF-8.
    #[prost(bytes = "vec", optional, tag = "4")]
    pub s: Option<Vec<u8>>,
    /// A tensor.
    #[prost(message, optional, tag = "5")]
    pub t: Option<TensorProto>,
    /// A graph: the body of an `If`, `Loop` or `Scan`.
    #[prost(message, optional, tag = "6")]
    pub g: Option<GraphProto>,
    /// Numbers.
    #[prost(float, repeated, tag = "7")]
    pub floats: Vec<f32>,
    /// Whole numbers.
    #[prost(int64, repeated, tag = "8")]
    pub ints: Vec<i64>,
    /// Texts.
    #[prost(bytes = "vec", repeated, tag = "9")]
    pub strings: Vec<Vec<u8>>,
}

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum AttributeKind {
    /// Nothing.
    Undefined = 0,
    /// `f`.
    Float = 1,
    /// `i`.
    Int = 2,
    /// `s`.
    String = 3,
    /// `t`.
    Tensor = 4,
    /// `g`.
    Graph = 5,
    /// `floats`.
    Floats = 6,
    /// `ints`.
    Ints = 7,
    /// `strings`.
    Strings = 8,
}

/// A constant tensor, row-major. We write `raw_data`; the typed fields are there to read other people's files.
#[derive(Clone, PartialEq, Message)]
pub struct TensorProto {
    /// Shape; empty for a single number.
    #[prost(int64, repeated, tag = "1")]
    pub dims: Vec<i64>,
    /// [`FLOAT`], [`INT64`], ...
    #[prost(int32, tag = "2")]
    pub data_type: i32,
    /// Elements, if not in `raw_data`.
    #[prost(float, repeated, tag = "4")]
    pub float_data: Vec<f32>,
    /// Elements of the small integer types, if not in `raw_data`.
    #[prost(int32, repeated, tag = "5")]
    pub int32_data: Vec<i32>,
    /// Elements, if not in `raw_data`.
    #[prost(int64, repeated, tag = "7")]
    pub int64_data: Vec<i64>,
    /// Name by which nodes read it.
    #[prost(string, tag = "8")]
    pub name: String,
    /// Elements, little-endian.
    #[prost(bytes = "vec", tag = "9")]
    pub raw_data: Vec<u8>,
}

/// An input, an output or a value in between.
#[derive(Clone, PartialEq, Message)]
pub struct ValueInfoProto {
    /// Name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Type and shape (`type` in the format).
    #[prost(message, optional, tag = "2")]
    pub value_type: Option<TypeProto>,
}

/// The type of a value: always a tensor here.
#[derive(Clone, PartialEq, Message)]
pub struct TypeProto {
    /// Tensor type.
    #[prost(message, optional, tag = "1")]
    pub tensor_type: Option<TensorTypeProto>,
}

/// Element type and shape.
#[derive(Clone, PartialEq, Message)]
pub struct TensorTypeProto {
    /// [`FLOAT`], [`INT64`], ...
    #[prost(int32, tag = "1")]
    pub elem_type: i32,
    /// Shape; none if unknown.
    #[prost(message, optional, tag = "2")]
    pub shape: Option<TensorShapeProto>,
}

/// A shape.
#[derive(Clone, PartialEq, Message)]
pub struct TensorShapeProto {
    /// One for each axis.
    #[prost(message, repeated, tag = "1")]
    pub dim: Vec<DimensionProto>,
}

/// The length of an axis.
#[derive(Clone, PartialEq, Message)]
pub struct DimensionProto {
    /// Known, named or unknown.
    #[prost(oneof = "Dimension", tags = "1, 2")]
    pub value: Option<Dimension>,
}

/// The length of an axis: a number, or a name for a length known only when the network runs.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Dimension {
    /// `dim_value`.
    #[prost(int64, tag = "1")]
    Known(i64),
    /// `dim_param`.
    #[prost(string, tag = "2")]
    Named(String),
}

impl ModelProto {
    /// A model of ONNX's own operators, ready to be encoded.
    pub fn new(graph: GraphProto, opset_version: i64) -> ModelProto {
        /// ONNX 1.13's format: old enough for every runtime we meet.
        const IR_VERSION: i64 = 8;
        ModelProto {
            ir_version: IR_VERSION,
            opset_import: vec![OperatorSetIdProto {
                domain: String::new(),
                version: opset_version,
            }],
            producer_name: "toccata".into(),
            graph: Some(graph),
            ..Default::default()
        }
    }
}

impl NodeProto {
    /// A node of ONNX's own operators, named after its first output.
    pub fn new(op_type: &str, inputs: &[&str], outputs: &[&str], attributes: Vec<AttributeProto>) -> NodeProto {
        NodeProto {
            input: inputs.iter().map(|name| name.to_string()).collect(),
            output: outputs.iter().map(|name| name.to_string()).collect(),
            name: outputs.first().map(|name| format!("{name}_{op_type}")).unwrap_or_default(),
            op_type: op_type.into(),
            attribute: attributes,
            ..Default::default()
        }
    }
}

impl AttributeProto {
    /// A whole number.
    pub fn int(name: &str, value: i64) -> AttributeProto {
        AttributeProto {
            name: name.into(),
            kind: AttributeKind::Int.into(),
            i: Some(value),
            ..Default::default()
        }
    }

    /// A number.
    pub fn float(name: &str, value: f32) -> AttributeProto {
        AttributeProto {
            name: name.into(),
            kind: AttributeKind::Float.into(),
            f: Some(value),
            ..Default::default()
        }
    }

    /// Whole numbers.
    pub fn ints(name: &str, values: &[i64]) -> AttributeProto {
        AttributeProto {
            name: name.into(),
            kind: AttributeKind::Ints.into(),
            ints: values.to_vec(),
            ..Default::default()
        }
    }

    /// Text.
    pub fn string(name: &str, value: &str) -> AttributeProto {
        AttributeProto {
            name: name.into(),
            kind: AttributeKind::String.into(),
            s: Some(value.as_bytes().to_vec()),
            ..Default::default()
        }
    }
}

impl TensorProto {
    /// A constant of floats; their number must fit the shape.
    pub fn floats(name: &str, shape: &[usize], values: &[f32]) -> TensorProto {
        debug_assert_eq!(shape.iter().product::<usize>(), values.len());
        TensorProto {
            dims: shape.iter().map(|n| *n as i64).collect(),
            data_type: FLOAT,
            name: name.into(),
            raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            ..Default::default()
        }
    }

    /// A constant of whole numbers; their number must fit the shape.
    pub fn ints(name: &str, shape: &[usize], values: &[i64]) -> TensorProto {
        debug_assert_eq!(shape.iter().product::<usize>(), values.len());
        TensorProto {
            dims: shape.iter().map(|n| *n as i64).collect(),
            data_type: INT64,
            name: name.into(),
            raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            ..Default::default()
        }
    }
}

impl ValueInfoProto {
    /// A tensor of the given element type and shape.
    pub fn tensor(name: &str, elem_type: i32, shape: &[Dimension]) -> ValueInfoProto {
        let dim = shape
            .iter()
            .map(|dimension| DimensionProto {
                value: Some(dimension.clone()),
            })
            .collect();
        ValueInfoProto {
            name: name.into(),
            value_type: Some(TypeProto {
                tensor_type: Some(TensorTypeProto {
                    elem_type,
                    shape: Some(TensorShapeProto { dim }),
                }),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_the_same_after_writing_and_reading() {
        let graph = GraphProto {
            name: "g".into(),
            node: vec![NodeProto::new("Relu", &["x"], &["y"], vec![AttributeProto::int("axis", 0)])],
            initializer: vec![TensorProto::floats("w", &[2], &[1.0, -2.5])],
            input: vec![ValueInfoProto::tensor(
                "x",
                FLOAT,
                &[Dimension::Named("N".into()), Dimension::Known(3)],
            )],
            ..Default::default()
        };
        let model = ModelProto::new(graph, 17);
        assert_eq!(ModelProto::decode(model.encode_to_vec().as_slice()).unwrap(), model);
    }

    #[test]
    fn an_attribute_has_the_bytes_of_the_published_format() {
        // Field 1 the name, field 8 the numbers (packed, which every protobuf parser takes), field 20 the kind.
        let bytes = AttributeProto::ints("k", &[1, 2]).encode_to_vec();
        assert_eq!(bytes, [0x0a, 1, b'k', 0x42, 2, 1, 2, 0xa0, 0x01, 7]);
    }
}
