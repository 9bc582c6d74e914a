//! Every reader against damaged files: cut off at every length, and with bytes changed. Each gives tensors or a refusal, never a panic; and
//! small files that claim to be large are refused before memory is taken.

use checkpoints::numpy::{Npz, read_npy};
use checkpoints::pickle::Pickle;
use checkpoints::torch::TorchCheckpoint;
use checkpoints::{Checkpoint, CheckpointError};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::io::{Cursor, Write};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

const PICKLE: &[u8] = include_bytes!("golden/hand_python2.pkl");
const PICKLE_4: &[u8] = include_bytes!("golden/hand_protocol4.pkl");
const TORCH: &[u8] = include_bytes!("golden/lightning.ckpt");
const NPZ: &[u8] = include_bytes!("golden/compressed.npz");

/// Changed copies of each file that are tried.
const CHANGED_COPIES: usize = 4_000;

/// Calls `read` with every beginning of `whole`, and with copies in which one to eight bytes are changed. Returns how many were refused.
fn damage(whole: &[u8], read: fn(&[u8]) -> Result<(), CheckpointError>) -> usize {
    read(whole).unwrap();
    let mut refused = (0..whole.len()).filter(|length| read(&whole[..*length]).is_err()).count();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for _ in 0..CHANGED_COPIES {
        let mut copy = whole.to_vec();
        for _ in 0..random.random_range(1..=8) {
            let at = random.random_range(0..copy.len());
            copy[at] = random.random();
        }
        refused += usize::from(read(&copy).is_err());
    }
    refused
}

fn read_pickle(bytes: &[u8]) -> Result<(), CheckpointError> {
    let pickle = Pickle::read(bytes)?;
    for (key, value) in pickle.root().items() {
        let name = key.text().unwrap_or("no name");
        if let Err(error) = value.array(name)
            && let Err(CheckpointError::CutOff(_)) = value.sparse(name)
        {
            return Err(error);
        }
    }
    Ok(())
}

fn read_all(mut checkpoint: impl Checkpoint) -> Result<(), CheckpointError> {
    let names = checkpoint.names();
    for name in names.iter().filter(|name| *name != "repeated") {
        checkpoint.read(name)?.to_floats();
    }
    Ok(())
}

fn read_torch(bytes: &[u8]) -> Result<(), CheckpointError> {
    read_all(TorchCheckpoint::open(Cursor::new(bytes), &["state_dict"])?)
}

fn read_npz(bytes: &[u8]) -> Result<(), CheckpointError> {
    read_all(Npz::open(Cursor::new(bytes))?)
}

#[test]
fn damaged_pickles_are_refused_or_read() {
    assert!(damage(PICKLE, read_pickle) >= PICKLE.len());
    assert!(damage(PICKLE_4, read_pickle) >= PICKLE_4.len());
}

#[test]
fn damaged_pytorch_files_are_refused_or_read() {
    assert!(damage(TORCH, read_torch) >= TORCH.len());
}

#[test]
fn damaged_npz_files_are_refused_or_read() {
    assert!(damage(NPZ, read_npz) >= NPZ.len());
}

fn archive(compression: CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = SimpleFileOptions::default().compression_method(compression);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The pickle of a dictionary of one tensor `w` of 32-bit floats, in storage 0.
fn pickle_of_tensor(offset: u32, shape: [u32; 2], strides: [u32; 2]) -> Vec<u8> {
    // A whole number of five bytes, the last of which is the sign.
    let number = |number: u32| [&[0x8a, 5], number.to_le_bytes().as_slice(), &[0]].concat();
    let pair = |pair: [u32; 2]| [number(pair[0]), number(pair[1]), vec![0x86]].concat();
    let mut pickle = b"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n(".to_vec();
    pickle.extend(b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQ");
    pickle.extend([number(offset), pair(shape), pair(strides), b"\x89NtRs.".to_vec()].concat());
    pickle
}

#[test]
fn large_claims_take_no_memory() {
    let read = |pickle: &[u8]| {
        read_torch(&archive(
            CompressionMethod::Stored,
            &[("m/data.pkl", pickle), ("m/data/0", &[0; 16])],
        ))
    };
    let check = |pickle: &[u8], expected: &str| {
        let found = read(pickle).unwrap_err().to_string();
        assert!(found.contains(expected), "{found:?}, not {expected:?}");
    };
    let huge = u32::MAX;
    read(&pickle_of_tensor(0, [2, 2], [2, 1])).unwrap();
    check(&pickle_of_tensor(0, [2, 3], [3, 1]), "cut off");
    check(&pickle_of_tensor(1, [2, 2], [2, 1]), "cut off");
    check(&pickle_of_tensor(huge, [2, 2], [2, 1]), "cut off");
    check(&pickle_of_tensor(0, [1 << 13, 1 << 13], [1 << 13, 1]), "cut off");
    check(&pickle_of_tensor(0, [huge, huge], [huge, 1]), "not as PyTorch writes them");
    check(&pickle_of_tensor(0, [2, 2], [huge, huge]), "not as PyTorch writes them");
    check(&pickle_of_tensor(0, [1 << 13, 1 << 13], [0, 0]), "overlap");

    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (16384, 16384), }";
    let npy = [
        b"\x93NUMPY\x01\x00".as_slice(),
        &[header.len() as u8, 0],
        header.as_bytes(),
        &[0; 8],
    ]
    .concat();
    assert!(matches!(read_npy("a", npy.as_slice()), Err(CheckpointError::CutOff(_))));
}

#[test]
fn archives_that_unfold_are_refused_or_cut_short() {
    // 64 MB of zeros in 64 kB: PyTorch never compresses, and an array's shape says how much is read.
    let zeros = vec![0; 64 << 20];
    let torch = archive(
        CompressionMethod::Deflated,
        &[("m/data.pkl", &pickle_of_tensor(0, [2, 2], [2, 1])), ("m/data/0", &zeros)],
    );
    assert!(read_torch(&torch).unwrap_err().to_string().contains("never compressed"));
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }";
    let npy = [b"\x93NUMPY\x01\x00".as_slice(), &[header.len() as u8, 0], header.as_bytes(), &zeros].concat();
    let npz = archive(CompressionMethod::Deflated, &[("a.npy", &npy)]);
    let array = Npz::open(Cursor::new(npz)).unwrap().read("a").unwrap();
    assert_eq!(array.to_integers().unwrap(), [0, 0, 0]);
}
