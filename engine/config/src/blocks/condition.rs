//! `precondition`, `postcondition`, `validation` and `assert`

use std::sync::Arc;

use ordain_diag::Span;
use ordain_lang::ast::Expr;

/// What kind of block holds a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionKind {
    /// `precondition`
    Precondition,
    /// `postcondition`
    Postcondition,
    /// `validation`
    Validation,
    /// `assert`
    Assert,
}

/// A condition and what to say when it does not hold.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What kind of block it is.
    pub kind: ConditionKind,
    /// `condition`
    pub condition: Arc<Expr>,
    /// `error_message`
    pub error_message: Arc<Expr>,
    /// The block's type.
    pub header: Span,
}
