//! Values in the JSON plan: what is known, and the shapes of what is unknown or sensitive.

use std::borrow::Cow;

use ordain_value::{Kind, Marks, Number, Step, Type, Value};
use serde_json::{Map, Value as Json};

use crate::schema::PatternStep;

/// The known part of a value: unknown members of objects and maps are left out, unknown elements of
/// sequences are null. `None` when the value itself is unknown.
pub fn known(value: &Value) -> Option<Json> {
    Some(match value.kind() {
        Kind::Unknown(_) => return None,
        Kind::Null(_) => Json::Null,
        Kind::Bool(value) => Json::Bool(*value),
        Kind::Number(number) => number_json(number),
        Kind::String(text) => Json::String(text.to_string()),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            Json::Array(items.iter().map(|item| known(item).unwrap_or(Json::Null)).collect())
        }
        Kind::Map(_, members) | Kind::Object(members) => Json::Object(
            members.iter().filter_map(|(name, value)| Some((name.to_string(), known(value)?))).collect(),
        ),
    })
}

/// A number with all its digits.
pub fn number_json(number: &Number) -> Json {
    Json::Number(serde_json::Number::from_string_unchecked(number.to_string()))
}

/// `true` where the value is unknown. Known members of objects are left out, known elements are `false`.
pub fn unknown_shape(value: &Value) -> Json {
    match value.kind() {
        Kind::Unknown(_) => Json::Bool(true),
        Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => Json::Bool(false),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            Json::Array(items.iter().map(unknown_shape).collect())
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            members_shape(members.iter().map(|(name, value)| (name.to_string(), unknown_shape(value))))
        }
    }
}

/// `true` where the value must not be shown; collections that are not known yet are empty.
pub fn sensitive_shape(value: &Value) -> Json {
    if value.marks().is_sensitive() {
        return Json::Bool(true);
    }
    match value.kind() {
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => Json::Array(Vec::new()),
            Type::Map(_) | Type::Object(_) => Json::Object(Map::new()),
            Type::Dynamic | Type::Bool | Type::Number | Type::String => Json::Bool(false),
        },
        Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => Json::Bool(false),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            Json::Array(items.iter().map(sensitive_shape).collect())
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            members_shape(members.iter().map(|(name, value)| (name.to_string(), sensitive_shape(value))))
        }
    }
}

fn members_shape(members: impl Iterator<Item = (String, Json)>) -> Json {
    Json::Object(members.filter(|(_, shape)| *shape != Json::Bool(false)).collect())
}

/// The value with null in place of everything that must not be shown.
pub fn hide(value: &Value) -> Value {
    if !value.marks_deep().is_sensitive() {
        return value.clone();
    }
    let marks = value.marks();
    if marks.is_sensitive() {
        let hidden = if value.is_known() { Value::null(value.ty()) } else { value.clone() };
        return hidden.with_marks(marks);
    }
    let all = |items: &[Value]| items.iter().map(hide).collect();
    let kind = match value.kind() {
        Kind::List(element, items) => Kind::List(element.clone(), all(items)),
        Kind::Set(element, items) => Kind::Set(element.clone(), all(items)),
        Kind::Tuple(items) => Kind::Tuple(all(items)),
        Kind::Map(element, members) => Kind::Map(
            element.clone(),
            members
                .iter()
                .map(|(name, value)| (name.clone(), hide(value)))
                .collect::<ordain_value::Members>()
                .into(),
        ),
        Kind::Object(members) => Kind::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), hide(value)))
                .collect::<ordain_value::Members>()
                .into(),
        ),
        kind => kind.clone(),
    };
    Value::from_kind(kind).with_marks(marks.without(Marks::NONE))
}

/// The same, made only where there is something to hide.
pub fn hidden(value: Cow<'_, Value>) -> Cow<'_, Value> {
    if value.marks_deep().is_sensitive() { Cow::Owned(hide(&value)) } else { value }
}

/// A type as state and plan documents write it, such as `["list","string"]`.
pub fn type_json(ty: &Type) -> Json {
    let pair = |word: &str, of: Json| Json::Array(vec![Json::from(word), of]);
    match ty {
        Type::Dynamic => Json::from("dynamic"),
        Type::Bool => Json::from("bool"),
        Type::Number => Json::from("number"),
        Type::String => Json::from("string"),
        Type::List(element) => pair("list", type_json(element)),
        Type::Set(element) => pair("set", type_json(element)),
        Type::Map(element) => pair("map", type_json(element)),
        Type::Tuple(elements) => pair("tuple", Json::Array(elements.iter().map(type_json).collect())),
        Type::Object(object) => {
            let attributes = object.attributes.iter().map(|(name, ty)| (name.to_string(), type_json(ty)));
            let mut parts = vec![Json::from("object"), Json::Object(attributes.collect())];
            if !object.optional.is_empty() {
                parts.push(object.optional.iter().map(|name| Json::from(&**name)).collect());
            }
            Json::Array(parts)
        }
    }
}

/// Stored attributes as the JSON plan shows them: values whose type is decided at run time are stored as
/// `{"value": v, "type": t}` and shown as `v`.
pub fn unwrap_dynamic(stored: Json, ty: &Type) -> Json {
    match (stored, ty) {
        (Json::Object(mut members), Type::Dynamic) => match (members.remove("value"), members.remove("type"))
        {
            // What stands inside is of a type without open ends, so nothing below is wrapped again.
            (Some(value), Some(_)) if members.is_empty() => value,
            (value, ty) => {
                members.extend(value.map(|value| ("value".to_owned(), value)));
                members.extend(ty.map(|ty| ("type".to_owned(), ty)));
                Json::Object(members)
            }
        },
        (Json::Object(members), Type::Object(object)) => Json::Object(
            members
                .into_iter()
                .map(|(name, value)| {
                    let value = match object.attributes.get(name.as_str()) {
                        Some(ty) => unwrap_dynamic(value, ty),
                        None => value,
                    };
                    (name, value)
                })
                .collect(),
        ),
        (Json::Object(members), Type::Map(element)) => Json::Object(
            members.into_iter().map(|(name, value)| (name, unwrap_dynamic(value, element))).collect(),
        ),
        (Json::Array(items), Type::List(element) | Type::Set(element)) => {
            Json::Array(items.into_iter().map(|item| unwrap_dynamic(item, element)).collect())
        }
        (Json::Array(items), Type::Tuple(types)) => Json::Array(
            items
                .into_iter()
                .enumerate()
                .map(|(at, item)| match types.get(at) {
                    Some(ty) => unwrap_dynamic(item, ty),
                    None => item,
                })
                .collect(),
        ),
        (stored, _) => stored,
    }
}

/// One step towards something sensitive in stored attributes.
#[derive(Clone, Copy)]
pub enum Toward<'a> {
    /// By the schema.
    Pattern(&'a PatternStep),
    /// By a mark that came from the configuration.
    Path(&'a Step),
}

impl Toward<'_> {
    fn takes_member(self, name: &str) -> bool {
        match self {
            Toward::Pattern(PatternStep::Attr(want)) | Toward::Path(Step::Attr(want)) => **want == *name,
            Toward::Pattern(PatternStep::Each) => true,
            Toward::Path(Step::Index(key)) => key.as_str() == Some(name),
        }
    }

    fn takes_element(self, at: usize) -> bool {
        match self {
            Toward::Pattern(PatternStep::Each) => true,
            Toward::Path(Step::Index(key)) => {
                key.as_number().and_then(Number::as_i64).and_then(|n| usize::try_from(n).ok()) == Some(at)
            }
            Toward::Pattern(PatternStep::Attr(_)) | Toward::Path(Step::Attr(_)) => false,
        }
    }
}

/// The sensitive shape of stored attributes, from the paths that lead to what must not be shown.
pub fn stored_sensitive_shape(stored: &Json, ty: &Type, paths: &[&[Toward<'_>]]) -> Json {
    if paths.iter().any(|path| path.is_empty()) {
        return Json::Bool(true);
    }
    let further = |takes: &dyn Fn(Toward<'_>) -> bool| -> Vec<&[Toward<'_>]> {
        paths
            .iter()
            .filter_map(|path| path.split_first())
            .filter(|(step, _)| takes(**step))
            .map(|(_, rest)| rest)
            .collect()
    };
    match stored {
        // Elements of a set have no place of their own: a mark inside is a mark on the whole.
        Json::Array(items) if matches!(ty, Type::Set(_)) && !paths.is_empty() && !items.is_empty() => {
            Json::Bool(true)
        }
        Json::Array(items) => Json::Array(
            items
                .iter()
                .enumerate()
                .map(|(at, item)| {
                    let ty = match ty {
                        Type::Tuple(types) => types.get(at).unwrap_or(&Type::Dynamic),
                        ty => ty.element().unwrap_or(&Type::Dynamic),
                    };
                    stored_sensitive_shape(item, ty, &further(&|step| step.takes_element(at)))
                })
                .collect(),
        ),
        Json::Object(members) => members_shape(members.iter().map(|(name, value)| {
            let ty = match ty {
                Type::Object(object) => object.attributes.get(name.as_str()).unwrap_or(&Type::Dynamic),
                ty => ty.element().unwrap_or(&Type::Dynamic),
            };
            let shape = stored_sensitive_shape(value, ty, &further(&|step| step.takes_member(name)));
            (name.clone(), shape)
        })),
        _ => Json::Bool(false),
    }
}

/// The value with null in place of everything that the sensitive shape marks.
pub fn hide_stored(value: Json, shape: &Json) -> Json {
    match (value, shape) {
        (_, Json::Bool(true)) => Json::Null,
        (Json::Object(members), Json::Object(shapes)) => Json::Object(
            members
                .into_iter()
                .map(|(name, value)| {
                    let shape = shapes.get(&name).unwrap_or(&Json::Bool(false));
                    let value = hide_stored(value, shape);
                    (name, value)
                })
                .collect(),
        ),
        (Json::Array(items), Json::Array(shapes)) => Json::Array(
            items
                .into_iter()
                .enumerate()
                .map(|(at, item)| hide_stored(item, shapes.get(at).unwrap_or(&Json::Bool(false))))
                .collect(),
        ),
        (value, _) => value,
    }
}

/// Hands out what the sensitive shape marks.
pub fn sensitive_parts(value: &Json, shape: &Json, take: &mut dyn FnMut(&Json)) {
    match (value, shape) {
        (_, Json::Bool(true)) => take(value),
        (Json::Object(members), Json::Object(shapes)) => {
            for (name, value) in members {
                if let Some(shape) = shapes.get(name) {
                    sensitive_parts(value, shape, take);
                }
            }
        }
        (Json::Array(items), Json::Array(shapes)) => {
            items.iter().zip(shapes).for_each(|(item, shape)| sensitive_parts(item, shape, take));
        }
        _ => {}
    }
}
