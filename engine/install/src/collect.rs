//! Packages for systems other than this one: their checksums for the lock file, or copies for a mirror.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use futures_util::StreamExt;
use ordain_addr::ProviderAddr;
use ordain_config::Version;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use zip::write::SimpleFileOptions;

use crate::install::{AT_ONCE, Watch, choose, problem_text};
use crate::place::{Refused, beside_as, blocking, fetch};
use crate::source::{Catalog, Location, Package};
use crate::turns::Turns;
use crate::{Event, Hash, Installation, LockFile, Platform, Requirement, hash, package_directory};

/// A package that was looked at.
#[derive(Clone, Debug)]
pub struct Collected {
    /// Which provider.
    pub address: ProviderAddr,
    /// Which version, in canonical form.
    pub version: String,
    /// Canonical text of what is asked for; empty for nothing.
    pub constraints: String,
    /// Checksum of what it holds.
    pub h1: Hash,
    /// Checksums that its source vouches for, for any platform.
    pub vouched: Vec<Hash>,
    /// Who vouches for it.
    pub who: String,
    /// Its archive, when copies were asked for.
    pub archive: Option<PathBuf>,
}

/// Who is told of what happens for which system.
pub type WatchSystems<'w> = &'w (dyn Fn(&Platform, Event) + Sync);

/// Looks at the packages of all wanted providers for the systems of the places, which differ in nothing else. With a
/// directory their archives are put there, named as in a packed mirror; otherwise they are only digested.
///
/// Several are fetched at the same time; what is told and what is given has the order of the systems and providers.
///
/// Findings: no package fits, or one could not be fetched or checked.
pub async fn collect(
    places: &[Installation<'_>],
    wanted: &BTreeMap<ProviderAddr, Requirement>,
    lock: &LockFile,
    mirror: Option<&Path>,
    watch: WatchSystems<'_>,
) -> (Vec<(Platform, Collected)>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut catalogs = Vec::new();
    for place in places {
        match Catalog::new(place) {
            Ok(catalog) => catalogs.push((place, catalog)),
            Err(problem) => return (Vec::new(), problem.into()),
        }
    }
    let Some((first, catalog)) = catalogs.first() else { return (Vec::new(), found) };
    let quiet = |event: Event| {
        if matches!(event, Event::Warned(..)) {
            watch(&first.platform, event);
        }
    };
    let choices = futures_util::stream::iter(wanted)
        .map(|(address, requirement)| choose(catalog, address, requirement, lock, first.upgrade, &quiet));
    let mut chosen = Vec::new();
    for choice in choices.buffered(AT_ONCE * 2).collect::<Vec<_>>().await {
        match choice {
            Ok(choice) => chosen.push(choice),
            Err(error) => found.push(Diagnostic { address: None, ..error }),
        }
    }
    let jobs: Vec<_> = catalogs
        .iter()
        .flat_map(|(place, catalog)| chosen.iter().map(move |choice| (*place, catalog, choice)))
        .collect();
    let turns = Turns::new(jobs.len(), watch);
    let work =
        futures_util::stream::iter(jobs.into_iter().enumerate()).map(|(at, (place, catalog, choice))| {
            let turns = &turns;
            async move {
                let tell = |event| turns.tell(at, &place.platform, event);
                let outcome = one((catalog, &tell), place, choice, mirror).await;
                turns.over(at);
                (at, &place.platform, outcome)
            }
        });
    let mut outcomes: Vec<_> = work.buffer_unordered(AT_ONCE).collect().await;
    outcomes.sort_by_key(|(at, ..)| *at);
    let mut collected = Vec::new();
    for (_, platform, outcome) in outcomes {
        match outcome {
            Ok(row) => collected.push((platform.clone(), row)),
            Err(error) => found.push(Diagnostic { address: None, ..error }),
        }
    }
    (collected, found)
}

/// What the shared cache holds of a package, if it has it and may be used.
async fn in_cache(
    catalog: &Catalog<'_>,
    place: &Installation<'_>,
    address: &ProviderAddr,
    version: &Version,
) -> Option<io::Result<Hash>> {
    let cache = place.settings.plugin_cache.as_ref()?;
    let cached = package_directory(cache, address, &version.to_string(), catalog.platform());
    if !cached.is_dir() {
        return None;
    }
    Some(blocking(move || hash::hash_directory(&cached)).await)
}

async fn one(
    (catalog, watch): (&Catalog<'_>, Watch<'_>),
    place: &Installation<'_>,
    (address, version, constraints): &(ProviderAddr, Version, String),
    mirror: Option<&Path>,
) -> Result<Collected, Diagnostic> {
    watch(Event::Installing(address.clone(), version.to_string()));
    let row = looked_at((catalog, watch), place, (address, version), mirror).await?;
    watch(Event::Installed(row.address.clone(), row.version.clone(), row.who.clone()));
    Ok(Collected { constraints: constraints.clone(), ..row })
}

async fn looked_at(
    (catalog, watch): (&Catalog<'_>, Watch<'_>),
    place: &Installation<'_>,
    (address, version): (&ProviderAddr, &Version),
    mirror: Option<&Path>,
) -> Result<Collected, Diagnostic> {
    let constraints = String::new();
    let failed = |why: String| {
        let detail = format!(
            "The package of {} {version} for {} cannot be had: {why}.",
            address.for_display(),
            place.platform
        );
        Diagnostic::error(codes::install::INSTALL, "Could not retrieve providers for locking", detail)
    };
    if mirror.is_none()
        && let Some(h1) = in_cache(catalog, place, address, version).await
    {
        let h1 = h1.map_err(|error| failed(error.to_string()))?;
        let (version, who) = (version.to_string(), "from the shared cache".to_owned());
        let (address, vouched) = (address.clone(), Vec::new());
        return Ok(Collected { address, version, constraints, h1, vouched, who, archive: None });
    }
    let package = catalog.package(address, version).await;
    let package =
        package.map_err(|problem| failed(problem_text(catalog, address, &problem, Some(version))))?;
    let name = format!("terraform-provider-{}_{version}_{}.zip", address.name, place.platform);
    let target = match mirror {
        Some(directory) => {
            let mut path = directory.to_path_buf();
            path.extend([&*address.hostname, &*address.namespace, &*address.name, &name]);
            path
        }
        None => {
            let whose = format!("{}-{}", address.hostname.replace(':', "_"), address.namespace);
            std::env::temp_dir().join(format!("ordain-{}-{whose}-{name}", std::process::id()))
        }
    };
    let outcome = obtain((catalog, watch), place, &package, &target, mirror.is_some()).await;
    if mirror.is_none() {
        let _gone = std::fs::remove_file(&target);
    }
    let h1 = outcome.map_err(failed)?;
    Ok(Collected {
        address: address.clone(),
        version: version.to_string(),
        constraints,
        h1,
        vouched: package.hashes,
        who: package.who,
        archive: mirror.map(|_| target),
    })
}

/// Digests a package; puts its archive at the target where it is kept or must be fetched.
async fn obtain(
    (catalog, watch): (&Catalog<'_>, Watch<'_>),
    place: &Installation<'_>,
    package: &Package,
    target: &Path,
    keep: bool,
) -> Result<Hash, String> {
    let part = beside_as(target, "part").map_err(|error| error.to_string())?;
    let h1 = obtain_beside((catalog, watch), place, package, (target, &part), keep).await;
    if h1.is_err() {
        let _gone = std::fs::remove_file(&part);
    }
    h1
}

/// The same by way of a path beside the target, where something may be left when it fails.
async fn obtain_beside(
    (catalog, watch): (&Catalog<'_>, Watch<'_>),
    place: &Installation<'_>,
    package: &Package,
    (target, beside): (&Path, &Path),
    keep: bool,
) -> Result<Hash, String> {
    let (path, part) = (target.to_path_buf(), beside.to_path_buf());
    let h1 = match &package.location {
        Location::Directory(directory) => {
            let directory = place.base.join(directory);
            blocking(move || {
                if keep {
                    pack(&directory, &part)?;
                    std::fs::rename(&part, &path)?;
                }
                hash::hash_directory(&directory)
            })
            .await
        }
        Location::Archive(archive) => {
            let archive = place.base.join(archive);
            blocking(move || {
                if keep {
                    std::fs::copy(&archive, &part)?;
                    std::fs::rename(&part, &path)?;
                }
                hash::hash_zip(io::BufReader::new(File::open(&archive)?))
            })
            .await
        }
        Location::Remote(remote) => {
            let fetched = fetch(catalog, remote, beside, watch).await;
            fetched.map_err(|refused| match refused {
                Refused::Io(error) => error.to_string(),
                Refused::Promise(why) => why,
                Refused::Checksum => "its checksum is not one that is allowed".to_owned(),
            })?;
            blocking(move || {
                std::fs::rename(&part, &path)?;
                hash::hash_zip(io::BufReader::new(File::open(&path)?))
            })
            .await
        }
    };
    h1.map_err(|error: io::Error| error.to_string())
}

/// Packs a directory as publishers pack packages: the files at its top, in the order of their names.
fn pack(directory: &Path, to: &Path) -> io::Result<()> {
    let mut writer = zip::ZipWriter::new(File::create(to)?);
    let mut pending = vec![(std::fs::canonicalize(directory)?, String::new())];
    let mut files = BTreeMap::new();
    while let Some((at, prefix)) = pending.pop() {
        for entry in std::fs::read_dir(&at)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                pending.push((entry.path(), format!("{name}/")));
            } else {
                files.insert(name, entry.path());
            }
        }
    }
    for (name, path) in files {
        // Programs must stay programs; nothing else about a file counts.
        let options = SimpleFileOptions::default().unix_permissions(0o755);
        writer.start_file(name, options).map_err(io::Error::other)?;
        io::copy(&mut File::open(path)?, &mut writer)?;
    }
    writer.finish().map_err(io::Error::other)?.flush()
}
