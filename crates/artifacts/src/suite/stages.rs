//! Finished stages behind which the store stands.

use crate::{ArtifactStore, StageKey, StageStore};
use futures::stream::TryStreamExt;
use tokio::runtime::Handle;

pub(super) async fn exercise(store: &ArtifactStore) {
    let machines = [0, 1, 2].map(|_| tempfile::tempdir().unwrap());
    let [first, second, third] = machines
        .each_ref()
        .map(|machine| StageStore::shared(machine.path(), store.clone(), Handle::current()));
    let blocking = tokio::task::spawn_blocking(move || {
        let key = StageKey::new("hands", 1, &"a video");
        let result = vec!["left".to_owned(), "right".to_owned()];
        assert_eq!(second.find::<Vec<String>>(&key), None);
        first.keep(&key, &result).unwrap();
        assert_eq!(second.find(&key).as_ref(), Some(&result));
        assert_eq!(second.find::<Vec<String>>(&StageKey::new("hands", 1, &"another video")), None);
        (key, result)
    });
    let (key, result) = blocking.await.unwrap();

    let kept: Vec<_> = store.list("stages").try_collect().await.unwrap();
    let [object] = kept.as_slice() else { panic!("{kept:?}") };
    let half = store.get_range(&object.key, 0..object.size_bytes / 2).await.unwrap();
    store.put_at(&object.key, half).await.unwrap();
    let third_again = third.clone();
    let damaged_key = key.clone();
    let found = tokio::task::spawn_blocking(move || third_again.find::<Vec<String>>(&damaged_key));
    assert_eq!(found.await.unwrap(), None, "half a stage is taken for a whole one");

    // What was found once is there without the store.
    store.delete(&object.key).await.unwrap();
    let alone = StageStore::at(machines[1].path());
    assert_eq!(alone.find::<Vec<String>>(&key), Some(result));
}
