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

/// A number of `strconv.ParseFloat`, written as JSON writes it.
fn parse(text: &str) -> Result<Number, BuiltinError> {
    let bare = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    if matches!(bare.as_str(), "nan" | "inf" | "infinity") {
        return Err(BuiltinError::operand(1, "valid number string", &text.into()));
    }
    let found = Number::parse(text).or_else(|| {
        let float = ordain_gostd::parse_float(text)?;
        let hex = bare.starts_with("0x").then(|| ordain_gostd::format_f(float, None));
        Number::parse(&hex.unwrap_or_else(|| plain(text)))
    });
    let wrong = |why: &str| {
        let text = ordain_gostd::quote(text);
        BuiltinError::failed(format!("strconv.ParseFloat: parsing {text}: {why}"))
    };
    let number = found.ok_or_else(|| wrong("invalid syntax"))?;
    if number.to_f64().is_finite() { Ok(number) } else { Err(wrong("value out of range")) }
}

/// `+01_000.` as `1000`, `.5` as `0.5`.
fn plain(text: &str) -> String {
    let negative = text.starts_with('-');
    let digits = text.trim_start_matches(['+', '-']).replace('_', "").to_ascii_lowercase();
    let (mantissa, exponent) = digits.split_once('e').unwrap_or((&digits, ""));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = Some(whole.trim_start_matches('0')).filter(|whole| !whole.is_empty()).unwrap_or("0");
    let mut out = format!("{}{whole}", if negative { "-" } else { "" });
    for (mark, part) in [('.', fraction), ('e', exponent)] {
        if !part.is_empty() {
            out.push(mark);
            out.push_str(part);
        }
    }
    out
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
