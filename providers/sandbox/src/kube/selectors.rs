//! Label and field selectors: of requests, and of objects that select pods.

use super::label_syntax::{self, Operator};
use super::status::Failure;
use crate::json::{self, text};
use serde_json::Value;

/// One requirement on a label.
#[derive(Clone, Debug)]
enum Need {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
    Greater(String, i64),
    Less(String, i64),
}

/// A label selector of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels(Vec<Need>);

impl Labels {
    /// Reads `a=b,c!=d,e in (f,g),!h,i>1`.
    pub fn parse(selector: &str) -> Result<Labels, Failure> {
        let needs = label_syntax::parse(selector).map_err(Failure::bad_request)?;
        Ok(Labels(needs.into_iter().map(need).collect()))
    }

    pub fn fits(&self, object: &Value) -> bool {
        let labels = &object["metadata"]["labels"];
        let value = |k: &str| labels.get(k).and_then(Value::as_str);
        let number = |k: &str| value(k).and_then(|v| v.parse::<i64>().ok());
        self.0.iter().all(|n| match n {
            Need::In(k, list) => value(k).is_some_and(|v| list.iter().any(|l| l == v)),
            Need::NotIn(k, list) => value(k).is_none_or(|v| !list.iter().any(|l| l == v)),
            Need::Exists(k) => value(k).is_some(),
            Need::Absent(k) => value(k).is_none(),
            Need::Greater(k, n) => number(k).is_some_and(|v| v > *n),
            Need::Less(k, n) => number(k).is_some_and(|v| v < *n),
        })
    }
}

fn need((key, operator, values): label_syntax::Requirement) -> Need {
    let number = values.first().and_then(|value| value.parse().ok()).unwrap_or_default();
    match operator {
        Operator::In | Operator::Equals => Need::In(key, values),
        Operator::NotIn | Operator::NotEquals => Need::NotIn(key, values),
        Operator::Greater => Need::Greater(key, number),
        Operator::Less => Need::Less(key, number),
        Operator::Exists => Need::Exists(key),
        Operator::Absent => Need::Absent(key),
    }
}

/// A field selector: path, value, and whether they must be equal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, String, bool)>);

/// The fields besides metadata.name and metadata.namespace that can be selected by.
const SELECTABLE: &[(&str, &[&str])] = &[
    (
        "pods",
        &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
    ),
    (
        "events",
        &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
    ),
    ("secrets", &["type"]),
    ("namespaces", &["status.phase"]),
    ("nodes", &["spec.unschedulable"]),
    ("jobs", &["status.successful"]),
    ("replicasets", &["status.replicas"]),
    ("services", &["spec.clusterIP", "spec.type"]),
];

/// How a field that cannot be selected by is refused; kinds differ.
fn unknown_field(path: &str, resource: &str, kind: &str) -> String {
    let own = ["deployments", "statefulsets", "replicationcontrollers"];
    if resource == "jobs" {
        format!("field label \"{path}\" not supported for {kind}")
    } else if own.contains(&resource) || SELECTABLE.iter().any(|(r, _)| *r == resource) {
        format!("field label not supported: {path}")
    } else {
        format!("\"{path}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
    }
}

impl Fields {
    /// Reads `metadata.name=a,status.phase!=Running`.
    pub fn parse(selector: &str, resource: &str, kind: &str) -> Result<Fields, Failure> {
        let mut out = Vec::new();
        for part in selector.split(',').filter(|p| !p.is_empty()) {
            let (path, value, equal) = match part.split_once("!=") {
                Some((p, v)) => (p, v, false),
                None => match part.split_once("==").or_else(|| part.split_once('=')) {
                    Some((p, v)) => (p, v, true),
                    None => {
                        let message = format!("invalid selector: '{selector}'; can't understand '{part}'");
                        return Err(Failure::bad_request(message));
                    }
                },
            };
            let known = SELECTABLE.iter().find(|(r, _)| *r == resource).map_or(&[][..], |(_, f)| *f);
            if !matches!(path, "metadata.name" | "metadata.namespace") && !known.contains(&path) {
                return Err(Failure::bad_request(unknown_field(path, resource, kind)));
            }
            out.push((path.to_string(), value.to_string(), equal));
        }
        Ok(Fields(out))
    }

    pub fn fits(&self, object: &Value) -> bool {
        self.0.iter().all(|(path, value, equal)| {
            let found = json::at(object, &path.split('.').collect::<Vec<_>>());
            let shown = match found {
                Value::String(s) => s.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            (shown == *value) == *equal
        })
    }
}

/// Does a LabelSelector (of an object) select these labels? An empty one selects everything.
pub(crate) fn selects(selector: &Value, labels: &Value) -> bool {
    let exact = json::pairs(&selector["matchLabels"]).all(|(k, v)| labels.get(k) == Some(v));
    let listed = |e: &Value| json::items(&e["values"]).contains(&labels[text(e, "key")]);
    let there = |e: &Value| labels.get(text(e, "key")).is_some();
    exact
        && json::items(&selector["matchExpressions"]).iter().all(|e| match text(e, "operator") {
            "In" => there(e) && listed(e),
            "NotIn" => !there(e) || !listed(e),
            "Exists" => there(e),
            "DoesNotExist" => !there(e),
            _ => false,
        })
}
