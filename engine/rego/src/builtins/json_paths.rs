//! `json.filter`, `json.remove` and `json.patch`: parts of documents by path.

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::{Object, Set, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

const PATHS: &str = "(object[any: any], any<array[any<string, array[any]>], set[any<string, array[any]>]>) -> object[any: any]";

pub(super) const ROWS: &[Row] = &[
    ("json.filter", PATHS, filter),
    ("json.remove", PATHS, remove),
    ("json.patch", "(any, array[object<op: string, path: any>[any: any]]) -> any", patch),
];

/// The chosen paths as a tree; a leaf chooses all below it.
#[derive(Default)]
struct Tree(BTreeMap<Value, Option<Tree>>);

impl Tree {
    fn of(args: &[Value]) -> Result<Self, BuiltinError> {
        let mut root = Self::default();
        for path in args::items(args, 2, "one of {set, array}")? {
            root.add(&segments(path)?);
        }
        Ok(root)
    }

    fn add(&mut self, path: &[Value]) {
        match path {
            [] => {}
            [last] => {
                self.0.insert(last.clone(), None);
            }
            [first, rest @ ..] => {
                let child = self.0.entry(first.clone()).or_insert_with(|| Some(Self::default()));
                if let Some(child) = child {
                    child.add(rest);
                }
            }
        }
    }

    /// The child of an item of an array: paths name it by the text of its place.
    fn item(&self, at: usize) -> Option<&Option<Tree>> {
        self.0.get(&Value::from(at.to_string()))
    }
}

/// `a/b` with the escapes of JSON pointers, or an array of keys.
fn segments(path: &Value) -> Result<Vec<Value>, BuiltinError> {
    match path {
        Value::String(text) if text.is_empty() => Ok(Vec::new()),
        Value::String(text) => Ok(text
            .trim_start_matches('/')
            .split('/')
            .map(|part| part.replace("~1", "/").replace("~0", "~").into())
            .collect()),
        Value::Array(keys) => Ok(keys.to_vec()),
        other => Err(BuiltinError::operand_value(
            2,
            format!(
                "must be one of {{set, array}} containing string paths or array of path segments but got {}",
                other.type_name()
            ),
        )),
    }
}

fn filter(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    args::object(args, 1)?;
    let tree = Tree::of(args)?;
    Ok(Some(keep(args::any(args, 1)?, &tree).unwrap_or_else(|| Value::object(Vec::new()))))
}

/// What a tree keeps of a value; nothing of a scalar that it would go into.
fn keep(value: &Value, tree: &Tree) -> Option<Value> {
    let chosen = |child: &Option<Tree>, value: &Value| match child {
        None => Some(value.clone()),
        Some(tree) => keep(value, tree),
    };
    match value {
        Value::Object(object) => Some(Value::object(
            object
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), chosen(tree.0.get(key)?, value)?)))
                .collect(),
        )),
        Value::Set(set) => {
            Some(Value::set(set.iter().filter_map(|member| chosen(tree.0.get(member)?, member)).collect()))
        }
        Value::Array(items) => Some(Value::array(
            items.iter().enumerate().filter_map(|(at, item)| chosen(tree.item(at)?, item)).collect(),
        )),
        scalar => Some(scalar.clone()),
    }
}

fn remove(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    args::object(args, 1)?;
    let tree = Tree::of(args)?;
    Ok(Some(without(args::any(args, 1)?, &tree)))
}

fn without(value: &Value, tree: &Tree) -> Value {
    let left = |child: Option<&Option<Tree>>, value: &Value| match child {
        None => Some(value.clone()),
        Some(None) => None,
        Some(Some(tree)) => Some(without(value, tree)),
    };
    match value {
        Value::Object(object) => object
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), left(tree.0.get(key), value)?)))
            .collect::<Object>()
            .into(),
        Value::Set(set) => {
            set.iter().filter_map(|member| left(tree.0.get(member), member)).collect::<Set>().into()
        }
        Value::Array(items) => Value::array(
            items.iter().enumerate().filter_map(|(at, item)| left(tree.item(at), item)).collect(),
        ),
        scalar => scalar.clone(),
    }
}

/// RFC 6902, all or nothing: a patch that does not fit is an error.
fn patch(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let patches = args::array(args, 2)?;
    let mut document = Some(args::any(args, 1)?.clone());
    for operation in patches {
        well_formed(operation)?;
        let changed = match document {
            Some(_) if takes_all(operation) => Some(None),
            Some(document) => apply(document, operation).map(Some),
            // Where nothing is left, something can be put and nothing else done.
            None => put_anew(operation).map(Some),
        };
        match changed {
            Some(changed) => document = changed,
            None => return Err(BuiltinError::failed(format!("patch does not fit: {operation}"))),
        }
    }
    Ok(Some(document.unwrap_or(Value::Null)))
}

/// What an operation does, and whether it does it to the whole document.
fn act(operation: &Value) -> Option<(&str, bool)> {
    let operation = operation.as_object()?;
    let whole = segments(operation.get_str("path")?).ok()?.is_empty();
    Some((operation.get_str("op")?.as_str()?, whole))
}

fn takes_all(operation: &Value) -> bool {
    act(operation) == Some(("remove", true))
}

fn put_anew(operation: &Value) -> Option<Value> {
    let value = operation.as_object()?.get_str("value")?;
    (act(operation) == Some(("add", true))).then(|| value.clone())
}

/// What an operation lacks, whatever it is applied to.
fn well_formed(operation: &Value) -> Result<(), BuiltinError> {
    let Some(operation) = operation.as_object() else {
        let message = "must be an array of JSON-Patch objects, but at least one element is not an object";
        return Err(BuiltinError::failed(message));
    };
    let member = |name: &str| {
        let missing = || BuiltinError::failed(format!("missing required attribute '{name}'"));
        operation.get_str(name).ok_or_else(missing)
    };
    let path = member("path")?;
    let op = member("op")?;
    let Some(op) = op.as_str() else {
        let kind = op.type_name();
        return Err(BuiltinError::failed(format!("attribute 'op' must be a string but found: {kind}")));
    };
    segments(path)?;
    match op {
        "add" | "test" | "replace" => member("value").map(drop),
        "copy" | "move" => segments(member("from")?).map(drop),
        "remove" => Ok(()),
        other => Err(BuiltinError::failed(format!("unrecognized op: '{other}'"))),
    }
}

fn apply(document: Value, operation: &Value) -> Option<Value> {
    let operation = operation.as_object()?;
    let field = |name| operation.get_str(name);
    let path = |name| segments(field(name)?).ok();
    let target = path("path")?;
    match field("op")?.as_str()? {
        "add" => insert(&document, &target, field("value")?),
        "remove" => delete(&document, &target),
        "replace" => insert(&delete(&document, &target)?, &target, field("value")?),
        "copy" => {
            let value = find(&document, &path("from")?)?.clone();
            insert(&document, &target, &value)
        }
        "move" => {
            let from = path("from")?;
            let value = find(&document, &from)?.clone();
            insert(&delete(&document, &from)?, &target, &value)
        }
        "test" => (find(&document, &target)? == field("value")?).then_some(document),
        _ => None,
    }
}

/// The place in an array: a number, or its text without leading zeros; `-` is the end.
fn place(key: &Value, length: usize) -> Option<usize> {
    match key {
        Value::Number(number) => usize::try_from(number.as_i64()?).ok(),
        Value::String(text) if text.as_ref() == "-" => Some(length),
        Value::String(text) if text.as_ref() == "0" || !text.starts_with(['0', '+', '-']) => {
            text.parse().ok()
        }
        _ => None,
    }
}

fn find<'a>(document: &'a Value, path: &[Value]) -> Option<&'a Value> {
    path.iter().try_fold(document, |at, key| match at {
        Value::Array(items) => items.get(place(key, items.len())?),
        other => other.get(key),
    })
}

/// Changes the collection that the path leads to, rebuilding those on the way.
fn edit(value: &Value, path: &[Value], change: &dyn Fn(&Value, &Value) -> Option<Value>) -> Option<Value> {
    match path {
        [] => None,
        [last] => change(value, last),
        [first, rest @ ..] => match value {
            Value::Array(items) => {
                let at = place(first, items.len())?;
                let mut items = items.to_vec();
                let slot = items.get_mut(at)?;
                *slot = edit(slot, rest, change)?;
                Some(Value::array(items))
            }
            Value::Object(object) => {
                let child = edit(object.get(first)?, rest, change)?;
                let mut object = object.as_ref().clone();
                object.insert(first.clone(), child);
                Some(object.into())
            }
            Value::Set(set) => {
                let child = edit(set.get(first)?, rest, change)?;
                let others = set.iter().filter(|member| *member != first).cloned();
                Some(others.chain([child]).collect::<Set>().into())
            }
            _ => None,
        },
    }
}

fn insert(document: &Value, path: &[Value], value: &Value) -> Option<Value> {
    if path.is_empty() {
        return Some(value.clone());
    }
    edit(document, path, &|collection, key| match collection {
        Value::Array(items) => {
            let at = place(key, items.len()).filter(|at| *at <= items.len())?;
            let mut items = items.to_vec();
            items.insert(at, value.clone());
            Some(Value::array(items))
        }
        Value::Object(object) => {
            let mut object = object.as_ref().clone();
            object.insert(key.clone(), value.clone());
            Some(object.into())
        }
        Value::Set(set) if key == value => {
            let mut set = set.as_ref().clone();
            set.insert(value.clone());
            Some(Value::Set(Arc::new(set)))
        }
        _ => None,
    })
}

fn delete(document: &Value, path: &[Value]) -> Option<Value> {
    if path.is_empty() {
        return Some(Value::Null);
    }
    edit(document, path, &|collection, key| match collection {
        Value::Array(items) => {
            let at = place(key, items.len()).filter(|at| *at < items.len())?;
            let mut items = items.to_vec();
            items.remove(at);
            Some(Value::array(items))
        }
        Value::Object(object) => {
            let mut object = object.as_ref().clone();
            object.remove(key)?;
            Some(object.into())
        }
        Value::Set(set) if set.contains(key) => {
            Some(set.iter().filter(|member| *member != key).cloned().collect::<Set>().into())
        }
        _ => None,
    })
}
