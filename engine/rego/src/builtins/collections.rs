//! Arrays, sets and plain objects.

use super::args;
use super::arithmetic::difference;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, ErrorCode, Row};
use crate::value::{Object, Set, Value};

const KEYS: &str = "(object[any: any], any<array[any], object[any: any], set[any]>) -> object[any: any]";

pub(super) const ROWS: &[Row] = &[
    ("array.concat", "(array[any], array[any]) -> array[any]", concat),
    ("array.slice", "(array[any], number, number) -> array[any]", slice),
    ("array.reverse", "(array[any]) -> array[any]", reverse),
    ("array.flatten", "(array[any]) -> array[any]", flatten),
    ("and", "(set[any], set[any]) -> set[any]", and),
    ("or", "(set[any], set[any]) -> set[any]", or),
    ("set_diff", "(set[any], set[any]) -> set[any]", set_diff),
    ("intersection", "(set[set[any]]) -> set[any]", intersection),
    ("union", "(set[set[any]]) -> set[any]", union),
    ("object.get", "(object[any: any], any, any) -> any", get),
    ("object.keys", "(object[any: any]) -> set[any]", keys),
    ("object.remove", KEYS, |_, args| select(args, false)),
    ("object.filter", KEYS, |_, args| select(args, true)),
    ("object.union", "(object[any: any], object[any: any]) -> object[any: any]", object_union),
    ("object.union_n", "(array[object[any: any]]) -> object[any: any]", object_union_n),
    (
        "object.subset",
        "(any<array[any], object[any: any], set[any]>, any<array[any], object[any: any], set[any]>) -> boolean",
        subset,
    ),
];

fn concat(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (a, b) = (args::array(args, 1)?, args::array(args, 2)?);
    Ok(Some([a, b].concat().into()))
}

fn slice(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let items = args::array(args, 1)?;
    let clamp = |at: i64| usize::try_from(at.max(0)).unwrap_or(usize::MAX).min(items.len());
    let (start, stop) = (clamp(args::int(args, 2)?), clamp(args::int(args, 3)?));
    Ok(Some(items.get(start..stop).unwrap_or_default().to_vec().into()))
}

fn reverse(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    Ok(Some(args::array(args, 1)?.iter().rev().cloned().collect::<Vec<_>>().into()))
}

/// One level.
fn flatten(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let mut out = Vec::new();
    for item in args::array(args, 1)? {
        match item {
            Value::Array(inner) => out.extend(inner.iter().cloned()),
            other => out.push(other.clone()),
        }
    }
    Ok(Some(out.into()))
}

fn common(a: &Set, b: &Set) -> Set {
    a.iter().filter(|member| b.contains(member)).cloned().collect()
}

fn and(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    Ok(Some(common(args::set(args, 1)?, args::set(args, 2)?).into()))
}

fn or(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (a, b) = (args::set(args, 1)?, args::set(args, 2)?);
    Ok(Some(a.iter().chain(b).cloned().collect::<Set>().into()))
}

fn set_diff(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    Ok(Some(difference(args::set(args, 1)?, args::set(args, 2)?).into()))
}

fn sets(args: &[Value]) -> Result<Vec<&Set>, BuiltinError> {
    let whole = args::any(args, 1)?;
    args::set(args, 1)?
        .iter()
        .map(|member| member.as_set().ok_or_else(|| args::element(1, whole, member, "set")))
        .collect()
}

fn intersection(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let mut sets = sets(args)?.into_iter();
    let first = sets.next().cloned().unwrap_or_default();
    Ok(Some(sets.fold(first, |left, right| common(&left, right)).into()))
}

fn union(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    Ok(Some(sets(args)?.into_iter().flatten().cloned().collect::<Set>().into()))
}

/// A key, or an array of keys that leads through objects, arrays and sets.
fn get(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let object = args::object(args, 1)?;
    let (key, default) = (args::any(args, 2)?, args::any(args, 3)?);
    let Value::Array(path) = key else {
        return Ok(Some(object.get(key).unwrap_or(default).clone()));
    };
    let mut at = args::any(args, 1)?;
    for step in path.iter() {
        let Some(next) = at.get(step) else { return Ok(Some(default.clone())) };
        at = next;
    }
    Ok(Some(at.clone()))
}

fn keys(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    Ok(Some(args::object(args, 1)?.iter().map(|(key, _)| key.clone()).collect::<Set>().into()))
}

/// Keeps or drops the pairs whose keys are items, members or keys of the second argument.
fn select(args: &[Value], keep: bool) -> BuiltinResult {
    let object = args::object(args, 1)?;
    let keys: Set = match args::any(args, 2)? {
        Value::Array(items) => items.iter().cloned().collect(),
        Value::Set(set) => set.as_ref().clone(),
        Value::Object(object) => object.iter().map(|(key, _)| key.clone()).collect(),
        other => return Err(BuiltinError::operand(2, "one of {object, string, array}", other)),
    };
    let kept = object.iter().filter(|(key, _)| keys.contains(key) == keep).cloned();
    Ok(Some(kept.collect::<Object>().into()))
}

fn object_union(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    Ok(Some(merge(args::object(args, 1)?, args::object(args, 2)?).into()))
}

fn object_union_n(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let whole = args::any(args, 1)?;
    let mut union = Object::default();
    for item in args::array(args, 1)? {
        let object = item.as_object().ok_or_else(|| args::element(1, whole, item, "object"))?;
        union = merge(&union, object);
    }
    Ok(Some(union.into()))
}

/// Objects merge key by key; of anything else the right one counts.
fn merge(left: &Object, right: &Object) -> Object {
    let merged = right.iter().map(|(key, value)| {
        let value = match (left.get(key), value) {
            (Some(Value::Object(a)), Value::Object(b)) => merge(a, b).into(),
            _ => value.clone(),
        };
        (key.clone(), value)
    });
    left.iter().cloned().chain(merged).collect()
}

fn subset(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let holds = match (args::any(args, 1)?, args::any(args, 2)?) {
        (Value::Object(sup), Value::Object(sub)) => object_within(sup, sub),
        (Value::Set(sup), Value::Set(sub)) => sub.iter().all(|member| sup.contains(member)),
        (Value::Array(sup), Value::Array(sub)) => {
            sub.is_empty() || sup.windows(sub.len()).any(|window| window == sub.as_slice())
        }
        // As OPA counts: an item that occurs twice counts twice, and nothing is in an empty array.
        (Value::Array(sup), Value::Set(sub)) => {
            !sup.is_empty() && sup.iter().filter(|item| sub.contains(item)).count() >= sub.len()
        }
        _ => {
            return Err(BuiltinError {
                code: ErrorCode::Type,
                message: "both arguments object.subset must be of the same type or array and set".into(),
            });
        }
    };
    Ok(Some(holds.into()))
}

fn object_within(sup: &Object, sub: &Object) -> bool {
    sub.iter().all(|(key, wanted)| match (sup.get(key), wanted) {
        (Some(Value::Object(a)), Value::Object(b)) => object_within(a, b),
        (Some(Value::Set(a)), Value::Set(b)) => b.iter().all(|member| a.contains(member)),
        (Some(Value::Array(a)), Value::Array(b)) => {
            b.is_empty() || a.windows(b.len()).any(|window| window == b.as_slice())
        }
        (Some(found), wanted) => found == wanted,
        (None, _) => false,
    })
}
