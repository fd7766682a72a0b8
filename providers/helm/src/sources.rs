//! Where charts come from: folders, archives, repositories with an index, registries.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_helm_template::{Chart, Constraints, Version};
use ordain_http::{Cancel, Client, ClientOptions, Environment, Request};
use ordain_yaml::Limits;
use serde_json::Value as Json;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::oci::{Reference, Registry};

/// Largest answer accepted from a repository, in bytes.
const MAX_DOWNLOAD: usize = 128 << 20;

/// Finds and fetches charts; what was fetched is kept for the life of the provider.
pub(crate) struct Sources {
    env: Environment,
    directory: PathBuf,
    cancel: Cancel,
    fetched: Mutex<HashMap<String, Arc<Vec<u8>>>>,
    charts: Mutex<HashMap<String, Arc<Chart>>>,
}

fn located(chart: &str, why: impl std::fmt::Display) -> Failure {
    Failure::new("Error locating chart", format!("Unable to locate chart {chart}: {why}"))
}

impl Sources {
    pub(crate) fn new(env: Environment, directory: PathBuf, cancel: Cancel) -> Self {
        Self { env, directory, cancel, fetched: Mutex::default(), charts: Mutex::default() }
    }

    /// The chart that the arguments name.
    pub(crate) async fn chart(&self, arguments: &Arguments) -> Result<Chart, Failure> {
        let name = arguments.text("chart");
        for flag in ["verify", "dependency_update"] {
            if arguments.flag(flag) {
                let detail =
                    format!("The argument {flag} of helm_release is not built yet. Set it to false.");
                return Err(Failure::new("Unsupported argument", detail));
            }
        }
        let repository = arguments.text("repository");
        if name.starts_with("oci://") || repository.starts_with("oci://") {
            return self.in_registry(name, repository, arguments).await;
        }
        if repository.is_empty() {
            if name.starts_with("http://") || name.starts_with("https://") {
                let bytes = self.fetch(name, arguments).await.map_err(|e| located(name, e))?;
                return archive(name, &bytes);
            }
            return self.local(name);
        }
        self.in_repository(name, repository, arguments).await
    }

    /// Charts of registries are kept whole: one address may stand for several documents.
    async fn in_registry(
        &self,
        name: &str,
        repository: &str,
        arguments: &Arguments,
    ) -> Result<Chart, Failure> {
        let version = arguments.text("version");
        let key = format!("{repository} {name} {version}");
        if let Some(known) = self.charts.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Chart::clone(known));
        }
        let reference = Reference::of(repository, name)
            .ok_or_else(|| located(name, "the oci:// address names no chart"))?;
        let options = self.options(arguments).map_err(|e| located(name, e))?;
        let client = Client::new(&options, &self.env).map_err(|e| located(name, e))?;
        let mut registry = Registry { client, cancel: &self.cancel, arguments, authorization: None };
        let chart = registry.chart(&reference).await.map_err(|e| located(name, e))?;
        let mut charts = self.charts.lock().unwrap_or_else(PoisonError::into_inner);
        charts.insert(key, Arc::new(chart.clone()));
        Ok(chart)
    }

    fn local(&self, name: &str) -> Result<Chart, Failure> {
        let path = self.directory.join(name);
        if !path.exists() {
            let repository_form = name.split_once('/').filter(|(repo, _)| !repo.starts_with('.'));
            let why = match repository_form {
                Some((repo, _)) => format!("repo {repo} not found"),
                None => format!("path \"{name}\" not found"),
            };
            return Err(located(name, why));
        }
        load(name, &path)
    }

    async fn in_repository(
        &self,
        name: &str,
        repository: &str,
        arguments: &Arguments,
    ) -> Result<Chart, Failure> {
        let base = repository.trim_end_matches('/');
        let index_url = format!("{base}/index.yaml");
        let looks_like = |e: String| {
            let what = "looks like";
            located(
                name,
                format!("{what} \"{repository}\" is not a valid chart repository or cannot be reached: {e}"),
            )
        };
        let bytes = self.fetch(&index_url, arguments).await.map_err(looks_like)?;
        let text = String::from_utf8_lossy(&bytes);
        let limits = Limits { nodes: 20_000_000, ..Limits::default() };
        let index = ordain_yaml::from_str(&text, &limits).map_err(|e| looks_like(e.to_string()))?;
        let wanted = arguments.text("version");
        let url = choose(&index, name, wanted, arguments.flag("devel")).map_err(|missing| {
            let version = if wanted.is_empty() { String::new() } else { format!(" version {wanted:?}") };
            match missing {
                Missing::Entry => {
                    located(name, format!("chart {name:?}{version} not found in {repository} repository"))
                }
                Missing::Url => located(name, format!("chart {name:?}{version} has no downloadable URLs")),
            }
        })?;
        let url = resolve(base, &url);
        let bytes = self.fetch(&url, arguments).await.map_err(|e| located(name, e))?;
        archive(name, &bytes)
    }

    async fn fetch(&self, url: &str, arguments: &Arguments) -> Result<Arc<Vec<u8>>, String> {
        if let Some(known) = self.fetched.lock().unwrap_or_else(PoisonError::into_inner).get(url) {
            return Ok(Arc::clone(known));
        }
        let client = Client::new(&self.options(arguments)?, &self.env).map_err(|e| e.to_string())?;
        let mut request = Request::get(url).limit(MAX_DOWNLOAD);
        let user = arguments.text("repository_username");
        let same_host = arguments.flag("pass_credentials") || host(url) == host(arguments.text("repository"));
        if !user.is_empty() && same_host {
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

fn load(name: &str, path: &Path) -> Result<Chart, Failure> {
    Chart::from_path(path).map_err(|e| Failure::new("Error loading chart", format!("{name}: {e}")))
}

fn archive(name: &str, bytes: &[u8]) -> Result<Chart, Failure> {
    Chart::from_archive(bytes).map_err(|e| Failure::new("Error loading chart", format!("{name}: {e}")))
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

#[derive(Debug, PartialEq, Eq)]
enum Missing {
    Entry,
    Url,
}

/// Address of the newest version of a chart that fits; without a wish the newest stable one.
fn choose(index: &Json, name: &str, wanted: &str, devel: bool) -> Result<String, Missing> {
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
    let (_, entry) = found.ok_or(Missing::Entry)?;
    let url = entry.pointer("/urls/0").and_then(Json::as_str).ok_or(Missing::Url)?;
    Ok(url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_newest_fitting_version_is_chosen() {
        let entry = |v: &str| json!({"version": v, "urls": [format!("web-{v}.tgz")]});
        let index = json!({"entries": {"web": [entry("1.0.0"), entry("1.10.0"), entry("2.0.0-rc.1"), entry("1.9.0")]}});
        let get = |wanted: &str, devel: bool| choose(&index, "web", wanted, devel);
        assert_eq!(get("", false).unwrap(), "web-1.10.0.tgz");
        assert_eq!(get("", true).unwrap(), "web-2.0.0-rc.1.tgz");
        assert_eq!(get("~1.9", false).unwrap(), "web-1.9.0.tgz");
        assert_eq!(get("9.9.9", false), Err(Missing::Entry));
        assert_eq!(choose(&index, "nope", "", false), Err(Missing::Entry));
    }

    #[test]
    fn addresses_resolve_against_the_repository() {
        assert_eq!(resolve("https://h/charts", "a.tgz"), "https://h/charts/a.tgz");
        assert_eq!(resolve("https://h/charts", "/x/a.tgz"), "https://h/x/a.tgz");
        assert_eq!(resolve("https://h/charts", "https://other/a.tgz"), "https://other/a.tgz");
    }
}
