//! Writing files so that they are whole or not there.

use std::io::Write;
use std::path::Path;

/// Writes a file that only its owner may read, in one step: a reader sees the old file or the new one.
///
/// # Errors
/// As the system reports them; the old file is then still there.
pub fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write_with(path, bytes, 0o600, Wait::ForDisk)
}

/// The same without waiting for the disk, for what says itself whether it is whole and can be made again: after a power
/// cut it may be there in part.
///
/// # Errors
/// As the system reports them; the old file is then still there.
pub fn write_private_unsynced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write_with(path, bytes, 0o600, Wait::No)
}

/// The same for a program that only its owner may run.
///
/// # Errors
/// As the system reports them.
pub fn write_program(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write_with(path, bytes, 0o700, Wait::ForDisk)
}

/// Makes a directory that only its owner may enter. It must not be there yet.
///
/// # Errors
/// As the system reports them.
pub fn private_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The same for a file that others may read.
///
/// # Errors
/// As the system reports them; the old file is then still there.
pub fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write_with(path, bytes, 0o644, Wait::ForDisk)
}

/// Whether the disk has the content before the file takes its place.
#[derive(Clone, Copy, PartialEq)]
enum Wait {
    ForDisk,
    No,
}

fn write_with(path: &Path, bytes: &[u8], mode: u32, wait: Wait) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = write_new(&temporary, bytes, mode, wait).and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        let _gone = std::fs::remove_file(&temporary);
    }
    written
}

fn write_new(path: &Path, bytes: &[u8], mode: u32, wait: Wait) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _unused = mode;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    match wait {
        Wait::ForDisk => file.sync_all(),
        Wait::No => Ok(()),
    }
}
