//! Members of `locals`

use std::sync::Arc;

use ordain_diag::Span;
use ordain_lang::ast::{Expr, Ident};

/// A local value.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name.
    pub name: Ident,
    /// Its value.
    pub expr: Arc<Expr>,
    /// The whole argument.
    pub span: Span,
}
