//! The layers of ARCHITECTURE.md, held against every manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Layer of each package: a package may use packages of lower layers only; those marked * may use their own layer too.
const LAYERS: &[(u8, &str)] = &[
    (0, "piano"),
    (0, "jobs"),
    (0, "onnx"),
    (0, "checkpoints"),
    (1, "vision"),
    (1, "hearing"),
    (1, "fingering"),
    (1, "simulation"),
    (1, "learning"),
    (2, "synthesis"),
    (2, "labeling"),
    (2, "planning"),
    (2, "training"),
    (3, "media"),
    (3, "inference"),
    (3, "artifacts"),
    (3, "catalog"),
    (3, "messages"),
    (3, "broker"),
    (3, "sources"),
    (4, "worker"),
    (4, "bootstrap"),
    (5, "labeler"),
    (5, "api"),
    (5, "trainer"),
    (6, "toccata"),
    (7, "tests"),
];

/// The one home of each heavy dependency; the package `tests` looks at all of them from outside.
const HOMES: &[(&str, &str)] = &[
    ("ffmpeg-next", "media"),
    ("ort", "inference"),
    ("parquet", "artifacts"),
    ("object_store", "artifacts"),
    ("sqlx", "catalog"),
    ("lapin", "broker"),
    ("gltf", "synthesis"),
    ("mujoco-rs", "simulation"),
    ("khronos-egl", "simulation"),
    ("gemm", "learning"),
    ("rustysynth", "synthesis"),
];

/// Packages without files, network, environment or clock.
const PURE_LAYERS: std::ops::RangeInclusive<u8> = 0..=2;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn manifests() -> BTreeMap<String, (PathBuf, toml::Table)> {
    let folders = ["crates", "services"]
        .into_iter()
        .flat_map(|folder| std::fs::read_dir(root().join(folder)).unwrap());
    let paths = folders.map(|entry| entry.unwrap().path()).chain([root().join("tests")]);
    let read = |path: PathBuf| {
        let table: toml::Table = std::fs::read_to_string(path.join("Cargo.toml")).unwrap().parse().unwrap();
        (table["package"]["name"].as_str().unwrap().to_owned(), (path, table))
    };
    paths.filter(|path| path.join("Cargo.toml").is_file()).map(read).collect()
}

fn dependencies(manifest: &toml::Table) -> Vec<String> {
    manifest
        .get("dependencies")
        .and_then(|table| table.as_table())
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}

fn layer(name: &str) -> Option<u8> {
    LAYERS.iter().find(|(_, package)| *package == name).map(|(layer, _)| *layer)
}

#[test]
fn packages_use_lower_layers_only() {
    for (name, (_, manifest)) in manifests() {
        let own = layer(&name).unwrap_or_else(|| panic!("{name} has no layer: add it to LAYERS and to ARCHITECTURE.md"));
        for dependency in dependencies(&manifest) {
            if let Some(other) = layer(&dependency) {
                assert!(other < own, "{name} (layer {own}) uses {dependency} (layer {other})");
            }
        }
    }
}

#[test]
fn heavy_dependencies_have_one_home() {
    for (name, (_, manifest)) in manifests() {
        for dependency in dependencies(&manifest) {
            if let Some((_, home)) = HOMES.iter().find(|(heavy, _)| *heavy == dependency) {
                assert!(
                    name == *home || name == "tests",
                    "{dependency} belongs into {home}, not into {name}"
                );
            }
        }
    }
}

#[test]
fn pure_layers_touch_no_files_network_environment_or_clock() {
    for (name, (path, _)) in manifests() {
        if !layer(&name).is_some_and(|layer| PURE_LAYERS.contains(&layer)) {
            continue;
        }
        for (file, text) in sources(&path.join("src")) {
            let code = text.split("#[cfg(test)]").next().unwrap();
            for forbidden in [
                "std::fs",
                "std::net",
                "std::env",
                "std::process",
                "SystemTime",
                "Instant::now",
                "async fn",
            ] {
                assert!(!code.contains(forbidden), "{} uses {forbidden}", file.display());
            }
        }
    }
}

#[test]
fn every_crate_says_what_it_is_for_first() {
    for (name, (path, _)) in manifests() {
        let entry = ["src/lib.rs", "src/main.rs"]
            .into_iter()
            .map(|file| path.join(file))
            .find(|file| file.is_file())
            .unwrap();
        assert!(
            std::fs::read_to_string(entry).unwrap().starts_with("//! "),
            "{name} does not begin with its sentence"
        );
    }
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}
