//! The one window of the language to files, clock and ids. Values of it are passed down; tests seed them.

use std::path::{Path, PathBuf};

/// Why the world did not answer; a sentence for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldError {
    /// What happened.
    pub message: String,
    /// Whether the file does not exist.
    pub not_found: bool,
}

/// Files, clock and ids as functions of the language need them. Relative paths are meant relative to
/// the directory the engine was started in (or `-chdir`).
pub trait World: Send + Sync {
    /// Bytes of a file.
    fn read(&self, path: &Path) -> Result<Vec<u8>, WorldError>;

    /// Whether a regular file is there; an error when something else is.
    fn file_exists(&self, path: &Path) -> Result<bool, WorldError>;

    /// All files below a directory, relative to it and with `/` between parts; links are followed.
    fn walk(&self, directory: &Path) -> Result<Vec<String>, WorldError>;

    /// The user's home directory.
    fn home(&self) -> Option<PathBuf>;

    /// The directory that relative paths start from.
    fn current_dir(&self) -> PathBuf;

    /// The directory that the program was started in, which `path.cwd` tells: relative paths may start at another.
    fn started_in(&self) -> PathBuf;

    /// Now, in nanoseconds since 1970 UTC.
    fn now(&self) -> i128;

    /// Fresh random bytes.
    fn random(&self, bytes: &mut [u8]);

    /// Whether this is a plan, in which what the clock or chance decides is not known yet.
    fn defers(&self) -> bool {
        false
    }

    /// When the plan was made, in nanoseconds since 1970 UTC; `None` while that is not known.
    fn planned_at(&self) -> Option<i128> {
        None
    }
}
