//! Subnets of a pool: the service changes them while it makes a pool, and does not stand two such changes at once.

use std::sync::Arc;
use std::time::Duration;

use ordain_azure::{Call, Scope};
use serde_json::Value as Json;
use tokio::sync::OwnedMutexGuard;

use crate::failure::Failure;
use crate::resources::segment;
use crate::session::Session;
use ordain_sdk::text;

/// Version of the network API.
const NETWORK: &str = "2024-05-01";

/// The arguments that name a subnet, with the original's words for each.
const SUBNETS: [(&str, &str); 2] = [("vnet_subnet_id", "subnet"), ("pod_subnet_id", "the pod subnet")];

/// Keeps the pool's subnets for itself until the guards are dropped. They are taken in the order of their names, so
/// that two pools never wait for each other.
pub(super) async fn hold(session: &Session, block: &Json) -> Vec<OwnedMutexGuard<()>> {
    let ids = SUBNETS.iter().map(|(argument, _)| text(block, argument));
    let mut names: Vec<&str> = ids.filter_map(|id| segment(id, "subnets")).collect();
    names.sort_unstable();
    names.dedup();
    let mut held = Vec::with_capacity(names.len());
    for name in names {
        let lock: Arc<tokio::sync::Mutex<()>> = session.subnet(name);
        held.push(lock.lock_owned().await);
    }
    held
}

/// Waits until the pool's subnets and their networks are no longer being changed.
pub(super) async fn wait(session: &Session, block: &Json, scope: &Scope) -> Result<(), Failure> {
    for (argument, word) in SUBNETS {
        let id = text(block, argument);
        if id.is_empty() {
            continue;
        }
        let what = format!(
            "waiting for provisioning state of {word} for AKS Node Pool creation {}",
            describe(id, "Subnet", &["virtualNetworks", "subnets"])
        );
        let network = id.split("/subnets/").next().unwrap_or(id);
        let subnet = format!(
            "{what}: subnet {id} provisioning: polling for {}",
            describe(id, "Subnet", &["virtualNetworks", "subnets"])
        );
        settled(session, id, subnet, scope).await?;
        let name = describe(network, "Virtual Network", &["virtualNetworks"]);
        settled(session, network, format!("{what}: vnet {name} provisioning: retrieving {name}"), scope)
            .await?;
    }
    Ok(())
}

async fn settled(session: &Session, id: &str, what: String, scope: &Scope) -> Result<(), Failure> {
    loop {
        let answer = session.azure.call(&Call::get(id, NETWORK), scope).await;
        let answer = answer.map_err(|error| error.during(what.clone()))?;
        let state = answer.body.pointer("/properties/provisioningState").and_then(Json::as_str);
        match state.unwrap_or_default() {
            "Updating" => {}
            "Succeeded" => return Ok(()),
            other => {
                let message = format!("{what}: unexpected state '{other}', wanted target 'Succeeded'");
                return Err(Failure::new(message, ""));
            }
        }
        if !scope.pause(Duration::from_secs(10)).await {
            return Err(ordain_azure::AzureError::Deadline.during(what).into());
        }
    }
}

/// A network or subnet in the original's words.
fn describe(id: &str, kind: &str, parts: &[&str]) -> String {
    let shown = |name: &str| segment(id, name).unwrap_or_default().to_owned();
    let mut out = format!(
        "{kind} (Subscription: {:?}\nResource Group Name: {:?}",
        shown("subscriptions"),
        shown("resourceGroups")
    );
    for part in parts {
        let label = if *part == "subnets" { "Subnet Name" } else { "Virtual Network Name" };
        out.push_str(&format!("\n{label}: {:?}", shown(part)));
    }
    out.push(')');
    out
}
