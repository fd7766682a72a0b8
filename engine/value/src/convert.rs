//! One value to one type.
//!
//! Whether a conversion exists depends on the two types alone ([`convertible`]); carrying it out can
//! still fail where text has to be a number or a map has to have a key. Null and unknown values convert
//! too, marks stay where they are, and an attribute that is optional and missing becomes null (see
//! [`Defaults`](crate::Defaults) for other defaults).

mod apply;
mod mismatch;
mod open;

use std::fmt;

use crate::unify::{Safety, unify_with};
use crate::{Path, Type, Value};

pub use mismatch::mismatch;

/// Why a value does not become what is wanted, and which part of it is at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// The part at fault.
    pub path: Path,
    /// What is wrong with it, as Terraform words it: `a number is required`.
    pub message: String,
}

impl PathError {
    /// An error at a part.
    pub fn new(path: &Path, message: impl Into<String>) -> PathError {
        PathError { path: path.clone(), message: message.into() }
    }
}

/// `[0]: a number is required`
impl fmt::Display for PathError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.0.is_empty() {
            write!(out, "{}: ", self.path)?;
        }
        out.write_str(&self.message)
    }
}

impl std::error::Error for PathError {}

/// The value as one of type `want`, whose attributes may be optional and whose parts may be
/// [`Type::Dynamic`], meaning any type (in a collection: any one type).
pub fn convert(value: Value, want: &Type) -> Result<Value, PathError> {
    if *want == Type::Dynamic {
        return Ok(value);
    }
    let have = value.ty();
    if have == want.without_optional() {
        return Ok(value);
    }
    if !convertible(&have, want, Safety::Unsafe) {
        return Err(PathError::new(&Path::root(), mismatch(&have, want)));
    }
    apply::apply(value, &have, want)
}

/// Whether values of type `have` can be converted to `want` at all.
pub fn convertible(have: &Type, want: &Type, safety: Safety) -> bool {
    let risky = safety == Safety::Unsafe;
    match (have, want) {
        (_, Type::Dynamic) => true,
        (Type::Dynamic, _) => risky,
        (Type::Bool | Type::Number, Type::String) => true,
        (Type::String, Type::Bool | Type::Number) => risky,
        (Type::Object(have), Type::Object(want)) => {
            want.attributes.iter().all(|(name, want_ty)| match have.attributes.get(name) {
                Some(have_ty) => have_ty == want_ty || convertible(have_ty, want_ty, safety),
                None => want.optional.contains(name),
            })
        }
        (Type::Tuple(have), Type::Tuple(want)) => {
            have.len() == want.len()
                && have
                    .iter()
                    .zip(want.iter())
                    .all(|(have, want)| have == want || convertible(have, want, safety))
        }
        (Type::List(_), Type::Set(_)) if !risky => false,
        (Type::List(have) | Type::Set(have), Type::List(want) | Type::Set(want))
        | (Type::Map(have), Type::Map(want)) => have == want || convertible(have, want, safety),
        (Type::Tuple(have), Type::List(want) | Type::Set(want)) => {
            every_convertible(have.iter(), want, safety, true)
        }
        (Type::Object(have), Type::Map(want)) => {
            every_convertible(have.attributes.values(), want, safety, false)
        }
        (Type::Map(have), Type::Object(want)) => {
            risky
                && want.attributes.iter().all(|(name, want_ty)| {
                    have.as_ref() == want_ty
                        || want.optional.contains(name)
                        || convertible(have, want_ty, safety)
                })
        }
        (have, want) => have == want && have.is_primitive(),
    }
}

/// Whether elements of these types become elements of one collection.
fn every_convertible<'t>(
    elements: impl Iterator<Item = &'t Type> + Clone,
    want: &Type,
    safety: Safety,
    sequence: bool,
) -> bool {
    let Some(want) = element_type(elements.clone(), want, safety) else { return elements.count() == 0 };
    if want == Type::Dynamic && sequence && !elements.clone().all(|have| *have == Type::Dynamic) {
        return false;
    }
    elements.clone().all(|have| *have == want || convertible(have, &want, safety))
}

/// The wanted element type, which for [`Type::Dynamic`] is the one that all elements unify to.
fn element_type<'t>(elements: impl Iterator<Item = &'t Type>, want: &Type, safety: Safety) -> Option<Type> {
    if *want != Type::Dynamic {
        return Some(want.clone());
    }
    let types: Vec<Type> = elements.cloned().collect();
    unify_with(&types, safety).map(|unified| unified.ty)
}

#[cfg(test)]
#[path = "convert_tests.rs"]
mod tests;
