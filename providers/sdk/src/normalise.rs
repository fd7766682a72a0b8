//! Telling null from empty, where the original forgets the difference.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_value::{Kind, Type, Value};

use crate::tree::{Fields, NodeKind};

fn is_empty(value: &Value) -> bool {
    match value.kind() {
        Kind::List(_, items) | Kind::Set(_, items) => items.is_empty(),
        Kind::Map(_, members) => members.is_empty(),
        _ => false,
    }
}

/// `dst` with nulls and empties taken from `src` where the two only differ in that. `apply` says that `src`
/// is a planned object, which the result must agree with.
pub fn normalise_nulls(dst: Value, src: &Value, apply: bool) -> Value {
    if !src.is_known() {
        return if dst.is_null() && !apply { src.clone() } else { dst };
    }
    let ty = dst.ty();
    if ty.is_collection() && apply && ((src.is_null() && is_empty(&dst)) || (is_empty(src) && dst.is_null()))
    {
        return src.clone();
    }
    if src.is_null() || !dst.is_known() {
        return dst;
    }
    match ty {
        Type::Map(_) | Type::Object(_) => members(dst, src, apply),
        Type::Set(_) if apply && src.is_wholly_known() => src.clone(),
        Type::List(element) => list(dst, src, apply, &element),
        Type::String if dst.is_null() && src.as_str() == Some("") => src.clone(),
        _ => dst,
    }
}

fn members(dst: Value, src: &Value, apply: bool) -> Value {
    let is_map = matches!(dst.ty(), Type::Map(_));
    let mut out = dst.as_members().cloned().unwrap_or_default();
    let Some(wanted) = src.as_members() else { return dst };
    for (name, value) in wanted {
        match out.remove(name) {
            None if is_map => {}
            None => {
                out.insert(name.clone(), normalise_nulls(Value::null(value.ty()), value, apply));
            }
            Some(old) if is_map && !old.is_known() && value.is_known() && !value.is_null() => {
                out.insert(name.clone(), value.clone());
            }
            Some(old) => {
                out.insert(name.clone(), normalise_nulls(old, value, apply));
            }
        }
    }
    match dst.ty() {
        Type::Map(element) => {
            if out.is_empty() {
                return if dst.is_null() && src.is_wholly_known() && apply { src.clone() } else { dst };
            }
            Value::map((*element).clone(), out)
        }
        _ => Value::object(out),
    }
}

fn list(dst: Value, src: &Value, apply: bool, element: &Type) -> Value {
    if dst.is_null() {
        // What is empty, or holds unknowns only, was lost on the way and not taken away.
        let lost = src.as_items().is_some_and(|items| items.iter().all(|item| !item.is_known()));
        return if lost && (!apply || is_empty(src)) { src.clone() } else { dst };
    }
    match (dst.as_items(), src.as_items()) {
        (Some(items), Some(wanted)) if items.len() == wanted.len() && !items.is_empty() => {
            let items = items.iter().zip(wanted);
            Value::list(element.clone(), items.map(|(item, src)| normalise_nulls(item.clone(), src, apply)))
        }
        _ => dst,
    }
}

/// `to` with the `timeouts` of `from`.
pub fn copy_timeouts(to: Value, from: &Value) -> Value {
    let (Some(timeouts), Some(members)) = (from.get("timeouts"), to.as_members()) else { return to };
    let mut members = members.clone();
    members.insert(Arc::from("timeouts"), timeouts.clone());
    Value::object(members)
}

/// Makes everything unknown that the provider will set and that is null so far; for new objects.
pub fn set_unknowns(value: Value, fields: &Fields) -> Value {
    let Some(members) = value.as_members() else { return value };
    let members = members.iter().map(|(name, value)| {
        let Some(node) = fields.get(name) else { return (name.clone(), value.clone()) };
        let value = match &node.kind {
            NodeKind::Leaf(ty) if value.is_null() && node.flags.computed => Value::unknown(ty.clone()),
            NodeKind::Blocks { set, fields, object } if value.is_known() && !value.is_null() => {
                let items = value.as_items().unwrap_or_default();
                let items = items.iter().map(|item| set_unknowns(item.clone(), fields));
                if *set { Value::set(object.clone(), items) } else { Value::list(object.clone(), items) }
            }
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    Value::object(members.collect::<BTreeMap<_, _>>())
}
