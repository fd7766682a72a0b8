//! Unpacking zip archives from outside: nothing lands outside the directory, nothing inflates without end, and what is
//! written is summed up on the way.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, Write};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::hash::hex;

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 17;

/// Most bytes that the files of one archive may have together.
pub const LARGEST: u64 = 4 << 30;
/// Most files in one archive.
pub const MOST_FILES: usize = 200_000;

/// The path of an entry below the directory that it is unpacked to; `None` for one that would leave it.
pub fn inner_path(name: &str) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    if name.contains(['\\', '\0']) {
        return None;
    }
    for part in Path::new(name).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

fn refused(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Names of files and their SHA-256 in hexadecimal.
pub type Sums = BTreeMap<String, String>;

/// Unpacks an archive into an empty directory, and tells what was written. Links are refused: they could lead outside
/// later.
///
/// # Errors
/// It is no zip archive, an entry would leave the directory, it inflates to more than `largest` bytes, or
/// the system fails. What was unpacked until then is left for the caller to remove.
pub fn unzip(archive: impl Read + Seek, directory: &Path, largest: u64) -> io::Result<Sums> {
    let mut sums = Sums::new();
    let mut zip = zip::ZipArchive::new(archive)
        .map_err(|error| refused(format!("no readable zip archive: {error}")))?;
    if zip.len() > MOST_FILES {
        return Err(refused(format!("the archive holds {} files, more than {MOST_FILES}", zip.len())));
    }
    let mut left = largest;
    for at in 0..zip.len() {
        let mut entry = zip
            .by_index(at)
            .map_err(|error| refused(format!("entry {at} of the archive is damaged: {error}")))?;
        let name = entry.name().to_owned();
        let path = inner_path(&name).ok_or_else(|| {
            refused(format!("the archive's entry {name:?} would be written outside of its directory"))
        })?;
        if entry.is_symlink() {
            return Err(refused(format!("the archive's entry {name:?} is a link")));
        }
        let target = directory.join(&path);
        if entry.is_dir() {
            std::fs::create_dir_all(&target)?;
            continue;
        }
        let mode = entry.unix_mode();
        let mut summed = Summed { from: &mut entry, digest: Sha256::new() };
        left = write_entry(&mut summed, &target, mode, left)?
            .ok_or_else(|| refused(format!("the archive inflates to more than {largest} bytes")))?;
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        sums.insert(parts.join("/"), hex(&summed.digest.finalize()));
    }
    Ok(sums)
}

/// Sums up what is read through it.
struct Summed<'r, R> {
    from: &'r mut R,
    digest: Sha256,
}

impl<R: Read> Read for Summed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.digest.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Writes one file of an archive; gives what is left of the allowance, `None` when it does not suffice.
pub fn write_entry(
    from: &mut impl Read,
    target: &Path,
    mode: Option<u32>,
    left: u64,
) -> io::Result<Option<u64>> {
    if let Some(parent) = target.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, (mode.unwrap_or(0o644) & 0o755) | 0o600);
    #[cfg(not(unix))]
    let _unused = mode;
    let mut file = options.open(target)?;
    // One byte more than allowed tells a file that ends just there from one that goes on.
    let mut from = from.take(left.saturating_add(1));
    let mut buffer = vec![0; BUFFER];
    let mut written: u64 = 0;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(left.checked_sub(written)),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        file.write_all(buffer.get(..read).unwrap_or_default())?;
        written = written.saturating_add(read as u64);
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
