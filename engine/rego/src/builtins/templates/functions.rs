//! The functions that every Go template has.

use super::{Eval, Item, failed};
use crate::value::Value;
use ordain_gostd::{Arg, bytes, escape, sprint, sprintf, sprintln};
use std::cmp::Ordering;

const NAMES: [&str; 19] = [
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print",
    "printf", "println", "slice", "urlquery",
];

/// Whether there is such a function.
pub(super) fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Calls a function; `and` and `or` come here when no argument decided.
pub(super) fn call(name: &str, items: &[Item]) -> Eval {
    let all = || items.iter().map(Item::arg).collect::<Vec<Arg>>();
    let text = |text: String| Ok(Item::Data(text.into()));
    match (name, items) {
        ("and" | "or", [.., last]) => Ok(last.clone()),
        ("not", [item]) => Ok(Item::Data(Value::Bool(!item.truth()))),
        ("len", [item]) => length(item),
        ("index", [item, keys @ ..]) => keys.iter().try_fold(item.clone(), |at, key| index(&at, key)),
        ("slice", [item, bounds @ ..]) => slice(item, bounds),
        ("print", _) => text(sprint(&all())),
        ("println", _) => text(sprintln(&all())),
        ("printf", [Item::Data(Value::String(format)), rest @ ..]) => {
            text(sprintf(format, &rest.iter().map(Item::arg).collect::<Vec<_>>()))
        }
        ("html", _) => text(escape::html(&printed(items))),
        ("js", _) => text(escape::js(&printed(items))),
        ("urlquery", _) => text(escape::query(&printed(items))),
        ("eq", [first, others @ ..]) if !others.is_empty() => equal(first, others),
        ("ne", [a, b]) => {
            let same = compare(a, b)?.is_some_and(Ordering::is_eq);
            Ok(Item::Data(Value::Bool(!same)))
        }
        ("lt" | "le" | "gt" | "ge", [a, b]) => ordered(name, a, b),
        ("call", _) => failed("error calling call: there are no functions in the data"),
        _ => failed(format!("wrong number or type of args for {name}")),
    }
}

/// What an escaping function escapes: where nothing is given, the words for that.
fn printed(items: &[Item]) -> String {
    let shown = |item: &Item| match item {
        Item::Data(Value::Null) => Item::Data("<no value>".into()),
        other => other.clone(),
    };
    let items: Vec<Item> = items.iter().map(shown).collect();
    sprint(&items.iter().map(Item::arg).collect::<Vec<Arg>>())
}

fn length(item: &Item) -> Eval {
    let length = match item {
        Item::Data(Value::String(text)) => bytes::to_bytes(text).len(),
        Item::Data(Value::Number(number)) => number.text().len(),
        Item::Data(Value::Array(items)) => items.len(),
        Item::Data(Value::Set(set)) => set.len(),
        Item::Data(Value::Object(object)) => object.len(),
        Item::Data(Value::Null) => return failed("error calling len: len of nil pointer"),
        other => return failed(format!("error calling len: len of type {}", other.type_name())),
    };
    Ok(Item::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

fn place(key: &Item, length: usize) -> Result<usize, crate::BuiltinError> {
    let Item::Int(at) = key else {
        return failed(format!("cannot index slice/array with type {}", key.type_name()));
    };
    match usize::try_from(*at) {
        Ok(at) if at <= length => Ok(at),
        _ => failed(format!("index out of range: {at}")),
    }
}

fn index(item: &Item, key: &Item) -> Eval {
    let at = |items: &[Value]| {
        let at = place(key, items.len())?;
        match items.get(at) {
            Some(value) => Ok(Item::Data(value.clone())),
            None => failed(format!("error calling index: index out of range: {at}")),
        }
    };
    match (item, key) {
        (Item::Data(Value::Array(items)), _) => at(items),
        (Item::Data(Value::Set(set)), _) => at(set.members()),
        (Item::Data(Value::Object(object)), Item::Data(Value::String(key))) => {
            Ok(Item::Data(object.get_str(key).cloned().unwrap_or(Value::Null)))
        }
        (Item::Data(Value::Object(_)), _) => failed("error calling index: value has wrong type for a key"),
        (Item::Data(Value::String(text)), _) => {
            let at = place(key, text.len())?;
            match text.as_bytes().get(at) {
                Some(byte) => Ok(Item::Int(i64::from(*byte))),
                None => failed(format!("error calling index: index out of range: {at}")),
            }
        }
        // To Go a number of the data is its text.
        (Item::Data(Value::Number(number)), _) => {
            let text = number.to_string();
            let at = place(key, text.len())?;
            match text.as_bytes().get(at) {
                Some(byte) => Ok(Item::Int(i64::from(*byte))),
                None => failed(format!("error calling index: index out of range: {at}")),
            }
        }
        (Item::Data(Value::Null), _) => failed("error calling index: index of untyped nil"),
        (other, _) => failed(format!("error calling index: can't index item of type {}", other.type_name())),
    }
}

fn slice(item: &Item, bounds: &[Item]) -> Eval {
    if let Item::Data(Value::Number(number)) = item {
        return slice(&Item::Data(number.text().into()), bounds);
    }
    let length = match item {
        Item::Data(Value::String(text)) => bytes::to_bytes(text).len(),
        Item::Data(Value::Array(items)) => items.len(),
        other => {
            return failed(format!("error calling slice: can't slice item of type {}", other.type_name()));
        }
    };
    let bound = |at: usize, default: usize| bounds.get(at).map_or(Ok(default), |key| place(key, length));
    let (from, to) = (bound(0, 0)?, bound(1, length)?);
    let wrong = || failed(format!("error calling slice: invalid slice index: {from} > {to}"));
    match item {
        Item::Data(Value::Array(items)) => match items.get(from..to) {
            Some(part) => Ok(Item::Data(Value::array(part.to_vec()))),
            None => wrong(),
        },
        // Bytes, also where they are no characters.
        Item::Data(Value::String(text)) => match bytes::to_bytes(text).get(from..to) {
            Some(part) => Ok(Item::Data(bytes::to_text(part).into())),
            None => wrong(),
        },
        _ => wrong(),
    }
}

/// The order of two values of one basic kind, equality only for booleans and nil; numbers of the data are text to
/// Go. `None` where two values are comparable and have no order.
fn compare(a: &Item, b: &Item) -> Result<Option<Ordering>, crate::BuiltinError> {
    let text = |item: &Item| match item {
        Item::Data(Value::String(text)) => Some(text.to_string()),
        Item::Data(Value::Number(number)) => Some(number.text()),
        _ => None,
    };
    if let (Some(a), Some(b)) = (text(a), text(b)) {
        return Ok(Some(a.cmp(&b)));
    }
    match (a, b) {
        (Item::Int(a), Item::Int(b)) => Ok(Some(a.cmp(b))),
        (Item::Float(a), Item::Float(b)) => Ok(a.partial_cmp(b)),
        (Item::Data(Value::Bool(a)), Item::Data(Value::Bool(b))) => Ok((a == b).then_some(Ordering::Equal)),
        (Item::Data(Value::Null), Item::Data(Value::Null)) => Ok(Some(Ordering::Equal)),
        (Item::Data(Value::Null), _) | (_, Item::Data(Value::Null)) => Ok(None),
        _ => failed("incompatible types for comparison"),
    }
}

fn equal(first: &Item, others: &[Item]) -> Eval {
    for other in others {
        if compare(first, other)?.is_some_and(Ordering::is_eq) {
            return Ok(Item::Data(Value::Bool(true)));
        }
    }
    Ok(Item::Data(Value::Bool(false)))
}

fn ordered(name: &str, a: &Item, b: &Item) -> Eval {
    if matches!((a, b), (Item::Data(Value::Bool(_) | Value::Null), _)) {
        return failed(format!("error calling {name}: invalid type for comparison"));
    }
    let order = compare(a, b)?;
    Ok(Item::Data(Value::Bool(match name {
        "lt" => order.is_some_and(Ordering::is_lt),
        "le" => order.is_some_and(Ordering::is_le),
        "gt" => order.is_some_and(Ordering::is_gt),
        _ => order.is_some_and(Ordering::is_ge),
    })))
}
