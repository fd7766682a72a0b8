//! The table of native providers: which source address each serves, and as which version.

use std::collections::BTreeSet;

use ordain_addr::ProviderAddr;
use ordain_config::{Constraint, ModuleTree, Version};
use ordain_diag::{Diagnostic, Diagnostics, codes};

/// A native provider.
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

/// A provider that a configuration needs, and what serves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Which.
    pub address: ProviderAddr,
    /// Version that serves it; `None` for the built-in one.
    pub version: Option<&'static str>,
}

/// Chooses what serves each provider of a configuration.
///
/// Findings: no native provider serves an address, or its version is outside a constraint.
pub fn select(tree: &ModuleTree) -> (Vec<Selected>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut selected: Vec<Selected> = Vec::new();
    for module in tree.modules() {
        for (local, required) in &module.settings.required_providers {
            let text = required.version.as_ref().map(|version| version.text.to_string());
            let error = check(&required.source, local, text.as_deref());
            found.extend(error.map(|error| error.with_span(required.span)));
        }
        for address in addresses(module) {
            if selected.iter().any(|other| other.address == address) {
                continue;
            }
            let version = native(&address).map(|native| native.version);
            if version.is_none() && !address.is_builtin() && !declares(module, &address) {
                found.push(unknown(&address));
            }
            selected.push(Selected { address, version });
        }
    }
    selected.sort_by(|a, b| a.address.cmp(&b.address));
    (selected, found)
}

/// Every provider that a module names or implies.
pub fn addresses(module: &ordain_config::Module) -> BTreeSet<ProviderAddr> {
    let required = module.settings.required_providers.values().map(|required| required.source.clone());
    let configured = module.providers.keys().map(|(local, _)| module.provider_addr(local));
    let used = module.resources.values().map(|block| block.provider_addr.clone());
    required.chain(configured).chain(used).collect()
}

fn declares(module: &ordain_config::Module, address: &ProviderAddr) -> bool {
    module.settings.required_providers.values().any(|required| required.source == *address)
}

fn check(address: &ProviderAddr, local: &str, constraint: Option<&str>) -> Option<Diagnostic> {
    if address.is_builtin() {
        return None;
    }
    let Some(native) = native(address) else { return Some(unknown(address)) };
    let constraint = constraint?;
    let allowed = Constraint::parse(constraint).ok()?;
    let version = Version::parse(native.version)?;
    (!allowed.allows(&version)).then(|| {
        let detail = format!(
            "Provider {local} ({}) is served natively as version {}, but the configuration asks for {constraint:?}. \
             Widen the constraint so that {} is allowed.",
            address.for_display(),
            native.version,
            native.version
        );
        Diagnostic::error(codes::provider::PROVIDER_CONFIG, "Failed to query available provider packages", detail)
    })
}

fn unknown(address: &ProviderAddr) -> Diagnostic {
    let names: Vec<String> = NATIVES.iter().map(|native| format!("hashicorp/{}", native.name)).collect();
    let detail = format!(
        "Could not retrieve the list of available versions for provider {}: this build serves {} natively and does \
         not run external provider plugins yet.",
        address.for_display(),
        names.join(", ")
    );
    Diagnostic::error(codes::provider::PROVIDER_CONFIG, "Failed to query available provider packages", detail)
}
