//! What a resource depends on, through everything between.

use std::collections::HashMap;
use std::sync::Arc;

use ordain_addr::ConfigResource;
use petgraph::graph::NodeIndex;

use crate::compile::Program;
use crate::graph::{Edge, ModuleId, Node, resources_of};

/// Dependencies, each computed once. Costs one walk over what a resource depends on, which is the size of
/// the answer or less than the graph.
#[derive(Default)]
pub(crate) struct DependencyTable {
    all: HashMap<NodeIndex, Arc<[ConfigResource]>>,
    explicit: HashMap<NodeIndex, Arc<[ConfigResource]>>,
}

impl DependencyTable {
    /// All resources that a node depends on, as the state stores them.
    pub(crate) fn all(&mut self, program: &Program, at: NodeIndex) -> Arc<[ConfigResource]> {
        let compute = || {
            let needed = program.graph.with_needs([at]);
            resources(program, needed.into_iter().filter(|needed| *needed != at))
        };
        self.all.entry(at).or_insert_with(compute).clone()
    }

    /// Resources behind `depends_on` of a block and of the modules around it.
    pub(crate) fn explicit(
        &mut self,
        program: &Program,
        at: NodeIndex,
        id: ModuleId,
    ) -> Arc<[ConfigResource]> {
        let compute = || {
            let mut from: Vec<NodeIndex> = named_explicitly(program, at);
            let mut module = Some(id);
            while let Some(id) = module {
                let open = program.graph.find(&Node::Open(id));
                from.extend(open.into_iter().flat_map(|open| named_explicitly(program, open)));
                module =
                    program.module(id).and_then(|module| module.caller.as_ref()).map(|(caller, _)| *caller);
            }
            if from.is_empty() {
                return Arc::from([]);
            }
            resources(program, program.graph.with_needs(from))
        };
        self.explicit.entry(at).or_insert_with(compute).clone()
    }
}

fn named_explicitly(program: &Program, at: NodeIndex) -> Vec<NodeIndex> {
    program.graph.needs(at).filter(|(_, why)| *why == Edge::DependsOn).map(|(needed, _)| needed).collect()
}

fn resources(program: &Program, nodes: impl IntoIterator<Item = NodeIndex>) -> Arc<[ConfigResource]> {
    let nodes: Vec<NodeIndex> = nodes.into_iter().collect();
    resources_of(&program.graph, nodes, |id, resource| program.address(id, resource)).into()
}
