//! Lists.

use std::rc::Rc;

use super::args::{Args, NIL_POINTER, list};
use super::convert::{to_int, to_text, to_texts};
use super::{fixed, variadic};
use crate::template::{Engine, Function, Param, Returns, Slot};
use crate::value::{List, ListKind, Value, deep_equal};

const ONE: &[Param] = &[Param::Any];
const TWO: &[Param] = &[Param::Any, Param::Any];
const SIZED: &[Param] = &[Param::Int, Param::Any];

pub(super) const TABLE: &[Function] = &[
    variadic("list", ONE, new_list),
    variadic("tuple", ONE, new_list),
    fixed("append", TWO, append),
    fixed("mustAppend", TWO, append),
    fixed("push", TWO, append),
    fixed("mustPush", TWO, append),
    fixed("prepend", TWO, prepend),
    fixed("mustPrepend", TWO, prepend),
    fixed("first", ONE, first),
    fixed("mustFirst", ONE, first),
    fixed("last", ONE, last),
    fixed("mustLast", ONE, last),
    fixed("rest", ONE, rest),
    fixed("mustRest", ONE, rest),
    fixed("initial", ONE, initial),
    fixed("mustInitial", ONE, initial),
    fixed("reverse", ONE, reverse),
    fixed("mustReverse", ONE, reverse),
    fixed("compact", ONE, compact),
    fixed("mustCompact", ONE, compact),
    fixed("uniq", ONE, uniq),
    fixed("mustUniq", ONE, uniq),
    variadic("without", TWO, without),
    variadic("mustWithout", TWO, without),
    fixed("has", TWO, has),
    fixed("mustHas", TWO, has),
    variadic("slice", TWO, slice),
    variadic("mustSlice", TWO, slice),
    variadic("concat", ONE, concat),
    fixed("chunk", SIZED, chunk),
    fixed("mustChunk", SIZED, chunk),
    fixed("join", &[Param::Text, Param::Any], join),
    fixed("sortAlpha", ONE, sort_alpha),
    fixed("until", &[Param::Int], |engine, a| {
        let step = if a.int(0) < 0 { -1 } else { 1 };
        ints(engine, 0, a.int(0), step).map(int_list)
    }),
    fixed("untilStep", &[Param::Int, Param::Int, Param::Int], |engine, a| {
        ints(engine, a.int(0), a.int(1), a.int(2)).map(int_list)
    }),
    variadic("seq", &[Param::Int], seq),
];

fn new_list(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    Ok(Value::list(args.values_from(0)))
}

/// A list made of another takes memory in proportion.
fn charge(engine: &mut Engine<'_>, list: &List) -> Result<(), String> {
    engine.limits.produce(list.items.len().saturating_mul(16))
}

fn append(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let old = list(args.value(0), "push on")?;
    charge(engine, old)?;
    let mut items = old.items.to_vec();
    items.push(args.value(1).clone());
    Ok(Value::list(items))
}

fn prepend(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let old = list(args.value(0), "prepend on")?;
    charge(engine, old)?;
    let mut items = vec![args.value(1).clone()];
    items.extend(old.items.iter().cloned());
    Ok(Value::list(items))
}

fn first(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    Ok(list(args.value(0), "find first on")?.items.first().cloned().unwrap_or(Value::Nil))
}

fn last(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    Ok(list(args.value(0), "find last on")?.items.last().cloned().unwrap_or(Value::Nil))
}

fn rest(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let old = list(args.value(0), "find rest on")?;
    charge(engine, old)?;
    Ok(old
        .items
        .split_first()
        .map_or_else(|| Value::nil_list(ListKind::Any), |(_, r)| Value::list(r.to_vec())))
}

fn initial(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let old = list(args.value(0), "find initial on")?;
    charge(engine, old)?;
    Ok(old
        .items
        .split_last()
        .map_or_else(|| Value::nil_list(ListKind::Any), |(_, r)| Value::list(r.to_vec())))
}

fn reverse(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let old = list(args.value(0), "find reverse on")?;
    charge(engine, old)?;
    Ok(Value::list(old.items.iter().rev().cloned().collect()))
}

fn compact(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let old = list(args.value(0), "compact on")?;
    Ok(Value::list(old.items.iter().filter(|v| v.truth()).cloned().collect()))
}

fn uniq(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let old = list(args.value(0), "find uniq on")?;
    let mut kept: Vec<Value> = Vec::new();
    for item in old.items.iter() {
        engine.limits.charge(u64::try_from(kept.len()).unwrap_or(0))?;
        if !kept.iter().any(|k| deep_equal(k, item)) {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn without(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let old = list(args.value(0), "find without on")?;
    engine.limits.charge(u64::try_from(old.items.len() * args.len()).unwrap_or(u64::MAX))?;
    let dropped = args.values_from(1);
    let kept = old.items.iter().filter(|v| !dropped.iter().any(|d| deep_equal(d, v)));
    Ok(Value::list(kept.cloned().collect()))
}

fn has(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    if matches!(args.value(1), Value::Nil) {
        return Ok(Value::Bool(false));
    }
    let old = list(args.value(1), "find has on")?;
    engine.limits.charge(u64::try_from(old.items.len()).unwrap_or(0))?;
    Ok(Value::Bool(old.items.iter().any(|v| deep_equal(args.value(0), v))))
}

fn slice(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let old = match args.value(0) {
        Value::List(list) => list,
        Value::Nil => return Err(NIL_POINTER.into()),
        other => return Err(format!("list should be type of slice or array but {}", other.kind_name())),
    };
    if old.items.is_empty() {
        return Ok(Value::Nil);
    }
    let start = args.get(1).map_or(Ok(0), |s| usize::try_from(to_int(&s.value)));
    let end = args.get(2).map_or(Ok(old.items.len()), |s| usize::try_from(to_int(&s.value)));
    let kept = match (start, end) {
        (Ok(start), Ok(end)) => old.items.get(start..end),
        _ => None,
    };
    let kept = kept.ok_or("reflect.Value.Slice: slice index out of bounds")?;
    Ok(Value::List(List { kind: old.kind, items: Rc::new(kept.to_vec()), is_nil: false }))
}

fn concat(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let mut items = Vec::new();
    for arg in args {
        match &arg.value {
            Value::List(list) => {
                charge(engine, list)?;
                items.extend(list.items.iter().cloned());
            }
            Value::Nil => return Err(NIL_POINTER.into()),
            other => return Err(format!("Cannot concat type {} as list", other.kind_name())),
        }
    }
    Ok(if items.is_empty() { Value::nil_list(ListKind::Any) } else { Value::list(items) })
}

fn chunk(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let old = list(args.value(1), "chunk")?;
    let Some(size) = usize::try_from(args.int(0)).ok().filter(|s| *s > 0) else {
        return backwards(old, args.int(0));
    };
    Ok(Value::typed_list(ListKind::Lists, old.items.chunks(size).map(|c| Value::list(c.to_vec())).collect()))
}

/// Chunks of a size that is none: the original computes how many there are in floats, and makes them or fails.
fn backwards(old: &List, size: i64) -> Returns {
    let steps = size.unsigned_abs();
    let chunks = match old.items.len() {
        1 if size < -1 => vec![Value::list(old.items.to_vec())],
        len @ 2.. if size < 0 && u64::try_from(len - 1).is_ok_and(|rest| rest <= steps) => Vec::new(),
        _ => return Err("runtime error: makeslice: len out of range".into()),
    };
    Ok(Value::typed_list(ListKind::Lists, chunks))
}

fn join(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let text = to_texts(args.value(1)).join(args.text(0));
    engine.limits.produce(text.len())?;
    Ok(Value::from(text))
}

fn sort_alpha(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let mut texts = match args.value(0) {
        list @ Value::List(_) => to_texts(list),
        other => vec![to_text(other)],
    };
    texts.sort();
    Ok(Value::texts(texts))
}

fn ints(engine: &mut Engine<'_>, start: i64, stop: i64, step: i64) -> Result<Vec<i64>, String> {
    let towards = if stop < start { step < 0 } else { step > 0 };
    if !towards || start == stop {
        return Ok(Vec::new());
    }
    let count = stop.abs_diff(start).div_ceil(step.unsigned_abs());
    let size = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(32);
    engine.limits.produce(size)?;
    let mut out = Vec::new();
    let mut at = start;
    while if step > 0 { at < stop } else { at > stop } {
        out.push(at);
        at = at.saturating_add(step);
    }
    Ok(out)
}

fn int_list(items: Vec<i64>) -> Value {
    Value::typed_list(ListKind::Int, items.into_iter().map(Value::int).collect())
}

fn seq(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    let (start, stop, step) = match args.len() {
        1 => (1, args.int(0), 0),
        2 => (args.int(0), args.int(1), 0),
        3 => (args.int(0), args.int(2), args.int(1)),
        _ => return Ok(Value::from("")),
    };
    let down = stop < start;
    if args.len() == 3 && down && step > 0 {
        return Ok(Value::from(""));
    }
    let unit = if down { -1 } else { 1 };
    let step = if args.len() == 3 { step } else { unit };
    let numbers = ints(engine, start, stop.saturating_add(unit), step)?;
    Ok(Value::from(numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")))
}
