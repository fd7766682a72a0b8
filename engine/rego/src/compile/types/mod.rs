//! Static types: what values can be, as far as the text says.

mod check;
mod refs;
mod schema;
mod tree;
mod unify;

pub(crate) use check::Checker;
pub(crate) use schema::of_schema;
pub(crate) use tree::Types;

use crate::types::{Signature, Type};
use crate::value::Value;
use std::collections::BTreeSet;

/// A type while it is being found out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ty {
    /// Not known yet.
    Unknown,
    Null,
    Boolean,
    Number,
    String,
    /// First items, and further ones.
    Array(Vec<Ty>, Option<Box<Ty>>),
    /// Known keys in order, and others.
    Object(Vec<(Value, Ty)>, Option<Box<(Ty, Ty)>>),
    Set(Box<Ty>),
    /// One of these; of anything if empty.
    Any(BTreeSet<Ty>),
    /// Operands and result.
    Function(Vec<Ty>, Option<Box<Ty>>),
}

impl Ty {
    /// What kinds of values it has; `None` where that may be any.
    pub(crate) fn kinds(&self) -> Option<BTreeSet<&'static str>> {
        Some(BTreeSet::from([match self {
            Self::Unknown => return None,
            Self::Any(types) if types.is_empty() => return None,
            Self::Any(types) => {
                let kinds: Option<Vec<_>> = types.iter().map(Self::kinds).collect();
                return Some(kinds?.into_iter().flatten().collect());
            }
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array(..) => "array",
            Self::Object(..) => "object",
            Self::Set(_) => "set",
            Self::Function(..) => "function",
        }]))
    }

    pub(crate) fn any() -> Self {
        Self::Any(BTreeSet::new())
    }

    pub(crate) fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(items) if items.is_empty() => Self::Array(Vec::new(), Some(Box::new(Self::any()))),
            Value::Array(items) => Self::Array(items.iter().map(Self::of_value).collect(), None),
            Value::Object(object) if object.is_empty() => {
                Self::Object(Vec::new(), Some(Box::new((Self::any(), Self::any()))))
            }
            Value::Object(object) => Self::Object(
                object.iter().map(|(key, value)| (key.clone(), Self::of_value(value))).collect(),
                None,
            ),
            Value::Set(set) => {
                let of = set.iter().map(Self::of_value).fold(Self::Unknown, Self::or);
                Self::Set(Box::new(if of == Self::Unknown { Self::any() } else { of }))
            }
            Value::Unknown(_) | Value::Secret(_) => Self::any(),
        }
    }

    pub(crate) fn of_type(of: &Type) -> Self {
        match of {
            Type::Any => Self::any(),
            Type::Null => Self::Null,
            Type::Boolean => Self::Boolean,
            Type::Number => Self::Number,
            Type::String => Self::String,
            Type::Array(first, rest) => Self::Array(
                first.iter().map(Self::of_type).collect(),
                rest.as_ref().map(|rest| Box::new(Self::of_type(rest))),
            ),
            Type::Set(of) => Self::Set(Box::new(Self::of_type(of))),
            Type::Object(known, rest) => {
                let mut known: Vec<(Value, Self)> =
                    known.iter().map(|(key, of)| (Value::from(key.as_str()), Self::of_type(of))).collect();
                known.sort();
                let rest =
                    rest.as_ref().map(|rest| Box::new((Self::of_type(&rest.0), Self::of_type(&rest.1))));
                Self::Object(known, rest)
            }
            Type::OneOf(of) => of.iter().map(Self::of_type).fold(Self::Unknown, Self::or),
            Type::Function(signature) => Self::of_signature(signature),
        }
    }

    pub(crate) fn of_signature(signature: &Signature) -> Self {
        let args = signature.args.iter().map(Self::of_type).collect();
        Self::Function(args, signature.result.as_ref().map(|result| Box::new(Self::of_type(result))))
    }

    /// Whether something in it is not known.
    pub(crate) fn lacks(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Null | Self::Boolean | Self::Number | Self::String => false,
            Self::Array(first, rest) => {
                first.iter().any(Self::lacks) || rest.as_ref().is_some_and(|rest| rest.lacks())
            }
            Self::Object(known, rest) => {
                known.iter().any(|(_, of)| of.lacks())
                    || rest.as_ref().is_some_and(|rest| rest.0.lacks() || rest.1.lacks())
            }
            Self::Set(of) => of.lacks(),
            Self::Any(of) => of.iter().any(Self::lacks),
            Self::Function(args, result) => {
                args.iter().any(Self::lacks) || result.as_ref().is_some_and(|result| result.lacks())
            }
        }
    }

    /// One or the other.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, other) | (other, Self::Unknown) => other,
            (Self::Any(a), Self::Any(b)) => {
                if a.is_empty() || b.is_empty() {
                    Self::any()
                } else {
                    Self::Any(a.into_iter().chain(b).collect())
                }
            }
            (Self::Any(mut of), other) | (other, Self::Any(mut of)) => {
                if !of.is_empty() {
                    of.insert(other);
                }
                Self::Any(of)
            }
            (Self::Function(a, ra), Self::Function(b, rb)) => {
                let args = a.into_iter().zip(b).map(|(a, b)| a.or(b)).collect();
                let result = match (ra, rb) {
                    (Some(a), Some(b)) => Some(Box::new(a.or(*b))),
                    (one, other) => one.or(other),
                };
                Self::Function(args, result)
            }
            (Self::Function(..), _) | (_, Self::Function(..)) => Self::Unknown,
            (a, b) if a == b => a,
            (a, b) => Self::Any(BTreeSet::from([a, b])),
        }
    }

    /// The type of a member at a known key.
    pub(crate) fn select(&self, key: &Value) -> Self {
        match self {
            Self::Array(first, rest) => {
                let plain = key.as_number().filter(|number| number.is_plain_integer());
                let at = plain.and_then(crate::number::Number::as_i64);
                let Some(at) = at.and_then(|at| usize::try_from(at).ok()) else { return Self::Unknown };
                first.get(at).cloned().or_else(|| rest.as_deref().cloned()).unwrap_or(Self::Unknown)
            }
            Self::Object(known, rest) => {
                if let Some((_, of)) = known.iter().find(|(name, _)| name == key) {
                    return of.clone();
                }
                match rest {
                    Some(rest) if unify::unifies(&rest.0, &Self::of_value(key)) => rest.1.clone(),
                    _ => Self::Unknown,
                }
            }
            Self::Set(of) => {
                let own = Self::of_value(key);
                match &**of {
                    Self::Any(all) if all.is_empty() || all.contains(&own) => own,
                    one if *one == own => own,
                    _ => Self::Unknown,
                }
            }
            Self::Any(of) if of.is_empty() => Self::any(),
            Self::Any(of) => of.iter().fold(Self::Unknown, |sum, one| sum.or(one.select(key))),
            _ => Self::Unknown,
        }
    }

    /// The type of keys; unknown if there are none.
    pub(crate) fn keys(&self) -> Self {
        match self {
            Self::Array(..) => Self::Number,
            Self::Object(known, rest) => {
                let sum = known.iter().fold(Self::Unknown, |sum, (key, _)| sum.or(Self::of_value(key)));
                rest.as_ref().map_or(sum.clone(), |rest| sum.or(rest.0.clone()))
            }
            Self::Set(of) => (**of).clone(),
            Self::Any(of) if of.is_empty() => Self::any(),
            Self::Any(of) => of.iter().fold(Self::Unknown, |sum, one| sum.or(one.keys())),
            _ => Self::Unknown,
        }
    }

    /// The type of members.
    pub(crate) fn values(&self) -> Self {
        match self {
            Self::Array(first, rest) => {
                let sum = first.iter().cloned().fold(Self::Unknown, Self::or);
                rest.as_ref().map_or(sum.clone(), |rest| sum.or((**rest).clone()))
            }
            Self::Object(known, rest) => {
                let sum = known.iter().fold(Self::Unknown, |sum, (_, of)| sum.or(of.clone()));
                rest.as_ref().map_or(sum.clone(), |rest| sum.or(rest.1.clone()))
            }
            Self::Set(of) => (**of).clone(),
            Self::Any(of) if of.is_empty() => Self::any(),
            Self::Any(of) => of.iter().fold(Self::Unknown, |sum, one| sum.or(one.values())),
            _ => Self::Unknown,
        }
    }
}
