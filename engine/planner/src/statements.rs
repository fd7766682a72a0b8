//! Statements about what moved, held against what the configuration stands for: known when instances are.

use std::collections::HashMap;

use ordain_addr::{AbsResource, ConfigResource, Key, ModuleInstance, ModulePath, ModuleStep, Target};
use ordain_config::ModuleTree;
use ordain_config::blocks::Moved;
use ordain_diag::{Diagnostic, Diagnostics, codes};

use crate::orphans::{Expansions, Keys};
use crate::refactor::declaring;

/// Instances that the configuration stands for, by the block that declares them.
struct Declared<'e> {
    resources: HashMap<ConfigResource, Vec<(&'e AbsResource, &'e Keys)>>,
    calls: HashMap<ModulePath, Vec<(&'e ModuleInstance, &'e Keys)>>,
}

/// An error for each address that a statement moves away from and that is declared all the same.
pub(crate) fn still_there(tree: &ModuleTree, expansions: &Expansions) -> Diagnostics {
    let mut found = Diagnostics::new();
    let modules = tree.modules();
    if modules.iter().all(|module| module.refactoring.moved.is_empty()) {
        return found;
    }
    let declared = Declared::of(expansions);
    for module in modules {
        // One from an address to itself is told as that.
        for moved in module.refactoring.moved.iter().filter(|moved| moved.from.0 != moved.to.0) {
            let mut sources = declared.sources(&module.path, moved);
            sources.sort();
            found.extend(sources.into_iter().map(|source| still_there_error(&source, moved)));
        }
    }
    found
}

fn still_there_error(source: &str, moved: &Moved) -> Diagnostic {
    let detail = format!(
        "This statement declares that {source} moved to {}, but the configuration still stands for {source}. Take the \
         declaration away, change its count or for_each, or remove the statement.",
        moved.to.0
    );
    Diagnostic::error(codes::plan::CANNOT_PLAN, "Moved object still exists", detail).with_span(moved.from.1)
}

impl<'e> Declared<'e> {
    fn of(expansions: &'e Expansions) -> Self {
        let mut declared = Declared { resources: HashMap::new(), calls: HashMap::new() };
        for (resource, keys) in &expansions.resources {
            declared.resources.entry(resource.config()).or_default().push((resource, keys));
        }
        for ((caller, name), keys) in &expansions.modules {
            declared.calls.entry(caller.path().child(name.clone())).or_default().push((caller, keys));
        }
        declared
    }

    /// Addresses that a statement of a module moves away from and that are there, in any instance of the module.
    fn sources(&self, module: &ModulePath, moved: &Moved) -> Vec<String> {
        match (&moved.from.0, &moved.to.0) {
            // All of it moves where neither end has a key, however many instances there are.
            (Target::Resource(from), Target::Resource(_)) => {
                let held = self.of_resource(module, &from.module, &from.resource);
                held.map(|(resource, _)| resource.to_string()).collect()
            }
            (Target::Resource(from), _) => self.instances(module, (&from.module, &from.resource), &None),
            (Target::Instance(from), _) => self.instances(module, (&from.module, &from.resource), &from.key),
            (Target::Module(from), to) => self.of_call(module, from, to),
        }
    }

    fn instances(
        &self,
        module: &ModulePath,
        (inside, resource): (&ModuleInstance, &ordain_addr::Resource),
        key: &Option<Key>,
    ) -> Vec<String> {
        let held = self.of_resource(module, inside, resource);
        let held = held.filter(|(_, keys)| keys.as_ref().is_some_and(|keys| keys.contains(key)));
        held.map(|(resource, _)| resource.instance(key.clone()).to_string()).collect()
    }

    fn of_resource(
        &self,
        module: &ModulePath,
        inside: &ModuleInstance,
        resource: &ordain_addr::Resource,
    ) -> impl Iterator<Item = (&'e AbsResource, &'e Keys)> {
        let config = ConfigResource { module: declaring(module, inside), resource: resource.clone() };
        let inside = inside.0.clone();
        let held = self.resources.get(&config).into_iter().flatten().copied();
        held.filter(move |(resource, _)| resource.module.0.ends_with(&inside))
    }

    fn of_call(&self, module: &ModulePath, from: &ModuleInstance, to: &Target) -> Vec<String> {
        let Some((last, outer)) = from.0.split_last() else { return Vec::new() };
        let keyed = |to: &ModuleInstance| to.0.last().is_some_and(|step: &ModuleStep| step.key.is_some());
        let whole = last.key.is_none() && !matches!(to, Target::Module(to) if keyed(to));
        let calls = self.calls.get(&declaring(module, from)).into_iter().flatten();
        let there = calls.filter(|(caller, keys)| {
            let stands = whole || keys.as_ref().is_some_and(|keys| keys.contains(&last.key));
            stands && caller.0.ends_with(outer)
        });
        there.map(|(caller, _)| caller.child(last.name.clone(), last.key.clone()).to_string()).collect()
    }
}
