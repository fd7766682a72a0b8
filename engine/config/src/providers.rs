//! Which provider configuration serves what, across modules.

use std::sync::Arc;

use ordain_addr::{ModulePath, ProviderAddr, ProviderConfigAddr};
use ordain_lang::ast::{Body, Expr};

use crate::blocks::{ModuleCall, PassedProvider, ProviderBlock};
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
        self.chosen(path, local_name, alias, addr, &|block| !is_empty(block))
    }

    /// As [`ModuleTree::provider_config`], but a block that says nothing, and only asks for what is passed, is taken for
    /// the configuration: so the JSON plan has it.
    ///
    /// # Errors
    /// As there.
    pub fn written_provider_config(
        &self,
        path: &ModulePath,
        local_name: &str,
        alias: Option<&str>,
        addr: &ProviderAddr,
    ) -> Result<ProviderChoice, ProviderConfigAddr> {
        self.chosen(path, local_name, alias, addr, &|_| true)
    }

    fn chosen(
        &self,
        path: &ModulePath,
        local_name: &str,
        alias: Option<&str>,
        addr: &ProviderAddr,
        counts: &dyn Fn(&ProviderBlock) -> bool,
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
        if own.is_some_and(|block| counts(block)) {
            return own_choice(path);
        }
        let Some((parent, name)) = path.parent() else {
            return if own.is_some() || alias.is_none() { own_choice(path) } else { Err(wanted(path)) };
        };
        let call = self.module(&parent).and_then(|module| module.calls.get(&name));
        if let Some(passed) = call.and_then(|call| passed_as(call, local_name, alias)) {
            let outer = &passed.outer;
            let outer_alias = outer.alias.as_ref().map(|alias| &*alias.text);
            let choice = self.chosen(&parent, &outer.name.text, outer_alias, addr, counts)?;
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
        self.chosen(&parent, &local.unwrap_or_default(), None, addr, counts)
    }
}

pub(crate) fn passed_as<'c>(
    call: &'c ModuleCall,
    name: &str,
    alias: Option<&str>,
) -> Option<&'c PassedProvider> {
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
pub(crate) fn is_empty(block: &ProviderBlock) -> bool {
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

/// As messages name a module: `the root module` or its address.
pub(crate) fn module_words(path: &ModulePath) -> String {
    if path.is_root() { "the root module".to_owned() } else { path.to_string() }
}
