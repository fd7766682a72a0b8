//! Arithmetic; every argument is converted, text that is no number counts as 0.

use super::args::Args;
use super::convert::{to_float, to_int};
use super::decimal::Decimal;
use super::{fixed, variadic};
use crate::template::{Engine, Function, Param, Returns, Slot};
use crate::value::Value;

const ONE: &[Param] = &[Param::Any];
const TWO: &[Param] = &[Param::Any, Param::Any];
const BY_ZERO: &str = "runtime error: integer divide by zero";

pub(super) const TABLE: &[Function] = &[
    fixed("int", ONE, |_, a| Ok(Value::int(to_int(a.value(0))))),
    fixed("int64", ONE, |_, a| Ok(Value::int64(to_int(a.value(0))))),
    fixed("float64", ONE, |_, a| Ok(Value::Float(to_float(a.value(0))))),
    fixed("atoi", &[Param::Text], |_, a| {
        // What is out of range comes with Go's error, which is not looked at, as the nearest bound.
        let text = a.text(0);
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let bound = match digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            true => 0,
            false if text.starts_with('-') => i64::MIN,
            false => i64::MAX,
        };
        let number = ordain_gostd::parse_int(text, 10).and_then(|i| i64::try_from(i).ok());
        Ok(Value::int(number.unwrap_or(bound)))
    }),
    fixed("toDecimal", ONE, |_, a| {
        let number = ordain_gostd::parse_int(&a.value(0).show(), 8).and_then(|i| i64::try_from(i).ok());
        Ok(Value::int64(number.unwrap_or(0)))
    }),
    fixed("add1", ONE, |_, a| Ok(Value::int64(to_int(a.value(0)).wrapping_add(1)))),
    variadic("add", ONE, |_, a| Ok(Value::int64(ints(a).fold(0, i64::wrapping_add)))),
    fixed("sub", TWO, |_, a| Ok(Value::int64(to_int(a.value(0)).wrapping_sub(to_int(a.value(1)))))),
    fixed("div", TWO, |_, a| match to_int(a.value(1)) {
        0 => Err(BY_ZERO.into()),
        by => Ok(Value::int64(to_int(a.value(0)).wrapping_div(by))),
    }),
    fixed("mod", TWO, |_, a| match to_int(a.value(1)) {
        0 => Err(BY_ZERO.into()),
        by => Ok(Value::int64(to_int(a.value(0)).wrapping_rem(by))),
    }),
    variadic("mul", TWO, |_, a| Ok(Value::int64(ints(a).fold(1, i64::wrapping_mul)))),
    variadic("max", TWO, |_, a| Ok(Value::int64(ints(a).max().unwrap_or(0)))),
    variadic("biggest", TWO, |_, a| Ok(Value::int64(ints(a).max().unwrap_or(0)))),
    variadic("min", TWO, |_, a| Ok(Value::int64(ints(a).min().unwrap_or(0)))),
    variadic("maxf", TWO, |_, a| Ok(Value::Float(pick(a, f64::max)))),
    variadic("minf", TWO, |_, a| Ok(Value::Float(pick(a, f64::min)))),
    fixed("ceil", ONE, |_, a| Ok(Value::Float(to_float(a.value(0)).ceil()))),
    fixed("floor", ONE, |_, a| Ok(Value::Float(to_float(a.value(0)).floor()))),
    variadic("round", &[Param::Any, Param::Int, Param::Float], round),
    fixed("add1f", ONE, |_, a| {
        Ok(Value::Float(decimal(a.value(0)).add(&Decimal::from_float(1.0)).to_float()))
    }),
    variadic("addf", ONE, |_, a| fold(Decimal::from_float(0.0), a, |x, y| Some(x.add(y)))),
    variadic("subf", TWO, |_, a| fold(decimal(a.value(0)), rest(a), |x, y| Some(x.sub(y)))),
    variadic("mulf", TWO, |_, a| fold(decimal(a.value(0)), rest(a), |x, y| Some(x.mul(y)))),
    variadic("divf", TWO, |_, a| fold(decimal(a.value(0)), rest(a), Decimal::div)),
];

fn ints(args: &[Slot]) -> impl Iterator<Item = i64> + '_ {
    args.iter().map(|slot| to_int(&slot.value))
}

fn rest(args: &[Slot]) -> &[Slot] {
    args.get(1..).unwrap_or_default()
}

/// `math.Max` and `math.Min`: NaN wins.
fn pick(args: &[Slot], better: fn(f64, f64) -> f64) -> f64 {
    let numbers = args.iter().map(|slot| to_float(&slot.value));
    numbers.reduce(|a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { better(a, b) }).unwrap_or(0.0)
}

fn decimal(value: &Value) -> Decimal {
    Decimal::from_float(to_float(value))
}

fn fold(start: Decimal, args: &[Slot], step: fn(&Decimal, &Decimal) -> Option<Decimal>) -> Returns {
    let mut total = start;
    for arg in args {
        total = step(&total, &decimal(&arg.value)).ok_or("decimal division by 0")?;
    }
    Ok(Value::Float(total.to_float()))
}

fn round(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let on = match args.value(2) {
        Value::Float(f) => *f,
        _ => 0.5,
    };
    #[allow(clippy::cast_possible_truncation, reason = "beyond 2^31 places every power is infinite")]
    let power = 10.0_f64.powi(args.int(1).clamp(-400, 400) as i32);
    let digit = power * to_float(args.value(0));
    let rounded = if digit.fract() >= on { digit.ceil() } else { digit.floor() };
    Ok(Value::Float(rounded / power))
}
