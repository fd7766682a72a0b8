//! Planned and prior objects as JSON, read the way the original reads them: what is unset is a zero value.

use serde_json::Value as Json;

/// What shall be and what was, without unknowns.
#[derive(Clone, Debug)]
pub struct View {
    /// What shall be.
    pub planned: Json,
    /// What was.
    pub prior: Json,
}

impl View {
    /// Whether a part differs, by its dotted path (`default_node_pool.0.vm_size`).
    pub fn changed(&self, path: &str) -> bool {
        !same(at(&self.prior, path), at(&self.planned, path))
    }

    /// Whether any of these parts differs.
    pub fn any_changed(&self, paths: &[&str]) -> bool {
        paths.iter().any(|path| self.changed(path))
    }

    /// The first nested block of this name, as planned.
    pub fn block(&self, name: &str) -> Option<&Json> {
        first(&self.planned, name)
    }
}

/// The part at a dotted path; null where there is none.
fn at<'j>(value: &'j Json, path: &str) -> &'j Json {
    let mut here = value;
    for step in path.split('.') {
        let next = match step.parse::<usize>() {
            Ok(index) => here.get(index),
            Err(_) => here.get(step),
        };
        match next {
            Some(next) => here = next,
            None => return &Json::Null,
        }
    }
    here
}

fn is_zero(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::String(text) => text.is_empty(),
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Bool(true) => false,
    }
}

/// Equality where null and the zero value of any type are one. Blocks of one type have the same members, so objects
/// of different members are maps, in which an empty text is not nothing.
pub fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b || (is_zero(a) && is_zero(b)),
    }
}

/// A text; empty where there is none.
pub fn text<'j>(value: &'j Json, name: &str) -> &'j str {
    value.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// A flag; `false` where there is none.
pub fn flag(value: &Json, name: &str) -> bool {
    value.get(name).and_then(Json::as_bool).unwrap_or(false)
}

/// An integer; 0 where there is none.
pub fn integer(value: &Json, name: &str) -> i64 {
    let number = value.get(name);
    let rounded = || number.and_then(Json::as_f64).map(|number| number as i64);
    number.and_then(Json::as_i64).or_else(rounded).unwrap_or(0)
}

/// Elements of a list or set; none where there is none.
pub fn items<'j>(value: &'j Json, name: &str) -> &'j [Json] {
    value.get(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// The first block of a list.
pub fn first<'j>(value: &'j Json, name: &str) -> Option<&'j Json> {
    items(value, name).first()
}

/// Texts of a list or set.
pub fn strings(value: &Json, name: &str) -> Vec<String> {
    items(value, name).iter().filter_map(Json::as_str).map(str::to_owned).collect()
}
