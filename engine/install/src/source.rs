//! Where packages of providers are looked for: every rule of the CLI configuration in its order.

mod filesystem;
mod network_mirror;
mod oci_mirror;
mod registry;

use std::collections::BTreeSet;
use std::path::PathBuf;

use ordain_addr::ProviderAddr;
use ordain_config::Version;
use ordain_diag::Diagnostic;
use ordain_http::Request;

use crate::network::{Failure, Network};
use crate::settings::home;
use crate::{Hash, Installation, Method, Platform, Rule};

/// A package that was found.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    /// Where it is.
    pub(crate) location: Location,
    /// Checksums that its source vouches for, for any platform.
    pub(crate) hashes: Vec<Hash>,
    /// Who vouches for it, as messages say it.
    pub(crate) who: String,
}

/// A zip archive that must be downloaded.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    /// How it is asked for.
    pub(crate) request: Request,
    /// Its SHA-256 in hexadecimal, where its publisher promises one.
    pub(crate) sha256: Option<String>,
    /// Checksums of which it must have one, when there are any.
    pub(crate) promised: Vec<Hash>,
}

/// Where a package is.
#[derive(Clone, Debug)]
pub(crate) enum Location {
    /// An unpacked package, which is linked to.
    Directory(PathBuf),
    /// A zip archive on disk.
    Archive(PathBuf),
    /// A zip archive elsewhere.
    Remote(Remote),
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

/// Versions that were found, and what registries want users to know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Versions {
    pub(crate) versions: BTreeSet<Version>,
    pub(crate) warnings: Vec<String>,
}

/// All places that packages may come from.
pub(crate) struct Catalog<'c> {
    place: &'c Installation<'c>,
    rules: Vec<Rule>,
    platform: Platform,
    pub(crate) network: Network<'c>,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Problem::Failed(failure.text())
    }
}

impl<'c> Catalog<'c> {
    /// The places that an installation may use: `-plugin-dir`, else the CLI configuration, else the
    /// directories that are searched without one and then the registries.
    pub(crate) fn new(place: &'c Installation<'c>) -> Result<Self, Diagnostic> {
        let mirror = |path: &PathBuf| Rule::all(Method::FilesystemMirror(path.clone()));
        let rules = match (&place.settings.rules, place.plugin_dirs) {
            (_, dirs) if !dirs.is_empty() => dirs.iter().map(mirror).collect(),
            (Some(rules), _) if !rules.is_empty() => rules.clone(),
            _ => implied_rules(place),
        };
        let network = Network::new(place.settings, place.env)?;
        Ok(Self { place, rules, platform: place.platform.clone(), network })
    }

    /// Rules for a provider. What is in one of the implied directories is not looked for elsewhere.
    fn rules(&self, address: &ProviderAddr) -> Vec<&Rule> {
        let covering = self.rules.iter().filter(|rule| rule.covers(address));
        let implied = self.place.plugin_dirs.is_empty()
            && self.place.settings.rules.as_ref().is_none_or(|rules| rules.is_empty());
        let local = |rule: &&Rule| match &rule.method {
            Method::FilesystemMirror(path) => {
                !filesystem::packages(&self.place.base.join(path), address).is_empty()
            }
            _ => false,
        };
        let rules: Vec<&Rule> = covering.collect();
        if implied && rules.iter().any(local) { rules.into_iter().filter(local).collect() } else { rules }
    }

    /// Versions of a provider that there are packages of.
    pub(crate) async fn versions(&self, address: &ProviderAddr) -> Result<Versions, Problem> {
        let (mut found, mut searched, mut others) = (Versions::default(), Vec::new(), BTreeSet::new());
        for rule in self.rules(address) {
            match &rule.method {
                Method::FilesystemMirror(path) => {
                    searched.push(path.display().to_string());
                    for package in filesystem::packages(&self.place.base.join(path), address) {
                        if package.platform == self.platform {
                            found.versions.insert(package.version);
                        } else {
                            others.insert(package.platform.to_string());
                        }
                    }
                }
                Method::NetworkMirror(url) => {
                    searched.push(url.clone());
                    match network_mirror::versions(&self.network, url, address).await {
                        Ok(versions) => found.versions.extend(versions),
                        Err(Failure::NotFound) => {}
                        Err(failure) => return Err(failure.into()),
                    }
                }
                Method::OciMirror(template) => {
                    searched.push(oci_mirror::repository(template, address));
                    match oci_mirror::versions(&self.network, template, address).await {
                        Ok(versions) => found.versions.extend(versions),
                        Err(Failure::NotFound) => {}
                        Err(failure) => return Err(failure.into()),
                    }
                }
                Method::Direct => {
                    searched.push(format!("the registry {}", address.hostname));
                    match registry::versions(&self.network, address).await {
                        Ok(listing) => {
                            found.versions.extend(listing.versions);
                            found.warnings.extend(listing.warnings);
                        }
                        Err(Failure::NotFound) => {}
                        Err(failure) => return Err(failure.into()),
                    }
                }
            }
        }
        match (found.versions.is_empty(), others.is_empty()) {
            (false, _) => Ok(found),
            (true, false) => Err(Problem::OtherPlatforms(others.into_iter().collect())),
            (true, true) => Err(Problem::NotFound(searched)),
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
        for rule in self.rules(address) {
            match &rule.method {
                Method::FilesystemMirror(path) => {
                    searched.push(path.display().to_string());
                    for found in filesystem::packages(&self.place.base.join(path), address) {
                        if found.version.cmp(version).is_ne() {
                            continue;
                        }
                        if found.platform == self.platform {
                            let who = "unauthenticated".to_owned();
                            return Ok(Package { location: found.location, hashes: Vec::new(), who });
                        }
                        others.insert(found.platform.to_string());
                    }
                }
                Method::NetworkMirror(url) => {
                    searched.push(url.clone());
                    match network_mirror::package(&self.network, url, address, version, &self.platform).await
                    {
                        Ok(Ok(package)) => return Ok(package),
                        Ok(Err(platforms)) => others.extend(platforms),
                        Err(Failure::NotFound) => {}
                        Err(failure) => return Err(failure.into()),
                    }
                }
                Method::OciMirror(template) => {
                    searched.push(oci_mirror::repository(template, address));
                    match oci_mirror::package(&self.network, template, address, version, &self.platform).await
                    {
                        Ok(Ok(package)) => return Ok(package),
                        Ok(Err(platforms)) => others.extend(platforms),
                        Err(Failure::NotFound) => {}
                        Err(failure) => return Err(failure.into()),
                    }
                }
                Method::Direct => {
                    searched.push(format!("the registry {}", address.hostname));
                    match registry::package(&self.network, address, version, &self.platform).await {
                        Ok(package) => return Ok(package),
                        Err(Failure::NotFound) => {}
                        Err(failure) => return Err(failure.into()),
                    }
                }
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
