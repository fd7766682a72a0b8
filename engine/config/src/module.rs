//! The tree of modules.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{ConfigResource, ModulePath, ProviderAddr, Resource};

use crate::blocks::{
    Check, Import, Local, ModuleCall, Moved, Output, ProviderBlock, Removed, ResourceBlock,
    TerraformSettings, Variable,
};

/// Local name and alias of a provider configuration in one module.
pub type LocalProvider = (Arc<str>, Option<Arc<str>>);

/// The whole configuration.
#[derive(Clone, Debug, Default)]
pub struct ModuleTree {
    /// The root module.
    pub root: Arc<Module>,
}

/// One module, as it is called from one place. Two calls of the same source are two modules.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Path of calls from the root.
    pub path: ModulePath,
    /// Logical path of its directory; `.` for the root. What `path.module` says.
    pub dir: Arc<str>,
    /// `variable` blocks.
    pub variables: BTreeMap<Arc<str>, Arc<Variable>>,
    /// Members of `locals` blocks.
    pub locals: BTreeMap<Arc<str>, Arc<Local>>,
    /// `output` blocks.
    pub outputs: BTreeMap<Arc<str>, Arc<Output>>,
    /// `resource`, `data` (those inside `check` blocks too) and `ephemeral` blocks.
    pub resources: BTreeMap<Resource, Arc<ResourceBlock>>,
    /// `module` blocks with the modules they call.
    pub calls: BTreeMap<Arc<str>, Arc<ModuleCall>>,
    /// `provider` blocks by local name and alias.
    pub providers: BTreeMap<LocalProvider, Arc<ProviderBlock>>,
    /// `terraform` blocks, merged.
    pub settings: TerraformSettings,
    /// `check` blocks.
    pub checks: BTreeMap<Arc<str>, Arc<Check>>,
    /// `moved`, `removed` and `import` blocks.
    pub refactoring: Refactoring,
}

/// Blocks that say how objects get to or leave their addresses.
#[derive(Clone, Debug, Default)]
pub struct Refactoring {
    /// `moved` blocks.
    pub moved: Vec<Moved>,
    /// `removed` blocks.
    pub removed: Vec<Removed>,
    /// `import` blocks; only the root module may have any.
    pub imports: Vec<Arc<Import>>,
}

impl ModuleTree {
    /// The module at a path of calls.
    pub fn module(&self, path: &ModulePath) -> Option<&Arc<Module>> {
        path.0.iter().try_fold(&self.root, |module, name| module.calls.get(name)?.child.as_ref())
    }

    /// The block that declares a resource.
    pub fn resource(&self, address: &ConfigResource) -> Option<&Arc<ResourceBlock>> {
        self.module(&address.module)?.resources.get(&address.resource)
    }

    /// All modules, each before those it calls.
    pub fn modules(&self) -> Vec<&Arc<Module>> {
        let mut found = vec![&self.root];
        let mut at = 0;
        while let Some(module) = found.get(at).copied() {
            found.extend(module.calls.values().filter_map(|call| call.child.as_ref()));
            at += 1;
        }
        found
    }
}

impl Module {
    /// Source address that a local provider name stands for in this module.
    pub fn provider_addr(&self, local_name: &str) -> ProviderAddr {
        match self.settings.required_providers.get(local_name) {
            Some(required) => required.source.clone(),
            None => implied_provider(local_name),
        }
    }

    /// Providers of what `import` blocks bring here although no resource block declares it.
    pub fn imported_providers(&self) -> impl Iterator<Item = ProviderAddr> + '_ {
        let undeclared = |import: &&Arc<Import>| {
            import.target.module == self.path && !self.resources.contains_key(&import.target.resource)
        };
        self.refactoring.imports.iter().filter(undeclared).map(|import| {
            let local = import.provider.as_ref().map(|(provider, _)| &*provider.name.text);
            self.provider_addr(local.unwrap_or(import.target.resource.implied_provider()))
        })
    }
}

/// The provider that a local name means when nothing declares it.
pub(crate) fn implied_provider(local_name: &str) -> ProviderAddr {
    match local_name {
        "terraform" => ProviderAddr::builtin(),
        name => ProviderAddr::default_for(name),
    }
}
