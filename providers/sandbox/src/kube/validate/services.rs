//! Services and Ingresses.

use super::super::names;
use super::super::status::{Cause, go_quote};
use super::{labels, one_of};
use crate::json::{items, text};
use serde_json::Value;
use std::net::IpAddr;

const KINDS: &[&str] = &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

pub(super) fn service(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    let kind = text(spec, "type");
    let ip = text(spec, "clusterIP");
    if items(&spec["ports"]).is_empty() && ip != "None" && kind != "ExternalName" {
        out.push(Cause::required("spec.ports", ""));
    }
    one_of(kind, KINDS, "spec.type", out);
    if kind == "ExternalName" {
        let name = text(spec, "externalName");
        if name.is_empty() {
            out.push(Cause::required("spec.externalName", ""));
        } else {
            out.extend(
                names::subdomain(name).into_iter().map(|why| Cause::invalid("spec.externalName", name, why)),
            );
        }
    }
    ports(spec, kind, out);
    by_type(spec, kind, ip, out);
    labels(&spec["selector"], "spec.selector", out);
    one_of(text(spec, "sessionAffinity"), &["ClientIP", "None"], "spec.sessionAffinity", out);
    if !matches!(ip, "" | "None") && ip.parse::<IpAddr>().is_err() {
        let why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        out.push(Cause::invalid("spec.clusterIPs[0]", ip, why));
    }
    families(spec, ip, out);
    if let Some(old) = old {
        let was = text(&old["spec"], "clusterIP");
        let leaves = kind == "ExternalName" || text(&old["spec"], "type") == "ExternalName";
        if was != ip && !was.is_empty() && !leaves && (was != "None") {
            let shown = format!("[]string{{{}}}", go_quote(ip));
            out.push(Cause::raw("spec.clusterIPs[0]", &shown, "may not change once set"));
        }
    }
}

/// What only some types may have.
fn by_type(spec: &Value, kind: &str, ip: &str, out: &mut Vec<Cause>) {
    if ip == "None" && matches!(kind, "LoadBalancer" | "NodePort") {
        let why = format!("may not be set to 'None' for {kind} services");
        out.push(Cause::invalid("spec.clusterIPs[0]", "None", why));
    }
    for (i, given) in items(&spec["externalIPs"]).iter().filter_map(Value::as_str).enumerate() {
        if given.parse::<IpAddr>().is_err() {
            let why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            out.push(Cause::invalid(format!("spec.externalIPs[{i}]"), given, why));
        }
    }
    if kind == "LoadBalancer" {
        return;
    }
    let why = "may only be used when `type` is 'LoadBalancer'";
    if !items(&spec["loadBalancerSourceRanges"]).is_empty() {
        out.push(Cause::forbidden("spec.LoadBalancerSourceRanges", why));
    }
    for field in ["allocateLoadBalancerNodePorts", "loadBalancerClass"] {
        if !spec[field].is_null() {
            out.push(Cause::forbidden(format!("spec.{field}"), why));
        }
    }
}

fn families(spec: &Value, ip: &str, out: &mut Vec<Cause>) {
    // A headless service without selector is the one that may name both families on a cluster with one.
    if ip == "None" && !crate::json::truthy(&spec["selector"]) {
        return;
    }
    if text(spec, "ipFamilyPolicy") == "RequireDualStack" {
        let why = "this cluster is not configured for dual-stack services";
        out.push(Cause::invalid("spec.ipFamilyPolicy", "RequireDualStack", why));
    }
    for (i, family) in items(&spec["ipFamilies"]).iter().filter_map(Value::as_str).enumerate() {
        if family == "IPv6" {
            out.push(Cause::invalid(
                format!("spec.ipFamilies[{i}]"),
                family,
                "not configured on this cluster",
            ));
        }
    }
}

fn ports(spec: &Value, kind: &str, out: &mut Vec<Cause>) {
    let all = items(&spec["ports"]);
    for (i, p) in all.iter().enumerate() {
        let at = format!("spec.ports[{i}]");
        let name = text(p, "name");
        if name.is_empty() && all.len() > 1 {
            out.push(Cause::required(format!("{at}.name"), ""));
        } else if !name.is_empty() {
            out.extend(
                names::label(name).into_iter().map(|why| Cause::invalid(format!("{at}.name"), name, why)),
            );
            if all.iter().take(i).any(|o| text(o, "name") == name) {
                out.push(Cause::duplicate(format!("{at}.name"), &go_quote(name)));
            }
        }
        let number = p["port"].as_i64().unwrap_or(0);
        out.extend(names::port(number).map(|why| Cause::raw(format!("{at}.port"), &number.to_string(), why)));
        one_of(text(p, "protocol"), &["SCTP", "TCP", "UDP"], &format!("{at}.protocol"), out);
        target_port(&p["targetPort"], &format!("{at}.targetPort"), out);
        if p["nodePort"].as_i64().unwrap_or(0) != 0 && matches!(kind, "ClusterIP" | "ExternalName") {
            let why = format!("may not be used when `type` is '{kind}'");
            out.push(Cause::forbidden(format!("{at}.nodePort"), why));
        }
    }
    for (i, p) in all.iter().enumerate() {
        let same = |o: &&Value| o["port"] == p["port"] && o["protocol"] == p["protocol"];
        if all.iter().take(i).any(|o| same(&o)) {
            let shown = format!(
                "core.ServicePort{{Name:\"\", Protocol:{}, AppProtocol:(*string)(nil), Port:{}, TargetPort:intstr.IntOrString{{Type:0, IntVal:0, StrVal:\"\"}}, NodePort:0}}",
                go_quote(text(p, "protocol")),
                p["port"]
            );
            out.push(Cause::duplicate(format!("spec.ports[{i}]"), &shown));
        }
    }
}

fn target_port(value: &Value, at: &str, out: &mut Vec<Cause>) {
    match value {
        Value::Number(n) => {
            out.extend(names::port(n.as_i64().unwrap_or(0)).map(|why| Cause::raw(at, &n.to_string(), why)));
        }
        Value::String(s) => out.extend(names::port_name(s).into_iter().map(|why| Cause::invalid(at, s, why))),
        _ => {}
    }
}

pub(super) fn ingress(object: &Value, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    if items(&spec["rules"]).is_empty() && spec["defaultBackend"].is_null() {
        let why = "either `defaultBackend` or `rules` must be specified";
        out.push(Cause::raw("spec", "[]networking.IngressRule(nil)", why));
    }
    if spec["defaultBackend"].is_object() {
        backend(&spec["defaultBackend"], "spec.defaultBackend", out);
    }
    for (i, tls) in items(&spec["tls"]).iter().enumerate() {
        for (j, host) in items(&tls["hosts"]).iter().filter_map(Value::as_str).enumerate() {
            let plain = host.strip_prefix("*.").unwrap_or(host);
            let at = format!("spec.tls[{i}].hosts[{j}]");
            out.extend(names::subdomain(plain).into_iter().map(|why| Cause::invalid(&at, host, why)));
        }
        let secret = text(tls, "secretName");
        if !secret.is_empty() {
            let at = format!("spec.tls[{i}].secretName");
            out.extend(names::subdomain(secret).into_iter().map(|why| Cause::invalid(&at, secret, why)));
        }
    }
    let class = text(spec, "ingressClassName");
    if spec["ingressClassName"].is_string() {
        let odd = names::subdomain(class);
        out.extend(odd.into_iter().map(|why| Cause::invalid("spec.ingressClassName", class, why)));
    }
    for (i, rule) in items(&spec["rules"]).iter().enumerate() {
        let at = format!("spec.rules[{i}]");
        let host = text(rule, "host");
        if host.parse::<IpAddr>().is_ok() {
            out.push(Cause::invalid(format!("{at}.host"), host, "must be a DNS name, not an IP address"));
        } else if !host.is_empty() {
            let plain = host.strip_prefix("*.").unwrap_or(host);
            out.extend(
                names::subdomain(plain)
                    .into_iter()
                    .map(|why| Cause::invalid(format!("{at}.host"), host, why)),
            );
        }
        if !rule["http"].is_object() {
            continue;
        }
        if items(&rule["http"]["paths"]).is_empty() {
            out.push(Cause::required(format!("{at}.http.paths"), ""));
        }
        for (j, path) in items(&rule["http"]["paths"]).iter().enumerate() {
            ingress_path(path, &format!("{at}.http.paths[{j}]"), out);
        }
    }
}

fn ingress_path(path: &Value, at: &str, out: &mut Vec<Cause>) {
    let given = text(path, "path");
    match path["pathType"].as_str() {
        None => {
            out.push(Cause::required(format!("{at}.pathType"), "pathType must be specified"));
        }
        Some("Exact" | "Prefix") => {
            if !given.starts_with('/') {
                out.push(Cause::invalid(format!("{at}.path"), given, "must be an absolute path"));
            }
            odd_path(given, &format!("{at}.path"), out);
        }
        Some("ImplementationSpecific") => {
            if !given.is_empty() && !given.starts_with('/') {
                out.push(Cause::invalid(format!("{at}.path"), given, "must be an absolute path"));
            }
        }
        Some(odd) => {
            let known = ["Exact", "ImplementationSpecific", "Prefix"];
            out.push(Cause::unsupported(format!("{at}.pathType"), &go_quote(odd), &known));
        }
    }
    backend(&path["backend"], &format!("{at}.backend"), out);
}

/// Parts that a path matched step by step may not have.
fn odd_path(given: &str, at: &str, out: &mut Vec<Cause>) {
    for part in ["//", "/./", "/../", "%2f", "%2F"] {
        if given.contains(part) {
            out.push(Cause::invalid(at, given, format!("must not contain '{part}'")));
        }
    }
    for end in ["/..", "/."] {
        if given.ends_with(end) {
            out.push(Cause::invalid(at, given, format!("cannot end with '{end}'")));
        }
    }
}

fn backend(value: &Value, at: &str, out: &mut Vec<Cause>) {
    let (service, resource) = (&value["service"], &value["resource"]);
    if resource.is_object() && service.is_object() {
        out.push(Cause::raw(at, "\"\"", "cannot set both resource and service backends"));
    } else if service.is_object() {
        let name = text(service, "name");
        if name.is_empty() {
            out.push(Cause::required(format!("{at}.service.name"), ""));
        } else {
            let at = format!("{at}.service.name");
            out.extend(names::label_1035(name).into_iter().map(|why| Cause::invalid(&at, name, why)));
        }
        let (port, number) =
            (text(&service["port"], "name"), service["port"]["number"].as_i64().unwrap_or(0));
        match (port.is_empty(), number) {
            (true, 0) => out.push(Cause::required(at, "port name or number is required")),
            (false, n) if n != 0 => {
                out.push(Cause::raw(at, "\"\"", "cannot set both port name & port number"))
            }
            (true, n) => out.extend(
                names::port(n)
                    .map(|why| Cause::raw(format!("{at}.service.port.number"), &n.to_string(), why)),
            ),
            (false, _) => {
                let at = format!("{at}.service.port.name");
                out.extend(names::port_name(port).into_iter().map(|why| Cause::invalid(&at, port, why)));
            }
        }
    } else if !resource.is_object() {
        out.push(Cause::required(at, "service or resource backend is required"));
    }
}
