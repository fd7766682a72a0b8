//! `output`

use std::sync::Arc;

use ordain_diag::Span;
use ordain_lang::ast::{Expr, Ident};

use super::{Condition, DependsOn};

/// An output value.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name.
    pub name: Ident,
    /// `description`
    pub description: Option<Arc<str>>,
    /// `value`; `None` when missing, which was reported.
    pub value: Option<Arc<Expr>>,
    /// `sensitive`
    pub sensitive: bool,
    /// `ephemeral`
    pub ephemeral: bool,
    /// `depends_on`
    pub depends_on: Vec<DependsOn>,
    /// `precondition` blocks.
    pub preconditions: Vec<Condition>,
    /// Type and labels.
    pub header: Span,
}
