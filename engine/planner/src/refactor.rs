//! `moved` and `removed` blocks: checked against the configuration, then carried out on the prior state.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ordain_addr::{ConfigResource, Key, ModuleInstance, ModulePath, ResourceInstance, Target};
use ordain_config::ModuleTree;
use ordain_config::blocks::{Moved, Removed, Repetition};
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_state::{Move, Rebound, State, order_moves, rebind, rebind_instance};

use crate::Options;
use crate::orphans::Expansions;

/// Statements of all modules, with the module that holds each.
struct Statements<'t> {
    moved: Vec<(&'t ModulePath, &'t Moved)>,
}

/// Carries out all `moved` blocks, and the moves between no key and `[0]` that follow from `count` being
/// added or removed.
pub(crate) fn carry_out_moves(
    tree: &ModuleTree,
    state: &mut State,
    options: &Options,
) -> (BTreeMap<ResourceInstance, ResourceInstance>, Diagnostics) {
    let modules = tree.modules();
    let moved = modules
        .iter()
        .flat_map(|module| module.refactoring.moved.iter().map(|moved| (&module.path, moved)))
        .collect();
    let statements = Statements { moved };
    let mut found = statements.check(tree, state);
    let moves: Vec<Move> = statements
        .moved
        .iter()
        .map(|(module, moved)| Move {
            module: (*module).clone(),
            from: moved.from.0.clone(),
            to: moved.to.0.clone(),
        })
        .collect();
    // They are of what was there before: what a statement brings to an address does not move on by itself.
    let mut implied = implied_moves(tree, state);
    statements.leave_alone(&mut implied);
    let mut rebound = Rebound::default();
    match order_moves(&moves) {
        Ok(ordered) if !found.has_errors() => rebound = rebind(state, &ordered),
        Ok(_) => {}
        // What is still declared explains the circle better than the circle itself.
        Err(cycle) if !found.has_errors() => found.push(statements.cycle(&cycle.0)),
        Err(_) => {}
    }
    if found.has_errors() {
        return (BTreeMap::new(), found);
    }
    for (from, to) in implied {
        rebind_instance(state, &mut rebound, &from, &to);
    }
    if !rebound.blocked.is_empty() {
        found.push(blocked(&rebound.blocked));
    }
    if options.is_partial() {
        found.extend(untargeted(&rebound, options));
    }
    (rebound.moved, found)
}

fn error(summary: &str, detail: String, span: Span) -> Diagnostic {
    Diagnostic::error(codes::plan::CANNOT_PLAN, summary, detail).with_span(span)
}

fn absolute(module: &ModulePath, target: &Target) -> String {
    if module.is_root() { target.to_string() } else { format!("{module}.{target}") }
}

/// Modules that an end of a statement goes through, and the key of the instance if it is about one.
type End<'t> = (&'t ModuleInstance, Option<&'t Option<Key>>);

impl Statements<'_> {
    /// The ends of statements about resources, by block: the keys of modules there, and the instance if it is one.
    fn ends(&self) -> HashMap<ConfigResource, Vec<End<'_>>> {
        let mut ends: HashMap<_, Vec<End<'_>>> = HashMap::new();
        for (module, moved) in &self.moved {
            for end in [&moved.from.0, &moved.to.0] {
                let (inside, resource, key) = match end {
                    Target::Module(_) => continue,
                    Target::Resource(named) => (&named.module, &named.resource, None),
                    Target::Instance(named) => (&named.module, &named.resource, Some(&named.key)),
                };
                let block = ConfigResource { module: declaring(module, inside), resource: resource.clone() };
                ends.entry(block).or_default().push((inside, key));
            }
        }
        ends
    }

    /// Takes out moves of what statements speak about: those have their say.
    fn leave_alone(&self, implied: &mut Vec<(ResourceInstance, ResourceInstance)>) {
        let ends = self.ends();
        let spoken_of = |instance: &ResourceInstance| {
            ends.get(&instance.config()).into_iter().flatten().any(|(inside, key)| {
                instance.module.0.ends_with(&inside.0) && key.is_none_or(|key| *key == instance.key)
            })
        };
        implied.retain(|(from, to)| !spoken_of(from) && !spoken_of(to));
    }

    fn check(&self, tree: &ModuleTree, state: &State) -> Diagnostics {
        let mut found = Diagnostics::new();
        let mut from: HashMap<String, &Moved> = HashMap::new();
        let mut to: HashMap<String, &Moved> = HashMap::new();
        for (module, moved) in &self.moved {
            let (source, target) = (absolute(module, &moved.from.0), absolute(module, &moved.to.0));
            if source == target {
                let detail = "The statement moves an address to itself. Remove it.".to_owned();
                found.push(error("Redundant move statement", detail, moved.header));
                continue;
            }
            if from.insert(source.clone(), moved).is_some_and(|other| other.to.0 != moved.to.0) {
                let detail = format!("Two statements move {source}, each to another address.");
                found.push(error("Ambiguous move statements", detail, moved.header));
            }
            if to.insert(target.clone(), moved).is_some_and(|other| other.from.0 != moved.from.0) {
                let detail = format!("Two statements move different objects to {target}.");
                found.push(error("Ambiguous move statements", detail, moved.header));
            }
            if still_declared(tree, module, &moved.from.0).is_some() {
                let detail = format!(
                    "This statement declares that {source} moved to {target}, but it is still declared in the \
                     configuration. Remove the declaration or the statement."
                );
                found.push(error("Moved object still exists", detail, moved.from.1));
            }
            // What was moved long ago, or never was, needs no provider that could do it.
            if let Some(detail) = kinds_differ(&moved.from.0, &moved.to.0)
                && is_stored(state, module, &moved.from.0)
            {
                found.push(error("Unsupported move across resource types", detail, moved.header));
            }
        }
        found
    }

    fn cycle(&self, members: &[usize]) -> Diagnostic {
        let moved: Vec<&(&ModulePath, &Moved)> =
            members.iter().filter_map(|at| self.moved.get(*at)).collect();
        let lines: Vec<String> = moved
            .iter()
            .map(|(module, moved)| {
                format!("  - {} -> {}", absolute(module, &moved.from.0), absolute(module, &moved.to.0))
            })
            .collect();
        let detail = format!(
            "The following statements wait for each other, so there is no address that an object could end up \
             at:\n{}\n\nRemove one of them.",
            lines.join("\n")
        );
        let cyclic =
            Diagnostic::error(codes::plan::CANNOT_PLAN, "Cyclic dependency in move statements", detail);
        match moved.first() {
            Some((_, moved)) => cyclic.with_span(moved.header),
            None => cyclic,
        }
    }
}

/// Whether the state holds anything at a resource address of a module.
fn is_stored(state: &State, module: &ModulePath, from: &Target) -> bool {
    let (inside, resource) = match from {
        Target::Module(_) => return true,
        Target::Resource(from) => (from.module.path(), &from.resource),
        Target::Instance(from) => (from.module.path(), &from.resource),
    };
    let path: Vec<_> = module.0.iter().chain(&inside.0).collect();
    state.resources.keys().any(|held| {
        held.resource == *resource && held.module.0.iter().map(|step| &step.name).eq(path.iter().copied())
    })
}

/// Where a whole resource or module call that statements move away from is declared all the same. Single
/// instances are known only after evaluation.
fn still_declared(tree: &ModuleTree, module: &ModulePath, from: &Target) -> Option<Span> {
    match from {
        Target::Resource(resource) => {
            let declaring = declaring(module, &resource.module);
            let config = ConfigResource { module: declaring, resource: resource.resource.clone() };
            // Without a key the one instance may be meant, which `count` or `for_each` do not declare.
            tree.resource(&config)
                .filter(|block| matches!(block.repetition, Repetition::Single))
                .map(|block| block.header)
        }
        Target::Module(instance) => {
            let (path, name) = declaring(module, instance).parent()?;
            let call = tree.module(&path)?.calls.get(&name)?;
            let keyed = instance.0.last().is_some_and(|step| step.key.is_some());
            (!keyed && matches!(call.repetition, Repetition::Single)).then_some(call.header)
        }
        Target::Instance(_) => None,
    }
}

/// Statements that move an instance away which the configuration stands for all the same, now that its
/// instances are known.
pub(crate) fn still_expanded(tree: &ModuleTree, expansions: &Expansions) -> Diagnostics {
    let mut wanted: HashMap<ConfigResource, Vec<&Option<Key>>> = HashMap::new();
    let mut found = Diagnostics::new();
    for module in tree.modules() {
        for moved in &module.refactoring.moved {
            let declared = match &moved.from.0 {
                Target::Instance(from) => {
                    if wanted.is_empty() {
                        for (resource, keys) in &expansions.resources {
                            let keys = keys.iter().flat_map(|keys| keys.iter());
                            wanted.entry(resource.config()).or_default().extend(keys);
                        }
                    }
                    let path = declaring(&module.path, &from.module);
                    let config = ConfigResource { module: path, resource: from.resource.clone() };
                    wanted.get(&config).is_some_and(|keys| keys.contains(&&from.key))
                }
                Target::Module(from) => still_called(&module.path, from, expansions),
                // All of a resource moves where neither end has a key, however many instances there are.
                Target::Resource(from) if matches!(moved.to.0, Target::Resource(_)) => {
                    let path = declaring(&module.path, &from.module);
                    let config = ConfigResource { module: path, resource: from.resource.clone() };
                    expansions.resources.keys().any(|resource| resource.config() == config)
                }
                Target::Resource(_) => false,
            };
            if declared {
                let source = absolute(&module.path, &moved.from.0);
                let detail = format!(
                    "This statement declares that {source} moved, but the configuration still stands for that \
                     instance. Change count or for_each, or remove the statement."
                );
                found.push(error("Moved object still exists", detail, moved.from.1));
            }
        }
    }
    found
}

/// Whether an instance of a module call that has a key is there all the same.
fn still_called(module: &ModulePath, from: &ModuleInstance, expansions: &Expansions) -> bool {
    let Some((last, outer)) = from.0.split_last() else { return false };
    if last.key.is_none() {
        return false;
    }
    let path: Vec<&Arc<str>> = module.0.iter().chain(outer.iter().map(|step| &step.name)).collect();
    expansions.modules.iter().any(|((caller, name), keys)| {
        *name == last.name
            && caller.0.iter().map(|step| &step.name).eq(path.iter().copied())
            && keys.as_ref().is_some_and(|keys| keys.contains(&last.key))
    })
}

fn declaring(module: &ModulePath, relative: &ordain_addr::ModuleInstance) -> ModulePath {
    let mut path = module.clone();
    path.0.extend(relative.path().0);
    path
}

fn kinds_differ(from: &Target, to: &Target) -> Option<String> {
    let resource = |target: &Target| match target {
        Target::Resource(resource) => Some(resource.resource.clone()),
        Target::Instance(instance) => Some(instance.resource.clone()),
        Target::Module(_) => None,
    };
    match (resource(from), resource(to)) {
        // Whether one type can become another is for the provider of the new one to say.
        (Some(from), Some(to)) if from.mode != to.mode => Some(
            "A managed resource cannot become a data source, nor a data source a managed resource."
                .to_owned(),
        ),
        (None, Some(_)) | (Some(_), None) => {
            Some("A module cannot become a resource, nor a resource a module.".to_owned())
        }
        _ => None,
    }
}

/// Moves that nobody has to write down: between one object and the first of many.
fn implied_moves(tree: &ModuleTree, state: &State) -> Vec<(ResourceInstance, ResourceInstance)> {
    let zero = Some(Key::Int(0));
    state
        .resources
        .iter()
        .filter_map(|(address, resource)| {
            let block = tree.resource(&address.config())?;
            let (from, to) = match block.repetition {
                Repetition::Count(_) => (None, zero.clone()),
                Repetition::Single | Repetition::Enabled(_) => (zero.clone(), None),
                Repetition::ForEach(_) => return None,
            };
            resource.instances.contains_key(&from).then(|| (address.instance(from), address.instance(to)))
        })
        .collect()
}

fn blocked(pairs: &[(ResourceInstance, ResourceInstance)]) -> Diagnostic {
    let lines: Vec<String> =
        pairs.iter().map(|(from, to)| format!("  - {from} could not move to {to}")).collect();
    let detail = format!(
        "Some objects stay where they are, because there is an object at their new address already:\n{}\n\nThe \
         plan treats them as if there were no statement.",
        lines.join("\n")
    );
    Diagnostic::warning(codes::plan::CANNOT_PLAN, "Unresolved resource instance address changes", detail)
}

/// A plan for a part of the configuration must contain both ends of every move.
fn untargeted(rebound: &Rebound, options: &Options) -> Option<Diagnostic> {
    let left_out: Vec<String> = rebound
        .moved
        .iter()
        .flat_map(|(new, old)| [new, old])
        .filter(|address| !options.selects(address))
        .map(|address| format!("  -target={:?}", address.to_string()))
        .collect();
    if left_out.is_empty() {
        return None;
    }
    let detail = format!(
        "Objects have moved in the configuration, but the plan leaves some of their addresses out. Add these \
         options:\n{}",
        left_out.join("\n")
    );
    Some(Diagnostic::error(
        codes::plan::CANNOT_PLAN,
        "Moved resource instances excluded by targeting",
        detail,
    ))
}

/// `removed` blocks by what they name.
#[derive(Default)]
pub(crate) struct RemovedBlocks<'t> {
    resources: HashMap<ConfigResource, &'t Removed>,
    modules: HashMap<ModulePath, &'t Removed>,
}

impl<'t> RemovedBlocks<'t> {
    /// All of a configuration. What they name must not be declared any more.
    pub(crate) fn of(tree: &'t ModuleTree) -> (Self, Diagnostics) {
        let (mut blocks, mut found) = (Self::default(), Diagnostics::new());
        for module in tree.modules() {
            for removed in &module.refactoring.removed {
                if let Some(problem) = blocks.add(tree, &module.path, removed) {
                    found.push(problem);
                }
            }
        }
        (blocks, found)
    }

    fn add(&mut self, tree: &ModuleTree, module: &ModulePath, removed: &'t Removed) -> Option<Diagnostic> {
        let problem = |what: &str, summary: &str, declared: Span| {
            let detail = format!(
                "This statement declares that {what} was removed, but it is still declared in the configuration. \
                 Remove the declaration or the statement."
            );
            Some(error(summary, detail, declared))
        };
        match &removed.from.0 {
            Target::Module(instance) => {
                let path = declaring(module, instance);
                self.modules.insert(path.clone(), removed);
                if tree.module(&path).is_some() {
                    let calls = path.parent().and_then(|(parent, name)| Some((tree.module(&parent)?, name)));
                    let call = calls.and_then(|(parent, name)| parent.calls.get(&name));
                    let declared = call.map_or(removed.header, |call| call.header);
                    return problem(&path.to_string(), "Removed module still exists", declared);
                }
            }
            Target::Resource(resource) => {
                let module = declaring(module, &resource.module);
                let config = ConfigResource { module, resource: resource.resource.clone() };
                self.resources.insert(config.clone(), removed);
                if let Some(block) = tree.resource(&config) {
                    return problem(&config.to_string(), "Removed resource still exists", block.header);
                }
            }
            Target::Instance(_) => {}
        }
        None
    }

    /// The block that speaks of an instance.
    pub(crate) fn get(&self, instance: &ResourceInstance) -> Option<&'t Removed> {
        let config = instance.config();
        if let Some(removed) = self.resources.get(&config) {
            return Some(removed);
        }
        let mut path = Some(config.module);
        while let Some(here) = path {
            if let Some(removed) = self.modules.get(&here) {
                return Some(removed);
            }
            path = here.parent().map(|(parent, _)| parent);
        }
        None
    }
}
