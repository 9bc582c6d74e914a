//! Files that appear whole or not at all.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file being written beside its place. It moves there when it is finished, and vanishes if it is dropped before.
#[derive(Debug)]
pub struct UnfinishedFile {
    beside: tempfile::NamedTempFile,
    place: PathBuf,
}

impl UnfinishedFile {
    /// Begins a file that will stand at `place`. Its name ends as the place's does, since writers of media choose their format by
    /// that ending.
    pub fn for_place(place: &Path) -> io::Result<UnfinishedFile> {
        let mut suffix = OsString::new();
        if let Some(extension) = place.extension() {
            suffix.push(".");
            suffix.push(extension);
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".unfinished-").suffix(&suffix);
        // Temporary files are private; results are as readable as any file the user makes (the process's mask still applies).
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        Ok(UnfinishedFile {
            beside: builder.tempfile_in(folder_of(place))?,
            place: place.to_owned(),
        })
    }

    /// Where it is written, for writers that open files themselves.
    pub fn path(&self) -> &Path {
        self.beside.path()
    }

    /// The open file.
    pub fn file(&mut self) -> &mut File {
        self.beside.as_file_mut()
    }

    /// Moves the file to its place, instead of what stands there. The content is on the disk first, so that a power cut leaves no
    /// empty file under the final name.
    pub fn finish(self) -> io::Result<()> {
        self.beside.as_file().sync_all()?;
        self.beside.persist(&self.place)?;
        Ok(())
    }
}

/// Writes a whole file.
pub fn write_whole(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = UnfinishedFile::for_place(place)?;
    file.file().write_all(bytes)?;
    file.finish()
}

fn folder_of(place: &Path) -> &Path {
    place
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_that_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("clip.mp4");
        let mut file = UnfinishedFile::for_place(&place).unwrap();
        file.file().write_all(b"half").unwrap();
        assert_eq!(file.path().extension(), place.extension());
        assert!(!place.exists());
        drop(file);
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[cfg(unix)]
    #[test]
    fn a_finished_file_is_as_readable_as_any_other() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let [ordinary, ours] = ["ordinary", "ours"].map(|name| folder.path().join(name));
        std::fs::write(&ordinary, b"").unwrap();
        write_whole(&ours, b"first").unwrap();
        write_whole(&ours, b"second").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&ordinary));
        assert_eq!(std::fs::read(&ours).unwrap(), b"second");
        assert_eq!(names(folder.path()).len(), 2);
    }
}
