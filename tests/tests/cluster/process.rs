//! One of our programs as a process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running program; killed when dropped.
pub struct Process {
    child: Child,
    log: PathBuf,
}

/// Where the programs of this build are: beside the folder of this test.
pub fn program(name: &str) -> PathBuf {
    let folder = std::env::current_exe().expect("the test knows where it is");
    let folder = folder.parent().and_then(Path::parent).expect("target/release/deps/cluster");
    let program = folder.join(name);
    assert!(program.is_file(), "{name} is not built: run with `cargo test --workspace`");
    program
}

impl Process {
    /// Starts it with a log of its own.
    pub fn start(command: &mut Command, log: PathBuf) -> Process {
        let file = std::fs::File::create(&log).expect("a log");
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a log"))
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Process { child, log }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it said so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Sends a signal: `KILL`, `STOP`, `CONT`, `TERM`.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success(), "no signal {signal}");
    }

    /// Ends it without warning.
    pub fn kill(mut self) {
        self.end();
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
        if std::thread::panicking() {
            let said = self.said();
            let tail: Vec<&str> = said.lines().rev().take(25).collect();
            eprintln!("---- {}", self.log.display());
            tail.iter().rev().for_each(|line| eprintln!("{line}"));
        }
    }
}
