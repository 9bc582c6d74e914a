//! Where artifacts are kept, as an operator writes it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// A store: a bucket of an S3 server, or a folder.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// `s3://bucket`, `s3://bucket/prefix`, `file:/folder` or a plain path, taken as it is written.
    pub url: String,
    /// The S3 server, such as `https://s3.example.org:8333`; none means Amazon's.
    pub endpoint: Option<String>,
    /// Under which address clients reach that server, if they do: addresses for them are signed for it. Without one, and with a
    /// server of one's own, no addresses are signed.
    pub public_endpoint: Option<String>,
    /// The S3 region. Most servers that are not Amazon's take any.
    pub region: String,
    /// The S3 key. Without one, Amazon's machine roles are asked; other servers need one.
    pub access_key_id: Option<String>,
    /// The secret that belongs to the key.
    pub secret_access_key: Option<String>,
    /// The session token of temporary keys.
    pub session_token: Option<String>,
    /// The bucket stands in the path (`host/bucket/key`) rather than in the host's name. Most servers that are not Amazon's want
    /// it so.
    pub path_style: bool,
    /// Allows `http://` endpoints.
    pub allow_http: bool,
    /// A server that sends nothing for so long is not waited for any longer; the request is made again.
    pub response_timeout_secs: u64,
    /// Failed requests are made again for so long, then the failure is told. 0: never again.
    pub retry_secs: u64,
}

impl Default for StoreConfig {
    fn default() -> StoreConfig {
        StoreConfig {
            url: String::new(),
            endpoint: None,
            public_endpoint: None,
            region: "us-east-1".to_owned(),
            access_key_id: None,
            secret_access_key: None,
            session_token: None,
            path_style: true,
            allow_http: false,
            // Includes sending a part of an object: 8 MiB takes this long at 1.1 Mbit/s.
            response_timeout_secs: 60,
            // Longer than a server's restart, shorter than people wait.
            retry_secs: 60,
        }
    }
}

impl StoreConfig {
    /// A store in a folder.
    pub fn folder(folder: &Path) -> StoreConfig {
        StoreConfig {
            url: folder.display().to_string(),
            ..StoreConfig::default()
        }
    }

    /// Another bucket of the same server, with the same key.
    pub fn for_bucket(&self, bucket: &str) -> StoreConfig {
        StoreConfig {
            url: format!("s3://{bucket}"),
            ..self.clone()
        }
    }
}

/// Keys and tokens are not shown.
impl fmt::Debug for StoreConfig {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("StoreConfig")
            .field("url", &self.url)
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .field("has_key", &self.access_key_id.is_some())
            .finish_non_exhaustive()
    }
}
