//! What Helm itself remembers on this machine: repositories by name, and credentials of registries.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_http::Environment;
use ordain_yaml::Limits;
use serde_json::{Value as Json, json};

use crate::arguments::Arguments;

/// A user name and a password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
}

/// Shows nothing.
impl std::fmt::Debug for Login {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Login")
    }
}

impl Login {
    /// As the header of HTTP's basic authentication.
    pub(crate) fn basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.user, self.password)))
    }
}

/// Where Helm's own files are, and who logged in to which registry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    repositories: PathBuf,
    cache: PathBuf,
    registries: PathBuf,
    /// By host, from `registries` of the provider.
    pub(crate) logins: BTreeMap<String, Login>,
}

impl Places {
    /// From the provider's configuration, its variables, Helm's variables, and where Helm looks without any.
    pub(crate) fn of(config: &Json, env: &Environment, directory: &Path) -> Self {
        let variable = |name: &str| env.get(name).filter(|text| !text.is_empty()).cloned();
        let home = |own: &str, xdg: &str, below: &str| {
            let parent = |name: &str| variable(name).map(PathBuf::from);
            let standard = || Some(parent("HOME")?.join(below).join("helm"));
            parent(own).or_else(|| Some(parent(xdg)?.join("helm"))).or_else(standard).unwrap_or_default()
        };
        let settings = home("HELM_CONFIG_HOME", "XDG_CONFIG_HOME", ".config");
        let cached = home("HELM_CACHE_HOME", "XDG_CACHE_HOME", ".cache");
        let place = |key: &str, variables: [&str; 2], standard: PathBuf| {
            let given = config.get(key).and_then(Json::as_str).filter(|t| !t.is_empty()).map(str::to_owned);
            let given = given.or_else(|| variables.iter().find_map(|name| variable(name)));
            given.map_or(standard, |path| directory.join(path))
        };
        let registry = ["HELM_REGISTRY_CONFIG_PATH", "HELM_REGISTRY_CONFIG"];
        let repository = ["HELM_REPOSITORY_CONFIG_PATH", "HELM_REPOSITORY_CONFIG"];
        let cache = ["HELM_REPOSITORY_CACHE", "HELM_REPOSITORY_CACHE"];
        Self {
            registries: place("registry_config_path", registry, settings.join("registry/config.json")),
            repositories: place("repository_config_path", repository, settings.join("repositories.yaml")),
            cache: place("repository_cache", cache, cached.join("repository")),
            logins: BTreeMap::new(),
        }
    }

    /// Who logged in to a registry: by the provider's configuration, else by `helm registry login`.
    pub(crate) fn login(&self, host: &str) -> Option<Login> {
        if let Some(login) = self.logins.get(host) {
            return Some(login.clone());
        }
        let text = std::fs::read(&self.registries).ok()?;
        let document: Json = serde_json::from_slice(&text).ok()?;
        let packed = document.get("auths")?.get(host)?.get("auth")?.as_str()?;
        let pair = String::from_utf8(STANDARD.decode(packed).ok()?).ok()?;
        let (user, password) = pair.split_once(':')?;
        Some(Login { user: user.to_owned(), password: password.to_owned() })
    }

    /// Repositories that `helm repo add` wrote down.
    fn known(&self) -> Vec<Json> {
        let text = std::fs::read_to_string(&self.repositories).unwrap_or_default();
        let document = ordain_yaml::from_str(&text, &Limits::default()).unwrap_or(Json::Null);
        document.get("repositories").and_then(Json::as_array).cloned().unwrap_or_default()
    }

    /// The entry of a repository, by the name it was given.
    pub(crate) fn by_name(&self, name: &str) -> Option<Json> {
        self.known().into_iter().find(|entry| entry.get("name").and_then(Json::as_str) == Some(name))
    }

    /// The index of a repository as `helm repo update` left it.
    pub(crate) fn index(&self, name: &str) -> Result<Json, String> {
        let missing = |why: String| format!("no cached repo found. (try 'helm repo update'): {why}");
        let path = self.cache.join(format!("{name}-index.yaml"));
        let text =
            std::fs::read_to_string(&path).map_err(|e| missing(format!("open {}: {e}", path.display())))?;
        let limits = Limits { nodes: 20_000_000, ..Limits::default() };
        ordain_yaml::from_str(&text, &limits).map_err(|e| missing(e.to_string()))
    }

    /// How a repository is asked: the arguments of a release, with what its entry says in place of what is not given.
    pub(crate) fn arguments_of(&self, entry: &Json) -> Arguments {
        let text = |key: &str| entry.get(key).and_then(Json::as_str).unwrap_or_default();
        Arguments(json!({
            "repository": text("url"), "repository_username": text("username"),
            "repository_password": text("password"), "repository_ca_file": text("caFile"),
            "repository_cert_file": text("certFile"), "repository_key_file": text("keyFile"),
            "pass_credentials": entry.get("pass_credentials_all").and_then(Json::as_bool).unwrap_or(false),
        }))
    }

    /// How the repository at an address is asked: as its entry says, if there is one.
    pub(crate) fn at(&self, url: &str) -> Arguments {
        let bare = |url: &str| url.trim_end_matches('/').to_owned();
        let entry = self
            .known()
            .into_iter()
            .find(|entry| entry.get("url").and_then(Json::as_str).is_some_and(|own| bare(own) == bare(url)));
        self.arguments_of(&entry.unwrap_or_else(|| json!({"url": url})))
    }
}

#[cfg(test)]
#[path = "places_tests.rs"]
mod tests;
