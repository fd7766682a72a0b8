//! Where charts come from: folders, archives, repositories with an index, registries.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_helm_template::{Chart, Constraints, Detached, File, Table, Version, lint};
use ordain_http::{Cancel, Client, ClientOptions, Environment, Request};
use ordain_openpgp::Keyring;
use ordain_yaml::Limits;
use serde_json::Value as Json;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::oci::{Pulled, Reference, Registry};
use crate::places::Places;
use crate::{dependencies, provenance, store};

/// Largest answer accepted from a repository, in bytes.
const MAX_DOWNLOAD: usize = 128 << 20;

/// Finds and fetches charts; what was fetched is kept for the life of the provider.
pub(crate) struct Sources {
    env: Environment,
    directory: PathBuf,
    cancel: Cancel,
    places: RwLock<Arc<Places>>,
    fetched: Mutex<HashMap<String, Arc<Vec<u8>>>>,
    pulled: Mutex<HashMap<String, Arc<Pulled>>>,
    /// One folder is brought up to date by one release at a time.
    updating: tokio::sync::Mutex<()>,
}

/// Where a chart was found.
enum Found {
    Folder(PathBuf),
    Archive { shown: String, bytes: Arc<Vec<u8>> },
}

/// Why there is no chart.
pub(crate) enum NoChart {
    /// It cannot be found or read.
    Failed(Failure),
    /// `Chart.yaml` demands charts that `charts/` lacks.
    Lacks,
    /// They could not be fetched.
    NotUpdated(String),
}

impl NoChart {
    /// As `helm_release` says it.
    pub(crate) fn of_release(self) -> Failure {
        match self {
            Self::Failed(failure) => failure,
            Self::Lacks => Failure::new("", "Found in Chart.yaml, but missing in charts/ directory"),
            Self::NotUpdated(why) => Failure::new("", format!("Failed to update chart dependencies: {why}")),
        }
    }

    /// As `helm_template` says it.
    pub(crate) fn of_template(self) -> Failure {
        match self {
            Self::Failed(failure) => failure,
            Self::Lacks => {
                let detail = "Found in Chart.yaml, but missing in charts/ directory.";
                Failure::new("Missing chart dependencies", detail)
            }
            Self::NotUpdated(why) => {
                Failure::new("Failed to update chart dependencies", format!("Error: {why}"))
            }
        }
    }
}

/// A path without `.`, and without `..` as far as the path goes.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut out, part| {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            part => out.push(part),
        }
        out
    })
}

fn located(chart: &str, why: impl std::fmt::Display) -> Failure {
    Failure::new("Error locating chart", format!("Unable to locate chart {chart}: {why}"))
}

impl Found {
    fn load(&self) -> Result<Chart, Failure> {
        let loading = |shown: &dyn std::fmt::Display, why: String| {
            Failure::new("Error loading chart", format!("Unable to load chart {shown}: {why}"))
        };
        match self {
            Self::Folder(path) => Chart::from_path(path).map_err(|e| loading(&path.display(), e)),
            Self::Archive { shown, bytes } => Chart::from_archive(bytes).map_err(|e| loading(shown, e)),
        }
    }

    fn files(&self) -> Result<Vec<File>, String> {
        match self {
            Self::Folder(path) => File::in_folder(path),
            Self::Archive { bytes, .. } => File::in_archive(bytes),
        }
    }
}

impl Sources {
    pub(crate) fn new(env: Environment, directory: PathBuf, cancel: Cancel) -> Self {
        let places = Places::of(&Json::Null, &env, &directory);
        Self {
            env,
            directory,
            cancel,
            places: RwLock::new(Arc::new(places)),
            fetched: Mutex::default(),
            pulled: Mutex::default(),
            updating: tokio::sync::Mutex::default(),
        }
    }

    /// Where Helm's own files are.
    pub(crate) fn places(&self) -> Arc<Places> {
        Arc::clone(&self.places.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on these are asked.
    pub(crate) fn know(&self, places: Places) {
        *self.places.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(places);
    }

    /// The chart that the arguments name, with all that it demands.
    pub(crate) async fn chart(&self, arguments: &Arguments) -> Result<Chart, NoChart> {
        let found = self.locate(arguments).await.map_err(NoChart::Failed)?;
        let chart = found.load().map_err(NoChart::Failed)?;
        if chart.missing_dependencies().is_empty() {
            return Ok(chart);
        }
        if !arguments.flag("dependency_update") {
            return Err(NoChart::Lacks);
        }
        let _alone = self.updating.lock().await;
        match &found {
            Found::Folder(path) => dependencies::update(self, path, &chart).await,
            Found::Archive { .. } => Err("only unpacked charts can be updated".into()),
        }
        .map_err(NoChart::NotUpdated)?;
        found.load().map_err(NoChart::Failed)
    }

    /// What `helm lint` calls errors in the chart that the arguments name.
    pub(crate) async fn lint(&self, arguments: &Arguments, values: &Table) -> Result<(), Failure> {
        let failed = |why: String| Failure::new("Lint Error", why);
        let found = self.locate(arguments).await.map_err(|e| failed(e.detail))?;
        let files = found.files().map_err(failed)?;
        let place = match &found {
            Found::Folder(path) => path.clone(),
            Found::Archive { shown, .. } => PathBuf::from(shown),
        };
        let errors = lint(&place.display().to_string(), &files, values, &Detached::default());
        if errors.is_empty() {
            return Ok(());
        }
        Err(failed(format!("malformed chart or values: \n\t{}", errors.join("\n\t"))))
    }

    async fn locate(&self, arguments: &Arguments) -> Result<Found, Failure> {
        let (name, repository) = (arguments.text("chart").trim(), arguments.text("repository"));
        if name.starts_with("oci://") || repository.starts_with("oci://") {
            let pulled = self.pull(name, repository, arguments).await.map_err(|e| located(name, e))?;
            if arguments.flag("verify") {
                let beside = pulled.provenance.as_deref().ok_or_else(|| {
                    located(name, format!("failed to fetch provenance of {:?}", pulled.name))
                })?;
                self.check(&pulled.name, &pulled.chart, beside, arguments).map_err(|e| located(name, e))?;
            }
            return Ok(Found::Archive { shown: pulled.name.clone(), bytes: Arc::new(pulled.chart.clone()) });
        }
        // What is no address is a folder of charts, or a name that Helm gave a repository.
        let is_address = repository.contains("://") || repository.starts_with('/');
        let joined = match repository {
            "" => name.to_owned(),
            folder if !is_address && !name.contains('/') => format!("{folder}/{name}"),
            _ => name.to_owned(),
        };
        let path = plain(&self.directory.join(&joined));
        if path.exists() {
            return self.local(&joined, path, arguments);
        }
        if Path::new(&joined).is_absolute() || joined.starts_with('.') {
            return Err(located(&joined, format!("path {joined:?} not found")));
        }
        if is_address {
            return self.in_repository(name, repository, arguments).await;
        }
        if joined.contains("://") {
            let (shown, bytes) = self.verified(&joined, arguments).await.map_err(|e| located(&joined, e))?;
            return Ok(Found::Archive { shown, bytes });
        }
        self.remembered(&joined, arguments).await
    }

    fn local(&self, name: &str, path: PathBuf, arguments: &Arguments) -> Result<Found, Failure> {
        let is_folder = path.is_dir();
        if arguments.flag("verify") {
            let checked = if is_folder {
                Err("unpacked charts cannot be verified".to_owned())
            } else if path.extension().is_none_or(|e| !e.eq_ignore_ascii_case("tgz")) {
                Err("chart must be a tgz file".to_owned())
            } else {
                let beside = PathBuf::from(format!("{}.prov", path.display()));
                let read = |path: &Path| std::fs::read(path).map_err(|e| e.to_string());
                let missing = |e| format!("could not load provenance file {}: {e}", beside.display());
                read(&beside).map_err(missing).and_then(|beside| {
                    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    self.check(&file, &read(&path)?, &beside, arguments)
                })
            };
            checked.map_err(|e| located(name, e))?;
        }
        if is_folder {
            return Ok(Found::Folder(path));
        }
        let bytes = std::fs::read(&path).map_err(|e| located(name, format!("{}: {e}", path.display())))?;
        Ok(Found::Archive { shown: path.display().to_string(), bytes: Arc::new(bytes) })
    }

    /// A chart of a repository that was made known by `helm repo add`.
    async fn remembered(&self, name: &str, arguments: &Arguments) -> Result<Found, Failure> {
        let failed = |why: String| located(name, why);
        let Some((known, chart)) = name.split_once('/') else {
            let form = "non-absolute URLs should be in form of repo_name/path_to_chart";
            return Err(failed(format!("{form}, got: {name}")));
        };
        let places = self.places();
        let entry = places.by_name(known).ok_or_else(|| failed(format!("repo {known} not found")))?;
        let index = places.index(known).map_err(failed)?;
        let mut asked = places.arguments_of(&entry);
        let repository = asked.text("repository").to_owned();
        if let (Some(asked), Some(given)) = (asked.0.as_object_mut(), arguments.0.as_object()) {
            let own = |key: &&String| matches!(key.as_str(), "verify" | "keyring");
            asked.extend(given.iter().filter(|(key, _)| own(key)).map(|(k, v)| (k.clone(), v.clone())));
        }
        let wanted = arguments.text("version");
        let choice = choose(&index, chart, wanted, arguments.flag("devel")).map_err(|_| {
            let advice = "(try 'helm repo update')";
            failed(format!("chart {chart:?} matching {wanted} not found in {known} index. {advice}"))
        })?;
        let url = resolve(repository.trim_end_matches('/'), &choice.url);
        let (shown, bytes) = self.verified(&url, &asked).await.map_err(failed)?;
        Ok(Found::Archive { shown, bytes })
    }

    async fn in_repository(
        &self,
        name: &str,
        repository: &str,
        arguments: &Arguments,
    ) -> Result<Found, Failure> {
        let index = self.index(repository, arguments).await.map_err(|e| located(name, e))?;
        let wanted = arguments.text("version");
        let choice = choose(&index, name, wanted, arguments.flag("devel")).map_err(|missing| {
            let version = if wanted.is_empty() { String::new() } else { format!(" version {wanted:?}") };
            match missing {
                Missing::Entry => {
                    located(name, format!("chart {name:?}{version} not found in {repository} repository"))
                }
                Missing::Url => located(name, format!("chart {name:?}{version} has no downloadable URLs")),
            }
        })?;
        let url = resolve(repository.trim_end_matches('/'), &choice.url);
        let (shown, bytes) = self.verified(&url, arguments).await.map_err(|e| located(name, e))?;
        Ok(Found::Archive { shown, bytes })
    }

    /// The index of a repository.
    pub(crate) async fn index(&self, repository: &str, arguments: &Arguments) -> Result<Json, String> {
        let base = repository.trim_end_matches('/');
        let looks_like = |e: String| {
            let what = "looks like";
            format!("{what} \"{repository}\" is not a valid chart repository or cannot be reached: {e}")
        };
        let bytes = self.fetch(&format!("{base}/index.yaml"), arguments).await.map_err(looks_like)?;
        let text = String::from_utf8_lossy(&bytes);
        let limits = Limits { nodes: 20_000_000, ..Limits::default() };
        ordain_yaml::from_str(&text, &limits).map_err(|e| looks_like(e.to_string()))
    }

    /// The file that an index names, and its name.
    pub(crate) async fn archive_of(
        &self,
        repository: &str,
        url: &str,
        arguments: &Arguments,
    ) -> Result<(String, Arc<Vec<u8>>), String> {
        let url = resolve(repository.trim_end_matches('/'), url);
        Ok((file_name(&url).to_owned(), self.fetch(&url, arguments).await?))
    }

    /// A chart of a registry.
    pub(crate) async fn pull(
        &self,
        name: &str,
        repository: &str,
        arguments: &Arguments,
    ) -> Result<Arc<Pulled>, String> {
        // One address may stand for several documents, so they are kept whole.
        let verify = arguments.flag("verify");
        let key = format!("{repository} {name} {} {verify}", arguments.text("version"));
        if let Some(known) = self.pulled.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let reference = Reference::of(repository, name).ok_or("the oci:// address names no chart")?;
        let mut registry = self.registry(&reference, arguments)?;
        let pulled = Arc::new(registry.chart(&reference, verify).await?);
        let mut all = self.pulled.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(key, Arc::clone(&pulled));
        Ok(pulled)
    }

    fn registry<'s>(
        &'s self,
        reference: &Reference,
        arguments: &'s Arguments,
    ) -> Result<Registry<'s>, String> {
        let client = Client::new(&self.options(arguments)?, &self.env).map_err(|e| e.to_string())?;
        let login = self.places().login(reference.host());
        Ok(Registry { client, cancel: &self.cancel, arguments, login, authorization: None })
    }

    /// A file of a repository, checked with its provenance if that is asked for.
    async fn verified(&self, url: &str, arguments: &Arguments) -> Result<(String, Arc<Vec<u8>>), String> {
        let bytes = self.fetch(url, arguments).await?;
        if arguments.flag("verify") {
            let beside = format!("{url}.prov");
            let found = self.fetch(&beside, arguments).await;
            let provenance = found.map_err(|_| format!("failed to fetch provenance {beside:?}"))?;
            self.check(file_name(url), &bytes, &provenance, arguments)?;
        }
        Ok((url.to_owned(), bytes))
    }

    fn check(&self, name: &str, archive: &[u8], beside: &[u8], arguments: &Arguments) -> Result<(), String> {
        let home = self.env.get("HOME").map_or("", String::as_str);
        let path = match arguments.text("keyring") {
            "" => PathBuf::from(home).join(".gnupg/pubring.gpg"),
            given => self.directory.join(given),
        };
        let keys = std::fs::read(&path)
            .map_err(|e| format!("failed to load keyring: open {}: {e}", path.display()))?;
        let now = u64::try_from(store::now().seconds).unwrap_or(0);
        provenance::check(name, archive, beside, &Keyring::default().with(&keys), now)
    }

    async fn fetch(&self, url: &str, arguments: &Arguments) -> Result<Arc<Vec<u8>>, String> {
        if let Some(known) = self.fetched.lock().unwrap_or_else(PoisonError::into_inner).get(url) {
            return Ok(Arc::clone(known));
        }
        if !url.starts_with("http://") && !url.starts_with("https://") {
            let scheme = url.split(':').next().unwrap_or_default();
            return Err(format!("could not find protocol handler for: {scheme}"));
        }
        let client = Client::new(&self.options(arguments)?, &self.env).map_err(|e| e.to_string())?;
        let mut request = Request::get(url).limit(MAX_DOWNLOAD);
        let user = arguments.text("repository_username");
        let may_know =
            arguments.flag("pass_credentials") || origin(url) == origin(arguments.text("repository"));
        if !user.is_empty() && may_know {
            let pair = STANDARD.encode(format!("{user}:{}", arguments.text("repository_password")));
            request = request.header("authorization", format!("Basic {pair}"));
        }
        let response = client.send(&request, &self.cancel).await.map_err(|e| e.to_string())?;
        if !response.is_success() {
            return Err(format!("failed to fetch {} : {}", response.url, response.status));
        }
        let body = Arc::new(response.body);
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        fetched.insert(url.to_owned(), Arc::clone(&body));
        Ok(body)
    }

    fn options(&self, arguments: &Arguments) -> Result<ClientOptions, String> {
        let read = |key: &str| match arguments.text(key) {
            "" => Ok(Vec::new()),
            path => std::fs::read(self.directory.join(path)).map_err(|e| format!("{key} {path}: {e}")),
        };
        let (ca, cert, key) =
            (read("repository_ca_file")?, read("repository_cert_file")?, read("repository_key_file")?);
        let identity = (!cert.is_empty()).then(|| [cert, b"\n".to_vec(), key].concat());
        let extra_roots = if ca.is_empty() { Vec::new() } else { vec![ca] };
        Ok(ClientOptions { extra_roots, identity, ..ClientOptions::default() })
    }
}

/// Scheme and host, which together decide who is told a password: the same host without encryption is another.
fn origin(url: &str) -> (&str, &str) {
    (url.split("://").next().unwrap_or_default(), host(url))
}

fn host(url: &str) -> &str {
    url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

/// An entry's address, which may be relative to the index.
fn resolve(base: &str, url: &str) -> String {
    if url.contains("://") {
        return url.to_owned();
    }
    match url.strip_prefix('/') {
        Some(rooted) => {
            let scheme = base.split("://").next().unwrap_or("https");
            format!("{scheme}://{}/{rooted}", host(base))
        }
        None => format!("{base}/{url}"),
    }
}

/// The last part of a path.
fn file_name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.rsplit('/').next().unwrap_or(path)
}

/// What an index lacks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Entry,
    Url,
}

/// A version of a chart in an index, and where it lies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) version: String,
    pub(crate) url: String,
}

/// The newest version of a chart that fits; without a wish the newest stable one.
pub(crate) fn choose(index: &Json, name: &str, wanted: &str, devel: bool) -> Result<Choice, Missing> {
    let entries = index.pointer("/entries").and_then(|e| e.get(name)).and_then(Json::as_array);
    let mut versions: Vec<(Version, &Json)> = Vec::new();
    for entry in entries.into_iter().flatten() {
        let version = entry.get("version").and_then(Json::as_str).and_then(|v| Version::parse(v).ok());
        versions.extend(version.map(|v| (v, entry)));
    }
    versions.sort_by(|a, b| b.0.precedence(&a.0));
    let exact = versions.iter().find(|(v, _)| !wanted.is_empty() && v.original == wanted);
    let constraint = match (wanted, devel) {
        ("", true) => ">0.0.0-0",
        ("", false) => "*",
        (wanted, _) => wanted,
    };
    let constraints = Constraints::parse(constraint).map_err(|_| Missing::Entry)?;
    let found = exact.or_else(|| versions.iter().find(|(v, _)| constraints.check(v)));
    let (version, entry) = found.ok_or(Missing::Entry)?;
    let url = entry.pointer("/urls/0").and_then(Json::as_str).ok_or(Missing::Url)?;
    Ok(Choice { version: version.original.clone(), url: url.to_owned() })
}

#[cfg(test)]
#[path = "sources_tests.rs"]
mod tests;
