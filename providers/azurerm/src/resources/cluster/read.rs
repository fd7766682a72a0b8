//! Reading a cluster: the object, its credentials, its maintenance windows.

use ordain_azure::{Call, Scope};
use serde_json::{Value as Json, json};

use super::{admin_config, default_pool, describe, flatten, maintenance, user_config};
use crate::failure::Failure;
use crate::resources::Read;
use crate::resources::fields::at;
use crate::resources::known::known as reduced;
use crate::resources::numbers;
use crate::resources::pool::API;
use crate::session::Session;
use ordain_sdk::{flag, items};

/// Reads everything about a cluster; `None` when it is gone.
pub(crate) async fn read(
    session: &Session,
    id: &str,
    known: &Json,
    scope: &Scope,
) -> Result<Option<Read>, Failure> {
    let answer = match session.azure.call(&Call::get(id, API), scope).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer.map_err(|error| error.during(format!("retrieving {}", describe(id))))?,
    };
    let cluster = reduced("managedclusters", "ManagedCluster", &answer.body);
    let properties = at(&cluster, "/properties");
    let pool = default_pool::find(items(properties, "agentPoolProfiles"), known);
    numbers::check_cluster(properties, pool)?;
    let mut read = flatten::flatten(id, &cluster, known);
    credentials(session, id, &cluster, scope, &mut read).await?;
    maintenance::read(session, id, scope, &mut read).await;
    Ok(Some(read))
}

/// Adds credentials; those of the administrator exist only with Entra roles and local accounts.
pub(crate) async fn credentials(
    session: &Session,
    id: &str,
    cluster: &Json,
    scope: &Scope,
    read: &mut Read,
) -> Result<(), Failure> {
    let (raw, blocks) = user_config(session, id, scope).await?;
    read.insert("kube_config_raw".to_owned(), json!(raw));
    read.insert("kube_config".to_owned(), blocks);
    let entra = at(cluster, "/properties/aadProfile").is_object();
    let local = !flag(at(cluster, "/properties"), "disableLocalAccounts");
    let (raw, blocks) =
        if entra && local { admin_config(session, id, scope).await? } else { (String::new(), json!([])) };
    read.insert("kube_admin_config_raw".to_owned(), json!(raw));
    read.insert("kube_admin_config".to_owned(), blocks);
    Ok(())
}
