//! The CLI configuration: where packages may come from, credentials, caches.
//!
//! Files, as Terraform reads them: the one that `TF_CLI_CONFIG_FILE` names, else `~/.terraformrc` and
//! `~/.terraform.d/*.tfrc` (or `.tfrc.json`); credentials that `login` stored always.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use ordain_addr::{DEFAULT_HOST, ProviderAddr};
use ordain_diag::{Diagnostic, Diagnostics, codes};

use crate::settings_syntax::{Item, parse};

/// A way to get packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// A directory with packages.
    FilesystemMirror(PathBuf),
    /// Base URL of a mirror, with a `/` at its end.
    NetworkMirror(String),
    /// Template of repositories in an OCI registry.
    OciMirror(String),
    /// The registry that a provider's address names.
    Direct,
}

/// A pattern for provider addresses; `None` stands for any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    host: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
}

/// A way to get packages, and for which providers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The way.
    pub method: Method,
    /// Only these, when there are any.
    pub include: Vec<Pattern>,
    /// Not these.
    pub exclude: Vec<Pattern>,
}

/// The CLI configuration.
#[derive(Clone, Default)]
pub struct Settings {
    /// `host` blocks: services by name.
    pub hosts: BTreeMap<String, BTreeMap<String, String>>,
    /// Tokens by host. Never shown.
    pub(crate) tokens: BTreeMap<String, String>,
    /// `credentials_helper`: name and arguments.
    pub credentials_helper: Option<(String, Vec<String>)>,
    /// `provider_installation`; `None` when not written.
    pub rules: Option<Vec<Rule>>,
    /// Directories of providers under development.
    pub dev_overrides: BTreeMap<ProviderAddr, PathBuf>,
    /// Directory that packages are shared in.
    pub plugin_cache: Option<PathBuf>,
    /// Directory that packages of modules are shared in.
    pub module_cache: Option<PathBuf>,
}

/// Shows no tokens.
impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Settings")
            .field("hosts", &self.hosts)
            .field("tokens", &self.tokens.len())
            .field("rules", &self.rules)
            .field("plugin_cache", &self.plugin_cache)
            .finish_non_exhaustive()
    }
}

impl Pattern {
    /// Reads `namespace/name` or `host/namespace/name`, each part a name or `*`.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('/').collect();
        let part = |text: &str| (text != "*").then(|| text.to_lowercase());
        let (host, namespace, name) = match parts.as_slice() {
            [namespace, name] => (Some(DEFAULT_HOST.to_owned()), part(namespace), part(name)),
            [host, namespace, name] => (part(host), part(namespace), part(name)),
            _ => return None,
        };
        if parts.iter().any(|part| part.is_empty() || part.contains(char::is_whitespace)) {
            return None;
        }
        // What is below a wildcard must be one too: there is no `*/aws`.
        let sensible = (host.is_some() || namespace.is_none()) && (namespace.is_some() || name.is_none());
        sensible.then_some(Self { host, namespace, name })
    }

    fn matches(&self, address: &ProviderAddr) -> bool {
        let fits = |wanted: &Option<String>, part: &str| wanted.as_deref().is_none_or(|text| text == part);
        fits(&self.host, &address.hostname)
            && fits(&self.namespace, &address.namespace)
            && fits(&self.name, &address.name)
    }
}

impl Rule {
    /// A rule for all providers.
    pub fn all(method: Method) -> Self {
        Self { method, include: Vec::new(), exclude: Vec::new() }
    }

    /// Whether it is for a provider.
    pub fn covers(&self, address: &ProviderAddr) -> bool {
        let included = self.include.is_empty() || self.include.iter().any(|pattern| pattern.matches(address));
        included && !self.exclude.iter().any(|pattern| pattern.matches(address))
    }
}

/// Value of `ORDAIN_NAME`, else of `TF_NAME`.
fn variable<'e>(env: &'e BTreeMap<String, String>, name: &str) -> Option<&'e str> {
    let own = env.get(&format!("ORDAIN_{name}")).or_else(|| env.get(&format!("TF_{name}")));
    own.map(String::as_str).filter(|text| !text.is_empty())
}

/// The user's home directory.
pub(crate) fn home(env: &BTreeMap<String, String>) -> Option<PathBuf> {
    env.get("HOME").or_else(|| env.get("USERPROFILE")).filter(|text| !text.is_empty()).map(PathBuf::from)
}

/// Where `login` keeps tokens.
pub(crate) fn credentials_file(env: &BTreeMap<String, String>) -> Option<PathBuf> {
    Some(home(env)?.join(".terraform.d/credentials.tfrc.json"))
}

fn error(summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(codes::install::SETTINGS, summary, detail)
}

impl Settings {
    /// Reads the configuration of a user. `base` is what relative paths are relative to.
    pub fn load(env: &BTreeMap<String, String>, base: &Path) -> (Settings, Diagnostics) {
        let mut settings = Settings::default();
        let mut found = Diagnostics::new();
        match variable(env, "CLI_CONFIG_FILE") {
            Some(path) => {
                let path = base.join(path);
                if !settings.read_file(&path, env, base, &mut found) {
                    let detail =
                        format!("The CLI configuration file at {:?} does not exist.", path.display());
                    let summary = "Unable to open CLI configuration file";
                    found.push(Diagnostic::warning(codes::install::SETTINGS, summary, detail));
                }
            }
            None => {
                for path in default_files(env) {
                    settings.read_file(&path, env, base, &mut found);
                }
            }
        }
        if let Some(path) = credentials_file(env) {
            settings.read_file(&path, env, base, &mut found);
        }
        if let Some(path) = variable(env, "PLUGIN_CACHE_DIR") {
            settings.plugin_cache = Some(base.join(path));
        }
        if let Some(path) = variable(env, "MODULE_CACHE_DIR") {
            settings.module_cache = Some(base.join(path));
        }
        if let Some(path) = settings.plugin_cache.take_if(|path| !path.is_dir()) {
            let detail = format!(
                "The specified plugin cache dir {} is not there or is no directory, so that nothing is kept there. \
                 Make it, or take the setting away.",
                path.display()
            );
            let summary = "The plugin cache directory cannot be opened";
            found.push(Diagnostic::warning(codes::install::SETTINGS, summary, detail));
        }
        (settings, found)
    }

    /// Reads one file into the settings; says whether there is one.
    fn read_file(
        &mut self,
        path: &Path,
        env: &BTreeMap<String, String>,
        base: &Path,
        found: &mut Diagnostics,
    ) -> bool {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(problem) if problem.kind() == std::io::ErrorKind::NotFound => return false,
            Err(problem) => {
                let detail = format!("{} cannot be read: {problem}.", path.display());
                found.push(error("Error reading the CLI configuration", detail));
                return true;
            }
        };
        match parse(&text) {
            Ok(items) => {
                let reader = Reader { path, env, base };
                items.iter().for_each(|item| reader.item(self, item, found));
            }
            Err(why) => {
                let detail = format!("Error parsing {}: {why}.", path.display());
                found.push(error("Error parsing the CLI configuration", detail));
            }
        }
        true
    }
}

fn default_files(env: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let Some(home) = home(env) else { return Vec::new() };
    let mut files = vec![home.join(".terraformrc")];
    let entries = std::fs::read_dir(home.join(".terraform.d")).into_iter().flatten().flatten();
    let mut extra: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    extra.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        (name.ends_with(".tfrc") || name.ends_with(".tfrc.json")) && name != "credentials.tfrc.json"
    });
    extra.sort();
    files.extend(extra);
    files
}

/// Reads the parts of one file.
struct Reader<'r> {
    path: &'r Path,
    env: &'r BTreeMap<String, String>,
    base: &'r Path,
}

impl Reader<'_> {
    fn place(&self, item: &Item) -> String {
        if item.line == 0 {
            self.path.display().to_string()
        } else {
            format!("{}, line {}", self.path.display(), item.line)
        }
    }

    fn item(&self, settings: &mut Settings, item: &Item, found: &mut Diagnostics) {
        match item.key.as_str() {
            "plugin_cache_dir" => settings.plugin_cache = item.value.text().map(|text| self.directory(text)),
            "module_cache_dir" => settings.module_cache = item.value.text().map(|text| self.directory(text)),
            "credentials" => {
                for host in item.value.items() {
                    let token = host.value.items().iter().find(|item| item.key == "token");
                    if let Some(token) = token.and_then(|item| item.value.text()) {
                        settings.tokens.insert(host.key.to_lowercase(), token.to_owned());
                    }
                }
            }
            "credentials_helper" => {
                for helper in item.value.items() {
                    let args = helper.value.items().iter().find(|item| item.key == "args");
                    let args = args.and_then(|item| item.value.texts()).unwrap_or_default();
                    settings.credentials_helper = Some((helper.key.clone(), args));
                }
            }
            "host" => {
                for host in item.value.items() {
                    let services = host.value.items().iter().filter(|item| item.key == "services");
                    let services = services.flat_map(|item| item.value.items());
                    let services = services.map(|item| (item.key.clone(), item.value.service()));
                    settings.hosts.entry(host.key.to_lowercase()).or_default().extend(services);
                }
            }
            "provider_installation" => self.installation(settings, item, found),
            "disable_checkpoint"
            | "disable_checkpoint_signature"
            | "plugin_cache_may_break_dependency_lock_file" => {}
            other => {
                // As Terraform, which ignores what it does not know here; said aloud.
                let detail = format!(
                    "{:?} in {} is not a setting that is known here. It is ignored.",
                    other,
                    self.place(item)
                );
                found.push(Diagnostic::warning(
                    codes::install::SETTINGS,
                    "Unknown CLI configuration setting",
                    detail,
                ));
            }
        }
    }

    fn installation(&self, settings: &mut Settings, item: &Item, found: &mut Diagnostics) {
        if settings.rules.is_some() {
            let detail = format!("{}: there may be only one provider_installation block.", self.place(item));
            found.push(error("Duplicate provider_installation block", detail));
            return;
        }
        let mut rules = Vec::new();
        for block in item.value.items() {
            if block.key == "dev_overrides" {
                for row in block.value.items() {
                    match (ProviderAddr::parse(&row.key), row.value.text()) {
                        (Some(address), Some(path)) => {
                            settings.dev_overrides.insert(address, self.directory(path));
                        }
                        _ => {
                            found.push(self.bad_method(
                                row,
                                "a row of dev_overrides is a provider address and a directory",
                            ))
                        }
                    }
                }
                continue;
            }
            if let Some(method) = self.method(block, found) {
                let include = self.patterns(block, "include", found);
                let exclude = self.patterns(block, "exclude", found);
                rules.push(Rule { method, include, exclude });
            }
        }
        settings.rules = Some(rules);
    }

    fn bad_method(&self, item: &Item, why: &str) -> Diagnostic {
        error("Invalid provider_installation method block", format!("{}: {why}.", self.place(item)))
    }

    fn method(&self, block: &Item, found: &mut Diagnostics) -> Option<Method> {
        let argument = |name: &str| {
            block.value.items().iter().find(|item| item.key == name).and_then(|item| item.value.text())
        };
        let (name, method) = match block.key.as_str() {
            "direct" => return Some(Method::Direct),
            "filesystem_mirror" => {
                ("path", argument("path").map(|path| Method::FilesystemMirror(self.directory(path))))
            }
            "network_mirror" => ("url", argument("url").and_then(network_mirror)),
            "oci_mirror" => {
                let template = argument("repository_template").filter(|text| text.contains('/'));
                ("repository_template", template.map(|text| Method::OciMirror(text.to_owned())))
            }
            other => {
                let why = format!("Unknown provider installation method {other:?}");
                found.push(self.bad_method(block, &why));
                return None;
            }
        };
        if method.is_none() {
            let why = match argument(name) {
                None => format!("{:?} needs the argument {name:?}", block.key),
                Some(_) if block.key == "oci_mirror" => {
                    "the template of repositories must begin with a host and a slash".to_owned()
                }
                Some(_) => {
                    "the URL of a network mirror must begin with \"https:\" (\"http:\" only on loopback)"
                        .to_owned()
                }
            };
            found.push(self.bad_method(block, &why));
        }
        method
    }

    fn patterns(&self, block: &Item, name: &str, found: &mut Diagnostics) -> Vec<Pattern> {
        let Some(item) = block.value.items().iter().find(|item| item.key == name) else { return Vec::new() };
        let texts = item.value.texts().unwrap_or_default();
        let mut patterns = Vec::new();
        for text in texts {
            match Pattern::parse(&text) {
                Some(pattern) => patterns.push(pattern),
                None => {
                    let detail = format!(
                        "{}: invalid provider matching pattern {text:?}: it must have two or three parts separated by slashes, each a name or \"*\".",
                        self.place(item)
                    );
                    let kind = if name == "include" { "inclusion" } else { "exclusion" };
                    found.push(error(&format!("Invalid provider source {kind} patterns"), detail));
                }
            }
        }
        patterns
    }

    /// A directory with `$VARIABLES` and `~/` put in.
    fn directory(&self, text: &str) -> PathBuf {
        let expanded = expand(text, self.env);
        match (expanded.strip_prefix("~/"), home(self.env)) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.base.join(expanded),
        }
    }
}

/// The URL of a network mirror with a `/` at its end, when it is one that may be used.
fn network_mirror(url: &str) -> Option<Method> {
    let safe = url.starts_with("https://") || is_loopback(url);
    safe.then(|| Method::NetworkMirror(format!("{}/", url.trim_end_matches('/'))))
}

/// Whether a URL is plain HTTP to this machine.
pub(crate) fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    let name = if host.starts_with('[') {
        host.split(']').next().unwrap_or("")
    } else {
        host.split(':').next().unwrap_or("")
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1")
}

fn expand(text: &str, env: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (name, tail) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, tail)) => (name, tail),
            None => {
                let end =
                    after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
                after.split_at(end)
            }
        };
        out.push_str(env.get(name).map_or("", String::as_str));
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
