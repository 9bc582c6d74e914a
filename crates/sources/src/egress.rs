//! The way out for child programs. yt-dlp and ffmpeg follow addresses by themselves: out of a page, a playlist, a redirect. They
//! are given a proxy of ours on this machine, and each connection they ask it for passes the guard and goes to the address that
//! was vetted. The network around a worker should deny private ranges as well; this holds where nobody set that up.

use crate::guard::{Guard, Vetted};
use crate::{FetchError, FetchErrorClass, fetch};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

/// Connections at a time; fetching one video takes a handful.
const CONNECTIONS_MAX: usize = 32;
/// Bytes of a request's head.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// How long a child may take to say what it wants, and a host to accept a connection.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes handed on at a time.
const CHUNK_BYTES: usize = 64 << 10;
/// Headers that are between a client and its proxy. Connections are not kept: the next request may be for another host.
const NOT_HANDED_ON: &[&str] = &["connection", "keep-alive", "proxy-connection", "proxy-authorization"];

/// A proxy for one child, closed with all its connections when dropped.
#[derive(Debug)]
pub(crate) struct Egress {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    guard: Guard,
    bytes_max: u64,
    bytes: AtomicU64,
    refusal: Mutex<Option<FetchError>>,
    overflow: Notify,
}

impl Egress {
    /// Opens a way out through the guard, for so many bytes of answers.
    pub(crate) async fn open(guard: Guard, bytes_max: u64) -> std::io::Result<Egress> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let shared = Arc::new(Shared {
            guard,
            bytes_max,
            bytes: AtomicU64::new(0),
            refusal: Mutex::new(None),
            overflow: Notify::new(),
        });
        Ok(Egress {
            address: listener.local_addr()?,
            serving: tokio::spawn(serve(listener, shared.clone())),
            shared,
        })
    }

    /// Its address, as programs take a proxy's.
    pub(crate) fn proxy(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until the sites have sent more than they may. The child would only try again.
    pub(crate) async fn overflowed(&self) {
        self.shared.overflow.notified().await;
    }

    /// What was refused first, if anything was.
    pub(crate) fn refusal(&self) -> Option<FetchError> {
        self.shared.refusal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Egress {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        if connections.len() >= CONNECTIONS_MAX {
            connections.join_next().await;
        }
        // A connection that failed before it began is the child's to notice.
        if let Ok((child, _)) = listener.accept().await {
            let shared = shared.clone();
            connections.spawn(async move {
                if let Err(error) = connection(child, &shared).await {
                    tracing::debug!(%error, "a child's connection ended early");
                }
            });
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(mut child: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let wanted = tokio::time::timeout(PATIENCE, read_head(&mut child)).await??;
    let Some(request) = Request::parse(&wanted) else {
        return child.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
    };
    let vetted = match shared.guard.vet(&request.url).await {
        Ok(vetted) => vetted,
        Err(error) => {
            let refuses = error.is_refusal();
            if refuses {
                shared.refuse(fetch::refused(error));
            }
            let status = if refuses { "403 Forbidden" } else { "502 Bad Gateway" };
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return child.write_all(answer.as_bytes()).await;
        }
    };
    let Ok(mut host) = connect(&vetted).await else {
        return child
            .write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .await;
    };
    match &request.handed_on {
        None => child.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?,
        Some(head) => host.write_all(head).await?,
    }
    host.write_all(&request.body_so_far).await?;
    let (mut from_child, mut to_child) = child.split();
    let (mut from_host, mut to_host) = host.split();
    // Whichever side ends first has said all it will: a closed request still waits for its answer, a closed answer ends both.
    let asking = async {
        hand_on(&mut from_child, &mut to_host, |_| true).await?;
        std::future::pending::<std::io::Result<()>>().await
    };
    let answering = hand_on(&mut from_host, &mut to_child, |bytes| shared.count(bytes));
    tokio::select! {
        ended = asking => ended,
        ended = answering => ended,
    }
}

impl Shared {
    fn refuse(&self, error: FetchError) {
        let mut refusal = self.refusal.lock().unwrap_or_else(PoisonError::into_inner);
        refusal.get_or_insert(error);
    }

    /// Counts bytes of answers; false once there are too many.
    fn count(&self, bytes: usize) -> bool {
        let fits = self.bytes.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64 <= self.bytes_max;
        if !fits {
            let message = format!("the sites sent more than {} bytes", self.bytes_max);
            self.refuse(FetchError::new(FetchErrorClass::Permanent, "too_large", message));
            self.overflow.notify_one();
        }
        fits
    }
}

/// What a child wants.
struct Request {
    /// Whom it wants to reach.
    url: Url,
    /// The head to hand on; none for a tunnel, whose bytes we do not see into.
    handed_on: Option<Vec<u8>>,
    /// What came behind the head already.
    body_so_far: Vec<u8>,
}

impl Request {
    fn parse(wanted: &[u8]) -> Option<Request> {
        let end = head_end(wanted)?;
        let head = std::str::from_utf8(&wanted[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let mut words = lines.next()?.split(' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        let body_so_far = wanted[end..].to_vec();
        if method == "CONNECT" {
            return Some(Request {
                url: Url::parse(&format!("https://{target}/")).ok()?,
                handed_on: None,
                body_so_far,
            });
        }
        let url = Url::parse(target).ok().filter(|url| url.scheme() == "http")?;
        let query = url.query().map_or(String::new(), |query| format!("?{query}"));
        let mut handed_on = format!("{method} {}{query} {version}\r\n", url.path());
        for line in lines.filter(|line| !line.is_empty()) {
            let name = line.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
            if !NOT_HANDED_ON.contains(&name.as_str()) {
                handed_on += &format!("{line}\r\n");
            }
        }
        handed_on += "Connection: close\r\n\r\n";
        Some(Request {
            url,
            handed_on: Some(handed_on.into_bytes()),
            body_so_far,
        })
    }
}

async fn read_head(child: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while head_end(&head).is_none() {
        if head.len() > HEAD_BYTES_MAX || child.read_buf(&mut head).await? == 0 {
            return Err(std::io::Error::other("the child sent no request"));
        }
    }
    Ok(head)
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|start| start + 4)
}

async fn connect(vetted: &Vetted) -> std::io::Result<TcpStream> {
    tokio::time::timeout(PATIENCE, TcpStream::connect(vetted.addresses())).await?
}

/// Hands bytes on until they end or may not go on.
async fn hand_on(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    may_go_on: impl Fn(usize) -> bool,
) -> std::io::Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let count = from.read(&mut chunk).await?;
        if count == 0 || !may_go_on(count) {
            return to.shutdown().await;
        }
        to.write_all(&chunk[..count]).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_handed_on_as_the_host_expects_it() {
        let wanted = b"GET http://lab.example:8080/a/b?c=d HTTP/1.1\r\nHost: lab.example:8080\r\nProxy-Connection: keep-alive\r\n\
            Connection: keep-alive\r\nRange: bytes=5-\r\n\r\nrest";
        let request = Request::parse(wanted).unwrap();
        assert_eq!(request.url.as_str(), "http://lab.example:8080/a/b?c=d");
        let handed_on = String::from_utf8(request.handed_on.unwrap()).unwrap();
        assert_eq!(
            handed_on,
            "GET /a/b?c=d HTTP/1.1\r\nHost: lab.example:8080\r\nRange: bytes=5-\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(request.body_so_far, b"rest");
    }

    #[test]
    fn a_tunnel_is_vetted_by_host_and_port() {
        let request = Request::parse(b"CONNECT [::1]:22 HTTP/1.1\r\n\r\n").unwrap();
        assert_eq!(request.url.as_str(), "https://[::1]:22/");
        assert!(request.handed_on.is_none());
    }

    #[test]
    fn anything_else_is_no_request() {
        for wanted in [
            &b"GET / HTTP/1.1\r\n\r\n"[..],
            b"GET ftp://a/ HTTP/1.1\r\n\r\n",
            b"CONNECT \r\n\r\n",
            b"\xff\xff\r\n\r\n",
            b"\r\n\r\n",
        ] {
            assert!(Request::parse(wanted).is_none(), "{}", String::from_utf8_lossy(wanted));
        }
    }
}
