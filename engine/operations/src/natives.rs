//! The table of native providers: which source address each serves, and as which version.

use std::collections::BTreeSet;

use ordain_addr::ProviderAddr;

/// A native provider.
#[derive(Debug, PartialEq, Eq)]
pub struct Native {
    /// Name under `hashicorp/`.
    pub name: &'static str,
    /// Version of the real provider whose schema and behaviour it has.
    pub version: &'static str,
}

/// Native providers beside the built-in one.
pub const NATIVES: &[Native] = &[
    Native { name: "azurerm", version: "4.50.0" },
    Native { name: "helm", version: "3.1.0" },
    Native { name: "kubernetes", version: "2.38.0" },
];

/// The row that serves an address.
pub fn native(address: &ProviderAddr) -> Option<&'static Native> {
    let default = ProviderAddr::default_for(address.name.clone());
    (*address == default).then(|| NATIVES.iter().find(|native| native.name == &*address.name)).flatten()
}

/// Every provider that a module names or implies.
pub fn addresses(module: &ordain_config::Module) -> BTreeSet<ProviderAddr> {
    let required = module.settings.required_providers.values().map(|required| required.source.clone());
    let configured = module.providers.keys().map(|(local, _)| module.provider_addr(local));
    let mut found: BTreeSet<ProviderAddr> =
        required.chain(configured).chain(module.imported_providers()).collect();
    // Resources of one provider mostly stand together.
    let mut used: Vec<&ProviderAddr> = module.resources.values().map(|block| &block.provider_addr).collect();
    used.dedup();
    found.extend(used.into_iter().cloned());
    found
}
