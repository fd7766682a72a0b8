//! `check`

use ordain_addr::Resource;
use ordain_diag::Span;
use ordain_lang::ast::Ident;

use super::Condition;

/// A check block. Its data source stands among the module's resources and names this check.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name.
    pub name: Ident,
    /// The data source inside.
    pub data: Option<Resource>,
    /// `assert` blocks.
    pub asserts: Vec<Condition>,
    /// Type and labels.
    pub header: Span,
}
