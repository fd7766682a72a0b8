//! Short forms for reading and changing JSON values that may lack anything.

use serde_json::{Map, Value};

/// A member's text, or "".
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The value below a path of members, or null.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |v, k| v.get(k).unwrap_or(&Value::Null))
}

/// The value as an object, made one if it is none.
pub(crate) fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("made an object just above"),
    }
}

/// Sets a member.
pub(crate) fn set(value: &mut Value, key: &str, new: impl Into<Value>) {
    object(value).insert(key.to_string(), new.into());
}

/// Sets a member unless it is there.
pub(crate) fn default(value: &mut Value, key: &str, new: impl Into<Value>) {
    object(value).entry(key).or_insert_with(|| new.into());
}

/// The member as an object to change, made if absent.
pub(crate) fn child<'a>(value: &'a mut Value, key: &str) -> &'a mut Value {
    object(value).entry(key).or_insert_with(|| Value::Object(Map::new()))
}

/// Removes a member.
pub(crate) fn remove(value: &mut Value, key: &str) -> Option<Value> {
    value.as_object_mut().and_then(|m| m.remove(key))
}

/// Null, "", false, 0, [] and {} are false, as in the languages that these services are described in.
pub(crate) fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(b) => *b,
        Value::Number(n) => n.as_f64() != Some(0.0),
        Value::String(s) => !s.is_empty(),
        Value::Array(a) => !a.is_empty(),
        Value::Object(o) => !o.is_empty(),
    }
}

/// Null or "".
pub(crate) fn blank(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

/// The pairs of an object; none of anything else.
pub(crate) fn pairs(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The items of a list; none of anything else.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The pairs that `keep` accepts, as an object.
pub(crate) fn filtered(value: &Value, keep: impl Fn(&str, &Value) -> bool) -> Value {
    Value::Object(pairs(value).filter(|(k, v)| keep(k, v)).map(|(k, v)| (k.clone(), v.clone())).collect())
}

/// JSON with a blank after each comma and colon, in ASCII: a form that identifiers are made from.
pub(crate) fn spaced(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let list: Vec<String> = map
                .iter()
                .map(|(k, v)| format!("{}: {}", spaced(&Value::from(k.as_str())), spaced(v)))
                .collect();
            format!("{{{}}}", list.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Value::String(_) => {
            let mut out = String::new();
            for unit in value.to_string().encode_utf16() {
                match char::from_u32(u32::from(unit)).filter(char::is_ascii) {
                    Some(c) => out.push(c),
                    None => out.push_str(&format!("\\u{unit:04x}")),
                }
            }
            out
        }
        other => other.to_string(),
    }
}
