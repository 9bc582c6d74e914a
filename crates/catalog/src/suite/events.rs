//! What watchers are told.

use super::world::*;
use crate::*;
use jobs::JobState;

pub(super) async fn events_come_in_order_and_a_watcher_goes_on_where_it_was(world: World<'_>) {
    let start = world.catalog.newest_event().await.expect("a number");
    let (batch, items) = world.submit_batch(videos(3)).await;
    world.submit_one().await;
    for item in &items {
        world.work_on(item.job, completed(vec![])).await;
    }
    let of_batch = EventFilter {
        job: None,
        batch: Some(batch),
    };
    let mut seen = Vec::new();
    let mut after = start;
    world.events(of_batch, start, |events| events.len() >= 6).await;
    loop {
        let page = world.catalog.events(of_batch, after, 2).await.expect("events");
        let Some(last) = page.last() else { break };
        after = last.seq;
        seen.extend(page);
    }
    let told: Vec<_> = seen.iter().map(|event| (event.job, event.name.as_str())).collect();
    let expected: Vec<_> = items
        .iter()
        .flat_map(|item| [(Some(item.job), "job.running"), (Some(item.job), "job.completed")])
        .collect();
    assert_eq!(told, expected, "nothing twice, nothing missing, nothing of others");
    assert!(seen.is_sorted_by(|one, next| one.seq < next.seq));
    assert_eq!(world.catalog.newest_event().await.expect("a number"), after);
    let all = world.catalog.events(EventFilter::default(), start, MANY).await.expect("events");
    let of_these = all.iter().filter(|event| items.iter().any(|item| event.job == Some(item.job)));
    assert_eq!(of_these.count(), 6);
}

pub(super) async fn an_event_says_what_happened(world: World<'_>) {
    let job = world.submit_one().await.job;
    world
        .work_on(job, failed(jobs::Failure::discard("no_keyboard", "no \"keyboard\" is seen")))
        .await;
    let of_job = EventFilter {
        job: Some(job),
        batch: None,
    };
    let events = world.events(of_job, 0, |events| events.len() >= 2).await;
    let data: serde_json::Value = serde_json::from_str(&events[1].data).expect("JSON");
    assert_eq!(data["job"], job.to_string());
    assert_eq!(data["state"], JobState::Discarded.name());
    assert_eq!(data["failure_code"], "no_keyboard");
    assert_eq!(data["failure_message"], "no \"keyboard\" is seen");
}

/// Transactions end in another order than they begin; a watcher must not pass by what appears later.
pub(super) async fn a_watcher_misses_nothing_while_many_write(world: World<'_>) {
    let start = world.catalog.newest_event().await.expect("a number");
    let (batch, items) = world.submit_batch(videos(60)).await;
    let work = async {
        let workers = (0..6).map(|_| async {
            while let Some(leased) = world.lease(jobs::JobKind::FetchVideo).await {
                world.finish(&leased, completed(vec![])).await;
            }
        });
        futures::future::join_all(workers).await;
    };
    let of_batch = EventFilter {
        job: None,
        batch: Some(batch),
    };
    let watch = async {
        let mut seen = Vec::new();
        // Every job runs and completes: two events each. Asking more often than this means that one was missed.
        for _ in 0..100_000 {
            let after = seen.last().map_or(start, |event: &Event| event.seq);
            seen.extend(world.catalog.events(of_batch, after, 7).await.expect("events"));
            if seen.len() >= 2 * items.len() {
                return seen;
            }
            tokio::task::yield_now().await;
        }
        panic!("{} of {} events were seen", seen.len(), 2 * items.len());
    };
    let (seen, ()) = futures::join!(watch, work);
    let counted = |name: &str| seen.iter().filter(|event| event.name == name).count();
    assert_eq!((counted("job.running"), counted("job.completed")), (60, 60));
}
