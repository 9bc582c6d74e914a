//! A folder of private servers, and the child process that ends them.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/servers.sh");

/// A folder of servers. They end and it goes when this is dropped, and also when the process ends in whatever way: a guarding
/// child waits for the end of a pipe whose other end only this process holds.
pub(super) struct Folder {
    path: PathBuf,
    guard: Child,
}

impl Folder {
    pub(super) fn new() -> Folder {
        // Short, as the path of PostgreSQL's socket has to stay under 108 bytes; and not below a home, which the servers' users may
        // not enter.
        let path = tempfile::Builder::new()
            .prefix("toccata-")
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .tempdir()
            .expect("a temporary folder")
            .keep();
        let guard = std::process::Command::new(SCRIPT)
            .arg("guard")
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/servers.sh starts");
        Folder { path, guard }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `servers.sh VERB SERVER` on this folder and returns what it prints. Panics with its complaint if it fails.
    pub(super) async fn call(&self, verb: &str, server: &str) -> String {
        let output = tokio::process::Command::new(SCRIPT)
            .args([verb, server])
            .arg(&self.path)
            .env("SERVERS_DURABLE", "no")
            .stdin(Stdio::null())
            .output()
            .await
            .expect("scripts/servers.sh starts");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "servers.sh {verb} {server}: {complaint}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // Its end is all we want to know; that it failed is seen in the folder it leaves.
        let _ = self.guard.wait();
    }
}
