//! Who needs one instance of a resource need not wait for the others.
//!
//! While changes are carried out, what names `a[0]` goes on when that instance is there in every instance of its
//! module, whatever becomes of `a[1]`, as in Terraform. A plan is made of blocks: there everything waits for the whole.

use std::collections::HashMap;

use ordain_addr::Key;
use petgraph::graph::NodeIndex;

use crate::Mode;
use crate::core::Core;
use crate::evaluator::Evaluator;
use crate::graph::{ModuleId, Node};

/// Users of single instances of one resource.
#[derive(Default)]
pub(crate) struct Early {
    keys: HashMap<Key, Waiting>,
    /// Users that were told, and how many of their references were to what is there.
    told: HashMap<NodeIndex, u32>,
}

#[derive(Default)]
struct Waiting {
    /// One for each reference.
    users: Vec<NodeIndex>,
    /// Instances with the key that are not there yet.
    left: usize,
}

impl Early {
    /// By the node of the resource.
    pub(crate) fn table(core: &Core, kept: &[bool]) -> HashMap<NodeIndex, Early> {
        let mut table: HashMap<NodeIndex, Early> = HashMap::new();
        if core.input.mode != Mode::Apply {
            return table;
        }
        for (user, needed, key) in core.program.graph.keyed() {
            if kept.get(user.index()) == Some(&true) {
                let early = table.entry(needed).or_default();
                early.keys.entry(key.clone()).or_default().users.push(user);
            }
        }
        table
    }

    /// How many of a user's references were answered early.
    pub(crate) fn told(&self, user: NodeIndex) -> u32 {
        self.told.get(&user).copied().unwrap_or(0)
    }
}

impl Evaluator {
    /// Counts the instances that users of single ones wait for. A key that no instance has is answered with the whole.
    pub(crate) fn count_early(&mut self, at: NodeIndex, id: ModuleId) {
        let (Some(early), Some(Node::Resource(_, resource))) =
            (self.early.get_mut(&at), self.core.program.graph.node(at))
        else {
            return;
        };
        for instance in self.core.values.instances(id) {
            let module = self.core.values.module(instance);
            let Some(set) = module.and_then(|module| module.resources.get(resource)) else { continue };
            for (key, waiting) in &mut early.keys {
                waiting.left += usize::from(set.expansion.index_of(Some(key)).is_some());
            }
        }
    }

    /// Tells the users of an instance that it is there.
    pub(crate) fn instance_there(&mut self, at: NodeIndex, key: &Key) {
        let Some(early) = self.early.get_mut(&at) else { return };
        let Some(waiting) = early.keys.get_mut(key) else { return };
        waiting.left = waiting.left.saturating_sub(1);
        if waiting.left > 0 {
            return;
        }
        for user in std::mem::take(&mut waiting.users) {
            *early.told.entry(user).or_default() += 1;
            let Some((count, _)) = self.waiting.get_mut(user.index()) else { continue };
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.ready.insert(user);
            }
        }
    }
}
