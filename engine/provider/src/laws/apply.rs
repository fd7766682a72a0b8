//! What may come after a planned value: the same, with unknown parts filled in.
//!
//! Holds between the first and the second plan of an object, and between plan and result of apply.

use ordain_value::{Kind, Nullness, Path, Type, Unknown, Value};

use super::Violation;
use super::same::member;
use crate::{Attribute, Block, Nesting};

/// Checks an object against what was planned of it.
pub fn object_compatible(block: &Block, planned: &Value, actual: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    block_compatible(block, planned, actual, &Path::root(), &mut found);
    found
}

fn block_compatible(block: &Block, planned: &Value, actual: &Value, path: &Path, found: &mut Vec<Violation>) {
    match (planned.is_null(), actual.is_null()) {
        (true, false) => return found.push(Violation::new(path, "was absent, but now present")),
        (false, true) => return found.push(Violation::new(path, "was present, but now absent")),
        (true, true) => return,
        (false, false) => {}
    }
    if !planned.is_known() {
        return;
    }
    for (name, attribute) in &block.attributes {
        let ty = || attribute.value_type();
        let (planned, actual) = (member(planned, name, ty), member(actual, name, ty));
        attribute_compatible(attribute, &planned, &actual, &path.attr(name.clone()), found);
    }
    for (name, nested) in &block.blocks {
        let ty = || nested.nesting.wrap(nested.block.value_type());
        let (planned, actual) = (member(planned, name, ty), member(actual, name, ty));
        let path = path.attr(name.clone());
        if !planned.is_known() {
            continue;
        }
        match nested.nesting {
            // A block that is planned with nothing known may stand for any number of blocks.
            Nesting::Single | Nesting::Group if wholly_unknown(&planned) && actual.is_null() => {}
            Nesting::Single | Nesting::Group => {
                block_compatible(&nested.block, &planned, &actual, &path, found);
            }
            _ => elements(&planned, &actual, &path, found, &|planned, actual, path, found| {
                block_compatible(&nested.block, planned, actual, path, found);
            }),
        }
    }
}

fn wholly_unknown(value: &Value) -> bool {
    match value.kind() {
        Kind::Unknown(_) => true,
        Kind::Object(members) => !members.is_empty() && members.values().all(wholly_unknown),
        _ => false,
    }
}

fn attribute_compatible(
    attribute: &Attribute,
    planned: &Value,
    actual: &Value,
    path: &Path,
    found: &mut Vec<Violation>,
) {
    let before = found.len();
    value_into(planned, actual, path, found);
    if attribute.flags.sensitive && found.len() > before {
        found.truncate(before);
        found.push(Violation::new(path, "inconsistent values for sensitive attribute"));
    }
}

/// Checks one value against what was planned of it.
pub fn value_compatible(planned: &Value, actual: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    value_into(planned, actual, &Path::root(), &mut found);
    found
}

fn value_into(planned: &Value, actual: &Value, path: &Path, found: &mut Vec<Violation>) {
    let mut fail = |message: &str| found.push(Violation::new(path, message));
    match (planned.kind(), actual.kind()) {
        (Kind::Unknown(unknown), _) => {
            if let Some(message) = outside(unknown, actual) {
                fail(message);
            }
        }
        (_, Kind::Unknown(_)) => fail("was known, but now unknown"),
        (Kind::Null(_), Kind::Null(_)) => {}
        (Kind::Null(_), _) => fail("was null, but now has a value"),
        (_, Kind::Null(_)) => fail("had a value, but now null"),
        (Kind::Bool(a), Kind::Bool(b)) if a == b => {}
        (Kind::Number(a), Kind::Number(b)) if a == b => {}
        (Kind::String(a), Kind::String(b)) if a == b => {}
        (
            Kind::List(..) | Kind::Tuple(_) | Kind::Set(..) | Kind::Map(..) | Kind::Object(_),
            Kind::List(..) | Kind::Tuple(_) | Kind::Set(..) | Kind::Map(..) | Kind::Object(_),
        ) => elements(planned, actual, path, found, &value_into),
        _ => fail("the value is not the planned one"),
    }
}

/// Why a value cannot stand for an unknown one.
fn outside(unknown: &Unknown, actual: &Value) -> Option<&'static str> {
    if actual.is_null() && unknown.nullness == Nullness::Never {
        return Some("was known not to be null, but now null");
    }
    if let (Some(prefix), Some(text)) = (&unknown.prefix, actual.as_str())
        && !text.starts_with(&**prefix)
    {
        return Some("does not begin with the planned prefix");
    }
    // Unknown and null values of the object carry types that may be less exact than the planned one.
    if unknown.ty != Type::Dynamic
        && actual.is_known()
        && !actual.is_null()
        && !fits(&unknown.ty, &actual.ty())
    {
        return Some("is not of the planned type");
    }
    None
}

/// Whether a type is an instance of another that may have open places.
fn fits(planned: &Type, actual: &Type) -> bool {
    match (planned, actual) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            fits(a, b)
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| fits(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.attributes.len() == b.attributes.len()
                && a.attributes.iter().all(|(name, a)| b.attributes.get(name).is_some_and(|b| fits(a, b)))
        }
        (a, b) => a == b,
    }
}

type Each<'e> = &'e dyn Fn(&Value, &Value, &Path, &mut Vec<Violation>);

fn elements(planned: &Value, actual: &Value, path: &Path, found: &mut Vec<Violation>, each: Each<'_>) {
    match (planned.kind(), actual.kind()) {
        (Kind::List(_, p) | Kind::Tuple(p), Kind::List(_, a) | Kind::Tuple(a)) => {
            for (at, (p, a)) in p.iter().zip(a.iter()).enumerate() {
                each(p, a, &path.index(i64::try_from(at).unwrap_or(i64::MAX)), found);
            }
            if p.len() != a.len() {
                let message = format!("had {} elements, but now {}", p.len(), a.len());
                found.push(Violation::new(path, message));
            }
        }
        (Kind::Map(_, p), Kind::Map(_, a)) | (Kind::Object(p), Kind::Object(a)) => {
            for (key, p) in p.iter() {
                match a.get(key) {
                    Some(a) => each(p, a, &path.index(&**key), found),
                    None => found.push(Violation::new(&path.index(&**key), "element has vanished")),
                }
            }
            for key in a.keys().filter(|key| !p.contains_key(key)) {
                found.push(Violation::new(&path.index(&**key), "new element has appeared"));
            }
        }
        (Kind::Set(_, p), Kind::Set(_, a)) => set(p, a, path, found, each),
        (_, Kind::Null(_)) => found.push(Violation::new(path, "was present, but now absent")),
        (_, Kind::Unknown(_)) => found.push(Violation::new(path, "was known, but now unknown")),
        _ => found.push(Violation::new(path, "the value is not the planned one")),
    }
}

/// Every planned element must fit some actual one and the other way round; unknown ones may have become
/// the same element, so that the set shrinks.
fn set(planned: &[Value], actual: &[Value], path: &Path, found: &mut Vec<Violation>, each: Each<'_>) {
    let fits = |planned: &Value, actual: &Value| {
        let mut found = Vec::new();
        each(planned, actual, path, &mut found);
        found.is_empty()
    };
    // Elements that did not change are found by search; only the others are compared pair by pair.
    let lost = |element: &Value| {
        actual.binary_search(element).is_err() && !actual.iter().any(|actual| fits(element, actual))
    };
    let new = |element: &Value| {
        planned.binary_search(element).is_err() && !planned.iter().any(|planned| fits(planned, element))
    };
    if planned.iter().any(lost) {
        found.push(Violation::new(path, "a planned set element does not correlate with any element now"));
    }
    if actual.iter().any(new) {
        found.push(Violation::new(path, "a set element does not correlate with any planned element"));
    }
    if actual.len() > planned.len() {
        found
            .push(Violation::new(path, format!("length changed from {} to {}", planned.len(), actual.len())));
    }
}
