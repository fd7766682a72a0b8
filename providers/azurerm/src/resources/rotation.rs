//! Replacing the nodes of a pool without losing the pool: a temporary pool takes over while it is made anew.

use http::Method;
use ordain_azure::{AzureError, Call, Scope};
use serde_json::{Value as Json, json};

use super::fields::{drop_property, set};
use super::pool::{API, cluster_of, describe};
use crate::failure::Failure;
use crate::session::Session;
use ordain_sdk::{View, text};

/// How often the creation of a pool is tried: a new VM size may not be available at the first try.
const TRIES: u32 = 3;

/// Another kind of system image needs new nodes, except between the two that share an upgrade path. `pool` is the
/// view of a pool's arguments.
pub(crate) fn replaces_image(pool: &View) -> bool {
    let shares = |text: &str| text.starts_with("Ubuntu") || text.starts_with("AzureLinux");
    pool.changed("os_sku") && !(shares(text(&pool.prior, "os_sku")) && shares(text(&pool.planned, "os_sku")))
}

/// A pool that is made anew.
pub(crate) struct Rotation<'r> {
    /// Its id.
    pub(crate) id: &'r str,
    /// Name of the pool that takes over.
    pub(crate) temporary: &'r str,
    /// The original's word for the pool that goes: `old`, or `default`.
    pub(crate) old: &'r str,
}

impl Rotation<'_> {
    /// Puts a temporary pool up, takes the old one down, puts the new one up, takes the temporary one down. A
    /// temporary pool that is there already is used, so that an interrupted rotation can be continued. `wanted`
    /// is the body of the new pool, `arguments` are those that need a rotation.
    pub(crate) async fn run(
        &self,
        session: &Session,
        arguments: &[String],
        wanted: &mut Json,
        scope: &Scope,
    ) -> Result<(), Failure> {
        if self.temporary.is_empty() {
            return Err(Failure::new(
                format!(
                    "`temporary_name_for_rotation` must be specified when updating any of the following properties [{}]",
                    arguments.join(" ")
                ),
                "",
            ));
        }
        let temporary = format!("{}/agentPools/{}", cluster_of(self.id), self.temporary);
        let kind = if self.old == "old" { "temporary node pool" } else { "temporary" };
        let has_temporary = exists(session, &temporary, kind, scope).await?;
        let has_old = self.old == "old" || exists(session, self.id, self.old, scope).await?;
        drop_property(wanted, "nodeImageVersion");
        if !has_temporary {
            let mut body = wanted.clone();
            set(&mut body, "name", json!(self.temporary));
            put(session, &temporary, "temporary", &body, scope).await?;
        }
        if has_old {
            delete(session, self.id, self.old, scope).await?;
        }
        put(session, self.id, "default", wanted, scope).await?;
        delete(session, &temporary, "temporary", scope).await
    }
}

async fn exists(session: &Session, id: &str, kind: &str, scope: &Scope) -> Result<bool, Failure> {
    match session.azure.call(&Call::get(id, API), scope).await {
        Ok(_) => Ok(true),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error.during(format!("checking for existing {kind} {}", describe(id))).into()),
    }
}

async fn delete(session: &Session, id: &str, kind: &str, scope: &Scope) -> Result<(), Failure> {
    let deleted = session.azure.delete(id, API, scope).await;
    Ok(deleted.map_err(|error| error.during(format!("deleting {kind} {}", describe(id))))?)
}

async fn put(session: &Session, id: &str, kind: &str, body: &Json, scope: &Scope) -> Result<(), Failure> {
    let mut attempt = 1;
    loop {
        let call = Call::new(Method::PUT, id, API).body(body);
        match session.azure.write("CreateOrUpdate", &call, scope).await {
            Ok(_) => return Ok(()),
            Err(error) if attempt < TRIES && !matches!(error.root(), AzureError::Deadline) => attempt += 1,
            Err(error) => return Err(error.during(format!("creating {kind} {}", describe(id))).into()),
        }
    }
}
