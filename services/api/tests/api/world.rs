//! The harness: an API of its own for each story, and a worker that does what the story says.

use ::artifacts::ArtifactStore;
use ::jobs::{JobKind, PerformanceId, WorkerId};
use api::access::KeySecret;
use api::{ApiConfig, ApiState, Foundations};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use broker::InProcessBroker;
use catalog::{Artifact, Catalog, Cost, HeldJob, KeyLimits, LeaseRequest, Leased, NewApiKey, NewPerformance, Outcome, SqliteCatalog};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tower::ServiceExt;

/// Nothing here takes so long unless it is stuck.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub struct World {
    pub state: ApiState,
    pub catalog: Arc<dyn Catalog>,
    pub store: ArtifactStore,
    router: Router,
    _folder: TempDir,
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Its JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// A field of its JSON that is text.
    pub fn text(&self, field: &str) -> String {
        self.json()[field]
            .as_str()
            .unwrap_or_else(|| panic!("no {field} in {}", self.json()))
            .to_owned()
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
    }

    /// Checks its status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// Checks that it is a problem with this status and code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Answer {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("urn:toccata:problem:{code}"));
        assert_eq!(problem["trace_id"].as_str().unwrap().len(), 32);
        answer
    }
}

impl World {
    /// An API that is open to this machine.
    pub async fn new() -> World {
        World::with(|_| {}).await
    }

    /// With other settings.
    pub async fn with(change: impl FnOnce(&mut ApiConfig)) -> World {
        let folder = tempfile::tempdir().unwrap();
        let mut config = ApiConfig::default();
        config.dev.open_to_loopback = true;
        config.guard.opened_networks = vec!["127.0.0.1/32".parse().unwrap()];
        change(&mut config);
        let catalog: Arc<dyn Catalog> = Arc::new(SqliteCatalog::open(&folder.path().join("catalog.db")).await.unwrap());
        let store = ArtifactStore::in_folder(&folder.path().join("store")).unwrap();
        let foundations = Foundations {
            catalog: Arc::clone(&catalog),
            broker: Arc::new(InProcessBroker::default()),
            store: store.clone(),
        };
        let state = api::state(config, foundations);
        World {
            router: api::router(state.clone()),
            state,
            catalog,
            store,
            _folder: folder,
        }
    }

    /// Sends a request from this machine.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        self.send_from_afar(request).await
    }

    /// Sends a request from nobody knows where.
    pub async fn send_from_afar(&self, request: Request<Body>) -> Answer {
        let response = self.open(request).await;
        let (parts, body) = response.into_parts();
        let body = tokio::time::timeout(PATIENCE, body.collect())
            .await
            .expect("an answer ends")
            .unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.to_bytes().to_vec(),
        }
    }

    /// Sends a request, and leaves the answer's body to be read.
    pub async fn open(&self, request: Request<Body>) -> axum::response::Response {
        tokio::time::timeout(PATIENCE, self.router.clone().oneshot(request))
            .await
            .expect("an answer begins")
            .unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Request::delete(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(json_request(Method::POST, path, &body)).await
    }

    /// Submits a video and gives its job.
    pub async fn submit(&self, url: &str) -> String {
        self.post("/v1/videos", json!({"url": url})).await.expect(202).text("id")
    }

    /// Makes a key and gives the header that shows it.
    pub async fn key(&self, scopes: &[&str], limits: KeyLimits) -> String {
        let secret = KeySecret::random().unwrap();
        let key = NewApiKey {
            name: scopes.join(" "),
            secret_sha256: secret.sha256(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            limits,
        };
        self.catalog.create_key(&key).await.unwrap();
        format!("Bearer {}", secret.text())
    }

    /// A worker takes the best job.
    pub async fn lease(&self) -> Leased {
        let request = LeaseRequest {
            worker: WorkerId::at(1, [1; 10]),
            device: "cpu",
            kinds: &JobKind::ALL,
            lease: Duration::from_secs(30),
            least_urgent_first: false,
        };
        self.catalog.lease_job(&request).await.unwrap().expect("a job waits")
    }

    /// The worker ends its attempt.
    pub async fn finish(&self, held: HeldJob, outcome: Outcome) {
        self.catalog.finish_attempt(held, &outcome, &Cost::default()).await.unwrap();
    }

    /// The worker completes a job with a file and a performance.
    pub async fn complete(&self, held: HeldJob, name: &str, content: &[u8]) {
        let stored = self.store.put_bytes(content.to_vec()).await.unwrap();
        let outcome = Outcome::Completed {
            artifacts: vec![Artifact {
                name: name.to_owned(),
                sha256: stored.sha256.to_string(),
                size_bytes: content.len() as i64,
                media_type: "application/json".to_owned(),
            }],
            performance: Some(NewPerformance {
                id: PerformanceId::at(held.job.uuid().as_u128() as u64 & 0xffff_ffff, [held.fence.0 as u8; 10]),
                duration_secs: 12.5,
                notes: 100,
                fingered_notes: 90,
                mean_confidence: 0.8,
                engine_versions: r#"{"hands": "1"}"#.to_owned(),
                metadata: r#"{"course": "a"}"#.to_owned(),
            }),
            follow_on: vec![],
            drop_artifacts: vec![],
        };
        self.finish(held, outcome).await;
    }
}

/// A request with JSON.
pub fn json_request(method: Method, path: &str, body: &Value) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// A multipart body with these parts: name, file name, content.
pub fn multipart(parts: &[(&str, Option<&str>, &[u8])]) -> Request<Body> {
    const BOUNDARY: &str = "a-boundary-of-the-story";
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend_from_slice(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    Request::post("/v1/videos")
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(Body::from(body))
        .unwrap()
}

/// A video of YouTube's shape, one for each number.
pub fn video(number: usize) -> String {
    format!("https://www.youtube.com/watch?v={number:011}")
}
