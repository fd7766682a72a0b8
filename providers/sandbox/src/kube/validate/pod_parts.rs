//! Parts of pods: volumes, sources of variables, security, scheduling.

use super::super::names;
use super::super::status::{Cause, go_quote};
use super::{one_of, selector};
use crate::json::{self, items, text};
use serde_json::Value;
use std::net::IpAddr;

/// The kinds of volumes, in the order in which they are looked at.
const SOURCES: &[&str] = &[
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "flocker",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "storageos",
    "portworxVolume",
    "scaleIO",
    "projected",
    "csi",
    "ephemeral",
    "image",
];

const ADDRESS_WORDS: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

/// What a volume is made of.
pub(super) fn volume(value: &Value, at: &str, out: &mut Vec<Cause>) {
    let given: Vec<&&str> = SOURCES.iter().filter(|source| value[**source].is_object()).collect();
    for source in given.iter().skip(1) {
        out.push(Cause::forbidden(format!("{at}.{source}"), "may not specify more than 1 volume type"));
    }
    let Some(source) = given.first() else { return };
    let inner = &value[**source];
    let at = format!("{at}.{source}");
    let needed: &[&str] = match **source {
        "secret" => &["secretName"],
        "configMap" => &["name"],
        "persistentVolumeClaim" => &["claimName"],
        "hostPath" => &["path"],
        "nfs" => &["server", "path"],
        "csi" => &["driver"],
        _ => &[],
    };
    for key in needed {
        if text(inner, key).is_empty() {
            out.push(Cause::required(format!("{at}.{key}"), ""));
        }
    }
    let path = text(inner, "path");
    if matches!(**source, "hostPath") && path.split('/').any(|part| part == "..") {
        out.push(Cause::invalid(format!("{at}.path"), path, "must not contain '..'"));
    }
    if matches!(**source, "nfs") && !path.is_empty() && !path.starts_with('/') {
        out.push(Cause::invalid(format!("{at}.path"), path, "must be an absolute path"));
    }
    if let Some(mode) = inner["defaultMode"].as_i64().filter(|mode| !(0..=0o777).contains(mode)) {
        let why = "must be a number between 0 and 0777 (octal), both inclusive";
        out.push(Cause::raw(format!("{at}.defaultMode"), &mode.to_string(), why));
    }
    for (i, item) in items(&inner["items"]).iter().enumerate() {
        let at = format!("{at}.items[{i}]");
        if matches!(**source, "secret" | "configMap") && text(item, "key").is_empty() {
            out.push(Cause::required(format!("{at}.key"), ""));
        }
        let path = text(item, "path");
        if path.is_empty() {
            out.push(Cause::required(format!("{at}.path"), ""));
        }
        relative(path, &format!("{at}.path"), out);
    }
}

/// A path within something.
pub(super) fn relative(path: &str, at: &str, out: &mut Vec<Cause>) {
    if path.starts_with('/') {
        out.push(Cause::invalid(at, path, "must be a relative path"));
    }
    if path.split('/').any(|part| part == "..") {
        out.push(Cause::invalid(at, path, "must not contain '..'"));
    }
}

const FROM: &[&str] = &["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"];

/// Where the value of a variable comes from.
pub(super) fn value_from(from: &Value, at: &str, out: &mut Vec<Cause>) {
    let given: Vec<&&str> = FROM.iter().filter(|kind| from[**kind].is_object()).collect();
    match given.len() {
        0 => {
            let why =
                "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`";
            out.push(Cause::invalid(at, "", why));
        }
        1 => {}
        _ => out.push(Cause::invalid(at, "", "may not have more than one field specified at a time")),
    }
    for kind in given {
        let (inner, at) = (&from[*kind], format!("{at}.{kind}"));
        match *kind {
            "fieldRef" if text(inner, "fieldPath").is_empty() => {
                out.push(Cause::required(format!("{at}.fieldPath"), ""));
            }
            "configMapKeyRef" | "secretKeyRef" => {
                let key = text(inner, "key");
                if key.is_empty() {
                    out.push(Cause::required(format!("{at}.key"), ""));
                } else {
                    let odd = names::config_key(key);
                    let at = format!("{at}.key");
                    out.extend(odd.into_iter().map(|why| Cause::invalid(&at, key, why)));
                }
            }
            _ => {}
        }
    }
}

/// Variables taken over from elsewhere.
pub(super) fn env_from(container: &Value, at: &str, out: &mut Vec<Cause>) {
    for (i, source) in items(&container["envFrom"]).iter().enumerate() {
        let at = format!("{at}.envFrom[{i}]");
        let given: Vec<&str> =
            ["configMapRef", "secretRef"].into_iter().filter(|kind| source[*kind].is_object()).collect();
        for kind in &given {
            if text(&source[*kind], "name").is_empty() {
                out.push(Cause::required(format!("{at}.{kind}.name"), ""));
            }
        }
        match given.len() {
            0 => out.push(Cause::invalid(&at, "", "must specify one of: `configMapRef` or `secretRef`")),
            1 => {}
            _ => out.push(Cause::invalid(&at, "", "may not have more than one field specified at a time")),
        }
    }
}

/// Identities and privileges, of a pod or of a container.
pub(super) fn security(value: &Value, at: &str, out: &mut Vec<Cause>) {
    for key in ["runAsUser", "runAsGroup", "fsGroup"] {
        if let Some(id) = value[key].as_i64().filter(|id| !(0..=i64::from(i32::MAX)).contains(id)) {
            let why = "must be between 0 and 2147483647, inclusive";
            out.push(Cause::raw(format!("{at}.{key}"), &id.to_string(), why));
        }
    }
    if let Some(policy) = value["fsGroupChangePolicy"].as_str() {
        one_of(policy, &["Always", "OnRootMismatch"], &format!("{at}.fsGroupChangePolicy"), out);
    }
    if value["allowPrivilegeEscalation"] == false {
        let mut refuse = |why: &str| out.push(Cause::raw(at, "core.SecurityContext{}", why));
        if value["privileged"] == true {
            refuse("cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        }
        let added = items(&value["capabilities"]["add"]);
        if added.iter().any(|c| c == "CAP_SYS_ADMIN") {
            refuse("cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
        }
    }
    if value["seccompProfile"].is_object() {
        let kind = text(&value["seccompProfile"], "type");
        let known = ["Localhost", "RuntimeDefault", "Unconfined"];
        if kind.is_empty() {
            let why = "type is required when seccompProfile is set";
            out.push(Cause::required(format!("{at}.seccompProfile.type"), why));
        } else {
            one_of(kind, &known, &format!("{at}.seccompProfile.type"), out);
        }
    }
}

pub(super) fn tolerations(spec: &Value, at: &str, out: &mut Vec<Cause>) {
    for (i, one) in items(&spec["tolerations"]).iter().enumerate() {
        let at = format!("{at}.tolerations[{i}]");
        let (key, operator, effect) = (text(one, "key"), text(one, "operator"), text(one, "effect"));
        if key.is_empty() && operator != "Exists" {
            let why =
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            out.push(Cause::invalid(format!("{at}.operator"), operator, why));
        } else if !key.is_empty() {
            let at = format!("{at}.key");
            out.extend(names::qualified(key).into_iter().map(|why| Cause::invalid(&at, key, why)));
        }
        if one["tolerationSeconds"].is_i64() && effect != "NoExecute" {
            let why = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            out.push(Cause::invalid(format!("{at}.effect"), effect, why));
        }
        let value = text(one, "value");
        match operator {
            "" | "Equal" => {
                let at = format!("{at}.operator");
                out.extend(names::label_value(value).into_iter().map(|why| Cause::invalid(&at, value, why)));
            }
            "Exists" if !value.is_empty() => {
                let why = "value must be empty when `operator` is 'Exists'";
                out.push(Cause::raw(format!("{at}.operator"), "core.Toleration{}", why));
            }
            "Exists" => {}
            odd => {
                let at = format!("{at}.operator");
                out.push(Cause::unsupported(at, &go_quote(odd), &["Equal", "Exists"]));
            }
        }
        if !effect.is_empty() {
            let known = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
            one_of(effect, &known, &format!("{at}.effect"), out);
        }
    }
}

pub(super) fn spreading(spec: &Value, at: &str, out: &mut Vec<Cause>) {
    for (i, one) in items(&spec["topologySpreadConstraints"]).iter().enumerate() {
        let at = format!("{at}.topologySpreadConstraints[{i}]");
        let skew = one["maxSkew"].as_i64().unwrap_or(0);
        if skew <= 0 {
            out.push(Cause::raw(format!("{at}.maxSkew"), &skew.to_string(), "must be greater than zero"));
        }
        if text(one, "topologyKey").is_empty() {
            out.push(Cause::required(format!("{at}.topologyKey"), "can not be empty"));
        }
        let known = ["DoNotSchedule", "ScheduleAnyway"];
        one_of(text(one, "whenUnsatisfiable"), &known, &format!("{at}.whenUnsatisfiable"), out);
    }
}

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

pub(super) fn affinity(spec: &Value, at: &str, out: &mut Vec<Cause>) {
    let (value, at) = (&spec["affinity"], format!("{at}.affinity"));
    let node = &value["nodeAffinity"];
    if node[REQUIRED].is_object() {
        let at = format!("{at}.nodeAffinity.{REQUIRED}.nodeSelectorTerms");
        let terms = items(&node[REQUIRED]["nodeSelectorTerms"]);
        if terms.is_empty() {
            out.push(Cause::required(&at, "must have at least one node selector term"));
        }
        terms.iter().enumerate().for_each(|(i, term)| node_term(term, &format!("{at}[{i}]"), out));
    }
    for (i, one) in items(&node[PREFERRED]).iter().enumerate() {
        let at = format!("{at}.nodeAffinity.{PREFERRED}[{i}]");
        weight(one, &at, out);
        node_term(&one["preference"], &format!("{at}.preference"), out);
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        for (i, term) in items(&value[kind][REQUIRED]).iter().enumerate() {
            pod_term(term, &format!("{at}.{kind}.{REQUIRED}[{i}]"), out);
        }
        for (i, one) in items(&value[kind][PREFERRED]).iter().enumerate() {
            let at = format!("{at}.{kind}.{PREFERRED}[{i}]");
            weight(one, &at, out);
            pod_term(&one["podAffinityTerm"], &format!("{at}.podAffinityTerm"), out);
        }
    }
}

fn weight(one: &Value, at: &str, out: &mut Vec<Cause>) {
    let weight = one["weight"].as_i64().unwrap_or(0);
    if !(1..=100).contains(&weight) {
        out.push(Cause::raw(format!("{at}.weight"), &weight.to_string(), "must be in the range 1-100"));
    }
}

fn pod_term(term: &Value, at: &str, out: &mut Vec<Cause>) {
    if term["labelSelector"].is_object() {
        selector(&term["labelSelector"], &format!("{at}.labelSelector"), out);
    }
    if text(term, "topologyKey").is_empty() {
        out.push(Cause::required(format!("{at}.topologyKey"), "can not be empty"));
    }
}

fn node_term(term: &Value, at: &str, out: &mut Vec<Cause>) {
    for (i, one) in items(&term["matchExpressions"]).iter().enumerate() {
        let at = format!("{at}.matchExpressions[{i}]");
        let count = items(&one["values"]).len();
        match text(one, "operator") {
            "In" | "NotIn" if count == 0 => out.push(Cause::required(
                format!("{at}.values"),
                "must be specified when `operator` is 'In' or 'NotIn'",
            )),
            "Exists" | "DoesNotExist" if count > 0 => out.push(Cause::forbidden(
                format!("{at}.values"),
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            )),
            "Gt" | "Lt" if count != 1 => out.push(Cause::required(
                format!("{at}.values"),
                "must be specified single value when `operator` is 'Lt' or 'Gt'",
            )),
            "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
            odd => out.push(Cause::invalid(format!("{at}.operator"), odd, "not a valid selector operator")),
        }
        let key = text(one, "key");
        out.extend(
            names::qualified(key).into_iter().map(|why| Cause::invalid(format!("{at}.key"), key, why)),
        );
    }
}

/// Names, addresses and times of a pod.
pub(super) fn identity(spec: &Value, at: &str, out: &mut Vec<Cause>) {
    for key in ["hostname", "subdomain"] {
        let given = text(spec, key);
        if !given.is_empty() {
            let at = format!("{at}.{key}");
            out.extend(names::label(given).into_iter().map(|why| Cause::invalid(&at, given, why)));
        }
    }
    let class = text(spec, "priorityClassName");
    if !class.is_empty() {
        let at = format!("{at}.priorityClassName");
        out.extend(names::subdomain(class).into_iter().map(|why| Cause::invalid(&at, class, why)));
    }
    if let Some(seconds) = spec["activeDeadlineSeconds"].as_i64().filter(|n| *n < 1) {
        let why = "must be between 1 and 2147483647, inclusive";
        out.push(Cause::raw(format!("{at}.activeDeadlineSeconds"), &seconds.to_string(), why));
    }
    if text(spec, "dnsPolicy") == "None" && items(&spec["dnsConfig"]["nameservers"]).is_empty() {
        let why = "must provide at least one DNS nameserver when `dnsPolicy` is None";
        out.push(Cause::required(format!("{at}.dnsConfig.nameservers"), why));
    }
    for (i, alias) in items(&spec["hostAliases"]).iter().enumerate() {
        let ip = text(alias, "ip");
        if ip.parse::<IpAddr>().is_err() {
            out.push(Cause::invalid(format!("{at}.hostAliases[{i}].ip"), ip, ADDRESS_WORDS));
        }
    }
}

/// Resources that a container may ask for without a domain.
const RESOURCES: &[&str] = &["cpu", "memory", "ephemeral-storage"];

/// The name of a resource that a container asks for.
pub(super) fn resource_name(name: &str, at: &str, out: &mut Vec<Cause>) {
    let odd = names::qualified(name);
    if !odd.is_empty() {
        out.extend(odd.into_iter().map(|why| Cause::invalid(at, name, why)));
    } else if !name.contains('/') && !RESOURCES.contains(&name) && !name.starts_with("hugepages-") {
        if !matches!(name, "storage" | "pods") {
            out.push(Cause::invalid(at, name, "must be a standard resource type or fully qualified"));
        }
        out.push(Cause::invalid(at, name, "must be a standard resource for containers"));
    }
}

/// Host ports that two containers of a pod want.
pub(super) fn host_ports(spec: &Value, at: &str, out: &mut Vec<Cause>) {
    let mut seen: Vec<String> = Vec::new();
    for (i, container) in items(&spec["containers"]).iter().enumerate() {
        for (j, port) in items(&container["ports"]).iter().enumerate() {
            let Some(number) = port["hostPort"].as_i64().filter(|n| *n != 0) else { continue };
            let place = format!("{}/{}/{number}", text(port, "protocol"), text(port, "hostIP"));
            if seen.contains(&place) {
                let at = format!("{at}.containers[{i}].ports[{j}].hostPort");
                out.push(Cause::duplicate(at, &go_quote(&place)));
            }
            seen.push(place);
        }
    }
}

/// What runs when a container starts or stops.
pub(super) fn lifecycle(container: &Value, at: &str, out: &mut Vec<Cause>) {
    for (moment, hook) in json::pairs(&container["lifecycle"]).filter(|(_, hook)| hook.is_object()) {
        let handlers = ["exec", "httpGet", "tcpSocket", "sleep"];
        if !handlers.iter().any(|handler| hook[*handler].is_object()) {
            out.push(Cause::required(format!("{at}.lifecycle.{moment}"), "must specify a handler type"));
        }
    }
}
