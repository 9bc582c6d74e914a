//! The list of what is fetched: `deploy/models/models.toml`.

use serde::Deserialize;

/// What is fetched.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Packages in the order they are fetched.
    #[serde(rename = "package")]
    pub packages: Vec<Package>,
}

/// A package of a public registry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Name in its registry.
    pub name: String,
    /// Exact version.
    pub version: String,
    /// Where it is published.
    pub registry: Registry,
    /// File name of the archive the registry serves.
    pub archive: String,
    /// sha256 of the archive, hexadecimal.
    pub sha256: String,
    /// SPDX licence of what we take from it.
    pub licence: String,
    /// What it is for.
    pub purpose: String,
    /// What is kept of it.
    #[serde(rename = "file")]
    pub files: Vec<PackageFile>,
}

/// A file kept of a package.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageFile {
    /// Path in the archive; [`WHOLE_ARCHIVE`] for the archive itself.
    pub path: String,
    /// Name in the cache.
    pub name: String,
    /// sha256, hexadecimal.
    pub sha256: String,
}

/// Names the archive itself among the files of a package: Python runs programs out of their wheels.
pub const WHOLE_ARCHIVE: &str = ".";

/// Where a package is published, and so which client fetches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// The Python package index, by pip; archives are wheels (zip).
    Pypi,
    /// The npm registry, by npm; archives are gzipped tar.
    Npm,
}

impl Manifest {
    /// The manifest this program was built with.
    pub fn built_in() -> Manifest {
        let text = include_str!("../../../../deploy/models/models.toml");
        toml::from_str(text).unwrap_or_else(|error| panic!("deploy/models/models.toml: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_pinned_and_every_file_has_a_hash() {
        let manifest = Manifest::built_in();
        assert!(manifest.packages.len() >= 5);
        for package in &manifest.packages {
            assert!(!package.files.is_empty() && !package.licence.is_empty(), "{}", package.name);
            for hash in package.files.iter().map(|file| &file.sha256).chain([&package.sha256]) {
                assert!(
                    hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit()),
                    "{}: {hash}",
                    package.name
                );
            }
        }
    }
}
