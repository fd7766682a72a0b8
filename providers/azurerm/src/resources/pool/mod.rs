//! Agent pools: what `default_node_pool` and `azurerm_kubernetes_cluster_node_pool` have in common, and the
//! latter.

mod node_pool;
mod settings;

pub(crate) use node_pool::{NodePool, flatten as flatten_pool};
pub(crate) use settings::{check_scaling, expand_shared, flatten_shared};

use crate::resources::segment;

/// Version of the container service's API that all requests use.
pub(crate) const API: &str = "2025-07-01";

/// An agent pool in the original's words.
pub(crate) fn describe(id: &str) -> String {
    format!(
        "Agent Pool (Subscription: {:?}\nResource Group Name: {:?}\nManaged Cluster Name: {:?}\nAgent Pool Name: {:?})",
        segment(id, "subscriptions").unwrap_or_default(),
        segment(id, "resourceGroups").unwrap_or_default(),
        segment(id, "managedClusters").unwrap_or_default(),
        segment(id, "agentPools").unwrap_or_default()
    )
}
