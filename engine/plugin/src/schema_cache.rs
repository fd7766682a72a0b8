//! Schemas kept on disk, so that a provider is not asked for megabytes that it said before.
//!
//! A file is named after the digest of the provider's package, wherever it is installed; of a program that nobody
//! checked, as of one under development, after its path, size and time of change. The file carries a digest of its
//! content: one that is damaged is not used.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::handshake::Protocol;
use crate::launch::{Launch, Program};
use crate::offer::Offer;

/// First bytes of a file: what it is, and the version of this form.
const MAGIC: &[u8; 8] = b"ordains1";

/// What was kept of a program.
pub(crate) async fn load(launch: &Launch) -> Option<Offer> {
    let path = path(launch)?;
    let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    offer(read.ok()?.ok()?)
}

/// Keeps what a program offers. That it cannot be kept only costs time.
pub(crate) async fn store(launch: &Launch, schemas: &Bytes, identities: &Bytes, protocol: Protocol) {
    let Some(path) = path(launch) else { return };
    let content = content(schemas, identities, protocol);
    let _ = tokio::task::spawn_blocking(move || write(&path, &content)).await;
}

fn content(schemas: &[u8], identities: &[u8], protocol: Protocol) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.push(match protocol {
        Protocol::V5 => 5,
        Protocol::V6 => 6,
    });
    out.extend_from_slice(&(schemas.len() as u64).to_be_bytes());
    out.extend_from_slice(schemas);
    out.extend_from_slice(identities);
    let digest = Sha256::digest(&out);
    out.extend_from_slice(&digest);
    out
}

fn offer(content: Vec<u8>) -> Option<Offer> {
    let split = content.len().checked_sub(32)?;
    let content = Bytes::from(content);
    let digest = content.slice(split..);
    let body = content.slice(..split);
    if *Sha256::digest(&body) != *digest {
        return None;
    }
    let rest = body.strip_prefix(MAGIC)?;
    let (&protocol, rest) = rest.split_first()?;
    let protocol = Protocol::numbered(u64::from(protocol))?;
    let (length, _) = rest.split_first_chunk::<8>()?;
    let start = MAGIC.len() + 1 + 8;
    let end = start.checked_add(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
    if end > body.len() {
        return None;
    }
    Offer::index(body.slice(start..end), body.slice(end..), protocol).ok()
}

/// Written beside and moved into place, so that nobody reads half of it.
fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    std::fs::write(&beside, content)?;
    std::fs::rename(&beside, path).inspect_err(|_| {
        let _ = std::fs::remove_file(&beside);
    })
}

/// The file for a program; `None` where nothing is to be kept.
fn path(launch: &Launch) -> Option<PathBuf> {
    let (Some(directory), Program::File(file)) = (&launch.cache, &launch.program) else { return None };
    let mut digest = Sha256::new();
    digest.update(launch.source.to_string());
    digest.update([0]);
    if let Some(package) = &launch.digest {
        digest.update(package);
    } else {
        let file = std::fs::canonicalize(file).ok()?;
        let facts = std::fs::metadata(&file).ok()?;
        let changed = facts.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        digest.update(file.as_os_str().as_encoded_bytes());
        digest.update([0]);
        digest.update(facts.len().to_be_bytes());
        digest.update(changed.as_nanos().to_be_bytes());
    }
    let name: String = digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Some(directory.join(format!("{name}.schema")))
}
