//! Equality. Nothing is converted; what is known about unknown values can settle it all the same.

use crate::{Kind, Nullness, Type, Unknown, Value};

use super::decided;

/// `left == right`
pub fn equal(left: &Value, right: &Value) -> Value {
    decided(decide(left, right)).with_marks(left.marks_deep().union(right.marks_deep()))
}

/// `left != right`
pub fn not_equal(left: &Value, right: &Value) -> Value {
    decided(decide(left, right).map(|same| !same)).with_marks(left.marks_deep().union(right.marks_deep()))
}

/// Whether two values are equal, marks left aside; `None` while that is not known.
pub(crate) fn decide(left: &Value, right: &Value) -> Option<bool> {
    match (left.kind(), right.kind()) {
        (Kind::Null(_), Kind::Null(_)) => return Some(true),
        (Kind::Null(_), other) | (other, Kind::Null(_)) => {
            return if never_null(other) { Some(false) } else { None };
        }
        (Kind::Unknown(_), Kind::Unknown(_)) => return None,
        (Kind::Unknown(unknown), _) => return decide_unknown(unknown, right),
        (_, Kind::Unknown(unknown)) => return decide_unknown(unknown, left),
        _ => {}
    }
    if left.ty_is_settled() && right.ty_is_settled() {
        return if same_type(left, right) { decide_parts(left, right) } else { Some(false) };
    }
    let (left, right) = (left.ty(), right.ty());
    if left.conforms(&right) || right.conforms(&left) { None } else { Some(false) }
}

fn never_null(kind: &Kind) -> bool {
    match kind {
        Kind::Unknown(unknown) => unknown.nullness == Nullness::Never,
        Kind::Null(_) => false,
        _ => true,
    }
}

fn same_type(left: &Value, right: &Value) -> bool {
    match (left.kind(), right.kind()) {
        (Kind::Bool(_), Kind::Bool(_))
        | (Kind::Number(_), Kind::Number(_))
        | (Kind::String(_), Kind::String(_)) => true,
        _ => left.ty() == right.ty(),
    }
}

/// Whether an unknown value can turn out to be this known value, which is not null.
fn decide_unknown(unknown: &Unknown, known: &Value) -> Option<bool> {
    if unknown.ty.has_dynamic() {
        return if known.ty().conforms(&unknown.ty) { None } else { Some(false) };
    }
    if known.ty() != unknown.ty {
        return Some(false);
    }
    let excluded = match known.kind() {
        Kind::String(text) => unknown.prefix.as_ref().is_some_and(|prefix| !text.starts_with(&**prefix)),
        Kind::Number(number) => {
            let below = unknown
                .bounds
                .lower
                .as_ref()
                .is_some_and(|(bound, inclusive)| number < bound || (number == bound && !inclusive));
            let above = unknown
                .bounds
                .upper
                .as_ref()
                .is_some_and(|(bound, inclusive)| number > bound || (number == bound && !inclusive));
            below || above
        }
        Kind::List(_, items) => excludes_length(unknown, items.len(), items.len()),
        Kind::Map(_, members) => excludes_length(unknown, members.len(), members.len()),
        Kind::Set(_, items) => {
            let least = if known.is_wholly_known() { items.len() } else { items.len().min(1) };
            excludes_length(unknown, least, items.len())
        }
        _ => false,
    };
    if excluded { Some(false) } else { None }
}

fn excludes_length(unknown: &Unknown, least: usize, most: usize) -> bool {
    let (lower, upper) = unknown.length_bounds();
    let size = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    size(most) < lower || upper.is_some_and(|upper| size(least) > upper)
}

/// Equality of parts, in order, ending at the first that is not known or not equal. Both have the same
/// type.
fn decide_parts(left: &Value, right: &Value) -> Option<bool> {
    match (left.kind(), right.kind()) {
        (Kind::List(_, left), Kind::List(_, right)) | (Kind::Tuple(left), Kind::Tuple(right)) => {
            if left.len() != right.len() {
                return Some(false);
            }
            all_equal(left.iter().zip(right.iter()))
        }
        (Kind::Set(_, left), Kind::Set(_, right)) => {
            if left.iter().chain(right.iter()).any(|item| !item.is_known()) {
                return None;
            }
            Some(
                left.len() == right.len()
                    && left.iter().zip(right.iter()).all(|(l, r)| decide(l, r) == Some(true)),
            )
        }
        (Kind::Map(_, left), Kind::Map(_, right)) | (Kind::Object(left), Kind::Object(right)) => {
            if left.len() != right.len() || !left.keys().eq(right.keys()) {
                return Some(false);
            }
            all_equal(left.values().zip(right.values()))
        }
        (left, right) => Some(left == right),
    }
}

fn all_equal<'v>(pairs: impl Iterator<Item = (&'v Value, &'v Value)>) -> Option<bool> {
    for (left, right) in pairs {
        match (left.kind(), right.kind()) {
            (Kind::Null(_) | Kind::Unknown(_), _) | (_, Kind::Null(_) | Kind::Unknown(_)) => {
                match decide(left, right) {
                    Some(true) => {}
                    other => return other,
                }
            }
            _ => match decide_parts(left, right) {
                Some(true) => {}
                other => return other,
            },
        }
    }
    Some(true)
}

impl Value {
    /// Whether no part of it is an unknown value of unknown type.
    pub fn ty_is_settled(&self) -> bool {
        match self.kind() {
            Kind::Null(_) => true,
            Kind::Unknown(unknown) => match &unknown.ty {
                Type::Dynamic => false,
                ty => !ty.has_dynamic(),
            },
            _ => self.parts().all(Value::ty_is_settled),
        }
    }
}
