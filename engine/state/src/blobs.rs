//! The six methods that a store must have. State, serial and journal logic come for free on top.

use async_trait::async_trait;

/// Opaque version of a stored blob (an etag, a generation); equal versions mean equal bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(pub String);

/// What must be true for a write to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Nothing.
    Anything,
    /// No blob of that name.
    Absent,
    /// The blob is still this version.
    Version(Version),
}

/// Who holds a lock, in Terraform's form, so that both programs respect each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LockInfo {
    /// Names the lock for `force-unlock`.
    #[serde(rename = "ID")]
    pub id: String,
    /// Operation, such as `OperationTypeApply`.
    pub operation: String,
    /// Free text.
    pub info: String,
    /// user@host
    pub who: String,
    /// Version of the program.
    pub version: String,
    /// When, RFC 3339.
    pub created: String,
    /// Where the state is.
    pub path: String,
}

/// Why a store did not do as asked. Variants by meaning, so that callers can act on them.
#[derive(Clone, Debug)]
pub enum BlobError {
    /// The expectation of a write did not hold.
    Precondition,
    /// Somebody else holds the lock.
    Locked(Box<LockInfo>),
    /// The lock is not held, or not by this id.
    NotLocked,
    /// Access refused; the text says by whom and why.
    Denied(String),
    /// The store cannot be reached or failed; the text says what happened.
    Failed(String),
    /// The store has no such capability.
    Unsupported(&'static str),
}

impl std::fmt::Display for BlobError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BlobError::Precondition => out.write_str("the stored object was changed by somebody else"),
            BlobError::Locked(info) => {
                write!(out, "locked by {} since {} (ID {})", info.who, info.created, info.id)
            }
            BlobError::NotLocked => out.write_str("the lock is not held"),
            BlobError::Denied(text) | BlobError::Failed(text) => out.write_str(text),
            BlobError::Unsupported(what) => write!(out, "the store cannot {what}"),
        }
    }
}

impl std::error::Error for BlobError {}

/// A place for named bytes. Names are relative, with `/` between parts.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// The bytes and their version; `None` when there is no such blob.
    async fn get(&self, name: &str) -> Result<Option<(Vec<u8>, Version)>, BlobError>;

    /// Writes all bytes or nothing, if the expectation holds. Durable when it returns.
    async fn put(&self, name: &str, bytes: Vec<u8>, expect: Expect) -> Result<Version, BlobError>;

    /// Removes a blob; absent ones are no error.
    async fn delete(&self, name: &str) -> Result<(), BlobError>;

    /// Names that begin with a prefix, sorted.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BlobError>;

    /// Takes the lock on a blob, which need not exist.
    async fn lock(&self, name: &str, info: &LockInfo) -> Result<(), BlobError>;

    /// Gives the lock back.
    async fn unlock(&self, name: &str, id: &str) -> Result<(), BlobError>;

    /// Adds bytes to the end of a blob, durable when it returns. Stores without it keep the journal in
    /// numbered blobs instead.
    async fn append(&self, _name: &str, _bytes: &[u8]) -> Result<(), BlobError> {
        Err(BlobError::Unsupported("append"))
    }
}
