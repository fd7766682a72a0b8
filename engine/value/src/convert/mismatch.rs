//! Says why values of one type cannot become another.

use std::sync::Arc;

use crate::unify::Safety;
use crate::{ObjectType, Type};

use super::convertible;

/// A short clause such as `string required` or `attribute "a" is required`.
pub fn mismatch(have: &Type, want: &Type) -> String {
    let required = || format!("{} required", want.friendly_constraint());
    match (have, want) {
        (Type::Object(have), Type::Object(want)) => objects(have, want),
        (Type::Tuple(_), Type::List(element)) if **element == Type::Dynamic => same("list"),
        (Type::Tuple(_), Type::Set(element)) if **element == Type::Dynamic => same("set"),
        (Type::Object(_), Type::Map(element)) if **element == Type::Dynamic => same("map"),
        (Type::Tuple(elements), Type::List(want) | Type::Set(want)) => {
            let named = elements.iter().enumerate().map(|(at, ty)| (at.to_string(), ty));
            structural(named, want)
        }
        (Type::Object(have), Type::Map(want)) => {
            structural(have.attributes.iter().map(|(name, ty)| (format!("{name:?}"), ty)), want)
        }
        (Type::List(have) | Type::Set(have), Type::List(want)) => element("list", have, want),
        (Type::List(have) | Type::Set(have), Type::Set(want)) => element("set", have, want),
        (Type::Map(have), Type::Map(want)) => element("map", have, want),
        _ => required(),
    }
}

fn same(what: &str) -> String {
    format!("all {what} elements must have the same type")
}

fn element(what: &str, have: &Type, want: &Type) -> String {
    format!("incorrect {what} element type: {}", mismatch(have, want))
}

fn structural<'t>(elements: impl Iterator<Item = (String, &'t Type)>, want: &Type) -> String {
    let fits = |have: &Type| have == want || convertible(have, want, Safety::Unsafe);
    for (name, have) in elements {
        if !fits(have) {
            return format!("element {name}: {}", mismatch(have, want));
        }
    }
    format!("all elements must be {}", want.friendly_constraint())
}

fn objects(have: &Arc<ObjectType>, want: &Arc<ObjectType>) -> String {
    let missing: Vec<&str> = want
        .attributes
        .keys()
        .filter(|name| !have.attributes.contains_key(name) && !want.optional.contains(*name))
        .map(|name| &**name)
        .collect();
    match missing.as_slice() {
        [] => {}
        [one] => return format!("attribute {one:?} is required"),
        [one, two] => return format!("attributes {one:?} and {two:?} are required"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|name| format!("{name:?}, ")).collect();
            return format!("attributes {}and {last:?} are required", first.concat());
        }
    }
    let pairs = || {
        want.attributes
            .iter()
            .filter_map(|(name, want)| Some((name, have.attributes.get(name)?, want)))
            .filter(|(_, have, want)| have != want)
    };
    [Safety::Unsafe, Safety::Safe]
        .into_iter()
        .find_map(|safety| pairs().find(|(_, have, want)| !convertible(have, want, safety)))
        .map_or_else(
            || "incorrect object attributes".to_owned(),
            |(name, have, want)| format!("attribute {name:?}: {}", mismatch(have, want)),
        )
}
