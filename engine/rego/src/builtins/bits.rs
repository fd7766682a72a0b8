//! `bits.*`: integers of any size in two's complement.

use super::args;
use super::arithmetic::too_long;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::number::Number;
use crate::value::Value;
use dashu_int::IBig;

pub(super) const ROWS: &[Row] = &[
    ("bits.or", "(number, number) -> number", |_, args| binary(args, |a, b| a | b)),
    ("bits.and", "(number, number) -> number", |_, args| binary(args, |a, b| a & b)),
    ("bits.xor", "(number, number) -> number", |_, args| binary(args, |a, b| a ^ b)),
    ("bits.negate", "(number) -> number", |_, args| Ok(Some(Number::from(!integer(args, 1)?).into()))),
    ("bits.lsh", "(number, number) -> number", left),
    ("bits.rsh", "(number, number) -> number", right),
];

/// Most bits a shift may produce.
const MOST_BITS: usize = 1 << 20;

/// The argument as an integer of any size; `1.0` and `1e3` are integers.
fn integer(args: &[Value], at: usize) -> Result<IBig, BuiltinError> {
    let value = args::any(args, at)?;
    let number = value.as_number().ok_or_else(|| BuiltinError::operand(at, "integer", value))?;
    number.to_int().ok_or_else(|| if number.is_integer() { too_long() } else { args::not_integer(at) })
}

fn binary(args: &[Value], operation: fn(IBig, IBig) -> IBig) -> BuiltinResult {
    Ok(Some(Number::from(operation(integer(args, 1)?, integer(args, 2)?)).into()))
}

/// The lowest 64 bits of the second argument.
fn shift(args: &[Value]) -> Result<usize, BuiltinError> {
    let distance = integer(args, 2)?;
    if distance < IBig::ZERO {
        let what = "must be an unsigned integer number but got a negative integer";
        return Err(BuiltinError::operand_value(2, what));
    }
    let low = distance & IBig::from(u64::MAX);
    Ok(u64::try_from(&low).ok().and_then(|low| usize::try_from(low).ok()).unwrap_or(usize::MAX))
}

fn left(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (value, distance) = (integer(args, 1)?, shift(args)?);
    if distance > MOST_BITS {
        return Err(BuiltinError::limit("bits.lsh: the result would be too long"));
    }
    Ok(Some(Number::from(value << distance).into()))
}

fn right(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (value, distance) = (integer(args, 1)?, shift(args)?);
    // Whatever has been shifted out is gone; no value has more bits than that.
    Ok(Some(Number::from(value >> distance.min(MOST_BITS)).into()))
}
