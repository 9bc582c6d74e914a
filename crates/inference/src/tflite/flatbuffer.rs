//! Reading flatbuffers (<https://flatbuffers.dev/internals/>) without generated code. Every offset is checked: the bytes may
//! come from anywhere.

use super::TfliteError;

/// A table: fields by number, each of which may be absent.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    bytes: &'a [u8],
    position: usize,
}

/// A vector of tables.
#[derive(Clone, Copy)]
pub struct Tables<'a> {
    bytes: &'a [u8],
    first: usize,
    length: usize,
}

impl<'a> Table<'a> {
    /// The table a file is about. The four bytes after the first offset name the format.
    pub fn root(bytes: &'a [u8], identifier: &[u8; 4]) -> Result<Table<'a>, TfliteError> {
        if bytes.get(4..8) != Some(identifier.as_slice()) {
            return Err(TfliteError::Malformed("wrong file identifier"));
        }
        let position = u32_at(bytes, 0)?;
        Ok(Table { bytes, position })
    }

    /// Where a field stands in the file; none if it is left at its default.
    fn field(&self, number: usize) -> Result<Option<usize>, TfliteError> {
        let back = u32_at(self.bytes, self.position)? as u32 as i32;
        let vtable =
            usize::try_from(self.position as i64 - i64::from(back)).map_err(|_| TfliteError::Malformed("field table outside the file"))?;
        let vtable_length = u16_at(self.bytes, vtable)?;
        let entry = 4 + 2 * number;
        if entry + 2 > vtable_length {
            return Ok(None);
        }
        Ok(match u16_at(self.bytes, vtable + entry)? {
            0 => None,
            offset => Some(self.position + offset),
        })
    }

    /// A byte or truth value; 0 by default.
    pub fn u8(&self, number: usize) -> Result<u8, TfliteError> {
        let Some(at) = self.field(number)? else { return Ok(0) };
        self.bytes.get(at).copied().ok_or(OUTSIDE)
    }

    /// A whole number; `default` if absent.
    pub fn i32(&self, number: usize, default: i32) -> Result<i32, TfliteError> {
        let Some(at) = self.field(number)? else { return Ok(default) };
        Ok(u32_at(self.bytes, at)? as u32 as i32)
    }

    /// A table inside this one.
    pub fn table(&self, number: usize) -> Result<Option<Table<'a>>, TfliteError> {
        let Some(at) = self.field(number)? else { return Ok(None) };
        Ok(Some(Table {
            bytes: self.bytes,
            position: follow(self.bytes, at)?,
        }))
    }

    /// A vector of tables; empty if absent.
    pub fn tables(&self, number: usize) -> Result<Tables<'a>, TfliteError> {
        let (first, length) = self.vector(number, 4)?;
        Ok(Tables {
            bytes: self.bytes,
            first,
            length,
        })
    }

    /// A vector of whole numbers; empty if absent.
    pub fn i32s(&self, number: usize) -> Result<Vec<i32>, TfliteError> {
        let (first, length) = self.vector(number, 4)?;
        (0..length).map(|i| Ok(u32_at(self.bytes, first + 4 * i)? as u32 as i32)).collect()
    }

    /// A vector of bytes, or the bytes of a text; empty if absent.
    pub fn bytes(&self, number: usize) -> Result<&'a [u8], TfliteError> {
        let (first, length) = self.vector(number, 1)?;
        Ok(&self.bytes[first..first + length])
    }

    /// First element and number of elements of a vector, all inside the file.
    fn vector(&self, number: usize, element_bytes: usize) -> Result<(usize, usize), TfliteError> {
        let Some(at) = self.field(number)? else { return Ok((0, 0)) };
        let start = follow(self.bytes, at)?;
        let length = u32_at(self.bytes, start)?;
        let first = start + 4;
        if length > self.bytes.len().saturating_sub(first) / element_bytes {
            return Err(OUTSIDE);
        }
        Ok((first, length))
    }
}

impl<'a> Tables<'a> {
    /// The table at an index.
    pub fn get(&self, index: usize) -> Result<Table<'a>, TfliteError> {
        if index >= self.length {
            return Err(TfliteError::Malformed("index past the end of a list"));
        }
        Ok(Table {
            bytes: self.bytes,
            position: follow(self.bytes, self.first + 4 * index)?,
        })
    }

    /// All of them in order.
    pub fn iter(self) -> impl Iterator<Item = Result<Table<'a>, TfliteError>> {
        (0..self.length).map(move |index| self.get(index))
    }
}

const OUTSIDE: TfliteError = TfliteError::Malformed("offset outside the file");

/// Follows the relative offset that stands at a position.
fn follow(bytes: &[u8], at: usize) -> Result<usize, TfliteError> {
    Ok(at + u32_at(bytes, at)?)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<usize, TfliteError> {
    let four = bytes.get(at..at.saturating_add(4)).ok_or(OUTSIDE)?;
    Ok(u32::from_le_bytes([four[0], four[1], four[2], four[3]]) as usize)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<usize, TfliteError> {
    let two = bytes.get(at..at.saturating_add(2)).ok_or(OUTSIDE)?;
    Ok(usize::from(u16::from_le_bytes([two[0], two[1]])))
}
