use super::*;
use crate::sqlx_failure::during;
use serde::Serialize;
use sqlx::{Row as _, Transaction};
use uuid::Uuid;

const STEP: &str = "accept a submission";

/// Deadlocks between submissions of the same videos are rare; the loser just begins again.
const TRIES_MAX: u32 = 4;

/// The row of an item as `{items}` reads it.
#[derive(Serialize)]
struct ItemRow<'a> {
    position: i64,
    source_id: Uuid,
    job_id: Uuid,
    canonical: &'a str,
    url: Option<&'a str>,
    host: Option<&'a str>,
    title: Option<&'a str>,
    licence: Option<&'a str>,
    legal_basis: Option<&'a str>,
    dedupe_key: String,
    kind: &'static str,
    class: &'static str,
    payload: String,
}

pub(super) async fn accept(store: &Store, submission: &Submission) -> Result<Accepted, CatalogError> {
    let rows = item_rows(&submission.items)?;
    let items = serde_json::to_string(&rows).map_err(|error| CatalogError::Fault {
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

fn item_rows(items: &[SubmittedItem]) -> Result<Vec<ItemRow<'_>>, CatalogError> {
    let row = |item| -> Result<ItemRow<'_>, serde_json::Error> {
        let SubmittedItem {
            position,
            canonical,
            url,
            host,
            title,
            licence,
            legal_basis,
            dedupe_key,
            payload,
            class,
            inputs: _,
        }: &SubmittedItem = item;
        let job_id = Uuid::now_v7();
        Ok(ItemRow {
            position: *position,
            source_id: Uuid::now_v7(),
            job_id,
            canonical,
            url: url.as_deref(),
            host: host.as_deref(),
            title: title.as_deref(),
            licence: licence.as_deref(),
            legal_basis: legal_basis.as_deref(),
            dedupe_key: dedupe_key.clone().unwrap_or_else(|| job_id.to_string()),
            kind: payload.kind().name(),
            class: class.name(),
            payload: serde_json::to_string(payload)?,
        })
    };
    items
        .iter()
        .map(row)
        .collect::<Result<_, _>>()
        .map_err(|error| CatalogError::Fault {
            step: STEP,
            source: Box::new(error),
        })
}

async fn try_to_accept(store: &Store, submission: &Submission, items: &str) -> Result<Accepted, CatalogError> {
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
        .bind(items)
        .execute(&mut *transaction)
        .await
        .map_err(during(STEP))?;
    sqlx::query(sql!("accept_jobs"))
        .bind(items)
        .bind(key)
        .bind(share)
        .bind(&submission.traceparent)
        .execute(&mut *transaction)
        .await
        .map_err(during(STEP))?;
    sqlx::query(sql!("accept_bells"))
        .bind(items)
        .execute(&mut *transaction)
        .await
        .map_err(during(STEP))?;
    let accepted = accepted_items(&mut transaction, items).await?;
    insert_inputs(&mut transaction, submission, &accepted).await?;
    let refused = refused_items(submission, &accepted);
    if let Some(batch) = batch {
        sqlx::query(sql!("insert_batch_items"))
            .bind(items)
            .bind(batch.uuid())
            .execute(&mut *transaction)
            .await
            .map_err(during(STEP))?;
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
