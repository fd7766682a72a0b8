//! `moved` blocks held against what the configuration stands for: known when instances are.
//!
//! A statement holds in every instance of the module that declares it, so each is looked at there, and what is said of
//! one in an instance is told once for each, as in Terraform. Those of modules without instances say nothing.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use ordain_addr::{AbsResource, Key, ModuleInstance, ModulePath, Target};
use ordain_config::ModuleTree;
use ordain_config::blocks::Moved;
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};

use crate::orphans::{Expansions, Keys};

/// Addresses of statements that were seen, with the other end and the statement.
type Seen<'t> = HashMap<End, (End, &'t Moved)>;

/// One end of a statement in an instance of the module that declares it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct End {
    /// From the root.
    target: Target,
    /// Whether single instances are meant, because one of the ends has a key: else all of a block.
    single: bool,
}

/// What is wrong with statements: one from an address to itself, from what is declared all the same, and two that
/// contradict each other.
pub(crate) fn mistakes(tree: &ModuleTree, expansions: &Expansions) -> Diagnostics {
    let mut found = Diagnostics::new();
    let (mut left, mut reached) = (Seen::new(), Seen::new());
    for module in tree.modules() {
        if module.refactoring.moved.is_empty() {
            continue;
        }
        let instances = instances_of(expansions, &module.path);
        for moved in &module.refactoring.moved {
            let single = has_key(&moved.from.0) || has_key(&moved.to.0);
            for instance in &instances {
                let end = |target: &Target| End { target: inside(instance, target), single };
                let (from, to) = (end(&moved.from.0), end(&moved.to.0));
                if from == to {
                    let detail = format!("The statement moves {} to itself. Remove it.", from.target);
                    found.push(error("Redundant move statement", detail, moved.header));
                    continue;
                }
                if stands(expansions, &from) {
                    found.push(still_there(&from, &to, moved));
                }
                found.extend(contradicts(&mut left, (&from, &to), moved, |source, one, other| {
                    format!("{source} cannot move to both {one} and {other}")
                }));
                found.extend(contradicts(&mut reached, (&to, &from), moved, |target, one, other| {
                    format!("{one} and {other} cannot both move to {target}")
                }));
            }
        }
    }
    found
}

fn error(summary: &str, detail: String, span: Span) -> Diagnostic {
    Diagnostic::error(codes::plan::CANNOT_PLAN, summary, detail).with_span(span)
}

fn still_there(from: &End, to: &End, moved: &Moved) -> Diagnostic {
    let (source, target) = (&from.target, &to.target);
    let detail = format!(
        "This statement declares that {source} moved to {target}, but the configuration still stands for {source}. \
         Take the declaration away, change its count or for_each, or remove the statement."
    );
    error("Moved object still exists", detail, moved.from.1)
}

/// An error where another statement said something else of the same address.
fn contradicts<'t>(
    seen: &mut Seen<'t>,
    (end, other): (&End, &End),
    moved: &'t Moved,
    why: impl Fn(&Target, &Target, &Target) -> String,
) -> Option<Diagnostic> {
    match seen.entry(end.clone()) {
        Entry::Vacant(free) => {
            free.insert((other.clone(), moved));
            None
        }
        Entry::Occupied(taken) => {
            let (before, statement) = taken.get();
            (before != other).then(|| {
                let why = why(&end.target, &before.target, &other.target);
                let detail = format!("Two statements contradict each other: {why}. Remove one of them.");
                let error = error("Ambiguous move statements", detail, moved.header);
                error.with_related("The other is at", statement.header)
            })
        }
    }
}

fn has_key(target: &Target) -> bool {
    match target {
        Target::Module(module) => module.0.last().is_some_and(|step| step.key.is_some()),
        Target::Resource(_) => false,
        Target::Instance(instance) => instance.key.is_some(),
    }
}

/// A target from an instance of a module, from the root.
fn inside(outer: &ModuleInstance, target: &Target) -> Target {
    let join =
        |inner: &ModuleInstance| ModuleInstance(outer.0.iter().chain(inner.0.iter()).cloned().collect());
    match target {
        Target::Module(module) => Target::Module(join(module)),
        Target::Resource(named) => {
            Target::Resource(AbsResource { module: join(&named.module), resource: named.resource.clone() })
        }
        Target::Instance(named) => Target::Instance(named.moved_into(join(&named.module))),
    }
}

/// Instances of a module, in order.
fn instances_of(expansions: &Expansions, path: &ModulePath) -> Vec<ModuleInstance> {
    path.0.iter().fold(vec![ModuleInstance::root()], |outer, name| {
        let inner = outer.iter().flat_map(|caller| {
            let keys = expansions.modules.get(&(caller.clone(), name.clone()));
            let keys = keys.and_then(Option::as_ref).map(|keys| keys.to_vec()).unwrap_or_default();
            keys.into_iter().map(|key| caller.child(name.clone(), key))
        });
        inner.collect()
    })
}

/// Whether the configuration stands for what a statement moves away from.
fn stands(expansions: &Expansions, end: &End) -> bool {
    let one = |keys: Option<&Keys>, key: &Option<Key>| {
        keys.is_some_and(|keys| keys.as_ref().is_some_and(|keys| keys.contains(key)))
    };
    let of_block = |resource: &AbsResource, key: &Option<Key>| match expansions.resources.get(resource) {
        keys if end.single => one(keys, key),
        keys => keys.is_some(),
    };
    match &end.target {
        Target::Module(module) => {
            let Some((last, outer)) = module.0.split_last() else { return false };
            let call = (ModuleInstance(outer.into()), last.name.clone());
            match expansions.modules.get(&call) {
                keys if end.single => one(keys, &last.key),
                keys => keys.is_some(),
            }
        }
        Target::Resource(resource) => of_block(resource, &None),
        Target::Instance(instance) => of_block(instance.abs_resource(), &instance.key),
    }
}
