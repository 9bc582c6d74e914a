//! A broker that loses, doubles, reorders and forges messages, and sometimes cannot be reached.

use crate::chance::Chance;
use async_trait::async_trait;
use broker::{Broker, BrokerError, InProcessBroker, Message, PublishError, Receiver};
use jobs::JobId;
use messages::JobReady;
use std::sync::Mutex;

/// What forged messages begin with that nobody can read.
pub const FORGED: &[u8] = b"forged";

pub struct FaultyBroker {
    inner: InProcessBroker,
    chance: Mutex<Chance>,
}

impl FaultyBroker {
    pub fn new(chance: Chance) -> FaultyBroker {
        FaultyBroker {
            inner: InProcessBroker::default(),
            chance: Mutex::new(chance),
        }
    }

    /// It loses its disk.
    pub fn wipe(&self) {
        self.inner.wipe();
    }

    /// Messages nobody could read.
    pub fn dead_letters(&self) -> Vec<Message> {
        self.inner.dead_letters()
    }

    /// What arrives instead of these messages.
    fn tampered(&self, messages: &[Message]) -> Vec<Message> {
        let mut chance = self.chance.lock().unwrap();
        let mut arriving = Vec::new();
        for message in messages {
            if !chance.happens(0.15) {
                arriving.push(message.clone());
            }
            if chance.happens(0.15) {
                arriving.push(message.clone());
            }
            if chance.happens(0.05) {
                let body = JobReady {
                    job: JobId::at(1, chance.bytes()),
                    ..JobReady::decode(&message.body).unwrap()
                };
                arriving.push(Message {
                    body: body.encode(),
                    ..message.clone()
                });
            }
            if chance.happens(0.05) {
                arriving.push(Message {
                    body: [FORGED, &chance.bytes()].concat(),
                    ..message.clone()
                });
            }
        }
        chance.shuffle(&mut arriving);
        arriving
    }
}

fn away() -> BrokerError {
    BrokerError {
        step: "publish",
        source: "the simulation says so".into(),
    }
}

#[async_trait]
impl Broker for FaultyBroker {
    async fn publish(&self, messages: &[Message]) -> Result<(), PublishError> {
        let fate = self.chance.lock().unwrap().unit();
        if fate < 0.1 {
            return Err(away().into());
        }
        self.inner.publish(&self.tampered(messages)).await?;
        // Confirmed, but the confirmation is lost.
        if fate < 0.2 { Err(away().into()) } else { Ok(()) }
    }

    async fn receiver(&self, queues: &[String]) -> Result<Box<dyn Receiver>, BrokerError> {
        self.inner.receiver(queues).await
    }

    async fn health(&self) -> Result<(), BrokerError> {
        Ok(())
    }
}
