//! What a resource depends on, through everything between.
//!
//! The state stores all that an object depends on, which in a chain of n blocks is n²/2 names. So the lists are
//! made where somebody asks for one; until then a block has a place in a compact copy of the graph, which all share.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

use ordain_addr::{ConfigResource, Key, Mode};
use petgraph::graph::NodeIndex;

use crate::compile::Program;
use crate::graph::{Edge, ModuleId, Node};

/// What one block depends on. Cheap to copy; the whole list is made when it is first asked for.
#[derive(Clone)]
pub struct Dependencies(Arc<Place>);

struct Place {
    links: Arc<Links>,
    at: u32,
    all: OnceLock<Arc<[ConfigResource]>>,
}

/// A resource, or the instances of it with a key, in any instance of its module.
pub type Named<'d> = (&'d ConfigResource, Option<&'d Key>);

/// The graph without what is needed only for a while: for each node the nodes that it needs.
#[derive(Clone, Default)]
struct Links {
    /// Where the needs of a node start in `needs`; one more than there are nodes.
    starts: Vec<u32>,
    needs: Vec<u32>,
    /// Of nodes that are resources, the place in `ranked`.
    ranks: Vec<Option<u32>>,
    /// Resources in order of their addresses.
    ranked: Vec<ConfigResource>,
    /// Single instances that references name, as nodes after all others: of which node, and the key.
    single: Vec<(u32, Key)>,
}

impl Links {
    /// The node of a resource for one of an instance; any other for itself.
    fn block(&self, at: u32) -> u32 {
        self.instance(at).map_or(at, |(block, _)| *block)
    }

    fn instance(&self, at: u32) -> Option<&(u32, Key)> {
        self.single.get((at as usize).checked_sub(self.ranks.len())?)
    }

    fn needs(&self, at: u32) -> &[u32] {
        let at = self.block(at);
        let place = |at: usize| self.starts.get(at).and_then(|start| usize::try_from(*start).ok());
        let at = at as usize;
        let range = place(at).zip(place(at + 1));
        range.and_then(|(start, end)| self.needs.get(start..end)).unwrap_or_default()
    }

    fn rank(&self, at: u32) -> Option<u32> {
        self.ranks.get(self.block(at) as usize).copied().flatten()
    }

    fn named(&self, at: u32) -> Option<Named<'_>> {
        Some((self.resource(at)?, self.instance(at).map(|(_, key)| key)))
    }

    fn resource(&self, at: u32) -> Option<&ConfigResource> {
        self.ranked.get(self.rank(at)? as usize)
    }

    /// The given nodes and all that they need. Costs as much as it finds.
    fn behind(&self, open: Vec<u32>) -> Vec<u32> {
        self.behind_with(open, &BTreeMap::new())
    }

    /// The same where some nodes need `more`.
    fn behind_with(&self, mut open: Vec<u32>, more: &BTreeMap<u32, Vec<u32>>) -> Vec<u32> {
        let mut seen: HashSet<u32> = HashSet::new();
        let mut found = Vec::new();
        while let Some(at) = open.pop() {
            if seen.insert(at) {
                found.push(at);
                open.extend(self.needs(at));
                open.extend(more.get(&self.block(at)).into_iter().flatten());
            }
        }
        found
    }

    /// Resources of these ranks, each once and in order.
    fn by_ranks(&self, mut ranks: Vec<u32>) -> Arc<[ConfigResource]> {
        ranks.sort_unstable();
        ranks.dedup();
        ranks.iter().filter_map(|rank| self.ranked.get(*rank as usize).cloned()).collect()
    }

    fn resources(&self, nodes: &[u32]) -> Arc<[ConfigResource]> {
        self.by_ranks(nodes.iter().filter_map(|at| self.rank(*at)).collect())
    }
}

impl Dependencies {
    fn at(links: &Arc<Links>, at: NodeIndex) -> Dependencies {
        Dependencies(Arc::new(Place {
            links: links.clone(),
            at: u32::try_from(at.index()).unwrap_or(u32::MAX),
            all: OnceLock::new(),
        }))
    }

    /// Those of a block that needs each of these resources, or the instances of it with a key, none of which needs
    /// another.
    pub fn listed(needed: impl IntoIterator<Item = (ConfigResource, Option<Key>)>) -> Dependencies {
        let needed: BTreeSet<(ConfigResource, Option<Key>)> = needed.into_iter().collect();
        let ranked: BTreeSet<ConfigResource> = needed.iter().map(|(resource, _)| resource.clone()).collect();
        let ranked: Vec<ConfigResource> = ranked.into_iter().collect();
        let count = u32::try_from(ranked.len()).unwrap_or(u32::MAX);
        let mut links =
            Links { ranks: std::iter::once(None).chain((0..count).map(Some)).collect(), ..Links::default() };
        for (resource, key) in needed {
            let at = ranked.binary_search(&resource).unwrap_or_default();
            let block = u32::try_from(at + 1).unwrap_or(u32::MAX);
            links.needs.push(match key {
                None => block,
                Some(key) => {
                    links.single.push((block, key));
                    count + u32::try_from(links.single.len()).unwrap_or(u32::MAX)
                }
            });
        }
        let end = u32::try_from(links.needs.len()).unwrap_or(u32::MAX);
        links.starts = std::iter::once(0).chain((0..=count).map(|_| end)).collect();
        links.ranked = ranked;
        Dependencies::at(&Arc::new(links), NodeIndex::new(0))
    }

    /// All of them, transitively, in order of their addresses, as the state stores them.
    pub fn all(&self) -> &Arc<[ConfigResource]> {
        let Place { links, at, all } = &*self.0;
        all.get_or_init(|| links.resources(&links.behind(links.needs(*at).to_vec())))
    }

    /// All that any of these depends on, in one walk where they are of one configuration.
    pub fn together<'d>(many: impl IntoIterator<Item = &'d Dependencies>) -> HashSet<&'d ConfigResource> {
        let mut webs: HashMap<*const Links, (&Links, Vec<u32>)> = HashMap::new();
        for Dependencies(place) in many {
            let (links, open) =
                webs.entry(Arc::as_ptr(&place.links)).or_insert_with(|| (&*place.links, Vec::new()));
            open.extend(links.needs(place.at));
        }
        let behind = webs.into_values().map(|(links, open)| (links, links.behind(open)));
        behind.flat_map(|(links, nodes)| nodes.into_iter().filter_map(move |at| links.resource(at))).collect()
    }

    /// Single instances that anything in the configurations of these refers to by their keys.
    pub fn single_instances<'d>(
        many: impl IntoIterator<Item = &'d Dependencies>,
    ) -> Vec<(&'d ConfigResource, &'d Key)> {
        let mut webs: HashSet<*const Links> = HashSet::new();
        let all = many.into_iter().map(|Dependencies(place)| &*place.links);
        let once = all.filter(|links| webs.insert(std::ptr::from_ref(*links)));
        let named = |links: &'d Links| {
            links.single.iter().filter_map(|(block, key)| Some((links.resource(*block)?, key)))
        };
        once.flat_map(named).collect()
    }

    /// Those that are looked for, without any that are only needed by one where the search ends.
    pub fn nearest(
        &self,
        looked_for: impl Fn(Named<'_>) -> bool,
        ends: impl Fn(Named<'_>) -> bool,
    ) -> Vec<Named<'_>> {
        let mut found = self.search(|named| (looked_for(named).then_some(named), ends(named)));
        found.sort_unstable();
        found
    }

    /// What `find` gives for those that are looked for. The search ends where it gives anything.
    pub fn nearest_of<T>(&self, find: impl Fn(Named<'_>) -> Option<T>) -> Vec<T> {
        self.search(|named| {
            let found = find(named);
            let ends = found.is_some();
            (found, ends)
        })
    }

    /// What `find` gives, which also says whether the search ends there.
    fn search<'d, T>(&'d self, find: impl Fn(Named<'d>) -> (Option<T>, bool)) -> Vec<T> {
        let links = &*self.0.links;
        let mut open = links.needs(self.0.at).to_vec();
        // Mostly a handful.
        let mut seen: BTreeSet<u32> = BTreeSet::new();
        let mut all = Vec::new();
        while let Some(at) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            let (found, ends) = links.named(at).map_or((None, false), &find);
            all.extend(found);
            if !ends {
                open.extend(links.needs(at));
            }
        }
        all
    }
}

impl fmt::Debug for Dependencies {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { links, at, .. } = &*self.0;
        out.debug_list().entries(links.needs(*at).iter().filter_map(|at| links.resource(*at))).finish()
    }
}

/// Dependencies of all blocks of a program.
#[derive(Default)]
pub(crate) struct DependencyTable {
    links: Arc<Links>,
    /// Ranks of resources that are stored in a module and no longer declared there, by the node that closes the
    /// module: objects that wait for all of it, and to which nothing is done, are stored with them too.
    stored: BTreeMap<u32, Vec<u32>>,
    /// What `import` blocks name the objects of a block by: only those to which nothing is done are stored with it.
    imports: BTreeMap<u32, Vec<u32>>,
    /// The last answer with stored ones: instances of a block ask one after the other.
    last: Option<(NodeIndex, Arc<[ConfigResource]>)>,
    /// What every block depends on where no graph was prepared for.
    nothing: OnceLock<Dependencies>,
}

fn number(at: NodeIndex) -> u32 {
    u32::try_from(at.index()).unwrap_or(u32::MAX)
}

impl DependencyTable {
    /// Prepares for a graph.
    pub(crate) fn new(program: &Program) -> DependencyTable {
        let address = |at: NodeIndex| match program.graph.node(at) {
            Some(Node::Resource(id, resource)) => Some((program.address(*id, resource), at)),
            _ => None,
        };
        let mut links = Links { ranks: vec![None; program.graph.len()], ..Links::default() };
        links.starts.push(0);
        let mut single: HashMap<(NodeIndex, &Key), u32> = HashMap::new();
        let mut imports: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for at in program.graph.indices() {
            for (needed, why, key) in program.graph.needs_by_key(at) {
                if why == Edge::Import {
                    imports.entry(number(at)).or_default().push(number(needed));
                    continue;
                }
                let next = program.graph.len() + single.len();
                links.needs.push(match key {
                    None => number(needed),
                    Some(key) => *single.entry((needed, key)).or_insert_with(|| {
                        links.single.push((number(needed), key.clone()));
                        u32::try_from(next).unwrap_or(u32::MAX)
                    }),
                });
            }
            links.starts.push(u32::try_from(links.needs.len()).unwrap_or(u32::MAX));
        }
        let mut resources: Vec<(ConfigResource, NodeIndex)> =
            program.graph.indices().filter_map(address).collect();
        resources.sort();
        for (rank, (address, at)) in resources.into_iter().enumerate() {
            if let Some(slot) = links.ranks.get_mut(at.index()) {
                *slot = u32::try_from(rank).ok();
            }
            links.ranked.push(address);
        }
        DependencyTable { links: Arc::new(links), imports, ..DependencyTable::default() }
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
        let links = Arc::make_mut(&mut self.links);
        // Ranks are places in the order of addresses, so they are given anew.
        let old = std::mem::take(&mut links.ranked);
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
        for slot in links.ranks.iter_mut().flatten() {
            *slot = usize::try_from(*slot).ok().and_then(|rank| moved.get(&rank).copied()).unwrap_or(*slot);
        }
        for (id, address) in undeclared {
            if let Some(close) = program.graph.find(&Node::Close(id)) {
                self.stored.entry(number(close)).or_default().extend(added.get(address));
            }
        }
        links.ranked = all.into_iter().map(|(address, _)| address).collect();
    }

    /// What a node depends on.
    pub(crate) fn of(&self, at: NodeIndex) -> Dependencies {
        match self.links.starts.is_empty() {
            true => self.nothing.get_or_init(|| Dependencies::at(&self.links, at)).clone(),
            false => Dependencies::at(&self.links, at),
        }
    }

    /// All of it with what imports name, and with what is stored and no longer declared; `None` when there is none of
    /// that.
    pub(crate) fn all_with_stored(&mut self, at: NodeIndex) -> Option<Arc<[ConfigResource]>> {
        if self.stored.is_empty() && self.imports.is_empty() {
            return None;
        }
        if let Some((_, answer)) = self.last.as_ref().filter(|(node, _)| *node == at) {
            return Some(answer.clone());
        }
        let own = self.imports.get(&number(at)).into_iter().flatten();
        let open = self.links.needs(number(at)).iter().chain(own).copied().collect();
        let nodes = self.links.behind_with(open, &self.imports);
        let stored = nodes.iter().filter_map(|at| self.stored.get(at)).flatten().copied();
        let ranks = nodes.iter().filter_map(|at| self.links.rank(*at)).chain(stored).collect();
        let answer = self.links.by_ranks(ranks);
        self.last = Some((at, answer.clone()));
        Some(answer)
    }

    /// Managed resources whose changes a data source waits for: those that its block names, in `depends_on` or
    /// anywhere else, and all behind what else `depends_on` names there and in the calls of the modules around it.
    pub(crate) fn awaited(&self, program: &Program, at: NodeIndex, id: ModuleId) -> Arc<[ConfigResource]> {
        let (named, mut through): (Vec<NodeIndex>, Vec<NodeIndex>) =
            named_explicitly(program, at).into_iter().partition(|named| is_resource(program, *named));
        let mut module = Some(id);
        while let Some(id) = module {
            let open = program.graph.find(&Node::Open(id));
            through.extend(open.into_iter().flat_map(|open| named_explicitly(program, open)));
            module = program.module(id).and_then(|module| module.caller.as_ref()).map(|(caller, _)| *caller);
        }
        let mut nodes = self.links.behind(through.into_iter().map(number).collect());
        nodes.extend(lasting(program, at).chain(named).map(number));
        let resources = self.links.resources(&nodes);
        resources.iter().filter(|address| address.resource.mode == Mode::Managed).cloned().collect()
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

#[cfg(test)]
#[path = "dependencies_tests.rs"]
mod tests;
