//! A private RabbitMQ.

use super::folder::Folder;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;

/// A RabbitMQ server on loopback with its own data folder.
pub struct RabbitMq {
    folder: Folder,
    uri: String,
    prefixes: AtomicU32,
}

impl RabbitMq {
    /// The one of this test binary: not to be stopped or wiped.
    pub async fn shared() -> &'static RabbitMq {
        static SHARED: OnceCell<RabbitMq> = OnceCell::const_new();
        SHARED.get_or_init(RabbitMq::own).await
    }

    /// One of the story's own. Takes 4 s on an idle machine, much more on a busy one.
    pub async fn own() -> RabbitMq {
        let folder = Folder::new();
        let uri = folder.call("start", "rabbitmq").await;
        RabbitMq {
            folder,
            uri,
            prefixes: AtomicU32::new(0),
        }
    }

    /// Where it is: an `amqp://` URI.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// A beginning for queue names that no other story has.
    pub fn new_prefix(&self) -> String {
        format!("story{}.", self.prefixes.fetch_add(1, Ordering::Relaxed))
    }

    /// Ends it in order.
    pub async fn stop(&self) {
        self.folder.call("stop", "rabbitmq").await;
    }

    /// Ends it as a crash would. Confirmed persistent messages are there after the next start.
    pub async fn kill(&self) {
        self.folder.call("kill", "rabbitmq").await;
    }

    /// Starts it again, on the same port and data.
    pub async fn start(&self) {
        self.folder.call("start", "rabbitmq").await;
    }

    /// Loses everything it held, queues too, and starts again empty.
    pub async fn wipe(&self) {
        self.kill().await;
        std::fs::remove_dir_all(self.folder.path().join("rabbitmq/data")).expect("the data of a stopped RabbitMQ can be removed");
        self.start().await;
    }

    /// Messages that wait in a queue; None if there is no such queue.
    pub async fn waiting(&self, queue: &str) -> Option<u32> {
        let only_look = QueueDeclareOptions {
            passive: true,
            ..Default::default()
        };
        let (_connection, channel) = self.channel().await;
        let found = channel.queue_declare(queue.into(), only_look, FieldTable::default()).await;
        found.ok().map(|queue| queue.message_count())
    }

    /// Puts bytes into a queue past our own broker: a forged message.
    pub async fn forge(&self, queue: &str, body: &[u8]) {
        let (_connection, channel) = self.channel().await;
        channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms");
        let confirm = channel
            .basic_publish(
                "".into(),
                queue.into(),
                BasicPublishOptions::default(),
                body,
                BasicProperties::default(),
            )
            .await
            .expect("a forged message is sent");
        confirm.await.expect("a forged message is confirmed");
    }

    /// Removes a queue with what is in it.
    pub async fn delete(&self, queue: &str) {
        let (_connection, channel) = self.channel().await;
        channel
            .queue_delete(queue.into(), QueueDeleteOptions::default())
            .await
            .expect("a queue is deleted");
    }

    async fn channel(&self) -> (Connection, Channel) {
        let connection = Connection::connect(&self.uri, ConnectionProperties::default())
            .await
            .expect("the private RabbitMQ answers");
        let channel = connection.create_channel().await.expect("a channel");
        (connection, channel)
    }
}
