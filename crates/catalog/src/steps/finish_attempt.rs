use super::held::Held;
use super::*;
use crate::sqlx_failure::{damaged, during};
use ::jobs::{Backoff, Failure, Limits, Next, Payload, Verdict, after_failure};
use sqlx::Transaction;
use uuid::Uuid;

const STEP: &str = "finish an attempt";

/// Objects of dropped artifacts stay this long: another job may be about to commit the same content.
const DELETE_AFTER: Duration = Duration::from_secs(3600);

/// A host's circuit breaker stays open this long after a second and after every further refusal in a row (platform.md 3.1).
const SECOND_CLOSURE: Duration = Duration::from_secs(3600);
const LONG_CLOSURE: Duration = Duration::from_secs(6 * 3600);

type Tx = Transaction<'static, Db>;

pub(super) async fn finish_attempt(store: &Store, job: HeldJob, outcome: &Outcome, cost: &Cost) -> Result<(), CatalogError> {
    let mut transaction = store.begin(STEP).await?;
    let held = Held::lock(&mut transaction, job, STEP).await?;
    let tx = &mut transaction;
    if held.taken_down {
        let reason = ("source_taken_down", "the video was taken down at somebody's request");
        cancel(tx, &held, Some(reason), cost).await?;
    } else {
        match outcome {
            // A result that is ready when the wish to cancel arrives is a result.
            Outcome::Completed {
                artifacts,
                performance,
                follow_on,
                drop_artifacts,
            } => {
                keep_artifacts(tx, &held, artifacts).await?;
                drop_rows(tx, &held, drop_artifacts).await?;
                if let Some(performance) = performance {
                    keep_performance(tx, &held, performance).await?;
                }
                for payload in follow_on {
                    follow(tx, &held, payload).await?;
                }
                end(tx, &held, sqlx::query(sql!("complete_job"))).await?;
                held.record(tx, "completed", None, cost, STEP).await?;
            }
            _ if held.cancel_requested => cancel(tx, &held, None, cost).await?,
            Outcome::Cancelled => cancel(tx, &held, None, cost).await?,
            Outcome::HandedOn {
                payload,
                artifacts,
                source,
            } => {
                keep_artifacts(tx, &held, artifacts).await?;
                learn(tx, &held, source).await?;
                let next = sqlx::query(sql!("hand_on_job"));
                end_with(tx, &held, next, |query| Ok(query.bind(payload.kind().name()).bind(json(payload)?))).await?;
                held.record(tx, "handed_on", None, cost, STEP).await?;
            }
            Outcome::Failed { failure, limits, random } => fail(tx, &held, failure, limits, *random, cost).await?,
            Outcome::Postponed { wait, payload } => {
                let payload = json(payload)?;
                postpone(tx, &held, *wait, held.failures, None, Some(payload)).await?;
                held.record(tx, "snoozed", None, cost, STEP).await?;
            }
            Outcome::Released => {
                let next = sqlx::query(sql!("release_job"));
                end_with(tx, &held, next, |query| Ok(query.bind(held.losses))).await?;
                held.record(tx, "released", None, cost, STEP).await?;
            }
        }
    }
    transaction.commit().await.map_err(during(STEP))
}

async fn cancel(tx: &mut Tx, held: &Held, reason: Option<(&str, &str)>, cost: &Cost) -> Result<(), CatalogError> {
    let (code, message) = reason.unzip();
    end_with(tx, held, sqlx::query(sql!("cancel_held_job")), |query| {
        Ok(query.bind(code.map(str::to_owned)).bind(message.map(str::to_owned)))
    })
    .await?;
    held.record(tx, "cancelled", code, cost, STEP).await
}

async fn fail(tx: &mut Tx, held: &Held, failure: &Failure, limits: &Limits, random: f64, cost: &Cost) -> Result<(), CatalogError> {
    let failures = held.failures + i64::from(failure.verdict == Verdict::Retry);
    if let Verdict::Snooze { wait, host: Some(host) } = &failure.verdict {
        close_host(tx, host, *wait).await?;
    }
    let count = u32::try_from(failures).unwrap_or(u32::MAX);
    match after_failure(&failure.verdict, count, limits, &Backoff::default(), random) {
        Next::Later(wait) => postpone(tx, held, wait, failures, Some(failure), None).await?,
        Next::Discard => {
            end_with(tx, held, sqlx::query(sql!("discard_job")), |query| {
                Ok(query
                    .bind(failures)
                    .bind(held.losses)
                    .bind(failure.code.to_string())
                    .bind(failure.message.clone()))
            })
            .await?;
        }
    }
    let snoozed = matches!(failure.verdict, Verdict::Snooze { .. });
    let outcome = if snoozed { "snoozed" } else { "failed" };
    held.record(tx, outcome, Some(&failure.code), cost, STEP).await
}

async fn postpone(
    tx: &mut Tx,
    held: &Held,
    wait: Duration,
    failures: i64,
    failure: Option<&Failure>,
    payload: Option<String>,
) -> Result<(), CatalogError> {
    end_with(tx, held, sqlx::query(sql!("postpone_job")), |query| {
        Ok(query
            .bind(millis(wait))
            .bind(failures)
            .bind(held.losses)
            .bind(failure.map(|failure| failure.code.to_string()))
            .bind(failure.map(|failure| failure.message.clone()))
            .bind(payload))
    })
    .await
}

async fn close_host(tx: &mut Tx, host: &str, wait: Duration) -> Result<(), CatalogError> {
    sqlx::query(sql!("close_host"))
        .bind(host)
        .bind(millis(wait))
        .bind(millis(wait.max(SECOND_CLOSURE)))
        .bind(millis(wait.max(LONG_CLOSURE)))
        .execute(&mut **tx)
        .await
        .map_err(during(STEP))?;
    Ok(())
}

async fn keep_artifacts(tx: &mut Tx, held: &Held, artifacts: &[Artifact]) -> Result<(), CatalogError> {
    for artifact in artifacts {
        sqlx::query(sql!("insert_artifact"))
            .bind(held.job.job.uuid())
            .bind(&artifact.name)
            .bind(held.source_id)
            .bind(&artifact.sha256)
            .bind(artifact.size_bytes)
            .bind(&artifact.media_type)
            .execute(&mut **tx)
            .await
            .map_err(during(STEP))?;
    }
    Ok(())
}

async fn drop_rows(tx: &mut Tx, held: &Held, names: &[String]) -> Result<(), CatalogError> {
    for name in names {
        let sha256: Option<String> = sqlx::query_scalar(sql!("drop_artifact"))
            .bind(held.job.job.uuid())
            .bind(name)
            .fetch_optional(&mut **tx)
            .await
            .map_err(during(STEP))?;
        if let Some(sha256) = sha256 {
            sqlx::query(sql!("insert_deletion"))
                .bind(sha256)
                .bind(millis(DELETE_AFTER))
                .execute(&mut **tx)
                .await
                .map_err(during(STEP))?;
        }
    }
    Ok(())
}

async fn keep_performance(tx: &mut Tx, held: &Held, performance: &NewPerformance) -> Result<(), CatalogError> {
    let inserted = sqlx::query(sql!("insert_performance"))
        .bind(performance.id.uuid())
        .bind(held.job.job.uuid())
        .bind(held.source_id)
        .bind(performance.duration_secs)
        .bind(performance.notes)
        .bind(performance.fingered_notes)
        .bind(performance.mean_confidence)
        .bind(&performance.engine_versions)
        .bind(&performance.metadata)
        .execute(&mut **tx)
        .await
        .map_err(during(STEP))?;
    if inserted.rows_affected() != 1 {
        return Err(damaged(STEP)(
            format!("{} made a performance but has no source", held.job.job).into(),
        ));
    }
    Ok(())
}

async fn learn(tx: &mut Tx, held: &Held, facts: &SourceFacts) -> Result<(), CatalogError> {
    sqlx::query(sql!("learn_source"))
        .bind(held.source_id)
        .bind(&facts.title)
        .bind(&facts.uploader)
        .bind(&facts.licence)
        .bind(facts.duration_secs)
        .bind(&facts.media_sha256)
        .bind(&facts.tool_version)
        .execute(&mut **tx)
        .await
        .map_err(during(STEP))?;
    Ok(())
}

/// Enqueues a job in the transaction that creates its reason.
async fn follow(tx: &mut Tx, held: &Held, payload: &Payload) -> Result<(), CatalogError> {
    let id = Uuid::now_v7();
    // Done once for each job it follows from, however often that is repeated.
    let dedupe_key = format!("{} after {}", payload.kind(), held.job.job);
    let inserted = sqlx::query(sql!("insert_follow_on"))
        .bind(id)
        .bind(payload.kind().name())
        .bind(&held.class)
        .bind(held.key_id)
        .bind(held.share_id)
        .bind(held.source_id)
        .bind(dedupe_key)
        .bind(json(payload)?)
        .bind(&held.traceparent)
        .execute(&mut **tx)
        .await
        .map_err(during(STEP))?;
    if inserted.rows_affected() == 1 {
        sqlx::query(sql!("insert_bell"))
            .bind(id)
            .bind(payload.kind().name())
            .bind(&held.class)
            .bind(&held.traceparent)
            .execute(&mut **tx)
            .await
            .map_err(during(STEP))?;
    }
    Ok(())
}

type Query = sqlx::query::Query<'static, Db, <Db as sqlx::Database>::Arguments>;

async fn end(tx: &mut Tx, held: &Held, query: Query) -> Result<(), CatalogError> {
    end_with(tx, held, query, Ok).await
}

/// Runs the statement that ends the lease; it takes the job and the fence first and must change exactly one row.
async fn end_with(
    tx: &mut Tx,
    held: &Held,
    query: Query,
    bind: impl FnOnce(Query) -> Result<Query, CatalogError>,
) -> Result<(), CatalogError> {
    let ended = bind(query.bind(held.job.job.uuid()).bind(held.job.fence.0))?
        .execute(&mut **tx)
        .await
        .map_err(during(STEP))?;
    if ended.rows_affected() == 1 {
        Ok(())
    } else {
        Err(CatalogError::LeaseLost {
            job: held.job.job,
            fence: held.job.fence.0,
        })
    }
}

fn json(payload: &Payload) -> Result<String, CatalogError> {
    serde_json::to_string(payload).map_err(|error| damaged(STEP)(error.into()))
}
