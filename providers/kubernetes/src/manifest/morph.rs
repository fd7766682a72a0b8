//! Fitting a manifest to the shape of its kind.

use std::sync::Arc;

use ordain_diag::{AttributeStep, Diagnostic, codes};
use ordain_value::{Kind, Number, Path, Step, Type, Value};

use super::shape::Shape;

/// The steps of a diagnostic that points at a path.
pub(crate) fn steps(path: &Path) -> Vec<AttributeStep> {
    let step = |step: &Step| match step {
        Step::Attr(name) => AttributeStep::Name(name.to_string()),
        Step::Index(key) => match (key.as_str(), key.as_number().and_then(Number::as_u64)) {
            (Some(key), _) => AttributeStep::Key(key.to_owned()),
            (None, Some(at)) => AttributeStep::Index(at),
            (None, None) => AttributeStep::Index(0),
        },
    };
    path.0.iter().map(step).collect()
}

/// A path as text: `object.spec.ports[0].port`.
pub(crate) fn summary(path: &Path) -> String {
    let mut out = String::new();
    for step in steps(path) {
        match step {
            AttributeStep::Name(name) if out.is_empty() => out.push_str(&name),
            AttributeStep::Name(name) => out.push_str(&format!(".{name}")),
            AttributeStep::Key(key) => out.push_str(&format!("[{key}]")),
            AttributeStep::Index(at) => out.push_str(&format!("[{at}]")),
        }
    }
    out
}

/// What fitting found: errors, and warnings of parts that the kind does not have.
#[derive(Debug, Default)]
pub(crate) struct Misfits(pub(crate) Vec<Diagnostic>);

impl Misfits {
    fn add(&mut self, path: &Path, error: bool, summary: impl Into<String>, detail: impl Into<String>) {
        let make = if error { Diagnostic::error } else { Diagnostic::warning };
        self.0.push(make(codes::provider::PROVIDER_CONFIG, summary, detail).with_attribute(steps(path)));
    }

    fn errors(&self) -> usize {
        self.0.iter().filter(|found| found.is_error()).count()
    }
}

fn kind_name(value: &Value) -> &'static str {
    match value.kind() {
        Kind::List(..) => "List",
        Kind::Tuple(_) => "Tuple",
        Kind::Set(..) => "Set",
        Kind::Map(..) => "Map",
        _ => "Object",
    }
}

/// A value in the shape given; what the value leaves out is null. None when it does not fit.
pub(crate) fn fit(value: &Value, shape: &Shape, path: &Path, found: &mut Misfits) -> Option<Value> {
    let ty = || shape.ty();
    if matches!(shape, Shape::Open) {
        return Some(value.clone());
    }
    match value.kind() {
        Kind::Null(_) => Some(Value::null(ty())),
        Kind::Unknown(_) => Some(Value::unknown(ty())),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => scalar(value, shape, path, found),
        Kind::List(_, items) | Kind::Set(_, items) => elements(value, items, shape, path, found),
        Kind::Tuple(items) => elements(value, items, shape, path, found),
        Kind::Map(_, members) | Kind::Object(members) => {
            let is_map = matches!(value.kind(), Kind::Map(..));
            let step = |name: &Arc<str>| if is_map { path.index(&**name) } else { path.attr(name.clone()) };
            match shape {
                Shape::Object(shapes) => {
                    let mut out = std::collections::BTreeMap::new();
                    for (name, part) in members.iter() {
                        let at = step(name);
                        let Some(shape) = shapes.get(name) else {
                            let detail =
                                format!("Unable to find schema type for attribute:\n{}", summary(&at));
                            found.add(path, false, "Attribute not found in schema", detail);
                            continue;
                        };
                        let part = part_of(value, "Object", part, shape, &at, found)?;
                        out.insert(name.clone(), part);
                    }
                    for (name, shape) in shapes.iter().filter(|(name, _)| !members.contains_key(name)) {
                        out.insert(name.clone(), Value::null(shape.ty()));
                    }
                    Some(Value::object(out))
                }
                Shape::Map(element) => {
                    let mut out = Vec::new();
                    for (name, part) in members.iter() {
                        let part = part_of(value, "Map", part, element, &path.index(&**name), found)?;
                        out.push((name.clone(), part));
                    }
                    Some(Value::map(element.ty(), out))
                }
                _ => unsupported(value, shape, path, found),
            }
        }
    }
}

/// Fits a part; an error there is one of the whole too.
fn part_of(
    whole: &Value,
    into: &str,
    part: &Value,
    shape: &Shape,
    path: &Path,
    found: &mut Misfits,
) -> Option<Value> {
    let before = found.errors();
    let fitted = fit(part, shape, path, found);
    if found.errors() > before {
        let from = kind_name(whole);
        let heading = if from == "List" && into == "List" {
            "Invalid List value element".to_owned()
        } else {
            format!("Failed to transform {from} element into {into} element type")
        };
        found.add(path, true, heading, format!("Error (see above) at attribute:\n{}", summary(path)));
        return None;
    }
    fitted
}

fn elements(
    value: &Value,
    items: &[Value],
    shape: &Shape,
    path: &Path,
    found: &mut Misfits,
) -> Option<Value> {
    let (element, into) = match shape {
        Shape::List(element) => (element, "List"),
        Shape::Mixed(element) => (element, "Tuple"),
        _ => return unsupported(value, shape, path, found),
    };
    let mut out = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let path = path.index(i64::try_from(at).unwrap_or(i64::MAX));
        out.push(part_of(value, into, item, element, &path, found)?);
    }
    Some(if into == "List" { Value::list(element.ty(), out) } else { Value::tuple(out) })
}

fn unsupported(value: &Value, shape: &Shape, path: &Path, found: &mut Misfits) -> Option<Value> {
    let heading = match kind_name(value) {
        "Object" => "Failed to transform Object into unsupported type".to_owned(),
        name => format!("Cannot transform {name} value into unsupported type"),
    };
    let detail = format!(
        "Required type {}, but got {}\n ...at attribute\n{}",
        shape.ty().friendly(),
        value.ty().friendly(),
        summary(path)
    );
    found.add(path, true, heading, detail);
    None
}

fn scalar(value: &Value, shape: &Shape, path: &Path, found: &mut Misfits) -> Option<Value> {
    let at = summary(path);
    match (value.kind(), shape) {
        (Kind::Bool(_), Shape::Bool)
        | (Kind::Number(_), Shape::Number)
        | (Kind::String(_), Shape::Text | Shape::NumberOrText) => Some(value.clone()),
        (Kind::Bool(flag), Shape::Text | Shape::NumberOrText) => Some(Value::string(flag.to_string())),
        (Kind::Number(number), Shape::Text | Shape::NumberOrText) => Some(Value::string(number.to_string())),
        (Kind::String(text), Shape::Number) => match text.parse::<Number>() {
            Ok(number) => Some(Value::number(number)),
            Err(_) => {
                let detail = format!("Error: {text:?} is not a number\n...at attribute:\n{at}");
                found.add(path, true, "String value doesn't parse as Number", detail);
                None
            }
        },
        (Kind::String(text), Shape::Bool) => match &**text {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(Value::bool(true)),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(Value::bool(false)),
            _ => {
                let detail = format!("Error: {text:?} is not a truth value\n...at attribute:\n{at}");
                found.add(path, true, "String value doesn't parse as Boolean", detail);
                None
            }
        },
        _ => {
            let (from, to) = (value.ty().friendly(), shape.ty().friendly());
            let detail = format!("Cannot convert a value of type {from} into {to}\n ...at attribute\n{at}");
            found.add(path, true, "Value incompatible with expected type", detail);
            None
        }
    }
}

/// A value with everything unknown that it leaves out.
pub(crate) fn deep_unknown(shape: &Shape, value: Option<&Value>) -> Value {
    let value = value.filter(|value| !value.is_null());
    if value.is_some_and(|value| !value.is_known()) {
        return Value::unknown(shape.ty());
    }
    match (shape, value.map(Value::kind)) {
        (Shape::Object(shapes), _) => Value::object(shapes.iter().map(|(name, shape)| {
            let part = value.and_then(|value| value.get(name));
            (name.clone(), deep_unknown(shape, part))
        })),
        (_, None) => Value::unknown(shape.ty()),
        (Shape::Map(element), Some(Kind::Map(_, members))) => {
            let members = members.iter();
            Value::map(
                element.ty(),
                members.map(|(name, part)| (name.clone(), deep_unknown(element, Some(part)))),
            )
        }
        (Shape::List(element), Some(Kind::List(_, items))) => {
            Value::list(element.ty(), items.iter().map(|item| deep_unknown(element, Some(item))))
        }
        (Shape::Mixed(element), Some(Kind::Tuple(items))) => {
            Value::tuple(items.iter().map(|item| deep_unknown(element, Some(item))))
        }
        (_, Some(_)) => value.cloned().unwrap_or_else(|| Value::null(Type::Dynamic)),
    }
}

/// A value with null where it is unknown.
pub(crate) fn unknown_to_null(value: Value) -> Value {
    value.map_parts(&mut |_, part| if part.is_known() { part } else { Value::null(part.ty()) })
}

/// The part at a path, by steps of exactly its kind: a member of a map is no attribute of an object.
pub(crate) fn at<'v>(value: &'v Value, path: &Path) -> Option<&'v Value> {
    path.0.iter().try_fold(value, |here, step| match (step, here.kind()) {
        (Step::Attr(name), Kind::Object(members)) => members.get(name),
        (Step::Index(key), Kind::Map(_, members)) => members.get(key.as_str()?),
        (Step::Index(key), Kind::List(_, items)) => items.get(index(key)?),
        (Step::Index(key), Kind::Tuple(items)) => items.get(index(key)?),
        _ => None,
    })
}

fn index(key: &Value) -> Option<usize> {
    usize::try_from(key.as_number()?.as_u64()?).ok()
}
