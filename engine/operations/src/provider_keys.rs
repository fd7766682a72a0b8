//! The keys under which the JSON plan lists provider configurations and resources name theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_addr::{ModulePath, ProviderAddr, ProviderConfigAddr};
use ordain_config::blocks::ResourceBlock;
use ordain_config::{Module, ModuleTree};

/// Which modules ask for which providers, over a tree of modules.
pub(crate) struct ProviderKeys<'a> {
    tree: &'a ModuleTree,
    /// Local names of the providers that a module asks for: by a block, a requirement or a resource.
    asked: BTreeMap<&'a ModulePath, BTreeMap<ProviderAddr, Arc<str>>>,
}

impl<'a> ProviderKeys<'a> {
    pub(crate) fn of(tree: &'a ModuleTree) -> Self {
        let asked = tree.modules().into_iter().map(|module| (&module.path, asked(module))).collect();
        Self { tree, asked }
    }

    /// Key of the configuration that serves a resource.
    pub(crate) fn of_resource(&self, module: &Module, block: &ResourceBlock) -> String {
        let (local, alias) = match &block.provider {
            Some(reference) => {
                (&*reference.name.text, reference.alias.as_ref().map(|alias| alias.text.to_string()))
            }
            None => (block.provider_name(), None),
        };
        match self.choice(module, local, alias.as_deref()) {
            Some(address) => self.key(&address),
            // It is told elsewhere that there is none.
            None => alias.map_or_else(|| local.to_owned(), |alias| format!("{local}.{alias}")),
        }
    }

    /// Local names of providers that a called module asks for and its caller does not.
    pub(crate) fn asked_for_first(&self, module: &Module) -> Vec<Arc<str>> {
        let asked = self.asked.get(&module.path).into_iter().flatten();
        let first = asked.filter(|(_, local)| {
            let choice = self.choice(module, local, None);
            choice.is_some_and(|address| address.module == module.path && address.alias.is_none())
        });
        first.filter(|_| !module.path.is_root()).map(|(_, local)| local.clone()).collect()
    }

    /// The configuration; an implied one stands in the outermost module of those that ask for its provider
    /// without a gap, as in Terraform.
    fn choice(&self, module: &Module, local: &str, alias: Option<&str>) -> Option<ProviderConfigAddr> {
        let provider = module.provider_addr(local);
        let choice = self.tree.written_provider_config(&module.path, local, alias, &provider).ok()?;
        let mut address = choice.address;
        if address.module.is_root() && address.alias.is_none() {
            // From here outwards, as long as each module around asks for it too.
            let outer = (0..=module.path.0.len()).rev().map(|end| module.path.0.iter().take(end).cloned());
            let outer = outer.map(|names| ModulePath(names.collect()));
            let asking = outer
                .take_while(|path| self.asked.get(path).is_some_and(|asked| asked.contains_key(&provider)));
            address.module = asking.last().unwrap_or(address.module);
        }
        Some(address)
    }

    fn key(&self, address: &ProviderConfigAddr) -> String {
        let local = self.asked.get(&address.module).and_then(|asked| asked.get(&address.provider));
        let local = local.map_or(&*address.provider.name, |local| local);
        let name = match &address.alias {
            Some(alias) => format!("{local}.{alias}"),
            None => local.to_owned(),
        };
        if address.module.is_root() { name } else { format!("{}:{name}", address.module) }
    }
}

fn asked(module: &Module) -> BTreeMap<ProviderAddr, Arc<str>> {
    let blocks = module.providers.keys().map(|(local, _)| local.clone());
    let required = module.settings.required_providers.keys().cloned();
    let names: BTreeSet<&str> = module.resources.values().map(|block| local_name(block)).collect();
    let used = names.into_iter().map(Arc::from);
    blocks.chain(required).chain(used).map(|local| (module.provider_addr(&local), local)).collect()
}

fn local_name(block: &ResourceBlock) -> &str {
    block.provider.as_ref().map_or_else(|| block.provider_name(), |reference| &reference.name.text)
}

#[cfg(test)]
#[path = "provider_keys_tests.rs"]
mod tests;
