//! ONNX Runtime, loaded from a library file when first needed.

use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// ONNX Runtime, ready to make sessions. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    environment: Environment,
}

/// Why a network cannot be run at all.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The library file is missing, or is not ONNX Runtime, or is too old.
    #[error("ONNX Runtime cannot be loaded from {}", path.display())]
    Load {
        /// The library file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A process has one ONNX Runtime, and it came from another file.
    #[error("ONNX Runtime is already loaded from {}", path.display())]
    AlreadyLoaded {
        /// The file it was loaded from.
        path: PathBuf,
    },
    /// The network was refused.
    #[error("ONNX Runtime cannot prepare the network {model}")]
    Session {
        /// Which network.
        model: String,
        /// Why.
        #[source]
        source: ort::Error,
    },
}

/// What ONNX Runtime may use for one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionSettings {
    /// Threads inside an operator. One costs the fewest CPU seconds; more shorten the wait.
    pub intra_threads: usize,
}

/// The one environment of this process, and the file it came from. `ort` allows a single one for the life of the process.
static LOADED: Mutex<Option<(PathBuf, Runtime)>> = Mutex::new(None);

impl Runtime {
    /// Loads ONNX Runtime from its library (`libonnxruntime.so.1.32.0` in the Python wheel). Loading the same file again gives the same
    /// runtime.
    pub fn load(library: &Path) -> Result<Runtime, RuntimeError> {
        // A panic while loading leaves `None` behind, which is still true.
        let mut loaded = LOADED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((path, runtime)) = loaded.as_ref() {
            return if path == library {
                Ok(runtime.clone())
            } else {
                Err(RuntimeError::AlreadyLoaded { path: path.clone() })
            };
        }
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| RuntimeError::Load {
            path: library.to_owned(),
            source,
        };
        let environment = ort::init_from(library)
            .map_err(|error| failed(Box::new(error)))?
            .with_name("toccata")
            .with_telemetry(false)
            .build()
            .map_err(|error| failed(Box::new(error)))?;
        let runtime = Runtime { environment };
        *loaded = Some((library.to_owned(), runtime.clone()));
        Ok(runtime)
    }

    /// Prepares a network given as the bytes of an ONNX file. `name` is for error messages.
    pub fn session(&self, name: &str, onnx: &[u8], settings: SessionSettings) -> Result<Session, RuntimeError> {
        self.try_session(onnx, settings).map_err(|source| RuntimeError::Session {
            model: name.to_owned(),
            source,
        })
    }

    /// Waiting threads sleep instead of spinning: spinning wins milliseconds and costs CPU seconds that other work on the
    /// machine needs.
    fn try_session(&self, onnx: &[u8], settings: SessionSettings) -> Result<Session, ort::Error> {
        Session::builder(&self.environment)?
            .with_optimization_level(GraphOptimizationLevel::All)?
            .with_intra_threads(settings.intra_threads.max(1))?
            .with_inter_threads(1)?
            .with_intra_op_spinning(false)?
            .with_inter_op_spinning(false)?
            .commit_from_memory(onnx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_not_there_is_named() {
        let error = Runtime::load(Path::new("/nowhere/libonnxruntime.so"))
            .err()
            .map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some("ONNX Runtime cannot be loaded from /nowhere/libonnxruntime.so")
        );
    }
}
