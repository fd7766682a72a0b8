//! Kubeconfig documents.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::{ExecPlugin, KubeError, Settings};

/// Which parts of a kubeconfig to use; empty means what its `current-context` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Context.
    pub context: String,
    /// User, in place of the context's.
    pub user: String,
    /// Cluster, in place of the context's.
    pub cluster: String,
}

/// Settings that a kubeconfig holds. `read` gives the text of files that it names, such as
/// `certificate-authority`.
///
/// # Errors
/// The document lacks the context, cluster or user asked for, or a part of it cannot be read.
pub fn from_kubeconfig(
    document: &Value,
    selection: &Selection,
    read: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Settings, KubeError> {
    let current = text(document, "current-context");
    let context_name = if selection.context.is_empty() { &current } else { &selection.context };
    let context = entry(document, "contexts", context_name, "context");
    let context = match context {
        Some(context) => context,
        None if selection.cluster.is_empty() && !context_name.is_empty() => {
            return Err(KubeError::Settings(format!("context \"{context_name}\" does not exist")));
        }
        None => Value::Null,
    };
    let pick =
        |wanted: &str, key: &str| if wanted.is_empty() { text(&context, key) } else { wanted.to_owned() };
    let cluster_name = pick(&selection.cluster, "cluster");
    let cluster = entry(document, "clusters", &cluster_name, "cluster").ok_or_else(|| {
        KubeError::Settings(format!("cluster \"{cluster_name}\" does not exist in the kubeconfig"))
    })?;
    let user_name = pick(&selection.user, "user");
    let user = entry(document, "users", &user_name, "user").unwrap_or(Value::Null);
    let pem = |holder: &Value, key: &str| pem(holder, key, read);
    Ok(Settings {
        host: text(&cluster, "server"),
        ca: pem(&cluster, "certificate-authority")?,
        insecure: cluster.get("insecure-skip-tls-verify").and_then(Value::as_bool).unwrap_or(false),
        proxy_url: text(&cluster, "proxy-url"),
        tls_server_name: text(&cluster, "tls-server-name"),
        client_certificate: pem(&user, "client-certificate")?,
        client_key: pem(&user, "client-key")?,
        token: token(&user, read)?,
        username: text(&user, "username"),
        password: text(&user, "password"),
        exec: user.get("exec").map(exec),
    })
}

/// Several kubeconfigs as one, each with the directory that its relative paths start at: of two entries with one name, and
/// of two `current-context`, the first counts.
pub fn merged_kubeconfigs(documents: impl IntoIterator<Item = (PathBuf, Value)>) -> Value {
    let mut out = json!({"current-context": "", "clusters": [], "contexts": [], "users": []});
    for (base, document) in documents {
        if text(&out, "current-context").is_empty()
            && let Some(own) = document.get("current-context")
            && let Some(current) = out.get_mut("current-context")
        {
            own.clone_into(current);
        }
        for list in ["clusters", "contexts", "users"] {
            let Some(known) = out.get_mut(list).and_then(Value::as_array_mut) else { continue };
            for entry in document.get(list).and_then(Value::as_array).into_iter().flatten() {
                if !known.iter().any(|other| text(other, "name") == text(entry, "name")) {
                    known.push(anchored(entry, &base));
                }
            }
        }
    }
    out
}

/// An entry whose paths do not depend on where they are read from.
fn anchored(entry: &Value, base: &Path) -> Value {
    let mut entry = entry.clone();
    for part in ["cluster", "user"] {
        for key in ["certificate-authority", "client-certificate", "client-key", "tokenFile"] {
            let path = entry.get_mut(part).and_then(|part| part.get_mut(key));
            if let Some(Value::String(path)) = path.filter(|path| path.as_str() != Some("")) {
                *path = base.join(path.as_str()).display().to_string();
            }
        }
    }
    entry
}

fn text(holder: &Value, key: &str) -> String {
    holder.get(key).and_then(Value::as_str).unwrap_or("").to_owned()
}

fn entry(document: &Value, list: &str, name: &str, part: &str) -> Option<Value> {
    let entries = document.get(list)?.as_array()?;
    entries.iter().find(|entry| text(entry, "name") == name)?.get(part).cloned()
}

/// `KEY-data` in base64, or the file that `KEY` names.
fn pem(
    holder: &Value,
    key: &str,
    read: &dyn Fn(&str) -> Result<String, String>,
) -> Result<String, KubeError> {
    let data = text(holder, &format!("{key}-data"));
    if !data.is_empty() {
        let bytes = STANDARD.decode(data.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        return bytes
            .ok_or_else(|| KubeError::Settings(format!("{key}-data of the kubeconfig is not base64 text")));
    }
    let path = text(holder, key);
    if path.is_empty() { Ok(String::new()) } else { read(&path).map_err(KubeError::Settings) }
}

fn token(user: &Value, read: &dyn Fn(&str) -> Result<String, String>) -> Result<String, KubeError> {
    let file = text(user, "tokenFile");
    if file.is_empty() {
        return Ok(text(user, "token"));
    }
    read(&file).map(|token| token.trim().to_owned()).map_err(KubeError::Settings)
}

fn exec(entry: &Value) -> ExecPlugin {
    let list = |key: &str| entry.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    ExecPlugin {
        api_version: text(entry, "apiVersion"),
        command: text(entry, "command"),
        args: list("args").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        env: list("env").iter().map(|pair| (text(pair, "name"), text(pair, "value"))).collect(),
    }
}
