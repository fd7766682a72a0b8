//! `json.match_schema` and `json.verify_schema`.

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;
use serde_json::Value as Json;

pub(super) const ROWS: &[Row] = &[
    (
        "json.match_schema",
        "(any<string, object[any: any]>, any<string, object[any: any]>) \
         -> array<boolean, array[object<desc: string, error: string, field: string, type: string>]>",
        match_schema,
    ),
    (
        "json.verify_schema",
        "(any<string, object[any: any]>) -> array<boolean, any<null, string>>",
        verify_schema,
    ),
];

/// A document, or the text of one.
fn document(value: &Value) -> Result<Json, String> {
    match value {
        Value::String(text) => match Value::parse_json(text) {
            Ok(value) => Ok(value.to_json()),
            Err(_) => Err("invalid JSON string".into()),
        },
        Value::Object(_) | Value::Array(_) => Ok(value.to_json()),
        _ => Err("wrong type, expected string or object".into()),
    }
}

fn verify_schema(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let checked = document(args::any(args, 1)?).and_then(|schema| ordain_jsonschema::verify(&schema));
    let (valid, message) = match checked {
        Ok(()) => (true, Value::Null),
        Err(message) => (false, format!("jsonschema: {message}").into()),
    };
    Ok(Some(Value::array(vec![valid.into(), message])))
}

fn match_schema(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let instance = document(args::any(args, 1)?).map_err(BuiltinError::failed)?;
    let schema = document(args::any(args, 2)?).map_err(BuiltinError::failed)?;
    ordain_jsonschema::verify(&schema).map_err(BuiltinError::failed)?;
    let findings = ordain_jsonschema::validate(&schema, &instance, "(Root)").map_err(BuiltinError::failed)?;
    let valid = findings.is_empty();
    let findings = findings.into_iter().map(|finding| {
        Value::object(vec![
            ("error".into(), format!("{}: {}", finding.field, finding.reason).into()),
            ("type".into(), finding.kind.into()),
            ("field".into(), finding.field.into()),
            ("desc".into(), finding.reason.into()),
        ])
    });
    Ok(Some(Value::array(vec![valid.into(), Value::array(findings.collect())])))
}
