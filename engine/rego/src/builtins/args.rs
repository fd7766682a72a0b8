//! Arguments by place (counted from 1, as OPA's errors count them).

use super::BuiltinError;
use crate::number::Number;
use crate::value::{Object, Set, Value};

/// The argument itself.
pub(super) fn any(args: &[Value], at: usize) -> Result<&Value, BuiltinError> {
    args.get(at - 1).ok_or_else(|| BuiltinError::failed(format!("operand {at} is missing")))
}

pub(super) fn text(args: &[Value], at: usize) -> Result<&str, BuiltinError> {
    let value = any(args, at)?;
    value.as_str().ok_or_else(|| BuiltinError::operand(at, "string", value))
}

pub(super) fn number(args: &[Value], at: usize) -> Result<&Number, BuiltinError> {
    let value = any(args, at)?;
    value.as_number().ok_or_else(|| BuiltinError::operand(at, "number", value))
}

/// A machine integer, written without point and exponent.
pub(super) fn int(args: &[Value], at: usize) -> Result<i64, BuiltinError> {
    let number = number(args, at)?;
    number.as_i64().filter(|_| number.is_plain_integer()).ok_or_else(|| not_integer(at))
}

/// `must be integer number but got floating-point number`.
pub(super) fn not_integer(at: usize) -> BuiltinError {
    BuiltinError::operand_value(at, "must be integer number but got floating-point number")
}

pub(super) fn object(args: &[Value], at: usize) -> Result<&Object, BuiltinError> {
    let value = any(args, at)?;
    value.as_object().ok_or_else(|| BuiltinError::operand(at, "object", value))
}

pub(super) fn array(args: &[Value], at: usize) -> Result<&[Value], BuiltinError> {
    let value = any(args, at)?;
    value.as_array().ok_or_else(|| BuiltinError::operand(at, "array", value))
}

pub(super) fn set(args: &[Value], at: usize) -> Result<&Set, BuiltinError> {
    let value = any(args, at)?;
    value.as_set().ok_or_else(|| BuiltinError::operand(at, "set", value))
}

/// Items of an array or members of a set; `wanted` is how the error names the two.
pub(super) fn items<'a>(args: &'a [Value], at: usize, wanted: &str) -> Result<&'a [Value], BuiltinError> {
    match any(args, at)? {
        Value::Array(items) => Ok(items),
        Value::Set(set) => Ok(set.members()),
        other => Err(BuiltinError::operand(at, wanted, other)),
    }
}

/// Items of an array or a set, all of them texts.
pub(super) fn texts<'a>(args: &'a [Value], at: usize, wanted: &str) -> Result<Vec<&'a str>, BuiltinError> {
    let whole = any(args, at)?;
    items(args, at, wanted)?
        .iter()
        .map(|item| item.as_str().ok_or_else(|| element(at, whole, item, "string")))
        .collect()
}

/// `must be array of strings but got array containing number`.
pub(super) fn element(at: usize, whole: &Value, item: &Value, wanted: &str) -> BuiltinError {
    let (kind, got) = (whole.type_name(), item.type_name());
    BuiltinError::operand_value(at, format!("must be {kind} of {wanted}s but got {kind} containing {got}"))
}
