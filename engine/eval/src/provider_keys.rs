//! Provider configurations with `for_each`: which of its instances serves an instance of a resource.

use std::sync::Arc;

use ordain_addr::{Key, ModuleInstance, ModulePath, ProviderConfigAddr, Resource};
use ordain_config::ProviderChoice;
use ordain_config::blocks::ResourceBlock;
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::Expr;
use ordain_lang::suggest::{did_you_mean, nearest};
use ordain_value::{Type, Value, convert};

use crate::Mode;
use crate::compile::Program;
use crate::core::{Core, error};
use crate::graph::ModuleId;
use crate::scope::InstanceScope;

/// What chooses the instance of a provider configuration that serves an instance of a resource.
#[derive(Clone, Debug)]
pub(crate) struct ProviderKey {
    pub(crate) expr: Expr,
    /// Module whose names it uses.
    pub(crate) evaluated_in: ModuleId,
    /// The called module, where a call has it; `None` where the resource itself does.
    called: Option<ModulePath>,
}

/// Keys of a configuration's instances.
pub(crate) type ProviderKeys = Arc<[Option<Key>]>;

const SUMMARY: &str = "Invalid provider configuration reference";
const CODE: ordain_diag::Code = codes::provider::PROVIDER_CONFIG;

impl Program {
    /// Notes what chooses the instance, and says what is missing or too much.
    pub(crate) fn add_provider_key(
        &mut self,
        (id, resource): (ModuleId, &Resource),
        block: &ResourceBlock,
        choice: &ProviderChoice,
        found: &mut Diagnostics,
    ) {
        let own = block.provider.as_ref().and_then(|provider| provider.key.clone());
        let span = block.provider.as_ref().map_or(block.header, |provider| provider.span);
        let several = self.repeats(&choice.address);
        let key = match (own, &choice.key) {
            (None, None) if several => return found.push(lacking(&choice.address, block, span)),
            (None, None) => return,
            (Some(key), None) if several => ProviderKey { expr: key, evaluated_in: id, called: None },
            (None, Some(key)) if several => {
                let caller = key.called.parent().and_then(|(caller, _)| self.find_module(&caller));
                let Some(evaluated_in) = caller else { return };
                ProviderKey { expr: key.expr.clone(), evaluated_in, called: Some(key.called.clone()) }
            }
            (Some(key), _) => return found.push(too_much(&choice.address, key.span)),
            (None, Some(key)) => return found.push(too_much(&choice.address, key.expr.span)),
        };
        let address = self.address(id, resource);
        self.provider_keys.insert(address, key);
    }

    fn repeats(&self, address: &ProviderConfigAddr) -> bool {
        let of = self.providers.iter().find(|provider| *provider.address == *address);
        let block = of.and_then(|provider| provider.block.as_ref());
        block.is_some_and(|block| block.for_each.is_some())
    }
}

fn lacking(address: &ProviderConfigAddr, block: &ResourceBlock, span: Span) -> Diagnostic {
    let (name, alias) = (&address.provider.name, address.alias.as_deref().unwrap_or_default());
    let detail = format!(
        "{address} has an instance for each key of its \"for_each\". Choose the one that serves {}, in its own \"provider\" or in the \"providers\" of the call that passes it: {name}.{alias}[each.key].",
        block.resource
    );
    error(CODE, SUMMARY, detail, span)
}

fn too_much(address: &ProviderConfigAddr, span: Span) -> Diagnostic {
    let detail = format!(
        "The configuration {address} has no \"for_each\", or one of its instances was chosen already. Take the brackets away."
    );
    error(CODE, SUMMARY, detail, span)
}

impl Core {
    /// The provider configuration that serves an instance of a resource. `None` after errors.
    pub(crate) fn provider_instance(
        &self,
        (provider, key): (&Arc<ProviderConfigAddr>, Option<&ProviderKey>),
        scope: &InstanceScope<'_>,
        found: &mut Diagnostics,
    ) -> Option<Arc<ProviderConfigAddr>> {
        let Some(key) = key else { return Some(provider.clone()) };
        let before = found.error_count();
        let value = match &key.called {
            None => self.provider_key(scope, &key.expr, found),
            Some(called) => {
                let own = &self.values.module(scope.instance)?.address;
                let steps = own.0.iter().take(called.0.len()).cloned().collect();
                let instance = self.values.find(&ModuleInstance(steps))?;
                let module = self.values.module(instance)?;
                self.provider_key(&self.scope(module.caller?, &module.key_data), &key.expr, found)
            }
        };
        if found.error_count() > before {
            return None;
        }
        let value = value?;
        let Some(text) = value.as_str() else {
            // While validating, one stands for all.
            return (self.input.mode == Mode::Validate).then(|| provider.clone());
        };
        if let Some(keys) = self.provider_keys.get(&**provider)
            && !keys.contains(&Some(Key::Str(text.into())))
        {
            found.push(no_instance(provider, text, keys, key.expr.span));
            return None;
        }
        Some(provider.instance(Some(text.into())).into())
    }

    fn provider_key(&self, scope: &InstanceScope<'_>, expr: &Expr, found: &mut Diagnostics) -> Option<Value> {
        let (value, marks) = found.take(self.evaluate(scope, expr))?.unmark_deep();
        let mut refuse = |why: &str| {
            let detail = format!("The key of a provider instance {why}.");
            found.push(error(CODE, "Invalid provider instance key", detail, expr.span));
            None
        };
        if marks.is_sensitive() || marks.is_ephemeral() {
            return refuse("cannot be sensitive or ephemeral: it is part of the plan and of the state");
        }
        let Ok(value) = convert(value, &Type::String) else { return refuse("is a string") };
        if value.is_null() {
            return refuse("cannot be null");
        }
        if !value.is_known() && self.input.mode != Mode::Validate {
            return refuse("must be known while planning, and this one is known only after apply");
        }
        Some(value)
    }
}

fn no_instance(provider: &ProviderConfigAddr, key: &str, keys: &ProviderKeys, span: Span) -> Diagnostic {
    let texts: Vec<&str> = keys.iter().flatten().filter_map(text_of).collect();
    let hint = did_you_mean(nearest(key, texts.iter().copied()));
    let detail = format!(
        "{provider} has no instance {key:?}: its \"for_each\" has {}.{hint}",
        if texts.is_empty() { "no keys".to_owned() } else { format!("the keys {}", texts.join(", ")) }
    );
    error(CODE, "Provider instance not present", detail, span)
}

fn text_of(key: &Key) -> Option<&str> {
    match key {
        Key::Str(text) => Some(text),
        Key::Int(_) => None,
    }
}
