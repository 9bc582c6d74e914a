//! NumPy's own files: `.npy`, one array, and `.npz`, a zip archive of them.

use crate::pickle::{Dtype, in_rows};
use crate::tensor::size_bytes;
use crate::{Checkpoint, CheckpointError, Tensor};
use std::collections::HashMap;
use std::io::{Read, Seek};
use zip::ZipArchive;

const NPY: &str = "npy file";
const NPZ: &str = "npz file";
/// A header says type, order and shape: about a hundred bytes.
const HEADER_BYTES_MAX: usize = 1 << 14;

/// Reads one array. `name` is for refusals.
pub fn read_npy(name: &str, mut file: impl Read) -> Result<Tensor, CheckpointError> {
    let header = Header::read(name, &mut file)?;
    let length = size_bytes(name, header.dtype.element, &header.shape)?;
    let mut bytes = Vec::new();
    file.take(length as u64)
        .read_to_end(&mut bytes)
        .map_err(|source| CheckpointError::Read {
            part: name.to_owned(),
            source,
        })?;
    if bytes.len() != length {
        return Err(CheckpointError::CutOff(name.to_owned()));
    }
    let mut bytes = header.dtype.little_endian(&bytes);
    if header.by_columns {
        bytes = in_rows(&bytes, header.dtype.element, &header.shape).ok_or_else(|| CheckpointError::CutOff(name.to_owned()))?;
    }
    Tensor::new(name, header.dtype.element, header.shape, bytes)
}

/// An `npz` file: arrays by name.
pub struct Npz<R> {
    archive: ZipArchive<R>,
    shapes: HashMap<String, Vec<usize>>,
}

impl<R: Read + Seek> Npz<R> {
    /// Reads names and shapes.
    pub fn open(reader: R) -> Result<Npz<R>, CheckpointError> {
        let damaged = |source| CheckpointError::Archive { format: NPZ, source };
        let mut archive = ZipArchive::new(reader).map_err(damaged)?;
        let mut shapes = HashMap::new();
        for index in 0..archive.len() {
            let mut member = archive.by_index(index).map_err(damaged)?;
            let file_name = member.name().map(|name| name.into_owned()).unwrap_or_default();
            if let Some(name) = file_name.strip_suffix(".npy") {
                let header = Header::read(name, &mut member)?;
                shapes.insert(name.to_owned(), header.shape);
            }
        }
        Ok(Npz { archive, shapes })
    }
}

impl<R: Read + Seek> Checkpoint for Npz<R> {
    fn names(&self) -> Vec<String> {
        self.shapes.keys().cloned().collect()
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.shapes.get(name).cloned()
    }

    fn read(&mut self, name: &str) -> Result<Tensor, CheckpointError> {
        if !self.shapes.contains_key(name) {
            return Err(CheckpointError::NoTensor(name.to_owned()));
        }
        let member = self.archive.by_name(&format!("{name}.npy"));
        read_npy(name, member.map_err(|source| CheckpointError::Archive { format: NPZ, source })?)
    }
}

struct Header {
    dtype: Dtype,
    by_columns: bool,
    shape: Vec<usize>,
}

impl Header {
    /// `\x93NUMPY`, version, length, and `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
    fn read(name: &str, file: &mut impl Read) -> Result<Header, CheckpointError> {
        let failed = |source| CheckpointError::Read {
            part: name.to_owned(),
            source,
        };
        let damaged = |reason: &str| CheckpointError::format(NPY, format!("{name}: {reason}"));
        let mut start = [0; 8];
        file.read_exact(&mut start).map_err(failed)?;
        if &start[..6] != b"\x93NUMPY" {
            return Err(damaged("it does not begin like one"));
        }
        // Version 1 has two bytes of length, later ones four.
        let mut length = [0; 4];
        let length_bytes = if start[6] == 1 { 2 } else { 4 };
        file.read_exact(&mut length[..length_bytes]).map_err(failed)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > HEADER_BYTES_MAX {
            return Err(damaged("its header is beyond reason"));
        }
        let mut text = vec![0; length];
        file.read_exact(&mut text).map_err(failed)?;
        let text = String::from_utf8_lossy(&text);
        let descr = value_of(&text, "descr").ok_or_else(|| damaged("its header names no type"))?;
        let shape = value_of(&text, "shape").ok_or_else(|| damaged("its header names no shape"))?;
        let order = value_of(&text, "fortran_order").ok_or_else(|| damaged("its header names no order"))?;
        Ok(Header {
            dtype: Dtype::parse(descr.trim_matches(['\'', '"']), name)?,
            by_columns: order == "True",
            shape: lengths(shape).ok_or_else(|| damaged("its shape is not of whole numbers"))?,
        })
    }
}

/// The text after `'key':` up to the comma that ends it; parentheses are kept together.
fn value_of<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = header.split_once(&format!("'{key}':"))?;
    let rest = rest.trim_start();
    let end = if rest.starts_with('(') {
        rest.find(')')? + 1
    } else {
        rest.find([',', '}'])?
    };
    Some(rest[..end].trim())
}

fn lengths(shape: &str) -> Option<Vec<usize>> {
    let inner = shape.strip_prefix('(')?.strip_suffix(')')?;
    let parts = inner.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().ok()).collect()
}
