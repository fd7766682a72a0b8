//! Blobs in files below one directory: the backend `local`.
//!
//! Writes go to a new file that takes the old one's place, so that a crash leaves one or the other.
//! Locks are Terraform's: an `fcntl` lock on the file itself, with a file `.NAME.lock.info` beside it that
//! says who holds it. A file without content counts as absent, as locking creates one.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ordain_state::{BlobError, Blobs, Expect, LockInfo, Version};

/// Files below one directory. Calls block for as long as the disk does.
pub struct Local {
    root: PathBuf,
    /// Locked files. They stay open: closing any handle of a file gives its `fcntl` locks back.
    held: Mutex<BTreeMap<String, Held>>,
}

struct Held {
    file: File,
    id: String,
}

impl Local {
    /// Blobs below a directory, which is created when something is written.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), held: Mutex::default() }
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        if let Some(held) = self.held().get_mut(name) {
            held.file.seek(SeekFrom::Start(0))?;
            held.file.read_to_end(&mut bytes)?;
        } else {
            match fs::read(self.path(name)) {
                Ok(read) => bytes = read,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(name);
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        fs::create_dir_all(&folder)?;
        let new = beside(&path, &format!(".{}.new", std::process::id()));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        let written = options.open(&new).and_then(|mut file| {
            if let Ok(present) = fs::metadata(&path) {
                file.set_permissions(present.permissions())?;
            }
            file.write_all(bytes)?;
            file.sync_all()?;
            Ok(file)
        });
        let mut held = self.held();
        let outcome = written.and_then(|file| {
            // The new file is locked before it takes the place of the locked one.
            if held.contains_key(name) && !lock_file(&file)? {
                return Err(io::Error::other("the new file cannot be locked"));
            }
            fs::rename(&new, &path)?;
            if let Some(held) = held.get_mut(name) {
                held.file = file;
            }
            sync_folder(&folder)
        });
        if outcome.is_err() {
            // Best effort: the error that counts is the one above.
            let _ = fs::remove_file(&new);
        }
        outcome
    }

    fn take_lock(&self, name: &str, info: &LockInfo) -> Result<(), BlobError> {
        let path = self.path(name);
        let mut held = self.held();
        if held.contains_key(name) {
            return Err(self.locked(name));
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| failed(&path, &error))?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(&path).map_err(|error| failed(&path, &error))?;
        if !lock_file(&file).map_err(|error| failed(&path, &error))? {
            return Err(self.locked(name));
        }
        let note = beside(&path, ".lock.info");
        let text = serde_json::to_vec(info).map_err(|error| BlobError::Failed(error.to_string()))?;
        fs::write(&note, text).map_err(|error| failed(&note, &error))?;
        held.insert(name.to_owned(), Held { file, id: info.id.clone() });
        Ok(())
    }

    fn locked(&self, name: &str) -> BlobError {
        let note = fs::read(beside(&self.path(name), ".lock.info")).unwrap_or_default();
        BlobError::Locked(Box::new(serde_json::from_slice(&note).unwrap_or_default()))
    }

    fn give_back(&self, name: &str, id: &str) -> Result<(), BlobError> {
        let path = self.path(name);
        let mut held = self.held();
        match held.get(name) {
            Some(lock) if lock.id != id => return Err(self.locked(name)),
            Some(_) => {}
            // `force-unlock`: another process held it, and the file names whom.
            None => match self.locked(name) {
                BlobError::Locked(info) if info.id == id => {}
                _ => return Err(BlobError::NotLocked),
            },
        }
        remove(&beside(&path, ".lock.info"))?;
        if fs::metadata(&path).is_ok_and(|meta| meta.len() == 0) {
            remove(&path)?;
        }
        held.remove(name);
        Ok(())
    }
}

#[async_trait]
impl Blobs for Local {
    async fn get(&self, name: &str) -> Result<Option<(Vec<u8>, Version)>, BlobError> {
        let bytes = self.read(name).map_err(|error| failed(&self.path(name), &error))?;
        Ok(bytes.map(|bytes| {
            let version = version_of(&bytes);
            (bytes, version)
        }))
    }

    async fn put(&self, name: &str, bytes: Vec<u8>, expect: Expect) -> Result<Version, BlobError> {
        let fail = |error: io::Error| failed(&self.path(name), &error);
        if name.ends_with('/') {
            fs::create_dir_all(self.path(name)).map_err(fail)?;
            return Ok(version_of(&bytes));
        }
        if expect != Expect::Anything {
            let present = self.read(name).map_err(fail)?.map(|bytes| version_of(&bytes));
            let holds = match expect {
                Expect::Version(version) => present == Some(version),
                _ => present.is_none(),
            };
            if !holds {
                return Err(BlobError::Precondition);
            }
        }
        self.replace(name, &bytes).map_err(fail)?;
        Ok(version_of(&bytes))
    }

    async fn delete(&self, name: &str) -> Result<(), BlobError> {
        remove(&self.path(name))?;
        // Folders of workspaces go with their last file.
        if let Some((folder, _)) = name.rsplit_once('/') {
            let _ = fs::remove_dir(self.path(folder));
        }
        Ok(())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, BlobError> {
        let mut names = Vec::new();
        let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
        collect(&self.root, folder, &mut names).map_err(|error| failed(&self.path(folder), &error))?;
        names.retain(|name| name.starts_with(prefix));
        names.sort();
        Ok(names)
    }

    async fn lock(&self, name: &str, info: &LockInfo) -> Result<(), BlobError> {
        self.take_lock(name, info)
    }

    async fn unlock(&self, name: &str, id: &str) -> Result<(), BlobError> {
        self.give_back(name, id)
    }

    async fn append(&self, name: &str, bytes: &[u8]) -> Result<(), BlobError> {
        let path = self.path(name);
        let append = || {
            let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
            file.write_all(bytes)?;
            file.sync_data()
        };
        append().map_err(|error| failed(&path, &error))
    }
}

/// Files below `folder`, relative to the root; those below a prefix that names a workspace's folder
/// without files as `FOLDER/`.
fn collect(root: &Path, folder: &str, names: &mut Vec<String>) -> io::Result<()> {
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let found = names.len();
    for entry in entries {
        let entry = entry?;
        let Ok(file) = entry.file_name().into_string() else { continue };
        let name = if folder.is_empty() { file.clone() } else { format!("{folder}/{file}") };
        // Only workspaces have folders; others (`.terraform`, modules) are not the store's.
        if entry.file_type()?.is_dir() {
            if !folder.is_empty() {
                collect(root, &name, names)?;
            }
        } else if !file.ends_with(".lock.info") && entry.metadata()?.len() > 0 {
            names.push(name);
        }
    }
    if names.len() == found && !folder.is_empty() {
        names.push(format!("{folder}/"));
    }
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}{ending}"))
}

fn remove(path: &Path) -> Result<(), BlobError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path, &error)),
        _ => Ok(()),
    }
}

fn failed(path: &Path, error: &io::Error) -> BlobError {
    let text = format!("{}: {error}", path.display());
    match error.kind() {
        io::ErrorKind::PermissionDenied => BlobError::Denied(text),
        _ => BlobError::Failed(text),
    }
}

/// Length and a hash of the content. Not against forgery: only to notice other writers.
fn version_of(bytes: &[u8]) -> Version {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    Version(format!("{}-{:016x}", bytes.len(), hasher.finish()))
}

/// Takes Terraform's lock on a file; false when another process holds it.
#[cfg(unix)]
fn lock_file(file: &File) -> io::Result<bool> {
    use rustix::fs::{FlockOperation, fcntl_lock};
    match fcntl_lock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
fn lock_file(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(fs::TryLockError::WouldBlock) => Ok(false),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[path = "local_tests.rs"]
mod tests;
