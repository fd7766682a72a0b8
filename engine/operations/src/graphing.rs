//! `graph`: what of the configuration needs what, and what of the state.

use std::collections::{BTreeMap, BTreeSet};

use ordain_addr::{ConfigResource, ModulePath};
use ordain_config::ModuleTree;
use ordain_diag::Diagnostics;
use ordain_eval::{Evaluator, Mode};
use ordain_state::{InstanceState, ResourceState, State};

pub use ordain_eval::{Outline, OutlineKind, OutlineNode};

use crate::providers::Providers;
use crate::variables::Inputs;
use crate::{Project, Workdir, clock, planning};

/// The static graph of a configuration. Neither state nor any service is asked.
pub async fn outline(workdir: &Workdir, project: &Project) -> (Outline, Diagnostics) {
    let mut found = ordain_config::validate(&project.tree);
    let schemas = found.take(Providers::new(workdir.clone()).schemas(&project.tree, &State::default()).await);
    if found.has_errors() {
        return (Outline::default(), found);
    }
    let (workspace, _) = workdir.workspace();
    let mut input = planning::evaluation(workdir, project, &schemas, Inputs::new(), &workspace, clock::now());
    input.mode = Mode::Validate;
    let evaluator = found.take(Evaluator::new(input));
    (evaluator.outline(), found)
}

/// Which graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// The one that a plan works through, whether it only looks or not.
    Plan,
    /// The one of a plan that destroys all.
    PlanDestroy,
    /// The one that an apply would work through if nothing were to be done.
    Apply,
}

/// Makes the graph of a configuration the one that is drawn.
pub fn drawn(configured: Outline, drawn: Drawn, tree: &ModuleTree, state: &State) -> Outline {
    let mut outline = match drawn {
        Drawn::Apply => configured,
        Drawn::Plan => with_orphans(configured, tree, state),
        Drawn::PlanDestroy => destroying(tree, state),
    };
    outline.close_providers();
    outline
}

/// Objects and outputs of the state whose blocks are gone are looked at too.
fn with_orphans(mut outline: Outline, tree: &ModuleTree, state: &State) -> Outline {
    let known = outline.nodes.iter().enumerate().filter(|(_, node)| node.kind == OutlineKind::Provider);
    let mut providers: BTreeMap<String, usize> = known.map(|(at, node)| (node.name.clone(), at)).collect();
    let orphans = state.resources.iter().filter(|(address, _)| tree.resource(&address.config()).is_none());
    for (address, resource) in orphans {
        for (key, instance) in resource.instances.iter().filter(|(_, instance)| instance.current.is_some()) {
            let place = address.instance(key.clone());
            let at = outline.add(format!("{place} (orphan)"), OutlineKind::Resource(address.config()));
            needs_provider(&mut outline, &mut providers, at, resource, instance);
        }
    }
    let declared: BTreeSet<&ModulePath> = tree.modules().iter().map(|module| &module.path).collect();
    let stored: BTreeSet<ModulePath> =
        state.resources.keys().map(|address| address.config().module).collect();
    let modules = stored.iter().filter(|path| !declared.contains(path));
    let outputs = state.outputs.keys().filter(|name| !tree.root.outputs.contains_key(*name));
    let gone = modules.map(|path| (format!("{path} (close)"), OutlineKind::Other));
    let gone =
        gone.chain(outputs.map(|name| (format!("output.{name} (destroy)"), OutlineKind::StoredOutput)));
    let end = outline.end();
    for (name, kind) in gone {
        let at = outline.add(name, kind);
        outline.edges.extend(end.map(|end| (end, at)));
    }
    outline
}

fn needs_provider(
    outline: &mut Outline,
    providers: &mut BTreeMap<String, usize>,
    at: usize,
    resource: &ResourceState,
    instance: &InstanceState,
) {
    let name = resource.provider_of(instance).to_string();
    let provider =
        *providers.entry(name).or_insert_with_key(|name| outline.add(name.clone(), OutlineKind::Provider));
    outline.edges.push((at, provider));
}

/// What the state holds ends, users first. All instances of a block share a node.
fn destroying(tree: &ModuleTree, state: &State) -> Outline {
    let mut outline = Outline::default();
    let end = outline.add(ordain_eval::OUTLINE_END.to_owned(), OutlineKind::Other);
    for name in tree.root.outputs.keys() {
        let output = outline.add(format!("output.{name} (expand)"), OutlineKind::Other);
        outline.edges.push((end, output));
    }
    let mut providers = BTreeMap::new();
    let mut objects: BTreeMap<ConfigResource, usize> = BTreeMap::new();
    for (address, resource) in &state.resources {
        for instance in resource.instances.values().filter(|instance| instance.current.is_some()) {
            let at = *objects.entry(address.config()).or_insert_with_key(|config| {
                outline.add(format!("{config} (destroy)"), OutlineKind::Resource(config.clone()))
            });
            needs_provider(&mut outline, &mut providers, at, resource, instance);
        }
    }
    let uses = state.resources.iter().flat_map(|(address, resource)| {
        let current = resource.instances.values().filter_map(|instance| instance.current.as_ref());
        current.flat_map(|object| &object.dependencies).map(|used| (address.config(), used))
    });
    let uses = uses.filter_map(|(user, used)| Some((*objects.get(used)?, *objects.get(&user)?)));
    outline.edges.extend(uses);
    outline.edges.sort_unstable();
    outline.edges.dedup();
    outline
}
