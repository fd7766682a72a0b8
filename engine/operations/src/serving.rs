//! What serves each provider: the engine itself, a native crate, or an installed package.
//!
//! `init` chooses and remembers its choice with the reason in `ordain-providers.json` of the data directory.
//! Later commands follow it. Without a memory (before any `init`) a native provider serves where there is one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ordain_addr::ProviderAddr;
use ordain_diag::{Diagnostic, Diagnostics, Sources, codes};
use ordain_install::{Hash, Lock, LockFile, Platform, Requirement, Settings};
use ordain_plugin::Running;
use serde_json::{Value as Json, json};

use crate::natives::{self, Native};
use crate::{Workdir, files, plugins};

/// What serves a provider.
#[derive(Clone, Debug)]
pub enum Server {
    /// The built-in provider.
    Builtin,
    /// A native crate.
    Native(&'static Native),
    /// An installed package.
    Plugin(Package),
    /// A process that the provider's author started (`TF_REATTACH_PROVIDERS`).
    Running(Running),
}

/// A package that is installed and was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Version; `None` for a provider under development (`dev_overrides`).
    pub version: Option<String>,
    /// Directory of the package.
    pub directory: PathBuf,
    /// The program in it.
    pub executable: PathBuf,
    /// What it holds, where that was checked.
    pub digest: Option<Hash>,
}

/// A choice that `init` made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Whether a native crate serves.
    pub native: bool,
    /// Version that serves; empty for a provider under development.
    pub version: String,
    /// Why, as a part of a sentence.
    pub why: String,
}

/// What serves the providers of a working directory, read when it is first asked for.
#[derive(Debug)]
pub struct Serving {
    workdir: Workdir,
    known: OnceLock<Known>,
}

/// What is on disk.
#[derive(Debug)]
struct Known {
    choices: BTreeMap<ProviderAddr, Served>,
    seen: BTreeMap<ProviderAddr, Seen>,
    lock: LockFile,
    overrides: BTreeMap<ProviderAddr, PathBuf>,
}

/// A package as it was when it was digested.
#[derive(Debug)]
struct Seen {
    version: String,
    stamp: String,
    h1: Option<Hash>,
}

/// What installed packages are known to hold, by their directories: those that have not changed since `init`
/// digested them.
pub fn digested(workdir: &Workdir) -> BTreeMap<PathBuf, Hash> {
    let (_, seen) = recall(workdir);
    let unchanged = seen.into_iter().filter_map(|(address, seen)| {
        let directory = package_directory(workdir, &address, &seen.version);
        let same = stamp(&directory, &address).is_some_and(|stamp| stamp == seen.stamp);
        Some((directory, seen.h1.filter(|_| same)?))
    });
    unchanged.collect()
}

fn memory(workdir: &Workdir) -> PathBuf {
    workdir.data_dir().join("ordain-providers.json")
}

/// The lock file of a working directory; an empty one where there is none.
pub fn read_lock(workdir: &Workdir, sources: &mut Sources) -> (LockFile, Diagnostics) {
    let path = workdir.path(ordain_install::FILE_NAME);
    match std::fs::read_to_string(&path) {
        Ok(text) => LockFile::read(ordain_install::FILE_NAME, &text, sources),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Default::default(),
        Err(error) => {
            let detail = format!("{} cannot be read: {error}.", path.display());
            let found =
                Diagnostic::error(codes::install::LOCK_FILE, "Failed to read dependency lock file", detail);
            (LockFile::default(), found.into())
        }
    }
}

/// Remembers what `init` chose, and what the installed packages hold.
///
/// # Errors
/// The data directory cannot be written.
pub fn remember(
    workdir: &Workdir,
    choices: &BTreeMap<ProviderAddr, Served>,
    contents: &BTreeMap<ProviderAddr, Hash>,
) -> Result<(), Diagnostic> {
    let rows = choices.iter().map(|(address, choice)| {
        let directory = package_directory(workdir, address, &choice.version);
        let stamp = if choice.native { None } else { stamp(&directory, address) };
        let by = if choice.native { "native" } else { "plugin" };
        let h1 = contents.get(address).map(Hash::as_str);
        let row = json!({ "by": by, "version": choice.version, "why": choice.why, "stamp": stamp, "h1": h1 });
        (address.to_string(), row)
    });
    let document = json!({ "format": 1, "providers": rows.collect::<serde_json::Map<_, _>>() });
    let path = memory(workdir);
    files::write_private(&path, document.to_string().as_bytes()).map_err(|error| {
        let detail = format!("{} cannot be written: {error}.", path.display());
        Diagnostic::error(codes::cli::IO, "Failed to remember what serves the providers", detail)
    })
}

fn recall(workdir: &Workdir) -> (BTreeMap<ProviderAddr, Served>, BTreeMap<ProviderAddr, Seen>) {
    let text = std::fs::read_to_string(memory(workdir)).unwrap_or_default();
    let document: Json = serde_json::from_str(&text).unwrap_or_default();
    let rows = document.get("providers").and_then(Json::as_object).into_iter().flatten();
    let (mut choices, mut packages) = (BTreeMap::new(), BTreeMap::new());
    for (address, row) in rows {
        let word = |key: &str| row.get(key).and_then(Json::as_str).map(str::to_owned);
        let Some(address) = ProviderAddr::parse(address) else { continue };
        let Some((by, version)) = word("by").zip(word("version")) else { continue };
        let h1 = word("h1").and_then(|text| Hash::parse(&text));
        let seen = word("stamp").map(|stamp| Seen { version: version.clone(), stamp, h1 });
        packages.extend(seen.map(|seen| (address.clone(), seen)));
        let why = word("why").unwrap_or_default();
        choices.insert(address, Served { native: by == "native", version, why });
    }
    (choices, packages)
}

/// Directory of an installed package.
pub fn package_directory(workdir: &Workdir, address: &ProviderAddr, version: &str) -> PathBuf {
    let providers = workdir.data_dir().join("providers");
    ordain_install::package_directory(&providers, address, version, &Platform::current())
}

/// What changes when a package's program changes: its real path, size and time. Saves reading hundreds of
/// megabytes in every command; whoever can set all three back can write the program as well.
fn stamp(directory: &Path, address: &ProviderAddr) -> Option<String> {
    let path = std::fs::canonicalize(ordain_install::executable(directory, address)?).ok()?;
    let about = std::fs::metadata(&path).ok()?;
    let since = about.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(format!("{}|{}|{}", path.display(), about.len(), since.as_nanos()))
}

impl Serving {
    /// What serves the providers of a working directory.
    pub fn new(workdir: Workdir) -> Self {
        Self { workdir, known: OnceLock::new() }
    }

    fn known(&self) -> &Known {
        self.known.get_or_init(|| {
            let (choices, seen) = recall(&self.workdir);
            let (lock, _) = read_lock(&self.workdir, &mut Sources::new());
            let (settings, _) = Settings::load(&self.workdir.env, &self.workdir.dir);
            Known { choices, seen, lock, overrides: settings.dev_overrides }
        })
    }

    /// What serves one provider.
    ///
    /// # Errors
    /// Nothing does: no package is installed, or it is not the one that was locked.
    pub fn of(&self, address: &ProviderAddr) -> Result<Server, Diagnostic> {
        if address.is_builtin() {
            return Ok(Server::Builtin);
        }
        if let Some(running) = plugins::running(&self.workdir, address)? {
            return Ok(Server::Running(running));
        }
        let known = self.known();
        if let Some(directory) = known.overrides.get(address) {
            return match ordain_install::executable(directory, address) {
                Some(executable) => {
                    let directory = directory.clone();
                    Ok(Server::Plugin(Package { version: None, directory, executable, digest: None }))
                }
                None => Err(self.no_program(address, directory)),
            };
        }
        let choice = known.choices.get(address);
        match natives::native(address) {
            Some(native) if choice.is_none_or(|choice| choice.native) => Ok(Server::Native(native)),
            _ => self.package(address).map(Server::Plugin),
        }
    }

    /// Version that serves a provider, for plans and lists; `None` when there is none.
    pub fn version(&self, address: &ProviderAddr) -> Option<String> {
        match self.of(address).ok()? {
            Server::Builtin => None,
            Server::Native(native) => Some(native.version.to_owned()),
            Server::Plugin(package) => package.version,
            Server::Running(_) => None,
        }
    }

    /// Why `init` chose what serves a provider.
    pub fn reason(&self, address: &ProviderAddr) -> Option<&str> {
        self.known().choices.get(address).map(|choice| choice.why.as_str())
    }

    /// Versions of providers that are chosen: locked ones, and native ones that `init` chose.
    pub fn selections(&self) -> BTreeMap<String, String> {
        let known = self.known();
        let native = known.choices.iter().filter(|(_, served)| served.native);
        let native = native.map(|(address, served)| (address.to_string(), served.version.clone()));
        let locked =
            known.lock.providers.iter().map(|(address, row)| (address.to_string(), row.version.clone()));
        locked.chain(native).collect()
    }

    /// Versions that are locked, by provider.
    pub fn locked(&self) -> &BTreeMap<ProviderAddr, Lock> {
        &self.known().lock.providers
    }

    fn no_program(&self, address: &ProviderAddr, directory: &Path) -> Diagnostic {
        let detail = format!(
            "Could not find an executable file starting with terraform-provider-{} in {}, which should serve provider {}.",
            address.name,
            directory.display(),
            address.for_display()
        );
        Diagnostic::error(codes::install::INSTALL, "Required plugins are not installed", detail)
    }

    fn package(&self, address: &ProviderAddr) -> Result<Package, Diagnostic> {
        let known = self.known();
        let Some(lock) = known.lock.providers.get(address) else { return Err(missing(address)) };
        let directory = package_directory(&self.workdir, address, &lock.version);
        if !directory.is_dir() {
            let why =
                format!("there is no package for {address} {} cached in {}", lock.version, self.place());
            return Err(not_installed(address, &why));
        }
        let Some(executable) = ordain_install::executable(&directory, address) else {
            return Err(self.no_program(address, &directory));
        };
        let seen =
            known.seen.get(address).filter(|seen| stamp(&directory, address).as_ref() == Some(&seen.stamp));
        let unchanged = seen.and_then(|seen| seen.h1.clone()).filter(|h1| lock.hashes.contains(h1));
        let (fits, digest) = match unchanged {
            Some(h1) => (true, Some(h1)),
            None => fits(&directory, lock),
        };
        if !fits {
            let why = format!(
                "the cached package for {address} {} (in {}) does not match any of the checksums recorded in the dependency lock file",
                lock.version,
                self.place()
            );
            return Err(not_installed(address, &why));
        }
        Ok(Package { version: Some(lock.version.clone()), directory, executable, digest })
    }

    fn place(&self) -> String {
        let path = self.workdir.data_dir().join("providers");
        path.strip_prefix(&self.workdir.dir).unwrap_or(&path).display().to_string()
    }

    /// What forbids planning: providers without a choice, locked versions outside of constraints, packages that
    /// are not there or are not those that were locked. One finding for all providers of a kind.
    pub fn verify(&self, wanted: &BTreeMap<ProviderAddr, Requirement>) -> Diagnostics {
        let mut found = Diagnostics::new();
        let (mut unlocked, mut absent) = (Vec::new(), Vec::new());
        for (address, requirement) in wanted {
            let served = self.of(address);
            let by_lock = matches!(&served, Ok(Server::Plugin(package)) if package.version.is_some());
            let lock = self.known().lock.providers.get(address);
            match (served, lock) {
                (Err(_), None) => unlocked.push(format!(
                    "  - provider {address}: required by this configuration but no version is selected"
                )),
                (Err(error), Some(_)) => absent.push(error),
                (Ok(_), Some(lock)) if by_lock => {
                    let fits = lock.parsed_version().is_some_and(|version| {
                        requirement.constraints.is_empty() || requirement.constraints.allows(&version)
                    });
                    if !fits {
                        unlocked.push(format!(
                            "  - provider {address}: locked version selection {} doesn't match the updated version constraints \"{}\"",
                            lock.version, requirement.constraints
                        ));
                    }
                }
                (Ok(_), _) => {}
            }
        }
        if !unlocked.is_empty() {
            let detail = format!(
                "The following dependency selections recorded in the lock file are inconsistent with the current configuration:\n{}\n\nTo select versions, run:\n  ordain init",
                unlocked.join("\n")
            );
            found.push(Diagnostic::error(
                codes::install::LOCK_FILE,
                "Inconsistent dependency lock file",
                detail,
            ));
        } else {
            found.extend(absent);
        }
        found
    }
}

/// Whether a package is one of those that were locked, and what it holds. A lock without checksums of contents allows any.
fn fits(directory: &Path, lock: &Lock) -> (bool, Option<Hash>) {
    if !lock.hashes.iter().any(Hash::is_h1) {
        return (true, None);
    }
    let held = ordain_install::hash_directory(directory).ok();
    (held.as_ref().is_some_and(|hash| lock.hashes.contains(hash)), held)
}

fn missing(address: &ProviderAddr) -> Diagnostic {
    let detail = format!(
        "This configuration or its state requires provider {address}, but that provider isn't available. You may be able to install it by running:\n  ordain init"
    );
    Diagnostic::error(codes::provider::PROVIDER_CONFIG, "Missing required provider", detail)
}

fn not_installed(address: &ProviderAddr, why: &str) -> Diagnostic {
    let detail = format!(
        "The installed provider plugins are not consistent with the packages selected in the dependency lock file:\n  - {}: {why}\n\nTo put the selected packages in their place, run:\n  ordain init",
        address.for_display()
    );
    Diagnostic::error(codes::install::INSTALL, "Required plugins are not installed", detail)
}
