//! What a `kubernetes_manifest` says about how it is applied.

use std::time::Duration;

use ordain_diag::{AttributeStep, Diagnostic, Diagnostics, codes};
use ordain_sdk::duration_of;
use ordain_value::{Path, Value};

use super::morph::steps;

/// Takes part in every call: who applies, and what the cluster may decide.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) manager: String,
    pub(crate) force: bool,
    /// Parts that the cluster may change.
    pub(crate) computed: Vec<Path>,
}

fn first<'v>(value: &'v Value, block: &str) -> Option<&'v Value> {
    value.get(block)?.as_items()?.first()
}

impl Settings {
    /// What an object (configured or planned) says.
    pub(crate) fn of(object: &Value) -> (Settings, Diagnostics) {
        let mut found = Diagnostics::new();
        let block = first(object, "field_manager");
        let manager =
            block.and_then(|block| block.get("name")).and_then(Value::as_str).unwrap_or("Terraform");
        let force = block.and_then(|block| block.get("force_conflicts")).and_then(Value::as_bool);
        let computed = match object.get("computed_fields").and_then(Value::as_items) {
            Some(fields) => {
                let mut paths = Vec::new();
                for text in fields.iter().filter_map(Value::as_str) {
                    match field_path(text) {
                        Some(path) => paths.push(path),
                        None => {
                            let detail = format!("invalid field path {text:?}");
                            let summary =
                                format!("[computed_fields] cannot parse field path element: {text}");
                            found.push(Diagnostic::error(codes::provider::PROVIDER_CONFIG, summary, detail));
                        }
                    }
                }
                paths
            }
            None => vec![
                Path::root().attr("metadata").attr("annotations"),
                Path::root().attr("metadata").attr("labels"),
            ],
        };
        (Settings { manager: manager.to_owned(), force: force.unwrap_or(false), computed }, found)
    }
}

/// How long an operation may take.
pub(crate) fn timeout(object: &Value, operation: &str) -> Duration {
    let text = first(object, "timeouts").and_then(|block| block.get(operation)).and_then(Value::as_str);
    text.and_then(duration_of).unwrap_or(Duration::from_secs(600))
}

/// A path as configuration writes it: `spec.ports[0].port`, `metadata.annotations["a/b"]`.
pub(crate) fn field_path(text: &str) -> Option<Path> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    };
    let mut path = Path::root();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            if path.0.is_empty() {
                return None;
            }
            let after = if let Some(quoted) = inner.strip_prefix('"') {
                let (key, after) = quoted.split_once('"')?;
                path = path.index(key);
                after
            } else {
                let end = inner.find(']')?;
                path = path.index(inner.get(..end)?.trim().parse::<i64>().ok()?);
                inner.get(end..)?
            };
            rest = after.strip_prefix(']')?;
            continue;
        }
        if !path.0.is_empty() {
            rest = rest.strip_prefix('.')?;
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if !is_name(name) {
            return None;
        }
        path = path.attr(name);
        rest = after;
    }
    (!path.0.is_empty()).then_some(path)
}

/// Checks a configuration without asking the cluster.
pub(crate) fn validate(config: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut error = |path: Path, summary: &str, detail: String| {
        let error = Diagnostic::error(codes::provider::PROVIDER_CONFIG, summary, detail);
        found.push(error.with_attribute(steps(&path)));
    };
    let at = Path::root().attr("manifest");
    match config.get("manifest") {
        Some(manifest) if manifest.is_known() && !manifest.is_null() => match manifest.as_members() {
            Some(members) => {
                for key in ["apiVersion", "kind", "metadata"].iter().filter(|key| !members.contains_key(key))
                {
                    let detail = format!("'{key}' attribute key is missing from manifest configuration");
                    error(at.attr(*key), "Attribute key missing from \"manifest\" value", detail);
                }
                if members.contains_key("status") {
                    let detail = "'status' attribute key is not allowed in manifest configuration".to_owned();
                    error(at.attr("status"), "Forbidden attribute key in \"manifest\" value", detail);
                }
            }
            None => {
                let detail = format!("The manifest must be an object, not {}.", manifest.ty().friendly());
                let summary = "Failed to extract \"manifest\" attribute value from resource configuration";
                error(at, summary, detail);
            }
        },
        _ => {}
    }
    for operation in ["create", "update", "delete"] {
        let text = first(config, "timeouts").and_then(|block| block.get(operation)).and_then(Value::as_str);
        if let Some(text) = text.filter(|text| !text.is_empty() && duration_of(text).is_none()) {
            let summary = format!("Error parsing timeout for {operation:?}");
            let path = Path::root().attr("timeouts").attr(operation);
            error(path, &summary, format!("time: invalid duration {text:?}"));
        }
    }
    if let Some(wait) = first(config, "wait").and_then(Value::as_members) {
        let set = |value: &Value| !value.is_null() && value.as_items().is_none_or(|items| !items.is_empty());
        let given: Vec<&str> = wait.iter().filter(|(_, value)| set(value)).map(|(name, _)| &**name).collect();
        if given.len() > 1 {
            let detail = format!("You may only set one of {:?}.", given.join("\", \""));
            error(Path::root().attr("wait"), "Invalid wait configuration", detail.replace("\\\"", "\""));
        }
    }
    if config.get("wait_for").is_some_and(|value| !value.is_null()) {
        let detail = "The \"wait_for\" attribute has been deprecated. Please use the \"wait\" block instead."
            .to_owned();
        let warning = Diagnostic::warning(codes::provider::PROVIDER_CONFIG, "Deprecated Attribute", detail);
        found.push(warning.with_attribute(vec![AttributeStep::Name("wait_for".to_owned())]));
    }
    found
}
