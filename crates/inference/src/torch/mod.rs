//! PyTorch checkpoints (`.pt`), without PyTorch: a zip archive of a pickle that names tensors and of their raw numbers.
//!
//! A pickle is a program. Ours knows the few instructions such files need and calls nothing: three names mean something,
//! every other is refused. Made for hostile files: sizes are checked before memory is taken.

mod pickle;

use pickle::{StoredTensor, Value};
use std::collections::HashMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The pickle of 184 tensors has 37 kB.
const PICKLE_BYTES_MAX: u64 = 4 << 20;
/// Numbers of one tensor: far more than any model here has.
const NUMBERS_MAX: usize = 1 << 28;

/// A checkpoint's tensors by name; their numbers are read when asked for.
pub struct Checkpoint<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    root: String,
    tensors: HashMap<String, StoredTensor>,
}

/// Why a checkpoint, or a tensor in it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Not a zip archive, or damaged.
    #[error("a PyTorch checkpoint is a zip archive, and this is not a readable one")]
    Archive(#[from] zip::result::ZipError),
    /// An archive member cannot be unpacked.
    #[error("the member {name} of the checkpoint cannot be unpacked")]
    Member {
        /// The member.
        name: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The archive has no `data.pkl`, or one of unlikely size.
    #[error("the archive is not a PyTorch checkpoint: {0}")]
    NotACheckpoint(&'static str),
    /// The pickle does something no checkpoint of weights needs.
    #[error("the checkpoint's pickle is refused at byte {at}: {reason}")]
    Pickle {
        /// Where in the pickle.
        at: usize,
        /// What was met there.
        reason: String,
    },
    /// A tensor the network needs is not there.
    #[error("the checkpoint has no tensor {0}")]
    NoTensor(String),
    /// A tensor has another shape than the network's, or is not stored row by row.
    #[error("the tensor {name} is {found:?}, and the network needs {expected:?}, stored row by row")]
    Shape {
        /// The tensor.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape asked for.
        expected: Vec<usize>,
    },
    /// A tensor's numbers are missing or too few.
    #[error("the tensor {0} is cut off")]
    CutOff(String),
}

impl<'a> Checkpoint<'a> {
    /// Reads the names and places of the tensors. They are looked for under `best_state_dict`, `state_dict`, or at the top.
    pub fn read(file: &'a [u8]) -> Result<Checkpoint<'a>, CheckpointError> {
        let mut archive = ZipArchive::new(Cursor::new(file))?;
        let name = archive
            .file_names()
            .flatten()
            .find(|name| name == "data.pkl" || name.ends_with("/data.pkl"))
            .ok_or(CheckpointError::NotACheckpoint("it has no data.pkl"))?
            .into_owned();
        let pickle = read_member(&mut archive, &name, PICKLE_BYTES_MAX)?;
        let mut entries = match pickle::read(&pickle)? {
            Value::Dict(dict) => dict.entries,
            _ => return Err(CheckpointError::NotACheckpoint("its pickle holds no dictionary")),
        };
        for key in ["best_state_dict", "state_dict"] {
            let found = entries.iter().position(|(name, _)| name.as_ref() == key);
            if let Some((_, Value::Dict(inner))) = found.map(|index| entries.swap_remove(index)) {
                entries = inner.entries;
                break;
            }
        }
        let tensors = entries.into_iter().filter_map(|(name, value)| match value {
            Value::Tensor(tensor) => Some((name.to_string(), tensor)),
            _ => None,
        });
        Ok(Checkpoint {
            root: name.trim_end_matches("data.pkl").to_owned(),
            tensors: tensors.collect(),
            archive,
        })
    }

    /// The numbers of a tensor of the given shape, row by row.
    pub fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, CheckpointError> {
        let tensor = self.tensors.get(name).ok_or_else(|| CheckpointError::NoTensor(name.to_owned()))?;
        if tensor.shape != shape || !tensor.is_row_major() {
            return Err(CheckpointError::Shape {
                name: name.to_owned(),
                found: tensor.shape.clone(),
                expected: shape.to_vec(),
            });
        }
        let cut_off = || CheckpointError::CutOff(name.to_owned());
        let numbers: usize = shape.iter().product();
        let end = tensor
            .offset
            .checked_add(numbers)
            .filter(|end| *end <= NUMBERS_MAX)
            .ok_or_else(cut_off)?;
        let member = format!("{}data/{}", self.root, tensor.storage);
        let bytes = read_member(&mut self.archive, &member, 4 * end as u64)?;
        let bytes = bytes.get(4 * tensor.offset..4 * end).ok_or_else(cut_off)?;
        Ok(bytes
            .chunks_exact(4)
            .map(|number| f32::from_le_bytes([number[0], number[1], number[2], number[3]]))
            .collect())
    }
}

/// Unpacks a member, at most `bytes_max` of it, whatever size the archive claims.
fn read_member(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, bytes_max: u64) -> Result<Vec<u8>, CheckpointError> {
    let mut bytes = Vec::new();
    let member = archive.by_name(name)?;
    member
        .take(bytes_max)
        .read_to_end(&mut bytes)
        .map_err(|source| CheckpointError::Member {
            name: name.to_owned(),
            source,
        })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    /// What `torch.save({"state_dict": OrderedDict(w=<2x2 tensor at offset 1>)})` writes, made by hand.
    fn pickle() -> Vec<u8> {
        let mut pickle = b"\x80\x02}q\x00X\x0a\x00\x00\x00state_dictq\x01ccollections\nOrderedDict\nq\x02)Rq\x03(".to_vec();
        pickle.extend(b"X\x01\x00\x00\x00wq\x04ctorch._utils\n_rebuild_tensor_v2\nq\x05(");
        pickle.extend(
            b"(X\x07\x00\x00\x00storageq\x06ctorch\nFloatStorage\nq\x07X\x01\x00\x00\x000q\x08X\x03\x00\x00\x00cpuq\x09K\x05tq\x0aQ",
        );
        pickle.extend(b"K\x01K\x02K\x02\x86q\x0bK\x02K\x01\x86q\x0c\x89h\x02)Rq\x0dtq\x0eRq\x0fus.");
        pickle
    }

    fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn numbers(count: usize) -> Vec<u8> {
        (0..count).flat_map(|i| (i as f32).to_le_bytes()).collect()
    }

    #[test]
    fn a_tensor_is_found_by_name_and_shape() {
        let file = archive(&[("m/data.pkl", &pickle()), ("m/data/0", &numbers(5))]);
        let mut checkpoint = Checkpoint::read(&file).unwrap();
        assert_eq!(checkpoint.tensor("w", &[2, 2]).unwrap(), [1.0, 2.0, 3.0, 4.0]);
        assert!(matches!(checkpoint.tensor("w", &[4]), Err(CheckpointError::Shape { .. })));
        assert!(matches!(checkpoint.tensor("v", &[4]), Err(CheckpointError::NoTensor(_))));
    }

    #[test]
    fn damaged_files_are_refused() {
        let check = |file: Vec<u8>, expected: &str| {
            let error = Checkpoint::read(&file)
                .and_then(|mut checkpoint| checkpoint.tensor("w", &[2, 2]))
                .unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        };
        check(b"no zip".to_vec(), "not a readable one");
        check(archive(&[("a", b"")]), "no data.pkl");
        check(archive(&[("data.pkl", b"N.")]), "no dictionary");
        check(archive(&[("m/data.pkl", &pickle()), ("m/data/0", &numbers(4))]), "cut off");
        check(archive(&[("m/data.pkl", &pickle())]), "readable");
        for length in 0..pickle().len() {
            check(archive(&[("data.pkl", &pickle()[..length])]), "refused at byte");
        }
    }
}
