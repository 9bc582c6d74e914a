//! Which video an address means. Two addresses of one video get one name, so that it is fetched and labelled once.

use url::Url;

/// What an address means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Equal names are the same video (or playlist): `youtube:<id>`, `youtube-list:<id>`, `url:<address>`, `s3://bucket/key`.
    pub canonical: String,
    /// The address to ask, without what does not matter.
    pub url: String,
    /// Whose politeness applies: all of YouTube's names are one host.
    pub host: String,
    /// One video or many.
    pub kind: IdentityKind,
}

/// One video or many, and how to get at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityKind {
    /// One video.
    Video,
    /// A playlist, channel or feed: its videos have to be listed.
    Playlist,
    /// An object in a bucket.
    Bucket,
}

/// An address that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not an address at all.
    #[error("{text:?} is not an address: {reason}")]
    NotAnAddress {
        /// What was given, cut short.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Its scheme is not fetched.
    #[error("addresses beginning with {scheme}: are not fetched; use https, or s3 for an allowed bucket")]
    Scheme {
        /// Its scheme.
        scheme: String,
    },
    /// It carries a user name or a password.
    #[error("the address carries a user name or a password; credentials are not taken from addresses")]
    Credentials,
    /// A YouTube address that names no video and no playlist.
    #[error("{url} is on YouTube but names neither a video nor a playlist nor a channel")]
    NotAVideo {
        /// The address.
        url: String,
    },
}

impl AddressError {
    /// The stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            AddressError::NotAnAddress { .. } => "not_an_address",
            AddressError::Scheme { .. } => "scheme_not_allowed",
            AddressError::Credentials => "credentials_in_address",
            AddressError::NotAVideo { .. } => "unsupported_url",
        }
    }
}

/// Longest address that is read; browsers and servers stop at about this.
const ADDRESS_LENGTH_MAX: usize = 8192;

/// The one name of all of YouTube's hosts.
const YOUTUBE: &str = "youtube.com";

/// What an embedded player of a list names in place of a video.
const EMBEDDED_LIST: &str = "videoseries";

/// Beginnings of lists that are made for whoever looks: mixes, watch later, liked.
const PERSONAL_LISTS: &[&str] = &["RD", "UL", "WL", "LL"];

/// What an address means.
pub fn identify(text: &str) -> Result<Identity, AddressError> {
    let text = text.trim();
    let wrong = |reason: &str| AddressError::NotAnAddress {
        text: text.chars().take(80).collect(),
        reason: reason.to_owned(),
    };
    if text.is_empty() {
        return Err(wrong("it is empty"));
    }
    if text.len() > ADDRESS_LENGTH_MAX {
        return Err(wrong("it is longer than 8192 bytes"));
    }
    let mut url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    match url.scheme() {
        "http" | "https" => {}
        "s3" => return bucket(&url).ok_or_else(|| wrong("a bucket's address is s3://bucket/key")),
        scheme => {
            return Err(AddressError::Scheme { scheme: scheme.to_owned() });
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Credentials);
    }
    url.set_fragment(None);
    let host = url
        .host_str()
        .ok_or_else(|| wrong("it has no host"))?
        .trim_end_matches('.')
        .to_owned();
    if is_youtube(&host) {
        return youtube(&url, &host);
    }
    let feed = ["rss", "atom"]
        .iter()
        .any(|word| url.path().to_lowercase().ends_with(&format!(".{word}")));
    Ok(Identity {
        canonical: format!("url:{url}"),
        url: url.to_string(),
        host: host.strip_prefix("www.").unwrap_or(&host).to_owned(),
        kind: if feed { IdentityKind::Playlist } else { IdentityKind::Video },
    })
}

fn bucket(url: &Url) -> Option<Identity> {
    let name = url.host_str()?;
    let key = url.path().trim_start_matches('/');
    (!key.is_empty()).then(|| Identity {
        canonical: format!("s3://{name}/{key}"),
        url: format!("s3://{name}/{key}"),
        host: format!("s3:{name}"),
        kind: IdentityKind::Bucket,
    })
}

fn is_youtube(host: &str) -> bool {
    let domain = |name: &str| host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
    domain("youtube.com") || domain("youtube-nocookie.com") || domain("youtu.be")
}

fn youtube(url: &Url, host: &str) -> Result<Identity, AddressError> {
    let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let mut path = url.path_segments().into_iter().flatten();
    let (first, second) = (path.next().unwrap_or_default(), path.next().unwrap_or_default());
    let short = host.ends_with("youtu.be");
    let id = match first {
        id if short => Some(id.to_owned()),
        // As long as an id, but it is a player of a list.
        "embed" if second == EMBEDDED_LIST => None,
        "shorts" | "embed" | "live" | "v" | "e" => Some(second.to_owned()),
        "watch" => query("v"),
        _ => None,
    };
    // A video that is watched as part of a playlist is one video: who means all of them gives the playlist.
    if let Some(id) = id.filter(|id| is_video_id(id)) {
        return Ok(Identity {
            url: format!("https://www.youtube.com/watch?v={id}"),
            canonical: format!("youtube:{id}"),
            host: YOUTUBE.to_owned(),
            kind: IdentityKind::Video,
        });
    }
    let many = match first {
        "playlist" | "watch" | "embed" => query("list").filter(|list| is_shared_list(list)).map(list_of),
        "feeds" => match (query("channel_id"), query("playlist_id")) {
            (Some(channel), _) if name_is_plain(&channel) => Some(channel_of("channel", &channel)),
            (_, list) => list.filter(|list| is_shared_list(list)).map(list_of),
        },
        "channel" | "c" | "user" if name_is_plain(second) => Some(channel_of(first, second)),
        handle if handle.strip_prefix('@').is_some_and(name_is_plain) => Some((
            format!("youtube-channel:{}", handle.to_lowercase()),
            format!("https://www.youtube.com/{handle}/videos"),
        )),
        _ => None,
    };
    let (canonical, address) = many.ok_or_else(|| AddressError::NotAVideo { url: url.to_string() })?;
    Ok(Identity {
        canonical,
        url: address,
        host: YOUTUBE.to_owned(),
        kind: IdentityKind::Playlist,
    })
}

/// Name and address of a playlist.
fn list_of(list: String) -> (String, String) {
    let address = format!("https://www.youtube.com/playlist?list={list}");
    (format!("youtube-list:{list}"), address)
}

/// Name and address of a channel: of its videos, since the channel's own page lists its tabs.
fn channel_of(kind: &str, name: &str) -> (String, String) {
    let address = format!("https://www.youtube.com/{kind}/{name}/videos");
    (format!("youtube-channel:{kind}/{name}"), address)
}

fn name_is_plain(name: &str) -> bool {
    !name.is_empty() && name.len() <= 100 && name.chars().all(|c| c.is_alphanumeric() || "-_.%".contains(c))
}

/// A list that everybody sees alike: not a mix, which the site makes up without end, nor somebody's own (watch later, liked).
fn is_shared_list(list: &str) -> bool {
    name_is_plain(list) && !PERSONAL_LISTS.iter().any(|prefix| list.starts_with(prefix))
}

/// Eleven characters of the URL-safe base 64 alphabet.
fn is_video_id(id: &str) -> bool {
    id.len() == 11 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, kind: IdentityKind, canonical: &str) {
        let identity = identify(address).unwrap_or_else(|error| panic!("{address}: {error}"));
        assert_eq!((identity.kind, identity.canonical.as_str()), (kind, canonical), "{address}");
    }

    #[test]
    fn every_shape_of_a_youtube_address_is_the_same_video() {
        for address in [
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "http://youtube.com/watch?v=dQw4w9WgXcQ&t=42s",
            "https://m.youtube.com/watch?list=PL123&v=dQw4w9WgXcQ&index=3",
            "https://music.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://youtu.be/dQw4w9WgXcQ?si=abc",
            "https://www.youtube.com/shorts/dQw4w9WgXcQ",
            "https://www.youtube.com/embed/dQw4w9WgXcQ?start=3",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
            "https://www.youtube.com/live/dQw4w9WgXcQ#part",
            "  https://WWW.YOUTUBE.com/watch?v=dQw4w9WgXcQ ",
        ] {
            check(address, IdentityKind::Video, "youtube:dQw4w9WgXcQ");
        }
    }

    #[test]
    fn playlists_and_channels_are_many_videos() {
        check(
            "https://www.youtube.com/playlist?list=PLx_1-2",
            IdentityKind::Playlist,
            "youtube-list:PLx_1-2",
        );
        for address in [
            "https://www.youtube.com/watch?list=PLx_1-2",
            "https://www.youtube.com/embed/videoseries?list=PLx_1-2",
            "https://www.youtube.com/feeds/videos.xml?playlist_id=PLx_1-2",
        ] {
            check(address, IdentityKind::Playlist, "youtube-list:PLx_1-2");
        }
        check(
            "https://www.youtube.com/feeds/videos.xml?channel_id=UC123",
            IdentityKind::Playlist,
            "youtube-channel:channel/UC123",
        );
        check(
            "https://www.youtube.com/@SomePianist",
            IdentityKind::Playlist,
            "youtube-channel:@somepianist",
        );
        check(
            "https://www.youtube.com/channel/UC123/videos",
            IdentityKind::Playlist,
            "youtube-channel:channel/UC123",
        );
        check(
            "https://example.org/feed.rss",
            IdentityKind::Playlist,
            "url:https://example.org/feed.rss",
        );
    }

    #[test]
    fn other_addresses_are_their_own_names() {
        check(
            "HTTPS://Example.org:443/a/../clip.mp4?x=1#t",
            IdentityKind::Video,
            "url:https://example.org/clip.mp4?x=1",
        );
        check("s3://lab/piano/a.mp4", IdentityKind::Bucket, "s3://lab/piano/a.mp4");
        // Looks like YouTube, is not.
        check(
            "https://notyoutube.com/watch?v=dQw4w9WgXcQ",
            IdentityKind::Video,
            "url:https://notyoutube.com/watch?v=dQw4w9WgXcQ",
        );
    }

    #[test]
    fn rubbish_is_refused_by_name() {
        for (address, code) in [
            ("", "not_an_address"),
            ("piano", "not_an_address"),
            ("https://", "not_an_address"),
            ("file:///etc/passwd", "scheme_not_allowed"),
            ("ftp://example.org/a.mp4", "scheme_not_allowed"),
            ("https://user:secret@example.org/a.mp4", "credentials_in_address"),
            ("https://www.youtube.com/watch?v=short", "unsupported_url"),
            ("https://www.youtube.com/", "unsupported_url"),
            ("https://www.youtube.com/embed/videoseries", "unsupported_url"),
            ("https://www.youtube.com/playlist?list=WL", "unsupported_url"),
            ("https://www.youtube.com/playlist?list=RDdQw4w9WgXcQ", "unsupported_url"),
            ("https://www.youtube.com/results?search_query=etude", "unsupported_url"),
            ("s3://bucket", "not_an_address"),
        ] {
            assert_eq!(identify(address).unwrap_err().code(), code, "{address}");
        }
        assert_eq!(
            identify(&format!("https://a/{}", "x".repeat(9000))).unwrap_err().code(),
            "not_an_address"
        );
    }
}
