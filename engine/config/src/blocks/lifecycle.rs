//! `lifecycle`

use std::sync::Arc;

use ordain_diag::Span;
use ordain_lang::ast::{Expr, Traversal, TraversalStep};

use super::Condition;

/// `ignore_changes`
#[derive(Clone, Debug, Default)]
pub enum IgnoreChanges {
    /// Nothing is ignored.
    #[default]
    Nothing,
    /// `all`
    All,
    /// Paths from the object: root name and constant steps.
    Paths(Vec<Traversal>),
}

/// The `lifecycle` block of a resource.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// `create_before_destroy`; `None` when not written.
    pub create_before_destroy: Option<bool>,
    /// `prevent_destroy`
    pub prevent_destroy: bool,
    /// `ignore_changes`
    pub ignore_changes: IgnoreChanges,
    /// `replace_triggered_by`
    pub replace_triggered_by: Vec<Arc<Expr>>,
    /// `precondition` blocks.
    pub preconditions: Vec<Condition>,
    /// `postcondition` blocks.
    pub postconditions: Vec<Condition>,
    /// The block's type, when there is one.
    pub header: Option<Span>,
}

impl IgnoreChanges {
    /// The paths as steps into an object's value. Empty for `all`.
    pub fn paths(&self) -> Vec<ordain_value::Path> {
        let IgnoreChanges::Paths(traversals) = self else { return Vec::new() };
        let path = |traversal: &Traversal| {
            let root = ordain_value::Path::root().attr(traversal.root.text.clone());
            traversal.steps.iter().fold(root, |path, step| match step {
                TraversalStep::Attr(name) => path.attr(name.text.clone()),
                TraversalStep::Index(key, _) => path.index((**key).clone()),
            })
        };
        traversals.iter().map(path).collect()
    }
}
