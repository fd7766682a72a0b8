//! `count`, `sum`, `max` and their like.

use super::{Builtin, BuiltinEnv, BuiltinError, BuiltinResult};
use crate::types::Type;
use crate::value::Value;

pub(super) fn rows(rows: &mut Vec<Builtin>) {
    let countable = Type::one_of([
        Type::set(Type::Any),
        Type::array(Type::Any),
        Type::object(Type::Any, Type::Any),
        Type::String,
    ]);
    rows.push(Builtin::new("count", vec![countable], Type::Number, count));
}

fn count(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let [arg] = args else { return Err(BuiltinError::failed("wrong number of arguments")) };
    let count = match arg {
        Value::Array(items) => items.len(),
        Value::Object(object) => object.len(),
        Value::Set(set) => set.len(),
        Value::String(text) => text.chars().count(),
        other => return Err(BuiltinError::operand(1, "one of {array, object, set, string}", other)),
    };
    Ok(Some(count.into()))
}
