//! The instructions of pickles (Python's `pickletools` describes them), protocols 1 to 5 as far as checkpoints use them.

use super::{Node, NodeId, Object};
use crate::CheckpointError;
use std::ops::Range;

/// Values of one pickle at most: a checkpoint of a thousand tensors with its optimizer has some ten thousand. A value takes less than a
/// hundred bytes, so this bounds the memory.
const NODES_MAX: usize = 1 << 21;

/// Runs a pickle. Returns all values, and which of them is the result.
pub(super) fn run(bytes: &[u8]) -> Result<(Vec<Node>, NodeId), CheckpointError> {
    let mut machine = Machine {
        bytes,
        at: 0,
        nodes: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: Vec::new(),
    };
    match machine.run() {
        Ok(root) => Ok((machine.nodes, root)),
        Err(reason) => Err(CheckpointError::Pickle { at: machine.at, reason }),
    }
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    stack: Vec<NodeId>,
    marks: Vec<usize>,
    memo: Vec<Option<NodeId>>,
}

impl Machine<'_> {
    fn run(&mut self) -> Result<NodeId, String> {
        loop {
            let instruction = self.byte()?;
            if instruction == b'.' {
                return self.pop();
            }
            self.step(instruction)?;
            if self.nodes.len() > NODES_MAX || self.stack.len() > NODES_MAX {
                return Err("too many values".into());
            }
        }
    }

    fn step(&mut self, instruction: u8) -> Result<(), String> {
        match instruction {
            // The protocol's number, and the length of a frame: both say nothing we need.
            0x80 => self.skip(1)?,
            0x95 => self.skip(8)?,
            b'N' => self.push(Node::None),
            0x88 | 0x89 => self.push(Node::Bool(instruction == 0x88)),
            b'K' => self.push_int(1)?,
            b'M' => self.push_int(2)?,
            b'J' => self.push_int(4)?,
            0x8a => self.length(1).and_then(|length| self.push_long(length))?,
            0x8b => self.length(4).and_then(|length| self.push_long(length))?,
            b'I' => self.push_int_line()?,
            b'G' => self.push_float()?,
            b'X' => self.length(4).and_then(|length| self.push_text(length))?,
            0x8c => self.length(1).and_then(|length| self.push_text(length))?,
            0x8d => self.length(8).and_then(|length| self.push_text(length))?,
            // Strings of Python 2 are bytes.
            b'T' | b'B' => self.length(4).and_then(|length| self.push_bytes(length))?,
            b'U' | b'C' => self.length(1).and_then(|length| self.push_bytes(length))?,
            0x8e | 0x96 => self.length(8).and_then(|length| self.push_bytes(length))?,
            b')' | b']' | 0x8f => self.push(Node::Sequence(Vec::new())),
            b't' | b'l' | 0x91 => {
                let values = self.pop_to_mark()?;
                self.push(Node::Sequence(values));
            }
            0x85..=0x87 => {
                let values = self.pop_many(usize::from(instruction - 0x84))?;
                self.push(Node::Sequence(values));
            }
            b'a' => self.pop_many(1).and_then(|values| self.append(values))?,
            b'e' | 0x90 => self.pop_to_mark().and_then(|values| self.append(values))?,
            b'}' => self.push(Node::Dict(Vec::new())),
            b'd' => {
                let pairs = self.pop_to_mark().and_then(in_pairs)?;
                self.push(Node::Dict(pairs));
            }
            b's' => self.pop_many(2).and_then(|pair| self.set_items(pair))?,
            b'u' => self.pop_to_mark().and_then(|pairs| self.set_items(pairs))?,
            b'(' => self.marks.push(self.stack.len()),
            b'0' => self.pop().map(|_| ())?,
            b'1' => self.pop_to_mark().map(|_| ())?,
            b'2' => self.stack.push(*self.stack.last().ok_or(EMPTY)?),
            b'q' => self.length(1).and_then(|index| self.remember(index))?,
            b'r' => self.length(4).and_then(|index| self.remember(index))?,
            0x94 => self.remember(self.memo.len())?,
            b'h' => self.length(1).and_then(|index| self.recall(index))?,
            b'j' => self.length(4).and_then(|index| self.recall(index))?,
            b'c' => self.push_global_lines()?,
            0x93 => {
                let names = self.pop_many(2)?;
                self.push(Node::Global(names[0], names[1]));
            }
            b'R' | 0x81 => {
                let call = self.pop_many(2)?;
                self.push_object(call[0], call[1]);
            }
            0x92 => {
                let call = self.pop_many(3)?;
                self.push_object(call[0], call[1]);
            }
            b'b' => self.set_state()?,
            b'Q' => {
                let name = self.pop()?;
                self.push(Node::Persistent(name));
            }
            other => return Err(format!("instruction {other:#04x} is not one that checkpoints use")),
        }
        Ok(())
    }

    fn push(&mut self, node: Node) {
        // Fits: the number of values is far below 2^32.
        self.stack.push(self.nodes.len() as NodeId);
        self.nodes.push(node);
    }

    fn push_object(&mut self, class: NodeId, arguments: NodeId) {
        self.push(Node::Object(Box::new(Object {
            class,
            arguments,
            state: None,
            items: Vec::new(),
            elements: Vec::new(),
        })));
    }

    /// The place of the next `count` bytes.
    fn take(&mut self, count: usize) -> Result<Range<usize>, String> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or("the end comes too early")?;
        Ok(std::mem::replace(&mut self.at, end)..end)
    }

    fn skip(&mut self, count: usize) -> Result<(), String> {
        self.take(count).map(|_| ())
    }

    fn byte(&mut self) -> Result<u8, String> {
        let place = self.take(1)?;
        Ok(self.bytes[place.start])
    }

    /// A little-endian number of up to eight bytes, without sign.
    fn number(&mut self, bytes: usize) -> Result<u64, String> {
        let place = self.take(bytes)?;
        let mut number = [0; 8];
        number[..bytes].copy_from_slice(&self.bytes[place]);
        Ok(u64::from_le_bytes(number))
    }

    fn length(&mut self, bytes: usize) -> Result<usize, String> {
        usize::try_from(self.number(bytes)?).map_err(|_| "a length beyond reason".into())
    }

    /// Only numbers of four bytes have a sign.
    fn push_int(&mut self, bytes: usize) -> Result<(), String> {
        let number = self.number(bytes)?;
        let number = if bytes == 4 {
            i64::from(number as u32 as i32)
        } else {
            number as i64
        };
        self.push(Node::Int(number));
        Ok(())
    }

    /// A whole number of any length, the sign in its last byte.
    fn push_long(&mut self, length: usize) -> Result<(), String> {
        let place = self.take(length)?;
        let bytes = &self.bytes[place];
        if length > 8 {
            self.push(Node::LongInt);
            return Ok(());
        }
        let negative = bytes.last().is_some_and(|last| last & 0x80 != 0);
        let mut number = [if negative { 0xff } else { 0 }; 8];
        number[..length].copy_from_slice(bytes);
        self.push(Node::Int(i64::from_le_bytes(number)));
        Ok(())
    }

    /// Protocol 1 writes truth values as `I00` and `I01`, and large whole numbers in decimals.
    fn push_int_line(&mut self) -> Result<(), String> {
        let place = self.line()?;
        let node = match &self.bytes[place] {
            b"00" => Node::Bool(false),
            b"01" => Node::Bool(true),
            digits => std::str::from_utf8(digits)
                .ok()
                .and_then(|digits| digits.parse().ok())
                .map(Node::Int)
                .ok_or("a number that is none")?,
        };
        self.push(node);
        Ok(())
    }

    fn push_float(&mut self) -> Result<(), String> {
        // The one number that pickles write with its highest byte first.
        let bits = self.number(8)?.swap_bytes();
        self.push(Node::Float(f64::from_bits(bits)));
        Ok(())
    }

    fn push_text(&mut self, length: usize) -> Result<(), String> {
        let place = self.take(length)?;
        self.text_at(place)
    }

    fn text_at(&mut self, place: Range<usize>) -> Result<(), String> {
        std::str::from_utf8(&self.bytes[place.clone()]).map_err(|_| "text that is not UTF-8")?;
        self.push(Node::Text(place));
        Ok(())
    }

    fn push_bytes(&mut self, length: usize) -> Result<(), String> {
        let place = self.take(length)?;
        self.push(Node::Bytes(place));
        Ok(())
    }

    fn line(&mut self) -> Result<Range<usize>, String> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or("a line without an end")?;
        let place = self.at..self.at + length;
        self.at = place.end + 1;
        Ok(place)
    }

    fn push_global_lines(&mut self) -> Result<(), String> {
        for _ in 0..2 {
            let place = self.line()?;
            self.text_at(place)?;
        }
        let names = self.pop_many(2)?;
        self.push(Node::Global(names[0], names[1]));
        Ok(())
    }

    fn pop(&mut self) -> Result<NodeId, String> {
        self.stack.pop().ok_or_else(|| EMPTY.into())
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<NodeId>, String> {
        let from = self.stack.len().checked_sub(count).ok_or(EMPTY)?;
        Ok(self.stack.split_off(from))
    }

    fn pop_to_mark(&mut self) -> Result<Vec<NodeId>, String> {
        let mark = self.marks.pop().filter(|mark| *mark <= self.stack.len()).ok_or("no mark")?;
        Ok(self.stack.split_off(mark))
    }

    fn remember(&mut self, index: usize) -> Result<(), String> {
        // Writers number what they remember one after another.
        if index > self.bytes.len() || index > NODES_MAX {
            return Err("a number without reason".into());
        }
        if self.memo.len() <= index {
            self.memo.resize(index + 1, None);
        }
        self.memo[index] = Some(*self.stack.last().ok_or(EMPTY)?);
        Ok(())
    }

    fn recall(&mut self, index: usize) -> Result<(), String> {
        let node = self.memo.get(index).copied().flatten().ok_or("nothing of that number was kept")?;
        self.stack.push(node);
        Ok(())
    }

    fn top(&mut self) -> Result<&mut Node, String> {
        let top = self.stack.last().ok_or(EMPTY)?;
        Ok(&mut self.nodes[*top as usize])
    }

    fn append(&mut self, values: Vec<NodeId>) -> Result<(), String> {
        match self.top()? {
            Node::Sequence(elements) => elements.extend(values),
            Node::Object(object) => object.elements.extend(values),
            _ => return Err("elements without a list".into()),
        }
        Ok(())
    }

    fn set_items(&mut self, pairs: Vec<NodeId>) -> Result<(), String> {
        let pairs = in_pairs(pairs)?;
        match self.top()? {
            Node::Dict(items) => items.extend(pairs),
            Node::Object(object) => object.items.extend(pairs),
            _ => return Err("items without a dictionary".into()),
        }
        Ok(())
    }

    fn set_state(&mut self) -> Result<(), String> {
        let state = self.pop()?;
        match self.top()? {
            Node::Object(object) => object.state = Some(state),
            // A dictionary's attributes, such as the version numbers PyTorch puts on one.
            Node::Dict(_) => {}
            _ => return Err("state without an object".into()),
        }
        Ok(())
    }
}

const EMPTY: &str = "nothing on the stack";

fn in_pairs(values: Vec<NodeId>) -> Result<Vec<(NodeId, NodeId)>, String> {
    let (pairs, rest) = values.as_chunks();
    if rest.is_empty() {
        Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
    } else {
        Err("a key without a value".into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Pickle;

    fn refused(pickle: &[u8], expected: &str) {
        let error = Pickle::read(pickle).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(expected), "{error:?}, not {expected}");
    }

    #[test]
    fn what_a_program_would_call_is_only_written_down() {
        let pickle = Pickle::read(b"cos\nsystem\n(X\x02\x00\x00\x00lstR.").unwrap();
        assert_eq!(pickle.root().class().as_deref(), Some("os.system"));
        assert_eq!(pickle.root().arguments().and_then(|a| a.elements().next()?.text()), Some("ls"));
    }

    #[test]
    fn damaged_programs_are_refused() {
        refused(b"", "the end comes too early");
        refused(b".", "nothing on the stack");
        refused(b"t.", "no mark");
        refused(b"h\x00.", "nothing of that number");
        refused(b"\x82\x00.", "instruction 0x82");
        refused(b"K\x01s.", "nothing on the stack");
        refused(b"Na.", "nothing on the stack");
        refused(b"NNa.", "elements without a list");
        refused(b"}(Nu.", "a key without a value");
        refused(b"X\xff\xff\xff\x7fabc", "the end comes too early");
        refused(b"X\x01\x00\x00\x00\xff.", "not UTF-8");
        refused(b"cos\n", "a line without an end");
    }

    #[test]
    fn memory_and_nesting_are_bounded() {
        refused(&[b"N".repeat(3_000_000), b".".to_vec()].concat(), "too many values");
        refused(b"Nr\xff\xff\xff\x7f.", "a number without reason");
        // A hundred thousand tuples in one another, and a list in itself: read, and dropped again.
        Pickle::read(&[b")".as_slice(), &b"\x85".repeat(100_000), b"."].concat()).unwrap();
        Pickle::read(b"]q\x00h\x00a.").unwrap();
    }
}
