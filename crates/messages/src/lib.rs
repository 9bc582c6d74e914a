//! What travels through the broker, as proto/ defines it.
//!
//! Messages come from outside: they are read into our own words, and what cannot be read is an error, never a panic.

use jobs::{Class, JobId, JobKind};
use prost::Message;

mod generated {
    include!(concat!(env!("OUT_DIR"), "/toccata.v1.rs"));
}

/// No message is longer: about 100 bytes are needed, the rest is room for later versions.
const BYTES_MAX: usize = 4096;

/// A job may be ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobReady {
    /// Which (a hint).
    pub job: JobId,
    /// What it needs.
    pub kind: JobKind,
    /// How urgent.
    pub class: Class,
    /// When it became available, milliseconds since 1970; never 0.
    pub available_ms: i64,
}

/// Bytes that are no message of ours.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Longer than any message of ours.
    #[error("a message of {0} bytes is none of ours: they have at most {BYTES_MAX}")]
    TooLong(usize),
    /// Not in the format.
    #[error("the message is not a JobReady")]
    Format(#[from] prost::DecodeError),
    /// The job's id is none.
    #[error("the message names no job")]
    Job(#[from] jobs::IdError),
    /// The kind or class is unknown here.
    #[error("the message names something unknown here")]
    Name(#[from] jobs::UnknownName),
    /// Its last field is missing, which every writer sets: it was cut.
    #[error("the message does not say when its job became available")]
    Time,
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
        if bytes.len() > BYTES_MAX {
            return Err(DecodeError::TooLong(bytes.len()));
        }
        let message = generated::JobReady::decode(bytes)?;
        if message.available_ms <= 0 {
            return Err(DecodeError::Time);
        }
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

    /// Programs of the first version that still run read what we write.
    #[test]
    fn the_same_bytes_are_written_today() {
        assert_eq!(bell().encode(), FIRST);
    }

    #[test]
    fn fields_of_later_versions_are_passed_over() {
        // Field 15, of two bytes.
        let longer = [FIRST, &[0x7a, 2, 1, 2]].concat();
        assert_eq!(JobReady::decode(&longer).unwrap(), bell());
    }

    #[test]
    fn forged_and_broken_messages_are_errors() {
        assert!(JobReady::decode(b"hello").is_err());
        for length in 0..FIRST.len() {
            assert!(JobReady::decode(&FIRST[..length]).is_err(), "cut after {length} bytes");
        }
        let long = [FIRST, &[0; BYTES_MAX]].concat();
        assert!(matches!(JobReady::decode(&long), Err(DecodeError::TooLong(_))));
        let mut other = bell().encode();
        other[5] = 255;
        assert!(JobReady::decode(&other).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_are_a_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let _ = JobReady::decode(&bytes);
        }
    }
}
