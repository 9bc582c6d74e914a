//! The secrets of API keys. Only their hash is kept: they are random, so a plain SHA-256 cannot be searched.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What a secret begins with, so that scanners find leaked ones.
const PREFIX: &str = "tcc_";
const RANDOM_BYTES: usize = 32;

/// A key's secret: shown once, when it is made.
pub struct KeySecret(String);

impl KeySecret {
    /// A new one, from the system's random numbers.
    pub fn random() -> std::io::Result<KeySecret> {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        Ok(KeySecret(format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// What its owner sends: `Authorization: Bearer tcc_...`.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What the catalog keeps.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// The hash under which a secret is found; none for text that is no secret of ours.
pub fn hash_of_secret(text: &str) -> Option<[u8; 32]> {
    let random = text.strip_prefix(PREFIX)?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(random).ok()?;
    (bytes.len() == RANDOM_BYTES).then(|| Sha256::digest(text).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_under_its_hash() {
        let (one, other) = (KeySecret::random().unwrap(), KeySecret::random().unwrap());
        assert_eq!(hash_of_secret(one.text()), Some(one.sha256()));
        assert_ne!(one.sha256(), other.sha256());
        assert_eq!(hash_of_secret("tcc_short"), None);
        assert_eq!(hash_of_secret(&one.text()[1..]), None);
    }
}
