//! What takes part: everything, or what targets select and need.

use ordain_addr::{ModuleInstance, ResourceInstance, Target};
use petgraph::graph::NodeIndex;

use crate::Mode;
use crate::core::Core;
use crate::graph::{ModuleId, Node};

/// `-target` and `-exclude`.
pub(crate) struct Selection {
    targets: Vec<Target>,
    excludes: Vec<Target>,
    /// Resource nodes that targets name, in contrast to those that are only needed.
    named: Vec<bool>,
}

impl Selection {
    pub(crate) fn new(core: &Core) -> Selection {
        let targets = core.input.targets.clone();
        let excludes = core.input.excludes.clone();
        let graph = &core.program.graph;
        let named = graph.indices().map(|at| targets.iter().any(|target| names(core, target, at))).collect();
        Selection { targets, excludes, named }
    }

    /// Whether an instance is handed out. Instances of blocks that are only needed all are.
    pub(crate) fn selects(&self, at: NodeIndex, instance: &ResourceInstance) -> bool {
        let named = self.named.get(at.index()).copied().unwrap_or(false);
        let targeted = !named || self.targets.iter().any(|target| target.selects(instance));
        targeted && !self.excludes.iter().any(|target| target.selects(instance))
    }

    /// Nodes that take part.
    pub(crate) fn kept_nodes(&self, core: &Core) -> Vec<bool> {
        let graph = &core.program.graph;
        let providers = graph.indices().filter(|at| matches!(graph.node(*at), Some(Node::Provider(_))));
        if core.input.mode == Mode::Destroy {
            return flags(graph.len(), graph.with_needs(providers));
        }
        let mut kept = vec![true; graph.len()];
        if !self.targets.is_empty() {
            let named = graph.indices().filter(|at| self.named.get(at.index()) == Some(&true));
            let stored = providers.filter(|at| is_stored(core, *at));
            kept = flags(graph.len(), graph.with_needs(named.chain(stored)));
            for at in self.whole_outputs(core, &kept) {
                flags_in(&mut kept, graph.with_needs([at]));
            }
        }
        if !self.excludes.is_empty() {
            let whole =
                graph.indices().filter(|at| self.excludes.iter().any(|target| names(core, target, *at)));
            let instances_only = |at: &NodeIndex| {
                !self
                    .excludes
                    .iter()
                    .any(|target| !matches!(target, Target::Instance(_)) && names(core, target, *at))
            };
            let whole: Vec<NodeIndex> = whole.collect();
            for at in graph.with_users(whole.iter().copied()) {
                let only_instances = whole.contains(&at) && instances_only(&at);
                // Modules close without what is left out.
                let frame = matches!(graph.node(at), Some(Node::Close(_)));
                if let Some(slot) = kept.get_mut(at.index()).filter(|_| !only_instances && !frame) {
                    *slot = false;
                }
            }
        }
        kept
    }

    /// Root outputs that depend on something, and on nothing that is left out.
    fn whole_outputs(&self, core: &Core, kept: &[bool]) -> Vec<NodeIndex> {
        let graph = &core.program.graph;
        let is_whole = |at: &NodeIndex| {
            let needed = graph.with_needs([*at]);
            let mut resources =
                needed.iter().filter(|at| matches!(graph.node(**at), Some(Node::Resource(..)))).peekable();
            resources.peek().is_some() && resources.all(|at| kept.get(at.index()) == Some(&true))
        };
        let outputs =
            graph.indices().filter(|at| matches!(graph.node(*at), Some(Node::Output(ModuleId(0), _))));
        outputs.filter(is_whole).collect()
    }
}

fn is_stored(core: &Core, at: NodeIndex) -> bool {
    let Some(Node::Provider(index)) = core.program.graph.node(at) else { return false };
    let provider = core.program.providers.get(*index);
    provider.is_some_and(|provider| {
        core.input.stored_providers.iter().any(|stored| stored.block() == *provider.address)
    })
}

/// Whether a target means some instance of a resource's block.
fn names(core: &Core, target: &Target, at: NodeIndex) -> bool {
    let Some(Node::Resource(id, resource)) = core.program.graph.node(at) else { return false };
    let path = core.program.config(*id).map(|config| config.path.clone()).unwrap_or_default();
    let same_path = |module: &ModuleInstance, prefix: bool| {
        let steps = module.0.iter().map(|step| &step.name);
        let fits = if prefix { module.0.len() <= path.0.len() } else { module.0.len() == path.0.len() };
        fits && steps.zip(&path.0).all(|(want, have)| want == have)
    };
    match target {
        Target::Module(module) => same_path(module, true),
        Target::Resource(wanted) => wanted.resource == *resource && same_path(&wanted.module, false),
        Target::Instance(wanted) => wanted.resource == *resource && same_path(&wanted.module, false),
    }
}

fn flags(size: usize, nodes: impl IntoIterator<Item = NodeIndex>) -> Vec<bool> {
    let mut flags = vec![false; size];
    flags_in(&mut flags, nodes);
    flags
}

fn flags_in(flags: &mut [bool], nodes: impl IntoIterator<Item = NodeIndex>) {
    for at in nodes {
        if let Some(slot) = flags.get_mut(at.index()) {
            *slot = true;
        }
    }
}
