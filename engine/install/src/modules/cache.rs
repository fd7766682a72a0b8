//! Packages of modules shared by all working directories, kept by what they hold.
//!
//! A package is found by the digest that a lock file names, and digested again when it is taken: what somebody
//! changed in the cache is not used. Set with `module_cache_dir` or `TF_MODULE_CACHE_DIR`.

use std::io;
use std::path::{Path, PathBuf};

use super::digest_package;
use super::fetch::copy;
use crate::Hash;
use crate::place::{beside, replace};

fn place(cache: &Path, digest: &Hash) -> PathBuf {
    cache.join(digest.as_str().replace(':', "-").replace('/', "_"))
}

/// Copies a package to a directory that is not there yet; says whether there was one.
///
/// # Errors
/// It cannot be copied.
pub(super) fn take(cache: &Path, digest: &Hash, to: &Path) -> io::Result<bool> {
    let place = place(cache, digest);
    if !place.is_dir() {
        return Ok(false);
    }
    copy(&place, to)?;
    if digest_package(to).is_ok_and(|found| found == *digest) {
        return Ok(true);
    }
    std::fs::remove_dir_all(to)?;
    std::fs::remove_dir_all(&place)?;
    Ok(false)
}

/// Keeps a package, unless it is there.
///
/// # Errors
/// It cannot be copied.
pub(super) fn keep(cache: &Path, digest: &Hash, package: &Path) -> io::Result<()> {
    let place = place(cache, digest);
    if place.is_dir() {
        return Ok(());
    }
    let beside = beside(&place)?;
    let made = copy(package, &beside).and_then(|()| replace(&beside, &place));
    if made.is_err() {
        let _gone = std::fs::remove_dir_all(&beside);
    }
    // Somebody else may have been quicker.
    if place.is_dir() { Ok(()) } else { made }
}
