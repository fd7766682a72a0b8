//! Parts of operations that many rules have in common, each there once.

use crate::ast::Name;
use crate::ir::{Expr, Names, Path, Slot};
use crate::value::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What was made so far.
#[derive(Default)]
pub(crate) struct Shared {
    paths: HashMap<Vec<Name>, Path>,
    names: HashSet<Names>,
}

impl Shared {
    /// A path; one of texts only is the same wherever it is written.
    pub(crate) fn path(&mut self, keys: Vec<Expr>) -> Path {
        let text = |key: &Expr| match key {
            Expr::Constant(Value::String(text)) => Some(Arc::clone(text)),
            _ => None,
        };
        let Some(texts) = keys.iter().map(text).collect::<Option<Vec<Name>>>() else { return exact(keys) };
        Arc::clone(self.paths.entry(texts).or_insert_with(|| exact(keys)))
    }

    /// Variables and their slots.
    pub(crate) fn names(&mut self, names: Vec<(Name, Slot)>) -> Names {
        if let Some(known) = self.names.get(names.as_slice()) {
            return Arc::clone(known);
        }
        let new = Names::from(names);
        self.names.insert(Arc::clone(&new));
        new
    }
}

fn exact(mut keys: Vec<Expr>) -> Path {
    keys.shrink_to_fit();
    Path::new(keys)
}
