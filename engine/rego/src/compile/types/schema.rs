//! JSON Schema to types, for `schemas` annotations.

use super::Ty;
use crate::value::Value;

/// The type that a schema describes; what it does not say may be anything.
pub(crate) fn of_schema(schema: &Value) -> Ty {
    of_schema_at(schema, 0)
}

/// Schemas may nest this deep; what is deeper may be anything.
const DEEPEST: usize = 64;

fn of_schema_at(schema: &Value, depth: usize) -> Ty {
    let Value::Object(object) = schema else { return Ty::any() };
    if depth > DEEPEST {
        return Ty::any();
    }
    for (word, all) in [("anyOf", false), ("oneOf", false), ("allOf", true)] {
        if let Some(Value::Array(options)) = object.get_str(word) {
            let types = options.iter().map(|option| of_schema_at(option, depth + 1));
            // Of several that all hold, only what is in none of the others' way is said: the first one.
            return if all {
                types.into_iter().next().unwrap_or_else(Ty::any)
            } else {
                types.fold(Ty::Unknown, Ty::or)
            };
        }
    }
    match object.get_str("type") {
        Some(Value::String(name)) => named(name, object, depth),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .map(|name| named(name, object, depth))
            .fold(Ty::Unknown, Ty::or),
        _ => enumerated(object),
    }
}

fn enumerated(object: &crate::value::Object) -> Ty {
    match object.get_str("enum") {
        Some(Value::Array(values)) if !values.is_empty() => {
            values.iter().map(Ty::of_value).fold(Ty::Unknown, Ty::or)
        }
        _ => Ty::any(),
    }
}

fn named(name: &str, object: &crate::value::Object, depth: usize) -> Ty {
    match name {
        "null" => Ty::Null,
        "boolean" => Ty::Boolean,
        "number" | "integer" => Ty::Number,
        "string" => Ty::String,
        "array" => match object.get_str("items") {
            Some(Value::Array(items)) => {
                Ty::Array(items.iter().map(|item| of_schema_at(item, depth + 1)).collect(), None)
            }
            Some(items) => Ty::Array(Vec::new(), Some(Box::new(of_schema_at(items, depth + 1)))),
            None => Ty::Array(Vec::new(), Some(Box::new(Ty::any()))),
        },
        "object" => {
            let mut known = Vec::new();
            if let Some(Value::Object(properties)) = object.get_str("properties") {
                for (key, schema) in properties.iter() {
                    known.push((key.clone(), of_schema_at(schema, depth + 1)));
                }
            }
            let rest = match object.get_str("additionalProperties") {
                Some(Value::Bool(false)) => None,
                Some(schema @ Value::Object(_)) => {
                    Some(Box::new((Ty::String, of_schema_at(schema, depth + 1))))
                }
                _ if known.is_empty() => Some(Box::new((Ty::any(), Ty::any()))),
                Some(Value::Bool(true)) => Some(Box::new((Ty::any(), Ty::any()))),
                _ => None,
            };
            Ty::Object(known, rest)
        }
        _ => Ty::any(),
    }
}
