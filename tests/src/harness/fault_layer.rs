//! The S3 service behind a lock for each key and a layer that makes calls go wrong.

use super::faults::{Fault, Faults};
use futures::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{Method, Request, Response, StatusCode};
use s3s::Body;
use s3s::service::S3Service;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::RwLock;

const SLOW_DOWN: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>";
/// So long a cut answer's first half has to leave before the connection goes.
const FLUSH: Duration = Duration::from_millis(20);

/// s3s-fs checks conditions and writes in two steps; with a lock for each key both are one, and one of many racing writers wins.
#[derive(Clone)]
pub(super) struct Store {
    service: S3Service,
    locks: Arc<Mutex<HashMap<String, Arc<RwLock<()>>>>>,
    faults: Faults,
}

impl Store {
    pub(super) fn new(folder: &Path, access_key: &str, secret_key: &str, faults: Faults) -> Store {
        let files = s3s_fs::FileSystem::new(folder).expect("the S3 server's folder is there");
        let mut builder = s3s::service::S3ServiceBuilder::new(files);
        builder.set_auth(s3s::auth::SimpleAuth::from_single(access_key, secret_key));
        Store {
            service: builder.build(),
            locks: Arc::default(),
            faults,
        }
    }

    /// Answers a call; an error cuts the connection.
    pub(super) async fn answer(self, request: Request<Incoming>) -> io::Result<Response<Body>> {
        let fault = self.faults.meet(request.method(), request.uri().path());
        match fault {
            Some(Fault::Refuse) => return Ok(refusal()),
            Some(Fault::Slow(wait)) => tokio::time::sleep(wait).await,
            _ => {}
        }
        let response = self.serve(request).await?;
        match fault {
            Some(Fault::AnswerLate(wait)) => tokio::time::sleep(wait).await,
            Some(Fault::LoseResponse) => return Err(io::ErrorKind::ConnectionAborted.into()),
            Some(Fault::TruncateBody) => return truncated(response).await,
            _ => {}
        }
        Ok(response)
    }

    /// Done in a task of its own: a write goes on when its caller hangs up, as it would in a store elsewhere.
    async fn serve(&self, request: Request<Incoming>) -> io::Result<Response<Body>> {
        let lock = self.lock_of(request.uri().path());
        let service = self.service.clone();
        let work = async move {
            let reads = matches!(*request.method(), Method::GET | Method::HEAD);
            let (_shared, _alone) = if reads {
                (Some(lock.read().await), None)
            } else {
                (None, Some(lock.write().await))
            };
            service.call(request.map(Body::from)).await
        };
        let served = tokio::spawn(work).await.map_err(io::Error::other)?;
        served.map_err(|error| io::Error::other(format!("{error:?}")))
    }

    fn lock_of(&self, path: &str) -> Arc<RwLock<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks.entry(path.to_owned()).or_default())
    }
}

fn refusal() -> Response<Body> {
    let mut response = Response::new(Body::from(SLOW_DOWN.to_owned()));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

/// The same head, which promises all of the body, and half of the body.
async fn truncated(response: Response<Body>) -> io::Result<Response<Body>> {
    let (mut head, body) = response.into_parts();
    let whole = body.collect().await.map_err(io::Error::other)?.to_bytes();
    head.headers.insert(hyper::header::CONTENT_LENGTH, whole.len().into());
    let half = whole.slice(..whole.len() / 2);
    let pieces = stream::unfold(Some(half), async |half: Option<Bytes>| match half {
        Some(half) => Some((Ok(Frame::data(half)), None)),
        None => {
            tokio::time::sleep(FLUSH).await;
            Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
        }
    });
    Ok(Response::from_parts(head, Body::http_body_unsync(StreamBody::new(pieces))))
}
