//! Names of artifacts: the hash of their bytes.

use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// sha256 of an artifact's bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ContentHash(String);

/// Text that is no sha256: 64 lower-case hexadecimal digits are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a sha256 in lower-case hexadecimal digits")]
pub struct NotAHash(String);

/// An artifact as the catalog records it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactRef {
    /// Hash of its bytes.
    pub sha256: ContentHash,
    /// Its length.
    pub size_bytes: u64,
}

impl ContentHash {
    /// Where objects with such names stand.
    pub const PREFIX: &'static str = "sha256";

    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> ContentHash {
        ContentHash::from_hasher(Sha256::new_with_prefix(bytes))
    }

    pub(crate) fn from_hasher(hasher: Sha256) -> ContentHash {
        ContentHash(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of the object with this content: `sha256/ab/cdef...`. The first digits make folders that stay small.
    pub fn key(&self) -> String {
        let (folder, rest) = self.0.split_at(2);
        format!("{}/{folder}/{rest}", ContentHash::PREFIX)
    }

    /// The hash a key stands for; none if it is no such key.
    pub fn from_key(key: &str) -> Option<ContentHash> {
        let (folder, rest) = key.strip_prefix(ContentHash::PREFIX)?.strip_prefix('/')?.split_once('/')?;
        let hash: ContentHash = format!("{folder}{rest}").parse().ok()?;
        (hash.key() == key).then_some(hash)
    }
}

impl ArtifactRef {
    /// The key of its object.
    pub fn key(&self) -> String {
        self.sha256.key()
    }
}

impl FromStr for ContentHash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<ContentHash, NotAHash> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(digit) {
            Ok(ContentHash(text.to_owned()))
        } else {
            Err(NotAHash(text.chars().take(80).collect()))
        }
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<ContentHash, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_hashes_stand_for_one_another() {
        let hash = ContentHash::of(b"abc");
        assert_eq!(
            hash.key(),
            "sha256/ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(ContentHash::from_key(&hash.key()), Some(hash));
        for wrong in ["sha256/ba/78", "sha256", "stages/ba/7816", &format!("sha256/{}/0", "a".repeat(63))] {
            assert_eq!(ContentHash::from_key(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_lower_case_hexadecimal_of_the_right_length_is_a_hash() {
        for wrong in ["", "ab", &"A".repeat(64), &"é".repeat(32), &"a".repeat(65)] {
            assert!(wrong.parse::<ContentHash>().is_err(), "{wrong}");
        }
    }
}
