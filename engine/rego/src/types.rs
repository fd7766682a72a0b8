//! Types of values, as far as the static checks of calls need them.

mod parse;

use parse::signature;

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

/// A type. Display is OPA's: `array[string]`, `set[any]`, `object<a: number>[string: any]`, `any<number, string>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Every value; what OPA writes as `any`.
    Any,
    /// `null`.
    Null,
    /// `boolean`.
    Boolean,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// An array: types of its first items, and the type of all further ones (none: there are no further ones).
    Array(Vec<Type>, Option<Box<Type>>),
    /// A set of members of one type.
    Set(Box<Type>),
    /// An object: known keys with their types, and key and value of all further ones (none: there are none).
    Object(Vec<(String, Type)>, Option<Box<(Type, Type)>>),
    /// One of several.
    OneOf(Vec<Type>),
    /// A function.
    Function(Box<Signature>),
}

/// What a function takes and gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Types of the arguments.
    pub args: Vec<Type>,
    /// Whether any number of further arguments of the last type may follow.
    pub variadic: bool,
    /// Type of the result; `None` for functions that only succeed (`print`).
    pub result: Option<Type>,
}

/// A signature as it is written, read when somebody asks what is in it: few of all functions are ever called.
pub struct WrittenSignature {
    text: &'static str,
    read: OnceLock<Box<Signature>>,
}

impl WrittenSignature {
    /// A test holds that every text that stands in a table reads.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self { text, read: OnceLock::new() }
    }

    /// Whether the text is a signature.
    #[cfg(test)]
    pub(crate) fn is_one(&self) -> bool {
        signature(self.text).is_some()
    }
}

impl Deref for WrittenSignature {
    type Target = Signature;

    fn deref(&self) -> &Signature {
        let none = || Signature { args: Vec::new(), variadic: false, result: None };
        self.read.get_or_init(|| Box::new(signature(self.text).unwrap_or_else(none)))
    }
}

impl Type {
    /// An array of any length.
    #[must_use]
    pub fn array(of: Type) -> Self {
        Self::Array(Vec::new(), Some(Box::new(of)))
    }

    /// A set.
    #[must_use]
    pub fn set(of: Type) -> Self {
        Self::Set(Box::new(of))
    }

    /// An object with any keys of one type.
    #[must_use]
    pub fn object(key: Type, value: Type) -> Self {
        Self::Object(Vec::new(), Some(Box::new((key, value))))
    }

    /// One of several types.
    #[must_use]
    pub fn one_of(types: impl Into<Vec<Type>>) -> Self {
        Self::OneOf(types.into())
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Null => f.write_str("null"),
            Self::Boolean => f.write_str("boolean"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::Array(first, rest) => {
                f.write_str("array")?;
                if !first.is_empty() {
                    write!(f, "<{}>", list(first))?;
                }
                rest.as_ref().map_or(Ok(()), |of| write!(f, "[{of}]"))
            }
            Self::Set(of) => write!(f, "set[{of}]"),
            Self::Object(known, rest) => {
                f.write_str("object")?;
                if !known.is_empty() {
                    let known: Vec<String> = known.iter().map(|(k, t)| format!("{k}: {t}")).collect();
                    write!(f, "<{}>", known.join(", "))?;
                }
                rest.as_ref().map_or(Ok(()), |of| write!(f, "[{}: {}]", of.0, of.1))
            }
            Self::OneOf(types) => write!(f, "any<{}>", list(types)),
            Self::Function(signature) => signature.fmt(f),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}", list(&self.args))?;
        if self.variadic {
            f.write_str("...")?;
        }
        f.write_str(")")?;
        self.result.as_ref().map_or(Ok(()), |result| write!(f, " => {result}"))
    }
}

fn list(types: &[Type]) -> String {
    types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
