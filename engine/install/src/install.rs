//! Choosing versions and putting packages in their place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use futures_util::StreamExt;
use ordain_addr::ProviderAddr;
use ordain_config::Version;
use ordain_diag::{Diagnostic, Diagnostics, codes};

use crate::place::{self, Placed};
use crate::source::{Catalog, Problem};
use crate::{Constraints, Lock, LockFile, Platform, Requirement, Settings};

/// How many packages are fetched at the same time.
pub(crate) const AT_ONCE: usize = 4;

/// Where and how packages are installed.
#[derive(Clone, Debug)]
pub struct Installation<'i> {
    /// The CLI configuration.
    pub settings: &'i Settings,
    /// Environment variables.
    pub env: &'i BTreeMap<String, String>,
    /// Directory of the root module.
    pub base: &'i Path,
    /// The data directory, as users wrote it; `.terraform` below `base`, as a rule.
    pub data_dir: &'i Path,
    /// `-plugin-dir`: the only places to look at, when there are any.
    pub plugin_dirs: &'i [PathBuf],
    /// `-upgrade`: choose anew, whatever is locked.
    pub upgrade: bool,
    /// The system that packages are for.
    pub platform: Platform,
    /// What installed packages are known to hold, by their directories: they were digested before and have not
    /// changed since.
    pub known: BTreeMap<PathBuf, crate::Hash>,
}

/// What happens, for those who watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A locked version is used.
    Reusing(ProviderAddr),
    /// A version is looked for; canonical constraints, empty for none.
    Finding(ProviderAddr, String),
    /// A package is being fetched.
    Installing(ProviderAddr, String),
    /// A package is in its place; who vouches for it.
    Installed(ProviderAddr, String, String),
    /// A package was in its place already.
    Present(ProviderAddr, String),
    /// A registry has something to say about a provider.
    Warned(ProviderAddr, Vec<String>),
    /// A package came from the shared cache.
    FromCache(ProviderAddr, String),
    /// A download that takes its time has come this far.
    Transfer(crate::Transfer),
}

/// What is installed.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Versions and checksums of the providers that were asked for.
    pub lock: LockFile,
    /// What the installed packages hold.
    pub contents: BTreeMap<ProviderAddr, crate::Hash>,
    /// Providers whose checksums could be learnt for this system only.
    pub incomplete: Vec<ProviderAddr>,
}

/// Who is told of events.
pub type Watch<'w> = &'w (dyn Fn(Event) + Sync);

fn error(code: ordain_diag::Code, summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(code, summary, detail)
}

/// Installs packages of the given providers below the data directory.
///
/// Findings: no package fits, or one could not be fetched or checked. What was not whole or did not fit is not
/// in its place.
pub async fn install(
    place: &Installation<'_>,
    wanted: &BTreeMap<ProviderAddr, Requirement>,
    lock: &LockFile,
    watch: Watch<'_>,
) -> (Outcome, Diagnostics) {
    let mut found = Diagnostics::new();
    let catalog = match Catalog::new(place) {
        Ok(catalog) => catalog,
        Err(problem) => return (Outcome::default(), problem.into()),
    };
    let choices = futures_util::stream::iter(wanted)
        .map(|(address, requirement)| choose(&catalog, address, requirement, lock, place.upgrade, watch));
    let mut chosen: Vec<(ProviderAddr, Version, String)> = Vec::new();
    let results: Vec<_> = choices.buffered(AT_ONCE * 2).collect().await;
    for result in results {
        match result {
            Ok(choice) => chosen.push(choice),
            Err(problem) => found.push(problem),
        }
    }
    let mut outcome = Outcome::default();
    if found.has_errors() {
        return (outcome, found);
    }
    let installs = futures_util::stream::iter(chosen).map(|(address, version, constraints)| {
        let catalog = &catalog;
        async move {
            let locked = lock.providers.get(&address).filter(|row| same(row, &version));
            let placed = place::ensure(catalog, place, &address, &version, locked, watch).await;
            (address, version, constraints, placed)
        }
    });
    let mut results: Vec<_> = installs.buffer_unordered(AT_ONCE).collect().await;
    results.sort_by(|a, b| a.0.cmp(&b.0));
    for (address, version, constraints, placed) in results {
        match placed {
            Ok(placed) => record(&mut outcome, lock, (address, &version, constraints), placed),
            Err(problem) => found.push(problem),
        }
    }
    (outcome, found)
}

fn same(row: &Lock, version: &Version) -> bool {
    row.parsed_version().is_some_and(|locked| locked.cmp(version).is_eq())
}

fn record(
    outcome: &mut Outcome,
    before: &LockFile,
    (address, version, constraints): (ProviderAddr, &Version, String),
    placed: Placed,
) {
    let earlier = before.providers.get(&address).filter(|row| same(row, version));
    let hashes = earlier.map(|row| row.hashes.clone()).unwrap_or_default();
    outcome.contents.insert(address.clone(), placed.h1);
    let mut row = Lock { version: version.to_string(), constraints, hashes };
    row.add(placed.hashes);
    let news = earlier.is_none_or(|earlier| earlier.hashes != row.hashes);
    if news && !row.hashes.iter().any(crate::Hash::is_zh) {
        outcome.incomplete.push(address.clone());
    }
    outcome.lock.providers.insert(address, row);
}

/// Chooses the version of a provider: the locked one, or the newest that all constraints allow.
pub(crate) async fn choose(
    catalog: &Catalog<'_>,
    address: &ProviderAddr,
    requirement: &Requirement,
    lock: &LockFile,
    upgrade: bool,
    watch: Watch<'_>,
) -> Result<(ProviderAddr, Version, String), Diagnostic> {
    let constraints = &requirement.constraints;
    let locked = lock.providers.get(address).filter(|_| !upgrade).and_then(Lock::parsed_version);
    if let Some(version) = locked {
        watch(Event::Reusing(address.clone()));
        if !constraints.allows(&version) && !constraints.is_empty() {
            let why = format!(
                "locked provider {address} {version} does not match configured version constraint {constraints}; must use \"init -upgrade\" to allow selection of new versions"
            );
            return Err(unavailable(address, &why, requirement));
        }
        return Ok((address.clone(), version, constraints.to_string()));
    }
    watch(Event::Finding(address.clone(), constraints.to_string()));
    let listed = catalog.versions(address).await.map_err(|problem| {
        unavailable(address, &problem_text(catalog, address, &problem, None), requirement)
    })?;
    if !listed.warnings.is_empty() {
        watch(Event::Warned(address.clone(), listed.warnings));
    }
    let versions = listed.versions;
    match versions.iter().rev().find(|version| constraints.allows(version)) {
        Some(version) => Ok((address.clone(), version.clone(), constraints.to_string())),
        None => {
            let why = no_match(constraints, &versions.iter().rev().take(5).cloned().collect::<Vec<_>>());
            Err(unavailable(address, &why, requirement))
        }
    }
}

fn no_match(constraints: &Constraints, newest: &[Version]) -> String {
    let newest: Vec<String> = newest.iter().map(Version::to_string).collect();
    let asked = if constraints.is_empty() {
        "there are pre-releases only, which are chosen only when a constraint names one exactly".to_owned()
    } else {
        format!("no available releases match the given constraints {constraints}")
    };
    format!("{asked} (newest: {})", newest.join(", "))
}

/// What a problem means for a provider, as part of a sentence.
pub(crate) fn problem_text(
    catalog: &Catalog<'_>,
    address: &ProviderAddr,
    problem: &Problem,
    version: Option<&Version>,
) -> String {
    let what = version.map_or_else(String::new, |version| format!(" {version}"));
    match problem {
        Problem::NotFound(searched) if searched.is_empty() => {
            format!("provider {address}{what}: no installation method of the CLI configuration covers it")
        }
        Problem::NotFound(searched) => {
            let rows: Vec<String> = searched.iter().map(|place| format!("\n  - {place}")).collect();
            format!(
                "provider {address}{what} was not found in any of the search locations\n{}",
                rows.concat()
            )
        }
        Problem::OtherPlatforms(platforms) => format!(
            "provider {address}{what} does not have a package available for your current platform, {}; there are packages for {}",
            catalog.platform(),
            platforms.join(", ")
        ),
        Problem::Failed(why) => why.clone(),
    }
}

fn unavailable(address: &ProviderAddr, why: &str, requirement: &Requirement) -> Diagnostic {
    let end = if why.contains('\n') { "" } else { "." };
    let mut detail = format!(
        "Could not retrieve the list of available versions for provider {}: {why}{end}",
        address.for_display()
    );
    let askers = requirement.askers();
    if !askers.is_empty() {
        detail.push_str(&format!("\n\nVersions of it are asked for by:\n{askers}"));
    }
    let found = error(codes::install::NO_PACKAGE, "Failed to query available provider packages", detail)
        .with_address(address.to_string());
    match requirement.asked.iter().find_map(|asked| asked.span) {
        Some(span) => found.with_span(span),
        None => found,
    }
}
