//! Values seen through their types: which fields they set, how two of them differ, how one is laid over another.

use super::fieldset::{Set, shown};
use super::patch::keys;
use super::schema::{Rel, Struct, Ty};
use serde_json::{Map, Value, json};

/// How a value is walked.
enum Walk<'a> {
    Leaf,
    Struct(&'a Struct),
    Map(&'a Ty),
    /// A map of anything.
    Free,
    Set,
    Keyed(&'a [String], &'a Ty),
}

/// A type with its relation, as a field declares it.
#[derive(Clone, Copy)]
pub(crate) struct Slot<'a> {
    pub ty: &'a Ty,
    pub rel: &'a Rel,
}

static PLAIN: Rel = Rel::Plain;
static ANY: Ty = Ty::Any;

impl<'a> Slot<'a> {
    pub fn of(ty: &'a Ty) -> Slot<'a> {
        Slot { ty, rel: &PLAIN }
    }

    fn walk(self, value: Option<&Value>) -> Walk<'a> {
        if *self.rel == Rel::Atomic {
            return Walk::Leaf;
        }
        match self.ty {
            Ty::Named(_) | Ty::Inline(_) => match self.ty.structure() {
                Some(s) if !s.atomic => Walk::Struct(s),
                _ => Walk::Leaf,
            },
            Ty::Map(of) => Walk::Map(of),
            Ty::List(of) => match self.rel {
                Rel::Set => Walk::Set,
                Rel::Keys(keys) => Walk::Keyed(keys, of),
                _ => Walk::Leaf,
            },
            Ty::Any if value.is_some_and(Value::is_object) => Walk::Free,
            _ => Walk::Leaf,
        }
    }
}

/// The slot of a member.
fn member<'a>(walk: &Walk<'a>, key: &str) -> (Slot<'a>, bool) {
    match walk {
        Walk::Struct(s) => match s.fields.iter().find(|f| f.name == key) {
            Some(f) => (Slot { ty: &f.ty, rel: &f.rel }, true),
            None => (Slot::of(&ANY), false),
        },
        Walk::Map(of) => (Slot::of(of), false),
        _ => (Slot::of(&ANY), false),
    }
}

/// The element of a list item told apart by members; what is missing has its default.
fn key_element(item: &Value, names: &[String]) -> String {
    let mut out = Map::new();
    for name in names {
        let missing = if name == "protocol" { json!("TCP") } else { json!("") };
        let value = item.get(name).filter(|v| !v.is_null()).cloned().unwrap_or(missing);
        out.insert(name.clone(), value);
    }
    format!("k:{}", Value::Object(out))
}

/// The items of a list with their elements.
fn elements<'v>(value: Option<&'v Value>, walk: &Walk<'_>) -> Vec<(String, &'v Value)> {
    let items = value.map(crate::json::items).unwrap_or_default();
    let element = |item: &Value| match walk {
        Walk::Keyed(names, _) => key_element(item, names),
        _ => format!("v:{item}"),
    };
    items.iter().map(|i| (element(i), i)).collect()
}

/// The fields that a value sets.
pub(crate) fn fields(value: &Value, slot: Slot<'_>) -> Set {
    let mut out = Set::default();
    collect(value, slot, &mut out);
    out
}

fn collect(value: &Value, slot: Slot<'_>, out: &mut Set) {
    let walk = slot.walk(Some(value));
    match &walk {
        Walk::Leaf => out.member = true,
        Walk::Struct(_) | Walk::Map(_) | Walk::Free => {
            for (key, inner) in crate::json::pairs(value) {
                let (slot, declared) = member(&walk, key);
                let child = out.children.entry(format!("f:{key}")).or_default();
                collect(inner, slot, child);
                let empty = inner.is_null() || inner.as_object().is_some_and(Map::is_empty);
                if empty || !declared {
                    child.member = true;
                }
            }
        }
        Walk::Set => {
            for (element, _) in elements(Some(value), &walk) {
                out.children.entry(element).or_default().member = true;
            }
        }
        Walk::Keyed(_, of) => {
            for (element, item) in elements(Some(value), &walk) {
                let child = out.children.entry(element).or_default();
                collect(item, Slot::of(of), child);
                child.member = true;
            }
        }
    }
}

/// How a value differs from an earlier one.
#[derive(Default)]
pub(crate) struct Changes {
    pub added: Set,
    pub modified: Set,
    pub removed: Set,
}

/// Compares two values of a type.
pub(crate) fn compare(old: &Value, new: &Value, slot: Slot<'_>) -> Changes {
    let mut out = Changes::default();
    differ(Some(old), Some(new), slot, &mut Vec::new(), &mut out);
    out
}

fn differ(
    old: Option<&Value>,
    new: Option<&Value>,
    slot: Slot<'_>,
    path: &mut Vec<String>,
    out: &mut Changes,
) {
    let shape = new.filter(|v| !v.is_null()).or(old);
    let walk = slot.walk(shape);
    let none = |v: Option<&Value>| match v {
        None | Some(Value::Null) => true,
        Some(Value::Object(m)) => m.is_empty(),
        _ => false,
    };
    let is_map = matches!(walk, Walk::Struct(_) | Walk::Map(_) | Walk::Free);
    let odd = |v: Option<&Value>| is_map && v.is_some_and(|v| !v.is_null() && !v.is_object());
    if matches!(walk, Walk::Leaf) || (is_map && none(old) && none(new)) || odd(old) || odd(new) {
        match (old, new) {
            (None, Some(_)) => out.added.insert(path),
            (Some(_), None) => out.removed.insert(path),
            (Some(a), Some(b)) if a != b => out.modified.insert(path),
            _ => {}
        }
        return;
    }
    match &walk {
        Walk::Struct(_) | Walk::Map(_) | Walk::Free => {
            let names = old.into_iter().chain(new).flat_map(crate::json::pairs).map(|(k, _)| k);
            let names: std::collections::BTreeSet<&String> = names.collect();
            for key in names {
                path.push(format!("f:{key}"));
                let get = |v: Option<&'_ Value>| v.and_then(|v| v.get(key.as_str())).cloned();
                let (a, b) = (get(old), get(new));
                differ(a.as_ref(), b.as_ref(), member(&walk, key).0, path, out);
                path.pop();
            }
        }
        _ => differ_items(old, new, &walk, path, out),
    }
    match (old, new) {
        (None, Some(_)) => out.added.insert(path),
        (Some(_), None) => out.removed.insert(path),
        _ => {}
    }
}

/// Compares two lists item by item.
fn differ_items(
    old: Option<&Value>,
    new: Option<&Value>,
    walk: &Walk<'_>,
    path: &mut Vec<String>,
    out: &mut Changes,
) {
    let (a, b) = (elements(old, walk), elements(new, walk));
    let of = match walk {
        Walk::Keyed(_, of) => Slot::of(of),
        _ => Slot::of(&ANY),
    };
    let find =
        |list: &[(String, &Value)], e: &str| list.iter().find(|(x, _)| x == e).map(|(_, v)| (*v).clone());
    for (element, item) in &a {
        path.push(element.clone());
        differ(Some(item), find(&b, element).as_ref(), of, path, out);
        path.pop();
    }
    for (element, item) in b.iter().filter(|(e, _)| find(&a, e).is_none()) {
        path.push(element.clone());
        differ(None, Some(item), of, path, out);
        path.pop();
    }
}

/// Lays `over` onto `base`.
pub(crate) fn merge(base: Option<&Value>, over: &Value, slot: Slot<'_>) -> Value {
    let Some(base) = base.filter(|b| !b.is_null()) else { return over.clone() };
    let walk = slot.walk(Some(over));
    match (&walk, over) {
        (Walk::Struct(_) | Walk::Map(_) | Walk::Free, Value::Object(members)) => {
            let mut out = base.clone();
            for (key, value) in members {
                let merged = merge(base.get(key), value, member(&walk, key).0);
                crate::json::set(&mut out, key, merged);
            }
            out
        }
        (Walk::Set | Walk::Keyed(..), Value::Array(_)) => {
            let of = match &walk {
                Walk::Keyed(_, of) => Slot::of(of),
                _ => Slot::of(&ANY),
            };
            merge_lists(&elements(Some(base), &walk), &elements(Some(over), &walk), of)
        }
        _ => over.clone(),
    }
}

/// What only one list has keeps its place; where both have it, the order is that of the list laid over.
fn merge_lists(base: &[(String, &Value)], over: &[(String, &Value)], of: Slot<'_>) -> Value {
    let has = |list: &[(String, &Value)], e: &str| list.iter().any(|(x, _)| x == e);
    let find = |e: &str| base.iter().find(|(x, _)| x == e).map(|(_, v)| *v);
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    loop {
        match (base.get(i), over.get(j)) {
            (None, None) => return Value::Array(out),
            (Some((e, item)), _) if !has(over, e) => {
                out.push((*item).clone());
                i += 1;
            }
            (Some(_), None) => i += 1,
            (left, Some((e, item))) => {
                out.push(merge(find(e), item, of));
                j += 1;
                if left.is_some_and(|(l, _)| over.iter().take(j).any(|(x, _)| x == l)) {
                    i += 1;
                }
            }
        }
    }
}

/// Removes what `gone` names and `kept` does not.
pub(crate) fn prune(value: &mut Value, gone: &Set, kept: &Set, slot: Slot<'_>) {
    let walk = slot.walk(Some(value));
    let nothing = Set::default();
    for (element, child) in &gone.children {
        let keeps = kept.children.get(element);
        let remove = keeps.is_none_or(Set::is_empty);
        match (&walk, &mut *value) {
            (Walk::Struct(_) | Walk::Map(_) | Walk::Free, Value::Object(map)) => {
                let Some(key) = element.strip_prefix("f:") else { continue };
                if remove {
                    map.remove(key);
                } else if let Some(inner) = map.get_mut(key) {
                    prune(inner, child, keeps.unwrap_or(&nothing), member(&walk, key).0);
                }
            }
            (Walk::Set | Walk::Keyed(..), Value::Array(list)) => {
                let at = elements_of(list, &walk).iter().position(|e| e == element);
                let (Some(at), of) = (at, item_slot(&walk)) else { continue };
                if remove {
                    list.remove(at);
                } else if let Some(inner) = list.get_mut(at) {
                    prune(inner, child, keeps.unwrap_or(&nothing), of);
                }
            }
            _ => {}
        }
    }
}

fn elements_of(list: &[Value], walk: &Walk<'_>) -> Vec<String> {
    let element = |item: &Value| match walk {
        Walk::Keyed(names, _) => key_element(item, names),
        _ => format!("v:{item}"),
    };
    list.iter().map(element).collect()
}

fn item_slot<'a>(walk: &Walk<'a>) -> Slot<'a> {
    match walk {
        Walk::Keyed(_, of) => Slot::of(of),
        _ => Slot::of(&ANY),
    }
}

/// Why a document is no value of the type, in the words of server-side apply.
pub(crate) fn check(value: &Value, slot: Slot<'_>, path: &str) -> Option<String> {
    if value.is_null() {
        return None;
    }
    let wrong = |want: &str| {
        let shown = match value {
            Value::String(s) => s.clone(),
            other => other.to_string(),
        };
        Some(format!("{path}: expected {want}, got &value.valueUnstructured{{Value:{shown}}}"))
    };
    match slot.ty {
        Ty::Str | Ty::Bytes | Ty::Time | Ty::MicroTime
            if !value.is_string() && !matches!(slot.ty, Ty::Time | Ty::MicroTime) =>
        {
            wrong("string")
        }
        Ty::Bool if !value.is_boolean() => wrong("boolean"),
        Ty::Int32 | Ty::Int64 | Ty::Float if !value.is_number() => wrong("numeric (int or float)"),
        Ty::Named(_) | Ty::Inline(_) => {
            check_struct(value, slot, path).or_else(|| if value.is_object() { None } else { wrong("map") })
        }
        Ty::Map(of) => {
            let inner =
                crate::json::pairs(value).find_map(|(k, v)| check(v, Slot::of(of), &format!("{path}.{k}")));
            inner.or_else(|| if value.is_object() { None } else { wrong("map") })
        }
        Ty::List(of) => {
            check_list(value, slot, of, path).or_else(|| if value.is_array() { None } else { wrong("list") })
        }
        _ => None,
    }
}

fn check_struct(value: &Value, slot: Slot<'_>, path: &str) -> Option<String> {
    let structure = slot.ty.structure()?;
    crate::json::pairs(value).find_map(|(k, v)| {
        let at = format!("{path}.{k}");
        match structure.field(k) {
            Some(f) => check(v, Slot { ty: &f.ty, rel: &f.rel }, &at),
            None if structure.open => None,
            None => Some(format!("{at}: field not declared in schema")),
        }
    })
}

fn check_list(value: &Value, slot: Slot<'_>, of: &Ty, path: &str) -> Option<String> {
    let names = keys(slot.rel);
    let mut seen: Vec<String> = Vec::new();
    for (i, item) in crate::json::items(value).iter().enumerate() {
        let element = match slot.rel {
            Rel::Keys(_) => key_element(item, names),
            Rel::Set => format!("v:{item}"),
            _ => format!("{i}"),
        };
        let bracket =
            if matches!(slot.rel, Rel::Keys(_) | Rel::Set) { shown(&element) } else { format!("[{i}]") };
        if seen.contains(&element) {
            return Some(format!("{path}: duplicate entries for key {bracket}"));
        }
        if let Some(problem) = check(item, Slot::of(of), &format!("{path}{bracket}")) {
            return Some(problem);
        }
        seen.push(element);
    }
    None
}
