//! The world between runs: one JSON file, written whole and put in place by a rename.

use crate::sandbox::SandboxError;
use serde_json::Value;
use std::io::Write;
use std::path::Path;

/// Reads a world; a missing file is an empty world.
pub(crate) fn read(path: &Path) -> Result<Value, SandboxError> {
    let failed = |what: &str, e: &dyn std::fmt::Display| {
        SandboxError::new(format!("{what} the world file {}: {e}", path.display()))
    };
    match std::fs::read(path) {
        Ok(bytes) if bytes.is_empty() => Ok(Value::Null),
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| failed("reading", &e)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Value::Null),
        Err(e) => Err(failed("reading", &e)),
    }
}

/// Writes a file that only its owner may read: it holds keys.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

/// Writes a world.
pub(crate) fn write(path: &Path, world: &Value) -> Result<(), SandboxError> {
    let failed =
        |e: std::io::Error| SandboxError::new(format!("writing the world file {}: {e}", path.display()));
    let beside = path.with_extension("new");
    write_private(&beside, world.to_string().as_bytes()).map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}
