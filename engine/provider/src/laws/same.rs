//! Equality of values that leaves aside what is known about unknown ones.

use ordain_value::{Kind, Value};

/// Whether both are the same value; two unknown values of a type are, whatever else is known of them.
/// Marks count for nothing here.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a.kind(), b.kind()) {
        (Kind::Unknown(a), Kind::Unknown(b)) => a.ty == b.ty,
        (Kind::Null(a), Kind::Null(b)) => a == b,
        (Kind::List(_, a), Kind::List(_, b))
        | (Kind::Set(_, a), Kind::Set(_, b))
        | (Kind::Tuple(a), Kind::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Kind::Map(_, a), Kind::Map(_, b)) | (Kind::Object(a), Kind::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|((n, a), (m, b))| n == m && same(a, b))
        }
        (Kind::Bool(a), Kind::Bool(b)) => a == b,
        (Kind::Number(a), Kind::Number(b)) => a == b,
        (Kind::String(a), Kind::String(b)) => a == b,
        _ => false,
    }
}

/// An attribute or block of an object; null where the object itself is null, unknown where it is unknown.
pub(super) fn member(object: &Value, name: &str, ty: impl FnOnce() -> ordain_value::Type) -> Value {
    match object.kind() {
        Kind::Unknown(_) => Value::unknown(ty()),
        _ => object.get(name).cloned().unwrap_or_else(|| Value::null(ty())),
    }
}

/// Element of a list or tuple, or null.
pub(super) fn element(list: &Value, at: usize) -> Option<&Value> {
    list.as_items().and_then(|items| items.get(at))
}
