//! What forbids or discourages the way in which modules get their providers.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{ModulePath, ProviderAddr};
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};

use crate::blocks::{ModuleCall, PassedProvider, ProviderBlock, ProviderRef};
use crate::fields::bad_block;
use crate::providers::{is_empty, module_words, passed_as};
use crate::{Module, ModuleTree};

const UNDEFINED: &str = "Reference to undefined provider";
const MISSING: &str = "Missing required provider configuration";

/// Checks a whole tree. Of a broken one (`broken`) the names of providers that are passed were not connected with the
/// types that they stand for, and Terraform compares without.
pub(crate) fn check(tree: &ModuleTree, broken: bool) -> Diagnostics {
    let mut checker = Checker { broken, found: Diagnostics::new() };
    checker.module(&tree.root, None);
    checker.found
}

/// The module around another, the call of it, and what forbids configurations in it.
#[derive(Clone, Copy)]
struct Above<'m> {
    parent: &'m Module,
    call: &'m ModuleCall,
    forbidding: Option<Span>,
}

struct Checker {
    broken: bool,
    found: Diagnostics,
}

impl Checker {
    fn module(&mut self, module: &Module, above: Option<Above<'_>>) {
        for call in module.calls.values() {
            let Some(child) = &call.child else { continue };
            let forbidding = repetition_span(call).or(above.and_then(|above| above.forbidding));
            self.module(child, Some(Above { parent: module, call, forbidding }));
        }
        check_names(module, &mut self.found);
        self.check_outer_names(module, above);
        if let Some(above) = above {
            self.check_child(module, above);
            self.check_empty(module);
        }
    }

    /// Names without an alias that calls pass on must stand for something in the module itself.
    fn check_outer_names(&mut self, module: &Module, above: Option<Above<'_>>) {
        for passed in module.calls.values().flat_map(|call| call.providers.iter().flatten()) {
            let name = &passed.outer.name;
            if passed.outer.alias.is_some() {
                continue;
            }
            let configured = is_configured(module, &name.text, None);
            let required = module.settings.required_providers.contains_key(&*name.text);
            if !configured && !required {
                self.found.push(undefined(&name.text, &module_words(&module.path), name.span));
                continue;
            }
            let Some(above) = above.filter(|_| !configured) else { continue };
            if passed_as(above.call, &name.text, None).is_none() {
                let detail = format!(
                    "The configuration of {} needs the provider configuration {:?}, which {} does not pass on.\n\nAdd an entry for {:?} to the \"providers\" argument of the module {:?} block.",
                    module.path,
                    name.text,
                    module_words(&above.parent.path),
                    name.text,
                    above.call.name.text
                );
                let code = codes::config::INVALID_BLOCK;
                self.found.push(Diagnostic::warning(code, MISSING, detail).with_span(above.call.header));
            }
        }
    }

    fn check_child(&mut self, child: &Module, above: Above<'_>) {
        let configures = child.providers.values().any(|block| !is_empty(block));
        if let Some(span) = above.forbidding.filter(|_| configures) {
            let detail = format!(
                "The module at {} is a legacy module which contains its own local provider configurations, and so calls to it may not use the count, for_each, or depends_on arguments.\n\nIf you also control the module, consider updating it to instead expect provider configurations to be passed by its caller.",
                child.path
            );
            let summary = "Module is incompatible with count, for_each, and depends_on";
            self.found.push(bad_block(summary, detail, span));
        }
        for required in child.settings.required_providers.values() {
            for alias in &required.aliases {
                let given = passed_as(above.call, &required.name.text, Some(&alias.text)).is_some();
                if !given && !is_configured(child, &required.name.text, Some(&alias.text)) {
                    let detail = format!(
                        "The child module requires an additional configuration for provider {}, with the local name \"{}.{}\".\n\nRefer to the module's documentation to understand the intended purpose of this additional provider configuration, and then add an entry for it to the \"providers\" meta-argument in the module block to choose which provider configuration the module should use for that purpose.",
                        required.source.for_display(),
                        required.name.text,
                        alias.text
                    );
                    self.found.push(bad_block(MISSING, detail, above.call.header));
                }
            }
        }
        for passed in above.call.providers.iter().flatten() {
            self.check_passed(above.parent, child, passed);
        }
    }

    fn check_passed(&mut self, parent: &Module, child: &Module, passed: &PassedProvider) {
        let inner = &passed.inner;
        let alias = inner.alias.as_ref().map(|alias| &*alias.text);
        if is_configured(child, &inner.name.text, alias) {
            let detail = format!(
                "The configuration of {} has its own local configuration for {}, and so it cannot accept an overridden configuration provided by its caller.",
                child.path,
                inner.text()
            );
            self.found.push(bad_block("Cannot override provider configuration", detail, inner.name.span));
        }
        let asked = asked_for(child, inner);
        let wanted = asked.clone().unwrap_or_else(|| self.meant(child, inner));
        let listed = child.providers.contains_key(&(inner.name.text.to_arc(), alias.map(Arc::from)));
        if asked.is_none() && !listed {
            self.found.push(match wanted == ProviderAddr::default_for(wanted.name.clone()) {
                true => undefined(&inner.text(), &format!("module {}", child.path), inner.name.span),
                false => not_asked_for(child, inner),
            });
        }
        // As Terraform does, which takes the name in the child for that in the parent where the parent has it.
        let declared = parent.settings.required_providers.get(&*inner.text());
        let given = declared.map_or_else(|| self.meant(parent, &passed.outer), |r| r.source.clone());
        if wanted != given {
            self.found.push(mismatch((parent, &given), (child, &wanted), passed));
        }
    }

    /// The provider that a name of a module stands for.
    fn meant(&self, module: &Module, reference: &ProviderRef) -> ProviderAddr {
        let required = module.settings.required_providers.get(&*reference.name.text);
        match required.filter(|_| !self.broken) {
            Some(required) => required.source.clone(),
            None => ProviderAddr::default_for(reference.name.text.clone()),
        }
    }

    /// Empty blocks in a child module only ask for a configuration; the first one for each name is told.
    fn check_empty(&mut self, module: &Module) {
        let mut first: BTreeMap<&str, &ProviderBlock> = BTreeMap::new();
        for block in module.providers.values().filter(|block| is_empty(block)) {
            let known = first.entry(&block.name.text).or_insert(block);
            if block.header < known.header {
                *known = block;
            }
        }
        let blocks = first.into_values();
        self.found.extend(blocks.map(|block| redundant(block, &module.path)));
    }
}

/// What a module declares under a name that a call passes something as.
fn asked_for(child: &Module, inner: &ProviderRef) -> Option<ProviderAddr> {
    let required = child.settings.required_providers.get(&*inner.name.text)?;
    let known = match &inner.alias {
        Some(alias) => required.aliases.iter().any(|known| known.text == alias.text),
        None => true,
    };
    known.then(|| required.source.clone())
}

fn is_configured(module: &Module, name: &str, alias: Option<&str>) -> bool {
    module.providers.get(&(name.into(), alias.map(Arc::from))).is_some_and(|block| !is_empty(block))
}

fn repetition_span(call: &ModuleCall) -> Option<Span> {
    let expr = call.repetition.expr().map(|expr| expr.span);
    expr.or_else(|| call.depends_on.first().map(|depends| depends.span))
}

fn mismatch(
    (parent, given): (&Module, &ProviderAddr),
    (child, wanted): (&Module, &ProviderAddr),
    passed: &PassedProvider,
) -> Diagnostic {
    let detail = format!(
        "The local name {:?} in {} represents provider {:?}, but {:?} in {} represents {:?}.\n\nEach provider has its own distinct configuration schema and provider types, so this one can be assigned only a configuration for {:?}.",
        passed.outer.text(),
        module_words(&parent.path),
        given.for_display(),
        passed.inner.text(),
        child.path,
        wanted.for_display(),
        wanted.for_display()
    );
    // Where the child has that provider under another name, the name that it is passed as is wrong.
    let known = child.settings.required_providers.values().any(|required| required.source == *given);
    let at = if known { passed.inner.name.span } else { passed.outer.name.span };
    bad_block("Provider type mismatch", detail, at)
}

fn undefined(name: &str, place: &str, span: Span) -> Diagnostic {
    let detail = format!(
        "There is no explicit declaration for local provider name {name:?} in {place}, so a configuration for \"hashicorp/{name}\" is assumed to be meant.\n\nAdd a required_providers entry named {name:?} with the source address of the provider."
    );
    Diagnostic::warning(codes::config::INVALID_ARGUMENT, UNDEFINED, detail).with_span(span)
}

fn not_asked_for(child: &Module, inner: &ProviderRef) -> Diagnostic {
    let detail = format!(
        "The configuration of {} requires no provider configuration with the name {:?}.\n\nIf you control it, add the name to \"configuration_aliases\" of its required_providers entry.",
        child.path,
        inner.text()
    );
    bad_block(UNDEFINED, detail, inner.name.span)
}

/// Warns of providers that a module requires under two names, by its entries or by its resources.
fn check_names(module: &Module, found: &mut Diagnostics) {
    let mut known: BTreeMap<&ProviderAddr, &Arc<str>> = BTreeMap::new();
    let summary = "Duplicate required provider";
    let warn = |detail: String, span: Span| {
        Diagnostic::warning(codes::config::INVALID_BLOCK, summary, detail).with_span(span)
    };
    for (name, required) in &module.settings.required_providers {
        match known.get(&required.source) {
            None => {
                known.insert(&required.source, name);
            }
            Some(earlier) => {
                let detail = format!(
                    "Provider {} has the names {earlier:?} and {name:?} here. Give it one, and use \"alias\" for several configurations.",
                    required.source.for_display()
                );
                found.push(warn(detail, required.span));
            }
        }
    }
    for block in module.resources.values() {
        let implied = block.provider.is_none()
            && !module.settings.required_providers.contains_key(block.provider_name());
        if let Some(name) = known.get(&block.provider_addr).filter(|_| implied) {
            let detail = format!(
                "{} implies the provider {}, which has the name {name:?} here. Either add \"provider = {name}\" to the block, or give the provider the name that its types begin with.",
                block.resource,
                block.provider_addr.for_display()
            );
            found.push(warn(detail, block.header));
        }
    }
}

fn redundant(block: &ProviderBlock, path: &ModulePath) -> Diagnostic {
    let detail = format!(
        "Earlier versions of the language used empty provider blocks for child modules to declare their need to be passed a provider configuration by their callers. That approach was ambiguous and is now deprecated.\n\nIf you control {path}, you can migrate to the new declaration syntax by removing all of the empty provider {:?} blocks and then adding or updating an entry in the required_providers block.",
        block.name.text
    );
    Diagnostic::warning(codes::config::INVALID_BLOCK, "Redundant empty provider block", detail)
        .with_span(block.header)
}
