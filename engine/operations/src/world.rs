//! Real files, clock and randomness behind the language's window to them.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use ordain_lang::{World, WorldError};

/// The machine as functions of the language see it. Relative paths start at one directory.
#[derive(Clone, Debug)]
pub struct Machine {
    dir: PathBuf,
    home: Option<PathBuf>,
    started: PathBuf,
}

impl Machine {
    /// The machine, seen from a directory.
    pub fn new(dir: PathBuf, home: Option<PathBuf>) -> Self {
        Self { started: dir.clone(), dir, home }
    }

    /// The same, with another directory that the program was started in.
    #[must_use]
    pub fn started_in(self, started: PathBuf) -> Self {
        Self { started, ..self }
    }
}

fn unreadable(error: &std::io::Error) -> WorldError {
    WorldError { message: error.to_string(), not_found: error.kind() == std::io::ErrorKind::NotFound }
}

/// Most files that one directory walk gives: a link that leads out of the project must not hang a plan.
const WALK_LIMIT: usize = 1_000_000;

impl World for Machine {
    fn read(&self, path: &Path) -> Result<Vec<u8>, WorldError> {
        std::fs::read(self.dir.join(path)).map_err(|error| unreadable(&error))
    }

    fn file_exists(&self, path: &Path) -> Result<bool, WorldError> {
        match std::fs::metadata(self.dir.join(path)) {
            Ok(found) if found.is_file() => Ok(true),
            Ok(found) => {
                let what = if found.is_dir() { "a directory" } else { "not a regular file" };
                Err(WorldError {
                    message: format!("{} is {what}, not a file", path.display()),
                    not_found: false,
                })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(unreadable(&error)),
        }
    }

    fn walk(&self, directory: &Path) -> Result<Vec<String>, WorldError> {
        let root = self.dir.join(directory);
        let mut found = Vec::new();
        let mut pending = vec![(root, String::new(), 0usize)];
        while let Some((directory, prefix, depth)) = pending.pop() {
            let entries = match std::fs::read_dir(&directory) {
                Ok(entries) => entries,
                Err(error) if depth == 0 => return Err(unreadable(&error)),
                Err(_) => continue,
            };
            for entry in entries.flatten() {
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                let Ok(metadata) = std::fs::metadata(entry.path()) else { continue };
                if metadata.is_dir() && depth < 64 {
                    pending.push((entry.path(), format!("{name}/"), depth + 1));
                } else if metadata.is_file() {
                    found.push(name);
                }
                if found.len() > WALK_LIMIT {
                    let message = format!("{} holds more than {WALK_LIMIT} files", directory.display());
                    return Err(WorldError { message, not_found: false });
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn home(&self) -> Option<PathBuf> {
        self.home.clone()
    }

    fn current_dir(&self) -> PathBuf {
        self.dir.clone()
    }

    fn started_in(&self) -> PathBuf {
        self.started.clone()
    }

    fn now(&self) -> i128 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i128::try_from(since.as_nanos()).unwrap_or(i128::MAX)
    }

    fn random(&self, bytes: &mut [u8]) {
        // INVARIANT: the system's random source does not fail on the platforms built for; were it to, the
        // bytes stay as they are and the caller's ids collide, which stores refuse.
        let _unavailable = getrandom::fill(bytes);
    }
}
