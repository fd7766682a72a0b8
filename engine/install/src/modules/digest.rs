//! Digests of module packages, and the check that nothing in them leads outside.

use std::io;
use std::path::{Path, PathBuf};

use crate::Hash;
use crate::hash::{h1, sha256};

/// The digest of everything in a package but what git keeps about itself: `h1:`, as for providers, with a link
/// counted by what it points to.
///
/// # Errors
/// A file cannot be read, or a link leads outside of the package.
pub fn digest_package(package: &Path) -> io::Result<Hash> {
    let mut files = Vec::new();
    let mut pending = vec![(package.to_path_buf(), String::new())];
    while let Some((at, prefix)) = pending.pop() {
        for entry in std::fs::read_dir(&at)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name == ".git" {
                continue;
            }
            let (path, kind) = (format!("{prefix}{name}"), entry.file_type()?);
            if kind.is_symlink() {
                let target = std::fs::read_link(entry.path())?;
                if leads_outside(Path::new(&path), &target) {
                    let why = format!("the link {path} leads outside of the module package");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, why));
                }
                files.push((path, sha256(target.to_string_lossy().as_bytes())?));
            } else if kind.is_dir() {
                pending.push((entry.path(), format!("{path}/")));
            } else {
                files.push((path, sha256(std::fs::File::open(entry.path())?)?));
            }
        }
    }
    h1(files)
}

/// Whether a link, by the texts of its own path in the package and of its target, leads out of the package.
fn leads_outside(link: &Path, target: &Path) -> bool {
    use std::path::Component;
    let mut place: PathBuf = link.parent().unwrap_or(Path::new("")).to_path_buf();
    target.components().any(|part| match part {
        Component::ParentDir => !place.pop(),
        Component::Normal(part) => {
            place.push(part);
            false
        }
        Component::CurDir => false,
        Component::RootDir | Component::Prefix(_) => true,
    })
}
