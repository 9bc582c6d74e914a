//! Files that arrive in pieces.

use super::world::*;
use jobs::UploadId;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

pub(super) async fn an_upload_grows_until_it_is_complete(world: World<'_>) {
    let key = world.key().await;
    let begun = world
        .catalog
        .create_upload(Some(key), "take.mp4", 100, Some("ab"), DAY)
        .await
        .expect("begun");
    assert_eq!((begun.key, begun.size_bytes, begun.received_bytes), (Some(key), 100, 0));
    assert_eq!((begun.name.as_str(), begun.sha256.as_deref()), ("take.mp4", Some("ab")));
    let advance = async |from, to| world.catalog.advance_upload(begun.id, from, to).await;
    assert_eq!(advance(0, 60).await.expect("bytes").received_bytes, 60);
    assert_eq!(conflict(advance(0, 60).await), "upload_offset");
    assert_eq!(conflict(advance(60, 101).await), "upload_too_long");
    assert_eq!(conflict(advance(60, 59).await), "upload_offset", "it does not shrink");
    assert_eq!(
        conflict(world.catalog.complete_upload(begun.id, "cd").await),
        "upload_not_completable"
    );
    assert_eq!(advance(60, 100).await.expect("bytes").received_bytes, 100);
    let sha256 = hex(random_sha256());
    let complete = world.catalog.complete_upload(begun.id, &sha256).await.expect("complete");
    assert_eq!(complete.artifact_sha256, Some(sha256.clone()));
    world.catalog.complete_upload(begun.id, &sha256).await.expect("said again");
    assert_eq!(
        conflict(world.catalog.complete_upload(begun.id, "cd").await),
        "upload_not_completable"
    );
    assert_eq!(conflict(advance(100, 100).await), "upload_offset", "nothing comes after the end");
    assert_eq!(world.catalog.upload(begun.id).await.expect("the upload"), complete);
    assert_eq!(
        world.catalog.known_objects(std::slice::from_ref(&sha256)).await.expect("known"),
        [sha256]
    );
}

pub(super) async fn of_two_that_send_the_same_bytes_one_is_refused(world: World<'_>) {
    let upload = world.catalog.create_upload(None, "take.mp4", 100, None, DAY).await.expect("begun");
    let tries = (0..6).map(|_| world.catalog.advance_upload(upload.id, 0, 50));
    let advanced = futures::future::join_all(tries)
        .await
        .iter()
        .filter(|result| result.is_ok())
        .count();
    assert_eq!(advanced, 1);
}

pub(super) async fn an_upload_that_took_too_long_is_forgotten(world: World<'_>) {
    let upload = world
        .catalog
        .create_upload(None, "take.mp4", 100, None, Duration::ZERO)
        .await
        .expect("begun");
    assert!(is_missing(world.catalog.upload(upload.id).await));
    assert!(is_missing(world.catalog.advance_upload(upload.id, 0, 50).await));
    assert!(is_missing(world.catalog.complete_upload(upload.id, "cd").await));
    assert!(is_missing(world.catalog.upload(UploadId::at(1, [1; 10])).await));
}
