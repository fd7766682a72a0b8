//! Putting one package in its place: checked first, whole or not at all.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use ordain_addr::ProviderAddr;
use ordain_config::Version;
use ordain_diag::{Diagnostic, codes};

use crate::install::{Watch, problem_text};
use crate::network::expect_sum;
use crate::source::{Catalog, Location, Package, Remote};
use crate::{Event, Hash, Installation, Lock, archive, hash, package_directory};

/// What became of a package.
pub(crate) struct Placed {
    /// Checksums to remember.
    pub(crate) hashes: Vec<Hash>,
    /// What it holds.
    pub(crate) h1: Hash,
}

/// Makes sure that a package is below the data directory and is one of those that were locked.
///
/// # Errors
/// It cannot be found, fetched, unpacked or linked, or its checksum is not among the locked ones.
pub(crate) async fn ensure(
    catalog: &Catalog<'_>,
    place: &Installation<'_>,
    address: &ProviderAddr,
    version: &Version,
    locked: Option<&Lock>,
    watch: Watch<'_>,
) -> Result<Placed, Diagnostic> {
    let text = version.to_string();
    let target = package_directory(&catalog.providers_dir(), address, &text, catalog.platform());
    let allowed: Vec<Hash> = locked.map(|row| row.hashes.clone()).unwrap_or_default();
    if !allowed.is_empty() && target.is_dir() {
        let present = match place.known.get(&target) {
            Some(known) => Some(known.clone()),
            None => hash_of_directory(&target).await.ok(),
        };
        if let Some(h1) = present.filter(|present| allowed.contains(present)) {
            watch(Event::Present(address.clone(), text));
            return Ok(Placed { hashes: Vec::new(), h1 });
        }
    }
    watch(Event::Installing(address.clone(), text.clone()));
    let package = catalog.package(address, version).await.map_err(|problem| {
        failed(address, &text, &problem_text(catalog, address, &problem, Some(version)))
    })?;
    let outcome = match (&place.settings.plugin_cache, &package.location) {
        (Some(cache), Location::Archive(_) | Location::Remote(_)) => {
            let cached = package_directory(cache, address, &text, catalog.platform());
            through_cache((catalog, watch), place, &package, (&cached, &target), &allowed).await
        }
        _ => put((catalog, watch), place, &package, &target, &allowed).await.map(|h1| (h1, false)),
    };
    let (h1, from_cache) = outcome.map_err(|why| match why {
        Refused::Io(problem) => failed(address, &text, &problem.to_string()),
        Refused::Promise(why) => broken_promise(address, &text, &why),
        Refused::Checksum => mismatch(address, &text, &package.location),
    })?;
    watch(match from_cache {
        true => Event::FromCache(address.clone(), text),
        false => Event::Installed(address.clone(), text, package.who.clone()),
    });
    let mut hashes = package.hashes;
    hashes.push(h1.clone());
    Ok(Placed { hashes, h1 })
}

async fn hash_of_directory(directory: &Path) -> io::Result<Hash> {
    let directory = directory.to_path_buf();
    blocking(move || hash::hash_directory(&directory)).await
}

/// Runs work that blocks beside the others.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// Why a package was not put in its place.
pub(crate) enum Refused {
    /// Reading, writing or unpacking failed.
    Io(io::Error),
    /// It is not what its source promised.
    Promise(String),
    /// Its checksum is not one of the allowed ones.
    Checksum,
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Refused::Io(error)
    }
}

/// Puts a package into the shared cache, unless it is there, and links to it. One process at a time works on one
/// package of the cache.
async fn through_cache(
    (catalog, watch): (&Catalog<'_>, Watch<'_>),
    place: &Installation<'_>,
    package: &Package,
    (cached, target): (&Path, &Path),
    allowed: &[Hash],
) -> Result<(Hash, bool), Refused> {
    let lock = beside_as(cached, "lock")?;
    let lock = blocking(move || {
        let file = File::create(lock)?;
        rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).map_err(io::Error::from)?;
        Ok(file)
    })
    .await?;
    let mut present = None;
    if cached.is_dir() {
        let h1 = hash_of_directory(cached).await?;
        // Without a locked checksum nothing says that what is in the cache is the package.
        present = Some(h1).filter(|h1| allowed.contains(h1));
    }
    let from_cache = present.is_some();
    let h1 = match present {
        Some(h1) => h1,
        None => put((catalog, watch), place, package, cached, allowed).await?,
    };
    let whole = std::fs::canonicalize(cached)?;
    link(&whole, target)?;
    drop(lock);
    Ok((h1, from_cache))
}

async fn put(
    (catalog, watch): (&Catalog<'_>, Watch<'_>),
    place: &Installation<'_>,
    package: &Package,
    target: &Path,
    allowed: &[Hash],
) -> Result<Hash, Refused> {
    let (target_path, allowed_hashes) = (target.to_path_buf(), allowed.to_vec());
    match &package.location {
        Location::Directory(directory) => {
            let directory = std::fs::canonicalize(directory)?;
            let h1 = hash_of_directory(&directory).await?;
            // Checksums of archives say nothing about what is unpacked already.
            if allowed.iter().any(Hash::is_h1) && !allowed.contains(&h1) {
                return Err(Refused::Checksum);
            }
            link(&directory, target)?;
            Ok(h1)
        }
        Location::Archive(path) => {
            let path = place.base.join(path);
            blocking(move || Ok(unpack(&path, &target_path, &allowed_hashes))).await?
        }
        Location::Remote(remote) => {
            let archive = beside_as(target, "zip")?;
            let unpacked = match fetch(catalog, remote, &archive, watch).await {
                Ok(()) => {
                    let path = archive.clone();
                    blocking(move || Ok(unpack(&path, &target_path, &allowed_hashes))).await
                }
                Err(refused) => Ok(Err(refused)),
            };
            let _gone = std::fs::remove_file(&archive);
            unpacked?
        }
    }
}

/// Downloads an archive and checks it against what its source promised.
pub(crate) async fn fetch(
    catalog: &Catalog<'_>,
    remote: &Remote,
    archive: &Path,
    watch: Watch<'_>,
) -> Result<(), Refused> {
    let sum = catalog.network.download(&remote.request, archive, &|at| watch(Event::Transfer(at))).await;
    let sum = sum.map_err(|failure| {
        Refused::Promise(format!("{}: {}", ordain_http::safe_url(&remote.request.url), failure.text()))
    })?;
    if let Some(promised) = &remote.sha256 {
        expect_sum(&sum, promised, "the archive").map_err(Refused::Promise)?;
    }
    if !remote.promised.is_empty() && !remote.promised.contains(&Hash::of_archive(&sum)) {
        let path = archive.to_path_buf();
        let h1 = blocking(move || hash::hash_zip(io::BufReader::new(File::open(path)?))).await?;
        if !remote.promised.contains(&h1) {
            return Err(Refused::Promise(
                "the archive has none of the checksums that the mirror lists for it".to_owned(),
            ));
        }
    }
    Ok(())
}

/// Checks an archive, unpacks it beside its place and moves it there.
pub(crate) fn unpack(path: &Path, target: &Path, allowed: &[Hash]) -> Result<Hash, Refused> {
    let zh = Hash::of_archive(&hash::sha256(File::open(path)?)?);
    let beside = beside(target)?;
    let outcome = unpack_beside(path, &beside, allowed, &zh).and_then(|h1| {
        // The same again: left alone, somebody may be running it.
        if target.is_dir() && hash::hash_directory(target).is_ok_and(|present| present == h1) {
            std::fs::remove_dir_all(&beside)?;
        } else {
            replace(&beside, target)?;
        }
        Ok(h1)
    });
    if outcome.is_err() {
        let _gone = std::fs::remove_dir_all(&beside);
    }
    outcome
}

fn unpack_beside(path: &Path, beside: &Path, allowed: &[Hash], zh: &Hash) -> Result<Hash, Refused> {
    std::fs::create_dir_all(beside)?;
    let sums = archive::unzip(io::BufReader::new(File::open(path)?), beside, archive::LARGEST)?;
    let h1 = hash::h1(sums)?;
    if !allowed.is_empty() && !allowed.contains(&h1) && !allowed.contains(zh) {
        return Err(Refused::Checksum);
    }
    Ok(h1)
}

/// A path beside the target that nobody else uses, with the directory for both made.
pub(crate) fn beside(target: &Path) -> io::Result<PathBuf> {
    beside_as(target, &format!("{}.new", std::process::id()))
}

/// A hidden path beside the target.
pub(crate) fn beside_as(target: &Path, what: &str) -> io::Result<PathBuf> {
    let parent = target.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    Ok(parent.join(format!(".{name}.{what}")))
}

/// Moves something new to its place; what was there goes away.
pub(crate) fn replace(new: &Path, target: &Path) -> io::Result<()> {
    if let Ok(present) = std::fs::symlink_metadata(target)
        && present.is_dir()
    {
        std::fs::remove_dir_all(target)?;
    }
    std::fs::rename(new, target)
}

/// Links to a package.
#[cfg(unix)]
pub(crate) fn link(package: &Path, target: &Path) -> io::Result<()> {
    let beside = beside(target)?;
    let _gone = std::fs::remove_file(&beside);
    std::os::unix::fs::symlink(package, &beside)?;
    replace(&beside, target)
}

/// Copies a package, where links need rights that users do not have.
#[cfg(not(unix))]
pub(crate) fn link(package: &Path, target: &Path) -> io::Result<()> {
    let beside = beside(target)?;
    copy(package, &beside)?;
    replace(&beside, target)
}

#[cfg(not(unix))]
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn failed(address: &ProviderAddr, version: &str, why: &str) -> Diagnostic {
    let end = if why.contains('\n') { "" } else { "." };
    let detail = format!("Error while installing {} v{version}: {why}{end}", address.for_display());
    Diagnostic::error(codes::install::INSTALL, "Failed to install provider", detail)
}

fn mismatch(address: &ProviderAddr, version: &str, location: &Location) -> Diagnostic {
    let (what, path) = match location {
        Location::Directory(path) => ("local package", path.display().to_string()),
        Location::Archive(path) => ("current package", path.display().to_string()),
        Location::Remote(remote) => ("current package", ordain_http::safe_url(&remote.request.url)),
    };
    let detail = format!(
        "Error while installing {} v{version}: the {what} for {address} {version} doesn't match any of the checksums previously recorded in the dependency lock file (this might be because the available checksums are for packages targeting different platforms). It was found at {}. Nothing was installed; if the package is the one that is wanted, \"providers lock\" records its checksums.",
        address.for_display(),
        path
    );
    Diagnostic::error(codes::install::CHECKSUM, "Failed to install provider", detail)
}

fn broken_promise(address: &ProviderAddr, version: &str, why: &str) -> Diagnostic {
    let detail =
        format!("Error while installing {} v{version}: {why}. Nothing was installed.", address.for_display());
    Diagnostic::error(codes::install::CHECKSUM, "Failed to install provider", detail)
}
