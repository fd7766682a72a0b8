//! ResourceQuotas: what a namespace uses, and what would be too much.

use super::kinds::Resource;
use super::quantity;
use super::status::Failure;
use super::{State, meta};
use crate::json::{self, items, set, text};
use serde_json::Value;
use std::collections::BTreeMap;

const QUOTAS: &str = "/resourcequotas";

/// Amounts in thousandths, by resource.
type Usage = BTreeMap<String, i128>;

/// Kinds that a quota may count by their bare plural.
const COUNTED: &[&str] = &[
    "pods",
    "services",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
];

/// What counts pods by their requests and limits.
const COMPUTE: &[&str] = &["cpu", "memory", "ephemeral-storage"];

const ONE: i128 = 1000;

/// What an object of a kind uses.
fn usage(group: &str, plural: &str, object: &Value) -> Usage {
    let mut out = Usage::new();
    let full = if group.is_empty() { plural.to_string() } else { format!("{plural}.{group}") };
    out.insert(format!("count/{full}"), ONE);
    if !group.is_empty() {
        return out;
    }
    // A pod that has ended uses nothing but its place among the objects.
    if plural == "pods" && matches!(text(&object["status"], "phase"), "Succeeded" | "Failed") {
        return out;
    }
    if COUNTED.contains(&plural) {
        out.insert(plural.to_string(), ONE);
    }
    let spec = &object["spec"];
    match plural {
        "pods" => compute(spec, &mut out),
        "persistentvolumeclaims" => {
            let size = text(&spec["resources"]["requests"], "storage");
            out.insert("requests.storage".into(), quantity::parse(size).map_or(0, |q| q.milli));
        }
        "services" => {
            let ports = i128::try_from(items(&spec["ports"]).len()).unwrap_or(0) * ONE;
            match text(spec, "type") {
                "NodePort" => drop(out.insert("services.nodeports".into(), ports)),
                "LoadBalancer" => {
                    out.insert("services.loadbalancers".into(), ONE);
                    out.insert("services.nodeports".into(), ports);
                }
                _ => {}
            }
        }
        _ => {}
    }
    out
}

/// Requests and limits of a pod: the sum of its containers, at least the largest of those that come first.
fn compute(spec: &Value, out: &mut Usage) {
    for part in ["requests", "limits"] {
        for resource in COMPUTE {
            let of = |c: &Value| c["resources"][part][*resource].as_str().and_then(quantity::parse);
            let milli = |c: &Value| of(c).map(|q| q.milli);
            let sum: Vec<i128> = items(&spec["containers"]).iter().filter_map(milli).collect();
            let first = items(&spec["initContainers"]).iter().filter_map(milli).max();
            if sum.is_empty() && first.is_none() {
                continue;
            }
            let total = sum.iter().sum::<i128>().max(first.unwrap_or(0));
            out.insert(format!("{part}.{resource}"), total);
            if part == "requests" {
                out.insert((*resource).to_string(), total);
            }
        }
    }
}

/// What a namespace uses of the resources that are limited.
fn used(state: &State, namespace: &str, hard: &Value) -> Usage {
    let mut out: Usage = json::pairs(hard).map(|(key, _)| (key.clone(), 0)).collect();
    for key in state.store.keys() {
        let (group, plural) = key.split_once('/').unwrap_or(("", &key));
        for object in state.store.within(&key, namespace) {
            for (resource, amount) in usage(group, plural, object) {
                if let Some(sum) = out.get_mut(&resource) {
                    *sum += amount;
                }
            }
        }
    }
    out
}

/// An amount in the form of another one.
fn shown(milli: i128, like: &str) -> String {
    let binary = like.ends_with('i');
    let text = if milli % ONE == 0 {
        let whole = milli / ONE;
        let unit = 1024;
        if binary && whole % unit == 0 { format!("{}Ki", whole / unit) } else { whole.to_string() }
    } else {
        format!("{milli}m")
    };
    quantity::canonical(&text).unwrap_or(text)
}

fn listed(amounts: &[(&String, String)]) -> String {
    amounts.iter().map(|(key, amount)| format!("{key}={amount}")).collect::<Vec<_>>().join(",")
}

impl State {
    /// Refuses a fresh object that is more than the quotas of its namespace allow.
    pub fn within_quota(&self, resource: &Resource, object: &Value) -> Result<(), Failure> {
        let namespace = meta(object, "namespace");
        if namespace.is_empty() {
            return Ok(());
        }
        let wanted = usage(&resource.group, &resource.plural, object);
        let refuse = |why: String| Err(Failure::forbidden(&resource.about(meta(object, "name")), &why));
        for quota in self.store.within(QUOTAS, namespace) {
            let scoped =
                !items(&quota["spec"]["scopes"]).is_empty() || quota["spec"]["scopeSelector"].is_object();
            if scoped {
                continue;
            }
            let (name, hard) = (meta(quota, "name"), &quota["spec"]["hard"]);
            if resource.key() == "/pods"
                && let Some(why) = unspecified(&object["spec"], hard)
            {
                return refuse(format!("failed quota: {name}: must specify {why}"));
            }
            let limited: Vec<(&String, i128, &str)> = json::pairs(hard)
                .filter_map(|(key, most)| Some((key, *wanted.get(key)?, most.as_str()?)))
                .filter(|(_, amount, _)| *amount > 0)
                .collect();
            if limited.is_empty() {
                continue;
            }
            let used = used(self, namespace, hard);
            let over = limited.into_iter().filter(|(key, amount, most)| {
                let most = quantity::parse(most).map_or(0, |q| q.milli);
                used.get(*key).copied().unwrap_or(0) + amount > most
            });
            let (mut asked, mut have, mut most) = (Vec::new(), Vec::new(), Vec::new());
            for (key, amount, limit) in over {
                asked.push((key, shown(amount, limit)));
                have.push((key, shown(used.get(key).copied().unwrap_or(0), limit)));
                most.push((key, limit.to_string()));
            }
            if !asked.is_empty() {
                return refuse(format!(
                    "exceeded quota: {name}, requested: {}, used: {}, limited: {}",
                    listed(&asked),
                    listed(&have),
                    listed(&most)
                ));
            }
        }
        Ok(())
    }

    /// Brings the status of all quotas up to date.
    pub fn count_quotas(&mut self) {
        let quotas: Vec<Value> = self.store.all(QUOTAS).cloned().collect();
        for quota in quotas {
            let hard = &quota["spec"]["hard"];
            let used = used(self, meta(&quota, "namespace"), hard);
            let mut new = quota.clone();
            let status = json::child(&mut new, "status");
            set(status, "hard", hard.clone());
            let mut amounts = Value::Object(serde_json::Map::new());
            for (key, milli) in used {
                let like = text(hard, &key).to_string();
                set(&mut amounts, &key, shown(milli, &like));
            }
            set(status, "used", amounts);
            if new != quota {
                self.store.put(QUOTAS, new);
            }
        }
    }
}

/// The limited amounts that containers do not name: `limits.cpu for: a,b; …`.
fn unspecified(spec: &Value, hard: &Value) -> Option<String> {
    let mut out = Vec::new();
    for (key, _) in json::pairs(hard) {
        let (part, resource) = match key.split_once('.') {
            Some((part @ ("limits" | "requests"), resource)) => (part, resource),
            None => ("requests", key.as_str()),
            Some(_) => continue,
        };
        if !matches!(resource, "cpu" | "memory") {
            continue;
        }
        let lacks = |c: &&Value| c["resources"][part].get(resource).is_none();
        let names: Vec<&str> =
            items(&spec["containers"]).iter().filter(lacks).map(|c| text(c, "name")).collect();
        if !names.is_empty() {
            out.push(format!("{key} for: {}", names.join(",")));
        }
    }
    (!out.is_empty()).then(|| out.join("; "))
}
