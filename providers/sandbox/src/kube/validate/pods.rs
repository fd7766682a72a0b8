//! Pods and pod templates.

use super::super::names;
use super::super::quantity;
use super::super::status::{Cause, go_quote};
use super::{annotations, labels, not_negative, one_of, pod_parts};
use crate::json::{self, items, text};
use serde_json::Value;

/// A pod; of an existing one only a few fields may change.
pub(super) fn pod(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    spec(&object["spec"], "spec", out);
    one_of(
        text(&object["spec"], "restartPolicy"),
        &["Always", "Never", "OnFailure"],
        "spec.restartPolicy",
        out,
    );
    let Some(old) = old else { return };
    let frozen = |o: &Value| {
        let mut spec = o["spec"].clone();
        for key in ["activeDeadlineSeconds", "tolerations", "nodeName", "schedulingGates"] {
            json::remove(&mut spec, key);
        }
        for kind in ["containers", "initContainers"] {
            let list =
                spec.get_mut(kind).and_then(Value::as_array_mut).map(Vec::as_mut_slice).unwrap_or_default();
            list.iter_mut().for_each(|c| drop(json::remove(c, "image")));
        }
        spec
    };
    if frozen(object) != frozen(old) {
        let why = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n";
        out.push(Cause::forbidden("spec", why));
    }
}

/// A template of pods.
pub(super) fn template(value: &Value, at: &str, out: &mut Vec<Cause>) {
    labels(&value["metadata"]["labels"], &format!("{at}.labels"), out);
    annotations(&value["metadata"]["annotations"], &format!("{at}.annotations"), out);
    spec(&value["spec"], &format!("{at}.spec"), out);
}

fn spec(spec: &Value, at: &str, out: &mut Vec<Cause>) {
    let volumes: Vec<&str> = items(&spec["volumes"]).iter().map(|v| text(v, "name")).collect();
    for (i, volume) in items(&spec["volumes"]).iter().enumerate() {
        let at = format!("{at}.volumes[{i}]");
        let name = text(volume, "name");
        if name.is_empty() {
            out.push(Cause::required(format!("{at}.name"), ""));
        } else {
            out.extend(
                names::label(name).into_iter().map(|why| Cause::invalid(format!("{at}.name"), name, why)),
            );
        }
        if volumes.iter().take(i).any(|v| *v == name) {
            out.push(Cause::duplicate(format!("{at}.name"), &go_quote(name)));
        }
        pod_parts::volume(volume, &at, out);
    }
    if items(&spec["containers"]).is_empty() {
        out.push(Cause::required(format!("{at}.containers"), ""));
    }
    let mut seen: Vec<&str> = Vec::new();
    for kind in ["containers", "initContainers"] {
        for (i, c) in items(&spec[kind]).iter().enumerate() {
            container(c, &format!("{at}.{kind}[{i}]"), &volumes, out);
            let name = text(c, "name");
            if seen.contains(&name) && !name.is_empty() {
                out.push(Cause::duplicate(format!("{at}.{kind}[{i}].name"), &go_quote(name)));
            }
            seen.push(name);
        }
    }
    let account = text(spec, "serviceAccountName");
    if !account.is_empty() {
        let at = format!("{at}.serviceAccountName");
        out.extend(names::subdomain(account).into_iter().map(|why| Cause::invalid(&at, account, why)));
    }
    one_of(
        text(spec, "dnsPolicy"),
        &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"],
        &format!("{at}.dnsPolicy"),
        out,
    );
    not_negative(&spec["terminationGracePeriodSeconds"], &format!("{at}.terminationGracePeriodSeconds"), out);
    labels(&spec["nodeSelector"], &format!("{at}.nodeSelector"), out);
    pod_parts::security(&spec["securityContext"], &format!("{at}.securityContext"), out);
    pod_parts::identity(spec, at, out);
    pod_parts::tolerations(spec, at, out);
    pod_parts::spreading(spec, at, out);
    pod_parts::affinity(spec, at, out);
    pod_parts::host_ports(spec, at, out);
}

fn container(c: &Value, at: &str, volumes: &[&str], out: &mut Vec<Cause>) {
    let name = text(c, "name");
    if name.is_empty() {
        out.push(Cause::required(format!("{at}.name"), ""));
    } else {
        out.extend(names::label(name).into_iter().map(|why| Cause::invalid(format!("{at}.name"), name, why)));
    }
    let image = text(c, "image");
    if image.is_empty() {
        out.push(Cause::required(format!("{at}.image"), ""));
    } else if image.trim() != image {
        out.push(Cause::invalid(
            format!("{at}.image"),
            image,
            "must not have leading or trailing whitespace",
        ));
    }
    ports(c, at, out);
    env(c, at, out);
    pod_parts::env_from(c, at, out);
    pod_parts::lifecycle(c, at, out);
    pod_parts::security(&c["securityContext"], &format!("{at}.securityContext"), out);
    one_of(
        text(c, "imagePullPolicy"),
        &["Always", "IfNotPresent", "Never"],
        &format!("{at}.imagePullPolicy"),
        out,
    );
    mounts(c, at, volumes, out);
    resources(&c["resources"], &format!("{at}.resources"), out);
    for kind in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if c[kind].is_object() {
            probe(&c[kind], &format!("{at}.{kind}"), kind, out);
        }
    }
}

fn ports(c: &Value, at: &str, out: &mut Vec<Cause>) {
    let mut names_seen: Vec<&str> = Vec::new();
    for (i, p) in items(&c["ports"]).iter().enumerate() {
        let at = format!("{at}.ports[{i}]");
        let name = text(p, "name");
        if !name.is_empty() {
            out.extend(
                names::port_name(name).into_iter().map(|why| Cause::invalid(format!("{at}.name"), name, why)),
            );
            if names_seen.contains(&name) {
                out.push(Cause::duplicate(format!("{at}.name"), &go_quote(name)));
            }
            names_seen.push(name);
        }
        match p["containerPort"].as_i64().unwrap_or(0) {
            0 => out.push(Cause::required(format!("{at}.containerPort"), "")),
            n => out.extend(
                names::port(n).map(|why| Cause::raw(format!("{at}.containerPort"), &n.to_string(), why)),
            ),
        }
        if let Some(n) = p["hostPort"].as_i64().filter(|n| *n != 0) {
            out.extend(names::port(n).map(|why| Cause::raw(format!("{at}.hostPort"), &n.to_string(), why)));
        }
        one_of(text(p, "protocol"), &["SCTP", "TCP", "UDP"], &format!("{at}.protocol"), out);
    }
}

fn env(c: &Value, at: &str, out: &mut Vec<Cause>) {
    for (i, e) in items(&c["env"]).iter().enumerate() {
        let at = format!("{at}.env[{i}]");
        let name = text(e, "name");
        if name.is_empty() {
            out.push(Cause::required(format!("{at}.name"), ""));
        } else {
            out.extend(
                names::env_name(name).into_iter().map(|why| Cause::invalid(format!("{at}.name"), name, why)),
            );
        }
        let from = &e["valueFrom"];
        if from.is_object() && !text(e, "value").is_empty() {
            out.push(Cause::invalid(
                format!("{at}.valueFrom"),
                "",
                "may not be specified when `value` is not empty",
            ));
        }
        if from.is_object() {
            pod_parts::value_from(from, &format!("{at}.valueFrom"), out);
        }
    }
}

fn mounts(c: &Value, at: &str, volumes: &[&str], out: &mut Vec<Cause>) {
    let mut seen: Vec<&str> = Vec::new();
    for (i, m) in items(&c["volumeMounts"]).iter().enumerate() {
        let at = format!("{at}.volumeMounts[{i}]");
        let name = text(m, "name");
        if name.is_empty() {
            out.push(Cause::required(format!("{at}.name"), ""));
        } else if !volumes.contains(&name) {
            out.push(Cause::not_found(format!("{at}.name"), name));
        }
        let path = text(m, "mountPath");
        if path.is_empty() {
            out.push(Cause::required(format!("{at}.mountPath"), ""));
        }
        if seen.contains(&path) {
            out.push(Cause::invalid(format!("{at}.mountPath"), path, "must be unique"));
        }
        seen.push(path);
        pod_parts::relative(text(m, "subPath"), &format!("{at}.subPath"), out);
    }
}

fn resources(value: &Value, at: &str, out: &mut Vec<Cause>) {
    for part in ["limits", "requests"] {
        for (k, v) in json::pairs(&value[part]) {
            pod_parts::resource_name(k, &format!("{at}.{part}[{k}]"), out);
            let amount = v.as_str().and_then(quantity::parse);
            if amount.is_some_and(|a| a.milli < 0) {
                let shown = v.as_str().unwrap_or_default();
                out.push(Cause::invalid(
                    format!("{at}.{part}[{k}]"),
                    shown,
                    "must be greater than or equal to 0",
                ));
            }
        }
    }
    for (k, v) in json::pairs(&value["requests"]) {
        let limit = value["limits"][k].as_str();
        let milli = |t: &str| quantity::parse(t).map(|q| q.milli);
        if let (Some(request), Some(limit)) = (v.as_str(), limit)
            && milli(request) > milli(limit)
        {
            let why = format!("must be less than or equal to {k} limit of {limit}");
            out.push(Cause::invalid(format!("{at}.requests"), request, why));
        }
    }
}

fn probe(p: &Value, at: &str, kind: &str, out: &mut Vec<Cause>) {
    let handlers = ["exec", "httpGet", "tcpSocket", "grpc"].iter().filter(|h| p[**h].is_object()).count();
    match handlers {
        0 => out.push(Cause::required(at, "must specify a handler type")),
        1 => {}
        _ => out.push(Cause::forbidden(at, "may not specify more than 1 handler type")),
    }
    if p["exec"].is_object() && items(&p["exec"]["command"]).is_empty() {
        out.push(Cause::required(format!("{at}.exec.command"), ""));
    }
    if let Some(scheme) = p["httpGet"]["scheme"].as_str() {
        one_of(scheme, &["HTTP", "HTTPS"], &format!("{at}.httpGet.scheme"), out);
    }
    for key in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        not_negative(&p[key], &format!("{at}.{key}"), out);
    }
    if kind != "readinessProbe" && p["successThreshold"].as_i64().unwrap_or(1) != 1 {
        let shown = p["successThreshold"].to_string();
        out.push(Cause::raw(format!("{at}.successThreshold"), &shown, "must be 1"));
    }
    for handler in ["httpGet", "tcpSocket"] {
        let port = &p[handler]["port"];
        let at = format!("{at}.{handler}.port");
        match port {
            Value::Number(n) => {
                out.extend(
                    names::port(n.as_i64().unwrap_or(0)).map(|why| Cause::raw(&at, &n.to_string(), why)),
                );
            }
            Value::String(s) => {
                out.extend(names::port_name(s).into_iter().map(|why| Cause::invalid(&at, s, why)))
            }
            _ => {}
        }
    }
}
