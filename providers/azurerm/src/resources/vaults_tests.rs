use serde_json::json;

use super::*;

#[test]
fn a_vault_is_found_by_its_name_whatever_its_letters() {
    let id = |group: &str, name: &str| {
        format!("/subscriptions/s/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{name}")
    };
    let other = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/kv1";
    let page = json!({"value": [{"id": other}, {"id": id("a", "kv10")}, {"id": id("b", "Kv1")}]});
    assert_eq!(vault_in(&page, "kv1"), Some(id("b", "Kv1").as_str()));
    assert_eq!(vault_in(&page, "kv2"), None);
    assert_eq!(vault_in(&json!({}), "kv1"), None);
}
