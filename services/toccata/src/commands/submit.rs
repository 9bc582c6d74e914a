//! `toccata submit`.

use super::watch;
use crate::client::Service;
use crate::failure::{Failure, fault};
use bytes::Bytes;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Submit videos, playlists or files to a service
#[derive(Args)]
pub struct Submit {
    /// Addresses of videos, playlists or channels, or video files
    #[arg(required_unless_present = "list")]
    inputs: Vec<String>,
    /// A file with an address on each line; its videos become one batch
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Notes of the one video submitted (MIDI, PIG or tab-separated)
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,
    /// Video time = note time + this
    #[arg(long, value_name = "S", allow_negative_numbers = true, requires = "notes")]
    notes_offset_secs: Option<f64>,
    /// Label only this part: seconds from the start, as FROM-TO
    #[arg(long, value_name = "FROM-TO", value_parser = section)]
    section: Option<(f64, f64)>,
    /// How urgent
    #[arg(long, value_enum)]
    priority: Option<Priority>,
    /// Train a policy on the result
    #[arg(long)]
    train: bool,
    /// Draw the overlay video too
    #[arg(long)]
    overlay: bool,
    /// The licence of the recording
    #[arg(long)]
    licence: Option<String>,
    /// Why it may be processed: own content, permission, licence, research exception, public domain
    #[arg(long)]
    legal_basis: Option<String>,
    /// Wait until it has ended, showing how far it is
    #[arg(long)]
    watch: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    service: Service,
}

#[derive(Clone, Copy, ValueEnum)]
enum Priority {
    /// Somebody waits for it
    Interactive,
    /// Single videos
    Normal,
    /// Batches
    Backfill,
}

/// Sent at a time: what has to be sent again when the connection breaks.
const CHUNK_BYTES: usize = 8 << 20;
/// Tries for each chunk.
const TRIES: u32 = 5;

fn section(text: &str) -> Result<(f64, f64), String> {
    let wrong = || format!("{text:?} is not FROM-TO in seconds, such as 10-25.5");
    let (from, to) = text.split_once('-').ok_or_else(wrong)?;
    let (from, to) = (from.parse().map_err(|_| wrong())?, to.parse().map_err(|_| wrong())?);
    if from < to { Ok((from, to)) } else { Err(wrong()) }
}

impl Submit {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        Service::block_on(self.submit())
    }

    async fn submit(self) -> Result<(), Failure> {
        if self.notes.is_some() && self.inputs.len() != 1 {
            return Err(Failure::Usage("--notes belongs to exactly one video".to_owned()));
        }
        let mut accepted = Vec::new();
        for input in &self.inputs {
            let answer = self.submit_one(input).await?;
            self.tell(&answer);
            accepted.push(answer);
        }
        if let Some(list) = &self.list {
            let answer = self.submit_list(list).await?;
            self.tell(&answer);
            accepted.push(answer);
        }
        if self.watch {
            for answer in &accepted {
                watch::until_ended(&self.service, id(answer), self.json).await?;
            }
        }
        Ok(())
    }

    async fn submit_one(&self, input: &str) -> Result<Value, Failure> {
        let mut body = json!({ "options": self.options() });
        let path = Path::new(input);
        if path.is_file() {
            body["upload"] = upload(&self.service, path, self.json).await?.into();
        } else {
            body["url"] = input.into();
        }
        if let Some(notes) = &self.notes {
            body["notes_upload"] = upload(&self.service, notes, self.json).await?.into();
        }
        if let Ok(identity) = sources::identity::identify(input)
            && identity.kind == sources::identity::IdentityKind::Playlist
        {
            return self.service.post("/v1/batches", &body).await;
        }
        self.service.post("/v1/videos", &body).await
    }

    async fn submit_list(&self, list: &Path) -> Result<Value, Failure> {
        let text = std::fs::read_to_string(list).map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", list.display())))?;
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let body = json!({
            "urls": lines.collect::<Vec<_>>(),
            "name": list.file_stem().map(|name| name.to_string_lossy()),
            "options": self.options(),
        });
        self.service.post("/v1/batches", &body).await
    }

    fn options(&self) -> Value {
        let mut options = json!({});
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                options[name] = value;
            }
        };
        set(
            "section",
            self.section.map(|(start, end)| json!({ "start_secs": start, "end_secs": end })),
        );
        let priority = self.priority.and_then(|priority| priority.to_possible_value());
        set("priority", priority.map(|value| value.get_name().into()));
        set("train", self.train.then(|| true.into()));
        set("overlay", self.overlay.then(|| true.into()));
        set("licence", self.licence.clone().map(Value::from));
        set("legal_basis", self.legal_basis.clone().map(Value::from));
        set("notes_offset_secs", self.notes_offset_secs.map(Value::from));
        options
    }

    fn tell(&self, answer: &Value) {
        if self.json {
            println!("{answer}");
        } else if id(answer).starts_with("batch_") {
            let count = |name: &str| answer["counts"][name].as_i64().unwrap_or(0);
            println!(
                "{}: {} videos, {} lines refused",
                id(answer),
                count("total") - count("refused"),
                count("refused")
            );
        } else if answer["joined"] == true {
            println!("{}: submitted before, {}", id(answer), answer["state"].as_str().unwrap_or_default());
        } else {
            println!("{}: accepted", id(answer));
        }
    }
}

fn id(answer: &Value) -> &str {
    answer["id"].as_str().unwrap_or_default()
}

/// Uploads a file in pieces and goes on where a broken connection stopped it. Returns the upload's id.
async fn upload(service: &Service, path: &Path, quiet: bool) -> Result<String, Failure> {
    let unreadable = |error: std::io::Error| Failure::Usage(format!("{} cannot be read: {error}", path.display()));
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let size_bytes = file.metadata().map_err(unreadable)?.len();
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let upload = service
        .post("/v1/uploads", &json!({ "name": name, "size_bytes": size_bytes }))
        .await?;
    let id = id(&upload).to_owned();
    let bar = if quiet {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(size_bytes)
    };
    if let Ok(style) = ProgressStyle::with_template("upload     {bar:32} {percent:>3} %  {bytes}/{total_bytes}") {
        bar.set_style(style);
    }
    let (mut sent, mut tries) = (0, 0);
    while sent < size_bytes {
        file.seek(SeekFrom::Start(sent)).map_err(unreadable)?;
        let mut chunk = Vec::new();
        (&mut file).take(CHUNK_BYTES as u64).read_to_end(&mut chunk).map_err(unreadable)?;
        match send_chunk(service, &id, sent, chunk.into()).await {
            Ok(received) => (sent, tries) = (received, 0),
            Err(failure) if tries >= TRIES => return Err(failure),
            Err(_) => {
                tries += 1;
                tokio::time::sleep(Duration::from_secs(1 << tries)).await;
                // What really arrived is the service's to say.
                let upload = service.get(&format!("/v1/uploads/{id}")).await;
                sent = upload.ok().and_then(|upload| upload["received_bytes"].as_u64()).unwrap_or(sent);
            }
        }
        bar.set_position(sent);
    }
    bar.finish_and_clear();
    Ok(id)
}

async fn send_chunk(service: &Service, id: &str, offset: u64, chunk: Bytes) -> Result<u64, Failure> {
    let request = service
        .request(Method::PATCH, &format!("/v1/uploads/{id}"))
        .header("Upload-Offset", offset)
        .header("Content-Type", "application/octet-stream")
        .body(chunk);
    let upload = service.json(request).await?;
    upload["received_bytes"]
        .as_u64()
        .ok_or_else(|| fault(std::io::Error::other("the service did not say what arrived")))
}
