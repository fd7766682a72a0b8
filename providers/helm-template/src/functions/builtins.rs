//! Go's own functions but the comparisons (`text/template/funcs.go`).

use ordain_gostd::{escape, sprint, sprintf, sprintln};

use super::args::Args;
use super::{fixed, variadic};
use crate::template::{Engine, Function, Param, Returns, Slot};
use crate::value::{List, Map, MapKind, Value};

const RAW: &[Param] = &[Param::Raw];
const ANY: &[Param] = &[Param::Any];

pub(super) const TABLE: &[Function] = &[
    // Both stop early and are run by the evaluator; the rows make the names known.
    variadic("and", &[Param::Raw, Param::Raw], |_, a| Ok(a.value(0).clone())),
    variadic("or", &[Param::Raw, Param::Raw], |_, a| Ok(a.value(0).clone())),
    fixed("not", RAW, |_, a| Ok(Value::Bool(!a.value(0).truth()))),
    variadic("index", &[Param::Raw, Param::Raw], index),
    fixed("len", RAW, len),
    variadic("call", &[Param::Raw, Param::Raw], |_, a| match a.value(0) {
        Value::Nil => Err("call of nil".into()),
        other => Err(format!("non-function of type {}", other.type_name())),
    }),
    variadic("print", ANY, |_, a| Ok(Value::from(sprint(&printed(a))))),
    variadic("println", ANY, |_, a| Ok(Value::from(sprintln(&printed(a))))),
    variadic("printf", &[Param::Text, Param::Any], printf),
    variadic("html", ANY, |_, a| Ok(Value::from(escape::html(&shown(a))))),
    variadic("js", ANY, |_, a| Ok(Value::from(escape::js(&shown(a))))),
    variadic("urlquery", ANY, |_, a| Ok(Value::from(escape::query(&shown(a))))),
];

fn printed(args: &[Slot]) -> Vec<ordain_gostd::Arg> {
    args.iter().map(|slot| slot.value.to_arg()).collect()
}

/// Arguments of the escaping functions, which see what an action would print.
fn shown(args: &[Slot]) -> String {
    let one = |slot: &Slot| match &slot.value {
        Value::Nil => ordain_gostd::Arg::Text("<no value>".into()),
        value => value.to_arg(),
    };
    sprint(&args.iter().map(one).collect::<Vec<_>>())
}

fn printf(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let rest = printed(args.get(1..).unwrap_or_default());
    let text = sprintf(args.text(0), &rest);
    engine.limits.produce(text.len())?;
    Ok(Value::from(text))
}

fn len(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let count = match args.value(0) {
        Value::Text(text) => ordain_gostd::bytes::to_bytes(text).len(),
        Value::List(list) => list.items.len(),
        Value::Map(map) => map.len(),
        Value::Object(object) => match object.range() {
            Some(pairs) => pairs.len(),
            None => return Err(format!("len of type {}", object.type_name())),
        },
        Value::Nil if args.first().is_some_and(|s| s.iface) => return Err("len of nil pointer".into()),
        Value::Nil => return Err("reflect: call of reflect.Value.Type on zero Value".into()),
        other => return Err(format!("len of type {}", other.type_name())),
    };
    Ok(Value::length(count))
}

fn index(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let mut item = args.value(0).clone();
    if matches!(item, Value::Nil) {
        return Err("index of untyped nil".into());
    }
    for step in args.iter().skip(1) {
        item = index_one(&item, &step.value)?;
    }
    Ok(item)
}

fn index_one(item: &Value, step: &Value) -> Returns {
    match item {
        Value::Nil => Err("index of nil pointer".into()),
        Value::List(list) => index_list(list, step),
        Value::Text(text) => {
            let bytes = ordain_gostd::bytes::to_bytes(text);
            let at = position(step, bytes.len())?;
            let byte = bytes.get(at).copied().ok_or("reflect: string index out of range")?;
            Ok(Value::Int(i64::from(byte), crate::value::IntKind::Byte))
        }
        Value::Map(map) => index_map(map, step),
        Value::Object(object) if object.kind_name() == "map" => match step {
            Value::Text(key) => Ok(object.field(key).unwrap_or(Value::Nil)),
            other => Err(format!("value has type {}; should be string", other.type_name())),
        },
        other => Err(format!("can't index item of type {}", other.type_name())),
    }
}

fn index_list(list: &List, step: &Value) -> Returns {
    let at = position(step, list.items.len())?;
    list.items.get(at).cloned().ok_or_else(|| "reflect: slice index out of range".into())
}

fn index_map(map: &Map, step: &Value) -> Returns {
    let Value::Text(key) = step else {
        if matches!(step, Value::Nil) {
            return Err("value is nil; should be of type string".into());
        }
        return Err(format!("value has type {}; should be string", step.type_name()));
    };
    let missing = if map.kind == MapKind::Text { Value::from("") } else { Value::Nil };
    Ok(map.get(key).unwrap_or(missing))
}

/// `indexArg`: the end itself passes here and fails where the item is taken.
fn position(step: &Value, len: usize) -> Result<usize, String> {
    match step {
        Value::Int(i, _) => {
            let at = usize::try_from(*i).ok().filter(|at| *at <= len);
            at.ok_or_else(|| format!("index out of range: {i}"))
        }
        Value::Nil => Err("cannot index slice/array with nil".into()),
        other => Err(format!("cannot index slice/array with type {}", other.type_name())),
    }
}
