//! What we build with, held against the licences we can ship under.

use std::process::Command;

/// Licences that allow shipping a program that is MIT OR Apache-2.0.
const ALLOWED: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unlicense",
    "CC0-1.0",
    "0BSD",
    "BSL-1.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "WTFPL",
    "MIT-0",
    "NCSA",
    "CDLA-Permissive-2.0",
    "Apache-2.0 WITH LLVM-exception",
];

#[test]
fn every_dependency_may_be_shipped() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let done = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50);
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("none stated");
        assert!(permitted(licence), "{} is under {licence}", package["name"]);
    }
}

/// Whether an SPDX expression can be met with allowed licences: one of its OR alternatives, each of whose AND parts is allowed.
fn permitted(expression: &str) -> bool {
    let plain = expression.replace(['(', ')'], "").replace('/', " OR ");
    plain
        .split(" OR ")
        .any(|choice| choice.split(" AND ").all(|part| ALLOWED.contains(&part.trim())))
}
