//! Credentials of a cluster: `kube_config` and `kube_admin_config`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use ordain_azure::{Call, Scope};
use serde_json::{Value as Json, json};

use super::describe;
use crate::failure::Failure;
use crate::resources::pool::API;
use crate::session::Session;
use ordain_sdk::{items, text};

/// `(raw, blocks)`: the document and its parts.
type Config = (String, Json);

/// Credentials of the cluster's users.
pub(crate) async fn user_config(session: &Session, id: &str, scope: &Scope) -> Result<Config, Failure> {
    fetch(session, id, "listClusterUserCredential", "clusterUser", "User", scope).await
}

/// Credentials of the cluster's administrator.
pub(crate) async fn admin_config(session: &Session, id: &str, scope: &Scope) -> Result<Config, Failure> {
    fetch(session, id, "listClusterAdminCredential", "clusterAdmin", "Admin", scope).await
}

async fn fetch(
    session: &Session,
    id: &str,
    action: &str,
    name: &str,
    kind: &str,
    scope: &Scope,
) -> Result<Config, Failure> {
    let path = format!("{id}/{action}");
    let answer = session.azure.call(&Call::new(Method::POST, &path, API), scope).await;
    let answer = answer
        .map_err(|error| error.during(format!("retrieving {kind} Credentials for {}", describe(id))))?;
    let found = items(&answer.body, "kubeconfigs")
        .iter()
        .find(|entry| text(entry, "name").eq_ignore_ascii_case(name));
    let raw = found.and_then(|entry| STANDARD.decode(text(entry, "value")).ok());
    let raw = raw.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let blocks = parse(&raw);
    Ok((raw, blocks))
}

/// The parts of a kubeconfig; no block where it cannot be used without a helper program that is unknown.
fn parse(raw: &str) -> Json {
    let limits = ordain_yaml::Limits::default();
    let Ok(document) = ordain_yaml::from_str(raw, &limits) else { return json!([]) };
    let (Some(cluster), Some(user)) = (document.pointer("/clusters/0/cluster"), document.pointer("/users/0"))
    else {
        return json!([]);
    };
    let null = Json::Null;
    let own = user.get("user").unwrap_or(&null);
    let delegated = own.get("exec").is_some() || own.pointer("/auth-provider/config/apiserver-id").is_some();
    let part = |name: &str| if delegated { "" } else { text(own, name) };
    let (certificate, key, token) = (part("client-certificate-data"), part("client-key-data"), part("token"));
    if !delegated && token.is_empty() && (certificate.is_empty() || key.is_empty()) {
        return json!([]);
    }
    json!([{
        "host": text(cluster, "server"),
        "username": text(user, "name"),
        "password": token,
        "client_certificate": certificate,
        "client_key": key,
        "cluster_ca_certificate": text(cluster, "certificate-authority-data"),
    }])
}
