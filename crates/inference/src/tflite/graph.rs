//! What a `.tflite` file says, as plain data. Field and operator numbers are those of TensorFlow's `schema.fbs`
//! (<https://github.com/tensorflow/tensorflow/blob/v2.17.0/tensorflow/compiler/mlir/lite/schema/schema.fbs>).

use super::TfliteError;
use super::flatbuffer::{Table, Tables};

/// A network: tensors by index, operators in the order they run.
pub struct Graph {
    pub tensors: Vec<Tensor>,
    pub operators: Vec<Operator>,
    pub inputs: Vec<usize>,
    pub outputs: Vec<usize>,
}

/// A tensor, row-major, channels last.
pub struct Tensor {
    pub name: String,
    pub shape: Vec<usize>,
    /// Values of a constant.
    pub constant: Option<Constant>,
}

/// Values of a constant; half floats are widened.
#[derive(Clone)]
pub enum Constant {
    Floats(Vec<f32>),
    Ints(Vec<i32>),
}

/// One operation on tensors, by index.
pub struct Operator {
    pub kind: Kind,
    pub inputs: Vec<usize>,
    pub outputs: Vec<usize>,
}

/// What an operator does, with its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Add(Activation),
    Concatenation { axis: i32, activation: Activation },
    Convolution { window: Window, depthwise: bool },
    Dequantize,
    FullyConnected(Activation),
    Logistic,
    MaxPool { window: Window, size: [usize; 2] },
    Mean,
    Pad,
    PRelu,
    Reshape,
    ResizeBilinear { align_corners: bool, half_pixel_centers: bool },
}

/// How a window moves over a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Output keeps the size of the input divided by the stride; otherwise the window stays inside.
    pub same: bool,
    /// Rows, columns.
    pub strides: [usize; 2],
    pub activation: Activation,
}

/// What is applied to an operator's result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    None,
    Relu,
    Relu6,
}

const IDENTIFIER: &[u8; 4] = b"TFL3";
/// More elements than any network here has in one tensor; protects against sizes made up by a damaged file.
const ELEMENTS_MAX: usize = 1 << 26;

/// Reads the first graph of a file.
pub fn read_graph(file: &[u8]) -> Result<Graph, TfliteError> {
    let model = Table::root(file, IDENTIFIER)?;
    let (codes, graphs, buffers) = (model.tables(1)?, model.tables(2)?, model.tables(4)?);
    let graph = graphs.get(0)?;
    let tensors = graph
        .tables(0)?
        .iter()
        .map(|tensor| read_tensor(&tensor?, buffers))
        .collect::<Result<Vec<_>, _>>()?;
    let indices = |numbers: Vec<i32>| -> Result<Vec<usize>, TfliteError> {
        let inside = |n: i32| usize::try_from(n).ok().filter(|n| *n < tensors.len());
        numbers
            .into_iter()
            .map(|n| inside(n).ok_or(TfliteError::Malformed("no such tensor")))
            .collect()
    };
    let mut operators = Vec::new();
    for operator in graph.tables(3)?.iter() {
        let operator = operator?;
        operators.push(Operator {
            kind: read_kind(&operator, codes)?,
            inputs: indices(operator.i32s(1)?)?,
            outputs: indices(operator.i32s(2)?)?,
        });
    }
    Ok(Graph {
        inputs: indices(graph.i32s(1)?)?,
        outputs: indices(graph.i32s(2)?)?,
        tensors,
        operators,
    })
}

fn read_tensor(tensor: &Table, buffers: Tables) -> Result<Tensor, TfliteError> {
    let shape: Vec<usize> = tensor.i32s(0)?.into_iter().map(|n| usize::try_from(n).unwrap_or(1)).collect();
    let elements = shape
        .iter()
        .try_fold(1usize, |product, n| product.checked_mul(*n))
        .filter(|n| *n <= ELEMENTS_MAX);
    let elements = elements.ok_or(TfliteError::Malformed("a tensor is too large"))?;
    let buffer = usize::try_from(tensor.i32(2, 0)?).map_err(|_| TfliteError::Malformed("no such buffer"))?;
    let data = buffers.get(buffer)?.bytes(0)?;
    let constant = if data.is_empty() {
        None
    } else {
        Some(read_constant(tensor.u8(1)?, data)?)
    };
    let length = constant.as_ref().map(|constant| match constant {
        Constant::Floats(values) => values.len(),
        Constant::Ints(values) => values.len(),
    });
    if length.is_some_and(|length| length != elements) {
        return Err(TfliteError::Malformed("a constant does not fill its shape"));
    }
    Ok(Tensor {
        name: String::from_utf8_lossy(tensor.bytes(3)?).into_owned(),
        shape,
        constant,
    })
}

fn read_constant(element_type: u8, data: &[u8]) -> Result<Constant, TfliteError> {
    Ok(match element_type {
        0 => Constant::Floats(data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
        1 => Constant::Floats(
            data.chunks_exact(2)
                .map(|b| f32_from_f16(u16::from_le_bytes([b[0], b[1]])))
                .collect(),
        ),
        2 => Constant::Ints(data.chunks_exact(4).map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
        other => return Err(TfliteError::Unsupported(format!("constants of type {other}"))),
    })
}

fn read_kind(operator: &Table, codes: Tables) -> Result<Kind, TfliteError> {
    let index = usize::try_from(operator.i32(0, 0)?).map_err(|_| TfliteError::Malformed("no such operator"))?;
    let code = codes.get(index)?;
    // Small codes stand in the first field, which older writers fill; larger ones only in the second.
    let builtin = i32::from(code.u8(0)?).max(code.i32(3, 0)?);
    let options = operator.table(4)?;
    let options = || options.ok_or(TfliteError::Malformed("an operator lacks its settings"));
    Ok(match builtin {
        0 => Kind::Add(activation(options()?.u8(0)?)?),
        2 => Kind::Concatenation {
            axis: options()?.i32(0, 0)?,
            activation: activation(options()?.u8(1)?)?,
        },
        3 => convolution(&options()?, false)?,
        4 => convolution(&options()?, true)?,
        6 => Kind::Dequantize,
        9 => Kind::FullyConnected(activation(options()?.u8(0)?)?),
        14 => Kind::Logistic,
        17 => Kind::MaxPool {
            window: window(&options()?, 5)?,
            size: [positive(options()?.i32(4, 0)?)?, positive(options()?.i32(3, 0)?)?],
        },
        22 => Kind::Reshape,
        23 => Kind::ResizeBilinear {
            align_corners: options()?.u8(2)? != 0,
            half_pixel_centers: options()?.u8(3)? != 0,
        },
        34 => Kind::Pad,
        40 => Kind::Mean,
        54 => Kind::PRelu,
        other => return Err(TfliteError::Unsupported(format!("operator {other}"))),
    })
}

fn convolution(options: &Table, depthwise: bool) -> Result<Kind, TfliteError> {
    let [activation_field, dilation_field] = if depthwise { [4, 5] } else { [3, 4] };
    if [options.i32(dilation_field, 1)?, options.i32(dilation_field + 1, 1)?] != [1, 1] {
        return Err(TfliteError::Unsupported("dilated convolutions".into()));
    }
    let window = window(options, activation_field)?;
    Ok(Kind::Convolution { window, depthwise })
}

fn window(options: &Table, activation_field: usize) -> Result<Window, TfliteError> {
    Ok(Window {
        same: options.u8(0)? == 0,
        strides: [positive(options.i32(2, 0)?)?, positive(options.i32(1, 0)?)?],
        activation: activation(options.u8(activation_field)?)?,
    })
}

fn positive(number: i32) -> Result<usize, TfliteError> {
    usize::try_from(number)
        .ok()
        .filter(|n| *n > 0)
        .ok_or(TfliteError::Malformed("a window without size or stride"))
}

fn activation(code: u8) -> Result<Activation, TfliteError> {
    match code {
        0 => Ok(Activation::None),
        1 => Ok(Activation::Relu),
        3 => Ok(Activation::Relu6),
        other => Err(TfliteError::Unsupported(format!("activation {other}"))),
    }
}

/// IEEE 754 half precision, widened exactly.
fn f32_from_f16(half: u16) -> f32 {
    let sign = if half & 0x8000 != 0 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(half >> 10 & 0x1f), f32::from(half & 0x3ff));
    match exponent {
        0 => sign * fraction * 2f32.powi(-24),
        0x1f if fraction == 0.0 => sign * f32::INFINITY,
        0x1f => f32::NAN,
        _ => sign * (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_floats_are_widened_exactly() {
        for (half, expected) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x0001, 5.960_464_5e-8),
            (0x7bff, 65504.0),
        ] {
            assert_eq!(f32_from_f16(half), expected);
        }
        assert!(f32_from_f16(0x7e00).is_nan());
    }

    #[test]
    fn bytes_that_are_no_model_are_refused() {
        let deep = [8, 0, 0, 0, b'T', b'F', b'L', b'3', 0xff, 0xff, 0xff, 0x7f];
        for bytes in [&b""[..], b"TFL3", b"\x08\0\0\0TFL3", b"\xff\xff\xff\xffTFL3\0\0\0\0", &deep] {
            assert!(matches!(read_graph(bytes), Err(TfliteError::Malformed(_))), "{bytes:?}");
        }
    }
}
