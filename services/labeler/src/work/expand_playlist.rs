//! `expand_playlist`: the videos of a playlist or channel join its batch, as they are listed.

use super::LabelerWork;
use crate::failures;
use catalog::{BatchTarget, CatalogError, Leased, Outcome, RefusedItem, Submission, SubmittedItem};
use jobs::{Class, ExpandPlaylist, Failure, FetchVideo, MediaSource, Payload, SubmitOptions, dedupe_key};
use sources::fetch::{Entry, FetchRequest};
use sources::identity::identify;
use tokio::sync::mpsc;
use worker::{Interrupted, JobContext};

/// Videos accepted in one transaction.
const PAGE: usize = 100;
/// Longest playlist that is listed. Channels of piano teachers have a few thousand videos.
const VIDEOS_MAX: usize = 100_000;
/// The playlist's own job is the first item of its batch.
const FIRST_POSITION: i64 = 1;

/// Lists a playlist. Repeated, it adds only what is not in the batch yet.
pub(super) async fn run(work: &LabelerWork, job: &Leased, playlist: &ExpandPlaylist, context: &JobContext) -> Result<Outcome, Interrupted> {
    let folder = work.folder(context)?;
    context.progress("list", 0.0);
    let (found, mut entries) = mpsc::unbounded_channel();
    let listing = async {
        let listed = sources::fetch::expand(
            &FetchRequest {
                url: &playlist.url,
                section: None,
                folder: folder.path(),
            },
            1..=VIDEOS_MAX,
            &work.config.fetch,
            &work.guard,
            |entry| {
                // The receiver lives until the listing has ended.
                let _ = found.send(entry);
            },
            context.stopped(),
        )
        .await;
        drop(found);
        listed.map_err(|error| failures::of_fetch(error, job.host.as_deref()))
    };
    let accepting = async {
        let mut position = FIRST_POSITION;
        let mut page = Vec::new();
        while entries.recv_many(&mut page, PAGE).await > 0 {
            let count = i64::try_from(page.len()).unwrap_or(i64::MAX);
            accept(work, job, playlist, position, &page).await?;
            position += count;
            page.clear();
        }
        Ok::<i64, Interrupted>(position - FIRST_POSITION)
    };
    let (listed, accepted) = tokio::join!(listing, accepting);
    let videos = accepted?;
    listed?;
    if videos == 0 {
        return Err(Failure::discard("playlist_empty", format!("{} lists no videos", playlist.url)).into());
    }
    Ok(Outcome::Completed {
        artifacts: vec![],
        performance: None,
        follow_on: vec![],
        drop_artifacts: vec![],
    })
}

async fn accept(work: &LabelerWork, job: &Leased, playlist: &ExpandPlaylist, first: i64, entries: &[Entry]) -> Result<(), Interrupted> {
    let mut submission = Submission {
        key: job.key,
        batch: BatchTarget::Existing(playlist.batch),
        items: vec![],
        refused: vec![],
        traceparent: job.traceparent.clone(),
        // The quota was looked at when the playlist was submitted; its length was not known then.
        active_jobs_max: None,
    };
    for (position, entry) in (first..).zip(entries) {
        match item(position, entry, &playlist.options, &work.config.labelling_version) {
            Ok(item) => submission.items.push(item),
            Err(refused) => submission.refused.push(refused),
        }
    }
    work.catalog
        .accept(&submission)
        .await
        .map(|_| ())
        .map_err(|error: CatalogError| Failure::retry("catalog_unavailable", crate::error::with_causes(&error)).into())
}

fn item(position: i64, entry: &Entry, options: &SubmitOptions, version: &str) -> Result<SubmittedItem, RefusedItem> {
    let identity = identify(&entry.url).map_err(|error| RefusedItem {
        position,
        code: error.code().to_owned(),
        message: error.to_string(),
    })?;
    Ok(SubmittedItem {
        position,
        dedupe_key: Some(dedupe_key(&identity.canonical, options, None, version)),
        canonical: identity.canonical,
        url: Some(identity.url.clone()),
        host: Some(identity.host),
        title: entry.title.clone(),
        licence: options.licence.clone(),
        legal_basis: options.legal_basis.clone(),
        payload: Payload::FetchVideo(FetchVideo {
            from: MediaSource::Url(identity.url),
            notes_sha256: None,
            notes_name: None,
            options: options.clone(),
            host_turn: false,
        }),
        class: options.priority.unwrap_or(Class::Backfill),
        inputs: vec![],
    })
}
