//! The provider's configuration: which cluster, which registries.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ordain_http::{Cancel, Environment};
use ordain_kube::{Client, ExecPlugin, Selection, Settings, from_kubeconfig, merged_kubeconfigs};
use serde_json::Value as Json;
use tokio::sync::OnceCell;

use crate::failure::Failure;
use crate::places::Login;
use crate::store::Driver;

/// A configured provider.
pub(crate) struct Session {
    settings: Settings,
    /// Where releases are remembered.
    pub(crate) driver: Driver,
    /// One for all releases, once somebody needed it: a program that prints credentials runs once.
    client: OnceCell<Client>,
}

const SUMMARY: &str = "Error while configuring the provider";

fn text<'j>(object: &'j Json, key: &str) -> Option<&'j str> {
    object.get(key).and_then(Json::as_str).filter(|t| !t.is_empty())
}

/// An argument, or the environment variable that stands in for it.
fn setting(kubernetes: &Json, key: &str, env: &Environment, variable: &str) -> String {
    let given = text(kubernetes, key).map(str::to_owned);
    given.or_else(|| env.get(variable).filter(|v| !v.is_empty()).cloned()).unwrap_or_default()
}

impl Session {
    /// Reads the configuration. Explicit arguments win over a kubeconfig, arguments over `KUBE_*`.
    ///
    /// Nothing is asked of the cluster.
    pub(crate) fn open(config: &Json, env: &Environment, directory: &Path) -> Result<Self, Failure> {
        let driver = driver(config, env)?;
        let empty = Json::Null;
        let kubernetes = config.get("kubernetes").unwrap_or(&empty);
        let mut settings = kubeconfig(kubernetes, env, directory)?.unwrap_or_default();
        let arguments: [(&str, &str, &mut String); 9] = [
            ("host", "KUBE_HOST", &mut settings.host),
            ("cluster_ca_certificate", "KUBE_CLUSTER_CA_CERT_DATA", &mut settings.ca),
            ("client_certificate", "KUBE_CLIENT_CERT_DATA", &mut settings.client_certificate),
            ("client_key", "KUBE_CLIENT_KEY_DATA", &mut settings.client_key),
            ("token", "KUBE_TOKEN", &mut settings.token),
            ("username", "KUBE_USER", &mut settings.username),
            ("password", "KUBE_PASSWORD", &mut settings.password),
            ("proxy_url", "KUBE_PROXY_URL", &mut settings.proxy_url),
            ("tls_server_name", "KUBE_TLS_SERVER_NAME", &mut settings.tls_server_name),
        ];
        for (key, variable, target) in arguments {
            let value = setting(kubernetes, key, env, variable);
            if !value.is_empty() {
                *target = value;
            }
        }
        let insecure = kubernetes.get("insecure").and_then(Json::as_bool);
        settings.insecure |=
            insecure.unwrap_or_else(|| env.get("KUBE_INSECURE").is_some_and(|v| v == "true"));
        if let Some(exec) = kubernetes.get("exec").filter(|e| e.is_object()) {
            settings.exec = Some(exec_plugin(exec));
        }
        Ok(Self { settings, driver, client: OnceCell::new() })
    }

    /// A client for the cluster.
    pub(crate) async fn client(&self, env: &Environment, cancel: &Cancel) -> Result<Client, Failure> {
        let connected =
            self.client.get_or_try_init(|| Client::connect(self.settings.clone(), env, cancel.clone()));
        connected.await.cloned().map_err(|e| Failure::new("Kubernetes cluster unreachable", e.to_string()))
    }
}

/// `helm_driver`, or the variable that stands in for it.
fn driver(config: &Json, env: &Environment) -> Result<Driver, Failure> {
    let given = text(config, "helm_driver").or_else(|| env.get("HELM_DRIVER").map(String::as_str));
    match given.unwrap_or_default() {
        "" | "secret" | "secrets" => Ok(Driver::Secrets),
        "configmap" | "configmaps" => Ok(Driver::ConfigMaps),
        "memory" => Ok(Driver::Memory),
        "sql" => {
            let detail = "Releases are not kept in an SQL database here: the value \"sql\" of helm_driver is not built. Use \
                          \"secret\" or \"configmap\".";
            Err(Failure::new(SUMMARY, detail))
        }
        other => Err(Failure::new(SUMMARY, format!("Unknown driver in HELM_DRIVER: {other}"))),
    }
}

/// User names and passwords of `registries`, by host.
pub(crate) fn logins(config: &Json) -> Result<Vec<(String, Login)>, Failure> {
    let failed = |why: String| Failure::new("OCI Registry login failed", why);
    let entries = config.get("registries").and_then(Json::as_array).into_iter().flatten();
    let one = |entry: &Json| {
        let url = text(entry, "url").unwrap_or_default();
        let host = url.split_once("://").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
        if host.is_empty() {
            return Err(failed(format!("could not login to OCI registry {url:?}: the URL names no host")));
        }
        let owned = |key: &str| text(entry, key).unwrap_or_default().to_owned();
        Ok((host.to_owned(), Login { user: owned("username"), password: owned("password") }))
    };
    entries.map(one).collect()
}

fn exec_plugin(exec: &Json) -> ExecPlugin {
    let owned = |key: &str| text(exec, key).unwrap_or_default().to_owned();
    let args = exec.get("args").and_then(Json::as_array).into_iter().flatten();
    let env = exec.get("env").and_then(Json::as_object).into_iter().flatten();
    ExecPlugin {
        api_version: owned("api_version"),
        command: owned("command"),
        args: args.filter_map(|a| a.as_str().map(str::to_owned)).collect(),
        env: env.filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect(),
    }
}

/// Settings of the kubeconfig the arguments or the environment name, if any.
fn kubeconfig(kubernetes: &Json, env: &Environment, directory: &Path) -> Result<Option<Settings>, Failure> {
    let mut paths: Vec<String> = Vec::new();
    if let Some(path) = text(kubernetes, "config_path") {
        paths.push(path.to_owned());
    } else if let Some(list) =
        kubernetes.get("config_paths").and_then(Json::as_array).filter(|l| !l.is_empty())
    {
        paths.extend(list.iter().filter_map(|p| p.as_str().map(str::to_owned)));
    } else if let Some(path) = env.get("KUBE_CONFIG_PATH").filter(|p| !p.is_empty()) {
        paths.push(path.clone());
    } else if let Some(list) = env.get("KUBE_CONFIG_PATHS").filter(|p| !p.is_empty()) {
        paths.extend(list.split(':').map(str::to_owned));
    }
    if paths.is_empty() {
        return Ok(None);
    }
    let failed = |why: String| Failure::new(SUMMARY, format!("The kubeconfig cannot be used: {why}"));
    let mut documents = Vec::new();
    for path in &paths {
        let broken = |why: String| failed(format!("{path}: {why}"));
        let full = expand(path, env, directory);
        let text = match std::fs::read_to_string(&full) {
            // Of several kubeconfigs those count that are there, as for kubectl.
            Err(error) if error.kind() == ErrorKind::NotFound && paths.len() > 1 => continue,
            text => text.map_err(|e| broken(e.to_string()))?,
        };
        let document = ordain_yaml::from_str(&text, &ordain_yaml::Limits::default());
        let document = document.map_err(|e| broken(e.to_string()))?;
        documents.push((full.parent().map(Path::to_path_buf).unwrap_or_default(), document));
    }
    let document = merged_kubeconfigs(documents);
    let selection = Selection {
        context: setting(kubernetes, "config_context", env, "KUBE_CTX"),
        user: setting(kubernetes, "config_context_auth_info", env, "KUBE_CTX_AUTH_INFO"),
        cluster: setting(kubernetes, "config_context_cluster", env, "KUBE_CTX_CLUSTER"),
    };
    let read = |file: &str| std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"));
    from_kubeconfig(&document, &selection, &read).map(Some).map_err(|e| failed(e.to_string()))
}

fn expand(path: &str, env: &Environment, directory: &Path) -> PathBuf {
    match (path.strip_prefix("~/"), env.get("HOME")) {
        (Some(rest), Some(home)) => Path::new(home).join(rest),
        _ => directory.join(path),
    }
}
