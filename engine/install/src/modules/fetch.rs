//! Fetching one module: its version, its package, its directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ordain_config::blocks::ModuleSource;
use ordain_config::{Constraint, Version};
use ordain_diag::{Diagnostic, codes};
use tokio::sync::Mutex;

use super::archives::Led;
use super::registry::RegistryModule;
use super::{
    Getter, ModuleLock, ModuleRow, PackageAddress, archives, buckets, cache, digest_package, git, images,
    registry,
};
use crate::network::{Failure, Network};
use crate::place::{beside, blocking, link, replace};
use crate::transfer::Told;
use crate::{Hash, Settings, Transfer};

/// Most addresses that one leads to another.
const LONGEST_CHAIN: usize = 10;

/// A call that needs a module.
#[derive(Clone, Debug)]
pub struct Wanted<'w> {
    /// Path of calls with dots, such as `network.subnets`.
    pub key: &'w str,
    /// `source`
    pub source: &'w ModuleSource,
    /// `version`
    pub constraint: Option<&'w str>,
}

/// A module in its place.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Source as manifests keep it.
    pub source: String,
    /// Version of a module from a registry.
    pub version: Option<String>,
    /// Directory of the package below the data directory.
    pub package: PathBuf,
    /// Directory of the module in the package, with `/` between parts; empty for its top.
    pub subdir: String,
    /// What the package is locked as, and its digest; `None` for what is used where it is.
    pub locked: Option<(ModuleRow, Hash)>,
}

/// Fetches modules into a data directory.
pub struct ModuleFetcher<'m> {
    network: Network<'m>,
    modules: PathBuf,
    lock: &'m ModuleLock,
    upgrade: bool,
    /// Where packages are shared, if they are.
    cache: Option<&'m Path>,
    /// Packages that are being fetched in this run, or were: each is fetched once.
    done: Mutex<BTreeMap<String, Slot>>,
}

/// Where a package was put, once it was, and the directory in it that its address led to.
type Slot = Arc<Mutex<Option<(PathBuf, String)>>>;

/// What happens to a module, for those who watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModuleStep<'s> {
    /// A package is being downloaded: its name, its version, the call it is for.
    Downloading(&'s str, Option<&'s str>, &'s str),
    /// A download that takes its time has come this far.
    Transfer(Transfer),
}

/// Who is told of it.
pub type Watch<'w> = &'w (dyn Fn(ModuleStep<'_>) + Sync);

/// Where a module is.
struct Resolved {
    source: String,
    version: Option<String>,
    address: PackageAddress,
    subdir: String,
    row: ModuleRow,
    shown: String,
}

fn failed(summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(codes::install::MODULE, summary, detail)
}

impl<'m> ModuleFetcher<'m> {
    /// A fetcher. `lock` says what packages held before; with `upgrade` that does not count.
    ///
    /// # Errors
    /// The environment's proxy or certificates cannot be used.
    pub fn new(
        settings: &'m Settings,
        env: &'m BTreeMap<String, String>,
        data_dir: &Path,
        lock: &'m ModuleLock,
        upgrade: bool,
    ) -> Result<Self, Diagnostic> {
        let network = Network::new(settings, env)?;
        let (modules, cache) = (data_dir.join("modules"), settings.module_cache.as_deref());
        Ok(Self { network, modules, lock, upgrade, cache, done: Mutex::default() })
    }

    /// Fetches the module of a call.
    ///
    /// # Errors
    /// It cannot be found or fetched, its package is not what was locked, or it has no such directory. Nothing of it
    /// is in its place then.
    pub async fn fetch(&self, wanted: &Wanted<'_>, watch: Watch<'_>) -> Result<Fetched, Diagnostic> {
        let resolved = self.resolve(wanted).await?;
        watch(ModuleStep::Downloading(&resolved.shown, resolved.version.as_deref(), wanted.key));
        let could_not = |why: String| {
            failed(
                "Failed to download module",
                format!(
                    "Could not download module {:?} source code from {:?}: {why}.",
                    wanted.key, resolved.shown
                ),
            )
        };
        let target = self.modules.join(wanted.key);
        let beside = beside(&target).map_err(|error| could_not(error.to_string()))?;
        remove(&beside);
        let slot = Arc::clone(self.done.lock().await.entry(resolved.address.identity()).or_default());
        let mut fetched = slot.lock().await;
        let told = |at| watch(ModuleStep::Transfer(at));
        let outcome = self.obtain(&resolved, &beside, fetched.as_ref(), &told).await;
        let outcome = match outcome {
            Ok((place, start)) => {
                let subdir = format!("{start}/{}", resolved.subdir);
                let settled = self.settle(&resolved, (place, subdir), &beside, &target, wanted).await;
                settled.map(|done| (done, start))
            }
            Err(why) => Err(could_not(why)),
        };
        match outcome {
            Err(error) => {
                remove(&beside);
                Err(error)
            }
            Ok((done, start)) => {
                if done.locked.is_some() {
                    *fetched = Some((target, start));
                }
                Ok(done)
            }
        }
    }

    async fn settle(
        &self,
        resolved: &Resolved,
        (linked, subdir): (Option<PathBuf>, String),
        beside: &Path,
        target: &Path,
        wanted: &Wanted<'_>,
    ) -> Result<Fetched, Diagnostic> {
        let io = |error: std::io::Error| {
            let detail = format!("The package of module {:?} cannot be used: {error}.", wanted.key);
            failed("Failed to download module", detail)
        };
        let subdir = expand(linked.as_deref().unwrap_or(beside), &subdir).map_err(|why| {
            let detail =
                format!("The package {} does not hold the module {:?}: {why}.", resolved.shown, wanted.key);
            failed("Unreadable module subdirectory", detail)
        })?;
        let locked = match &linked {
            Some(_) => None,
            None => {
                let place = beside.to_path_buf();
                let digest = blocking(move || digest_package(&place)).await.map_err(io)?;
                self.check(resolved, &digest)?;
                if let Some(cache) = self.cache {
                    let (cache, place, digest) = (cache.to_path_buf(), beside.to_path_buf(), digest.clone());
                    blocking(move || cache::keep(&cache, &digest, &place)).await.map_err(io)?;
                }
                Some((resolved.row.clone(), digest))
            }
        };
        match &linked {
            Some(directory) => link(directory, target).map_err(io)?,
            None => replace(beside, target).map_err(io)?,
        }
        Ok(Fetched {
            source: resolved.source.clone(),
            version: resolved.version.clone(),
            package: target.to_path_buf(),
            subdir,
            locked,
        })
    }

    /// Takes a package whose digest is locked from the shared cache; says whether it was there.
    async fn copied_from_cache(&self, resolved: &Resolved, to: &Path) -> std::io::Result<bool> {
        // An address that leads to another says only when it is asked which directory is meant.
        let leads = resolved.address.getter == Getter::Http
            && !matches!(archives::kind(&resolved.address), Ok(Some(_)));
        let locked = self.lock.rows.get(&resolved.row).filter(|_| !self.upgrade && !leads);
        let Some((cache, digest)) = self.cache.zip(locked) else { return Ok(false) };
        let (cache, digest, to) = (cache.to_path_buf(), digest.clone(), to.to_path_buf());
        blocking(move || cache::take(&cache, &digest, &to)).await
    }

    fn check(&self, resolved: &Resolved, digest: &Hash) -> Result<(), Diagnostic> {
        match self.lock.rows.get(&resolved.row) {
            Some(before) if before != digest && !self.upgrade => {
                let detail = format!(
                    "The package {} is not what it was when it was locked: its digest was {before} and is {digest} now. A tag or branch was moved, or something else is served under the same name. Nothing of it was installed. If the change is wanted, \"ordain init -upgrade\" locks what is there now.",
                    resolved.shown
                );
                Err(Diagnostic::error(codes::install::CHECKSUM, "Module package has changed", detail))
            }
            _ => Ok(()),
        }
    }

    async fn resolve(&self, wanted: &Wanted<'_>) -> Result<Resolved, Diagnostic> {
        let text = wanted.source.text();
        let bad = |why: String| {
            failed("Invalid module source address", format!("Failed to parse module source address: {why}."))
        };
        if !matches!(wanted.source, ModuleSource::Registry(_)) {
            let address = PackageAddress::parse(text).map_err(bad)?;
            let row = ModuleRow { source: address.package(), version: String::new() };
            return Ok(Resolved {
                source: address.to_string(),
                version: None,
                subdir: address.subdir.clone(),
                shown: address.package(),
                row,
                address,
            });
        }
        let module = RegistryModule::parse(text).map_err(bad)?;
        let version = self.version(wanted, &module).await?;
        let location = registry::location(&self.network, &module, &version).await;
        let location = location.map_err(|failure| no_access(&module, wanted.key, &failure))?;
        let address = PackageAddress::parse(&location).map_err(bad)?;
        let whole = RegistryModule { subdir: String::new(), ..module.clone() };
        let subdir = [address.subdir.as_str(), module.subdir.as_str()];
        let subdir = subdir.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        Ok(Resolved {
            source: module.source(),
            row: ModuleRow { source: whole.source(), version: version.to_string() },
            version: Some(version.to_string()),
            shown: module.for_display(),
            subdir,
            address,
        })
    }

    /// The newest version that fits; a locked one wins.
    async fn version(&self, wanted: &Wanted<'_>, module: &RegistryModule) -> Result<Version, Diagnostic> {
        let constraint = Constraint::parse(wanted.constraint.unwrap_or_default())
            .map_err(|why| failed("Invalid version constraint", format!("{why}.")))?;
        let whole = RegistryModule { subdir: String::new(), ..module.clone() }.source();
        let locked = self.lock.rows.keys().filter(|row| row.source == whole && !self.upgrade);
        let locked = locked.filter_map(|row| Version::parse(&row.version));
        if let Some(version) = locked.filter(|version| constraint.allows(version)).max() {
            return Ok(version);
        }
        let versions = registry::versions(&self.network, module).await;
        let versions = versions.map_err(|failure| no_access(module, wanted.key, &failure))?;
        match versions.iter().rev().find(|version| constraint.allows(version)) {
            Some(version) => Ok(version.clone()),
            None => {
                let newest = versions.iter().rev().find(|version| !version.is_prerelease());
                let newest = newest.map_or_else(
                    || "There are no released versions".to_owned(),
                    |newest| format!("The newest available version is {newest}"),
                );
                let detail = format!(
                    "There is no available version of module {:?} which matches the version constraint {:?} of module {:?}. {newest}.",
                    module.for_display(),
                    wanted.constraint.unwrap_or_default(),
                    wanted.key
                );
                Err(failed("Unresolvable module version constraint", detail))
            }
        }
    }

    /// Puts a package into a directory that is not there yet, or says which directory is the package. Gives the
    /// directory in it that addresses led to. `fetched` is where the same package was put before.
    async fn obtain(
        &self,
        resolved: &Resolved,
        to: &Path,
        fetched: Option<&(PathBuf, String)>,
        told: Told<'_>,
    ) -> Result<(Option<PathBuf>, String), String> {
        if let Some((package, start)) = fetched {
            let (package, to) = (package.clone(), to.to_path_buf());
            blocking(move || copy(&package, &to)).await.map_err(|error| error.to_string())?;
            return Ok((None, start.clone()));
        }
        if self.copied_from_cache(resolved, to).await.map_err(|error| error.to_string())? {
            return Ok((None, String::new()));
        }
        let (mut address, mut start) = (resolved.address.clone(), String::new());
        for _ in 0..LONGEST_CHAIN {
            match address.getter {
                Getter::Git => {
                    git::clone(&address, to).await?;
                    return Ok((None, start));
                }
                Getter::File => {
                    let path = url::Url::parse(&address.url).ok().and_then(|url| url.to_file_path().ok());
                    let path = path.filter(|path| path.is_dir()).ok_or("there is no such directory")?;
                    return Ok((Some(path), start));
                }
                Getter::Http => {
                    std::fs::create_dir_all(to).map_err(|error| error.to_string())?;
                    match archives::fetch(&self.network, &address, to, told).await? {
                        Led::Unpacked => return Ok((None, start)),
                        Led::Elsewhere(text) => {
                            address = PackageAddress::parse(&text)?;
                            start = [address.subdir.as_str(), start.as_str()].join("/");
                        }
                    }
                }
                Getter::S3 | Getter::Gcs => {
                    std::fs::create_dir_all(to).map_err(|error| error.to_string())?;
                    buckets::fetch(&self.network, &address, to, told).await?;
                    return Ok((None, start));
                }
                Getter::Oci => {
                    std::fs::create_dir_all(to).map_err(|error| error.to_string())?;
                    images::fetch(&self.network, &address, to, told).await?;
                    return Ok((None, start));
                }
                Getter::Other => return Err(unsupported(&address)),
            }
        }
        Err("too many addresses lead from one to the next".to_owned())
    }
}

fn unsupported(address: &PackageAddress) -> String {
    let scheme = address.url.split(':').next().unwrap_or_default();
    let name = if address.forced.is_empty() { scheme } else { &address.forced };
    match name {
        "hg" => "modules from Mercurial repositories are not fetched by this build; git repositories, registries, HTTP archives, buckets and OCI registries are".to_owned(),
        other => format!("download not supported for scheme {other:?}"),
    }
}

fn no_access(module: &RegistryModule, key: &str, failure: &Failure) -> Diagnostic {
    match failure {
        Failure::NotFound => {
            let detail = format!("Module {key:?} cannot be found in the module registry at {}.", module.host);
            failed("Module not found", detail)
        }
        Failure::Other(why) => {
            let detail = format!(
                "Failed to retrieve available versions for module {key:?} from {}: {why}.",
                module.host
            );
            failed("Error accessing remote module registry", detail)
        }
    }
}

/// A source that is not local, as manifests keep it.
///
/// # Errors
/// It has no form that is known; a sentence without a full stop.
pub fn normal_source(source: &ModuleSource) -> Result<String, String> {
    match source {
        ModuleSource::Registry(text) => Ok(RegistryModule::parse(text)?.source()),
        ModuleSource::Remote(text) => Ok(PackageAddress::parse(text)?.to_string()),
        ModuleSource::Local(text) => Err(format!("{text:?} is a local path")),
    }
}

/// Finds a directory in a package; `*` stands for the only directory that is there.
fn expand(package: &Path, subdir: &str) -> Result<String, String> {
    let mut place = package.to_path_buf();
    let mut parts: Vec<String> = Vec::new();
    for part in subdir.split('/').filter(|part| !part.is_empty()) {
        let name = if part == "*" {
            let inner = std::fs::read_dir(&place).into_iter().flatten().flatten();
            let names: Vec<String> = inner
                .filter(|entry| entry.path().is_dir())
                .filter_map(|entry| entry.file_name().into_string().ok())
                .collect();
            match names.as_slice() {
                [only] => only.clone(),
                _ => return Err(format!("subdirectory {subdir:?} does not stand for one directory")),
            }
        } else {
            part.to_owned()
        };
        place.push(&name);
        parts.push(name);
    }
    if place.is_dir() {
        Ok(parts.join("/"))
    } else {
        Err(format!("it has no directory {:?}", parts.join("/")))
    }
}

fn remove(path: &Path) {
    let _gone = std::fs::remove_dir_all(path);
}

/// Copies a package with everything in it.
pub(super) fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(std::fs::read_link(&source)?, &target)?;
        } else if kind.is_dir() {
            copy(&source, &target)?;
        } else {
            std::fs::copy(&source, &target)?;
        }
    }
    Ok(())
}
