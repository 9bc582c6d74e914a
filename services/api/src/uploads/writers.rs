//! One writer at a time for each upload.

use jobs::UploadId;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Uploads to which somebody writes in this process.
#[derive(Clone, Debug, Default)]
pub struct Writers(Arc<Mutex<HashSet<UploadId>>>);

/// The right to write to an upload, until dropped.
#[derive(Debug)]
pub struct Writer {
    writers: Writers,
    upload: UploadId,
}

impl Writers {
    /// The right to write to an upload, unless somebody has it.
    pub fn enter(&self, upload: UploadId) -> Option<Writer> {
        let entered = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(upload);
        entered.then(|| Writer {
            writers: self.clone(),
            upload,
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.writers.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.upload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_writes_at_a_time() {
        let (writers, upload) = (Writers::default(), UploadId::at(1, [0; 10]));
        let first = writers.enter(upload);
        assert!(first.is_some() && writers.enter(upload).is_none());
        assert!(writers.enter(UploadId::at(2, [0; 10])).is_some());
        drop(first);
        assert!(writers.enter(upload).is_some());
    }
}
