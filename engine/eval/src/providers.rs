//! Provider configurations.

use std::sync::Arc;

use ordain_addr::Key;
use ordain_config::blocks::Repetition;
use ordain_diag::{Diagnostics, codes};
use ordain_value::Value;
use petgraph::graph::NodeIndex;

use crate::core::{Core, error};
use crate::decode::{check_names, decode, empty};
use crate::evaluator::{Evaluator, NodeState};
use crate::resources::Outstanding;
use crate::values::KeyData;
use crate::{Asked, Mode, Wanted, WantedProvider};

impl Evaluator {
    pub(crate) fn run_provider(&mut self, at: NodeIndex, index: usize, found: &mut Diagnostics) -> NodeState {
        let Some(provider) = self.core.program.providers.get(index) else { return NodeState::Failed };
        if self.core.input.mode == Mode::Console {
            return NodeState::Done;
        }
        let (address, span) = (
            ordain_addr::ProviderConfigAddr::clone(&provider.address),
            provider.block.as_ref().map(|block| block.header),
        );
        let Some(instances) = self.core.expand_provider(index, found) else { return NodeState::Failed };
        let mut configs = Vec::new();
        for (key, data) in instances {
            let Some(config) = self.core.provider_config(index, &data, found) else {
                return NodeState::Failed;
            };
            configs.push((Arc::new(address.instance(key)), config));
        }
        if configs.is_empty() {
            return NodeState::Done;
        }
        self.provider_asks.insert(at, ProviderAsks { left: configs.len(), failed: false });
        for (address, config) in configs {
            self.outstanding.insert(Asked::Provider(address.clone()), Outstanding::Provider(at));
            self.wanted.push(Wanted::Provider(WantedProvider { address, config, span }));
        }
        NodeState::Running
    }

    /// One of a configuration's instances is ready, or is not.
    pub(crate) fn provider_answered(&mut self, at: NodeIndex, failed: bool) {
        let Some(asks) = self.provider_asks.get_mut(&at) else { return };
        asks.left = asks.left.saturating_sub(1);
        asks.failed |= failed;
        if asks.left == 0 {
            let state = if asks.failed { NodeState::Failed } else { NodeState::Done };
            self.complete(at, state);
        }
    }
}

/// Instances of a provider configuration that are not answered for.
pub(crate) struct ProviderAsks {
    left: usize,
    failed: bool,
}

impl Core {
    /// The instances of a block: one without key, or those of its `for_each`. `None` after errors.
    fn expand_provider(
        &mut self,
        index: usize,
        found: &mut Diagnostics,
    ) -> Option<Vec<(Option<Arc<str>>, KeyData)>> {
        let provider = self.program.providers.get(index)?;
        let for_each = provider.block.as_ref().and_then(|block| block.for_each.clone());
        let Some(for_each) = for_each else { return Some(vec![(None, KeyData::None)]) };
        let id = self.program.find_module(&provider.address.module)?;
        // That the module has no instances is told where the block is evaluated.
        let Some(instance) = self.values.instances(id).first().copied() else {
            return Some(vec![(None, KeyData::None)]);
        };
        let scope = self.scope(instance, &KeyData::None);
        let expansion = self.expand(&scope, &Repetition::ForEach(for_each.clone()), found)?;
        let Some(keys) = expansion.keys() else {
            if self.input.mode == Mode::Validate {
                return Some(vec![(None, expansion.key_data(0))]);
            }
            let detail = "The keys of a provider's \"for_each\" must be known while planning: objects in the state belong to them.";
            found.push(error(
                codes::eval::INVALID_REPETITION,
                "Invalid for_each argument",
                detail,
                for_each.span,
            ));
            return None;
        };
        let instances = keys.iter().enumerate().map(|(at, key)| {
            let key = match key {
                Some(Key::Str(key)) => Some(key.clone()),
                _ => None,
            };
            (key, expansion.key_data(at))
        });
        let instances = instances.collect();
        self.provider_keys.insert(ordain_addr::ProviderConfigAddr::clone(&provider.address), keys);
        Some(instances)
    }

    /// The evaluated block, or the value of an empty one. `None` after errors.
    fn provider_config(&self, index: usize, keys: &KeyData, found: &mut Diagnostics) -> Option<Value> {
        let provider = self.program.providers.get(index)?;
        let Some(schema) = self.input.schemas.get(&provider.address.provider) else {
            let detail = format!(
                "No schema is known for provider {}. Run \"ordain init\" to install it.",
                provider.address.provider.for_display()
            );
            let code = codes::provider::PROVIDER_CONFIG;
            let span = provider.block.as_ref().map(|block| block.header);
            let problem = ordain_diag::Diagnostic::error(code, "Missing provider schema", detail);
            found.push(match span {
                Some(span) => problem.with_span(span),
                None => problem,
            });
            return None;
        };
        let Some(block) = &provider.block else { return Some(empty(&schema.config.block)) };
        let id = self.program.find_module(&provider.address.module)?;
        let Some(instance) = self.values.instances(id).first().copied() else {
            let detail = "The module of this provider configuration has no instances.";
            found.push(error(
                codes::provider::PROVIDER_CONFIG,
                "Provider configuration not present",
                detail,
                block.header,
            ));
            return None;
        };
        let scope = self.scope(instance, keys);
        let before = found.error_count();
        found.append(check_names(&block.body, &schema.config.block, &scope));
        if found.error_count() > before {
            return None;
        }
        let value = found.take(decode(&block.body, &schema.config.block, &scope));
        (found.error_count() == before).then_some(value)
    }
}
