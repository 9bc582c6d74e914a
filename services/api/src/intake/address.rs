//! What an address means here: what is allowed is a matter of the settings.

use crate::config::ApiConfig;
use ::sources::identity::{Identity, IdentityKind, identify};
use std::path::Path;
use url::Url;

/// What an address means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A video on the web.
    Video(Identity),
    /// Many videos, which have to be listed first.
    Playlist(Identity),
    /// An object in an allowed bucket.
    Bucket(Identity),
    /// A file of this machine.
    Path(String),
}

/// Why an address is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable name of the reason.
    pub code: &'static str,
    /// What is wrong, and what to do.
    pub message: String,
}

/// What an address means, or why it is not accepted.
pub fn meaning(settings: &ApiConfig, text: &str) -> Result<Meaning, Refusal> {
    if let Some(path) = local_path(text) {
        return if settings.dev.local_paths {
            Ok(Meaning::Path(path))
        } else {
            let message = "files of this machine are only taken in development: upload the file instead".to_owned();
            Err(Refusal {
                code: "local_path_not_allowed",
                message,
            })
        };
    }
    let identity = identify(text).map_err(|error| Refusal {
        code: error.code(),
        message: error.to_string(),
    })?;
    match identity.kind {
        IdentityKind::Video => Ok(Meaning::Video(identity)),
        IdentityKind::Playlist => Ok(Meaning::Playlist(identity)),
        IdentityKind::Bucket => allowed_bucket(settings, identity),
    }
}

/// The path, if the text is one or an address of one.
fn local_path(text: &str) -> Option<String> {
    let text = text.trim();
    if Path::new(text).is_absolute() {
        return Some(text.to_owned());
    }
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "file")?;
    let path = url.to_file_path().ok()?;
    path.to_str().map(str::to_owned)
}

fn allowed_bucket(settings: &ApiConfig, identity: Identity) -> Result<Meaning, Refusal> {
    let bucket = identity
        .url
        .strip_prefix("s3://")
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_default();
    if settings.buckets.iter().any(|allowed| allowed == bucket) {
        Ok(Meaning::Bucket(identity))
    } else {
        Err(Refusal {
            code: "bucket_not_allowed",
            message: format!("the bucket {bucket:?} is not among those that may be read"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DevConfig;

    fn settings() -> ApiConfig {
        ApiConfig {
            buckets: vec!["lab".to_owned()],
            ..ApiConfig::default()
        }
    }

    fn check(address: &str, code: &str) {
        assert_eq!(meaning(&settings(), address).unwrap_err().code, code, "{address}");
    }

    #[test]
    fn what_is_not_allowed_is_refused_by_name() {
        check("/etc/passwd", "local_path_not_allowed");
        check("file:///etc/passwd", "local_path_not_allowed");
        check("s3://other/a.mp4", "bucket_not_allowed");
        check("gopher://example.org/", "scheme_not_allowed");
        check("piano", "not_an_address");
    }

    #[test]
    fn allowed_places_are_taken() {
        assert!(matches!(meaning(&settings(), "s3://lab/a.mp4"), Ok(Meaning::Bucket(_))));
        assert!(matches!(
            meaning(&settings(), "https://youtu.be/dQw4w9WgXcQ"),
            Ok(Meaning::Video(_))
        ));
        assert!(matches!(
            meaning(&settings(), "https://www.youtube.com/@somebody"),
            Ok(Meaning::Playlist(_))
        ));
        let open = ApiConfig {
            dev: DevConfig {
                local_paths: true,
                ..DevConfig::default()
            },
            ..settings()
        };
        let path = Meaning::Path("/videos/a b.mp4".to_owned());
        assert_eq!(meaning(&open, "file:///videos/a%20b.mp4"), Ok(path.clone()));
        assert_eq!(meaning(&open, "/videos/a b.mp4"), Ok(path));
    }
}
