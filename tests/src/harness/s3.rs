//! A private S3 server.

use super::fault_layer::Store;
use super::faults::Faults;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Ports below those the kernel gives to outgoing connections, so that none takes the port of a server that a story stopped.
const PORTS: std::ops::Range<u16> = 11_000..32_000;

/// An S3 server (s3s-fs) on loopback with its own folder, whose calls can be made to go wrong. It runs on threads of its own
/// and ends when dropped.
pub struct S3 {
    folder: TempDir,
    address: SocketAddr,
    faults: Faults,
    buckets: AtomicU32,
    running: Mutex<Option<Runtime>>,
}

impl S3 {
    /// The only key it accepts.
    pub const ACCESS_KEY: &str = "toccata-test";
    /// And its secret.
    pub const SECRET_KEY: &str = "toccata-test-secret";
    /// What clients are to give as region.
    pub const REGION: &str = "us-east-1";

    /// Starts one, in milliseconds.
    pub fn own() -> S3 {
        let listener = free_listener();
        let s3 = S3 {
            folder: TempDir::new().expect("a temporary folder"),
            address: listener.local_addr().expect("the S3 server's address"),
            faults: Faults::default(),
            buckets: AtomicU32::new(0),
            running: Mutex::new(None),
        };
        *s3.running() = Some(s3.serve_in_background(listener));
        s3
    }

    /// Where it is: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes an empty bucket and returns its name.
    pub fn new_bucket(&self) -> String {
        let name = format!("story-{}", self.buckets.fetch_add(1, Ordering::Relaxed));
        std::fs::create_dir(self.folder.path().join(&name)).expect("a new bucket");
        name
    }

    /// What goes wrong with its calls.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Ends it at once: connections are cut, calls in hand are lost.
    pub fn kill(&self) {
        if let Some(runtime) = self.running().take() {
            runtime.shutdown_background();
        }
    }

    /// Starts it again, on the same port and data.
    pub fn start(&self) {
        let mut running = self.running();
        if running.is_none() {
            let listener = std::net::TcpListener::bind(self.address).expect("the S3 server's port is still free");
            *running = Some(self.serve_in_background(listener));
        }
    }

    /// Serves a folder for ever: what the program `s3-server` does.
    pub async fn serve(folder: &Path, listener: TcpListener, faults: Faults) {
        let store = Store::new(folder, S3::ACCESS_KEY, S3::SECRET_KEY, faults);
        loop {
            // A connection that failed before it was ours is its client's affair.
            let Ok((socket, _)) = listener.accept().await else { continue };
            let store = store.clone();
            let service = service_fn(move |request| store.clone().answer(request));
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service));
        }
    }

    fn serve_in_background(&self, listener: std::net::TcpListener) -> Runtime {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("s3")
            .enable_all()
            .build()
            .expect("a runtime for the S3 server");
        listener.set_nonblocking(true).expect("a socket for tokio");
        let (folder, faults) = (self.folder.path().to_owned(), self.faults.clone());
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a socket for tokio");
            S3::serve(&folder, listener, faults).await;
        });
        runtime
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<Runtime>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A port that no other S3 server of this process has or had: a story whose server is away must not meet another story's.
fn free_listener() -> std::net::TcpListener {
    static TRIED: AtomicUsize = AtomicUsize::new(0);
    // Test processes begin at different places.
    let first = std::process::id() as usize;
    let port = |_| PORTS.start + ((first + TRIED.fetch_add(1, Ordering::Relaxed)) % PORTS.len()) as u16;
    let mut ports = (0..PORTS.len()).map(port);
    ports
        .find_map(|port| std::net::TcpListener::bind(("127.0.0.1", port)).ok())
        .expect("a free port")
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.kill();
    }
}
