//! Which Kubernetes versions a cluster's pools may have.

use ordain_azure::{Call, Scope};
use serde_json::Value as Json;

use super::pool::{API, cluster_of, describe};
use super::segment;
use crate::failure::Failure;
use crate::session::Session;
use ordain_sdk::text;

/// Refuses a version that the service does not offer for the pool of an id, unless the pool has it already.
/// `cluster_body` saves a read when the caller has it.
pub(crate) async fn check(
    session: &Session,
    id: &str,
    cluster_body: &Json,
    running: &str,
    version: &str,
    scope: &Scope,
) -> Result<(), Failure> {
    let (cluster, pool) = (cluster_of(id), segment(id, "agentPools").unwrap_or_default());
    let path = format!("{cluster}/availableAgentPoolVersions");
    let answer = session.azure.call(&Call::get(&path, API), scope).await;
    let answer = answer.map_err(|error| {
        error.during(format!("retrieving Available Agent Pool Versions for {}", describe(id)))
    })?;
    if running == version {
        return Ok(());
    }
    let offered: Vec<&str> = answer
        .body
        .pointer("/properties/agentPoolVersions")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .map(|entry| text(entry, "kubernetesVersion"))
        .collect();
    // The two first numbers of a version stand for the newest of its patches.
    let alias = |full: &str| full.rsplit_once('.').is_some_and(|(minor, _)| minor == version);
    if offered.iter().any(|offer| *offer == version || alias(offer)) {
        return Ok(());
    }
    let mut body = cluster_body.clone();
    if body.is_null() {
        let answer = session.azure.call(&Call::get(cluster, API), scope).await;
        body = answer.map_err(|error| error.during("retrieving the cluster"))?.body;
    }
    let running =
        body.pointer("/properties/currentKubernetesVersion").and_then(Json::as_str).unwrap_or_default();
    let name = segment(cluster, "managedClusters").unwrap_or_default();
    let group = segment(cluster, "resourceGroups").unwrap_or_default();
    let offered: Vec<String> = offered.iter().map(|offer| format!(" * {offer}")).collect();
    Err(Failure::new(
        format!("The Kubernetes/Orchestrator Version {version:?} is not available for Node Pool {pool:?}."),
        format!(
            "Please confirm that this version is supported by the Kubernetes Cluster {name:?}\n(Resource Group {group:?}) - \
             which may need to be upgraded first.\n\nThe Kubernetes Cluster is running version {running:?}.\n\nThe supported \
             Orchestrator Versions for this Node Pool/supported by this Kubernetes Cluster are:\n{}\n\nNode Pools cannot use a \
             version of Kubernetes that is not supported on the Control Plane. More\ndetails can be found at \
             https://aka.ms/version-skew-policy.\n",
            offered.join("\n")
        ),
    ))
}
