//! PyTorch files (`.pt`, `.pth`, `.ckpt`): a zip archive of a pickle that names tensors, and of their numbers.

use crate::pickle::{Pickle, View};
use crate::tensor::{gather, numbers_of, row_strides};
use crate::{Checkpoint, CheckpointError, ElementType, Tensor};
use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};
use zip::{CompressionMethod, ZipArchive};

const FORMAT: &str = "PyTorch checkpoint";
/// The pickle of 184 tensors has 37 kB; an optimizer's state, hyperparameters and callbacks make it some megabytes.
const PICKLE_BYTES_MAX: u64 = 64 << 20;

/// A PyTorch file: its tensors by name.
pub struct TorchCheckpoint<R> {
    archive: ZipArchive<R>,
    root: String,
    tensors: HashMap<String, StoredTensor>,
}

/// Where a tensor's numbers are. All lengths in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StoredTensor {
    /// Name of the storage in the archive.
    storage: String,
    element: ElementType,
    offset: usize,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

impl<R: Read + Seek> TorchCheckpoint<R> {
    /// Reads names and places of the tensors in the first of the dictionaries called `within` that is there, else in the outermost one.
    /// What else a training program left in the file (classes, settings, optimizers) is read past.
    pub fn open(reader: R, within: &[&str]) -> Result<TorchCheckpoint<R>, CheckpointError> {
        let mut archive = open_archive(reader)?;
        let name = archive
            .file_names()
            .flatten()
            .find(|name| name == "data.pkl" || name.ends_with("/data.pkl"))
            .ok_or_else(|| CheckpointError::format(FORMAT, "the archive has no data.pkl"))?
            .into_owned();
        let root = name.trim_end_matches("data.pkl").to_owned();
        let pickle = read_member(&mut archive, &name, 0, PICKLE_BYTES_MAX)?;
        if let Ok(order) = read_member(&mut archive, &format!("{root}byteorder"), 0, 8)
            && order != b"little"
        {
            return Err(CheckpointError::format(FORMAT, "its numbers were written by a big-endian machine"));
        }
        let pickle = Pickle::read(&pickle)?;
        let tensors = tensors(pickle.root(), within)?;
        Ok(TorchCheckpoint { archive, root, tensors })
    }
}

/// Files of PyTorch before 1.6 are pickles one after another, the first of which begins so.
const BEFORE_1_6: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9c";

fn open_archive<R: Read + Seek>(mut reader: R) -> Result<ZipArchive<R>, CheckpointError> {
    let mut start = [0; BEFORE_1_6.len()];
    if reader.read_exact(&mut start).is_ok() && start == BEFORE_1_6 {
        let reason = "it was written in the format of PyTorch before 1.6; load and save it again with a newer one";
        return Err(CheckpointError::format(FORMAT, reason));
    }
    reader.seek(SeekFrom::Start(0)).map_err(|source| CheckpointError::Read {
        part: "the start".into(),
        source,
    })?;
    ZipArchive::new(reader).map_err(|source| CheckpointError::Archive { format: FORMAT, source })
}

fn tensors(root: View<'_>, within: &[&str]) -> Result<HashMap<String, StoredTensor>, CheckpointError> {
    if !root.is_dictionary() {
        let reason = format!("its pickle holds {}, not a dictionary of tensors", root.describe());
        return Err(CheckpointError::format(FORMAT, reason));
    }
    let inner = within.iter().find_map(|key| root.get(key).filter(|inner| inner.is_dictionary()));
    let mut tensors = HashMap::new();
    for (name, value) in inner.unwrap_or(root).items() {
        if let Some(name) = name.text()
            && let Some(tensor) = stored_tensor(name, value)?
        {
            tensors.insert(name.to_owned(), tensor);
        }
    }
    Ok(tensors)
}

/// A tensor's place; none where the value is something else.
fn stored_tensor(name: &str, value: View<'_>) -> Result<Option<StoredTensor>, CheckpointError> {
    let arguments: Vec<View<'_>> = value.arguments().map(|a| a.elements().collect()).unwrap_or_default();
    match value.class().as_deref() {
        // (storage, offset, shape, strides, whether it is trained, hooks)
        Some("torch._utils._rebuild_tensor_v2") => {
            let damaged = || CheckpointError::refused(name, "its description is not as PyTorch writes them");
            let [storage, offset, shape, strides, ..] = arguments.as_slice() else {
                return Err(damaged());
            };
            let (storage, element) = storage_of(name, *storage)?;
            let tensor = StoredTensor {
                storage,
                element,
                offset: offset.length().ok_or_else(damaged)?,
                shape: shape.lengths().ok_or_else(damaged)?,
                strides: strides.lengths().ok_or_else(damaged)?,
            };
            if tensor.shape.len() != tensor.strides.len() || tensor.extent().is_none() {
                return Err(damaged());
            }
            Ok(Some(tensor))
        }
        // (tensor, whether it is trained, hooks): a tensor within, but not within once more.
        Some("torch._utils._rebuild_parameter") => match arguments.first() {
            Some(inner) if inner.class().as_deref() == Some("torch._utils._rebuild_tensor_v2") => stored_tensor(name, *inner),
            _ => Err(CheckpointError::refused(name, "a parameter without a tensor")),
        },
        Some(other) if other.starts_with("torch._utils._rebuild") => {
            Err(CheckpointError::refused(name, format!("tensors made by {other} are not known")))
        }
        _ => Ok(None),
    }
}

/// `("storage", torch.FloatStorage, "0", "cpu", length)`: name in the archive and type of numbers.
fn storage_of(name: &str, storage: View<'_>) -> Result<(String, ElementType), CheckpointError> {
    let parts: Vec<View<'_>> = storage.persistent().map(|p| p.elements().collect()).unwrap_or_default();
    let [_, class, key, ..] = parts.as_slice() else {
        return Err(CheckpointError::refused(name, "a tensor without a storage"));
    };
    let class = class.global().unwrap_or_default();
    let element = match class.as_str() {
        "torch.HalfStorage" => ElementType::F16,
        "torch.BFloat16Storage" => ElementType::BF16,
        "torch.FloatStorage" => ElementType::F32,
        "torch.DoubleStorage" => ElementType::F64,
        "torch.CharStorage" => ElementType::I8,
        "torch.ShortStorage" => ElementType::I16,
        "torch.IntStorage" => ElementType::I32,
        "torch.LongStorage" => ElementType::I64,
        "torch.ByteStorage" => ElementType::U8,
        "torch.BoolStorage" => ElementType::Bool,
        _ => return Err(CheckpointError::refused(name, format!("numbers of type {class} are not known"))),
    };
    let key = key
        .text()
        .filter(|key| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit()));
    match key {
        Some(key) => Ok((key.to_owned(), element)),
        None => Err(CheckpointError::refused(name, "its storage is not named by a number")),
    }
}

impl StoredTensor {
    /// Numbers of the storage that the tensor reaches over from its offset on; none beyond reason.
    fn extent(&self) -> Option<usize> {
        if numbers_of(&self.shape)? == 0 {
            return Some(0);
        }
        let last = self.shape.iter().zip(&self.strides).try_fold(0_usize, |last, (length, stride)| {
            last.checked_add((length - 1).checked_mul(*stride)?)
        })?;
        numbers_of(&[last.checked_add(1)?])
    }

    /// Whether the numbers stand in rows without gaps.
    fn is_in_rows(&self) -> bool {
        let expected = row_strides(&self.shape);
        let axes = self.shape.iter().zip(&self.strides).zip(expected);
        axes.into_iter()
            .all(|((length, stride), expected)| *length == 1 || *stride == expected)
    }
}

impl<R: Read + Seek> Checkpoint for TorchCheckpoint<R> {
    fn names(&self) -> Vec<String> {
        self.tensors.keys().cloned().collect()
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.tensors.get(name).map(|tensor| tensor.shape.clone())
    }

    fn read(&mut self, name: &str) -> Result<Tensor, CheckpointError> {
        let tensor = self.tensors.get(name).ok_or_else(|| CheckpointError::NoTensor(name.to_owned()))?;
        let cut_off = || CheckpointError::CutOff(name.to_owned());
        let size = tensor.element.bytes();
        let (skipped, length) = tensor
            .offset
            .checked_mul(size)
            .zip(tensor.extent().map(|extent| extent * size))
            .ok_or_else(cut_off)?;
        // A tensor that repeats numbers (a stride of 0) would be larger than its file.
        if numbers_of(&tensor.shape) > tensor.extent() {
            return Err(CheckpointError::refused(name, "its numbers overlap"));
        }
        let member = format!("{}data/{}", self.root, tensor.storage);
        let bytes = read_member(&mut self.archive, &member, skipped as u64, length as u64)?;
        if bytes.len() != length {
            return Err(cut_off());
        }
        let rows = if tensor.is_in_rows() {
            bytes
        } else {
            gather(&bytes, size, 0, &tensor.shape, &tensor.strides).ok_or_else(cut_off)?
        };
        Tensor::new(name, tensor.element, tensor.shape.clone(), rows)
    }
}

/// Reads up to `length` bytes of a member from `skipped` on. PyTorch never compresses, so a member is no longer than the file: nothing
/// unfolds.
fn read_member<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str, skipped: u64, length: u64) -> Result<Vec<u8>, CheckpointError> {
    let mut member = archive
        .by_name(name)
        .map_err(|source| CheckpointError::Archive { format: FORMAT, source })?;
    if member.compression() != CompressionMethod::Stored {
        return Err(CheckpointError::refused(
            name,
            "the members of a PyTorch checkpoint are never compressed",
        ));
    }
    let failed = |source| CheckpointError::Read {
        part: name.to_owned(),
        source,
    };
    std::io::copy(&mut (&mut member).take(skipped), &mut std::io::sink()).map_err(failed)?;
    let mut bytes = Vec::new();
    member.take(length).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
