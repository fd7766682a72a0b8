//! Blobs in memory, for tests and trials.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ordain_state::{BlobError, Blobs, Expect, LockInfo, Version};

/// Blobs that live as long as the value.
#[derive(Default)]
pub struct Memory {
    content: Mutex<Content>,
    /// Whether `append` is refused, as object stores do.
    without_append: bool,
}

#[derive(Default)]
struct Content {
    blobs: BTreeMap<String, (Vec<u8>, u64)>,
    locks: BTreeMap<String, LockInfo>,
    writes: u64,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store that cannot append.
    pub fn without_append() -> Self {
        Self { without_append: true, ..Self::default() }
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Blobs for Memory {
    async fn get(&self, name: &str) -> Result<Option<(Vec<u8>, Version)>, BlobError> {
        let content = self.content();
        let found = content.blobs.get(name);
        Ok(found.map(|(bytes, version)| (bytes.clone(), Version(version.to_string()))))
    }

    async fn put(&self, name: &str, bytes: Vec<u8>, expect: Expect) -> Result<Version, BlobError> {
        let mut content = self.content();
        let present = content.blobs.get(name).map(|(_, version)| Version(version.to_string()));
        let holds = match expect {
            Expect::Anything => true,
            Expect::Absent => present.is_none(),
            Expect::Version(version) => present == Some(version),
        };
        if !holds {
            return Err(BlobError::Precondition);
        }
        content.writes += 1;
        let version = content.writes;
        content.blobs.insert(name.to_owned(), (bytes, version));
        Ok(Version(version.to_string()))
    }

    async fn delete(&self, name: &str) -> Result<(), BlobError> {
        self.content().blobs.remove(name);
        Ok(())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, BlobError> {
        let content = self.content();
        Ok(content.blobs.keys().filter(|name| name.starts_with(prefix)).cloned().collect())
    }

    async fn lock(&self, name: &str, info: &LockInfo) -> Result<(), BlobError> {
        let mut content = self.content();
        if let Some(held) = content.locks.get(name) {
            return Err(BlobError::Locked(Box::new(held.clone())));
        }
        content.locks.insert(name.to_owned(), info.clone());
        Ok(())
    }

    async fn unlock(&self, name: &str, id: &str) -> Result<(), BlobError> {
        let mut content = self.content();
        match content.locks.get(name) {
            Some(held) if held.id == id => drop(content.locks.remove(name)),
            _ => return Err(BlobError::NotLocked),
        }
        Ok(())
    }

    async fn append(&self, name: &str, bytes: &[u8]) -> Result<(), BlobError> {
        if self.without_append {
            return Err(BlobError::Unsupported("append"));
        }
        let mut content = self.content();
        content.writes += 1;
        let writes = content.writes;
        let (present, version) = content.blobs.entry(name.to_owned()).or_default();
        present.extend_from_slice(bytes);
        *version = writes;
        Ok(())
    }
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
