//! Replacing the nodes of a pool without losing the pool: a temporary pool takes over while it is made anew.

use http::Method;
use ordain_azure::{AzureError, Call, Scope};
use serde_json::{Value as Json, json};

use super::fields::set;
use super::pool::{API, describe};
use crate::failure::Failure;
use crate::session::Session;

/// How often the creation of a pool is tried: a new VM size may not be available at the first try.
const TRIES: u32 = 3;

/// Puts a temporary pool up, takes the old one down, puts the new one up, takes the temporary one down. A
/// temporary pool that is there already is used, so that an interrupted rotation can be continued. `wanted`
/// is the body of the new pool.
pub(crate) async fn rotate(
    session: &Session,
    cluster: &str,
    old: &str,
    new: &str,
    temporary: &str,
    wanted: &Json,
    scope: &Scope,
) -> Result<(), Failure> {
    let path = |name: &str| format!("{cluster}/agentPools/{name}");
    let exists = |found: Result<_, AzureError>, name: &str| match found {
        Ok(_) => Ok(true),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(Failure::from(
            error.during(format!("checking for existing temporary {}", describe(&path(name)))),
        )),
    };
    let temporary_path = path(temporary);
    let has_temporary = exists(session.azure.call(&Call::get(&temporary_path, API), scope).await, temporary)?;
    let old_path = path(old);
    let has_old = exists(session.azure.call(&Call::get(&old_path, API), scope).await, old)?;
    if !has_temporary {
        put(session, &temporary_path, temporary, wanted, scope).await?;
    }
    if has_old {
        let deleted = session.azure.delete(&old_path, API, scope).await;
        deleted.map_err(|error| error.during(format!("deleting old {}", describe(&old_path))))?;
    }
    put(session, &path(new), new, wanted, scope).await?;
    let deleted = session.azure.delete(&temporary_path, API, scope).await;
    Ok(deleted.map_err(|error| error.during(format!("deleting temporary {}", describe(&temporary_path))))?)
}

async fn put(session: &Session, path: &str, name: &str, wanted: &Json, scope: &Scope) -> Result<(), Failure> {
    let mut body = wanted.clone();
    set(&mut body, "name", json!(name));
    if let Some(members) = body.as_object_mut() {
        members.remove("id");
        members.remove("type");
    }
    let mut attempt = 1;
    loop {
        let call = Call::new(Method::PUT, path, API).body(&body);
        match session.azure.write("CreateOrUpdate", &call, scope).await {
            Ok(_) => return Ok(()),
            Err(error) if attempt < TRIES && matches!(error.root(), AzureError::Operation { .. }) => {
                attempt += 1
            }
            Err(error) => return Err(error.during(format!("creating {}", describe(path))).into()),
        }
    }
}
