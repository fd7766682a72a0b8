//! Endpoints, EndpointSlices, Events and webhook configurations.

use super::super::names;
use super::super::status::{Cause, go_quote};
use super::one_of;
use crate::json::{items, text};
use serde_json::Value;
use std::net::IpAddr;

const ADDRESS_WORDS: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

pub(super) fn endpoint_slice(object: &Value, out: &mut Vec<Cause>) {
    let kind = text(object, "addressType");
    if kind.is_empty() {
        out.push(Cause::required("addressType", ""));
    } else {
        one_of(kind, &["FQDN", "IPv4", "IPv6"], "addressType", out);
    }
    for (i, endpoint) in items(&object["endpoints"]).iter().enumerate() {
        let at = format!("endpoints[{i}].addresses");
        let addresses = items(&endpoint["addresses"]);
        if addresses.is_empty() {
            out.push(Cause::required(&at, "must contain at least 1 address"));
        }
        for (j, address) in addresses.iter().filter_map(Value::as_str).enumerate() {
            let at = format!("{at}[{j}]");
            let parsed = address.parse::<IpAddr>();
            match (kind, parsed) {
                ("FQDN", _) => {
                    out.extend(
                        names::subdomain(address).into_iter().map(|why| Cause::invalid(&at, address, why)),
                    );
                }
                ("IPv4" | "IPv6", Err(_)) => out.push(Cause::invalid(&at, address, ADDRESS_WORDS)),
                ("IPv4", Ok(IpAddr::V6(_))) => {
                    out.push(Cause::invalid(&at, address, "must be an IPv4 address"));
                }
                ("IPv6", Ok(IpAddr::V4(_))) => {
                    out.push(Cause::invalid(&at, address, "must be an IPv6 address"));
                }
                _ => {}
            }
        }
    }
    let mut seen: Vec<&str> = Vec::new();
    for (i, port) in items(&object["ports"]).iter().enumerate() {
        let name = text(port, "name");
        let at = format!("ports[{i}]");
        if !name.is_empty() {
            let at = format!("{at}.name");
            out.extend(names::label(name).into_iter().map(|why| Cause::invalid(&at, name, why)));
        }
        if seen.contains(&name) {
            out.push(Cause::duplicate(format!("{at}.name"), &go_quote(name)));
        }
        seen.push(name);
        let protocol = text(port, "protocol");
        if !protocol.is_empty() {
            one_of(protocol, &["SCTP", "TCP", "UDP"], &format!("{at}.protocol"), out);
        }
    }
}

pub(super) fn endpoints(object: &Value, out: &mut Vec<Cause>) {
    for (i, subset) in items(&object["subsets"]).iter().enumerate() {
        let at = format!("subsets[{i}]");
        let none = ["addresses", "notReadyAddresses"].iter().all(|key| items(&subset[*key]).is_empty());
        if none {
            out.push(Cause::required(&at, "must specify `addresses` or `notReadyAddresses`"));
        }
        for key in ["addresses", "notReadyAddresses"] {
            for (j, address) in items(&subset[key]).iter().enumerate() {
                let ip = text(address, "ip");
                if ip.parse::<IpAddr>().is_err() {
                    out.push(Cause::invalid(format!("{at}.{key}[{j}].ip"), ip, ADDRESS_WORDS));
                }
            }
        }
        let ports = items(&subset["ports"]);
        for (j, port) in ports.iter().enumerate() {
            let at = format!("{at}.ports[{j}]");
            let (name, number) = (text(port, "name"), port["port"].as_i64().unwrap_or(0));
            if name.is_empty() && ports.len() > 1 {
                out.push(Cause::required(format!("{at}.name"), ""));
            } else if !name.is_empty() {
                let at = format!("{at}.name");
                out.extend(names::label(name).into_iter().map(|why| Cause::invalid(&at, name, why)));
            }
            out.extend(
                names::port(number).map(|why| Cause::raw(format!("{at}.port"), &number.to_string(), why)),
            );
            one_of(text(port, "protocol"), &["SCTP", "TCP", "UDP"], &format!("{at}.protocol"), out);
        }
    }
}

pub(super) fn event(object: &Value, out: &mut Vec<Cause>) {
    let involved = text(&object["involvedObject"], "namespace");
    let own = text(&object["metadata"], "namespace");
    // What has no namespace is told of in the default one.
    let expected = if involved.is_empty() { "default" } else { involved };
    if own != expected {
        out.push(Cause::invalid("involvedObject.namespace", involved, "does not match event.namespace"));
    }
}

pub(super) fn webhooks(object: &Value, out: &mut Vec<Cause>) {
    let mut seen: Vec<&str> = Vec::new();
    for (i, hook) in items(&object["webhooks"]).iter().enumerate() {
        let at = format!("webhooks[{i}]");
        let name = text(hook, "name");
        if seen.contains(&name) {
            out.push(Cause::duplicate(format!("{at}.name"), &go_quote(name)));
        }
        seen.push(name);
        let odd = names::subdomain(name);
        if name.is_empty() {
            out.push(Cause::required(format!("{at}.name"), ""));
        } else if !odd.is_empty() {
            out.extend(odd.into_iter().map(|why| Cause::invalid(format!("{at}.name"), name, why)));
        } else if name.split('.').count() < 3 {
            let why = "should be a domain with at least three segments separated by dots";
            out.push(Cause::invalid(format!("{at}.name"), name, why));
        }
        if items(&hook["admissionReviewVersions"]).is_empty() {
            let why = "must specify one of v1, v1beta1";
            out.push(Cause::required(format!("{at}.admissionReviewVersions"), why));
        }
        match hook["sideEffects"].as_str() {
            None | Some("") => {
                out.push(Cause::required(
                    format!("{at}.sideEffects"),
                    "must specify one of None, NoneOnDryRun",
                ));
            }
            Some(given) => one_of(given, &["None", "NoneOnDryRun"], &format!("{at}.sideEffects"), out),
        }
        if let Some(seconds) = hook["timeoutSeconds"].as_i64().filter(|n| !(1..=30).contains(n)) {
            let why = "the timeout value must be between 1 and 30 seconds";
            out.push(Cause::raw(format!("{at}.timeoutSeconds"), &seconds.to_string(), why));
        }
        let (url, service) = (&hook["clientConfig"]["url"], &hook["clientConfig"]["service"]);
        if url.is_string() == service.is_object() {
            let why = "exactly one of url or service is required";
            out.push(Cause::required(format!("{at}.clientConfig"), why));
        } else if service.is_object() {
            for key in ["namespace", "name"] {
                if text(service, key).is_empty() {
                    let what = format!("service {key} is required");
                    out.push(Cause::required(format!("{at}.clientConfig.service.{key}"), &what));
                }
            }
        }
    }
}
