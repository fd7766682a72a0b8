//! The static graph: one node per block, an edge from what is needed to what needs it.

use std::collections::BTreeSet;
use std::sync::Arc;

use ordain_addr::{Key, Resource};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use petgraph::{Direction, graph::EdgeIndex};

use crate::quick_hash::QuickMap;

/// Index of a module in the compiled table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ModuleId(pub(crate) usize);

/// What a node stands for. All instances of a block are one node.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Node {
    /// A module call's `count`, `for_each` and `depends_on`: everything in the module comes after it.
    Open(ModuleId),
    /// Everything in a module, and in those it calls, is done.
    Close(ModuleId),
    /// The value of a variable.
    Variable(ModuleId, Arc<str>),
    /// The validations of a variable.
    Validation(ModuleId, Arc<str>),
    /// A local value.
    Local(ModuleId, Arc<str>),
    /// An output.
    Output(ModuleId, Arc<str>),
    /// A provider configuration, by index in the compiled table.
    Provider(usize),
    /// A resource of any mode.
    Resource(ModuleId, Resource),
    /// The assertions of a check block.
    Check(ModuleId, Arc<str>),
}

/// Why one node needs another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// A reference, or the order of modules.
    Needs,
    /// `depends_on`.
    DependsOn,
    /// The id in an `import` block: it comes first, but the object does not depend on it afterwards.
    Import,
}

/// The graph, with a table from nodes to indices.
#[derive(Default)]
pub(crate) struct Graph {
    graph: DiGraph<Node, Edge>,
    /// All but resources: those are in the tables of their modules.
    table: QuickMap<Node, NodeIndex>,
    validates: bool,
    /// Of references to one instance of a resource, its key.
    keys: QuickMap<EdgeIndex, Key>,
}

impl Graph {
    /// Adds a node, once.
    pub(crate) fn add(&mut self, node: Node) -> NodeIndex {
        self.validates |= matches!(node, Node::Validation(..));
        let graph = &mut self.graph;
        *self.table.entry(node).or_insert_with_key(|node| graph.add_node(node.clone()))
    }

    /// Adds a resource, which was not there. Who looks for it has it with the resource.
    pub(crate) fn add_resource(&mut self, module: ModuleId, resource: &Resource) -> NodeIndex {
        self.graph.add_node(Node::Resource(module, resource.clone()))
    }

    /// Makes room for so many more resources, and for so many more nodes of other kinds.
    pub(crate) fn reserve(&mut self, resources: usize, others: usize) {
        self.graph.reserve_nodes(resources + others);
        self.table.reserve(others);
    }

    /// Whether any variable has validations.
    pub(crate) fn validates(&self) -> bool {
        self.validates
    }

    /// The index of a node that exists and is no resource.
    pub(crate) fn find(&self, node: &Node) -> Option<NodeIndex> {
        self.table.get(node).copied()
    }

    /// Makes `user` come after `needed`.
    pub(crate) fn connect(&mut self, user: NodeIndex, needed: NodeIndex, why: Edge) -> EdgeIndex {
        self.graph.add_edge(needed, user, why)
    }

    /// Notes that an edge is there for one instance of what is needed.
    pub(crate) fn only(&mut self, edge: EdgeIndex, key: Key) {
        self.keys.insert(edge, key);
    }

    /// References to one instance of a resource: who refers, to what, and to which.
    pub(crate) fn keyed(&self) -> impl Iterator<Item = (NodeIndex, NodeIndex, &Key)> + '_ {
        let ends = |(edge, key)| self.graph.edge_endpoints(edge).map(|(needed, user)| (user, needed, key));
        self.keys.iter().filter_map(move |(edge, key)| ends((*edge, key)))
    }

    /// The node at an index.
    pub(crate) fn node(&self, at: NodeIndex) -> Option<&Node> {
        self.graph.node_weight(at)
    }

    /// All indices in order of insertion, which is canonical.
    pub(crate) fn indices(&self) -> impl Iterator<Item = NodeIndex> + use<> {
        self.graph.node_indices()
    }

    /// Number of nodes.
    pub(crate) fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// What needs a node.
    pub(crate) fn users(&self, at: NodeIndex) -> impl Iterator<Item = NodeIndex> + '_ {
        self.graph.neighbors_directed(at, Direction::Outgoing)
    }

    /// What a node needs, and why.
    pub(crate) fn needs(&self, at: NodeIndex) -> impl Iterator<Item = (NodeIndex, Edge)> + '_ {
        self.graph.edges_directed(at, Direction::Incoming).map(|edge| (edge.source(), *edge.weight()))
    }

    /// What a node needs, why, and the key where that is one instance.
    pub(crate) fn needs_by_key(
        &self,
        at: NodeIndex,
    ) -> impl Iterator<Item = (NodeIndex, Edge, Option<&Key>)> + '_ {
        let edges = self.graph.edges_directed(at, Direction::Incoming);
        edges.map(|edge| (edge.source(), *edge.weight(), self.keys.get(&edge.id())))
    }

    /// Circles: each as the nodes on it. Linear in nodes and edges.
    pub(crate) fn circles(&self) -> Vec<Vec<NodeIndex>> {
        if self.has_an_order() {
            return Vec::new();
        }
        let loops = |group: &Vec<NodeIndex>| {
            group.len() > 1 || group.first().is_some_and(|at| self.graph.find_edge(*at, *at).is_some())
        };
        // Without recursion: chains are as long as configurations are.
        kosaraju_scc(&self.graph).into_iter().filter(loops).collect()
    }

    /// Whether all nodes can come one after the other, as they nearly always can.
    fn has_an_order(&self) -> bool {
        let mut waits: Vec<usize> = self
            .graph
            .node_indices()
            .map(|at| self.graph.edges_directed(at, Direction::Incoming).count())
            .collect();
        let mut ready: Vec<NodeIndex> =
            self.graph.node_indices().filter(|at| waits.get(at.index()) == Some(&0)).collect();
        let mut done = 0;
        while let Some(at) = ready.pop() {
            done += 1;
            for user in self.graph.neighbors_directed(at, Direction::Outgoing) {
                let Some(left) = waits.get_mut(user.index()) else { continue };
                *left -= 1;
                if *left == 0 {
                    ready.push(user);
                }
            }
        }
        done == self.graph.node_count()
    }

    /// Everything that the given nodes need, transitively, themselves included.
    pub(crate) fn with_needs(&self, from: impl IntoIterator<Item = NodeIndex>) -> BTreeSet<NodeIndex> {
        self.closure(from, Direction::Incoming)
    }

    /// Everything that needs the given nodes, transitively, themselves included.
    pub(crate) fn with_users(&self, from: impl IntoIterator<Item = NodeIndex>) -> BTreeSet<NodeIndex> {
        self.closure(from, Direction::Outgoing)
    }

    fn closure(
        &self,
        from: impl IntoIterator<Item = NodeIndex>,
        direction: Direction,
    ) -> BTreeSet<NodeIndex> {
        let mut stack: Vec<NodeIndex> = from.into_iter().collect();
        let mut seen = vec![false; self.graph.node_count()];
        let mut found = Vec::new();
        while let Some(at) = stack.pop() {
            let Some(flag) = seen.get_mut(at.index()) else { continue };
            if std::mem::replace(flag, true) {
                continue;
            }
            found.push(at);
            stack.extend(self.graph.neighbors_directed(at, direction));
        }
        found.sort_unstable();
        found.into_iter().collect()
    }
}
