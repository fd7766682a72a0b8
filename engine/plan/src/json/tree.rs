//! The tree of module instances in `planned_values` and `values`.

use std::collections::BTreeMap;

use ordain_addr::ModuleInstance;

use super::document::ModuleDocument;
use super::states::{self, Leaf};

/// Resources by module instance; modules without resources exist where others lie inside them.
#[derive(Default)]
pub struct Tree<'a> {
    resources: Vec<Leaf<'a>>,
    children: BTreeMap<String, Tree<'a>>,
}

impl<'a> Tree<'a> {
    /// The resources of a module instance, to add to them.
    pub fn at(&mut self, module: &ModuleInstance) -> &mut Vec<Leaf<'a>> {
        let mut node = self;
        let mut at = ModuleInstance::root();
        for step in module.0.iter() {
            at = at.child(step.name.clone(), step.key.clone());
            node = node.children.entry(at.to_string()).or_default();
        }
        &mut node.resources
    }

    /// The document of the root module.
    pub fn into_root(self) -> ModuleDocument<'a> {
        self.into_document(None)
    }

    fn into_document(mut self, address: Option<String>) -> ModuleDocument<'a> {
        states::sort(&mut self.resources);
        let children = self.children.into_iter().map(|(address, tree)| tree.into_document(Some(address)));
        ModuleDocument { resources: self.resources, address, child_modules: children.collect() }
    }
}
