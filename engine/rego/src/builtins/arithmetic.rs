//! Arithmetic: machine integers, then integers of any size, then floats of 64 bits of mantissa.

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::bigfloat::BigFloat;
use crate::number::Number;
use crate::value::{Set, Value};
use dashu_int::IBig;

pub(super) const ROWS: &[Row] = &[
    ("plus", "(number, number) -> number", |_, args| {
        binary(args, i64::checked_add, |a, b| a + b, BigFloat::add)
    }),
    ("minus", "(any<number, set[any]>, any<number, set[any]>) -> any<number, set[any]>", minus),
    ("mul", "(number, number) -> number", |_, args| {
        binary(args, i64::checked_mul, |a, b| a * b, BigFloat::mul)
    }),
    ("div", "(number, number) -> number", divide),
    ("rem", "(number, number) -> number", remainder),
    ("abs", "(number) -> number", |_, args| unary(args, i64::checked_abs, |value| value.abs().to_number())),
    ("round", "(number) -> number", |_, args| unary(args, Some, round)),
    ("ceil", "(number) -> number", |_, args| unary(args, Some, ceil)),
    ("floor", "(number) -> number", |_, args| unary(args, Some, floor)),
];

/// The float of a number; numbers of more than 20,000 digits are refused.
pub(super) fn big(number: &Number) -> Result<BigFloat, BuiltinError> {
    BigFloat::of(number).ok_or_else(too_long)
}

pub(super) fn too_long() -> BuiltinError {
    BuiltinError::failed("number has too many digits")
}

/// The machine integer, if the number is written as one.
fn machine(number: &Number) -> Option<i64> {
    number.as_i64().filter(|_| number.is_plain_integer())
}

/// The integer of any size, however it is written: `3.0` and `1e21` are some.
fn exact(number: &Number) -> Option<IBig> {
    number.to_int()
}

fn binary(
    args: &[Value],
    small: fn(i64, i64) -> Option<i64>,
    whole: fn(IBig, IBig) -> IBig,
    float: fn(BigFloat, BigFloat) -> BigFloat,
) -> BuiltinResult {
    let (a, b) = (args::number(args, 1)?, args::number(args, 2)?);
    if let (Some(a), Some(b)) = (machine(a), machine(b))
        && let Some(result) = small(a, b)
    {
        return Ok(Some(result.into()));
    }
    let result = match (exact(a), exact(b)) {
        (Some(a), Some(b)) => whole(a, b).into(),
        _ => float(big(a)?, big(b)?).to_number(),
    };
    Ok(Some(result.into()))
}

fn minus(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let wrong = |at, wanted, value| Err(BuiltinError::operand(at, wanted, value));
    match (args::any(args, 1)?, args::any(args, 2)?) {
        (Value::Number(_), Value::Number(_)) => binary(args, i64::checked_sub, |a, b| a - b, BigFloat::sub),
        (Value::Set(a), Value::Set(b)) => Ok(Some(difference(a, b).into())),
        (Value::Set(_), b @ Value::Number(_)) => wrong(2, "set", b),
        (Value::Number(_) | Value::Set(_), b) => wrong(2, "number", b),
        (a, _) => wrong(1, "one of {number, set}", a),
    }
}

pub(super) fn difference(a: &Set, b: &Set) -> Set {
    a.iter().filter(|member| !b.contains(member)).cloned().collect()
}

fn divide(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (a, b) = (args::number(args, 1)?, args::number(args, 2)?);
    if let (Some(x), Some(y)) = (machine(a), machine(b))
        && x != 0
        && y != 0
        && x.checked_rem(y) == Some(0)
        && i32::try_from(x).is_ok()
        && i32::try_from(y).is_ok()
    {
        return Ok(Some((x / y).into()));
    }
    let divisor = big(b)?;
    if divisor.is_zero() {
        return Err(BuiltinError::failed("divide by zero"));
    }
    Ok(Some(big(a)?.div(divisor).to_number().into()))
}

fn remainder(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let integer = |number: &Number| {
        number.to_int().ok_or_else(|| BuiltinError::failed("modulo on floating-point number"))
    };
    let (a, b) = (args::number(args, 1)?, args::number(args, 2)?);
    if let (Some(x), Some(y)) = (machine(a), machine(b))
        && let Some(rest) = x.checked_rem(y)
    {
        return Ok(Some(rest.into()));
    }
    let (a, b) = (integer(a)?, integer(b)?);
    // Only the lowest 64 bits are looked at.
    if (&b & IBig::from(u64::MAX)) == IBig::ZERO {
        return Err(BuiltinError::failed("modulo by zero"));
    }
    Ok(Some(Number::from(a % b).into()))
}

fn unary(args: &[Value], small: fn(i64) -> Option<i64>, float: fn(BigFloat) -> Number) -> BuiltinResult {
    let number = args::number(args, 1)?;
    if let Some(result) = machine(number).and_then(small) {
        return Ok(Some(result.into()));
    }
    Ok(Some(float(big(number)?).into()))
}

/// Half away from zero. Like the others it goes through an integer: all its digits are told, and zero has no sign.
fn round(value: BigFloat) -> Number {
    let moved = if value.is_negative() { value.sub(BigFloat::HALF) } else { value.add(BigFloat::HALF) };
    moved.to_int().into()
}

fn ceil(value: BigFloat) -> Number {
    let whole = value.to_int();
    if whole < IBig::ZERO || value.is_integer() { whole.into() } else { (whole + IBig::ONE).into() }
}

fn floor(value: BigFloat) -> Number {
    let whole = value.to_int();
    // What is cut off to zero has no sign any more.
    if whole >= IBig::ZERO || value.is_integer() { whole.into() } else { (whole - IBig::ONE).into() }
}
