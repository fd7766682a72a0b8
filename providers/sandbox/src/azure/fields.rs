//! Which body fields the container service knows, with types and enum values (ContainerService 2025-07-01).

use super::failure::Failure;
use crate::json::pairs;
use serde_json::Value;
use std::sync::LazyLock;

static FIELDS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("arm_fields.json")).unwrap_or(Value::Null));

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn mismatch(want: &str, got: &str, at: &str) -> Failure {
    let message = format!(
        "UnmarshalEntity encountered error: json: cannot unmarshal {got} into Go struct field {at} of type {want}."
    );
    Failure::service(400, "UnmarshalError", message)
}

/// Refuses unknown and ill-typed properties, as the service's decoder does.
///
/// `typ` is written as in `arm_fields.json`: `!` at the end is required, `[` a list of, `{` a map of, `=` an enum.
pub(crate) fn check(package: &str, typ: &str, value: &Value, path: &str) -> Result<(), Failure> {
    if value.is_null() {
        return Ok(());
    }
    let (t, at, kind) = (typ.trim_end_matches('!'), path.trim_start_matches('.'), kind(value));
    let want = |wanted: &str, name: &str| if kind == wanted { Ok(()) } else { Err(mismatch(name, kind, at)) };
    if let Some(element) = t.strip_prefix('[') {
        want("array", "slice")?;
        return value.as_array().into_iter().flatten().try_for_each(|x| check(package, element, x, path));
    }
    if let Some(element) = t.strip_prefix('{') {
        want("object", "map")?;
        return pairs(value).try_for_each(|(k, x)| check(package, element, x, &format!("{path}.{k}")));
    }
    if let Some(name) = t.strip_prefix('=') {
        want("string", "string")?;
        return check_enum(package, name, value, at);
    }
    match t {
        "any" => Ok(()),
        "string" | "bool" => want(t, t),
        "int" if value.is_number() && value.as_i64().is_none() => Err(mismatch("int32", kind, at)),
        "int" => want("number", "int32"),
        "number" => want("number", "float64"),
        "Identity" => check_identity(value).and_then(|()| want("object", "object")),
        _ => want("object", t).and_then(|()| check_object(package, t, value, path)),
    }
}

fn check_enum(package: &str, name: &str, value: &Value, at: &str) -> Result<(), Failure> {
    let given = value.as_str().unwrap_or_default();
    let known: Vec<&str> =
        FIELDS[package]["enums"][name].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if given.is_empty() || known.iter().any(|k| k.eq_ignore_ascii_case(given)) {
        return Ok(());
    }
    let message = format!(
        "The value of parameter {at} is invalid. Error details: invalid value '{given}', supported values: {}. Please see https://aka.ms/aks-naming-rules for more details.",
        known.join(", ")
    );
    Err(Failure::parameter(at, message))
}

fn check_identity(value: &Value) -> Result<(), Failure> {
    for (k, _) in pairs(value) {
        if !["type", "principalId", "tenantId", "userAssignedIdentities"].contains(&k.as_str()) {
            let message = format!(
                "The request content was invalid and could not be deserialized: 'Could not find member '{k}' on object of type 'ResourceIdentity'.'."
            );
            return Err(Failure::arm(400, "InvalidRequestContent", message));
        }
    }
    let kind = value["type"].as_str().unwrap_or("None");
    if ["None", "SystemAssigned", "UserAssigned"].contains(&kind) && value["type"].is_string() {
        return Ok(());
    }
    Err(Failure::arm(400, "InvalidIdentityType", format!("The identity type '{kind}' is not supported.")))
}

fn check_object(package: &str, typ: &str, value: &Value, path: &str) -> Result<(), Failure> {
    let fields = &FIELDS[package]["types"][typ];
    for (k, x) in pairs(value) {
        let Some(field) = fields.get(k).and_then(Value::as_str) else {
            let message = format!("UnmarshalEntity encountered error: json: unknown field \"{k}\".");
            return Err(Failure::service(400, "UnmarshalError", message));
        };
        check(package, field, x, &format!("{path}.{k}"))?;
    }
    for (k, field) in pairs(fields) {
        if field.as_str().is_some_and(|f| f.ends_with('!')) && value.get(k).is_none_or(Value::is_null) {
            let at = format!("{path}.{k}");
            let at = at.trim_start_matches('.');
            return Err(Failure::parameter(at, format!("Required parameter {at} is missing (null).")));
        }
    }
    Ok(())
}

/// Refuses tags that Resource Manager refuses.
pub(crate) fn check_tags(tags: &Value) -> Result<(), Failure> {
    let invalid =
        "The request content was invalid and could not be deserialized: 'tags must be a map of strings'.";
    match tags {
        Value::Null => return Ok(()),
        Value::Object(map) if map.values().all(Value::is_string) => {}
        _ => return Err(Failure::arm(400, "InvalidRequestContent", invalid)),
    }
    if pairs(tags).count() > 50 {
        return Err(Failure::arm(
            400,
            "TooManyTags",
            "The maximum number of tags permitted on a resource is '50'.",
        ));
    }
    for (k, v) in pairs(tags) {
        if k.chars().count() > 512 {
            let message = format!("The tag name '{k}' exceeds the maximum length '512'.");
            return Err(Failure::arm(400, "InvalidTagNameLength", message));
        }
        let v = v.as_str().unwrap_or_default();
        if v.chars().count() > 256 {
            let message = format!(
                "Tag value too large. Following tag value '{v}' exceeded the maximum length. Maximum allowed length for tag value - '256' characters."
            );
            return Err(Failure::arm(400, "InvalidTagValueLength", message));
        }
    }
    Ok(())
}
