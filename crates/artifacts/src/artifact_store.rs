//! The store of artifacts: a bucket or a folder of objects that are never changed once they stand.

use crate::StoreConfig;
use crate::store_error::{Operation, StoreError};
use futures::stream::{BoxStream, StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::signer::{Method, SignedUrlOptions, Signer};
use object_store::{BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// First pause before a failed request is made again; it grows to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A connection that is not there by then will not come.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// A bucket or a folder. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ArtifactStore {
    pub(crate) objects: Arc<dyn ObjectStore>,
    /// What every key begins with on the server; empty, or without slashes at the ends.
    prefix: String,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    /// With what signs addresses, where clients can reach the server.
    Bucket {
        signer: Option<Arc<dyn Signer>>,
    },
    Folder(PathBuf),
}

/// An object as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// Its key.
    pub key: String,
    /// Its length.
    pub size_bytes: u64,
    /// When it was last put, by the store's clock.
    pub stored_at: SystemTime,
}

impl ArtifactStore {
    /// Opens a store; a folder is made if it is not there. Nothing is asked of a server yet.
    pub fn open(config: &StoreConfig) -> Result<ArtifactStore, StoreError> {
        let unusable = |reason: String| StoreError::Config {
            url: config.url.clone(),
            reason,
        };
        if let Some(bucket_and_prefix) = config.url.strip_prefix("s3://") {
            return ArtifactStore::bucket(config, bucket_and_prefix);
        }
        let folder = config.url.strip_prefix("file:").unwrap_or(&config.url);
        let folder = folder.strip_prefix("//").unwrap_or(folder);
        if folder.is_empty() || folder.contains("://") {
            return Err(unusable("it is neither s3://bucket[/prefix] nor a folder".to_owned()));
        }
        ArtifactStore::in_folder(Path::new(folder))
    }

    /// Opens a store in a folder.
    pub fn in_folder(folder: &Path) -> Result<ArtifactStore, StoreError> {
        let unusable = |source| StoreError::File {
            path: folder.to_owned(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(unusable)?;
        let folder = folder.canonicalize().map_err(unusable)?;
        let objects = LocalFileSystem::new_with_prefix(&folder).map_err(|error| StoreError::Config {
            url: folder.display().to_string(),
            reason: error.to_string(),
        })?;
        Ok(ArtifactStore {
            // What was put is on the disk when the catalog is told of it.
            objects: Arc::new(objects.with_fsync(true)),
            prefix: String::new(),
            place: Place::Folder(folder),
        })
    }

    fn bucket(config: &StoreConfig, bucket_and_prefix: &str) -> Result<ArtifactStore, StoreError> {
        let unusable = |reason: String| StoreError::Config {
            url: config.url.clone(),
            reason,
        };
        let (bucket, prefix) = bucket_and_prefix.split_once('/').unwrap_or((bucket_and_prefix, ""));
        let prefix = prefix.trim_matches('/').to_owned();
        if bucket.is_empty() || !(prefix.is_empty() || is_key(&prefix)) {
            return Err(unusable("it is not of the form s3://bucket[/prefix]".to_owned()));
        }
        if config.endpoint.is_some() && config.access_key_id.is_none() {
            return Err(unusable("a server of one's own needs access_key_id".to_owned()));
        }
        if config.access_key_id.is_some() != config.secret_access_key.is_some() {
            return Err(unusable("access_key_id and secret_access_key belong together".to_owned()));
        }
        let build = |endpoint: Option<&String>| {
            let built = bucket_builder(config, bucket, endpoint).build();
            built.map(Arc::new).map_err(|error| unusable(error.to_string()))
        };
        let objects = build(config.endpoint.as_ref())?;
        let signer: Option<Arc<dyn Signer>> = match (&config.endpoint, &config.public_endpoint) {
            (_, Some(public)) => Some(build(Some(public))?),
            (None, None) => Some(Arc::clone(&objects) as Arc<dyn Signer>),
            (Some(_), None) => None,
        };
        Ok(ArtifactStore {
            objects,
            prefix,
            place: Place::Bucket { signer },
        })
    }

    /// The folder, for stores that are one.
    pub fn folder(&self) -> Option<&Path> {
        match &self.place {
            Place::Folder(folder) => Some(folder),
            Place::Bucket { .. } => None,
        }
    }

    /// An object's length; none if there is no such object.
    pub async fn size_bytes(&self, key: &str) -> Result<Option<u64>, StoreError> {
        Ok(self.find(key).await?.map(|object| object.size_bytes))
    }

    /// An object's length and age; none if there is no such object.
    pub async fn find(&self, key: &str) -> Result<Option<StoredObject>, StoreError> {
        match self.objects.head(&self.path(key)?).await {
            Ok(meta) => Ok(Some(self.stored(meta))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(StoreError::of(Operation::Head, key, error)),
        }
    }

    /// Deletes an object. One that is not there is as good as deleted.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        match self.objects.delete(&self.path(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(StoreError::of(Operation::Delete, key, error)),
        }
    }

    /// An address under which anybody can read the object for a while, saved under the file name if one is given; none where no
    /// server would answer clients. Whether the object exists is not asked.
    pub async fn presigned_url(&self, key: &str, expires_in: Duration, file_name: Option<&str>) -> Result<Option<String>, StoreError> {
        let Place::Bucket { signer: Some(signer) } = &self.place else {
            return Ok(None);
        };
        let mut options = SignedUrlOptions::new();
        if let Some(name) = file_name {
            let name = name.replace(|sign: char| !sign.is_ascii_graphic() || matches!(sign, '"' | '\\'), "_");
            let disposition = format!("attachment; filename=\"{name}\"");
            options = options.with_query([("response-content-disposition", disposition)]);
        }
        let signed = signer.signed_url_opts(Method::GET, &self.path(key)?, expires_in, &options).await;
        let url = signed.map_err(|error| StoreError::of(Operation::Sign, key, error))?;
        Ok(Some(url.to_string()))
    }

    /// The objects below a prefix, in no particular order, page by page as they are asked for.
    pub fn list(&self, prefix: &str) -> BoxStream<'_, Result<StoredObject, StoreError>> {
        let path = match self.path(prefix) {
            Ok(path) => path,
            Err(error) => return futures::stream::once(async { Err(error) }).boxed(),
        };
        let prefix = prefix.to_owned();
        self.objects
            .list(Some(&path))
            .map_ok(|meta| self.stored(meta))
            .map_err(move |error| StoreError::of(Operation::List, &prefix, error))
            .boxed()
    }

    /// The objects below a prefix that were last put before a time. Times are the store's: leave room for clocks that differ.
    pub fn list_older_than(&self, prefix: &str, before: SystemTime) -> BoxStream<'_, Result<StoredObject, StoreError>> {
        self.list(prefix)
            .try_filter(move |object| futures::future::ready(object.stored_at < before))
            .boxed()
    }

    /// The path of a key on the server.
    pub(crate) fn path(&self, key: &str) -> Result<ObjectPath, StoreError> {
        if !is_key(key) {
            return Err(StoreError::Key { key: key.to_owned() });
        }
        let path = if self.prefix.is_empty() {
            ObjectPath::parse(key)
        } else {
            ObjectPath::parse(format!("{}/{key}", self.prefix))
        };
        path.map_err(|_| StoreError::Key { key: key.to_owned() })
    }

    fn stored(&self, meta: object_store::ObjectMeta) -> StoredObject {
        let path: &str = meta.location.as_ref();
        let key = path.strip_prefix(&self.prefix).unwrap_or(path).trim_start_matches('/');
        StoredObject {
            key: key.to_owned(),
            size_bytes: meta.size,
            stored_at: meta.last_modified.into(),
        }
    }
}

/// Keys are of signs that every server and every file system takes as they are.
fn is_key(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let part = |part: &str| !part.is_empty() && part != "." && part != ".." && part.bytes().all(plain);
    key.split('/').all(part)
}

fn bucket_builder(config: &StoreConfig, bucket: &str, endpoint: Option<&String>) -> AmazonS3Builder {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(&config.region)
        .with_virtual_hosted_style_request(!config.path_style)
        // Not every server can delete many objects in one request.
        .with_disable_bulk_delete(true)
        .with_retry(retries(config))
        .with_client_options(client_options(config));
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let (Some(id), Some(secret)) = (&config.access_key_id, &config.secret_access_key) {
        builder = builder.with_access_key_id(id).with_secret_access_key(secret);
    }
    if let Some(token) = &config.session_token {
        builder = builder.with_token(token);
    }
    builder
}

fn retries(config: &StoreConfig) -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: FIRST_PAUSE,
            max_backoff: LONGEST_PAUSE,
            base: 2.0,
        },
        // Time is the limit, not the count.
        max_retries: if config.retry_secs == 0 { 0 } else { usize::MAX },
        retry_timeout: Duration::from_secs(config.retry_secs),
    }
}

fn client_options(config: &StoreConfig) -> ClientOptions {
    ClientOptions::new()
        .with_allow_http(config.allow_http)
        .with_connect_timeout(CONNECT_LIMIT)
        // A limit on the whole request would cut off long downloads; silence is limited instead.
        .with_timeout_disabled()
        .with_read_timeout(Duration::from_secs(config.response_timeout_secs))
}
