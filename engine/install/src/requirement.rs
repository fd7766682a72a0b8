//! Which providers a configuration asks for, with the constraints of every module.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{ModulePath, ProviderAddr};
use ordain_config::ModuleTree;
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};

use crate::Constraints;

/// What one module asks of a provider.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The module.
    pub module: ModulePath,
    /// Its constraint; empty for none.
    pub constraints: Constraints,
    /// Where it stands; `None` when the provider is implied by a resource.
    pub span: Option<Span>,
}

/// A provider that a configuration needs.
#[derive(Clone, Debug, Default)]
pub struct Requirement {
    /// Constraints of all modules together.
    pub constraints: Constraints,
    /// Who asks, callers before those they call.
    pub asked: Vec<Asked>,
}

impl Requirement {
    /// Who asks for what, one a line, for messages about constraints that nothing satisfies.
    pub fn askers(&self) -> String {
        let rows = self.asked.iter().filter(|asked| !asked.constraints.is_empty()).map(|asked| {
            let module =
                if asked.module.is_root() { "the root module".to_owned() } else { asked.module.to_string() };
            format!("  - {module}: {}", asked.constraints)
        });
        rows.collect::<Vec<_>>().join("\n")
    }
}

/// Every provider that module trees name or imply, built-in ones too. A tree of a test is one of its own.
///
/// Findings: a text is no version constraint.
pub fn requirements(trees: &[Arc<ModuleTree>]) -> (BTreeMap<ProviderAddr, Requirement>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut all: BTreeMap<ProviderAddr, Requirement> = BTreeMap::new();
    for module in trees.iter().flat_map(|tree| tree.modules()) {
        let mut own: BTreeMap<ProviderAddr, Asked> = BTreeMap::new();
        let implied =
            || Asked { module: module.path.clone(), constraints: Constraints::default(), span: None };
        for required in module.settings.required_providers.values() {
            let asked = own.entry(required.source.clone()).or_insert_with(implied);
            asked.span = Some(required.span);
            if let Some(version) = &required.version {
                add(asked, &version.text, version.span, &mut found);
            }
        }
        for block in module.providers.values() {
            let asked = own.entry(block.addr.clone()).or_insert_with(implied);
            if let Some(version) = &block.version {
                add(asked, &version.text, version.span, &mut found);
            }
        }
        let used = module.resources.values().map(|block| block.provider_addr.clone());
        for address in used.chain(module.imported_providers()) {
            own.entry(address).or_insert_with(implied);
        }
        for (address, asked) in own {
            let requirement = all.entry(address).or_default();
            requirement.constraints.add(&asked.constraints);
            requirement.asked.push(asked);
        }
    }
    (all, found)
}

fn add(asked: &mut Asked, text: &str, span: Span, found: &mut Diagnostics) {
    match Constraints::parse(text) {
        Ok(constraints) => asked.constraints.add(&constraints),
        Err(why) => {
            let detail = format!("This string does not use correct version constraint syntax: {why}.");
            let code = codes::config::INVALID_ARGUMENT;
            found.push(Diagnostic::error(code, "Invalid version constraint", detail).with_span(span));
        }
    }
}
