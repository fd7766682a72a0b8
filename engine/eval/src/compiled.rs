//! A compiled and validated configuration, handed from one evaluation to the next: a plan validates first.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::ProviderAddr;
use ordain_config::ModuleTree;
use ordain_diag::Diagnostics;
use ordain_provider::ProviderSchema;

use crate::Input;
use crate::compile::Program;

/// A configuration that was compiled without a finding and validated without an error, and what it was compiled from.
#[derive(Clone)]
pub struct Compiled {
    program: Arc<Program>,
    tree: Arc<ModuleTree>,
    schemas: BTreeMap<ProviderAddr, Arc<ProviderSchema>>,
}

impl Compiled {
    /// What an evaluation of this input can use, compiled now unless it was before; and whether it was.
    pub(crate) fn program_of(input: &mut Input) -> (Arc<Program>, bool, Diagnostics) {
        if let Some(compiled) = input.compiled.take().filter(|compiled| compiled.is_of(input)) {
            return (compiled.program, true, Diagnostics::new());
        }
        let (program, found) = Program::compile(input);
        (Arc::new(program), false, found)
    }

    /// The program of an evaluation that found nothing while compiling.
    pub(crate) fn of(program: &Arc<Program>, input: &Input) -> Compiled {
        Compiled { program: program.clone(), tree: input.tree.clone(), schemas: input.schemas.clone() }
    }

    /// Whether compiling the input would give the same. What the state names brings providers of its own along.
    fn is_of(&self, input: &Input) -> bool {
        let same = |(address, schema): (&ProviderAddr, &Arc<ProviderSchema>)| {
            input.schemas.get(address).is_some_and(|other| Arc::ptr_eq(schema, other))
        };
        input.stored_providers.is_empty()
            && Arc::ptr_eq(&self.tree, &input.tree)
            && self.schemas.len() == input.schemas.len()
            && self.schemas.iter().all(same)
    }
}
