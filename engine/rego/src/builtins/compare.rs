//! Comparisons and type tests: total, over values of any two types.

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;

pub(super) const ROWS: &[Row] = &[
    ("gt", "(any, any) -> boolean", |_, args| compare(args, |a, b| a > b)),
    ("gte", "(any, any) -> boolean", |_, args| compare(args, |a, b| a >= b)),
    ("lt", "(any, any) -> boolean", |_, args| compare(args, |a, b| a < b)),
    ("lte", "(any, any) -> boolean", |_, args| compare(args, |a, b| a <= b)),
    ("neq", "(any, any) -> boolean", |_, args| compare(args, |a, b| a != b)),
    ("equal", "(any, any) -> boolean", |_, args| compare(args, |a, b| a == b)),
    ("is_number", "(any) -> boolean", |_, args| is(args, "number")),
    ("is_string", "(any) -> boolean", |_, args| is(args, "string")),
    ("is_boolean", "(any) -> boolean", |_, args| is(args, "boolean")),
    ("is_array", "(any) -> boolean", |_, args| is(args, "array")),
    ("is_set", "(any) -> boolean", |_, args| is(args, "set")),
    ("is_object", "(any) -> boolean", |_, args| is(args, "object")),
    ("is_null", "(any) -> boolean", |_, args| is(args, "null")),
    ("type_name", "(any) -> string", |_, args| Ok(Some(args::any(args, 1)?.type_name().into()))),
    ("cast_array", "(any) -> array[any]", |_, args| {
        Ok(Some(args::items(args, 1, "one of {array, set}")?.to_vec().into()))
    }),
    ("cast_set", "(any) -> set[any]", |_, args| {
        Ok(Some(Value::set(args::items(args, 1, "one of {array, set}")?.to_vec())))
    }),
    ("cast_string", "(any) -> string", |_, args| cast(args, "string")),
    ("cast_boolean", "(any) -> boolean", |_, args| cast(args, "boolean")),
    ("cast_null", "(any) -> null", |_, args| cast(args, "null")),
    ("cast_object", "(any) -> object[any: any]", |_, args| cast(args, "object")),
    ("trace", "(string) -> boolean", trace),
];

fn compare(args: &[Value], holds: fn(&Value, &Value) -> bool) -> BuiltinResult {
    Ok(Some(holds(args::any(args, 1)?, args::any(args, 2)?).into()))
}

fn is(args: &[Value], name: &str) -> BuiltinResult {
    Ok(Some((args::any(args, 1)?.type_name() == name).into()))
}

fn cast(args: &[Value], name: &str) -> BuiltinResult {
    let value = args::any(args, 1)?;
    if value.type_name() == name {
        Ok(Some(value.clone()))
    } else {
        Err(BuiltinError::operand(1, name, value))
    }
}

/// Notes appear in OPA's explanations only.
fn trace(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    args::text(args, 1)?;
    Ok(Some(Value::Bool(true)))
}
