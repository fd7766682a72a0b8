//! What a configuration may not say, in the words of the real provider.

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_gostd::parse_duration;
use ordain_value::Value;

fn refuse(found: &mut Diagnostics, summary: &str, detail: String) {
    found.push(Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail));
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The provider's own block.
pub(crate) fn provider(config: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    let driver = text(config, "helm_driver");
    if !["", "memory", "configmap", "secret", "sql"].contains(&driver) {
        let one_of = "value must be one of: [\"memory\" \"configmap\" \"secret\" \"sql\"]";
        let detail = format!("Attribute helm_driver {one_of}, got: {driver:?}");
        refuse(&mut found, "Invalid Attribute Value Match", detail);
    }
    let kubernetes = config.get("kubernetes");
    let given = |name: &str| kubernetes.and_then(|k| k.get(name)).is_some_and(|v| !v.is_null());
    if given("config_path") && given("config_paths") {
        let detail = "Attribute \"kubernetes.config_paths\" cannot be specified when \"kubernetes.config_path\" is specified";
        refuse(&mut found, "Invalid Attribute Combination", detail.into());
    }
    found
}

/// A `helm_release`.
pub(crate) fn release(config: &Value) -> Diagnostics {
    let mut found = entries(config);
    let name = config.get("name").and_then(Value::as_str).unwrap_or("-");
    if !(1..=53).contains(&name.len()) {
        let detail = format!("Attribute name string length must be between 1 and 53, got: {}", name.len());
        refuse(&mut found, "Invalid Attribute Value Length", detail);
    }
    let revision =
        config.get("set_wo_revision").and_then(Value::as_number).and_then(ordain_value::Number::as_i64);
    if let Some(revision) = revision.filter(|revision| *revision < 1) {
        let detail = format!("Attribute set_wo_revision value must be at least 1, got: {revision}");
        refuse(&mut found, "Invalid Attribute Value", detail);
    }
    found
}

/// What a release and a template have in common: entries of `set` have one of a few types, times are durations.
pub(crate) fn entries(config: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    for (attribute, known) in [
        ("set", "\"auto\" \"string\" \"literal\""),
        ("set_sensitive", "\"auto\" \"string\" \"literal\""),
        ("set_wo", "\"auto\" \"string\""),
    ] {
        let items = config.get(attribute).and_then(Value::as_items).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            let given = text(item, "type");
            if !given.is_empty() && !known.contains(&format!("\"{given}\"")) {
                let place = format!("Attribute {attribute}[{index}].type value must be one of");
                refuse(
                    &mut found,
                    "Invalid Attribute Value Match",
                    format!("{place}: [{known}], got: {given:?}"),
                );
            }
        }
    }
    for operation in ["create", "read", "update", "delete"] {
        let given = config.get("timeouts").map_or("", |timeouts| text(timeouts, operation));
        if !given.is_empty() && parse_duration(given).is_err() {
            let wanted = "must be a string containing a sequence of decimal numbers, each with optional fraction and a unit suffix, such as \"300ms\", \"-1.5h\" or \"2h45m\". Valid time units are \"ns\", \"us\" (or \"µs\"), \"ms\", \"s\", \"m\", \"h\".";
            refuse(&mut found, "Invalid Attribute Value Time Duration", format!("{given:?} {wanted}"));
        }
    }
    found
}
