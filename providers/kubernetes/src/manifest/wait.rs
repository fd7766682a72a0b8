//! Waiting for an applied object.

use std::time::{Duration, Instant};

use ordain_kube::{Client, ObjectRef, Readiness, field, readiness};
use ordain_value::{Kind, Path, Value};
use regex::Regex;
use serde_json::Value as Json;

use super::morph::at;
use super::payload::from_json;
use super::settings::field_path;
use super::shape::Shape;
use crate::failure::said;

/// What is waited for.
#[derive(Debug)]
enum Wanted {
    Rollout,
    /// Types and status of conditions.
    Conditions(Vec<(String, String)>),
    /// Parts and the pattern that each must match.
    Fields(Vec<(Path, Regex)>),
}

/// How waiting ended, when it did not end well.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Too late; says what was waited for.
    Late(&'static str),
    /// Waiting is of no use.
    Failed(String),
}

/// What a planned object asks for, if anything.
fn wanted(planned: &Value) -> Result<Option<Wanted>, String> {
    let block = planned.get("wait").and_then(Value::as_items).and_then(<[Value]>::first);
    let deprecated = planned.get("wait_for").filter(|value| !value.is_null());
    let Some(block) = deprecated.or(block) else { return Ok(None) };
    if block.get("rollout").and_then(Value::as_bool) == Some(true) {
        return Ok(Some(Wanted::Rollout));
    }
    let conditions = block.get("condition").and_then(Value::as_items).unwrap_or_default();
    if !conditions.is_empty() {
        let text = |condition: &Value, name: &str| {
            condition.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let conditions =
            conditions.iter().map(|condition| (text(condition, "type"), text(condition, "status")));
        return Ok(Some(Wanted::Conditions(conditions.collect())));
    }
    let fields = block.get("fields").and_then(Value::as_members);
    let Some(fields) = fields else { return Ok(None) };
    let mut out = Vec::new();
    for (path, pattern) in fields {
        let pattern = pattern.as_str().unwrap_or_default();
        // A star alone asks that the field is there.
        let regex = Regex::new(if pattern == "*" { "(.*)?" } else { pattern });
        let regex = regex.map_err(|_| format!("invalid regular expression: {pattern:?}"))?;
        out.push((field_path(path).ok_or_else(|| format!("invalid field path {path:?}"))?, regex));
    }
    Ok(Some(Wanted::Fields(out)))
}

/// Waits as a planned object asks; says whether there was anything to wait for.
pub(crate) async fn wait(
    client: &Client,
    place: &ObjectRef,
    planned: &Value,
    shape: &Shape,
    timeout: Duration,
) -> Result<bool, Ended> {
    let Some(wanted) = wanted(planned).map_err(Ended::Failed)? else { return Ok(false) };
    let start = Instant::now();
    loop {
        if start.elapsed() > timeout {
            return Err(Ended::Late(match wanted {
                Wanted::Rollout => "rollout to complete",
                Wanted::Conditions(_) => "conditions",
                Wanted::Fields(_) => "field matchers",
            }));
        }
        let object = client.get(place).await.map_err(|error| Ended::Failed(said(&error)))?;
        if done(&wanted, &object, shape).map_err(Ended::Failed)? {
            return Ok(true);
        }
        if !client.cancel().sleep(Duration::from_millis(500)).await {
            return Err(Ended::Failed("interrupted".to_owned()));
        }
    }
}

fn done(wanted: &Wanted, object: &Json, shape: &Shape) -> Result<bool, String> {
    match wanted {
        Wanted::Rollout => match field(object, "/kind").as_str().unwrap_or_default() {
            "Deployment" | "StatefulSet" | "DaemonSet" => match readiness(object) {
                Readiness::Ready => Ok(true),
                Readiness::Waiting(_) => Ok(false),
                Readiness::Failed(text) => Err(format!("error getting resource status: {text}")),
            },
            other => Err(format!(
                "error getting resource status: no status viewer has been implemented for {other}"
            )),
        },
        Wanted::Conditions(wanted) => {
            let conditions = field(object, "/status/conditions").as_array();
            let met = |kind: &String, status: &String| {
                let found =
                    conditions.into_iter().flatten().find(|found| field(found, "/type") == kind.as_str());
                found.is_some_and(|found| field(found, "/status") == status.as_str())
            };
            Ok(conditions.is_some_and(|all| !all.is_empty())
                && wanted.iter().all(|(kind, status)| met(kind, status)))
        }
        Wanted::Fields(fields) => {
            let mut object = object.clone();
            if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
                metadata.remove("managedFields");
            }
            let value = from_json(&object, shape)?;
            for (path, pattern) in fields {
                let Some(part) = at(&value, path) else { return Ok(false) };
                let text = match part.kind() {
                    Kind::Null(_) | Kind::Unknown(_) => String::new(),
                    Kind::String(text) => text.to_string(),
                    Kind::Bool(flag) => flag.to_string(),
                    Kind::Number(number) => number.to_string(),
                    _ => return Err(format!("wait_for: cannot match on type {:?}", part.ty().friendly())),
                };
                if !pattern.is_match(&text) {
                    return Ok(false);
                }
            }
            Ok(true)
        }
    }
}
