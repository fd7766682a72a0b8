//! What a value is, apart from its marks.

use std::sync::Arc;

use crate::{Members, Number, Type, Unknown, Value};

/// The shapes of a value. Collections carry their element type, because an empty one has it too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// null of a type
    Null(Type),
    /// not known yet
    Unknown(Arc<Unknown>),
    /// true or false
    Bool(bool),
    /// a number
    Number(Number),
    /// NFC-normalised text
    String(Arc<str>),
    /// list: element type and elements
    List(Arc<Type>, Arc<[Value]>),
    /// set: element type and elements, in canonical order and each once
    Set(Arc<Type>, Arc<[Value]>),
    /// map: element type and members
    Map(Arc<Type>, Arc<Members>),
    /// tuple
    Tuple(Arc<[Value]>),
    /// object
    Object(Arc<Members>),
}
