//! Attributes and elements of values.

use ordain_diag::{Diagnostic, Span, codes};
use ordain_value::{Kind, Marks, Number, Type, Value, convert};

use crate::ast::TraversalStep;

/// A value, or why there is none.
pub type Access = Result<Value, Box<Diagnostic>>;

fn error(span: Span, summary: &str, detail: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(codes::lang::INVALID_EXPRESSION, summary, detail).with_span(span))
}

/// One step after the other.
pub(super) fn apply_steps(mut value: Value, steps: &[TraversalStep]) -> Access {
    for step in steps {
        value = match step {
            TraversalStep::Attr(name) => get_attr(&value, &name.text, name.span)?,
            TraversalStep::Index(step) => index(&value, &step.key, step.span)?,
        };
    }
    Ok(value)
}

/// `value.name`, where `span` is that of the step.
pub fn get_attr(value: &Value, name: &str, span: Span) -> Access {
    let marks = value.marks();
    let ty = match value.kind() {
        Kind::Null(_) => {
            let detail = "This value is null, so it has no attributes.";
            return Err(error(span, "Attempt to get attribute from null value", detail));
        }
        Kind::Object(members) => {
            return match members.get(name) {
                Some(member) => Ok(member.clone().with_marks(marks)),
                None => Err(no_attribute(name, span)),
            };
        }
        Kind::Map(_, members) => {
            return match members.get(name) {
                Some(member) => Ok(member.clone().with_marks(marks)),
                None => {
                    let detail = format!("There is no element with the key \"{name}\" in this map.");
                    Err(error(span, "Missing map element", detail))
                }
            };
        }
        _ => value.ty(),
    };
    match &ty {
        Type::Dynamic => Ok(Value::unknown(Type::Dynamic).with_marks(marks)),
        Type::Object(object) => match object.attributes.get(name) {
            Some(ty) => Ok(Value::unknown(ty.clone()).with_marks(marks)),
            None => Err(no_attribute(name, span)),
        },
        Type::Map(element) => Ok(Value::unknown(Type::clone(element)).with_marks(marks)),
        _ => Err(error(span, "Unsupported attribute", why_no_attributes(&ty, name))),
    }
}

fn no_attribute(name: &str, span: Span) -> Box<Diagnostic> {
    error(span, "Unsupported attribute", format!("This object has no attribute named \"{name}\"."))
}

fn why_no_attributes(ty: &Type, name: &str) -> String {
    match ty {
        Type::Bool | Type::Number | Type::String => {
            format!("A value of type {} has no attributes.", ty.friendly())
        }
        Type::List(element) | Type::Set(element) if matches!(**element, Type::Object(_)) => {
            let kind = if matches!(ty, Type::List(_)) { "list" } else { "set" };
            format!(
                "This is a {kind} of objects. Their attribute \"{name}\" is reached through one element, or through all of them with [*]."
            )
        }
        _ => "This value has no attributes.".to_owned(),
    }
}

const INVALID: &str = "Invalid index";

fn no_element(span: Span, why: &str) -> Box<Diagnostic> {
    let detail = format!("The given key does not identify an element in this collection value{why}.");
    error(span, INVALID, detail)
}

/// `collection[key]`, where `span` is that of the brackets.
pub fn index(collection: &Value, key: &Value, span: Span) -> Access {
    let marks = collection.marks();
    if collection.is_null() {
        let detail = "This value is null, so it has no elements.";
        return Err(error(span, "Attempt to index null value", detail));
    }
    if key.is_null() {
        return Err(error(span, INVALID, "Null cannot be used as a key."));
    }
    let ty = collection.ty();
    let untyped =
        |value: &Value| matches!(value.kind(), Kind::Unknown(unknown) if unknown.ty == Type::Dynamic);
    if untyped(collection) || untyped(key) {
        return Ok(Value::unknown(Type::Dynamic).with_marks(marks));
    }
    match &ty {
        Type::List(_) | Type::Tuple(_) => element(collection, key, &ty, marks, span),
        Type::Map(element) => map_element(collection, key, element, marks, span),
        Type::Object(_) => attribute(collection, key, marks, span),
        Type::Set(_) => {
            let detail = "Elements of a set are identified only by their value; they have no index or key. Use operations on all elements, or make a list of the set.";
            Err(error(span, INVALID, detail))
        }
        _ => Err(error(span, INVALID, "This value has no elements.")),
    }
}

fn converted(key: &Value, ty: &Type, span: Span) -> Access {
    convert(key.clone(), ty).map_err(|why| no_element(span, &format!(": {why}")))
}

fn element(collection: &Value, key: &Value, ty: &Type, marks: Marks, span: Span) -> Access {
    let (key, key_marks) = converted(key, &Type::Number, span)?.unmark();
    let unknown = match ty {
        Type::List(element) => Value::unknown(Type::clone(element)),
        _ => Value::unknown(Type::Dynamic),
    };
    let Some(number) = key.as_number() else { return Ok(unknown.with_marks(marks)) };
    let at = number.as_u64().and_then(|at| usize::try_from(at).ok());
    let found = match (collection.kind(), ty) {
        (Kind::List(_, items) | Kind::Tuple(items), _) => at.and_then(|at| items.get(at).cloned()),
        (_, Type::Tuple(types)) => at.and_then(|at| types.get(at)).map(|ty| Value::unknown(ty.clone())),
        _ => return Ok(unknown.with_marks(marks)),
    };
    match found {
        Some(value) => Ok(value.with_marks(marks.union(key_marks))),
        None => {
            let empty = collection.as_items().is_some_and(<[Value]>::is_empty);
            Err(no_element(span, why_no_element(number, empty)))
        }
    }
}

fn why_no_element(number: &Number, empty: bool) -> &'static str {
    if number.is_negative() {
        ": a negative number is not a valid index for a sequence"
    } else if !number.is_integer() {
        ": indexing a sequence requires a whole number, but the given index has a fractional part"
    } else if empty {
        ": the collection has no elements"
    } else {
        ": the given index is greater than or equal to the length of the collection"
    }
}

fn map_element(collection: &Value, key: &Value, element: &Type, marks: Marks, span: Span) -> Access {
    let (key, key_marks) = converted(key, &Type::String, span)?.unmark();
    let unknown = Value::unknown(element.clone()).with_marks(marks);
    match (collection.as_members(), key.as_str()) {
        (Some(members), Some(key)) => match members.get(key) {
            Some(value) => Ok(value.clone().with_marks(marks.union(key_marks))),
            None => Err(no_element(span, "")),
        },
        _ => Ok(unknown),
    }
}

fn attribute(collection: &Value, key: &Value, marks: Marks, span: Span) -> Access {
    let was_number = key.as_number().is_some();
    let (key, _) = converted(key, &Type::String, span)?.unmark();
    let (Some(members), Some(key)) = (collection.as_members(), key.as_str()) else {
        return Ok(Value::unknown(Type::Dynamic).with_marks(marks));
    };
    match members.get(key) {
        Some(value) => Ok(value.clone().with_marks(marks)),
        None if was_number => Err(no_element(span, ": attributes of an object have names, not numbers")),
        None => Err(no_element(span, "")),
    }
}
