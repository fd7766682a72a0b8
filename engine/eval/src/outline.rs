//! The static graph by name, for whoever draws it.

use std::collections::BTreeMap;

use ordain_addr::{ConfigResource, ModulePath};

use crate::compile::Program;
use crate::graph::Node;

/// Name of the node after all others.
pub const END: &str = "root";

/// What a node of an [`Outline`] stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutlineKind {
    /// A resource of any mode.
    Resource(ConfigResource),
    /// A provider configuration.
    Provider,
    /// The end of a provider configuration: nobody needs it any more.
    ProviderEnd,
    /// What makes results of a check ready to be told. Only plans have it.
    CheckReport,
    /// An output of the root module that only the state has.
    StoredOutput,
    /// A variable of the root module.
    RootVariable,
    /// Anything else: what lies between those.
    Other,
}

/// One node: all instances of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineNode {
    /// Address of the block, as Terraform names it in graphs.
    pub name: String,
    /// What it stands for.
    pub kind: OutlineKind,
}

/// The static graph: what needs what. In canonical order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The nodes.
    pub nodes: Vec<OutlineNode>,
    /// Edges from who needs to what is needed, as indices.
    pub edges: Vec<(usize, usize)>,
}

impl Outline {
    pub(crate) fn of(program: &Program) -> Outline {
        let graph = &program.graph;
        let nodes = graph.indices().filter_map(|at| Some(outline(program, graph.node(at)?))).collect();
        let mut edges: Vec<(usize, usize)> = graph
            .indices()
            .flat_map(|user| graph.needs(user).map(move |(needed, _)| (user.index(), needed.index())))
            .collect();
        edges.sort_unstable();
        edges.dedup();
        let mut outline = Outline { nodes, edges };
        outline.reports(program);
        outline
    }

    /// Adds a node.
    pub fn add(&mut self, name: String, kind: OutlineKind) -> usize {
        self.nodes.push(OutlineNode { name, kind });
        self.nodes.len() - 1
    }

    /// The node after all others.
    pub fn end(&self) -> Option<usize> {
        self.nodes.iter().position(|node| node.name == END)
    }

    /// Adds the ends of all providers: after whatever needs them directly, and before the end of all, if there is one.
    pub fn close_providers(&mut self) {
        let is_provider =
            |at: usize| self.nodes.get(at).is_some_and(|node| node.kind == OutlineKind::Provider);
        let mut users: BTreeMap<usize, Vec<usize>> =
            (0..self.nodes.len()).filter(|at| is_provider(*at)).map(|at| (at, Vec::new())).collect();
        let is_object =
            |at: usize| self.nodes.get(at).is_some_and(|node| matches!(node.kind, OutlineKind::Resource(_)));
        for (user, needed) in self.edges.iter().filter(|(user, _)| is_object(*user)) {
            if let Some(users) = users.get_mut(needed) {
                users.push(*user);
            }
        }
        let end = self.end();
        for (provider, users) in users {
            let name = self.nodes.get(provider).map(|node| node.name.clone()).unwrap_or_default();
            let close = self.add(format!("{name} (close)"), OutlineKind::ProviderEnd);
            self.edges.push((close, provider));
            self.edges.extend(users.into_iter().map(|user| (close, user)));
            self.edges.extend(end.map(|end| (end, close)));
        }
    }

    /// Adds the reports of checks, which come before the data sources and the assertions of theirs.
    fn reports(&mut self, program: &Program) {
        for at in program.graph.indices() {
            let Some(Node::Check(id, name)) = program.graph.node(at) else { continue };
            let Some(module) = program.config(*id) else { continue };
            let path = &module.path;
            let report = if path.is_root() { String::new() } else { format!("{path}.") };
            let report = self.add(format!("{report}check.{name} (report)"), OutlineKind::CheckReport);
            let own = module.resources.values().filter(|block| block.check.as_ref() == Some(name));
            let own = own.filter_map(|block| program.resource_node(*id, &block.resource));
            self.edges.extend(own.chain([at]).map(|user| (user.index(), report)));
            let open = program.graph.find(&Node::Open(*id));
            self.edges.extend(open.map(|open| (report, open.index())));
        }
    }
}

fn outline(program: &Program, node: &Node) -> OutlineNode {
    let path = |id| program.config(id).map(|module| module.path.clone()).unwrap_or_default();
    let inside = |path: ModulePath, name: String| {
        if path.is_root() { name } else { format!("{path}.{name}") }
    };
    let (name, kind) = match node {
        Node::Open(id) if path(*id).is_root() => ("root (expand)".to_owned(), OutlineKind::Other),
        Node::Close(id) if path(*id).is_root() => (END.to_owned(), OutlineKind::Other),
        Node::Open(id) => (format!("{} (expand)", path(*id)), OutlineKind::Other),
        Node::Close(id) => (format!("{} (close)", path(*id)), OutlineKind::Other),
        Node::Variable(id, name) if path(*id).is_root() => (format!("var.{name}"), OutlineKind::RootVariable),
        Node::Variable(id, name) => (inside(path(*id), format!("var.{name} (expand)")), OutlineKind::Other),
        Node::Validation(id, name) => {
            (inside(path(*id), format!("var.{name} (validation)")), OutlineKind::Other)
        }
        Node::Local(id, name) => (inside(path(*id), format!("local.{name} (expand)")), OutlineKind::Other),
        Node::Output(id, name) => (inside(path(*id), format!("output.{name} (expand)")), OutlineKind::Other),
        Node::Check(id, name) => (inside(path(*id), format!("check.{name} (expand)")), OutlineKind::Other),
        Node::Provider(at) => {
            let address = program.providers.get(*at).map(|provider| provider.address.to_string());
            (address.unwrap_or_default(), OutlineKind::Provider)
        }
        Node::Resource(id, resource) => {
            let address = program.address(*id, resource);
            (format!("{address} (expand)"), OutlineKind::Resource(address))
        }
    };
    OutlineNode { name, kind }
}
