//! `sprintf`, and numbers to and from text.

use super::args;
use super::arithmetic::big;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::number::Number;
use crate::value::Value;
use dashu_int::{IBig, UBig};
use ordain_gostd::Arg;

pub(super) const ROWS: &[Row] = &[
    ("sprintf", "(string, array[any]) -> string", sprintf),
    ("format_int", "(number, number) -> string", format_int),
    ("to_number", "(any<null, boolean, number, string>) -> number", to_number),
    ("numbers.range", "(number, number) -> array[number]", |env, args| range(env, args, &IBig::ONE)),
    ("numbers.range_step", "(number, number, number) -> array[number]", range_step),
];

fn sprintf(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let format = args::text(args, 1)?;
    let values: Vec<Arg> = args::array(args, 2)?.iter().map(argument).collect();
    Ok(Some(ordain_gostd::sprintf(format, &values).into()))
}

/// What OPA hands to `fmt.Sprintf`: machine integers, big integers, floats with a point; all else as text.
fn argument(value: &Value) -> Arg {
    match value {
        Value::Number(number) => number_argument(number),
        Value::String(text) => Arg::Text(text.to_string()),
        other => Arg::Text(other.to_string()),
    }
}

fn number_argument(number: &Number) -> Arg {
    if number.is_plain_integer() {
        if let Some(int) = number.as_i64() {
            return Arg::Int(int, "int64");
        }
        if let Some(int) = number.to_int() {
            return Arg::Big(int);
        }
    }
    let text = number.text();
    let float = number.to_f64();
    if text.contains('.') && float.is_finite() { Arg::Float(float) } else { Arg::Text(text) }
}

fn format_int(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (number, base) = (args::number(args, 1)?, args::number(args, 2)?);
    let base = match base.text().as_str() {
        "2" => 2,
        "8" => 8,
        "10" => 10,
        "16" => 16,
        _ => return Err(BuiltinError::operand_value(2, "must be one of {2, 8, 10, 16}")),
    };
    let int = match number.to_int().filter(|_| number.is_plain_integer()) {
        Some(int) => int,
        None => big(number)?.to_int(),
    };
    Ok(Some(int.in_radix(base).to_string().into()))
}

fn to_number(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let value = args::any(args, 1)?;
    let number = match value {
        Value::Null | Value::Bool(false) => Number::from(0_i64),
        Value::Bool(true) => Number::from(1_i64),
        Value::Number(number) => number.clone(),
        Value::String(text) => return Ok(Some(parse(text)?.into())),
        other => return Err(BuiltinError::operand(1, "one of {null, boolean, number, string}", other)),
    };
    Ok(Some(number.into()))
}

/// A number of `strconv.ParseFloat` that is also one of JSON.
fn parse(text: &str) -> Result<Number, BuiltinError> {
    let wrong = || {
        BuiltinError::failed(format!(
            "strconv.ParseFloat: parsing {}: invalid syntax",
            ordain_gostd::quote(text)
        ))
    };
    let bare = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    if text.len() <= bare.len() + 1 && matches!(bare.as_str(), "nan" | "inf" | "infinity") {
        return Err(BuiltinError::operand_value(1, "must be a valid number"));
    }
    let number = Number::parse(text).ok_or_else(wrong)?;
    if number.to_f64().is_finite() { Ok(number) } else { Err(wrong()) }
}

fn integer(args: &[Value], at: usize) -> Result<IBig, BuiltinError> {
    let value = args::any(args, at)?;
    let number = value.as_number().ok_or_else(|| BuiltinError::operand(at, "integer", value))?;
    number.to_int().ok_or_else(|| args::not_integer(at))
}

fn range_step(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    integer(args, 1)?;
    integer(args, 2)?;
    let step = integer(args, 3)?;
    if step <= IBig::ZERO {
        return Err(BuiltinError::failed("numbers.range_step: step must be a positive integer"));
    }
    range(env, args, &step)
}

fn range(env: &mut BuiltinEnv, args: &[Value], step: &IBig) -> BuiltinResult {
    let (first, last) = (integer(args, 1)?, integer(args, 2)?);
    let down = first > last;
    let distance = if down { &first - &last } else { &last - &first };
    let count = UBig::try_from(distance / step).unwrap_or(UBig::ZERO);
    let count = usize::try_from(&count).ok().filter(|count| *count < env.limits.items);
    let Some(count) = count else { return Err(BuiltinError::limit("the range has too many numbers")) };
    let signed = if down { -step.clone() } else { step.clone() };
    let mut items = Vec::with_capacity(count + 1);
    let mut at = first;
    for _ in 0..=count {
        items.push(Number::from(at.clone()).into());
        at += &signed;
    }
    Ok(Some(Value::array(items)))
}
