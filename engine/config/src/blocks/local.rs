//! Members of `locals`

use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Block, Expr, Ident, is_identifier};

use crate::fields::NAME_RULE;
use crate::fields::bad_argument;

/// A local value.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name.
    pub name: Ident,
    /// Its value.
    pub expr: Expr,
    /// The whole argument.
    pub span: Span,
}

impl Local {
    /// Reads the members of a `locals` block.
    pub(crate) fn decode(block: &Block, found: &mut Diagnostics) -> Vec<Local> {
        let attributes = found.take(block.body.just_attributes());
        let mut locals = Vec::new();
        for attribute in attributes {
            if !is_identifier(&attribute.name.text) {
                found.push(bad_argument("Invalid local value name", NAME_RULE, attribute.name.span));
                continue;
            }
            let span = attribute.span();
            locals.push(Local { name: attribute.name, expr: attribute.expr, span });
        }
        locals
    }
}
