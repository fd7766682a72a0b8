//! Maps.

use super::args::{Args, NIL_POINTER};
use super::convert::to_text;
use super::merge::{merge, merge_overwrite};
use super::{fixed, variadic};
use crate::template::{Engine, Function, Param, Returns, Slot};
use crate::value::{Entries, Map, MapKind, Value};

const KEYED: &[Param] = &[Param::Dict, Param::Text];

pub(super) const TABLE: &[Function] = &[
    variadic("dict", &[Param::Any], dict),
    fixed("get", KEYED, |_, a| Ok(a.map(0).get(a.text(1)).unwrap_or(Value::from("")))),
    fixed("set", &[Param::Dict, Param::Text, Param::Any], set),
    fixed("unset", KEYED, |_, a| {
        a.map(0).entries.borrow_mut().remove(a.text(1));
        Ok(plain(a.value(0)))
    }),
    fixed("hasKey", KEYED, |_, a| Ok(Value::Bool(a.map(0).get(a.text(1)).is_some()))),
    variadic("pluck", &[Param::Text, Param::Dict], |_, a| {
        let maps = (1..a.len()).map(|i| a.map(i));
        Ok(Value::list(maps.filter_map(|m| m.get(a.text(0))).collect()))
    }),
    variadic("keys", &[Param::Dict], |_, a| {
        Ok(Value::texts((0..a.len()).flat_map(|i| a.map(i).snapshot()).map(|(k, _)| k)))
    }),
    fixed("values", &[Param::Dict], |_, a| {
        Ok(Value::list(a.map(0).snapshot().into_iter().map(|(_, v)| v).collect()))
    }),
    variadic("pick", KEYED, |_, a| {
        let map = a.map(0);
        let kept = (1..a.len()).filter_map(|i| map.get(a.text(i)).map(|v| (a.text(i).to_owned(), v)));
        Ok(Value::map(kept.collect()))
    }),
    variadic("omit", KEYED, |_, a| {
        let dropped: Vec<&str> = (1..a.len()).map(|i| a.text(i)).collect();
        let kept = a.map(0).snapshot().into_iter().filter(|(k, _)| !dropped.contains(&k.as_str()));
        Ok(Value::map(kept.collect()))
    }),
    variadic("dig", &[Param::Any], dig),
    variadic("merge", &[Param::Dict, Param::Dict], |_, a| merged(a, merge, false)),
    variadic("mustMerge", &[Param::Dict, Param::Dict], |_, a| merged(a, merge, true)),
    variadic("mergeOverwrite", &[Param::Dict, Param::Dict], |_, a| merged(a, merge_overwrite, false)),
    variadic("mustMergeOverwrite", &[Param::Dict, Param::Dict], |_, a| merged(a, merge_overwrite, true)),
];

fn dict(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let mut entries = Entries::new();
    for pair in args.chunks(2) {
        let value = pair.get(1).map_or_else(|| Value::from(""), |s| s.value.clone());
        entries.insert(to_text(pair.value(0)), value);
    }
    Ok(Value::map(entries))
}

fn set(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let Value::Map(map) = args.value(0) else { return Err("assignment to entry in nil map".into()) };
    engine.limits.produce(64 + args.text(1).len())?;
    map.insert(args.text(1), args.value(2).clone());
    Ok(plain(args.value(0)))
}

/// A map as it comes out of a function: the same map, of the type that the function declares; nil is an empty one.
fn plain(map: &Value) -> Value {
    match map {
        Value::Map(map) => Value::Map(Map { kind: MapKind::Any, entries: map.entries.clone() }),
        _ => Value::map(Entries::new()),
    }
}

fn dig(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let Some((last, rest)) = args.split_last().filter(|(_, rest)| rest.len() >= 2) else {
        return Err("dig needs at least three arguments".into());
    };
    let not_a_map = |v: &Value| match v {
        Value::Nil => "interface conversion: interface {} is nil, not map[string]interface {}".to_owned(),
        other => format!(
            "interface conversion: interface {{}} is {}, not map[string]interface {{}}",
            other.type_name()
        ),
    };
    let Some((default, keys)) = rest.split_last() else { return Err(NIL_POINTER.into()) };
    // The table is looked at before the keys, and all keys before the first look into it.
    if last.value.type_name() != "map[string]interface {}" {
        return Err(not_a_map(&last.value));
    }
    if let Some(odd) = keys.iter().find(|key| !matches!(key.value, Value::Text(_))) {
        return Err(match &odd.value {
            Value::Nil => "interface conversion: interface {} is nil, not string".to_owned(),
            other => format!("interface conversion: interface {{}} is {}, not string", other.type_name()),
        });
    }
    let mut current = last.value.clone();
    for key in keys {
        // Only tables as such: `.Values` itself is of a type of its own.
        let table = current.type_name() == "map[string]interface {}";
        let Value::Map(map) = &current else { return Err(not_a_map(&current)) };
        if !table {
            return Err(not_a_map(&current));
        }
        let Value::Text(key) = &key.value else { return Err(NIL_POINTER.into()) };
        match map.get(key) {
            Some(found) => current = found,
            None => return Ok(default.value.clone()),
        }
    }
    Ok(current)
}

/// Merges the sources into the first argument, which is changed and given back.
fn merged(args: &[Slot], one: fn(&Map, &Map, usize) -> Result<(), String>, strict: bool) -> Returns {
    let target = args.map(0);
    for i in 1..args.len() {
        match one(&target, &args.map(i), 0) {
            Err(message) if strict => return Err(message),
            Err(_) => return Ok(Value::from("")),
            Ok(()) => {}
        }
    }
    // What comes out is of the type that the function declares, whatever went in.
    Ok(Value::Map(Map { kind: MapKind::Any, entries: target.entries }))
}
