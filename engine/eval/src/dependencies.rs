//! What a resource depends on, through everything between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_addr::{ConfigResource, Mode};
use petgraph::graph::NodeIndex;

use crate::compile::Program;
use crate::graph::{Edge, ModuleId, Node};

/// Walks back from nodes. A walk costs as much as it visits, which is hardly more than its answer; nothing
/// is kept, as each answer is needed once.
#[derive(Default)]
pub(crate) struct DependencyTable {
    /// Which walk visited a node last.
    visited: Vec<u32>,
    walk: u32,
    /// Resource nodes in order of their addresses.
    ranks: Vec<Option<u32>>,
    ranked: Vec<ConfigResource>,
    /// Ranks of resources that are stored in a module and no longer declared there: objects that wait for all of the
    /// module, and to which nothing is done, are stored with them too.
    stored: BTreeMap<ModuleId, Vec<u32>>,
    /// Modules that the last walk found waited for as a whole, while anything is in `stored`.
    closed: Vec<ModuleId>,
    /// The last answer with stored ones: instances of a block ask one after the other.
    last: Option<(NodeIndex, Arc<[ConfigResource]>)>,
}

impl DependencyTable {
    /// Prepares for a graph.
    pub(crate) fn new(program: &Program) -> DependencyTable {
        let address = |at: NodeIndex| match program.graph.node(at) {
            Some(Node::Resource(id, resource)) => Some((program.address(*id, resource), at)),
            _ => None,
        };
        let mut resources: Vec<(ConfigResource, NodeIndex)> =
            program.graph.indices().filter_map(address).collect();
        resources.sort();
        let mut table = DependencyTable {
            visited: vec![0; program.graph.len()],
            ranks: vec![None; program.graph.len()],
            ..DependencyTable::default()
        };
        for (rank, (address, at)) in resources.into_iter().enumerate() {
            if let Some(slot) = table.ranks.get_mut(at.index()) {
                *slot = u32::try_from(rank).ok();
            }
            table.ranked.push(address);
        }
        table
    }

    /// Takes note of resources that the state has and the configuration has not.
    pub(crate) fn note_undeclared(&mut self, program: &Program, resources: &BTreeSet<ConfigResource>) {
        let undeclared = resources.iter().filter_map(|address| {
            let id = program.find_module(&address.module)?;
            let declared = program.resource(id, &address.resource).is_some();
            (!declared && id != ModuleId(0)).then_some((id, address))
        });
        let undeclared: Vec<(ModuleId, &ConfigResource)> = undeclared.collect();
        if undeclared.is_empty() {
            return;
        }
        // Ranks are places in the order of addresses, so they are given anew.
        let old = std::mem::take(&mut self.ranked);
        let mut all: Vec<(ConfigResource, Option<usize>)> =
            old.into_iter().enumerate().map(|(rank, address)| (address, Some(rank))).collect();
        all.extend(undeclared.iter().map(|(_, address)| ((*address).clone(), None)));
        all.sort();
        let mut moved: BTreeMap<usize, u32> = BTreeMap::new();
        let mut added: BTreeMap<&ConfigResource, u32> = BTreeMap::new();
        for (rank, (address, before)) in all.iter().enumerate() {
            let rank = u32::try_from(rank).unwrap_or(u32::MAX);
            match before {
                Some(before) => moved.insert(*before, rank),
                None => added.insert(address, rank),
            };
        }
        for slot in self.ranks.iter_mut().flatten() {
            *slot = usize::try_from(*slot).ok().and_then(|rank| moved.get(&rank).copied()).unwrap_or(*slot);
        }
        for (id, address) in undeclared {
            self.stored.entry(id).or_default().extend(added.get(address));
        }
        self.ranked = all.into_iter().map(|(address, _)| address).collect();
    }

    /// All resources that a node depends on, as the state stores them.
    pub(crate) fn all(&mut self, program: &Program, at: NodeIndex) -> Arc<[ConfigResource]> {
        self.resources_behind(program, lasting(program, at).collect())
    }

    /// The same with what is stored and no longer declared; `None` when there is none of it.
    pub(crate) fn all_with_stored(
        &mut self,
        program: &Program,
        at: NodeIndex,
    ) -> Option<Arc<[ConfigResource]>> {
        if self.stored.is_empty() {
            return None;
        }
        if let Some((_, answer)) = self.last.as_ref().filter(|(node, _)| *node == at) {
            return Some(answer.clone());
        }
        let mut ranks = self.ranks_behind(program, lasting(program, at).collect());
        let closed = std::mem::take(&mut self.closed);
        ranks.extend(closed.iter().filter_map(|id| self.stored.get(id)).flatten());
        let answer = self.by_ranks(ranks);
        self.last = Some((at, answer.clone()));
        Some(answer)
    }

    /// Managed resources whose changes a data source waits for: those that its block names, in `depends_on` or
    /// anywhere else, and all behind what else `depends_on` names there and in the calls of the modules around it.
    pub(crate) fn awaited(
        &mut self,
        program: &Program,
        at: NodeIndex,
        id: ModuleId,
    ) -> Arc<[ConfigResource]> {
        let (named, mut through): (Vec<NodeIndex>, Vec<NodeIndex>) =
            named_explicitly(program, at).into_iter().partition(|named| is_resource(program, *named));
        let mut module = Some(id);
        while let Some(id) = module {
            let open = program.graph.find(&Node::Open(id));
            through.extend(open.into_iter().flat_map(|open| named_explicitly(program, open)));
            module = program.module(id).and_then(|module| module.caller.as_ref()).map(|(caller, _)| *caller);
        }
        let mut ranks = self.ranks_behind(program, through);
        let direct = lasting(program, at).chain(named);
        ranks.extend(direct.filter_map(|needed| self.ranks.get(needed.index()).copied().flatten()));
        let resources = self.by_ranks(ranks);
        resources.iter().filter(|address| address.resource.mode == Mode::Managed).cloned().collect()
    }

    /// Resources among these nodes and what they need.
    fn resources_behind(&mut self, program: &Program, stack: Vec<NodeIndex>) -> Arc<[ConfigResource]> {
        let ranks = self.ranks_behind(program, stack);
        self.by_ranks(ranks)
    }

    fn ranks_behind(&mut self, program: &Program, mut stack: Vec<NodeIndex>) -> Vec<u32> {
        self.walk += 1;
        self.closed.clear();
        let mut ranks: Vec<u32> = Vec::new();
        while let Some(at) = stack.pop() {
            let Some(visited) = self.visited.get_mut(at.index()) else { continue };
            if std::mem::replace(visited, self.walk) == self.walk {
                continue;
            }
            ranks.extend(self.ranks.get(at.index()).copied().flatten());
            if let Some(Node::Close(id)) = program.graph.node(at).filter(|_| !self.stored.is_empty()) {
                self.closed.push(*id);
            }
            stack.extend(lasting(program, at));
        }
        ranks
    }

    /// Resources of these ranks, each once and in order.
    fn by_ranks(&self, mut ranks: Vec<u32>) -> Arc<[ConfigResource]> {
        ranks.sort_unstable();
        ranks.dedup();
        ranks.iter().filter_map(|rank| self.ranked.get(usize::try_from(*rank).ok()?).cloned()).collect()
    }
}

fn is_resource(program: &Program, at: NodeIndex) -> bool {
    matches!(program.graph.node(at), Some(Node::Resource(..)))
}

/// What a node needs for as long as it is there.
fn lasting(program: &Program, at: NodeIndex) -> impl Iterator<Item = NodeIndex> + '_ {
    program.graph.needs(at).filter(|(_, why)| *why != Edge::Import).map(|(needed, _)| needed)
}

fn named_explicitly(program: &Program, at: NodeIndex) -> Vec<NodeIndex> {
    program.graph.needs(at).filter(|(_, why)| *why == Edge::DependsOn).map(|(needed, _)| needed).collect()
}
