//! Whether two types can be those of one value.

use super::Ty;
use std::collections::BTreeSet;

/// Whether a value can have both types.
pub(crate) fn unifies(a: &Ty, b: &Ty) -> bool {
    match (a, b) {
        (Ty::Unknown, _) | (_, Ty::Unknown) => false,
        (Ty::Any(of), other) if one_unifies(of, other) => true,
        (other, Ty::Any(of)) => one_unifies(of, other),
        (Ty::Null, Ty::Null)
        | (Ty::Boolean, Ty::Boolean)
        | (Ty::Number, Ty::Number)
        | (Ty::String, Ty::String) => true,
        (Ty::Array(..), Ty::Array(..)) => arrays(a, b),
        (Ty::Object(..), Ty::Object(..)) => objects(a, b),
        (Ty::Set(a), Ty::Set(b)) => unifies(a, b),
        (Ty::Function(a, _), Ty::Function(b, _)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| unifies(a, b))
        }
        _ => false,
    }
}

fn one_unifies(of: &BTreeSet<Ty>, other: &Ty) -> bool {
    !matches!(other, Ty::Function(..)) && (of.is_empty() || of.iter().any(|one| unifies(one, other)))
}

fn arrays(a: &Ty, b: &Ty) -> bool {
    let (Ty::Array(first_a, rest_a), Ty::Array(first_b, rest_b)) = (a, b) else { return false };
    let item = |first: &[Ty], rest: &Option<Box<Ty>>, at: usize| -> Ty {
        first.get(at).cloned().or_else(|| rest.as_deref().cloned()).unwrap_or(Ty::Unknown)
    };
    let fixed = (0..first_a.len().max(first_b.len()))
        .all(|at| unifies(&item(first_a, rest_a, at), &item(first_b, rest_b, at)));
    fixed
        && match (rest_a, rest_b) {
            (Some(a), Some(b)) => unifies(a, b),
            _ => true,
        }
}

fn objects(a: &Ty, b: &Ty) -> bool {
    let (Ty::Object(_, rest_a), Ty::Object(_, rest_b)) = (a, b) else { return false };
    known_keys(a, b)
        && known_keys(b, a)
        && match (rest_a, rest_b) {
            (Some(a), Some(b)) => unifies(&a.1, &b.1),
            _ => true,
        }
}

fn known_keys(a: &Ty, b: &Ty) -> bool {
    let (Ty::Object(known, rest_a), Ty::Object(_, rest_b)) = (a, b) else { return false };
    known.iter().all(|(key, of)| match b.select(key) {
        Ty::Unknown => rest_a.is_some() || rest_b.is_some(),
        other => unifies(of, &other),
    })
}
