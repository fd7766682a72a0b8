//! Agent pools: what `default_node_pool` and `azurerm_kubernetes_cluster_node_pool` have in common, and the
//! latter.

mod flatten;
mod node_pool;
pub(crate) mod scaling;
mod settings;
mod subnets;
mod update;

pub(crate) use flatten::flatten;
pub(crate) use node_pool::NodePool;
pub(crate) use settings::{expand_shared, filled, flatten_shared};

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

/// The cluster's id, from a pool's.
pub(crate) fn cluster_of(id: &str) -> &str {
    id.split("/agentPools/").next().unwrap_or(id)
}
