//! The pickle program of a checkpoint: instructions of protocol 2 (Python's `pickletools` describes them).

use super::CheckpointError;
use std::rc::Rc;

/// Values on the stack: nothing else is needed for weights.
const STACK_MAX: usize = 1 << 20;

/// What a pickle builds. Text and tuples are shared, so that copying a remembered one costs nothing.
#[derive(Clone, Debug)]
pub enum Value {
    /// `None`, a truth value: never looked at.
    Nothing,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(Rc<str>),
    /// Values side by side.
    Tuple(Rc<Tuple>),
    /// A dictionary.
    Dict(Dict),
    /// One of the names we know.
    Name(Name),
    /// A storage of 32-bit floats: its name in the archive.
    Storage(Rc<str>),
    /// A tensor.
    Tensor(StoredTensor),
}

/// Values side by side.
#[derive(Debug)]
pub struct Tuple {
    values: Vec<Value>,
    depth: usize,
}

/// Values by text, in order.
#[derive(Clone, Debug, Default)]
pub struct Dict {
    /// The entries.
    pub entries: Vec<(Rc<str>, Value)>,
    depth: usize,
}

/// Tuples and dictionaries inside one another: weights need three. A limit keeps hostile nesting off the call stack.
const DEPTH_MAX: usize = 8;

impl Value {
    /// The depth of a tuple or dictionary that holds this value.
    fn depth_around(&self) -> Result<usize, String> {
        let depth = match self {
            Value::Tuple(tuple) => tuple.depth,
            Value::Dict(dict) => dict.depth,
            _ => 0,
        };
        if depth < DEPTH_MAX {
            Ok(depth + 1)
        } else {
            Err("nested too deep".into())
        }
    }
}

/// The names a checkpoint of weights may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// `collections.OrderedDict`.
    OrderedDict,
    /// `torch._utils._rebuild_tensor_v2`.
    RebuildTensor,
    /// `torch.FloatStorage`.
    FloatStorage,
}

/// Where a tensor's numbers are. All lengths in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTensor {
    /// Storage in the archive.
    pub storage: Rc<str>,
    /// First number in the storage.
    pub offset: usize,
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// Step along each axis.
    pub strides: Vec<usize>,
}

impl StoredTensor {
    /// Whether the numbers stand row by row without gaps.
    pub fn is_row_major(&self) -> bool {
        let mut step: usize = 1;
        self.strides.len() == self.shape.len()
            && self.shape.iter().zip(&self.strides).rev().all(|(length, stride)| {
                let expected = step;
                step = step.saturating_mul(*length);
                *stride == expected || *length == 1
            })
    }
}

/// Runs the program and returns what it leaves behind.
pub fn read(pickle: &[u8]) -> Result<Value, CheckpointError> {
    let mut machine = Machine {
        pickle,
        at: 0,
        stack: Vec::new(),
        marks: Vec::new(),
        memo: Vec::new(),
    };
    let result = machine.run();
    result.map_err(|reason| CheckpointError::Pickle { at: machine.at, reason })
}

struct Machine<'a> {
    pickle: &'a [u8],
    at: usize,
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: Vec<Option<Value>>,
}

impl Machine<'_> {
    fn run(&mut self) -> Result<Value, String> {
        loop {
            if self.stack.len() > STACK_MAX {
                return Err("too many values".into());
            }
            match self.byte()? {
                b'.' => return self.pop(),
                0x80 => drop(self.byte()?),
                b'}' => self.stack.push(Value::Dict(Dict::default())),
                b')' => self.push_tuple(Vec::new())?,
                b'N' | 0x88 | 0x89 => self.stack.push(Value::Nothing),
                b'K' => self.push_int::<1>()?,
                b'M' => self.push_int::<2>()?,
                b'J' => self.push_int::<4>()?,
                b'X' => self.push_text()?,
                b'c' => self.push_name()?,
                b'(' => self.marks.push(self.stack.len()),
                b't' => self.pop_to_mark().and_then(|values| self.push_tuple(values))?,
                tuple @ 0x85..=0x87 => self
                    .pop_many(usize::from(tuple - 0x84))
                    .and_then(|values| self.push_tuple(values))?,
                b'q' => self.remember::<1>()?,
                b'r' => self.remember::<4>()?,
                b'h' => self.recall::<1>()?,
                b'j' => self.recall::<4>()?,
                b'Q' => self.storage()?,
                b'R' => self.call()?,
                b's' => self.pop_many(2).and_then(|pair| self.set_items(pair))?,
                b'u' => self.pop_to_mark().and_then(|pairs| self.set_items(pairs))?,
                // State of an OrderedDict (its `_metadata`): nothing of it is needed.
                b'b' => drop(self.pop()?),
                other => return Err(format!("instruction {other:#04x} is not known")),
            }
        }
    }

    fn bytes(&mut self, count: usize) -> Result<&[u8], String> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.pickle.len());
        let end = end.ok_or("the end comes too early")?;
        Ok(&self.pickle[std::mem::replace(&mut self.at, end)..end])
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.bytes(1)?[0])
    }

    /// A little-endian number of 1, 2 or 4 bytes; only the longest has a sign.
    fn int<const BYTES: usize>(&mut self) -> Result<i64, String> {
        let mut number = [0; 4];
        number[..BYTES].copy_from_slice(self.bytes(BYTES)?);
        Ok(i64::from(i32::from_le_bytes(number)))
    }

    fn index<const BYTES: usize>(&mut self) -> Result<usize, String> {
        usize::try_from(self.int::<BYTES>()?).map_err(|_| "a negative length".into())
    }

    fn push_int<const BYTES: usize>(&mut self) -> Result<(), String> {
        let number = self.int::<BYTES>()?;
        self.stack.push(Value::Int(number));
        Ok(())
    }

    fn push_text(&mut self) -> Result<(), String> {
        let length = self.index::<4>()?;
        let text = std::str::from_utf8(self.bytes(length)?).map_err(|_| "text that is not UTF-8")?;
        let text = Value::Text(text.into());
        self.stack.push(text);
        Ok(())
    }

    fn push_name(&mut self) -> Result<(), String> {
        let (module, name) = (self.line()?, self.line()?);
        self.stack.push(Value::Name(match (module.as_str(), name.as_str()) {
            ("collections", "OrderedDict") => Name::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2") => Name::RebuildTensor,
            ("torch", "FloatStorage") => Name::FloatStorage,
            _ => return Err(format!("the name {module}.{name} is not allowed")),
        }));
        Ok(())
    }

    fn line(&mut self) -> Result<String, String> {
        let rest = &self.pickle[self.at..];
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or("a name without an end")?;
        let line = String::from_utf8_lossy(&rest[..length]).into_owned();
        self.at += length + 1;
        Ok(line)
    }

    fn push_tuple(&mut self, values: Vec<Value>) -> Result<(), String> {
        let mut depth = 1;
        for value in &values {
            depth = depth.max(value.depth_around()?);
        }
        self.stack.push(Value::Tuple(Rc::new(Tuple { values, depth })));
        Ok(())
    }

    fn pop(&mut self) -> Result<Value, String> {
        self.stack.pop().ok_or_else(|| "nothing on the stack".into())
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<Value>, String> {
        let from = self.stack.len().checked_sub(count).ok_or("too little on the stack")?;
        Ok(self.stack.split_off(from))
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Value>, String> {
        let mark = self.marks.pop().filter(|mark| *mark <= self.stack.len()).ok_or("no mark")?;
        Ok(self.stack.split_off(mark))
    }

    fn remember<const BYTES: usize>(&mut self) -> Result<(), String> {
        let index = self.index::<BYTES>()?;
        // Writers number what they remember one after another.
        if index > self.pickle.len() {
            return Err("a number without reason".into());
        }
        if self.memo.len() <= index {
            self.memo.resize(index + 1, None);
        }
        self.memo[index] = match self.stack.last().ok_or("nothing on the stack")? {
            // Filled only later, and never asked for again.
            Value::Dict(_) => None,
            value => Some(value.clone()),
        };
        Ok(())
    }

    fn recall<const BYTES: usize>(&mut self) -> Result<(), String> {
        let index = self.index::<BYTES>()?;
        let value = self.memo.get(index).cloned().flatten().ok_or("nothing of that number was kept")?;
        self.stack.push(value);
        Ok(())
    }

    /// `("storage", type, name, device, length)` becomes the storage.
    fn storage(&mut self) -> Result<(), String> {
        let Value::Tuple(tuple) = self.pop()? else {
            return Err("a storage without description".into());
        };
        let [Value::Text(_), Value::Name(Name::FloatStorage), Value::Text(name), ..] = tuple.values.as_slice() else {
            return Err("a storage that is not of 32-bit floats".into());
        };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("a storage called {name}"));
        }
        self.stack.push(Value::Storage(name.clone()));
        Ok(())
    }

    fn call(&mut self) -> Result<(), String> {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let Value::Tuple(arguments) = arguments else {
            return Err("a call without arguments".into());
        };
        let result = match (function, arguments.values.as_slice()) {
            (Value::Name(Name::OrderedDict), []) => Value::Dict(Dict::default()),
            (Value::Name(Name::RebuildTensor), [Value::Storage(storage), Value::Int(offset), shape, strides, ..]) => {
                Value::Tensor(StoredTensor {
                    storage: storage.clone(),
                    offset: usize::try_from(*offset).map_err(|_| "a negative offset")?,
                    shape: lengths(shape)?,
                    strides: lengths(strides)?,
                })
            }
            _ => return Err("a call that makes no tensor".into()),
        };
        self.stack.push(result);
        Ok(())
    }

    fn set_items(&mut self, pairs: Vec<Value>) -> Result<(), String> {
        let Some(Value::Dict(dict)) = self.stack.last_mut() else {
            return Err("items without a dictionary".into());
        };
        let mut pairs = pairs.into_iter();
        while let Some(key) = pairs.next() {
            let (Value::Text(key), Some(value)) = (key, pairs.next()) else {
                return Err("an item that is not text and value".into());
            };
            dict.depth = dict.depth.max(value.depth_around()?);
            dict.entries.push((key, value));
        }
        Ok(())
    }
}

fn lengths(value: &Value) -> Result<Vec<usize>, String> {
    let Value::Tuple(tuple) = value else {
        return Err("a shape that is no tuple".into());
    };
    let length = |value: &Value| match value {
        Value::Int(length) => usize::try_from(*length).ok(),
        _ => None,
    };
    tuple
        .values
        .iter()
        .map(|value| length(value).ok_or_else(|| "a shape that is not of whole numbers".into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(pickle: &[u8], expected: &str) {
        let error = read(pickle).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_program_that_wants_to_run_something_is_refused() {
        refused(b"cos\nsystem\n(X\x02\x00\x00\x00lstR.", "os.system is not allowed");
        refused(b"cbuiltins\neval\n.", "builtins.eval is not allowed");
        refused(b"ccollections\nOrderedDict\nK\x01\x85R.", "a call that makes no tensor");
        refused(b"\x95........", "instruction 0x95");
    }

    #[test]
    fn nesting_and_numbering_are_bounded() {
        let deep: Vec<u8> = [b")".as_slice(), &b"\x85".repeat(100_000), b"."].concat();
        refused(&deep, "nested too deep");
        // Every tuple holds the one before twice: shared, so this ends at once.
        refused(&[b")q\x00".as_slice(), &b"h\x00\x86q\x00".repeat(100)].concat(), "");
        refused(b"Nr\xff\xff\xff\x7f.", "a number without reason");
        refused(b"Nr\xff\xff\xff\xff.", "negative");
        // A dictionary inside a dictionary inside a dictionary ...
        let nested: Vec<u8> = [&b"}X\x01\x00\x00\x00k".repeat(50_000), b"N".as_slice(), &b"s".repeat(50_000), b"."].concat();
        refused(&nested, "nested too deep");
    }
}
