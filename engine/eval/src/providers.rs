//! Provider configurations.

use ordain_diag::{Diagnostics, codes};
use ordain_value::Value;
use petgraph::graph::NodeIndex;

use crate::core::{Core, error};
use crate::decode::{decode, empty};
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
        let (address, span) = (provider.address.clone(), provider.block.as_ref().map(|block| block.header));
        let Some(config) = self.core.provider_config(index, found) else { return NodeState::Failed };
        let asked = Asked::Provider(address.clone());
        self.outstanding.insert(asked, Outstanding::Provider(at));
        self.wanted.push(Wanted::Provider(WantedProvider { address, config, span }));
        NodeState::Running
    }
}

impl Core {
    /// The evaluated block, or the value of an empty one. `None` after errors.
    fn provider_config(&self, index: usize, found: &mut Diagnostics) -> Option<Value> {
        let provider = self.program.providers.get(index)?;
        let Some(schema) = self.input.schemas.get(&provider.address.provider) else {
            let detail = format!(
                "No schema is known for provider {}. Run \"init\" to install it.",
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
        let keys = KeyData::None;
        let scope = self.scope(instance, &keys);
        let before = found.error_count();
        found.append(scope.check_references(&ordain_lang::refs::body_references(&block.body)));
        if found.error_count() > before {
            return None;
        }
        let value = found.take(decode(&block.body, &schema.config.block, &scope));
        (found.error_count() == before).then_some(value)
    }
}
