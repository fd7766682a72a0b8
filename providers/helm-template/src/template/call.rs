//! What a template can call: a name, the types of its parameters, and a body.

use super::eval::Slot;
use super::exec::Engine;
use crate::value::Value;

/// The declared type of a parameter; decides what may be passed and what a refusal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Param {
    Any,
    Text,
    Int,
    Uint32,
    Float,
    Bool,
    Dict,
    AnyList,
    Time,
    Certificate,
    /// `reflect.Value`: nothing is checked, and whether it was an interface is kept.
    Raw,
}

impl Param {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Text => "string",
            Self::Int => "int",
            Self::Uint32 => "uint32",
            Self::Float => "float64",
            Self::Bool => "bool",
            Self::Dict => "map[string]interface {}",
            Self::AnyList => "[]interface {}",
            Self::Time => "time.Time",
            Self::Certificate => "sprig.certificate",
            Self::Raw => "reflect.Value",
        }
    }

    pub(super) fn can_be_nil(self) -> bool {
        matches!(self, Self::Any | Self::Dict | Self::AnyList | Self::Raw)
    }
}

/// What a body gives back; an error is the text after `error calling name: `.
pub(crate) type Returns = Result<Value, String>;

/// A body; it gets checked arguments.
pub(crate) type Body = fn(&mut Engine<'_>, &[Slot]) -> Returns;

/// A row of the function table.
#[derive(Clone, Copy)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// Fixed parameters, then, if `variadic`, the type of all further ones.
    pub(crate) params: &'static [Param],
    pub(crate) variadic: bool,
    pub(crate) body: Body,
}
