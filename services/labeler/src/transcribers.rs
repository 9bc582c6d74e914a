//! Transcribers out of the model store, ready to run.

use bootstrap::models::{ModelStore, NotInstalled};
use checkpoints::CheckpointError;
use hearing::basic_pitch::notes::NoteSettings;
use hearing::transkun::segments::Segmentation;
use inference::basic_pitch::BasicPitch;
use inference::runtime::{Runtime, RuntimeError, SessionSettings};
use inference::transkun::{Transkun, TranskunError, TranskunFiles, convert};
use std::path::{Path, PathBuf};

/// Why a transcriber cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum OpenTranscriberError {
    /// Something was not fetched.
    #[error(transparent)]
    NotInstalled(#[from] NotInstalled),
    /// A model file cannot be read or written.
    #[error("the model file {} cannot be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Transkun's weights cannot be converted.
    #[error("Transkun's weights cannot be converted")]
    Convert(#[from] CheckpointError),
    /// ONNX Runtime refuses.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// Transkun refuses.
    #[error(transparent)]
    Transkun(#[from] TranskunError),
}

/// One thread costs the fewest CPU seconds.
const SETTINGS: SessionSettings = SessionSettings { intra_threads: 1 };

/// Transkun version 2.
pub fn transkun(store: &ModelStore) -> Result<Transkun, OpenTranscriberError> {
    let files = transkun_files(store)?;
    let sums = weights_sha256(store, "transkun");
    Ok(Transkun::new(&runtime(store)?, &files, sums, Segmentation::ECONOMICAL, SETTINGS)?)
}

/// basic-pitch.
pub fn basic_pitch(store: &ModelStore) -> Result<BasicPitch, OpenTranscriberError> {
    let onnx = read(&store.file("basic-pitch", "basic_pitch_nmp.onnx")?)?;
    let sums = weights_sha256(store, "basic-pitch");
    Ok(BasicPitch::new(&runtime(store)?, &onnx, sums, NoteSettings::PIANO, SETTINGS)?)
}

fn runtime(store: &ModelStore) -> Result<Runtime, OpenTranscriberError> {
    Ok(Runtime::load(&store.file("onnxruntime", "libonnxruntime.so")?)?)
}

fn weights_sha256(store: &ModelStore, package: &str) -> Vec<String> {
    store.package(package).files.iter().map(|file| file.sha256.clone()).collect()
}

/// Transkun's networks, converted from its weights once and kept beside them. The folder's name changes with what the
/// converter writes.
pub fn transkun_files(store: &ModelStore) -> Result<TranskunFiles, OpenTranscriberError> {
    const FOLDER: &str = "onnx-2";
    let folder = store.package_folder("transkun").join(FOLDER);
    let [encoder, attributes, front_end] = ["encoder.onnx", "attributes.onnx", "front_end.f32"].map(|name| folder.join(name));
    if [&encoder, &attributes, &front_end].iter().all(|path| path.is_file()) {
        return Ok(TranskunFiles {
            encoder_onnx: read(&encoder)?,
            attributes_onnx: read(&attributes)?,
            front_end: read(&front_end)?,
        });
    }
    let files = convert(&read(&store.file("transkun", "transkun_2.0.pt")?)?)?;
    write(&encoder, &files.encoder_onnx)?;
    write(&attributes, &files.attributes_onnx)?;
    write(&front_end, &files.front_end)?;
    Ok(files)
}

fn read(path: &Path) -> Result<Vec<u8>, OpenTranscriberError> {
    std::fs::read(path).map_err(|source| OpenTranscriberError::File {
        path: path.to_owned(),
        source,
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), OpenTranscriberError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder).and_then(|()| artifacts::write_whole(path, bytes));
    written.map_err(|source| OpenTranscriberError::File {
        path: path.to_owned(),
        source,
    })
}
