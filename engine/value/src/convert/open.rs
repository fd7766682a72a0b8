//! Types with the open parts filled in from the value at hand.

use crate::Type;
use crate::unify::unify;

/// `want` with every [`Type::Dynamic`] in it replaced by what `have` has in its place.
pub(super) fn filled(have: &Type, want: &Type) -> Type {
    match (have, want) {
        (Type::Dynamic, want) => want.clone(),
        (have, Type::Dynamic) => have.clone(),
        (Type::Map(have), Type::Map(want)) => Type::map(filled(have, want)),
        (Type::Object(have), Type::Map(want)) => Type::map(filled_element(have.attributes.values(), want)),
        (Type::List(have) | Type::Set(have), Type::List(want)) => Type::list(filled(have, want)),
        (Type::Tuple(have), Type::List(want)) => Type::list(filled_element(have.iter(), want)),
        (Type::List(have) | Type::Set(have), Type::Set(want)) => Type::set(filled(have, want)),
        (Type::Tuple(have), Type::Set(want)) => Type::set(filled_element(have.iter(), want)),
        (Type::Map(have), Type::Object(want)) => {
            Type::object(want.attributes.iter().map(|(name, want)| (name.clone(), filled(have, want))))
        }
        (Type::Object(have), Type::Object(want)) => {
            Type::object(want.attributes.iter().map(|(name, want)| {
                let ty = have.attributes.get(name).map_or_else(|| want.clone(), |have| filled(have, want));
                (name.clone(), ty)
            }))
        }
        (Type::Tuple(have), Type::Tuple(want)) => {
            Type::tuple(have.iter().zip(want.iter()).map(|(have, want)| filled(have, want)))
        }
        (_, want) => want.clone(),
    }
}

fn filled_element<'t>(have: impl Iterator<Item = &'t Type>, want: &Type) -> Type {
    let types: Vec<Type> = have.cloned().collect();
    match unify(&types) {
        Some(unified) => filled(&unified.ty, want),
        None => want.clone(),
    }
}
