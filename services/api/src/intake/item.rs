//! What the catalog is given for each video.

use super::{Meaning, Refusal};
use catalog::{Artifact, SubmittedItem};
use jobs::{BatchId, Class, ExpandPlaylist, FetchVideo, MEDIA_ARTIFACT, MediaSource, NOTES_ARTIFACT, Payload, SubmitOptions, dedupe_key};

/// A file in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// Its hash, hexadecimal.
    pub sha256: String,
    /// Its length.
    pub size_bytes: i64,
    /// The name its uploader gave it.
    pub name: String,
}

/// Notes that came with a video.
pub type Notes = Uploaded;

/// What all videos of a submission have in common.
#[derive(Clone, Copy, Debug)]
pub struct Choices<'a> {
    /// What was chosen.
    pub options: &'a SubmitOptions,
    /// How urgent, unless chosen.
    pub class: Class,
    /// Names the labelling pipeline.
    pub labelling_version: &'a str,
}

/// A video at an address. A playlist is no video.
pub fn video_item(position: i64, meaning: &Meaning, notes: Option<&Notes>, choices: &Choices<'_>) -> Result<SubmittedItem, Refusal> {
    let (canonical, url, host, from) = match meaning {
        Meaning::Video(video) => (
            video.canonical.clone(),
            Some(video.url.clone()),
            Some(video.host.clone()),
            MediaSource::Url(video.url.clone()),
        ),
        Meaning::Bucket(object) => (
            object.canonical.clone(),
            Some(object.url.clone()),
            None,
            MediaSource::S3 { uri: object.url.clone() },
        ),
        Meaning::Path(path) => (format!("path:{path}"), None, None, MediaSource::Path(path.clone())),
        Meaning::Playlist(_) => {
            return Err(Refusal {
                code: "playlist_not_a_video",
                message: "this is a playlist or a channel: submit it as a batch of its own, to /v1/batches".to_owned(),
            });
        }
    };
    let item = SubmittedItem {
        url,
        host,
        ..fetch_item(position, canonical, from, notes, choices)
    };
    Ok(item)
}

/// A video that was uploaded.
pub fn upload_item(position: i64, media: &Uploaded, notes: Option<&Notes>, choices: &Choices<'_>) -> SubmittedItem {
    let from = MediaSource::Artifact {
        sha256: media.sha256.clone(),
        name: media.name.clone(),
    };
    let mut item = fetch_item(position, format!("sha256:{}", media.sha256), from, notes, choices);
    item.title = Some(media.name.clone());
    item.inputs.push(input(MEDIA_ARTIFACT, media));
    item
}

fn fetch_item(position: i64, canonical: String, from: MediaSource, notes: Option<&Notes>, choices: &Choices<'_>) -> SubmittedItem {
    let notes_sha256 = notes.map(|notes| notes.sha256.clone());
    let dedupe_key = dedupe_key(&canonical, choices.options, notes_sha256.as_deref(), choices.labelling_version);
    SubmittedItem {
        position,
        canonical,
        url: None,
        host: None,
        title: None,
        licence: choices.options.licence.clone(),
        legal_basis: choices.options.legal_basis.clone(),
        dedupe_key: Some(dedupe_key),
        payload: Payload::FetchVideo(FetchVideo {
            from,
            notes_sha256,
            notes_name: notes.map(|notes| notes.name.clone()),
            options: choices.options.clone(),
            host_turn: false,
        }),
        class: choices.options.priority.unwrap_or(choices.class),
        inputs: notes.map(|notes| input(NOTES_ARTIFACT, notes)).into_iter().collect(),
    }
}

/// A playlist or channel whose videos are to join a batch. Never joined to an earlier listing: its videos may have changed.
pub fn playlist_item(position: i64, playlist: &::sources::identity::Identity, batch: BatchId, choices: &Choices<'_>) -> SubmittedItem {
    SubmittedItem {
        position,
        canonical: playlist.canonical.clone(),
        url: Some(playlist.url.clone()),
        host: Some(playlist.host.clone()),
        title: None,
        licence: choices.options.licence.clone(),
        legal_basis: choices.options.legal_basis.clone(),
        dedupe_key: None,
        payload: Payload::ExpandPlaylist(ExpandPlaylist {
            url: playlist.url.clone(),
            batch,
            options: choices.options.clone(),
        }),
        class: choices.options.priority.unwrap_or(choices.class),
        inputs: Vec::new(),
    }
}

fn input(name: &str, file: &Uploaded) -> Artifact {
    Artifact {
        name: name.to_owned(),
        sha256: file.sha256.clone(),
        size_bytes: file.size_bytes,
        // What strangers send is not believed to be what they say, and never shown by a browser.
        media_type: "application/octet-stream".to_owned(),
    }
}
