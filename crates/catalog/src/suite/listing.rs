//! Jobs, performances and sources, page by page.

use super::world::*;
use crate::*;
use jobs::{Failure, JobId, JobKind, JobState, PerformanceId, SourceId};

pub(super) async fn jobs_are_listed_newest_first_page_by_page(world: World<'_>) {
    let key = world.key().await;
    let mut submitted: Vec<JobId> = world.submit(Some(key), videos(25)).await.iter().map(|item| item.job).collect();
    submitted.reverse();
    let filter = JobFilter {
        key: Some(key),
        ..JobFilter::default()
    };
    assert_eq!(by_pages(world, filter, 7).await, submitted);
}

pub(super) async fn jobs_of_a_batch_are_listed_in_any_states(world: World<'_>) {
    let (batch, items) = world.submit_batch(videos(9)).await;
    for item in &items[..2] {
        world
            .work_on(item.job, failed(Failure::discard("no_keyboard", "no keyboard is seen")))
            .await;
    }
    for item in &items[2..4] {
        world.work_on(item.job, completed(vec![])).await;
    }
    let jobs = |range: std::ops::Range<usize>| -> Vec<JobId> { items[range].iter().rev().map(|item| item.job).collect() };
    let of = |states: &[JobState]| JobFilter {
        batch: Some(batch),
        states: states.to_vec(),
        ..JobFilter::default()
    };
    assert_eq!(by_pages(world, of(&[]), 2).await, jobs(0..9));
    assert_eq!(by_pages(world, of(&[JobState::Discarded]), 2).await, jobs(0..2));
    assert_eq!(
        by_pages(world, of(&[JobState::Completed, JobState::Discarded]), 3).await,
        jobs(0..4)
    );
    assert!(by_pages(world, of(&[JobState::Running]), 3).await.is_empty());
}

pub(super) async fn jobs_are_found_by_every_part_of_the_filter(world: World<'_>) {
    let key = world.key().await;
    let [gone, good, waiting] = [0, 1, 2].map(video);
    let gone = world.submit(Some(key), vec![gone]).await[0];
    world
        .work_on(gone.job, failed(Failure::discard("video_gone", "the video is private")))
        .await;
    let good = world.submit(Some(key), vec![good]).await[0];
    world.work_on(good.job, completed(vec![])).await;
    let waiting = world.submit(Some(key), vec![waiting]).await[0];
    let any = || JobFilter {
        key: Some(key),
        ..JobFilter::default()
    };
    let two_states = JobFilter {
        states: vec![JobState::Available, JobState::Discarded],
        ..any()
    };
    assert_eq!(by_pages(world, two_states.clone(), 10).await, [waiting.job, gone.job]);
    assert_eq!(by_pages(world, two_states, 1).await, [waiting.job, gone.job]);
    let of_source = JobFilter {
        source: Some(good.source),
        ..any()
    };
    assert_eq!(by_pages(world, of_source, 10).await, [good.job]);
    let by_code = JobFilter {
        failure_code: Some("video_gone".to_owned()),
        ..any()
    };
    assert_eq!(by_pages(world, by_code, 10).await, [gone.job]);
    let other_kind = JobFilter {
        kind: Some(JobKind::TrainPolicy),
        ..any()
    };
    assert!(by_pages(world, other_kind, 10).await.is_empty());
    let created_ms = world.job(gone.job).await.created_ms;
    let since = JobFilter {
        created_after_ms: Some(created_ms),
        ..any()
    };
    assert_eq!(by_pages(world, since, 10).await.len(), 3);
    let before = JobFilter {
        created_before_ms: Some(created_ms),
        ..any()
    };
    assert!(by_pages(world, before, 10).await.is_empty());
}

pub(super) async fn performances_are_found_by_every_part_of_the_filter(world: World<'_>) {
    let uploader = format!("pianist {}", world.worker);
    let (batch, items) = world.submit_batch(videos(3)).await;
    let mut made = Vec::new();
    for (item, (title, mean_confidence)) in items.iter().zip([("Étude 100%", 0.2), ("étude_2", 0.6), ("Nocturne", 0.9)]) {
        let fetched = Outcome::HandedOn {
            payload: labelling(),
            artifacts: vec![],
            source: SourceFacts {
                title: Some(title.to_owned()),
                uploader: Some(uploader.clone()),
                licence: Some("CC-BY-4.0".to_owned()),
                ..SourceFacts::default()
            },
        };
        world.work_on(item.job, fetched).await;
        let leased = world.lease(JobKind::LabelPerformance).await.expect("the job");
        let performance = NewPerformance {
            mean_confidence,
            ..performance()
        };
        made.push(performance.id);
        let outcome = Outcome::Completed {
            artifacts: vec![],
            performance: Some(performance),
            follow_on: vec![],
            drop_artifacts: vec![],
        };
        world.finish(&leased, outcome).await;
    }
    let any = || PerformanceFilter {
        uploader: Some(uploader.clone()),
        limit: 10,
        ..PerformanceFilter::default()
    };
    let found = async |filter: PerformanceFilter| -> Vec<PerformanceId> {
        let found = world.catalog.list_performances(&filter).await.expect("performances");
        found.into_iter().map(|performance| performance.id).collect()
    };
    assert_eq!(found(any()).await, [made[2], made[1], made[0]]);
    assert_eq!(
        found(PerformanceFilter {
            before: Some(made[1]),
            ..any()
        })
        .await,
        [made[0]]
    );
    assert_eq!(found(PerformanceFilter { limit: 2, ..any() }).await, [made[2], made[1]]);
    assert_eq!(
        found(PerformanceFilter {
            confidence_min: Some(0.6),
            ..any()
        })
        .await,
        [made[2], made[1]]
    );
    assert_eq!(
        found(PerformanceFilter {
            batch: Some(batch),
            source: Some(items[0].source),
            ..any()
        })
        .await,
        [made[0]]
    );
    assert_eq!(
        found(PerformanceFilter {
            licence: Some("CC-BY-4.0".to_owned()),
            ..any()
        })
        .await
        .len(),
        3
    );
    assert!(
        found(PerformanceFilter {
            licence: Some("CC0".to_owned()),
            ..any()
        })
        .await
        .is_empty()
    );
    let titled = |part: &str| PerformanceFilter {
        title_contains: Some(part.to_owned()),
        ..any()
    };
    assert_eq!(found(titled("TUDE")).await, [made[1], made[0]]);
    assert_eq!(found(titled("0%")).await, [made[0]], "no wildcard");
    assert_eq!(found(titled("e_2")).await, [made[1]], "no wildcard");
    assert!(found(titled("\\")).await.is_empty());
    let since = world.catalog.performance(made[0]).await.expect("the performance").created_ms;
    assert_eq!(
        found(PerformanceFilter {
            created_after_ms: Some(since),
            ..any()
        })
        .await
        .len(),
        3
    );
    assert!(
        found(PerformanceFilter {
            created_after_ms: Some(since + 86_400_000),
            ..any()
        })
        .await
        .is_empty()
    );
    assert!(is_missing(world.catalog.performance(PerformanceId::at(1, [1; 10])).await));
}

pub(super) async fn sources_are_listed_newest_first(world: World<'_>) {
    let submitted: Vec<SourceId> = world.submit(None, videos(3)).await.iter().rev().map(|item| item.source).collect();
    let first = world.catalog.list_sources(None, 2).await.expect("sources");
    let rest = world.catalog.list_sources(Some(first[1].id), 1).await.expect("sources");
    let listed: Vec<SourceId> = first.iter().chain(&rest).map(|source| source.id).collect();
    assert_eq!(listed, submitted);
    assert!(is_missing(world.catalog.source(SourceId::at(1, [1; 10])).await));
}

/// Everything the filter finds, asked for in pages of this size.
async fn by_pages(world: World<'_>, mut filter: JobFilter, page: usize) -> Vec<JobId> {
    filter.limit = i64::try_from(page).expect("a small page");
    let mut found = Vec::new();
    loop {
        let jobs = world.catalog.list_jobs(&filter).await.expect("a page");
        assert!(jobs.len() <= page);
        let Some(last) = jobs.last() else { return found };
        filter.before = Some(last.id);
        found.extend(jobs.iter().map(|job| job.id));
    }
}
