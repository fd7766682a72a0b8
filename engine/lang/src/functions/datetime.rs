//! Dates and times.

use ordain_gostd::parse_duration;
use ordain_gostd::time::Moment;
use ordain_value::{Type, Value};

use super::rfc3339;
use super::spec::{Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty, text};

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    text(
        "formatdate",
        "A timestamp written by a pattern such as `DD MMM YYYY hh:mm ZZZ`.",
        &[Param::new("format", Ty::String), Param::new("time", Ty::String)],
        format_date,
    ),
    Spec {
        not_null: false,
        ..text(
            "timeadd",
            "The timestamp that is a duration such as `1h30m` later, or earlier when it is negative.",
            &[Param::new("timestamp", Ty::String), Param::new("duration", Ty::String)],
            |call| {
                let moment = rfc3339::parse(call.text(0)?).map_err(FunctionError::call)?;
                let duration = parse_duration(call.text(1)?).map_err(FunctionError::call)?;
                Ok(Value::string(rfc3339::format(&moment.plus_nanos(duration))))
            },
        )
    },
    Spec {
        returns: Returns::Type(Ty::Number),
        ..text(
            "timecmp",
            "-1, 0 or 1: whether the first timestamp is before, at or after the second.",
            &[Param::new("timestamp_a", Ty::String), Param::new("timestamp_b", Ty::String)],
            |call| {
                let moment = |index: usize| {
                    let text = call.text(index)?;
                    rfc3339::parse_loosely(text).map_err(|message| FunctionError::arg(index, message))
                };
                let (a, b) = (moment(0)?, moment(1)?);
                let order = (a.seconds, a.nanos).cmp(&(b.seconds, b.nanos));
                Ok(Value::from(order as i64))
            },
        )
    },
    text("timestamp", "The moment of the call as an RFC 3339 timestamp in UTC.", &[], |call| {
        let world = call.environment.world;
        Ok(if world.defers() { Value::unknown(Type::String) } else { stamp(world.now()) })
    }),
    text(
        "plantimestamp",
        "The moment of the plan as an RFC 3339 timestamp in UTC; the same again at apply.",
        &[],
        |call| Ok(call.environment.world.planned_at().map_or_else(|| Value::unknown(Type::String), stamp)),
    ),
];

fn stamp(nanos: i128) -> Value {
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).unwrap_or(0);
    Value::string(rfc3339::format(&Moment::utc(seconds, 0)))
}

fn format_date(call: &Call<'_>) -> FunctionResult {
    let moment = rfc3339::parse(call.text(1)?).map_err(|message| FunctionError::arg(1, message))?;
    let mut out = String::new();
    let mut rest = call.text(0)?;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            rest = literal(rest, &mut out)?;
            continue;
        }
        let end = if first.is_ascii_alphabetic() {
            rest.find(|c| c != first).unwrap_or(rest.len())
        } else {
            rest.find(|c: char| c == '\'' || c.is_ascii_alphabetic()).unwrap_or(rest.len())
        };
        let (token, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        rest = after;
        if first.is_ascii_alphabetic() {
            let shown = verb(first, token.len(), &moment).map_err(|why| {
                let why = if why.is_empty() { String::new() } else { format!(": {why}") };
                FunctionError::arg(0, format!("invalid date format verb {token:?}{why}"))
            })?;
            out.push_str(&shown);
        } else {
            out.push_str(token);
        }
    }
    Ok(Value::string(out))
}

/// A text in single quotes, in which two of them stand for one; outside, two stand for one as well.
fn literal<'t>(text: &'t str, out: &mut String) -> Result<&'t str, FunctionError> {
    if let Some(after) = text.strip_prefix("''") {
        out.push('\'');
        return Ok(after);
    }
    let mut rest = text.get(1..).unwrap_or("");
    loop {
        let Some((part, after)) = rest.split_once('\'') else {
            return Err(FunctionError::arg(0, "unterminated literal '"));
        };
        out.push_str(part);
        match after.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                // At the end of the format the second quote closes the literal as well.
                if after.is_empty() {
                    return Ok(after);
                }
                rest = after;
            }
            None => return Ok(after),
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// `count` times a letter; the error says how often it may stand.
fn verb(letter: char, count: usize, moment: &Moment) -> Result<String, &'static str> {
    let wall = moment.wall();
    let (hour, minute, second) = (wall.clock / 3600, wall.clock / 60 % 60, wall.clock % 60);
    let number = |number: u32, error: &'static str| match count {
        1 => Ok(number.to_string()),
        2 => Ok(format!("{number:02}")),
        _ => Err(error),
    };
    let name = |names: &[&'static str], at: usize| names.get(at).copied().unwrap_or("");
    match letter {
        'Y' => match count {
            2 => Ok(format!("{:02}", wall.year % 100)),
            4 => Ok(format!("{:04}", wall.year)),
            _ => Err("year must either be \"YY\" or \"YYYY\""),
        },
        'M' => {
            let full = name(&MONTHS, usize::try_from(wall.month).unwrap_or(1) - 1);
            match count {
                3 => Ok(full.get(..3).unwrap_or(full).to_owned()),
                4 => Ok(full.to_owned()),
                _ => number(wall.month, "month must be \"M\", \"MM\", \"MMM\", or \"MMMM\""),
            }
        }
        'D' => number(wall.day, "day of month must either be \"D\" or \"DD\""),
        'E' => {
            let full = name(&DAYS, wall.weekday());
            match count {
                3 => Ok(full.get(..3).unwrap_or(full).to_owned()),
                4 => Ok(full.to_owned()),
                _ => Err("day of week must either be \"EEE\" or \"EEEE\""),
            }
        }
        'h' => number(hour, "24-hour must either be \"h\" or \"hh\""),
        'H' => number((hour + 11) % 12 + 1, "12-hour must either be \"H\" or \"HH\""),
        'A' if count == 2 => Ok(if hour < 12 { "AM" } else { "PM" }.to_owned()),
        'a' if count == 2 => Ok(if hour < 12 { "am" } else { "pm" }.to_owned()),
        'A' => Err("must be \"AA\""),
        'a' => Err("must be \"aa\""),
        'm' => number(minute, "minute must either be \"m\" or \"mm\""),
        's' => number(second, "second must either be \"s\" or \"ss\""),
        'Z' => {
            let sign = if moment.offset < 0 { '-' } else { '+' };
            let minutes = moment.offset.abs() / 60;
            let (hours, minutes) = (minutes / 60, minutes % 60);
            match count {
                1 if moment.offset == 0 => Ok("Z".to_owned()),
                3 if moment.offset == 0 => Ok("UTC".to_owned()),
                1 | 5 => Ok(format!("{sign}{hours:02}:{minutes:02}")),
                3 | 4 => Ok(format!("{sign}{hours:02}{minutes:02}")),
                _ => Err("timezone must be Z, ZZZZ, or ZZZZZ"),
            }
        }
        _ => Err(""),
    }
}
