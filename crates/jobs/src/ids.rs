//! One type for each kind of id. Ids sort by the time they were made (UUID version 7) and carry their kind in text:
//! `job_0199...`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Text that is not an id of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an id of the form {prefix}_<32 hexadecimal digits>")]
pub struct IdError {
    text: String,
    prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// What its text begins with.
            pub const PREFIX: &'static str = $prefix;

            /// An id made at this time (milliseconds since 1970) with these random bytes.
            pub fn at(unix_ms: u64, random: [u8; 10]) -> $name {
                $name(uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid())
            }

            /// The bare number, for storage.
            pub fn uuid(self) -> Uuid {
                self.0
            }

            /// An id from storage.
            pub fn from_uuid(uuid: Uuid) -> $name {
                $name(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, out)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<$name, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|digits| digits.len() == 32)
                    .and_then(|digits| Uuid::try_parse(digits).ok())
                    .map($name)
                    .ok_or_else(|| IdError { text: text.chars().take(60).collect(), prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$name, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A job.
    JobId,
    "job"
);
id!(
    /// Many jobs submitted together: a playlist, a channel, a list.
    BatchId,
    "batch"
);
id!(
    /// A video somewhere, whoever submitted it.
    SourceId,
    "source"
);
id!(
    /// A labelled performance.
    PerformanceId,
    "performance"
);
id!(
    /// An API key.
    KeyId,
    "key"
);
id!(
    /// A file being uploaded.
    UploadId,
    "upload"
);
id!(
    /// Somewhere webhooks are sent.
    EndpointId,
    "endpoint"
);
id!(
    /// A worker process, from its start to its end.
    WorkerId,
    "worker"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_as_its_own_kind_only() {
        let id = JobId::at(1_700_000_000_000, [7; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().parse::<BatchId>().is_err());
        assert!("job_".parse::<JobId>().is_err());
        assert!("job_zz99a0f0a0f0a0f0a0f0a0f0a0f0a0f0".parse::<JobId>().is_err());
    }

    #[test]
    fn later_ids_sort_later() {
        assert!(JobId::at(1_700_000_000_000, [255; 10]) < JobId::at(1_700_000_000_001, [0; 10]));
        assert!(JobId::at(1_700_000_000_000, [255; 10]).to_string() < JobId::at(1_700_000_000_001, [0; 10]).to_string());
    }
}
