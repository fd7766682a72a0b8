//! NetworkPolicies, PodDisruptionBudgets, PriorityClasses, ResourceQuotas, LimitRanges, Leases.

use super::super::names;
use super::super::quantity;
use super::super::status::{Cause, go_quote};
use super::{not_negative, one_of, selector};
use crate::json::{self, items, text};
use serde_json::Value;
use std::net::IpAddr;

/// How Go shows a number or a text that may be either.
fn either(value: &Value) -> String {
    match value {
        Value::String(text) => format!("intstr.IntOrString{{Type:1, IntVal:0, StrVal:{}}}", go_quote(text)),
        number => format!("intstr.IntOrString{{Type:0, IntVal:{number}, StrVal:\"\"}}"),
    }
}

const PERCENT_WORDS: &str = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/// A count or a percentage of at most 100.
pub(super) fn count_or_percent(value: &Value, at: &str, out: &mut Vec<Cause>) {
    match value {
        Value::String(given) => {
            let digits = given.strip_suffix('%').unwrap_or_default();
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                out.push(Cause::raw(at, &either(value), PERCENT_WORDS));
            } else if digits.parse::<u64>().map_or(true, |percent| percent > 100) {
                out.push(Cause::raw(at, &either(value), "must not be greater than 100%"));
            }
        }
        value => not_negative(value, at, out),
    }
}

pub(super) fn disruption_budget(object: &Value, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    if !spec["minAvailable"].is_null() && !spec["maxUnavailable"].is_null() {
        let why = "minAvailable and maxUnavailable cannot be both set";
        out.push(Cause::raw("spec", "policy.PodDisruptionBudgetSpec{}", why));
    }
    for key in ["minAvailable", "maxUnavailable"] {
        if !spec[key].is_null() {
            count_or_percent(&spec[key], &format!("spec.{key}"), out);
        }
    }
    if spec["selector"].is_object() {
        selector(&spec["selector"], "spec.selector", out);
    }
    if let Some(policy) = spec["unhealthyPodEvictionPolicy"].as_str() {
        one_of(policy, &["AlwaysAllow", "IfHealthyBudget"], "spec.unhealthyPodEvictionPolicy", out);
    }
}

pub(super) fn network_policy(object: &Value, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    selector(&spec["podSelector"], "spec.podSelector", out);
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        for (i, rule) in items(&spec[direction]).iter().enumerate() {
            let at = format!("spec.{direction}[{i}]");
            for (j, port) in items(&rule["ports"]).iter().enumerate() {
                network_port(port, &format!("{at}.ports[{j}]"), out);
            }
            for (j, peer) in items(&rule[peers]).iter().enumerate() {
                network_peer(peer, &format!("{at}.{peers}[{j}]"), out);
            }
        }
    }
    let types = items(&spec["policyTypes"]);
    if types.len() > 2 {
        let why = "may not specify more than two policyTypes";
        out.push(Cause::raw("spec.policyTypes", "[]networking.PolicyType{}", why));
        return;
    }
    for (i, kind) in types.iter().filter_map(Value::as_str).enumerate() {
        one_of(kind, &["Ingress", "Egress"], &format!("spec.policyTypes[{i}]"), out);
    }
}

fn network_port(port: &Value, at: &str, out: &mut Vec<Cause>) {
    if let Some(protocol) = port["protocol"].as_str() {
        one_of(protocol, &["TCP", "UDP", "SCTP"], &format!("{at}.protocol"), out);
    }
    let end = port["endPort"].as_i64();
    let odd_end = |why: &str| end.map(|end| Cause::raw(format!("{at}.endPort"), &end.to_string(), why));
    match &port["port"] {
        Value::Number(number) => {
            let number = number.as_i64().unwrap_or(0);
            out.extend(
                names::port(number).map(|why| Cause::raw(format!("{at}.port"), &number.to_string(), why)),
            );
            if end.is_some_and(|end| end < number) {
                out.extend(odd_end("must be greater than or equal to `port`"));
            }
            out.extend(end.and_then(names::port).and_then(odd_end));
        }
        Value::String(name) => {
            out.extend(odd_end("may not be specified when `port` is non-numeric"));
            let at = format!("{at}.port");
            out.extend(names::port_name(name).into_iter().map(|why| Cause::invalid(&at, name, why)));
        }
        _ => out.extend(odd_end("may not be specified when `port` is not specified")),
    }
}

fn network_peer(peer: &Value, at: &str, out: &mut Vec<Cause>) {
    let mut kinds = 0;
    for kind in ["podSelector", "namespaceSelector"] {
        if peer[kind].is_object() {
            kinds += 1;
            selector(&peer[kind], &format!("{at}.{kind}"), out);
        }
    }
    let block = &peer["ipBlock"];
    if block.is_object() {
        kinds += 1;
        ip_block(block, &format!("{at}.ipBlock"), out);
    }
    if kinds == 0 {
        out.push(Cause::required(at, "must specify a peer"));
    } else if kinds > 1 && block.is_object() {
        out.push(Cause::forbidden(at, "may not specify both ipBlock and another peer"));
    }
}

/// Address, as bits from the top, and the length of a prefix.
fn cidr(text: &str) -> Option<(bool, u128, u32)> {
    let (address, length) = text.split_once('/')?;
    let length: u32 = length.parse().ok()?;
    match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(four) if length <= 32 => Some((false, u128::from(u32::from(four)) << 96, length)),
        IpAddr::V6(six) if length <= 128 => Some((true, u128::from(six), length)),
        _ => None,
    }
}

fn ip_block(block: &Value, at: &str, out: &mut Vec<Cause>) {
    const WORDS: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    let whole = text(block, "cidr");
    if whole.is_empty() {
        out.push(Cause::required(format!("{at}.cidr"), ""));
        return;
    }
    let Some((six, base, length)) = cidr(whole) else {
        out.push(Cause::invalid(format!("{at}.cidr"), whole, WORDS));
        return;
    };
    for (i, part) in items(&block["except"]).iter().filter_map(Value::as_str).enumerate() {
        let at = format!("{at}.except[{i}]");
        let Some((part_six, part_base, part_length)) = cidr(part) else {
            out.push(Cause::invalid(at, part, WORDS));
            continue;
        };
        let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
        let inside = six == part_six && base & mask == part_base & mask && length < part_length;
        if !inside {
            out.push(Cause::invalid(at, part, "must be a strict subset of `cidr`"));
        }
    }
}

/// The highest value a class of users may have.
const HIGHEST_PRIORITY: i64 = 1_000_000_000;

pub(super) fn priority_class(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let name = text(&object["metadata"], "name");
    let value = object["value"].as_i64().unwrap_or(0);
    let system = matches!(name, "system-node-critical" | "system-cluster-critical");
    if name.starts_with("system-") && !system {
        let why = format!(
            "priority class names with 'system-' prefix are reserved for system use only. error: {name} is not a known system priority class"
        );
        out.push(Cause::forbidden("metadata.name", why));
    } else if value > HIGHEST_PRIORITY && !system {
        let why = format!("maximum allowed value of a user defined priority is {HIGHEST_PRIORITY}");
        out.push(Cause::forbidden("value", why));
    }
    let preemption = text(object, "preemptionPolicy");
    one_of(preemption, &["PreemptLowerPriority", "Never"], "preemptionPolicy", out);
    let Some(old) = old else { return };
    if old["value"].as_i64().unwrap_or(0) != value {
        out.push(Cause::forbidden("value", "may not be changed in an update."));
    }
    if text(old, "preemptionPolicy") != preemption {
        out.push(Cause::invalid("preemptionPolicy", preemption, "field is immutable"));
    }
}

/// Amounts that a quota may name without a domain.
const AMOUNTS: &[&str] = &[
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
];

/// Those that count whole things.
const WHOLE: &[&str] = &[
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];

pub(super) fn resource_quota(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    for (key, amount) in json::pairs(&spec["hard"]) {
        let at = format!("spec.hard[{key}]");
        let odd = names::qualified(key);
        let known = key.contains('/') || AMOUNTS.contains(&key.as_str()) || WHOLE.contains(&key.as_str());
        if !odd.is_empty() {
            out.extend(odd.into_iter().map(|why| Cause::invalid(&at, key, why)));
        } else if !known {
            out.push(Cause::invalid(&at, key, "must be a standard resource for quota"));
        }
        let shown = amount.as_str().unwrap_or_default();
        let milli = quantity::parse(shown).map_or(0, |q| q.milli);
        if milli < 0 {
            out.push(Cause::invalid(&at, shown, "must be greater than or equal to 0"));
        }
        if milli % 1000 != 0 && (WHOLE.contains(&key.as_str()) || key.starts_with("count/")) {
            out.push(Cause::invalid(&at, shown, "must be an integer"));
        }
    }
    if old.is_some_and(|old| old["spec"]["scopes"] != spec["scopes"]) {
        out.push(Cause::raw("spec.scopes", "[]core.ResourceQuotaScope{}", "field is immutable"));
    }
}

pub(super) fn limit_range(object: &Value, out: &mut Vec<Cause>) {
    let mut seen: Vec<&str> = Vec::new();
    for (i, limit) in items(&object["spec"]["limits"]).iter().enumerate() {
        let at = format!("spec.limits[{i}]");
        let kind = text(limit, "type");
        if seen.contains(&kind) {
            out.push(Cause::duplicate(format!("{at}.type"), &go_quote(kind)));
        }
        seen.push(kind);
        for key in ["default", "defaultRequest"] {
            if kind == "Pod" && !limit[key].is_null() {
                out.push(Cause::forbidden(
                    format!("{at}.{key}"),
                    "may not be specified when `type` is 'Pod'",
                ));
            }
        }
        let bounded = |key: &str| limit[key].get("storage").is_some();
        if kind == "PersistentVolumeClaim" && !bounded("min") && !bounded("max") {
            let why = "either minimum or maximum storage value is required, but neither was provided";
            out.push(Cause::required(format!("{at}.limits"), why));
        }
        let mut keys: Vec<&String> = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"]
            .iter()
            .flat_map(|part| json::pairs(&limit[*part]).map(|(k, _)| k))
            .collect();
        keys.sort();
        keys.dedup();
        keys.into_iter().for_each(|key| limit_of(limit, key, &at, out));
    }
}

/// The bounds of one resource against each other.
fn limit_of(limit: &Value, key: &str, at: &str, out: &mut Vec<Cause>) {
    let of = |part: &str| limit[part].get(key).and_then(Value::as_str).unwrap_or_default();
    let milli = |part: &str| quantity::parse(of(part)).map(|q| q.milli);
    let (max, min) = (milli("max"), milli("min"));
    let (usual, request) = (milli("default"), milli("defaultRequest"));
    let above = |a: Option<i128>, b: Option<i128>| matches!((a, b), (Some(a), Some(b)) if a > b);
    let mut refuse = |field: &str, shown: &str, why: String| {
        out.push(Cause::invalid(format!("{at}.{field}[{key}]"), shown, why));
    };
    if above(min, max) {
        refuse("min", of("min"), format!("min value {} is greater than max value {}", of("min"), of("max")));
    }
    if above(min, request) {
        let why =
            format!("min value {} is greater than default request value {}", of("min"), of("defaultRequest"));
        refuse("defaultRequest", of("defaultRequest"), why);
    }
    if above(request, max) {
        let why =
            format!("default request value {} is greater than max value {}", of("defaultRequest"), of("max"));
        refuse("defaultRequest", of("defaultRequest"), why);
    }
    if above(request, usual) {
        let why = format!(
            "default request value {} is greater than default limit value {}",
            of("defaultRequest"),
            of("default")
        );
        refuse("defaultRequest", of("defaultRequest"), why);
    }
    if above(min, usual) {
        let why = format!("min value {} is greater than default value {}", of("min"), of("default"));
        refuse("default", of("min"), why);
    }
    if above(usual, max) {
        let why = format!("default value {} is greater than max value {}", of("default"), of("max"));
        refuse("default", of("default"), why);
    }
    if milli("maxLimitRequestRatio").is_some_and(|ratio| ratio < 1000) {
        let ratio = of("maxLimitRequestRatio");
        refuse("maxLimitRequestRatio", ratio, format!("ratio {ratio} is less than 1"));
    }
}

pub(super) fn lease(object: &Value, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    if let Some(seconds) = spec["leaseDurationSeconds"].as_i64().filter(|n| *n <= 0) {
        out.push(Cause::raw("spec.leaseDurationSeconds", &seconds.to_string(), "must be greater than 0"));
    }
    not_negative(&spec["leaseTransitions"], "spec.leaseTransitions", out);
}
