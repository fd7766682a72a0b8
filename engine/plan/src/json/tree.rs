//! The tree of module instances in `planned_values` and `values`.

use std::collections::BTreeMap;

use ordain_addr::ModuleInstance;

use super::document::ModuleDocument;
use super::states::Leaf;

/// Resources by module instance; modules without resources exist where others lie inside them.
#[derive(Default)]
pub struct Tree<'a> {
    resources: Vec<Leaf<'a>>,
    children: BTreeMap<String, Tree<'a>>,
}

impl<'a> Tree<'a> {
    /// Adds a resource to its module instance.
    pub fn add(&mut self, module: &ModuleInstance, resource: Leaf<'a>) {
        let mut node = self;
        let mut at = ModuleInstance::root();
        for step in module.0.iter() {
            at = at.child(step.name.clone(), step.key.clone());
            node = node.children.entry(at.to_string()).or_default();
        }
        node.resources.push(resource);
    }

    /// The document of the root module.
    pub fn into_root(self) -> ModuleDocument<'a> {
        self.into_document(None)
    }

    fn into_document(mut self, address: Option<String>) -> ModuleDocument<'a> {
        // In a plan by address as text, so `a[10]` comes before `a[1]`: Terraform's order.
        self.resources.sort_by(|a, b| {
            let ranks = a.rank.cmp(&b.rank);
            ranks.then_with(|| a.address.cmp(&b.address)).then_with(|| a.deposed_key.cmp(&b.deposed_key))
        });
        let children = self.children.into_iter().map(|(address, tree)| tree.into_document(Some(address)));
        ModuleDocument { resources: self.resources, address, child_modules: children.collect() }
    }
}
