//! The stream itself: a snapshot first, then every event after a place, until nothing more can happen.

use crate::problem::{Problem, codes};
use crate::state::ApiState;
use axum::http::HeaderMap;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use catalog::{CatalogError, Event, EventFilter};
use futures::{Stream, StreamExt, future, stream};
use jobs::JobState;
use serde::Serialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

/// Proxies drop connections that are silent for a minute; some for thirty seconds.
const COMMENT_EVERY: Duration = Duration::from_secs(15);
/// How long a reader waits before it comes back after the stream broke.
const RECONNECT_AFTER: Duration = Duration::from_secs(2);
/// Events read at once.
const EVENTS_AT_ONCE: i64 = 500;
/// An event becomes visible a moment after what it tells of; long ago it may have been forgotten. So we look this often.
const VAIN_LOOKS_MAX: u32 = 4;
/// And wait so long in between.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// Which events, and from where on.
pub struct Watch {
    /// Of what.
    pub filter: EventFilter,
    /// After this event.
    pub after: i64,
    /// What stands first in the stream: its name and data. None when a reader resumes.
    pub snapshot: Option<(&'static str, String)>,
}

struct Reader {
    state: ApiState,
    watch: Watch,
    waiting: VecDeque<Event>,
    /// There may be more to read at once.
    hurry: bool,
    /// The last event said that nothing more will happen.
    told_the_end: bool,
    /// Looks for the end's event that found nothing, although everything has ended.
    vain_looks: u32,
}

/// The place after which a reader goes on: its `Last-Event-ID`.
pub fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(header) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let seq = header.to_str().ok().and_then(|text| text.trim().parse().ok());
    seq.filter(|seq| *seq >= 0)
        .map(Some)
        .ok_or_else(|| Problem::new(codes::INVALID_HEADER, "Last-Event-ID is not the id of an event of this stream"))
}

/// What stands first in a stream.
pub fn snapshot(name: &'static str, what: &impl Serialize) -> Result<(&'static str, String), Problem> {
    serde_json::to_string(what).map(|data| (name, data)).map_err(Problem::internal)
}

/// Streams events until nothing more can happen, or the program stops.
pub fn events(state: ApiState, mut watch: Watch) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>>> {
    let first = watch.snapshot.take().map(|(name, data)| SseEvent::default().event(name).data(data));
    let hello = SseEvent::default().retry(RECONNECT_AFTER).comment("events of toccata");
    let stopping = state.stopping.clone();
    let reader = Reader {
        state,
        watch,
        waiting: VecDeque::new(),
        hurry: true,
        told_the_end: false,
        vain_looks: 0,
    };
    let events = stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((
            SseEvent::default().id(event.seq.to_string()).event(event.name).data(event.data),
            reader,
        ))
    });
    let all = stream::iter([Some(hello), first]).filter_map(future::ready).chain(events);
    Sse::new(all.map(Ok).take_until(async move { stopping.cancelled().await })).keep_alive(KeepAlive::new().interval(COMMENT_EVERY))
}

impl Reader {
    /// The next event; none when nothing more can happen, or the catalog cannot be reached: readers come back by themselves.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                self.watch.after = event.seq;
                self.told_the_end = self.is_end(&event.name);
                return Some(event);
            }
            match self.read().await {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    tracing::warn!(%error, "a stream of events breaks off");
                    return None;
                }
            }
        }
    }

    /// Reads on. False: nothing more can happen.
    async fn read(&mut self) -> Result<bool, CatalogError> {
        let catalog = self.state.catalog.clone();
        let ended = self.hurry && self.has_ended().await?;
        let seen = if self.hurry {
            self.watch.after
        } else {
            self.state.pulse.wait_for_more(self.watch.after, catalog.as_ref()).await?
        };
        let events = catalog.events(self.watch.filter, self.watch.after, EVENTS_AT_ONCE).await?;
        if !events.is_empty() {
            self.hurry = true;
            self.waiting.extend(events);
            return Ok(true);
        }
        // What happened was not for this reader: the next time it waits for something newer.
        self.watch.after = self.watch.after.max(seen);
        self.hurry = ended && !self.told_the_end && self.vain_looks < VAIN_LOOKS_MAX;
        if self.hurry {
            self.vain_looks += 1;
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
        Ok(self.hurry || !ended)
    }

    /// Whether nothing more happens unless somebody asks for it.
    async fn has_ended(&self) -> Result<bool, CatalogError> {
        let catalog = &self.state.catalog;
        match self.watch.filter {
            EventFilter { job: Some(job), .. } => Ok(catalog.job(job).await?.state.is_final()),
            EventFilter { batch: Some(batch), .. } => Ok(catalog.batch(batch).await?.finished_ms.is_some()),
            EventFilter { .. } => Ok(false),
        }
    }

    fn is_end(&self, name: &str) -> bool {
        match self.watch.filter {
            EventFilter { batch: Some(_), .. } => name == "batch.finished",
            EventFilter { .. } => JobState::ALL
                .iter()
                .any(|state| state.is_final() && name.strip_prefix("job.") == Some(state.name())),
        }
    }
}
