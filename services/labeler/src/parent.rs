//! The parent's side of labelling in a child process: starts it, hears it, bounds it, ends it.

use crate::child::{CHILD_ARGUMENT, Line, Summary};
use crate::progress::Progress;
use crate::request::Request;
use jobs::Failure;
use rustix::process::{Pid, Resource, Rlimit, Signal};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::task::JoinHandle;

/// What a child may use up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChildLimits {
    /// Seconds on the clock for one video.
    pub wall_secs: u64,
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Bytes of the largest file it writes.
    pub file_bytes: u64,
}

impl Default for ChildLimits {
    /// A day for four hours of video on a slow machine; eight gibibytes where labelling takes less than one; files as large as
    /// the largest video.
    fn default() -> ChildLimits {
        ChildLimits {
            wall_secs: 24 * 3600,
            memory_bytes: 8 << 30,
            file_bytes: 16 << 30,
        }
    }
}

/// How long a child may take to stop when asked, before it is killed.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
/// As much of its complaints as is kept.
const STDERR_BYTES_MAX: usize = 16 << 10;

/// What a child used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ChildUsage {
    /// Processor seconds of all its threads.
    pub cpu_secs: f64,
    /// Most memory it had at once.
    pub peak_memory_bytes: i64,
}

/// How labelling in a child ended.
#[derive(Debug)]
pub enum ChildEnd {
    /// The results are in the request's folder.
    Labelled(Summary),
    /// It did not work.
    Failed(Failure),
    /// It was asked to stop and did.
    Stopped,
}

/// Runs one child to its end. `hear` is told its progress; the future `stop` ends it early, gently first.
pub async fn label_in_child(
    program: &PathBuf,
    request: &Request,
    limits: &ChildLimits,
    mut hear: impl FnMut(Progress),
    stop: impl Future<Output = ()>,
) -> (ChildEnd, ChildUsage) {
    let mut usage = ChildUsage::default();
    let end = match start(program, limits) {
        Err(error) => ChildEnd::Failed(Failure::retry(
            "label_child",
            format!("{} cannot be started: {error}", program.display()),
        )),
        Ok(mut child) => {
            let complaints = tokio::spawn(complaints(child.stderr.take()));
            let deadline = tokio::time::sleep(Duration::from_secs(limits.wall_secs));
            let last = tokio::select! {
                last = converse(&mut child, request, &mut hear, &mut usage) => last,
                () = stop => {
                    end(&mut child).await;
                    return (ChildEnd::Stopped, usage);
                }
                () = deadline => {
                    end(&mut child).await;
                    return (ChildEnd::Failed(too_long(limits)), usage);
                }
            };
            conclude(&mut child, last, complaints).await
        }
    };
    (end, usage)
}

fn start(program: &PathBuf, limits: &ChildLimits) -> std::io::Result<Child> {
    let child = Command::new(program)
        .arg(CHILD_ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that a signal reaches whatever it starts, and Ctrl-C at our terminal does not.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let bound = |resource, bytes| {
        let limit = Rlimit {
            current: Some(bytes),
            maximum: Some(bytes),
        };
        rustix::process::prlimit(pid(&child), resource, limit).map(|_| ())
    };
    bound(Resource::Data, limits.memory_bytes)?;
    bound(Resource::Fsize, limits.file_bytes)?;
    bound(Resource::Core, 0)?;
    Ok(child)
}

/// Gives the child its request and hears it until it says no more. Returns the last thing it said.
async fn converse(
    child: &mut Child,
    request: &Request,
    hear: &mut impl FnMut(Progress),
    usage: &mut ChildUsage,
) -> std::io::Result<Option<Line>> {
    let mut text = serde_json::to_vec(request)?;
    text.push(b'\n');
    // Stays open as long as we live: the child ends when it closes.
    let mut stdin = child.stdin.take();
    if let Some(stdin) = &mut stdin {
        match stdin.write_all(&text).await {
            // It died before it listened; how is seen below.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            written => written?,
        }
    }
    let pid = child.id();
    let Some(stdout) = child.stdout.take() else { return Ok(None) };
    let mut lines = BufReader::new(stdout).lines();
    let mut last = None;
    while let Some(line) = next(&mut lines).await? {
        *usage = pid.and_then(usage_of).unwrap_or(*usage);
        match line {
            Line::Progress(progress) => hear(progress),
            end => last = Some(end),
        }
    }
    Ok(last)
}

async fn next(lines: &mut tokio::io::Lines<BufReader<ChildStdout>>) -> std::io::Result<Option<Line>> {
    Ok(match lines.next_line().await? {
        Some(line) => Some(serde_json::from_str(&line)?),
        None => None,
    })
}

async fn conclude(child: &mut Child, last: std::io::Result<Option<Line>>, complaints: JoinHandle<String>) -> ChildEnd {
    if last.is_err() {
        end(child).await;
    }
    let status = child.wait().await;
    let complaints = complaints.await.unwrap_or_default();
    match (last, status) {
        (Ok(Some(Line::Labelled(summary))), _) => ChildEnd::Labelled(summary),
        (Ok(Some(Line::Refused(refusal))), _) => ChildEnd::Failed(Failure::discard(
            refusal.code.name(),
            format!("{} {}", refusal.message, refusal.hint),
        )),
        (Ok(Some(Line::Usage(message))), _) => ChildEnd::Failed(Failure::discard("request_invalid", message)),
        (Ok(Some(Line::Stopped)), _) => ChildEnd::Stopped,
        (Ok(Some(Line::DiskFull(message))), _) => ChildEnd::Failed(Failure::retry("disk_full", message)),
        (Ok(Some(Line::Fault(message))), _) => ChildEnd::Failed(Failure::retry("label_fault", message)),
        (Ok(Some(Line::Progress(_)) | None), Ok(status)) => ChildEnd::Failed(died(status, &complaints)),
        (Err(error), _) | (_, Err(error)) => ChildEnd::Failed(Failure::retry(
            "label_child",
            format!("the labelling process cannot be heard: {error}"),
        )),
    }
}

fn died(status: ExitStatus, complaints: &str) -> Failure {
    let message = format!("the labelling process died ({status}) while it worked on this video; its last words: {complaints:?}");
    Failure::retry("label_crashed", message)
}

fn too_long(limits: &ChildLimits) -> Failure {
    Failure::retry(
        "label_timed_out",
        format!("labelling took longer than {} s and was ended", limits.wall_secs),
    )
}

/// The end of what a child says on stderr; all of it is read, so that the child never waits for us.
async fn complaints(stderr: Option<ChildStderr>) -> String {
    let mut kept = Vec::new();
    let mut chunk = [0; 4096];
    if let Some(mut stderr) = stderr {
        while let Ok(count @ 1..) = stderr.read(&mut chunk).await {
            kept.extend_from_slice(&chunk[..count]);
            kept.drain(..kept.len().saturating_sub(STDERR_BYTES_MAX));
        }
    }
    String::from_utf8_lossy(&kept).trim().to_owned()
}

/// Asks the child's group to stop, and kills it if it does not.
async fn end(child: &mut Child) {
    signal(child, Signal::TERM);
    if tokio::time::timeout(STOP_PATIENCE, child.wait()).await.is_err() {
        signal(child, Signal::KILL);
        let _ = child.wait().await;
    }
}

fn signal(child: &Child, signal: Signal) {
    if let Some(pid) = pid(child) {
        let _ = rustix::process::kill_process_group(pid, signal);
    }
}

fn pid(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| Pid::from_raw(id.cast_signed()))
}

/// What a process used so far, as Linux tells in /proc.
fn usage_of(pid: u32) -> Option<ChildUsage> {
    /// Clock ticks a second in /proc/PID/stat: 100 on every Linux.
    const TICKS_PER_SEC: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold spaces; utime and stime are fields 14 and 15 of the line.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    let cpu_secs = (ticks()? + ticks()?) / TICKS_PER_SEC;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let peak_memory_bytes = 1024 * peak.trim().trim_end_matches(" kB").parse::<i64>().ok()?;
    Some(ChildUsage {
        cpu_secs,
        peak_memory_bytes,
    })
}
