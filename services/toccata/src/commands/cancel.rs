//! `toccata cancel`.

use super::watch::path;
use crate::client::Service;
use crate::failure::Failure;
use clap::Args;
use serde_json::json;

/// Cancel a job or a batch
#[derive(Args)]
pub struct Cancel {
    /// A job or a batch
    id: String,
    #[command(flatten)]
    service: Service,
}

impl Cancel {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        Service::block_on(async {
            let answer = self.service.post(&format!("{}/cancel", path(&self.id)?), &json!({})).await?;
            let running = answer["cancel_requested"] == true;
            println!(
                "{}: {}",
                self.id,
                if running {
                    "its worker will stop within seconds"
                } else {
                    "cancelled"
                }
            );
            Ok(())
        })
    }
}
