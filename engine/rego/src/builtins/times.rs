//! `time.*`: nanoseconds since 1970, zones of the IANA database, Go's layouts.

mod calendar;
mod duration;

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;
use ordain_gostd::time::{self, Moment};

pub(super) const ROWS: &[Row] = &[
    ("time.now_ns", "() -> number", |env, _| Ok(Some(env.now_ns.into()))),
    ("time.parse_ns", "(string, string) -> number", parse_ns),
    ("time.parse_rfc3339_ns", "(string) -> number", |_, args| {
        nanos(&time::parse(time::RFC3339, args::text(args, 1)?).map_err(BuiltinError::failed)?)
    }),
    ("time.parse_duration_ns", "(string) -> number", |_, args| {
        Ok(Some(duration::parse(args::text(args, 1)?)?.into()))
    }),
    ("time.format", "(any<number, array<number, string>, array<number, string, string>>) -> string", format),
    ("time.date", "(any<number, array<number, string>>) -> array<number, number, number>", date),
    ("time.clock", "(any<number, array<number, string>>) -> array<number, number, number>", clock),
    ("time.weekday", "(any<number, array<number, string>>) -> string", weekday),
    ("time.add_date", "(number, number, number, number) -> number", calendar::add_date),
    (
        "time.diff",
        "(any<number, array<number, string>>, any<number, array<number, string>>) \
         -> array<number, number, number, number, number, number>",
        calendar::diff,
    ),
];

/// Layouts that go by their name in Go's package.
fn layout(name: &str) -> &str {
    match name {
        "ANSIC" => "Mon Jan _2 15:04:05 2006",
        "UnixDate" => "Mon Jan _2 15:04:05 MST 2006",
        "RubyDate" => "Mon Jan 02 15:04:05 -0700 2006",
        "RFC822" => "02 Jan 06 15:04 MST",
        "RFC822Z" => "02 Jan 06 15:04 -0700",
        "RFC850" => "Monday, 02-Jan-06 15:04:05 MST",
        "RFC1123" => "Mon, 02 Jan 2006 15:04:05 MST",
        "RFC1123Z" => "Mon, 02 Jan 2006 15:04:05 -0700",
        "RFC3339" => time::RFC3339,
        "RFC3339Nano" => time::RFC3339_NANO,
        other => other,
    }
}

/// The moment as a number, if 64 bits hold it.
fn nanos(moment: &Moment) -> BuiltinResult {
    let total = i128::from(moment.seconds) * 1_000_000_000 + i128::from(moment.nanos);
    let total = i64::try_from(total).map_err(|_| BuiltinError::failed("time outside of valid range"))?;
    Ok(Some(total.into()))
}

fn parse_ns(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (name, text) = (args::text(args, 1)?, args::text(args, 2)?);
    nanos(&time::parse(layout(name), text).map_err(BuiltinError::failed)?)
}

/// What an argument `ns`, `[ns, zone]` or `[ns, zone, layout]` says.
struct Instant<'a> {
    moment: Moment,
    zone: &'a str,
    layout: &'a str,
}

fn instant(args: &[Value], at: usize) -> Result<Instant<'_>, BuiltinError> {
    let either = "either number (ns) or [number (ns), string (tz)]";
    let whole = args::any(args, at)?;
    let parts = match whole {
        Value::Number(_) => std::slice::from_ref(whole),
        Value::Array(parts) if !parts.is_empty() => parts,
        other => return Err(BuiltinError::operand(1, either, other)),
    };
    let text = |at: usize| match parts.get(at) {
        None => Ok(""),
        Some(Value::String(text)) => Ok(text.as_ref()),
        Some(other) => Err(BuiltinError::operand(1, "string", other)),
    };
    let number = match parts.first() {
        Some(Value::Number(number)) => number,
        other => return Err(BuiltinError::operand(1, "number", other.unwrap_or(&Value::Null))),
    };
    let zone = text(1)?;
    let ns = number.as_i64().ok_or_else(|| BuiltinError::failed("timestamp too big"))?;
    let nanos = u32::try_from(ns.rem_euclid(1_000_000_000)).unwrap_or(0);
    let moment = Moment::utc(ns.div_euclid(1_000_000_000), nanos)
        .in_zone(zone)
        .ok_or_else(|| BuiltinError::failed(format!("unknown time zone {zone}")))?;
    let layout = text(2)?;
    Ok(Instant { moment, zone, layout })
}

fn format(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let instant = instant(args, 1)?;
    let layout = if instant.layout.is_empty() { time::RFC3339_NANO } else { layout(instant.layout) };
    Ok(Some(time::format(&instant.moment, layout).into()))
}

fn numbers(values: &[i64]) -> BuiltinResult {
    Ok(Some(values.iter().map(|value| Value::from(*value)).collect::<Vec<_>>().into()))
}

fn date(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let wall = instant(args, 1)?.moment.wall();
    numbers(&[wall.year, wall.month.into(), wall.day.into()])
}

fn clock(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let clock = i64::from(instant(args, 1)?.moment.wall().clock);
    numbers(&[clock / 3600, clock / 60 % 60, clock % 60])
}

fn weekday(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    Ok(Some(time::format(&instant(args, 1)?.moment, "Monday").into()))
}
