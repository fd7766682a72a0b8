//! The kubeconfig that a managed cluster hands out.

use crate::ids::hex;
use crate::json::text;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Standard base64.
pub(crate) fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

/// A placeholder in the shape of PEM, for a cluster without an API behind it.
fn placeholder(id: &str, kind: &str, label: &str) -> String {
    let inner = base64(&format!("{}{kind}", id.to_lowercase()));
    base64(&format!("-----BEGIN {label}-----\n{inner}\n-----END {label}-----\n"))
}

/// The kubeconfig of the cluster's user, or of its administrator.
pub(crate) fn kubeconfig(cluster: &Value, admin: bool) -> String {
    let (id, name, properties) = (text(cluster, "id"), text(cluster, "name"), &cluster["properties"]);
    let access = &cluster["_access"];
    let group = id.split('/').nth(4).unwrap_or_default();
    let user = format!("cluster{}_{group}_{name}", if admin { "Admin" } else { "User" });
    let entry = format!("{name}{}", if admin { "-admin" } else { "" });
    let host =
        [text(properties, "fqdn"), text(properties, "privateFQDN")].into_iter().find(|h| !h.is_empty());
    let flag = if admin { "True" } else { "False" };
    let (server, ca, certificate, key, token) = if access.is_object() {
        let encoded = |k: &str| base64(text(access, k));
        (
            text(access, "server").to_string(),
            encoded("ca"),
            encoded("certificate"),
            encoded("key"),
            text(access, "token").to_string(),
        )
    } else {
        let token = hex(&Sha256::digest(format!("{}{flag}", id.to_lowercase()))).repeat(2);
        (
            format!("https://{}:443", host.unwrap_or_default()),
            placeholder(id, "CERTIFICATE:ca", "CERTIFICATE"),
            placeholder(id, &format!("CERTIFICATE:{flag}"), "CERTIFICATE"),
            placeholder(id, &format!("RSA PRIVATE KEY:{flag}"), "RSA PRIVATE KEY"),
            token,
        )
    };
    let head = format!(
        "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {ca}\n    server: {server}\n  name: {name}\ncontexts:\n- context:\n    cluster: {name}\n    user: {user}\n  name: {entry}\ncurrent-context: {entry}\nkind: Config\npreferences: {{}}\nusers:\n- name: {user}\n  user:\n"
    );
    if properties["aadProfile"].is_object() && !admin {
        let tenant = text(&properties["aadProfile"], "tenantID");
        return format!(
            "{head}    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      args:\n      - get-token\n      - --environment\n      - AzurePublicCloud\n      - --server-id\n      - 6dae42f8-4368-4678-94ff-3960e28e3630\n      - --tenant-id\n      - {tenant}\n      command: kubelogin\n      env: null\n      provideClusterInfo: false\n"
        );
    }
    format!(
        "{head}    client-certificate-data: {certificate}\n    client-key-data: {key}\n    token: {token}\n"
    )
}
