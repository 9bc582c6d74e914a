use super::*;
use crate::sqlx_failure::during;
use serde::Serialize;
use sqlx::{Row as _, Transaction};
use std::borrow::Cow;
use std::collections::HashMap;
use uuid::Uuid;

const STEP: &str = "accept a submission";

/// Deadlocks between submissions of the same videos are rare; the loser just begins again.
const TRIES_MAX: u32 = 4;

/// The items as `{items}` reads them: JSON, for each statement only what it uses. Parsing them is a large part of the work for a
/// submission of ten thousand videos.
struct ItemTexts {
    job_ids: Vec<Uuid>,
    sources: String,
    jobs: String,
    lines: String,
}

/// What is known about an item's source.
#[derive(Serialize)]
struct SourcePart<'a> {
    source_id: Uuid,
    canonical: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    licence: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_basis: Option<&'a str>,
}

/// An item's job.
#[derive(Serialize)]
struct JobPart<'a> {
    position: i64,
    job_id: Uuid,
    canonical: &'a str,
    dedupe_key: &'a str,
    kind: &'static str,
    class: &'static str,
    payload: String,
}

/// Which job an item made or joined.
#[derive(Serialize)]
struct LinePart<'a> {
    position: i64,
    job_id: Uuid,
    dedupe_key: &'a str,
}

pub(super) async fn accept(store: &Store, submission: &Submission) -> Result<Accepted, CatalogError> {
    let items = item_texts(&submission.items).map_err(|error| CatalogError::Fault {
        step: STEP,
        source: Box::new(error),
    })?;
    let mut tries = 1;
    loop {
        match try_to_accept(store, submission, &items).await {
            Err(error) if error.is_transient() && tries < TRIES_MAX => tries += 1,
            result => return result,
        }
    }
}

fn item_texts(items: &[SubmittedItem]) -> Result<ItemTexts, serde_json::Error> {
    let sources: Vec<SourcePart<'_>> = items.iter().map(source_part).collect();
    let ids: Vec<Uuid> = items.iter().map(|_| Uuid::now_v7()).collect();
    let dedupe_keys: Vec<Cow<'_, str>> = items.iter().zip(&ids).map(dedupe_key).collect();
    let numbered = || items.iter().zip(&ids).zip(&dedupe_keys);
    let jobs = numbered()
        .map(|((item, id), dedupe_key)| job_part(item, *id, dedupe_key))
        .collect::<Result<Vec<_>, _>>()?;
    let lines: Vec<LinePart<'_>> = numbered()
        .map(|((item, id), dedupe_key)| LinePart {
            position: item.position,
            job_id: *id,
            dedupe_key,
        })
        .collect();
    Ok(ItemTexts {
        sources: serde_json::to_string(&sources)?,
        jobs: serde_json::to_string(&jobs)?,
        lines: serde_json::to_string(&lines)?,
        job_ids: ids,
    })
}

/// Of work that is never joined, the job's own id.
fn dedupe_key<'a>((item, id): (&'a SubmittedItem, &Uuid)) -> Cow<'a, str> {
    item.dedupe_key.as_deref().map_or_else(|| id.to_string().into(), Cow::from)
}

fn source_part(item: &SubmittedItem) -> SourcePart<'_> {
    SourcePart {
        source_id: Uuid::now_v7(),
        canonical: &item.canonical,
        url: item.url.as_deref(),
        host: item.host.as_deref(),
        title: item.title.as_deref(),
        licence: item.licence.as_deref(),
        legal_basis: item.legal_basis.as_deref(),
    }
}

fn job_part<'a>(item: &'a SubmittedItem, job_id: Uuid, dedupe_key: &'a str) -> Result<JobPart<'a>, serde_json::Error> {
    Ok(JobPart {
        position: item.position,
        job_id,
        canonical: &item.canonical,
        dedupe_key,
        kind: item.payload.kind().name(),
        class: item.class.name(),
        payload: serde_json::to_string(&item.payload)?,
    })
}

async fn try_to_accept(store: &Store, submission: &Submission, items: &ItemTexts) -> Result<Accepted, CatalogError> {
    let key = submission.key.map(KeyId::uuid);
    let share = key.unwrap_or(Uuid::nil());
    let mut transaction = store.begin(STEP).await?;
    if let Some(limit) = submission.active_jobs_max {
        check_quota(&mut transaction, share, limit, submission.items.len()).await?;
    }
    let batch = batch(&mut transaction, submission).await?;
    if submission.items.len() > 1 {
        sqlx::query(sql!("accept_plan"))
            .execute(&mut *transaction)
            .await
            .map_err(during(STEP))?;
    }
    sqlx::query(sql!("accept_sources"))
        .bind(&items.sources)
        .execute(&mut *transaction)
        .await
        .map_err(during(STEP))?;
    let accepted = accept_jobs(&mut transaction, submission, items, key, share).await?;
    sqlx::query(sql!("accept_bells"))
        .bind(&items.lines)
        .execute(&mut *transaction)
        .await
        .map_err(during(STEP))?;
    insert_inputs(&mut transaction, submission, &accepted).await?;
    let refused = refused_items(submission, &accepted);
    if let Some(batch) = batch {
        insert_lines(&mut transaction, batch, &accepted).await?;
        for item in &refused {
            sqlx::query(sql!("insert_refused_item"))
                .bind(batch.uuid())
                .bind(item.position)
                .bind(&item.code)
                .bind(&item.message)
                .execute(&mut *transaction)
                .await
                .map_err(during(STEP))?;
        }
    }
    transaction.commit().await.map_err(during(STEP))?;
    Ok(Accepted {
        batch,
        items: accepted,
        refused,
    })
}

async fn check_quota(transaction: &mut Transaction<'static, Db>, share: Uuid, limit: i64, more: usize) -> Result<(), CatalogError> {
    let active: i64 = sqlx::query(sql!("count_active"))
        .bind(share)
        .bind(limit.saturating_add(1))
        .fetch_one(&mut **transaction)
        .await
        .and_then(|row| row.try_get("active"))
        .map_err(during(STEP))?;
    if active.saturating_add(i64::try_from(more).unwrap_or(i64::MAX)) > limit {
        return Err(CatalogError::QuotaExceeded { active, limit });
    }
    Ok(())
}

async fn batch(transaction: &mut Transaction<'static, Db>, submission: &Submission) -> Result<Option<BatchId>, CatalogError> {
    match &submission.batch {
        BatchTarget::Alone => Ok(None),
        BatchTarget::Existing(batch) => Ok(Some(*batch)),
        BatchTarget::New(new) => {
            sqlx::query(sql!("insert_batch"))
                .bind(new.id.uuid())
                .bind(submission.key.map(KeyId::uuid))
                .bind(&new.name)
                .bind(&new.url)
                .bind(&new.options)
                .execute(&mut **transaction)
                .await
                .map_err(during(STEP))?;
            Ok(Some(new.id))
        }
    }
}

/// Makes the jobs, and says which job does each item.
async fn accept_jobs(
    transaction: &mut Transaction<'static, Db>,
    submission: &Submission,
    items: &ItemTexts,
    key: Option<Uuid>,
    share: Uuid,
) -> Result<Vec<AcceptedItem>, CatalogError> {
    let rows = sqlx::query(sql!("accept_jobs"))
        .bind(&items.jobs)
        .bind(key)
        .bind(share)
        .bind(&submission.traceparent)
        .fetch_all(&mut **transaction)
        .await
        .map_err(during(STEP))?;
    // All are new, as most submissions are: nothing has to be looked up.
    if rows.len() == submission.items.len() {
        let made = |row: &Row| -> Result<_, sqlx::Error> { Ok((row.try_get("id")?, row.try_get("source_id")?)) };
        let mut sources: HashMap<Uuid, Uuid> = rows.iter().map(made).collect::<Result<_, _>>().map_err(during(STEP))?;
        let new = |(item, id): (&SubmittedItem, &Uuid)| {
            Some(AcceptedItem {
                position: item.position,
                job: JobId::from_uuid(*id),
                source: SourceId::from_uuid(sources.remove(id)?),
                joined: false,
            })
        };
        let mut accepted: Vec<AcceptedItem> = submission.items.iter().zip(&items.job_ids).filter_map(new).collect();
        accepted.sort_by_key(|item| item.position);
        return Ok(accepted);
    }
    accepted_items(transaction, &items.lines).await
}

/// Writes the lines of a batch.
async fn insert_lines(transaction: &mut Transaction<'static, Db>, batch: BatchId, accepted: &[AcceptedItem]) -> Result<(), CatalogError> {
    #[derive(Serialize)]
    struct Line {
        position: i64,
        job_id: Uuid,
    }
    let lines: Vec<Line> = accepted
        .iter()
        .map(|item| Line {
            position: item.position,
            job_id: item.job.uuid(),
        })
        .collect();
    sqlx::query(sql!("insert_batch_items"))
        .bind(json(&lines))
        .bind(batch.uuid())
        .execute(&mut **transaction)
        .await
        .map_err(during(STEP))?;
    Ok(())
}

async fn accepted_items(transaction: &mut Transaction<'static, Db>, items: &str) -> Result<Vec<AcceptedItem>, CatalogError> {
    let item = |row: &Row| -> Result<AcceptedItem, sqlx::Error> {
        Ok(AcceptedItem {
            position: row.try_get("position")?,
            job: JobId::from_uuid(row.try_get("job_id")?),
            source: SourceId::from_uuid(row.try_get("source_id")?),
            joined: row.try_get("joined")?,
        })
    };
    sqlx::query(sql!("accepted_items"))
        .bind(items)
        .fetch_all(&mut **transaction)
        .await
        .and_then(|rows| rows.iter().map(item).collect())
        .map_err(during(STEP))
}

/// Records what new jobs need. A job that was there before has recorded its own.
async fn insert_inputs(
    transaction: &mut Transaction<'static, Db>,
    submission: &Submission,
    accepted: &[AcceptedItem],
) -> Result<(), CatalogError> {
    for item in submission.items.iter().filter(|item| !item.inputs.is_empty()) {
        let Some(new) = accepted.iter().find(|one| one.position == item.position && !one.joined) else {
            continue;
        };
        for input in &item.inputs {
            sqlx::query(sql!("insert_artifact"))
                .bind(new.job.uuid())
                .bind(&input.name)
                .bind(new.source.uuid())
                .bind(&input.sha256)
                .bind(input.size_bytes)
                .bind(&input.media_type)
                .execute(&mut **transaction)
                .await
                .map_err(during(STEP))?;
        }
    }
    Ok(())
}

/// The lines refused before, and the videos for which no job was made because they had been taken down.
fn refused_items(submission: &Submission, accepted: &[AcceptedItem]) -> Vec<RefusedItem> {
    let positions: std::collections::HashSet<i64> = accepted.iter().map(|item| item.position).collect();
    let taken_down = submission
        .items
        .iter()
        .filter(|item| !positions.contains(&item.position))
        .map(|item| RefusedItem {
            position: item.position,
            code: "source_taken_down".to_owned(),
            message: format!("{} was taken down at somebody's request and is not processed", item.canonical),
        });
    submission.refused.iter().cloned().chain(taken_down).collect()
}
