//! Which provider configuration serves what, across modules.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{ModulePath, ProviderAddr, ProviderConfigAddr};
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::{Body, Expr};

use crate::blocks::{ModuleCall, PassedProvider, ProviderBlock, ProviderRef};
use crate::fields::bad_block;
use crate::{Module, ModuleTree};

/// Which configuration serves something.
#[derive(Clone, Debug)]
pub struct ProviderChoice {
    /// The block, or the implied empty one.
    pub address: ProviderConfigAddr,
    /// What chooses one of its instances, where a call on the way does.
    pub key: Option<CallKey>,
}

/// What a call's `providers` chooses an instance of a configuration with.
#[derive(Clone, Debug)]
pub struct CallKey {
    /// As written in the call.
    pub expr: Expr,
    /// The called module.
    pub called: ModulePath,
}

impl ModuleTree {
    /// The configuration that a module means by a local provider name and alias: its own block, the one
    /// its caller passes, or (without alias) the default one of the nearest module around it. The root's
    /// default configuration exists even without a block.
    ///
    /// # Errors
    /// The address that was looked for, when no block and no caller gives it.
    pub fn provider_config(
        &self,
        path: &ModulePath,
        local_name: &str,
        alias: Option<&str>,
        addr: &ProviderAddr,
    ) -> Result<ProviderChoice, ProviderConfigAddr> {
        let wanted = |path: &ModulePath| ProviderConfigAddr {
            module: path.clone(),
            provider: addr.clone(),
            alias: alias.map(Arc::from),
            key: None,
        };
        let own_choice = |path: &ModulePath| Ok(ProviderChoice { address: wanted(path), key: None });
        let Some(module) = self.module(path) else { return Err(wanted(path)) };
        let own = module.providers.get(&(local_name.into(), alias.map(Arc::from)));
        if own.is_some_and(|block| !is_empty(block)) {
            return own_choice(path);
        }
        let Some((parent, name)) = path.parent() else {
            return if own.is_some() || alias.is_none() { own_choice(path) } else { Err(wanted(path)) };
        };
        let call = self.module(&parent).and_then(|module| module.calls.get(&name));
        if let Some(passed) = call.and_then(|call| passed_as(call, local_name, alias)) {
            let outer = &passed.outer;
            let outer_alias = outer.alias.as_ref().map(|alias| &*alias.text);
            let choice = self.provider_config(&parent, &outer.name.text, outer_alias, addr)?;
            let own = outer.key.clone().map(|expr| CallKey { expr, called: path.clone() });
            return Ok(ProviderChoice { key: choice.key.or(own), ..choice });
        }
        if own.is_some() {
            return own_choice(path);
        }
        if alias.is_some() {
            return Err(wanted(path));
        }
        let local = self.module(&parent).map(|module| local_name_of(module, addr));
        self.provider_config(&parent, &local.unwrap_or_default(), None, addr)
    }
}

fn passed_as<'c>(call: &'c ModuleCall, name: &str, alias: Option<&str>) -> Option<&'c PassedProvider> {
    call.providers.iter().flatten().find(|passed| {
        &*passed.inner.name.text == name && passed.inner.alias.as_ref().map(|alias| &*alias.text) == alias
    })
}

/// The name that a module has for a provider.
fn local_name_of(module: &Module, addr: &ProviderAddr) -> Arc<str> {
    let required = module.settings.required_providers.iter().find(|(_, required)| required.source == *addr);
    required.map_or_else(|| addr.name.clone(), |(name, _)| name.clone())
}

/// Whether a `provider` block in a child module says nothing: then it only asks for a configuration.
fn is_empty(block: &ProviderBlock) -> bool {
    says_nothing(&block.body)
}

fn says_nothing(body: &Body) -> bool {
    match body {
        Body::Native(native) => {
            native.blocks.is_empty()
                && native.attributes.iter().all(|attribute| &*attribute.name.text == "alias")
        }
        Body::Json(_) => body.just_attributes().0.iter().all(|a| &*a.name.text == "alias"),
        Body::Joined(parts) => parts.iter().all(says_nothing),
    }
}

/// What forbids or discourages the way in which modules get their providers.
pub(crate) fn check(tree: &ModuleTree) -> Diagnostics {
    let mut found = Diagnostics::new();
    for module in tree.modules() {
        check_names(module, &mut found);
        if !module.path.is_root() {
            let empty = module.providers.values().filter(|block| is_empty(block));
            empty.for_each(|block| found.push(redundant(block, &module.path)));
        }
        for call in module.calls.values() {
            let Some(child) = &call.child else { continue };
            check_call(module, call, child, &mut found);
        }
    }
    found
}

fn check_call(module: &Module, call: &ModuleCall, child: &Module, found: &mut Diagnostics) {
    let repeated = call.repetition.expr().is_some() || !call.depends_on.is_empty();
    if repeated && configures_providers(child) {
        let detail = format!(
            "The module at {} is a legacy module which contains its own local provider configurations, and so calls to it may not use the count, for_each, or depends_on arguments.\n\nIf you also control the module, consider updating it to instead expect provider configurations to be passed by its caller.",
            child.path
        );
        let summary = "Module is incompatible with count, for_each, and depends_on";
        found.push(bad_block(summary, detail, repetition_span(call)));
    }
    for required in child.settings.required_providers.values() {
        for alias in &required.aliases {
            let own = (required.name.text.to_arc(), Some(alias.text.to_arc()));
            let given = passed_as(call, &required.name.text, Some(&alias.text)).is_some();
            if !given && !child.providers.contains_key(&own) {
                let detail = format!(
                    "The child module requires an additional configuration for provider {}, with the local name \"{}.{}\".\n\nRefer to the module's documentation to understand the intended purpose of this additional provider configuration, and then add an entry for it to the \"providers\" meta-argument in the module block to choose which provider configuration the module should use for that purpose.",
                    required.source.for_display(),
                    required.name.text,
                    alias.text
                );
                found.push(bad_block("Missing required provider configuration", detail, call.header));
            }
        }
    }
    for passed in call.providers.iter().flatten() {
        check_passed(module, child, passed, found);
    }
}

fn check_passed(module: &Module, child: &Module, passed: &PassedProvider, found: &mut Diagnostics) {
    let declared = |module: &Module, name: &str| {
        module.settings.required_providers.get(name).map(|required| required.source.clone())
    };
    let (inner, outer) = (&passed.inner.name.text, &passed.outer.name.text);
    // As Terraform does, which takes the name in the child for that in the parent where there is no other.
    let outer_is_known = declared(module, outer).is_some();
    let in_parent = declared(module, outer).or_else(|| declared(module, inner));
    let in_child = declared(child, inner);
    if in_child.is_none() && passed.inner.alias.is_none() {
        let place = format!("module {:?}", child.path.to_string());
        found.push(undefined(inner, &place, passed.inner.name.span));
    }
    if let (Some(required), Some(alias)) =
        (child.settings.required_providers.get(&**inner), &passed.inner.alias)
        && !required.aliases.iter().any(|known| known.text == alias.text)
        && !child.providers.contains_key(&(inner.to_arc(), Some(alias.text.to_arc())))
    {
        found.push(no_such_alias(child, &passed.inner));
    }
    let undeclared = in_child.is_none();
    let mut in_child_types = child.settings.required_providers.values().map(|required| &required.source);
    let meant = in_child.unwrap_or_else(|| ProviderAddr::default_for(inner.clone()));
    if !outer_is_known && passed.outer.alias.is_none() {
        found.push(undefined(outer, &module_words(&module.path), passed.outer.name.span));
    }
    let given = in_parent.unwrap_or_else(|| ProviderAddr::default_for(outer.clone()));
    if meant != given {
        let detail = format!(
            "The local name {:?} in {} represents provider {:?}, but {:?} in {} represents {:?}.\n\nEach provider has its own distinct configuration schema and provider types, so this one can be assigned only a configuration for {:?}.",
            passed.outer.text(),
            module_words(&module.path),
            given.for_display(),
            passed.inner.text(),
            child.path,
            meant.for_display(),
            meant.for_display()
        );
        // Where the child has that provider under another name, the name that it is passed as is wrong.
        let known = in_child_types.any(|source| *source == given);
        let at = if undeclared && known { passed.inner.name.span } else { passed.outer.name.span };
        found.push(bad_block("Provider type mismatch", detail, at));
    }
    let alias = passed.inner.alias.as_ref().map(|alias| alias.text.to_arc());
    if let Some(block) = child.providers.get(&(inner.to_arc(), alias)).filter(|block| !is_empty(block)) {
        let detail = format!(
            "The configuration of {} has its own local configuration for {}, and so it cannot accept an overridden configuration provided by its caller.",
            child.path,
            passed.inner.text()
        );
        found.push(bad_block("Cannot override provider configuration", detail, block.header));
    }
}

fn configures_providers(module: &Module) -> bool {
    module.providers.values().any(|block| !is_empty(block))
        || module
            .calls
            .values()
            .filter_map(|call| call.child.as_ref())
            .any(|child| configures_providers(child))
}

fn repetition_span(call: &ModuleCall) -> Span {
    match call.repetition.expr() {
        Some(expr) => expr.span,
        None => call.depends_on.first().map_or(call.header, |depends| depends.span),
    }
}

/// As messages name a module: `the root module` or its address.
pub(crate) fn module_words(path: &ModulePath) -> String {
    if path.is_root() { "the root module".to_owned() } else { path.to_string() }
}

fn undefined(name: &str, place: &str, span: Span) -> Diagnostic {
    let detail = format!(
        "There is no explicit declaration for local provider name {name:?} in {place}, so a configuration for \"hashicorp/{name}\" is assumed to be meant.\n\nAdd a required_providers entry named {name:?} with the source address of the provider."
    );
    Diagnostic::warning(codes::config::INVALID_ARGUMENT, "Reference to undefined provider", detail)
        .with_span(span)
}

fn no_such_alias(child: &Module, inner: &ProviderRef) -> Diagnostic {
    let detail = format!(
        "The configuration of {} requires no provider configuration with the name {:?}.\n\nIf you control it, add the name to \"configuration_aliases\" of its required_providers entry.",
        child.path,
        inner.text()
    );
    bad_block("Reference to undefined provider", detail, inner.name.span)
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
