//! Which stored plans were applied already, recorded beside the state: a plan can be used once, also when
//! nothing was in the state before.

use ordain_backends::table::Backend;
use ordain_diag::{Diagnostic, codes};
use ordain_state::{BlobError, Expect};
use serde_json::{Value as Json, json};

/// How many uses are remembered. Older plans are refused by their serial or their lifetime.
const REMEMBERED: usize = 200;

fn name(state: &str) -> String {
    match state.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/.{file}.used"),
        None => format!(".{state}.used"),
    }
}

async fn read(backend: &Backend, state: &str) -> Result<(Vec<Json>, Expect), Diagnostic> {
    match backend.blobs.get(&name(state)).await.map_err(|error| failed(&error))? {
        None => Ok((Vec::new(), Expect::Absent)),
        Some((bytes, version)) => {
            let rows: Vec<Json> = serde_json::from_slice(&bytes).map_err(|error| {
                let detail = format!("The record of applied plans {} is damaged: {error}.", name(state));
                Diagnostic::error(
                    codes::state::STATE_STORE,
                    "Failed to read the record of applied plans",
                    detail,
                )
            })?;
            Ok((rows, Expect::Version(version)))
        }
    }
}

/// When a plan was used, in seconds since 1970.
pub async fn when(backend: &Backend, state: &str, nonce: &str) -> Result<Option<i64>, Diagnostic> {
    let (rows, _) = read(backend, state).await?;
    let row = rows.iter().find(|row| row.get("nonce").and_then(Json::as_str) == Some(nonce));
    Ok(row.and_then(|row| row.get("at")).and_then(Json::as_i64))
}

/// Records that a plan is used from now on. Durable when it returns.
pub async fn record(backend: &Backend, state: &str, nonce: &str, now: i64) -> Result<(), Diagnostic> {
    let (mut rows, expect) = read(backend, state).await?;
    rows.push(json!({ "nonce": nonce, "at": now }));
    let surplus = rows.len().saturating_sub(REMEMBERED);
    rows.drain(..surplus);
    let bytes = Json::Array(rows).to_string().into_bytes();
    backend.blobs.put(&name(state), bytes, expect).await.map(|_| ()).map_err(|error| failed(&error))
}

fn failed(error: &BlobError) -> Diagnostic {
    let detail = format!("{error}. The plan was not applied.");
    Diagnostic::error(codes::state::STATE_STORE, "Failed to record the use of the plan", detail)
}
