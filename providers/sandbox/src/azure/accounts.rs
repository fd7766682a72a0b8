//! Storage accounts in Resource Manager: reading them and listing their keys. Their data is `crate::storage`.

use super::cloud::{Answer, Cloud, Done};
use super::facts::SUBSCRIPTION;
use super::failure::Failure;
use super::groups::not_supported;
use super::routes::Call;
use serde_json::{Value, json};

impl Cloud {
    /// Calls on storage accounts; `rest` begins behind `storageAccounts`.
    ///
    /// The accounts are the sandbox's own: they live in a group of their own that Resource Manager's list of groups
    /// does not show, so that a world begins empty.
    pub fn storage_call(&mut self, call: &Call<'_>, group: &str, rest: &str) -> Answer {
        let parts: Vec<&str> = rest.split('/').skip(1).collect();
        let shown = |name: &str| {
            json!({"id": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{name}"),
                "name": name, "type": "Microsoft.Storage/storageAccounts", "location": "eastus", "kind": "StorageV2",
                "sku": {"name": "Standard_LRS", "tier": "Standard"},
                "properties": {"provisioningState": "Succeeded", "primaryLocation": "eastus",
                    "primaryEndpoints": {"blob": format!("https://{name}.blob.core.windows.net/")}}})
        };
        let missing = |name: &str| {
            let message = format!(
                "The Resource 'Microsoft.Storage/storageAccounts/{name}' under resource group '{group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
            );
            Failure::arm(404, "ResourceNotFound", message)
        };
        match parts.as_slice() {
            [] | [""] => {
                let list: Vec<Value> = call.blobs.names().iter().map(|n| shown(n)).collect();
                Ok(Done::new(200, json!({"value": list})))
            }
            [name] if call.method == "GET" => match call.blobs.keys(name) {
                Some(_) => Ok(Done::new(200, shown(name))),
                None => Err(missing(name)),
            },
            [name, verb] if verb.eq_ignore_ascii_case("listKeys") => {
                if call.method != "POST" {
                    return Err(not_supported(call.method));
                }
                let keys = call.blobs.keys(name).ok_or_else(|| missing(name))?;
                let one = |(i, k): (usize, &String)| json!({"keyName": format!("key{}", i + 1), "value": k, "permissions": "FULL"});
                Ok(Done::new(200, json!({"keys": keys.iter().enumerate().map(one).collect::<Vec<_>>()})))
            }
            _ => {
                let message = format!("the sandbox does not know {} {}", call.method, call.path);
                Err(Failure::arm(501, "NotImplemented", message))
            }
        }
    }
}
