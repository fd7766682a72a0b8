//! Which key vault an address belongs to: the service wants the id of a private vault beside the address of a key in it.

use ordain_azure::{AzureError, Call, Scope};
use serde_json::Value as Json;

use super::segment;
use crate::failure::Failure;
use crate::session::Session;
use ordain_sdk::{items, text};

/// Version of the key vaults' API.
const VAULTS: &str = "2023-07-01";
/// Version of the list of all resources, which knows of vaults that the list of vaults has not heard of yet.
const RESOURCES: &str = "2015-11-01";
/// The same list, of vaults only.
const OF_VAULTS: &[(&str, &str)] = &[("%24filter", "resourceType%20eq%20%27Microsoft.KeyVault%2Fvaults%27")];

/// The id of the vault that holds a key, by the key's address; nothing where no vault of the subscription has its name.
pub(crate) async fn id_of(session: &Session, key: &str, scope: &Scope) -> Result<Option<String>, Failure> {
    let host = key.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let during =
        |why: String| format!("retrieving the Resource ID the Key Vault at URL \"https://{host}/\": {why}");
    let mut parts = host.split('.');
    let (Some(name), Some("vault"), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        let why = format!("expected a URI in the format `the-keyvault-name.vault.**` but got {host:?}");
        return Err(Failure::new(during(why), ""));
    };
    let whole = format!("Subscription (Subscription: {:?})", session.subscription);
    let lists = [
        (
            format!("/subscriptions/{}/providers/Microsoft.KeyVault/vaults", session.subscription),
            VAULTS,
            &[][..],
        ),
        (format!("/subscriptions/{}/resources", session.subscription), RESOURCES, OF_VAULTS),
    ];
    for (path, version, query) in lists {
        let found = find(session, &Call { query, ..Call::get(&path, version) }, name, scope).await;
        let what = format!(
            "populating the Key Vaults cache for {whole}: listing the Key Vaults within {whole}: loading results"
        );
        if let Some(id) = found.map_err(|error| error.during(during(what)))? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

async fn find(
    session: &Session,
    list: &Call<'_>,
    name: &str,
    scope: &Scope,
) -> Result<Option<String>, AzureError> {
    let mut page: Json = session.azure.call(list, scope).await?.body;
    // A subscription holds fewer vaults than this many pages can show.
    for _ in 0..100 {
        if let Some(id) = vault_in(&page, name) {
            return Ok(Some(id.to_owned()));
        }
        let Some(next) = page.get("nextLink").and_then(Json::as_str).map(str::to_owned) else { break };
        page = session.azure.get_page(&next, scope).await?;
    }
    Ok(None)
}

/// The id of the vault of a name in a page of a list.
fn vault_in<'j>(page: &'j Json, name: &str) -> Option<&'j str> {
    let ids = items(page, "value").iter().map(|entry| text(entry, "id"));
    ids.into_iter().find(|id| segment(id, "vaults").is_some_and(|vault| vault.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
#[path = "vaults_tests.rs"]
mod tests;
