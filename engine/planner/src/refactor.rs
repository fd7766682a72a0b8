//! `moved` and `removed` blocks: checked against the configuration, then carried out on the prior state.

use std::collections::{BTreeMap, HashMap};

use ordain_addr::{ConfigResource, Key, ModuleInstance, ModulePath, ResourceInstance, Target};
use ordain_config::ModuleTree;
use ordain_config::blocks::{Moved, Removed, Repetition};
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_state::{Move, Rebound, State, order_moves, rebind, rebind_instance};

use crate::Options;

/// Statements of all modules, with the module that holds each.
struct Statements<'t> {
    moved: Vec<(&'t ModulePath, &'t Moved)>,
}

/// What became of the `moved` blocks.
pub(crate) struct Moves {
    /// Where objects stand now, with where they stood.
    pub(crate) moved: BTreeMap<ResourceInstance, ResourceInstance>,
    /// What no provider could do. Nothing was moved then. It is told together with [`mistakes`].
    ///
    /// [`mistakes`]: crate::statements::mistakes
    pub(crate) wrong: Diagnostics,
    /// Statements that wait for each other, of which nothing was moved either: told where nothing else is wrong.
    pub(crate) cycles: Diagnostics,
    /// A warning of objects that stay where they are: told where there are no errors.
    pub(crate) blocked: Option<Diagnostic>,
}

/// Carries out all `moved` blocks, and the moves between no key and `[0]` that follow from `count` being
/// added or removed.
pub(crate) fn carry_out_moves(
    tree: &ModuleTree,
    state: &mut State,
    options: &Options,
) -> (Moves, Diagnostics) {
    let modules = tree.modules();
    let moved = modules
        .iter()
        .flat_map(|module| module.refactoring.moved.iter().map(|moved| (&module.path, moved)))
        .collect();
    let statements = Statements { moved };
    let wrong = statements.check(state);
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
    let ordered = match order_moves(&moves) {
        Ok(ordered) if !wrong.has_errors() => Ok(ordered),
        Ok(_) => Err(Diagnostics::new()),
        Err(cycles) => Err(cycles.0.iter().map(|members| statements.cycle(members)).collect()),
    };
    let mut rebound = match ordered {
        Ok(ordered) => rebind(state, &ordered),
        Err(cycles) => {
            return (Moves { moved: BTreeMap::new(), wrong, cycles, blocked: None }, Diagnostics::new());
        }
    };
    for (from, to) in implied {
        rebind_instance(state, &mut rebound, &from, &to);
    }
    let mut found = Diagnostics::new();
    let blocked = (!rebound.blocked.is_empty()).then(|| blocked(&rebound.blocked));
    if options.is_partial() {
        found.extend(untargeted(&rebound, options));
    }
    (Moves { moved: rebound.moved, wrong, cycles: Diagnostics::new(), blocked }, found)
}

impl Moves {
    /// What is wrong with the statements, in all: mistakes, known when instances are, explain a circle better than the
    /// circle itself.
    pub(crate) fn mistakes(&self, mistakes: Diagnostics) -> Diagnostics {
        let mut all = self.wrong.clone();
        all.append(mistakes);
        if !all.has_errors() {
            all.append(self.cycles.clone());
        }
        all
    }
}

fn error(summary: &str, detail: String, span: Span) -> Diagnostic {
    Diagnostic::error(codes::plan::CANNOT_PLAN, summary, detail).with_span(span)
}

fn absolute(module: &ModulePath, target: &Target) -> String {
    if module.is_root() { target.to_string() } else { format!("{module}.{target}") }
}

impl Statements<'_> {
    /// Takes out moves of resources that statements name, whichever instance they name: those have their say.
    fn leave_alone(&self, implied: &mut Vec<(ResourceInstance, ResourceInstance)>) {
        let mut named: HashMap<ConfigResource, Vec<&ModuleInstance>> = HashMap::new();
        for (module, moved) in &self.moved {
            for end in [&moved.from.0, &moved.to.0] {
                let (inside, resource) = match end {
                    Target::Module(_) => continue,
                    Target::Resource(named) => (&named.module, &named.resource),
                    Target::Instance(named) => (&named.module, &named.resource),
                };
                let block = ConfigResource { module: declaring(module, inside), resource: resource.clone() };
                named.entry(block).or_default().push(inside);
            }
        }
        implied.retain(|(instance, _)| {
            let insides = named.get(&instance.config()).into_iter().flatten();
            !insides.into_iter().any(|inside| instance.module.0.ends_with(&inside.0))
        });
    }

    fn check(&self, state: &State) -> Diagnostics {
        let mut found = Diagnostics::new();
        for (module, moved) in &self.moved {
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

pub(crate) fn declaring(module: &ModulePath, relative: &ordain_addr::ModuleInstance) -> ModulePath {
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
