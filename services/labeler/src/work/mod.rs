//! The labelling worker's jobs, one file each.

mod cut;
mod expand_playlist;
mod fetch_video;
mod label_performance;

use crate::config::LabelerConfig;
use artifacts::ArtifactStore;
use async_trait::async_trait;
use catalog::{Catalog, Leased, Outcome};
use jobs::{Failure, Payload};
use sources::guard::Guard;
use std::path::PathBuf;
use std::sync::Arc;
use worker::{Handler, Interrupted, JobContext};

/// The name under which a job keeps its video.
const VIDEO: &str = jobs::MEDIA_ARTIFACT;
/// The name under which a job keeps the notes given with its video.
const NOTES: &str = jobs::NOTES_ARTIFACT;

/// Does the labelling worker's jobs.
pub struct LabelerWork {
    /// For host turns and for the videos of playlists.
    pub catalog: Arc<dyn Catalog>,
    /// Where videos and results are kept.
    pub store: ArtifactStore,
    /// Who may be asked.
    pub guard: Guard,
    /// The program that is started as a labelling child: one of ours.
    pub program: PathBuf,
    /// The settings.
    pub config: LabelerConfig,
}

#[async_trait]
impl Handler for LabelerWork {
    async fn run(&self, job: &Leased, context: &JobContext) -> Result<Outcome, Interrupted> {
        match &job.payload {
            Payload::ExpandPlaylist(playlist) => expand_playlist::run(self, job, playlist, context).await,
            Payload::FetchVideo(video) => fetch_video::run(self, job, video, context).await,
            Payload::LabelPerformance(performance) => label_performance::run(self, performance, context).await,
            other => Err(Failure::retry("wrong_worker", format!("a labelling worker cannot do {} jobs", other.kind())).into()),
        }
    }
}

impl LabelerWork {
    /// A folder for one attempt, deleted when dropped.
    fn folder(&self, context: &JobContext) -> Result<tempfile::TempDir, Interrupted> {
        let disk = |error: std::io::Error| Interrupted::Failed(artifacts::failure_of_disk(&error));
        std::fs::create_dir_all(&self.config.work_folder).map_err(disk)?;
        tempfile::Builder::new()
            .prefix(&format!("{}-{}-", context.held().job, context.held().fence.0))
            .tempdir_in(&self.config.work_folder)
            .map_err(disk)
    }
}
