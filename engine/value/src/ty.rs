//! Types, as the configuration language has them.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::Named;

/// A type. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// Not decided yet: the type of `null` and of unknown values of any type; `any` in constraints.
    Dynamic,
    /// true or false
    Bool,
    /// 512-bit binary floating point
    Number,
    /// NFC-normalised text
    String,
    /// list(T)
    List(Arc<Type>),
    /// set(T)
    Set(Arc<Type>),
    /// map(T)
    Map(Arc<Type>),
    /// tuple([T, …])
    Tuple(Arc<[Type]>),
    /// object({name = T, …})
    Object(Arc<ObjectType>),
}

/// Attributes of an object type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectType {
    /// Attribute names and types.
    pub attributes: Named<Type>,
    /// Names of attributes that a value may lack; only type constraints have any.
    pub optional: BTreeSet<Arc<str>>,
}

impl Type {
    /// list(element)
    pub fn list(element: Type) -> Type {
        Type::List(Arc::new(element))
    }

    /// set(element)
    pub fn set(element: Type) -> Type {
        Type::Set(Arc::new(element))
    }

    /// map(element)
    pub fn map(element: Type) -> Type {
        Type::Map(Arc::new(element))
    }

    /// tuple([elements])
    pub fn tuple(elements: impl IntoIterator<Item = Type>) -> Type {
        Type::Tuple(elements.into_iter().collect())
    }

    /// object({attributes})
    pub fn object<N: Into<Arc<str>>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Type {
        let attributes = attributes.into_iter().map(|(name, ty)| (name.into(), ty)).collect();
        Type::Object(Arc::new(ObjectType { attributes, optional: BTreeSet::new() }))
    }

    /// Bool, number or string.
    pub fn is_primitive(&self) -> bool {
        matches!(self, Type::Bool | Type::Number | Type::String)
    }

    /// List, set or map.
    pub fn is_collection(&self) -> bool {
        matches!(self, Type::List(_) | Type::Set(_) | Type::Map(_))
    }

    /// Element type of a list, set or map.
    pub fn element(&self) -> Option<&Type> {
        match self {
            Type::List(element) | Type::Set(element) | Type::Map(element) => Some(element),
            _ => None,
        }
    }

    /// Whether [`Type::Dynamic`] occurs anywhere inside.
    pub fn has_dynamic(&self) -> bool {
        match self {
            Type::Dynamic => true,
            Type::Bool | Type::Number | Type::String => false,
            Type::List(element) | Type::Set(element) | Type::Map(element) => element.has_dynamic(),
            Type::Tuple(elements) => elements.iter().any(Type::has_dynamic),
            Type::Object(object) => object.attributes.values().any(Type::has_dynamic),
        }
    }

    /// The same type in which no attribute is optional: the type that values have.
    #[must_use]
    pub fn without_optional(&self) -> Type {
        match self {
            Type::Dynamic | Type::Bool | Type::Number | Type::String => self.clone(),
            Type::List(element) => Type::list(element.without_optional()),
            Type::Set(element) => Type::set(element.without_optional()),
            Type::Map(element) => Type::map(element.without_optional()),
            Type::Tuple(elements) => Type::tuple(elements.iter().map(Type::without_optional)),
            Type::Object(object) => {
                Type::object(object.attributes.iter().map(|(name, ty)| (name.clone(), ty.without_optional())))
            }
        }
    }

    /// Whether a value of this type is one of `wanted`, where [`Type::Dynamic`] in `wanted` allows any type.
    pub fn conforms(&self, wanted: &Type) -> bool {
        match (self, wanted) {
            (_, Type::Dynamic) => true,
            (Type::List(have), Type::List(want))
            | (Type::Set(have), Type::Set(want))
            | (Type::Map(have), Type::Map(want)) => have.conforms(want),
            (Type::Tuple(have), Type::Tuple(want)) => {
                have.len() == want.len()
                    && have.iter().zip(want.iter()).all(|(have, want)| have.conforms(want))
            }
            (Type::Object(have), Type::Object(want)) => {
                have.attributes.len() == want.attributes.len()
                    && have
                        .attributes
                        .iter()
                        .all(|(name, have)| want.attributes.get(name).is_some_and(|want| have.conforms(want)))
            }
            (have, want) => have == want,
        }
    }

    /// Attributes of an object type.
    pub fn attributes(&self) -> Option<&Named<Type>> {
        match self {
            Type::Object(object) => Some(&object.attributes),
            _ => None,
        }
    }

    /// As people call it when it is demanded: like [`friendly`](Self::friendly), with `any type` and
    /// `list of any single type` where the type is open.
    pub fn friendly_constraint(&self) -> String {
        let element = |element: &Type| match element {
            Type::Dynamic => "any single type".to_owned(),
            element => element.friendly_constraint(),
        };
        match self {
            Type::Dynamic => "any type".to_owned(),
            Type::List(inner) => format!("list of {}", element(inner)),
            Type::Set(inner) => format!("set of {}", element(inner)),
            Type::Map(inner) => format!("map of {}", element(inner)),
            other => other.friendly(),
        }
    }

    /// As people call it in messages: `string`, `list of string`, `object`, `tuple`, …
    pub fn friendly(&self) -> String {
        match self {
            Type::Dynamic => "dynamic".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::Number => "number".to_owned(),
            Type::String => "string".to_owned(),
            Type::List(element) => format!("list of {}", element.friendly()),
            Type::Set(element) => format!("set of {}", element.friendly()),
            Type::Map(element) => format!("map of {}", element.friendly()),
            Type::Tuple(_) => "tuple".to_owned(),
            Type::Object(_) => "object".to_owned(),
        }
    }
}

/// As type constraints are written: `list(object({a=string}))`.
impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Dynamic => out.write_str("any"),
            Type::Bool => out.write_str("bool"),
            Type::Number => out.write_str("number"),
            Type::String => out.write_str("string"),
            Type::List(element) => write!(out, "list({element})"),
            Type::Set(element) => write!(out, "set({element})"),
            Type::Map(element) => write!(out, "map({element})"),
            Type::Tuple(elements) => {
                out.write_str("tuple([")?;
                for (at, element) in elements.iter().enumerate() {
                    write!(out, "{}{element}", if at == 0 { "" } else { "," })?;
                }
                out.write_str("])")
            }
            Type::Object(object) => {
                out.write_str("object({")?;
                for (at, (name, ty)) in object.attributes.iter().enumerate() {
                    out.write_str(if at == 0 { "" } else { "," })?;
                    if object.optional.contains(name) {
                        write!(out, "{name}=optional({ty})")?;
                    } else {
                        write!(out, "{name}={ty}")?;
                    }
                }
                out.write_str("})")
            }
        }
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
