//! Child programs, confined: a process group of their own, limits on what they may use up, no shell, an empty environment but for
//! what is named, and an end at the latest after the wall-clock limit. A tool that crashes, hangs or fills the disk takes nothing
//! else with it.

use rustix::process::{Pid, Signal};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// What a child may use up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Confinement {
    /// Seconds on the clock.
    pub wall_secs: u64,
    /// Seconds of computing, of each of its processes.
    pub cpu_secs: u64,
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Bytes of the largest file it may write.
    pub file_bytes: u64,
    /// Open files.
    pub open_files: u64,
}

impl Default for Confinement {
    /// An hour, all of it computing if need be; two gibibytes of memory, four of disk.
    fn default() -> Confinement {
        Confinement {
            wall_secs: 3600,
            cpu_secs: 3600,
            memory_bytes: 2 << 30,
            file_bytes: 4 << 30,
            open_files: 256,
        }
    }
}

/// How long a child may take to stop when asked, before it is killed.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
/// The end of what it says on stderr is kept, this much of it.
const STDERR_BYTES_MAX: usize = 64 << 10;
/// A line of its output is cut here.
const LINE_BYTES_MAX: u64 = 4 << 20;
/// The search path of children.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A program to run.
#[derive(Clone, Debug)]
pub struct Program<'a> {
    /// The program and its first arguments.
    pub command: &'a [OsString],
    /// Its environment, besides a search path, a plain locale and a home folder that is `folder`.
    pub environment: &'a [(String, OsString)],
    /// Where it runs; also its home and its place for temporary files.
    pub folder: &'a Path,
}

/// How a child ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// The end of what it said on stderr.
    pub stderr: String,
}

/// Why a child did not end by itself.
#[derive(Debug, thiserror::Error)]
pub enum ConfinedError {
    /// It could not be started.
    #[error("{program} could not be started")]
    Start {
        /// The program.
        program: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It ran too long and was ended.
    #[error("{program} ran longer than {secs} s and was ended; it said last: {stderr:?}")]
    TimedOut {
        /// The program.
        program: String,
        /// Its limit.
        secs: u64,
        /// The end of what it said.
        stderr: String,
    },
    /// Somebody asked to stop, and it was ended.
    #[error("{program} was stopped")]
    Stopped {
        /// The program.
        program: String,
    },
    /// It could not be heard.
    #[error("{program} could not be heard")]
    Output {
        /// The program.
        program: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// How listening to a child came to its end.
enum Heard {
    Ended(std::io::Result<ExitStatus>),
    Stopped,
    TimedOut,
}

/// Runs a program to its end and hears each line of its stdout.
pub async fn run(
    program: &Program<'_>,
    arguments: &[OsString],
    confinement: &Confinement,
    hear: impl FnMut(&str) + Send,
    stop: impl Future<Output = ()> + Send,
) -> Result<Ended, ConfinedError> {
    let first = program.command.first().map(|name| name.to_string_lossy().into_owned());
    let name = first.unwrap_or_default();
    let mut child = start(program, arguments, confinement).map_err(|source| ConfinedError::Start {
        program: name.clone(),
        source,
    })?;
    let mut group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
    let said = tail(child.stderr.take());
    let stdout = child.stdout.take();
    let heard = tokio::select! {
        ended = hear_to_the_end(&mut child, stdout, hear) => Heard::Ended(ended),
        () = stop => Heard::Stopped,
        () = tokio::time::sleep(Duration::from_secs(confinement.wall_secs)) => Heard::TimedOut,
    };
    // Whatever it started goes with it, after a good end too.
    end_group(&mut child, group.0, matches!(heard, Heard::Ended(_))).await;
    // Its number may be another's from here on.
    group.0 = None;
    // What left the group can hold stderr open as long as it likes; what it says there is not waited for.
    let stderr = tokio::time::timeout(STOP_PATIENCE, said)
        .await
        .ok()
        .and_then(Result::ok)
        .unwrap_or_default();
    match heard {
        Heard::Ended(Ok(status)) => Ok(Ended { status, stderr }),
        Heard::Ended(Err(source)) => Err(ConfinedError::Output { program: name, source }),
        Heard::Stopped => Err(ConfinedError::Stopped { program: name }),
        Heard::TimedOut => Err(ConfinedError::TimedOut {
            program: name,
            secs: confinement.wall_secs,
            stderr,
        }),
    }
}

/// A child's process group, which ends when nobody waits for the child any more: a task that is dropped leaves nothing behind.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
        }
    }
}

fn start(program: &Program<'_>, arguments: &[OsString], confinement: &Confinement) -> std::io::Result<Child> {
    // `prlimit` sets the limits and becomes the program, so that there is no moment without them.
    Command::new("prlimit")
        .arg(format!("--cpu={}", confinement.cpu_secs))
        .arg(format!("--data={}", confinement.memory_bytes))
        .arg(format!("--fsize={}", confinement.file_bytes))
        .arg(format!("--nofile={}", confinement.open_files))
        .arg("--core=0")
        .arg("--")
        .args(program.command)
        .args(arguments)
        .current_dir(program.folder)
        .env_clear()
        .env("PATH", PATH)
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", program.folder)
        .env("TMPDIR", program.folder)
        .envs(program.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

async fn hear_to_the_end(
    child: &mut Child,
    stdout: Option<impl AsyncRead + Unpin>,
    mut hear: impl FnMut(&str),
) -> std::io::Result<ExitStatus> {
    if let Some(stdout) = stdout {
        let mut reader = BufReader::new(stdout);
        let mut line = Vec::new();
        while (&mut reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await? > 0 {
            hear(String::from_utf8_lossy(&line).trim_end());
            line.clear();
        }
    }
    child.wait().await
}

/// Reads all of what a child says on stderr, so that it never waits for us, and keeps the end.
fn tail(stderr: Option<impl AsyncRead + Unpin + Send + 'static>) -> JoinHandle<String> {
    tokio::spawn(async move {
        let mut kept = Vec::new();
        let mut chunk = [0; 4096];
        if let Some(mut stderr) = stderr {
            while let Ok(count @ 1..) = stderr.read(&mut chunk).await {
                kept.extend_from_slice(&chunk[..count]);
                kept.drain(..kept.len().saturating_sub(STDERR_BYTES_MAX));
            }
        }
        String::from_utf8_lossy(&kept).trim().to_owned()
    })
}

/// Ends the child's whole group: gently first unless the child itself has ended.
async fn end_group(child: &mut Child, group: Option<Pid>, ended: bool) {
    let Some(group) = group else { return };
    if !ended {
        let _ = rustix::process::kill_process_group(group, Signal::TERM);
        let _ = tokio::time::timeout(STOP_PATIENCE, child.wait()).await;
    }
    let _ = rustix::process::kill_process_group(group, Signal::KILL);
    let _ = child.wait().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn shell(script: &str, confinement: Confinement, folder: &Path) -> Result<(Ended, Vec<String>), ConfinedError> {
        let command = ["bash".into(), "-c".into(), script.into()];
        let program = Program {
            command: &command,
            environment: &[],
            folder,
        };
        let mut lines = Vec::new();
        let hear = |line: &str| lines.push(line.to_owned());
        let ended = run(&program, &[], &confinement, hear, std::future::pending()).await?;
        Ok((ended, lines))
    }

    /// Waits until a killed process is gone, or dead and waiting for whoever adopted it to notice: the signal is sent before it acts.
    async fn is_gone(pid: &str) {
        let alive = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        let gone = async {
            while alive() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), gone).await.unwrap();
    }

    #[tokio::test]
    async fn a_child_is_heard_and_knows_nothing_of_our_environment() {
        let folder = tempfile::tempdir().unwrap();
        let script = "echo one; echo $HOME; echo ${CARGO_MANIFEST_DIR:-nothing}; echo bad >&2; exit 3";
        let (ended, lines) = shell(script, Confinement::default(), folder.path()).await.unwrap();
        assert_eq!(lines, ["one", &folder.path().display().to_string(), "nothing"]);
        assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(3), "bad"));
    }

    #[tokio::test]
    async fn a_child_that_hangs_is_ended_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let confinement = Confinement {
            wall_secs: 1,
            ..Confinement::default()
        };
        let script = "sleep 1000 & echo $! > grandchild; sleep 1000";
        let refused = shell(script, confinement, folder.path()).await.unwrap_err();
        assert!(matches!(refused, ConfinedError::TimedOut { secs: 1, .. }), "{refused}");
        is_gone(&std::fs::read_to_string(folder.path().join("grandchild")).unwrap()).await;
    }

    #[tokio::test]
    async fn a_child_nobody_waits_for_is_ended_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("grandchild");
        let begun = async {
            while !std::fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n')) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let script = "sleep 1000 & echo $! > grandchild; sleep 1000";
        tokio::select! {
            ended = shell(script, Confinement::default(), folder.path()) => panic!("it ended: {ended:?}"),
            () = begun => {}
        }
        is_gone(&std::fs::read_to_string(pid).unwrap()).await;
    }

    #[tokio::test]
    async fn a_child_cannot_compute_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let confinement = Confinement {
            cpu_secs: 1,
            ..Confinement::default()
        };
        let (ended, _) = shell("while :; do :; done", confinement, folder.path()).await.unwrap();
        assert!(!ended.status.success());
    }

    #[tokio::test]
    async fn a_child_cannot_fill_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let confinement = Confinement {
            file_bytes: 1 << 16,
            ..Confinement::default()
        };
        let script = "head -c 1000000 /dev/zero > big";
        let (ended, _) = shell(script, confinement, folder.path()).await.unwrap();
        assert!(!ended.status.success());
        assert_eq!(std::fs::metadata(folder.path().join("big")).unwrap().len(), 1 << 16);
    }
}
