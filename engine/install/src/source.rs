//! Where packages of providers are looked for: every rule of the CLI configuration in its order.

mod filesystem;

use std::collections::BTreeSet;
use std::path::PathBuf;

use ordain_addr::ProviderAddr;
use ordain_config::Version;

use crate::settings::home;
use crate::{Hash, Installation, Method, Platform, Rule};

/// A package that was found.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    /// Where it is.
    pub(crate) location: Location,
    /// Checksums that its source vouches for, for any platform.
    pub(crate) hashes: Vec<Hash>,
}

/// Where a package is.
#[derive(Clone, Debug)]
pub(crate) enum Location {
    /// An unpacked package, which is linked to.
    Directory(PathBuf),
    /// A zip archive on disk.
    Archive(PathBuf),
}

/// Why there is nothing.
#[derive(Clone, Debug)]
pub(crate) enum Problem {
    /// The places that were looked at, none of which knows the provider or version.
    NotFound(Vec<String>),
    /// The version is there, but for these platforms only.
    OtherPlatforms(Vec<String>),
    /// A sentence without a full stop.
    Failed(String),
}

/// All places that packages may come from.
pub(crate) struct Catalog<'c> {
    place: &'c Installation<'c>,
    rules: Vec<Rule>,
    platform: Platform,
}

impl<'c> Catalog<'c> {
    /// The places that an installation may use: `-plugin-dir`, else the CLI configuration, else the
    /// directories that are searched without one and then the registries.
    pub(crate) fn new(place: &'c Installation<'c>) -> Self {
        let mirror = |path: &PathBuf| Rule::all(Method::FilesystemMirror(path.clone()));
        let rules = match (&place.settings.rules, place.plugin_dirs) {
            (_, dirs) if !dirs.is_empty() => dirs.iter().map(mirror).collect(),
            (Some(rules), _) if !rules.is_empty() => rules.clone(),
            _ => implied_rules(place),
        };
        Self { place, rules, platform: Platform::current() }
    }

    /// Versions of a provider that there are packages of.
    pub(crate) async fn versions(&self, address: &ProviderAddr) -> Result<BTreeSet<Version>, Problem> {
        let (mut versions, mut searched, mut others) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
        let mut known = false;
        for rule in self.rules.iter().filter(|rule| rule.covers(address)) {
            let Method::FilesystemMirror(path) = &rule.method else {
                return Err(unbuilt());
            };
            searched.push(path.display().to_string());
            for found in filesystem::packages(path, address) {
                known = true;
                if found.platform == self.platform {
                    versions.insert(found.version);
                } else {
                    others.insert(found.platform.to_string());
                }
            }
        }
        match (versions.is_empty(), known) {
            (true, true) => Err(Problem::OtherPlatforms(others.into_iter().collect())),
            (true, false) => Err(Problem::NotFound(searched)),
            _ => Ok(versions),
        }
    }

    /// The package of one version for this system, from the first place that has it.
    pub(crate) async fn package(
        &self,
        address: &ProviderAddr,
        version: &Version,
    ) -> Result<Package, Problem> {
        let mut searched = Vec::new();
        let mut others = BTreeSet::new();
        for rule in self.rules.iter().filter(|rule| rule.covers(address)) {
            let Method::FilesystemMirror(path) = &rule.method else {
                return Err(unbuilt());
            };
            searched.push(path.display().to_string());
            for found in filesystem::packages(path, address) {
                if found.version.cmp(version).is_ne() {
                    continue;
                }
                if found.platform == self.platform {
                    return Ok(Package { location: found.location, hashes: Vec::new() });
                }
                others.insert(found.platform.to_string());
            }
        }
        if others.is_empty() {
            Err(Problem::NotFound(searched))
        } else {
            Err(Problem::OtherPlatforms(others.into_iter().collect()))
        }
    }

    /// Directory of the working directory's installed packages.
    pub(crate) fn providers_dir(&self) -> PathBuf {
        self.place.data_dir.join("providers")
    }

    /// The system that packages are for.
    pub(crate) fn platform(&self) -> &Platform {
        &self.platform
    }
}

fn unbuilt() -> Problem {
    Problem::Failed("network mirrors and registries are not part of this build yet".to_owned())
}

/// Without `provider_installation`: directories of the system, then registries for what is in none of them.
fn implied_rules(place: &Installation<'_>) -> Vec<Rule> {
    let mut directories = vec![place.base.join("terraform.d/plugins")];
    if let Some(home) = home(place.env) {
        directories.push(home.join(".terraform.d/plugins"));
        let data = place.env.get("XDG_DATA_HOME").filter(|text| !text.is_empty()).map(PathBuf::from);
        directories.push(data.unwrap_or_else(|| home.join(".local/share")).join("terraform/plugins"));
    }
    directories
        .extend(["/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"].map(PathBuf::from));
    let mut rules: Vec<Rule> = Vec::new();
    for directory in directories.into_iter().filter(|directory| directory.is_dir()) {
        rules.push(Rule::all(Method::FilesystemMirror(directory)));
    }
    rules.push(Rule::all(Method::Direct));
    rules
}
