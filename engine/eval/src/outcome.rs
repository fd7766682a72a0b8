//! What is known when everything was answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_diag::CheckResult;
use ordain_diag::Diagnostics;
use ordain_value::Value;

use crate::evaluator::Evaluator;
use crate::graph::{ModuleId, Node};
use crate::reads::Reads;
use crate::values::InstanceId;

/// What is known when everything was answered.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Root outputs that could be evaluated.
    pub outputs: BTreeMap<Arc<str>, OutputValue>,
    /// Findings of all conditions, in order of kind and address.
    pub checks: Vec<CheckResult>,
    /// What blocks read of resources.
    pub reads: Reads,
    /// Values of root variables as given, not converted, or their defaults; marks on them.
    pub variables: BTreeMap<Arc<str>, Value>,
    /// Findings that no step has returned.
    pub diagnostics: Diagnostics,
}

/// A root output.
#[derive(Clone, Debug)]
pub struct OutputValue {
    /// Its value, marks on it.
    pub value: Value,
    /// Whether it is declared sensitive.
    pub sensitive: bool,
    /// Whether it is declared ephemeral (only child modules' may be).
    pub ephemeral: bool,
}

impl Evaluator {
    pub(crate) fn outcome(mut self) -> Outcome {
        let mut outcome = Outcome { diagnostics: Diagnostics::new(), ..Outcome::default() };
        let root = self.core.values.module(InstanceId(0));
        let config = self.core.program.config(ModuleId(0));
        if let (Some(root), Some(config)) = (root, config) {
            for (name, output) in &config.outputs {
                let at = self.core.program.graph.find(&Node::Output(ModuleId(0), name.clone()));
                let kept = at.is_some_and(|at| self.kept.get(at.index()) == Some(&true));
                if let Some(value) = root.outputs.get(name).filter(|_| kept) {
                    let (sensitive, ephemeral) = (output.sensitive, output.ephemeral);
                    outcome
                        .outputs
                        .insert(name.clone(), OutputValue { value: value.clone(), sensitive, ephemeral });
                }
            }
        }
        // Also when nothing was evaluated, as where nothing but outputs is destroyed.
        if let Some(config) = config {
            let value = |(name, variable): (&Arc<str>, &Arc<_>)| {
                Some((name.clone(), self.core.given_value(variable)?))
            };
            outcome.variables = config.variables.iter().filter_map(value).collect();
        }
        outcome.checks = std::mem::take(&mut self.core.checks).findings();
        outcome.reads = Reads::of(self.core);
        outcome
    }
}
