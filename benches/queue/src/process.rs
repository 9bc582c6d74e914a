//! Child processes: workers that say when they begin a job, and whatever else is started.

use crate::Failed;
use rustix::process::{Pid, Signal, kill_process};
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

/// How long a child may take to end when asked to; after that it is killed.
const END_LIMIT: Duration = Duration::from_secs(20);

/// A process of the bench. Killed when dropped.
pub struct Process {
    child: Child,
    lines: tokio::io::Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts it. What it prints is read by `line`; complaints go where ours go.
    pub fn start(command: &mut Command) -> Result<Process, Failed> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no standard output")?).lines();
        Ok(Process { child, lines })
    }

    /// The next line it prints.
    pub async fn line(&mut self) -> Result<String, Failed> {
        self.lines.next_line().await?.ok_or_else(|| "a process ended early".into())
    }

    /// Ends it without warning.
    pub fn kill(&self) -> Result<(), Failed> {
        self.signal(Signal::KILL)
    }

    /// Asks it to end, and waits.
    pub async fn stop(mut self) -> Result<(), Failed> {
        self.signal(Signal::TERM)?;
        if tokio::time::timeout(END_LIMIT, self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<(), Failed> {
        let pid = self
            .child
            .id()
            .and_then(|pid| Pid::from_raw(pid.cast_signed()))
            .ok_or("a process has ended already")?;
        Ok(kill_process(pid, signal)?)
    }
}

/// Microseconds since 1970, by the clock all processes of this machine share.
#[expect(clippy::disallowed_methods, reason = "the one clock that several processes and Python read alike")]
pub fn now_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
