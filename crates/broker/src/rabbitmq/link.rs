//! One connection, opened when it is needed and again when it broke.

use crate::BrokerError;
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// One question to the broker and its answer. A healthy broker needs milliseconds; a quorum queue that elects a leader, a second.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// After a failed attempt to connect the next ones fail at once for so long, so that callers are not slow while the broker is away.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// A broker that is frozen or cut off is noticed after two of these. RabbitMQ suggests 5 to 20 s.
const HEARTBEAT_SECS: u16 = 10;
/// How often blocked time is counted.
const BLOCKED_LOOK_EVERY: Duration = Duration::from_secs(1);

pub(super) struct Link {
    uri: AMQPUri,
    /// What the connection is for, as RabbitMQ's pages and our metrics name it.
    purpose: &'static str,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<Arc<Connection>>,
    failed_at: Option<Instant>,
}

#[derive(Debug, thiserror::Error)]
enum Away {
    #[error("no answer within {0:?}")]
    NoAnswer(Duration),
    #[error("it could not be reached a moment ago")]
    JustNow,
    #[error("the URI cannot be read: {0}")]
    Uri(String),
}

impl Link {
    pub(super) fn new(uri: &str, purpose: &'static str) -> Result<Link, BrokerError> {
        let mut uri: AMQPUri = uri.parse().map_err(|reason| BrokerError {
            step: "connect",
            source: Box::new(Away::Uri(reason)),
        })?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT_SECS);
        Ok(Link {
            uri,
            purpose,
            state: Mutex::default(),
        })
    }

    /// The connection, opened if there is none that works.
    pub(super) async fn connection(&self) -> Result<Arc<Connection>, BrokerError> {
        let mut state = self.state.lock().await;
        if let Some(connection) = state.connection.as_ref().filter(|connection| connection.status().connected()) {
            return Ok(Arc::clone(connection));
        }
        if state.failed_at.is_some_and(|at| at.elapsed() < RETRY_AFTER) {
            return Err(BrokerError {
                step: "connect",
                source: Box::new(Away::JustNow),
            });
        }
        // No recovery by lapin: with it, calls hang while the broker is away, and it is of use only to long-lived consumers.
        let name = format!("toccata {}", self.purpose);
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        match within("connect", Connection::connect_uri(self.uri.clone(), properties)).await {
            Ok(connection) => {
                metrics::counter!("broker_connections_total", "purpose" => self.purpose).increment(1);
                let connection = Arc::new(connection);
                tokio::spawn(count_blocked_time(Arc::downgrade(&connection), self.purpose));
                *state = State {
                    connection: Some(Arc::clone(&connection)),
                    failed_at: None,
                };
                Ok(connection)
            }
            Err(error) => {
                *state = State {
                    connection: None,
                    failed_at: Some(Instant::now()),
                };
                Err(error)
            }
        }
    }

    /// A new channel on it.
    pub(super) async fn channel(&self) -> Result<Channel, BrokerError> {
        let connection = self.connection().await?;
        let opened = within("open a channel", connection.create_channel()).await;
        if opened.is_err() {
            self.leave(&connection).await;
        }
        opened
    }

    /// Gives up a connection that does not answer; the next caller opens another.
    pub(super) async fn leave(&self, broken: &Arc<Connection>) {
        let mut state = self.state.lock().await;
        if state.connection.as_ref().is_some_and(|connection| Arc::ptr_eq(connection, broken)) {
            state.connection = None;
        }
    }
}

/// The answer of the broker, or an error that names the step, after `ANSWER_LIMIT` at the latest.
pub(super) async fn within<T>(step: &'static str, answer: impl Future<Output = lapin::Result<T>>) -> Result<T, BrokerError> {
    match tokio::time::timeout(ANSWER_LIMIT, answer).await {
        Ok(answer) => answer.map_err(|error| BrokerError {
            step,
            source: error.into(),
        }),
        Err(_) => Err(BrokerError {
            step,
            source: Box::new(Away::NoAnswer(ANSWER_LIMIT)),
        }),
    }
}

/// Counts the seconds in which RabbitMQ, short of memory or disk, takes nothing from this connection.
async fn count_blocked_time(connection: Weak<Connection>, purpose: &'static str) {
    let blocked_secs = metrics::counter!("broker_blocked_seconds_total", "purpose" => purpose);
    while let Some(connection) = connection.upgrade().filter(|connection| connection.status().connected()) {
        if connection.status().blocked() {
            blocked_secs.increment(BLOCKED_LOOK_EVERY.as_secs());
        }
        drop(connection);
        tokio::time::sleep(BLOCKED_LOOK_EVERY).await;
    }
}
