//! The controller of service accounts' long-lived tokens: it fills in their secrets, and removes those without account.

use super::super::{State, meta};
use super::{dying, save};
use crate::ids::random_uuid;
use crate::json::{self, set, text};
use crate::kube::special::base64;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const KIND: &str = "kubernetes.io/service-account-token";
const NAME: &str = "kubernetes.io/service-account.name";
const UID: &str = "kubernetes.io/service-account.uid";

pub(super) fn run(state: &mut State) {
    let all: Vec<Value> =
        state.store.all("/secrets").filter(|s| text(s, "type") == KIND && !dying(s)).cloned().collect();
    for mut secret in all {
        let namespace = meta(&secret, "namespace").to_string();
        let notes = &secret["metadata"]["annotations"];
        let (account, known) = (text(notes, NAME).to_string(), text(notes, UID).to_string());
        let found = state.store.get("/serviceaccounts", &namespace, &account).filter(|a| !dying(a));
        let uid = found.map(|a| meta(a, "uid").to_string()).unwrap_or_default();
        if uid.is_empty() || (!known.is_empty() && known != uid) {
            state.store.remove("/secrets", &namespace, meta(&secret, "name"));
            continue;
        }
        set(json::child(json::child(&mut secret, "metadata"), "annotations"), UID, uid.as_str());
        let filled = [
            ("ca.crt", state.ca.clone()),
            ("namespace", namespace.clone()),
            ("token", token(&secret, &namespace, &account, &uid)),
        ];
        let data = json::child(&mut secret, "data");
        for (name, content) in filled {
            if data.get(name).is_none() {
                set(data, name, base64(&content));
            }
        }
        save(state, "/secrets", secret);
    }
}

/// A token as such a cluster signs them, which does not expire.
fn token(secret: &Value, namespace: &str, account: &str, uid: &str) -> String {
    let part = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
    let head = json!({"alg": "RS256", "kid": "sandbox"});
    let claims = json!({
        "iss": "kubernetes/serviceaccount",
        "kubernetes.io/serviceaccount/namespace": namespace,
        "kubernetes.io/serviceaccount/secret.name": meta(secret, "name"),
        "kubernetes.io/serviceaccount/service-account.name": account,
        "kubernetes.io/serviceaccount/service-account.uid": uid,
        "sub": format!("system:serviceaccount:{namespace}:{account}"),
    });
    format!("{}.{}.{}", part(&head), part(&claims), URL_SAFE_NO_PAD.encode(random_uuid()))
}
