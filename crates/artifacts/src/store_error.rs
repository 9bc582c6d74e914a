//! How a step of the artifact store fails, and whether trying later can help.

use crate::ContentHash;
use object_store::client::HttpError;
use std::error::Error;
use std::io;
use std::path::PathBuf;

type Cause = Box<dyn Error + Send + Sync>;

/// What was asked of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Storing an object.
    Put,
    /// Reading one.
    Get,
    /// Asking about one.
    Head,
    /// Deleting one.
    Delete,
    /// Listing many.
    List,
    /// Signing an address.
    Sign,
}

impl std::fmt::Display for Operation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Operation::Put => "put",
            Operation::Get => "get",
            Operation::Head => "head",
            Operation::Delete => "delete",
            Operation::List => "list",
            Operation::Sign => "sign",
        })
    }
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store's address or keys cannot be used.
    #[error("{url:?} cannot be used as an artifact store: {reason}")]
    Config {
        /// As configured.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// Not a key: empty parts, or other signs than `A-Z a-z 0-9 . _ -`.
    #[error("{key:?} is not an object's key")]
    Key {
        /// As given.
        key: String,
    },
    /// There is no such object.
    #[error("there is no object {key}")]
    Missing {
        /// Its key.
        key: String,
    },
    /// The server was not reached, was too busy or too slow, for as long as it was asked again.
    #[error("the store did not answer in time or not well: {operation} {key}")]
    Unavailable {
        /// What was asked.
        operation: Operation,
        /// Of which object.
        key: String,
        /// The last failure.
        source: Cause,
    },
    /// The disk of the store, or our quota there, is full.
    #[error("the store is full: {operation} {key}")]
    Full {
        /// What was asked.
        operation: Operation,
        /// Of which object.
        key: String,
        /// The failure.
        source: Cause,
    },
    /// The server does not accept our keys for this.
    #[error("the store forbids us to {operation} {key}")]
    Forbidden {
        /// What was asked.
        operation: Operation,
        /// Of which object.
        key: String,
        /// The server's answer.
        source: Cause,
    },
    /// Fewer bytes came than the object has. Often a connection that was cut.
    #[error("{key} ends after {got_bytes} of {expected_bytes} bytes")]
    Truncated {
        /// Its key.
        key: String,
        /// Its length.
        expected_bytes: u64,
        /// What came.
        got_bytes: u64,
    },
    /// The bytes are not those the object is named for.
    #[error("{key} is damaged: its content has the hash {found}, not {expected}")]
    Damaged {
        /// Its key.
        key: String,
        /// The hash it is named for.
        expected: ContentHash,
        /// The hash of what is there.
        found: ContentHash,
    },
    /// The object's length is not what was recorded.
    #[error("{key} is damaged: it has {found_bytes} bytes, not {expected_bytes}")]
    WrongSize {
        /// Its key.
        key: String,
        /// As recorded.
        expected_bytes: u64,
        /// As stored.
        found_bytes: u64,
    },
    /// An object is larger than the caller can hold.
    #[error("{key} has {size_bytes} bytes; at most {max_bytes} are read at once")]
    TooLarge {
        /// Its key.
        key: String,
        /// Its length.
        size_bytes: u64,
        /// The caller's limit.
        max_bytes: u64,
    },
    /// What was to be stored has another hash than was promised; nothing was stored.
    #[error("the content to be stored has the hash {found}, not {expected}")]
    NotAsPromised {
        /// The hash promised, or found at the first reading.
        expected: ContentHash,
        /// The hash found while storing.
        found: ContentHash,
    },
    /// A file on this machine cannot be read or written.
    #[error("the file {} cannot be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The failure.
        source: io::Error,
    },
    /// Anything else the server answered.
    #[error("the store failed to {operation} {key}")]
    Failed {
        /// What was asked.
        operation: Operation,
        /// Of which object.
        key: String,
        /// The failure.
        source: Cause,
    },
}

impl StoreError {
    /// Whether the same step may succeed later without anybody doing anything about it.
    pub fn is_transient(&self) -> bool {
        match self {
            StoreError::Unavailable { .. } | StoreError::Full { .. } | StoreError::Truncated { .. } => true,
            StoreError::File { source, .. } => is_full(source.kind()),
            _ => false,
        }
    }

    /// An error of the library, with what was asked.
    pub(crate) fn of(operation: Operation, key: &str, error: object_store::Error) -> StoreError {
        let key = key.to_owned();
        match error {
            object_store::Error::NotFound { .. } => StoreError::Missing { key },
            error @ (object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }) => StoreError::Forbidden {
                operation,
                key,
                source: error.into(),
            },
            error => {
                let (nature, source) = (nature(&error), error.into());
                match nature {
                    Nature::Transient => StoreError::Unavailable { operation, key, source },
                    Nature::Full => StoreError::Full { operation, key, source },
                    Nature::Permanent => StoreError::Failed { operation, key, source },
                }
            }
        }
    }
}

enum Nature {
    Transient,
    Full,
    Permanent,
}

/// The nature of a failure, from the first of its causes that tells: a failed connection, the disk, the server's answer.
fn nature(error: &object_store::Error) -> Nature {
    // S3 tells of two requests that hinder one another as a conflict; we put without conditions, so nothing else is meant.
    if let object_store::Error::AlreadyExists { .. } = error {
        return Nature::Transient;
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<HttpError>() {
            return Nature::Transient;
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return if is_full(error.kind()) { Nature::Full } else { Nature::Permanent };
        }
        if is_busy_answer(&error.to_string()) {
            return Nature::Transient;
        }
        cause = error.source();
    }
    Nature::Permanent
}

/// Whether a message tells of an answer that may be better next time. `object_store` has the status in a type that it does not
/// make public, so its text (0.14, `client/retry.rs`) is read; the stories about a refusing server hold this.
fn is_busy_answer(message: &str) -> bool {
    // An error inside a successful answer, which S3 gives to long requests: only InternalError and SlowDown are told so.
    if message.starts_with("Server returned error response: ") {
        return true;
    }
    let Some(status_and_body) = message.strip_prefix("Server returned non-2xx status code: ") else {
        return false;
    };
    // 501 is a request the server will never know. S3 reports a sender that was too slow as a bad request of this name.
    let busy_status = status_and_body.starts_with('5') && !status_and_body.starts_with("501");
    busy_status || status_and_body.starts_with("429") || status_and_body.starts_with("408") || status_and_body.contains("RequestTimeout")
}

fn is_full(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
