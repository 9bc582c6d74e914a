//! `toccata retry`.

use super::watch::path;
use crate::client::Service;
use crate::failure::Failure;
use clap::Args;
use serde_json::json;

/// Try a job that ended without a result again, or all such jobs of a batch
#[derive(Args)]
pub struct Retry {
    /// A job or a batch
    id: String,
    #[command(flatten)]
    service: Service,
}

impl Retry {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let verb = if self.id.starts_with("batch_") { "retry-failed" } else { "retry" };
        Service::block_on(async {
            self.service.post(&format!("{}/{verb}", path(&self.id)?), &json!({})).await?;
            println!("{}: will be tried again", self.id);
            Ok(())
        })
    }
}
