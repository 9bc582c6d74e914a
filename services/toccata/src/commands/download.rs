//! `toccata download`.

use crate::client::Service;
use crate::failure::{Failure, fault};
use artifacts::UnfinishedFile;
use bootstrap::digest::sha256_of;
use clap::Args;
use reqwest::Method;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Download the labels of a completed job, and prove them
#[derive(Args)]
pub struct Download {
    /// A job
    job: String,
    /// Folder for the files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    service: Service,
}

impl Download {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        Service::block_on(self.download())
    }

    async fn download(self) -> Result<(), Failure> {
        let list = self.service.get(&format!("/v1/jobs/{}/artifacts", self.job)).await?;
        let files = list["items"].as_array().cloned().unwrap_or_default();
        if files.is_empty() {
            return Err(Failure::Ended(format!(
                "{} has no files; see `toccata watch {}`",
                self.job, self.job
            )));
        }
        std::fs::create_dir_all(&self.out).map_err(fault)?;
        for file in &files {
            let text = |name: &str| file[name].as_str().unwrap_or_default();
            let name = Path::new(text("name"))
                .file_name()
                .ok_or_else(|| fault(std::io::Error::other("a file without a name")))?;
            let path = self.out.join(name);
            if !(path.is_file() && sha256_of(&path).is_ok_and(|sha256| sha256 == text("sha256"))) {
                self.fetch(file, &path).await?;
            }
            println!("{}", path.display());
        }
        Ok(())
    }

    async fn fetch(&self, file: &Value, path: &Path) -> Result<(), Failure> {
        let text = |name: &str| file[name].as_str().unwrap_or_default();
        let mut response = self.service.send(self.service.request(Method::GET, text("path"))).await?;
        let mut unfinished = UnfinishedFile::for_place(path).map_err(fault)?;
        while let Some(chunk) = response.chunk().await.map_err(fault)? {
            unfinished.file().write_all(&chunk).map_err(fault)?;
        }
        let sha256 = sha256_of(unfinished.path()).map_err(fault)?;
        if sha256 != text("sha256") {
            let message = format!(
                "{} arrived damaged: its sha256 is {sha256}, not {}; try again",
                text("name"),
                text("sha256")
            );
            return Err(fault(std::io::Error::other(message)));
        }
        unfinished.finish().map_err(fault)
    }
}
