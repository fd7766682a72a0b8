//! `count`, `sum`, `max` and their like.

use super::args;
use super::arithmetic::big;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::bigfloat::BigFloat;
use crate::value::Value;
use dashu_int::IBig;

pub(super) const ROWS: &[Row] = &[
    ("count", "(any<array[any], object[any: any], set[any], string>) -> number", count),
    ("sum", "(any<array[number], set[number]>) -> number", sum),
    ("product", "(any<array[number], set[number]>) -> number", product),
    ("max", "(any<array[any], set[any]>) -> any", max),
    ("min", "(any<array[any], set[any]>) -> any", min),
    ("sort", "(any<array[any], set[any]>) -> array[any]", sort),
    ("all", "(any<array[any], set[any]>) -> boolean", all),
    ("any", "(any<array[any], set[any]>) -> boolean", any),
    ("internal.member_2", "(any, any) -> boolean", member),
    ("internal.member_3", "(any, any, any) -> boolean", member_with_key),
];

fn count(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let count = match args::any(args, 1)? {
        Value::Array(items) => items.len(),
        Value::Object(object) => object.len(),
        Value::Set(set) => set.len(),
        Value::String(text) => text.chars().count(),
        other => return Err(BuiltinError::operand(1, "one of {array, object, set, string}", other)),
    };
    Ok(Some(count.into()))
}

/// Machine integers are added wrapping around, as OPA 1.19 does; all else as decimals of 64 bits.
fn sum(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let items = args::items(args, 1, "one of {set, array}")?;
    let ints: Option<Vec<i64>> = items
        .iter()
        .map(|item| item.as_number().filter(|n| n.is_plain_integer()).and_then(crate::Number::as_i64))
        .collect();
    if let Some(ints) = ints {
        return Ok(Some(ints.into_iter().fold(0_i64, i64::wrapping_add).into()));
    }
    fold(args, items, BigFloat::ZERO, |a, b| a + b, BigFloat::add)
}

fn product(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let items = args::items(args, 1, "one of {set, array}")?;
    fold(args, items, BigFloat::ONE, |a, b| a * b, BigFloat::mul)
}

/// Folds integers exactly, however they are written, anything else as floats.
fn fold(
    args: &[Value],
    items: &[Value],
    start: BigFloat,
    exact: fn(IBig, IBig) -> IBig,
    float: fn(BigFloat, BigFloat) -> BigFloat,
) -> BuiltinResult {
    let mut numbers = Vec::with_capacity(items.len());
    for item in items {
        let number = item.as_number();
        numbers.push(number.ok_or_else(|| element_error(args, item))?);
    }
    let ints: Option<Vec<IBig>> = numbers.iter().map(|number| number.to_int()).collect();
    if let Some(ints) = ints {
        return Ok(Some(crate::Number::from(ints.into_iter().fold(start.to_int(), exact)).into()));
    }
    let mut total = start;
    for number in numbers {
        total = float(total, big(number)?);
    }
    Ok(Some(total.to_number().into()))
}

fn element_error(args: &[Value], item: &Value) -> BuiltinError {
    args::any(args, 1).map_or_else(|error| error, |whole| args::element(1, whole, item, "number"))
}

/// The last of several equal items, as OPA gives it.
fn max(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    Ok(args::items(args, 1, "one of {set, array}")?.iter().max().cloned())
}

fn min(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let items = args::items(args, 1, "one of {set, array}")?;
    let mut items = items.iter();
    if let Value::Set(_) = args::any(args, 1)? {
        // A null gives way to whatever comes after it.
        let first = items.next();
        return Ok(if first == Some(&Value::Null) { items.next().or(first) } else { first }.cloned());
    }
    Ok(items.rev().min().cloned())
}

fn sort(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let mut items = args::items(args, 1, "one of {set, array}")?.to_vec();
    items.sort();
    Ok(Some(items.into()))
}

fn all(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let items = args::items(args, 1, "one of {array, set}")?;
    Ok(Some(items.iter().all(|item| *item == Value::Bool(true)).into()))
}

fn any(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let items = args::items(args, 1, "one of {array, set}")?;
    Ok(Some(items.contains(&Value::Bool(true)).into()))
}

fn member(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let wanted = args::any(args, 1)?;
    Ok(Some(Value::Bool(match args::any(args, 2)? {
        Value::Set(set) => set.contains(wanted),
        Value::Array(items) => items.contains(wanted),
        Value::Object(object) => object.iter().any(|(_, value)| value == wanted),
        _ => false,
    })))
}

fn member_with_key(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (key, value) = (args::any(args, 1)?, args::any(args, 2)?);
    Ok(Some(Value::Bool(match args::any(args, 3)? {
        Value::Set(set) => set.contains(key) && key == value,
        collection => collection.get(key) == Some(value),
    })))
}
