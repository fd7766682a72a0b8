//! `count`, `for_each` and `depends_on`, wherever they occur

use std::sync::Arc;

use ordain_addr::Resource;
use ordain_diag::Span;
use ordain_lang::ast::Expr;

/// How many instances a block stands for.
#[derive(Clone, Debug, Default)]
pub enum Repetition {
    /// One, without key.
    #[default]
    Single,
    /// `count`
    Count(Arc<Expr>),
    /// `for_each`
    ForEach(Arc<Expr>),
}

/// One element of `depends_on`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DependsOn {
    /// A resource, data source or ephemeral resource of the same module; an instance key is ignored.
    Resource(Resource, Span),
    /// A module called from the same module; everything in it.
    Module(Arc<str>, Span),
    /// An input variable: what its value comes from.
    Variable(Arc<str>, Span),
    /// A local value: what it comes from.
    Local(Arc<str>, Span),
    /// An output of a called module.
    ModuleOutput(Arc<str>, Arc<str>, Span),
}
