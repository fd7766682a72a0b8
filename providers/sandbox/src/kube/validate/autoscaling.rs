//! HorizontalPodAutoscalers.

use super::super::names;
use super::super::quantity;
use super::super::status::Cause;
use super::one_of;
use crate::json::{items, text};
use serde_json::Value;

pub(super) fn autoscaler(object: &Value, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    let (min, max) = (spec["minReplicas"].as_i64().unwrap_or(1), spec["maxReplicas"].as_i64().unwrap_or(0));
    let scales_to_zero =
        items(&spec["metrics"]).iter().any(|m| matches!(text(m, "type"), "Object" | "External"));
    if min < 1 {
        out.push(Cause::raw("spec.minReplicas", &min.to_string(), "must be greater than or equal to 1"));
    }
    if max < 1 {
        out.push(Cause::raw("spec.maxReplicas", &max.to_string(), "must be greater than 0"));
    }
    if max < min {
        let why = "must be greater than or equal to `minReplicas`";
        out.push(Cause::raw("spec.maxReplicas", &max.to_string(), why));
    }
    reference(&spec["scaleTargetRef"], "spec.scaleTargetRef", out);
    for (i, metric) in items(&spec["metrics"]).iter().enumerate() {
        metric_spec(metric, &format!("spec.metrics[{i}]"), out);
    }
    if min == 0 && !scales_to_zero {
        let why = "must specify at least one Object or External metric to support scaling to zero replicas";
        out.push(Cause::forbidden("spec.metrics", why));
    }
    for direction in ["scaleUp", "scaleDown"] {
        if spec["behavior"][direction].is_object() {
            rules(&spec["behavior"][direction], &format!("spec.behavior.{direction}"), out);
        }
    }
}

fn reference(value: &Value, at: &str, out: &mut Vec<Cause>) {
    for key in ["kind", "name"] {
        let given = text(value, key);
        let at = format!("{at}.{key}");
        if given.is_empty() {
            out.push(Cause::required(at, ""));
        } else {
            out.extend(names::path_segment(given).into_iter().map(|why| Cause::invalid(&at, given, why)));
        }
    }
}

/// The sources of metrics: type, field, and whether the metric is named by `metric.name`.
const SOURCES: &[(&str, &str, bool)] = &[
    ("ContainerResource", "containerResource", false),
    ("External", "external", true),
    ("Object", "object", true),
    ("Pods", "pods", true),
    ("Resource", "resource", false),
];

fn metric_spec(metric: &Value, at: &str, out: &mut Vec<Cause>) {
    let kind = text(metric, "type");
    if kind.is_empty() {
        out.push(Cause::required(format!("{at}.type"), "must specify a metric source type"));
    }
    let known: Vec<&str> = SOURCES.iter().map(|(kind, ..)| *kind).collect();
    one_of(kind, &known, &format!("{at}.type"), out);
    // The order in which the sources are looked at; only the first one is judged.
    let order = ["object", "external", "pods", "resource", "containerResource"];
    let present: Vec<&str> = order.into_iter().filter(|field| metric[*field].is_object()).collect();
    if let Some(field) = present.first() {
        let named = SOURCES.iter().any(|(_, source, named)| source == field && *named);
        source(&metric[*field], field, named, &format!("{at}.{field}"), out);
    }
    let expected = SOURCES.iter().find(|(name, ..)| *name == kind).map_or("", |(_, field, _)| *field);
    if !expected.is_empty() && !present.contains(&expected) {
        out.push(Cause::required(
            format!("{at}.{expected}"),
            "must populate information for the given metric source",
        ));
    }
    if present.len() != 1 {
        for field in present.into_iter().filter(|field| *field != expected) {
            out.push(Cause::forbidden(format!("{at}.{field}"), "must populate the given metric source only"));
        }
    }
}

fn source(value: &Value, field: &str, named: bool, at: &str, out: &mut Vec<Cause>) {
    if field == "object" {
        reference(&value["describedObject"], &format!("{at}.describedObject"), out);
    }
    let (name, name_at, what) = if named {
        (text(&value["metric"], "name"), format!("{at}.metric.name"), "must specify a metric name")
    } else {
        (text(value, "name"), format!("{at}.name"), "must specify a resource name")
    };
    if field == "containerResource" && text(value, "container").is_empty() {
        out.push(Cause::required(format!("{at}.container"), "must specify a container"));
    }
    if name.is_empty() {
        out.push(Cause::required(name_at, what));
    } else if named {
        out.extend(names::path_segment(name).into_iter().map(|why| Cause::invalid(&name_at, name, why)));
    }
    let target = &value["target"];
    let at = format!("{at}.target");
    target_of(target, &at, out);
    let (value, average) = (!target["value"].is_null(), !target["averageValue"].is_null());
    let utilization = !target["averageUtilization"].is_null();
    match field {
        "pods" if !average => {
            out.push(Cause::required(
                format!("{at}.averageValue"),
                "must specify a positive target averageValue",
            ));
        }
        "external" if value && average => {
            let why = "may not set both a target value for metric and a per-pod target";
            out.push(Cause::forbidden(format!("{at}.value"), why));
        }
        "object" | "external" if !value && !average => {
            let why = "must set either a target value for metric or a per-pod target";
            out.push(Cause::required(format!("{at}.averageValue"), why));
        }
        "resource" | "containerResource" if !utilization && !average => {
            let why = "must set either a target raw value or a target utilization";
            out.push(Cause::required(format!("{at}.averageUtilization"), why));
        }
        "resource" | "containerResource" if utilization && average => {
            let why = "may not set both a target raw value and a target utilization";
            out.push(Cause::forbidden(format!("{at}.averageValue"), why));
        }
        _ => {}
    }
}

fn target_of(target: &Value, at: &str, out: &mut Vec<Cause>) {
    match text(target, "type") {
        "" => out.push(Cause::required(format!("{at}.type"), "must specify a metric target type")),
        "Utilization" | "Value" | "AverageValue" => {}
        odd => {
            let why = "must be either Utilization, Value, or AverageValue";
            out.push(Cause::invalid(format!("{at}.type"), odd, why));
        }
    }
    for key in ["value", "averageValue"] {
        if let Some(given) = target[key].as_str()
            && quantity::parse(given).is_some_and(|q| q.milli <= 0)
        {
            out.push(Cause::invalid(format!("{at}.{key}"), given, "must be positive"));
        }
    }
    if let Some(percent) = target["averageUtilization"].as_i64().filter(|n| *n < 1) {
        let at = format!("{at}.averageUtilization");
        out.push(Cause::raw(at, &percent.to_string(), "must be greater than 0"));
    }
}

/// The longest window and period, in seconds.
const LONGEST_WINDOW: i64 = 3600;
const LONGEST_PERIOD: i64 = 1800;

fn rules(value: &Value, at: &str, out: &mut Vec<Cause>) {
    let number = |field: String, n: i64, why: String| Cause::raw(field, &n.to_string(), why);
    if let Some(window) = value["stabilizationWindowSeconds"].as_i64() {
        let at = format!("{at}.stabilizationWindowSeconds");
        if window < 0 {
            out.push(number(at.clone(), window, "must be greater than or equal to zero".into()));
        }
        if window > LONGEST_WINDOW {
            out.push(number(at, window, format!("must be less than or equal to {LONGEST_WINDOW}")));
        }
    }
    if let Some(policy) = value["selectPolicy"].as_str() {
        one_of(policy, &["Disabled", "Max", "Min"], &format!("{at}.selectPolicy"), out);
    }
    let policies = items(&value["policies"]);
    if policies.is_empty() {
        out.push(Cause::required(format!("{at}.policies"), "must specify at least one Policy"));
    }
    for (i, policy) in policies.iter().enumerate() {
        let at = format!("{at}.policies[{i}]");
        one_of(text(policy, "type"), &["Percent", "Pods"], &format!("{at}.type"), out);
        let (amount, period) =
            (policy["value"].as_i64().unwrap_or(0), policy["periodSeconds"].as_i64().unwrap_or(0));
        if amount <= 0 {
            out.push(number(format!("{at}.value"), amount, "must be greater than zero".into()));
        }
        if period <= 0 {
            out.push(number(format!("{at}.periodSeconds"), period, "must be greater than zero".into()));
        }
        if period > LONGEST_PERIOD {
            let why = format!("must be less than or equal to {LONGEST_PERIOD}");
            out.push(number(format!("{at}.periodSeconds"), period, why));
        }
    }
}
