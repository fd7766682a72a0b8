//! ConfigMaps, Secrets, roles, autoscalers, claims and other small kinds.

use super::super::names;
use super::super::quantity;
use super::super::status::{Cause, go_quote};
use super::storage::ACCESS;
use super::{claim_diff, one_of};
use crate::json::{self, items, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// The size of all values of a ConfigMap or Secret.
const DATA_LIMIT: usize = 1 << 20;

/// An immutable ConfigMap or Secret stays as it is.
fn frozen(object: &Value, old: Option<&Value>, members: &[&str], out: &mut Vec<Cause>) {
    let Some(old) = old.filter(|o| o["immutable"] == true) else { return };
    let why = "field is immutable when `immutable` is set";
    if object["immutable"] != true {
        out.push(Cause::forbidden("immutable", why));
    }
    for key in members {
        if old[*key] != object[*key] {
            out.push(Cause::forbidden(*key, why));
        }
    }
}

pub(super) fn config_map(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    frozen(object, old, &["data", "binaryData"], out);
    let mut size = 0;
    for (k, v) in json::pairs(&object["data"]) {
        let at = format!("data[{k}]");
        out.extend(names::config_key(k).into_iter().map(|why| Cause::invalid(&at, k, why)));
        if object["binaryData"].get(k).is_some() {
            out.push(Cause::invalid(&at, k, "duplicate of key present in binaryData"));
        }
        size += v.as_str().map_or(0, str::len);
    }
    for (k, v) in json::pairs(&object["binaryData"]) {
        let at = format!("binaryData[{k}]");
        out.extend(names::config_key(k).into_iter().map(|why| Cause::invalid(&at, k, why)));
        size += v.as_str().map_or(0, |s| s.len() / 4 * 3);
    }
    if size > DATA_LIMIT {
        // The whole object is at fault.
        out.push(Cause::too_long("", DATA_LIMIT));
    }
}

/// What the well-known types of Secrets must hold.
const NEEDED: &[(&str, &[&str])] = &[
    ("kubernetes.io/tls", &["tls.crt", "tls.key"]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"]),
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"]),
    ("kubernetes.io/dockercfg", &[".dockercfg"]),
];

pub(super) fn secret(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let kind = text(object, "type");
    if old.is_some_and(|o| text(o, "type") != kind) {
        out.push(Cause::invalid("type", kind, "field is immutable"));
    }
    frozen(object, old, &["data"], out);
    let mut size = 0;
    for (k, v) in json::pairs(&object["data"]) {
        out.extend(names::config_key(k).into_iter().map(|why| Cause::invalid(format!("data[{k}]"), k, why)));
        size += v.as_str().and_then(|s| STANDARD.decode(s).ok()).map_or(0, |d| d.len());
    }
    if size > DATA_LIMIT {
        out.push(Cause::too_long("data", DATA_LIMIT));
    }
    let needed = NEEDED.iter().find(|(t, _)| *t == kind).map_or(&[][..], |(_, n)| *n);
    for key in needed {
        let Some(value) = object["data"].get(*key) else {
            out.push(Cause::required(format!("data[{key}]"), ""));
            continue;
        };
        let decoded = value.as_str().and_then(|v| STANDARD.decode(v).ok()).unwrap_or_default();
        if key.starts_with(".docker") && serde_json::from_slice::<Value>(&decoded).is_err() {
            out.push(Cause::invalid(
                format!("data[{key}]"),
                "<secret contents redacted>",
                "invalid character 'o' in literal null",
            ));
        }
    }
    let basic = ["username", "password"].iter().any(|k| object["data"].get(*k).is_some());
    if kind == "kubernetes.io/basic-auth" && !basic {
        out.push(Cause::required("data[username]", ""));
        out.push(Cause::required("data[password]", ""));
    }
    if kind == "kubernetes.io/service-account-token"
        && text(&object["metadata"]["annotations"], "kubernetes.io/service-account.name").is_empty()
    {
        out.push(Cause::required("metadata.annotations[kubernetes.io/service-account.name]", ""));
    }
}

pub(super) fn role(object: &Value, namespaced: bool, out: &mut Vec<Cause>) {
    for (i, rule) in items(&object["rules"]).iter().enumerate() {
        let at = format!("rules[{i}]");
        if items(&rule["verbs"]).is_empty() {
            out.push(Cause::required(format!("{at}.verbs"), "verbs must contain at least one value"));
        }
        let urls = items(&rule["nonResourceURLs"]);
        if !urls.is_empty() {
            let list: Vec<String> = urls.iter().map(|u| go_quote(u.as_str().unwrap_or_default())).collect();
            let shown = format!("[]string{{{}}}", list.join(", "));
            if namespaced {
                out.push(Cause::raw(
                    format!("{at}.nonResourceURLs"),
                    &shown,
                    "namespaced rules cannot apply to non-resource URLs",
                ));
            }
            if ["apiGroups", "resources", "resourceNames"].iter().any(|k| !items(&rule[*k]).is_empty()) {
                out.push(Cause::raw(
                    format!("{at}.nonResourceURLs"),
                    &shown,
                    "rules cannot apply to both regular resources and non-resource URLs",
                ));
            }
            continue;
        }
        if items(&rule["apiGroups"]).is_empty() {
            out.push(Cause::required(
                format!("{at}.apiGroups"),
                "resource rules must supply at least one api group",
            ));
        }
        if items(&rule["resources"]).is_empty() {
            out.push(Cause::required(
                format!("{at}.resources"),
                "resource rules must supply at least one resource",
            ));
        }
    }
}

pub(super) fn binding(object: &Value, old: Option<&Value>, namespaced: bool, out: &mut Vec<Cause>) {
    let role = &object["roleRef"];
    if text(role, "apiGroup") != "rbac.authorization.k8s.io" {
        let shown = go_quote(text(role, "apiGroup"));
        out.push(Cause::unsupported("roleRef.apiGroup", &shown, &["rbac.authorization.k8s.io"]));
    }
    let kinds: &[&str] = if namespaced { &["ClusterRole", "Role"] } else { &["ClusterRole"] };
    one_of(text(role, "kind"), kinds, "roleRef.kind", out);
    if text(role, "name").is_empty() {
        out.push(Cause::required("roleRef.name", ""));
    }
    for (i, subject) in items(&object["subjects"]).iter().enumerate() {
        let at = format!("subjects[{i}]");
        if text(subject, "name").is_empty() {
            out.push(Cause::required(format!("{at}.name"), ""));
        }
        let group = text(subject, "apiGroup");
        match text(subject, "kind") {
            "User" | "Group" if group != "rbac.authorization.k8s.io" => {
                let known = ["rbac.authorization.k8s.io"];
                out.push(Cause::unsupported(format!("{at}.apiGroup"), &go_quote(group), &known));
            }
            "ServiceAccount" => {
                if !group.is_empty() {
                    out.push(Cause::unsupported(format!("{at}.apiGroup"), &go_quote(group), &[""]));
                }
                let name = text(subject, "name");
                if !name.is_empty() {
                    let at = format!("{at}.name");
                    out.extend(names::subdomain(name).into_iter().map(|why| Cause::invalid(&at, name, why)));
                }
                if text(subject, "namespace").is_empty() {
                    out.push(Cause::required(format!("{at}.namespace"), ""));
                }
            }
            "User" | "Group" => {}
            odd => out.push(Cause::unsupported(
                format!("{at}.kind"),
                &go_quote(odd),
                &["Group", "ServiceAccount", "User"],
            )),
        }
    }
    if old.is_some_and(|o| o["roleRef"] != *role) {
        out.push(Cause::raw("roleRef", "rbac.RoleRef{}", "cannot change roleRef"));
    }
}

pub(super) fn claim(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    if items(&spec["accessModes"]).is_empty() {
        out.push(Cause::required("spec.accessModes", "at least 1 access mode is required"));
    }
    for mode in items(&spec["accessModes"]).iter().filter_map(Value::as_str) {
        one_of(mode, ACCESS, "spec.accessModes", out);
    }
    let size = |o: &Value| o["spec"]["resources"]["requests"]["storage"].as_str().and_then(quantity::parse);
    match size(object) {
        None => out.push(Cause::required("spec.resources[storage]", "")),
        Some(q) if q.milli <= 0 => {
            let shown = text(&spec["resources"]["requests"], "storage");
            out.push(Cause::invalid("spec.resources[storage]", shown, "must be greater than zero"));
        }
        _ => {}
    }
    let Some(old) = old else { return };
    let bound = text(&old["status"], "phase") == "Bound";
    // What may change counts as changed already.
    let mut before = old["spec"].clone();
    let allowed = [("volumeName", true), ("volumeAttributesClassName", bound)];
    for (key, _) in allowed.iter().filter(|(_, allowed)| *allowed) {
        match spec.get(*key) {
            Some(value) => json::set(&mut before, key, value.clone()),
            None => drop(json::remove(&mut before, key)),
        }
    }
    if bound && spec["resources"].get("requests").is_some() {
        json::set(json::child(&mut before, "resources"), "requests", spec["resources"]["requests"].clone());
    }
    if before != *spec {
        let why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        out.push(Cause::forbidden("spec", format!("{why}{}", claim_diff::spec(&before, spec))));
    } else if bound {
        let capacity = text(&old["status"]["capacity"], "storage");
        let least = quantity::parse(capacity).map(|q| q.milli);
        if size(object).map(|q| q.milli) < least {
            out.push(Cause::forbidden(
                "spec.resources.requests.storage",
                "field can not be less than status.capacity",
            ));
        }
    }
}

pub(super) fn ingress_class(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let controller = text(&object["spec"], "controller");
    let at = "spec.controller";
    match controller.split_once('/') {
        _ if controller.is_empty() => out.push(Cause::required(at, "")),
        Some((host, path)) if !host.is_empty() && !path.is_empty() => {
            let odd = names::subdomain(host);
            out.extend(odd.into_iter().map(|why| Cause::invalid(at, host, why)));
        }
        _ => {
            let why = "must be a domain-prefixed path (such as \"acme.io/foo\")";
            out.push(Cause::invalid(at, controller, why));
        }
    }
    if old.is_some_and(|o| text(&o["spec"], "controller") != controller) {
        out.push(Cause::invalid("spec.controller", controller, "field is immutable"));
    }
}
