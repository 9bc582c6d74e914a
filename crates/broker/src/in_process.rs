//! Messages between tasks of one process.

use crate::{Broker, BrokerError, Delivery, Message, PublishError, Receiver};
use async_trait::async_trait;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Messages a queue holds. More are dropped: a thousand hints that something may be ready are as good as a million.
const QUEUE_LENGTH_MAX: usize = 1000;

/// A broker for one process; clones share its queues.
#[derive(Clone, Default)]
pub struct InProcessBroker(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queues: Mutex<HashMap<String, VecDeque<Message>>>,
    dead_letters: Mutex<Vec<Message>>,
    rung: Notify,
}

impl Shared {
    fn queues(&self) -> MutexGuard<'_, HashMap<String, VecDeque<Message>>> {
        // Nothing that holds the lock can leave the queues half changed.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, names: &[String]) -> Option<Message> {
        let mut queues = self.queues();
        names.iter().find_map(|name| queues.get_mut(name)?.pop_front())
    }

    fn put_back(&self, message: Message) {
        self.queues().entry(message.queue.clone()).or_default().push_front(message);
        self.rung.notify_waiters();
    }
}

impl InProcessBroker {
    /// Forgets all messages, as a broker does that loses its disk.
    pub fn wipe(&self) {
        self.0.queues().clear();
    }

    /// Messages nobody could read.
    pub fn dead_letters(&self) -> Vec<Message> {
        self.0.dead_letters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Broker for InProcessBroker {
    async fn publish(&self, messages: &[Message]) -> Result<(), PublishError> {
        for message in messages {
            let mut queues = self.0.queues();
            let queue = queues.entry(message.queue.clone()).or_default();
            if queue.len() < QUEUE_LENGTH_MAX {
                queue.push_back(message.clone());
            }
        }
        self.0.rung.notify_waiters();
        Ok(())
    }

    async fn receiver(&self, queues: &[String]) -> Result<Box<dyn Receiver>, BrokerError> {
        Ok(Box::new(InProcessReceiver {
            shared: Arc::clone(&self.0),
            queues: queues.to_vec(),
        }))
    }

    async fn health(&self) -> Result<(), BrokerError> {
        Ok(())
    }
}

struct InProcessReceiver {
    shared: Arc<Shared>,
    queues: Vec<String>,
}

#[async_trait]
impl Receiver for InProcessReceiver {
    async fn take_one(&mut self, wait: Duration) -> Option<Box<dyn Delivery>> {
        let next = async {
            loop {
                // Listening begins before looking, so that no ring falls in between.
                let mut rung = std::pin::pin!(self.shared.rung.notified());
                rung.as_mut().enable();
                if let Some(message) = self.shared.take(&self.queues) {
                    return message;
                }
                rung.await;
            }
        };
        let message = tokio::time::timeout(wait, next).await.ok()?;
        Some(Box::new(InProcessDelivery {
            shared: Arc::clone(&self.shared),
            message: Some(message),
        }))
    }
}

struct InProcessDelivery {
    shared: Arc<Shared>,
    /// None once it is answered.
    message: Option<Message>,
}

#[async_trait]
impl Delivery for InProcessDelivery {
    fn body(&self) -> &[u8] {
        self.message.as_ref().map_or(&[], |message| &message.body)
    }

    fn traceparent(&self) -> Option<&str> {
        self.message.as_ref()?.traceparent.as_deref()
    }

    async fn ack(mut self: Box<Self>) {
        self.message = None;
    }

    async fn reject_undecodable(mut self: Box<Self>) {
        if let Some(message) = self.message.take() {
            self.shared
                .dead_letters
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(message);
        }
    }
}

impl Drop for InProcessDelivery {
    fn drop(&mut self) {
        if let Some(message) = self.message.take() {
            self.shared.put_back(message);
        }
    }
}
