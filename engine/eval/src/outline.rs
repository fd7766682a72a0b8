//! The static graph by name, for whoever draws it.

use ordain_addr::{ConfigResource, ModulePath};

use crate::compile::Program;
use crate::graph::Node;

/// What a node of an [`Outline`] stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutlineKind {
    /// A resource of any mode.
    Resource(ConfigResource),
    /// A provider configuration.
    Provider,
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
        Outline { nodes, edges }
    }
}

fn outline(program: &Program, node: &Node) -> OutlineNode {
    let path = |id| program.config(id).map(|module| module.path.clone()).unwrap_or_default();
    let inside = |path: ModulePath, name: String| {
        if path.is_root() { name } else { format!("{path}.{name}") }
    };
    let (name, kind) = match node {
        Node::Open(id) if path(*id).is_root() => ("root (expand)".to_owned(), OutlineKind::Other),
        Node::Close(id) if path(*id).is_root() => ("root".to_owned(), OutlineKind::Other),
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
