//! Tokens that users get and store: what `login` and `logout` do.

mod browser;
mod service;

pub use browser::BrowserLogin;
pub use service::{LoginOffer, LoginService, login_offer};

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value as Json, json};

use crate::settings::credentials_file;

/// Reads the document of stored credentials; an empty one where there is none.
fn read(path: &PathBuf) -> Result<Json, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text)
            .map_err(|_| format!("{} is no JSON document; nothing was changed", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(json!({})),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

/// The new document with a token for a host set or taken away, and where it belongs; `None` when nothing changes.
/// The caller writes it so that nobody else can read it.
///
/// # Errors
/// There is no home directory, or what is stored cannot be read; a sentence without a full stop.
pub fn stored_credentials(
    env: &BTreeMap<String, String>,
    host: &str,
    token: Option<&str>,
) -> Result<Option<(PathBuf, String)>, String> {
    let path = credentials_file(env).ok_or("there is no home directory (HOME is not set)")?;
    let mut document = read(&path)?;
    if !document.get("credentials").is_some_and(Json::is_object) {
        document = json!({ "credentials": {} });
    }
    let Some(hosts) = document.get_mut("credentials").and_then(Json::as_object_mut) else { return Ok(None) };
    let changed = match token {
        Some(token) => {
            hosts.insert(host.to_lowercase(), json!({ "token": token }));
            true
        }
        None => hosts.remove(&host.to_lowercase()).is_some(),
    };
    Ok(changed.then(|| (path, format!("{document:#}\n"))))
}
