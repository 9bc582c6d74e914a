//! What travels through the broker, as proto/ defines it.
//!
//! Messages come from outside: they are read into our own words, and what cannot be read is an error, never a panic.

use jobs::{Class, JobId, JobKind};
use prost::Message;

mod generated {
    include!(concat!(env!("OUT_DIR"), "/toccata.v1.rs"));
}

/// A job may be ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobReady {
    /// Which (a hint).
    pub job: JobId,
    /// What it needs.
    pub kind: JobKind,
    /// How urgent.
    pub class: Class,
    /// When it became available, milliseconds since 1970.
    pub available_ms: i64,
}

/// Bytes that are no message of ours.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not in the format.
    #[error("the message is not a JobReady")]
    Format(#[from] prost::DecodeError),
    /// The job's id is none.
    #[error("the message names no job")]
    Job(#[from] jobs::IdError),
    /// The kind or class is unknown here.
    #[error("the message names something unknown here")]
    Name(#[from] jobs::UnknownName),
}

impl JobReady {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        generated::JobReady {
            job_id: self.job.to_string(),
            kind: self.kind.name().to_owned(),
            class: self.class.name().to_owned(),
            available_ms: self.available_ms,
        }
        .encode_to_vec()
    }

    /// A message from its bytes; fields of newer versions are passed over.
    pub fn decode(bytes: &[u8]) -> Result<JobReady, DecodeError> {
        let message = generated::JobReady::decode(bytes)?;
        Ok(JobReady {
            job: message.job_id.parse()?,
            kind: message.kind.parse()?,
            class: message.class.parse()?,
            available_ms: message.available_ms,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bell() -> JobReady {
        JobReady {
            job: JobId::at(1_700_000_000_000, [7; 10]),
            kind: JobKind::LabelPerformance,
            class: Class::Backfill,
            available_ms: 1_700_000_000_001,
        }
    }

    /// A message as the first version wrote it. This file is never written again.
    const FIRST: &[u8] = include_bytes!("../tests/golden/job_ready_1.bin");

    #[test]
    fn messages_of_the_first_version_can_be_read() {
        assert_eq!(JobReady::decode(FIRST).unwrap(), bell());
    }

    #[test]
    fn fields_of_later_versions_are_passed_over() {
        // Field 15, of two bytes.
        let longer = [FIRST, &[0x7a, 2, 1, 2]].concat();
        assert_eq!(JobReady::decode(&longer).unwrap(), bell());
    }

    #[test]
    fn forged_and_broken_messages_are_errors() {
        for broken in [&b""[..], b"hello", &FIRST[..FIRST.len() / 2]] {
            assert!(JobReady::decode(broken).is_err(), "{broken:?}");
        }
        let mut other = bell().encode();
        other[5] = 255;
        assert!(JobReady::decode(&other).is_err());
    }
}
