//! Methods that templates call on objects.

use ordain_gostd::time::{self, Moment};

use super::{Object, Struct};
use crate::data::value_to_json;
use crate::semver::Version;
use crate::template::Param;
use crate::template::Slot;
use crate::value::{IntKind, List, ListKind, Map, MapKind, Value};

/// A method: its parameters are checked like those of a function.
pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) params: &'static [Param],
    pub(crate) body: fn(&Value, &[Slot]) -> Result<Value, String>,
}

/// The method of that name, if the value has one.
pub(crate) fn method(value: &Value, name: &str) -> Option<Method> {
    match value {
        Value::List(List { kind: ListKind::Versions, .. }) if name == "Has" => {
            Some(Method { name: "Has", params: &[Param::Text], body: has })
        }
        Value::Map(map) if map.kind == MapKind::Values => values_method(name),
        Value::Object(object) => match object.as_ref() {
            Object::Files(_) => files_method(name),
            Object::Time(_) => time_method(name),
            Object::Version(_) => version_method(name),
            Object::Struct(s) => struct_method(s, name),
        },
        _ => None,
    }
}

fn text(args: &[Slot], index: usize) -> &str {
    match args.get(index).map(|s| &s.value) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

fn has(receiver: &Value, args: &[Slot]) -> Result<Value, String> {
    let wanted = text(args, 0);
    let Value::List(list) = receiver else { return Ok(Value::Bool(false)) };
    Ok(Value::Bool(list.items.iter().any(|v| matches!(v, Value::Text(t) if &**t == wanted))))
}

macro_rules! rows {
    ($name:expr; $($method:literal $params:expr => $body:expr),+ $(,)?) => {
        match $name {
            $($method => Some(Method { name: $method, params: $params, body: $body }),)+
            _ => None,
        }
    };
}

/// Methods of `chartutil.Values`.
fn values_method(name: &str) -> Option<Method> {
    const PATH: &[Param] = &[Param::Text];
    rows! { name;
        "AsMap" &[] => |r, _| Ok(retyped(r, MapKind::Any)),
        "YAML" &[] => |r, _| Ok(Value::from(ordain_yaml::to_yaml(&value_to_json(r)?))),
        "Table" PATH => |r, a| text(a, 0).split('.').try_fold(r.clone(), |table, part| {
            match child(&table, part) {
                Some(inner @ Value::Map(_)) => Ok(retyped(&inner, MapKind::Values)),
                _ => Err(format!("{} is not a table", ordain_gostd::quote(part))),
            }
        }),
        "PathValue" PATH => |r, a| {
            let missing = |key: &str| format!("{} is not a value", ordain_gostd::quote(key));
            let mut current = r.clone();
            for part in text(a, 0).split('.') {
                current = child(&current, part).ok_or_else(|| missing(part))?;
            }
            if matches!(current, Value::Map(_)) { Err(missing(text(a, 0))) } else { Ok(current) }
        },
    }
}

fn child(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Map(map) => map.get(key),
        _ => None,
    }
}

/// The same map under another of its types.
fn retyped(value: &Value, kind: MapKind) -> Value {
    match value {
        Value::Map(map) => Value::Map(Map { kind, entries: std::rc::Rc::clone(&map.entries) }),
        other => other.clone(),
    }
}

fn with_files(receiver: &Value, f: impl FnOnce(&super::Files) -> Value) -> Result<Value, String> {
    match receiver {
        Value::Object(object) => match object.as_ref() {
            Object::Files(files) => Ok(f(files)),
            _ => Err("not files".into()),
        },
        _ => Err("not files".into()),
    }
}

fn files_method(name: &str) -> Option<Method> {
    const PATH: &[Param] = &[Param::Text];
    rows! { name;
        "Get" PATH => |r, a| with_files(r, |f| Value::from(f.text(text(a, 0)))),
        "GetBytes" PATH => |r, a| with_files(r, |f| f.bytes(text(a, 0))),
        "Glob" PATH => |r, a| with_files(r, |f| Value::object(Object::Files(f.glob(text(a, 0))))),
        "Lines" PATH => |r, a| with_files(r, |f| Value::texts(f.lines(text(a, 0)))),
        "AsConfig" &[] => |r, _| with_files(r, |f| Value::from(f.as_config())),
        "AsSecrets" &[] => |r, _| with_files(r, |f| Value::from(f.as_secrets())),
    }
}

/// A version as an action shows it.
fn as_printed(receiver: &Value, _: &[Slot]) -> Result<Value, String> {
    Ok(Value::from(match receiver {
        Value::Object(object) => object.printed(),
        other => other.show(),
    }))
}

fn struct_method(s: &Struct, name: &str) -> Option<Method> {
    if s.type_name != "chartutil.KubeVersion" {
        return None;
    }
    match name {
        "String" => Some(Method { name: "String", params: &[], body: as_printed }),
        "GitVersion" => Some(Method { name: "GitVersion", params: &[], body: as_printed }),
        _ => None,
    }
}

fn with_time(receiver: &Value, f: impl FnOnce(&Moment) -> Value) -> Result<Value, String> {
    match receiver {
        Value::Object(object) => match object.as_ref() {
            Object::Time(moment) => Ok(f(moment)),
            _ => Err("not a time".into()),
        },
        _ => Err("not a time".into()),
    }
}

fn arg_time(args: &[Slot]) -> Option<(i64, u32)> {
    match &args.first()?.value {
        Value::Object(object) => match object.as_ref() {
            Object::Time(moment) => Some((moment.seconds, moment.nanos)),
            _ => None,
        },
        _ => None,
    }
}

fn int(args: &[Slot], index: usize) -> i64 {
    match args.get(index).map(|s| &s.value) {
        Some(Value::Int(i, _)) => *i,
        _ => 0,
    }
}

/// `Time.AddDate`: months and days beyond their bounds carry over.
fn add_date(moment: &Moment, years: i64, months: i64, days: i64) -> Moment {
    let wall = moment.wall();
    let month = i64::from(wall.month) - 1 + months;
    let year = wall.year.saturating_add(years).saturating_add(month.div_euclid(12));
    let month = u32::try_from(month.rem_euclid(12)).unwrap_or(0) + 1;
    let start = time::days_from_civil(year, month, 1);
    let target = start.saturating_add(i64::from(wall.day) - 1).saturating_add(days);
    let shift = target.saturating_sub(wall.days).saturating_mul(86_400);
    Moment { seconds: moment.seconds.saturating_add(shift), ..moment.clone() }
}

fn time_method(name: &str) -> Option<Method> {
    rows! { name;
        "Format" &[Param::Text] => |r, a| with_time(r, |m| Value::from(time::format(m, text(a, 0)))),
        "String" &[] => |r, _| Ok(Value::from(r.show())),
        "Unix" &[] => |r, _| with_time(r, |m| Value::int64(m.seconds)),
        "UnixNano" &[] => |r, _| with_time(r, |m| Value::int64(m.unix_nanos())),
        "UnixMilli" &[] => |r, _| with_time(r, |m| Value::int64(m.unix_nanos() / 1_000_000)),
        "UTC" &[] => |r, _| with_time(r, |m| Value::object(Object::Time(Moment::utc(m.seconds, m.nanos)))),
        "Local" &[] => |r, _| with_time(r, |m| Value::object(Object::Time(Moment::utc(m.seconds, m.nanos)))),
        "Year" &[] => |r, _| with_time(r, |m| Value::int(m.wall().year)),
        "Month" &[] => |r, _| with_time(r, |m| Value::from(time::format(m, "January"))),
        "Weekday" &[] => |r, _| with_time(r, |m| Value::from(time::format(m, "Monday"))),
        "Day" &[] => |r, _| with_time(r, |m| Value::int(i64::from(m.wall().day))),
        "YearDay" &[] => |r, _| with_time(r, |m| Value::int(m.wall().year_day())),
        "Hour" &[] => |r, _| with_time(r, |m| Value::int(i64::from(m.wall().clock / 3600))),
        "Minute" &[] => |r, _| with_time(r, |m| Value::int(i64::from(m.wall().clock / 60 % 60))),
        "Second" &[] => |r, _| with_time(r, |m| Value::int(i64::from(m.wall().clock % 60))),
        "Nanosecond" &[] => |r, _| with_time(r, |m| Value::int(i64::from(m.nanos))),
        "IsZero" &[] => |r, _| with_time(r, |m| Value::Bool(m.seconds == -62_135_596_800 && m.nanos == 0)),
        "Before" &[Param::Time] => |r, a| with_time(r, |m| Value::Bool(Some((m.seconds, m.nanos)) < arg_time(a))),
        "After" &[Param::Time] => |r, a| with_time(r, |m| Value::Bool(Some((m.seconds, m.nanos)) > arg_time(a))),
        "Equal" &[Param::Time] => |r, a| with_time(r, |m| Value::Bool(Some((m.seconds, m.nanos)) == arg_time(a))),
        "AddDate" &[Param::Int, Param::Int, Param::Int] => |r, a| {
            with_time(r, |m| Value::object(Object::Time(add_date(m, int(a, 0), int(a, 1), int(a, 2)))))
        },
    }
}

fn with_version(receiver: &Value, f: impl FnOnce(&Version) -> Value) -> Result<Value, String> {
    match receiver {
        Value::Object(object) => match object.as_ref() {
            Object::Version(version) => Ok(f(version)),
            _ => Err("not a version".into()),
        },
        _ => Err("not a version".into()),
    }
}

fn compare(
    receiver: &Value,
    args: &[Slot],
    f: impl FnOnce(std::cmp::Ordering) -> Value,
) -> Result<Value, String> {
    let other = match args.first().map(|s| &s.value) {
        Some(Value::Object(object)) => match object.as_ref() {
            Object::Version(version) => version.clone(),
            _ => return Err("wrong type for value; expected *semver.Version".into()),
        },
        _ => return Err("wrong type for value; expected *semver.Version".into()),
    };
    with_version(receiver, |v| f(v.precedence(&other)))
}

fn number(n: u64) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX), IntKind::Uint64)
}

fn version_method(name: &str) -> Option<Method> {
    const OTHER: &[Param] = &[Param::Any];
    rows! { name;
        "Major" &[] => |r, _| with_version(r, |v| number(v.major)),
        "Minor" &[] => |r, _| with_version(r, |v| number(v.minor)),
        "Patch" &[] => |r, _| with_version(r, |v| number(v.patch)),
        "Prerelease" &[] => |r, _| with_version(r, |v| Value::from(v.pre.as_str())),
        "Metadata" &[] => |r, _| with_version(r, |v| Value::from(v.metadata.as_str())),
        "Original" &[] => |r, _| with_version(r, |v| Value::from(v.original.as_str())),
        "String" &[] => |r, _| with_version(r, |v| Value::from(v.to_string())),
        "IncMajor" &[] => |r, _| with_version(r, |v| Value::object(Object::Version(v.inc_major()))),
        "IncMinor" &[] => |r, _| with_version(r, |v| Value::object(Object::Version(v.inc_minor()))),
        "IncPatch" &[] => |r, _| with_version(r, |v| Value::object(Object::Version(v.inc_patch()))),
        "Compare" OTHER => |r, a| compare(r, a, |o| Value::int(o as i64)),
        "Equal" OTHER => |r, a| compare(r, a, |o| Value::Bool(o.is_eq())),
        "LessThan" OTHER => |r, a| compare(r, a, |o| Value::Bool(o.is_lt())),
        "GreaterThan" OTHER => |r, a| compare(r, a, |o| Value::Bool(o.is_gt())),
    }
}
