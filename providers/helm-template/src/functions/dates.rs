//! Times.

use ordain_gostd::time::{self, Moment};
use ordain_gostd::{format_duration, parse_duration};

use super::args::Args;
use super::fixed;
use crate::objects::Object;
use crate::template::{Engine, Function, Param, Returns, Slot};
use crate::value::{IntKind, Value};

const TT: &[Param] = &[Param::Text, Param::Text];
const MODIFY: &[Param] = &[Param::Text, Param::Time];
const ZONED: &[Param] = &[Param::Text, Param::Any, Param::Text];

pub(super) const TABLE: &[Function] = &[
    fixed("now", &[], |engine, _| Ok(moment(engine.outside.now()))),
    fixed("date", &[Param::Text, Param::Any], |e, a| in_zone(e, a.text(0), a.value(1), "Local")),
    fixed("date_in_zone", ZONED, |e, a| in_zone(e, a.text(0), a.value(1), a.text(2))),
    fixed("dateInZone", ZONED, |e, a| in_zone(e, a.text(0), a.value(1), a.text(2))),
    fixed("htmlDate", &[Param::Any], |e, a| in_zone(e, "2006-01-02", a.value(0), "Local")),
    fixed("htmlDateInZone", &[Param::Any, Param::Text], |e, a| {
        in_zone(e, "2006-01-02", a.value(0), a.text(1))
    }),
    fixed("date_modify", MODIFY, |_, a| Ok(modify(a).unwrap_or_else(|_| a.value(1).clone()))),
    fixed("dateModify", MODIFY, |_, a| Ok(modify(a).unwrap_or_else(|_| a.value(1).clone()))),
    fixed("must_date_modify", MODIFY, |_, a| modify(a)),
    fixed("mustDateModify", MODIFY, |_, a| modify(a)),
    fixed("toDate", TT, |_, a| {
        let zero = Moment { seconds: -62_135_596_800, nanos: 0, offset: 0, zone: "UTC".into() };
        Ok(moment(time::parse(a.text(0), a.text(1)).unwrap_or(zero)))
    }),
    fixed("mustToDate", TT, |_, a| time::parse(a.text(0), a.text(1)).map(moment)),
    fixed("unixEpoch", &[Param::Time], |_, a| {
        Ok(Value::from(as_time(a.value(0)).map_or(0, |m| m.seconds).to_string()))
    }),
    fixed("ago", &[Param::Any], ago),
    fixed("duration", &[Param::Any], |_, a| {
        let seconds = match a.value(0) {
            Value::Text(text) => text.parse::<i64>().unwrap_or(0),
            Value::Int(i, IntKind::Int64) => *i,
            _ => 0,
        };
        Ok(Value::from(format_duration(seconds.wrapping_mul(1_000_000_000))))
    }),
    fixed("durationRound", &[Param::Any], duration_round),
];

fn moment(moment: Moment) -> Value {
    Value::object(Object::Time(moment))
}

fn as_time(value: &Value) -> Option<&Moment> {
    match value {
        Value::Object(object) => match object.as_ref() {
            Object::Time(moment) => Some(moment),
            _ => None,
        },
        _ => None,
    }
}

/// A time, or seconds since 1970; anything else is now.
fn time_of(engine: &Engine<'_>, value: &Value) -> Moment {
    match value {
        Value::Int(i, IntKind::Int | IntKind::Int64) => Moment::utc(*i, 0),
        other => as_time(other).cloned().unwrap_or_else(|| engine.outside.now()),
    }
}

/// An unknown zone counts as UTC.
fn in_zone(engine: &mut Engine<'_>, layout: &str, value: &Value, zone: &str) -> Returns {
    let moment = time_of(engine, value);
    let shown = moment.in_zone(zone).unwrap_or_else(|| Moment::utc(moment.seconds, moment.nanos));
    Ok(Value::from(time::format(&shown, layout)))
}

fn modify(args: &[Slot]) -> Returns {
    let by = parse_duration(args.text(0))?;
    let start = as_time(args.value(1)).ok_or("not a time")?;
    Ok(moment(start.plus_nanos(by)))
}

fn since(engine: &Engine<'_>, start: &Moment) -> i64 {
    engine.outside.now().unix_nanos().saturating_sub(start.unix_nanos())
}

fn ago(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    const SECOND: i64 = 1_000_000_000;
    let start = time_of(engine, args.value(0));
    let passed = since(engine, &start);
    // Duration.Round: half away from zero.
    let half = if passed < 0 { -SECOND / 2 } else { SECOND / 2 };
    Ok(Value::from(format_duration(passed.saturating_add(half) / SECOND * SECOND)))
}

fn duration_round(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let nanos = match args.value(0) {
        Value::Text(text) => parse_duration(text).unwrap_or(0),
        Value::Int(i, IntKind::Int64) => *i,
        other => as_time(other).map_or(0, |start| since(engine, start)),
    };
    const HOUR: u64 = 3_600_000_000_000;
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3600, "s"),
    ];
    let size = nanos.unsigned_abs();
    let found = units.iter().find(|(unit, _)| size > *unit);
    Ok(Value::from(found.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", size / unit))))
}
