//! Unpacking zip archives from outside: nothing lands outside the directory, nothing inflates without end.

use std::io::{self, Read, Seek};
use std::path::{Component, Path, PathBuf};

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

/// Unpacks an archive into an empty directory. Links are refused: they could lead outside later.
///
/// # Errors
/// It is no zip archive, an entry would leave the directory, it inflates to more than `largest` bytes, or
/// the system fails. What was unpacked until then is left for the caller to remove.
pub fn unzip(archive: impl Read + Seek, directory: &Path, largest: u64) -> io::Result<()> {
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
        let target = directory.join(path);
        if entry.is_dir() {
            std::fs::create_dir_all(&target)?;
            continue;
        }
        let mode = entry.unix_mode();
        left = write_entry(&mut entry, &target, mode, left)?
            .ok_or_else(|| refused(format!("the archive inflates to more than {largest} bytes")))?;
    }
    Ok(())
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
    let written = io::copy(&mut from.take(left.saturating_add(1)), &mut file)?;
    Ok(left.checked_sub(written))
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
