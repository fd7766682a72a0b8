//! Types, as the configuration language has them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

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
    pub attributes: BTreeMap<Arc<str>, Type>,
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
