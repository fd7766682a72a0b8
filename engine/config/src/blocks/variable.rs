//! `variable`

use std::sync::Arc;

use ordain_diag::Span;
use ordain_lang::ast::Ident;
use ordain_value::{Type, Value};

use super::Condition;

/// An input variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Ident,
    /// `description`
    pub description: Option<Arc<str>>,
    /// `type`; [`Type::Dynamic`] when there is none.
    pub ty: Type,
    /// `default`, converted to the type; `None` when a value must be given.
    pub default: Option<Value>,
    /// `nullable`; when false, null means the default.
    pub nullable: bool,
    /// `sensitive`
    pub sensitive: bool,
    /// `ephemeral`
    pub ephemeral: bool,
    /// `validation` blocks.
    pub validations: Vec<Condition>,
    /// Type and labels.
    pub header: Span,
}
