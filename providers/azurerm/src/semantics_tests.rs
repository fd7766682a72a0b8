//! The original's semantics, each rule by itself, on the schema of the real types.

use ordain_value::{Path, Type, Value};
use serde_json::{Value as Json, json};

use ordain_sdk::{Planned, TypeTree, duration_of, normalise_nulls, nullable, plan, to_json, validate};

fn tree(name: &str) -> TypeTree {
    tree_with(name, |_| {})
}

fn tree_with(name: &str, change: impl Fn(&mut serde_json::Map<String, Json>)) -> TypeTree {
    let document: Json = serde_json::from_str(include_str!("../data/schema.json")).unwrap();
    let schema = ordain_provider::schema_json::from_json(&document).unwrap();
    let mut rules: Json = serde_json::from_str(include_str!("../data/rules.json")).unwrap();
    for rule in rules[name]["attributes"].as_object_mut().unwrap().values_mut() {
        change(rule.as_object_mut().unwrap());
    }
    TypeTree::new(name, schema.resources.get(name).unwrap(), rules.get(name), &super::RULES)
}

fn object(tree: &TypeTree, json: Json) -> Value {
    let mut json = json;
    json.as_object_mut().unwrap().entry("id").or_insert(Json::Null);
    ordain_sdk::build(&tree.fields, &serde_json::Map::new(), &nullable(&tree.object, &json))
}

fn nothing(tree: &TypeTree) -> Value {
    Value::null(tree.object.clone())
}

fn pool(extra: Json) -> Json {
    let mut json = json!({"name": "np", "kubernetes_cluster_id": "/x", "vm_size": "s"});
    json.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json
}

fn replan(prior: Json, proposed: Json) -> Planned {
    let tree = tree("azurerm_kubernetes_cluster_node_pool");
    let mut prior = prior;
    prior.as_object_mut().unwrap().insert("id".into(), json!("/id"));
    let mut proposed = proposed;
    proposed.as_object_mut().unwrap().insert("id".into(), json!("/id"));
    plan(&tree, &object(&tree, prior), &object(&tree, proposed))
}

/// A stored pool with what the provider sets where nothing is configured.
fn stored(extra: Json) -> Json {
    let mut json = pool(json!({
        "mode": "User", "os_type": "Linux", "priority": "Regular", "os_disk_type": "Managed", "scale_down_mode": "Delete",
        "spot_max_price": -1, "ultra_ssd_enabled": false, "tags": {}, "node_labels": {}, "zones": [], "eviction_policy": "",
        "fips_enabled": false, "max_pods": 250, "node_count": 1,
    }));
    json.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json
}

/// What is proposed for a stored pool: computed values are carried over.
fn proposed(extra: Json) -> Json {
    let mut json = pool(json!({"max_pods": 250, "node_count": 1, "node_labels": {}}));
    json.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json
}

#[test]
fn a_private_zone_is_an_id_or_one_of_two_words() {
    let tree = tree("azurerm_kubernetes_cluster");
    let told = |zone: &str| {
        let cluster =
            json!({"name": "c", "location": "x", "resource_group_name": "g", "private_dns_zone_id": zone});
        let found = validate(&tree, &object(&tree, cluster));
        let text = format!("{found:?}");
        (
            text.contains("cannot parse an empty string"),
            text.contains("expected private_dns_zone_id to be one of"),
        )
    };
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/z";
    assert_eq!(told("System"), (false, false));
    assert_eq!(told(id), (false, false));
    assert_eq!(told(""), (true, true));
}

#[test]
fn a_new_object_has_defaults_and_unknowns() {
    let tree = tree("azurerm_kubernetes_cluster_node_pool");
    let planned = plan(&tree, &nothing(&tree), &object(&tree, pool(json!({"fips_enabled": false}))));
    let shown = to_json(&planned.object);
    assert_eq!((&shown["mode"], &shown["spot_max_price"]), (&json!("User"), &json!(-1)));
    assert_eq!((&shown["fips_enabled"], &shown["zones"]), (&json!(false), &Json::Null));
    for name in ["id", "max_pods", "node_labels", "orchestrator_version"] {
        assert!(!planned.object.get(name).unwrap().is_known(), "{name}");
    }
    assert!(planned.object.get("host_encryption_enabled").unwrap().is_null());
}

#[test]
fn unset_and_zero_are_one() {
    let planned = replan(stored(json!({})), proposed(json!({})));
    assert!(!planned.changed);
    assert_eq!(to_json(&planned.object)["eviction_policy"], json!(""));
}

#[test]
fn what_is_removed_is_null_and_collections_are_empty() {
    let planned = replan(
        stored(json!({"tags": {"a": "1"}, "snapshot_id": "/s", "node_labels": {"x": "y"}})),
        proposed(json!({"node_labels": {"x": "y"}})),
    );
    let shown = to_json(&planned.object);
    assert!(planned.changed && planned.object.get("snapshot_id").unwrap().is_null());
    assert_eq!((&shown["tags"], &shown["node_labels"]), (&json!({}), &json!({"x": "y"})));
}

#[test]
fn force_new_names_its_path() {
    let planned =
        replan(stored(json!({})), proposed(json!({"windows_profile": [{"outbound_nat_enabled": false}]})));
    let paths: Vec<String> = planned.replace.iter().map(Path::to_string).collect();
    assert_eq!(paths, [".windows_profile", ".windows_profile[0].outbound_nat_enabled"]);
    assert!(replan(stored(json!({})), proposed(json!({"mode": "System"}))).replace.is_empty());
}

#[test]
fn a_map_with_an_unknown_member_is_unknown() {
    let tree = tree("azurerm_resource_group");
    let config = object(&tree, json!({"name": "a", "location": "West Europe"}));
    let mut members = config.as_members().unwrap().clone();
    members.insert("tags".into(), Value::map(Type::String, [("a", Value::unknown(Type::String))]));
    let planned = plan(&tree, &nothing(&tree), &Value::object(members));
    assert!(!planned.object.get("tags").unwrap().is_known());
    assert_eq!(to_json(&planned.object)["location"], json!("westeurope"));
}

#[test]
fn nulls_and_empties_follow_the_plan() {
    let none = Value::null(Type::map(Type::String));
    let empty = Value::map(Type::String, Vec::<(&str, Value)>::new());
    assert_eq!(normalise_nulls(empty.clone(), &none, true), none);
    assert_eq!(normalise_nulls(empty.clone(), &none, false), empty);
    assert_eq!(normalise_nulls(none.clone(), &empty, false), none);
    assert_eq!(normalise_nulls(none, &empty, true), empty);
    let (gone, nothing) = (Value::null(Type::list(Type::String)), Value::list(Type::String, []));
    assert_eq!(normalise_nulls(gone, &nothing, false), nothing);
    assert_eq!(normalise_nulls(Value::null(Type::String), &Value::string(""), false), Value::string(""));
}

#[test]
fn durations_are_gos() {
    assert_eq!(duration_of("1h30m0s").map(|found| found.as_secs()), Some(5400));
    assert_eq!(duration_of("1.5s").map(|found| found.as_millis()), Some(1500));
    assert_eq!((duration_of("soon"), duration_of("5")), (None, None));
}

#[test]
fn checks_speak_as_the_original_does() {
    let cluster = tree("azurerm_kubernetes_cluster");
    let found = |extra: Json| {
        let mut config = json!({
            "name": "a", "location": "eastus", "resource_group_name": "rg", "dns_prefix": "a",
            "default_node_pool": [{"name": "default", "vm_size": "s"}], "identity": [{"type": "SystemAssigned"}],
        });
        config.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let found = validate(&cluster, &object(&cluster, config));
        found.iter().map(|error| format!("{}|{}", error.summary, error.detail)).collect::<Vec<_>>()
    };
    assert!(found(json!({})).is_empty());
    let wrong = found(json!({"network_profile": [{"network_plugin": "flannel"}]}));
    assert_eq!(
        wrong,
        [
            "expected network_profile.0.network_plugin to be one of [\"azure\" \"kubenet\" \"none\"], got flannel|"
        ]
    );
    let both = found(json!({"dns_prefix_private_cluster": "b"}));
    assert_eq!(both.len(), 2);
    let wanted = "only one of `dns_prefix,dns_prefix_private_cluster` can be specified, but \
                  `dns_prefix,dns_prefix_private_cluster` were specified.";
    assert!(both[0].ends_with(wanted), "{both:?}");
    let id = found(json!({"disk_encryption_set_id": "x"}));
    assert!(id[0].starts_with("parsing \"x\" as an DiskEncryptionSet ID"), "{id:?}");
}

#[test]
fn the_first_relation_that_does_not_hold_ends_the_checks_of_an_argument() {
    let pool = tree("azurerm_kubernetes_cluster_node_pool");
    let found = |extra: Json| {
        let found = validate(&pool, &object(&pool, self::pool(extra)));
        let found = found.iter().map(|item| format!("{}|{}", item.summary, item.detail));
        found.filter(|text| !text.starts_with("parsing \"/x\"")).collect::<Vec<_>>()
    };
    // Both names of a setting: two conflicts, and no word about the one that is deprecated.
    let page = json!({"transparent_huge_page": "always", "transparent_huge_page_enabled": "never"});
    let both = found(json!({"linux_os_config": [page]}));
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both.iter().all(|text| text.starts_with("Conflicting configuration arguments|")), "{both:?}");
    let old = found(json!({"linux_os_config": [{"transparent_huge_page_enabled": "sometimes"}]}));
    assert_eq!(old.len(), 2, "{old:?}");
    assert!(old[0].starts_with("expected linux_os_config.0.transparent_huge_page_enabled"), "{old:?}");
    assert!(old[1].starts_with("Argument is deprecated|"), "{old:?}");
}

#[test]
fn null_and_zero_are_no_change_of_a_whole_object() {
    let whole = json!({"ultra_ssd_enabled": null, "host_encryption_enabled": null, "gpu_driver": null});
    let same = replan(stored(whole.clone()), proposed(json!({"host_encryption_enabled": false})));
    assert!(!same.changed && to_json(&same.object)["host_encryption_enabled"].is_null());
    let other = replan(stored(whole), proposed(json!({"host_encryption_enabled": true})));
    assert!(other.changed);
}

#[test]
fn ids_are_told_by_their_first_wrong_segment() {
    let wrong = |kind: &str, id: &str| {
        let found = crate::identifiers::check_id(kind, id).err().unwrap_or_default();
        found.lines().next().unwrap_or_default().to_owned()
    };
    let subnet = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n";
    assert_eq!(wrong("Subnet", subnet), "");
    assert_eq!(wrong("Subnet", &format!("{subnet}/")), "");
    let more = format!("{subnet}/more/x");
    let told = format!(
        "parsing {more:?}: unexpected segment \"more/x\" present at the end of the URI (input {more:?})"
    );
    assert_eq!(wrong("Subnet", &more), told);
    let other = subnet.replace("virtualNetworks", "networks");
    let told = format!(
        "parsing {other:?}: parsing segment \"virtualNetworks\": parsing the Subnet ID: the segment at position 6 didn't match"
    );
    assert_eq!(wrong("Subnet", &other), told);
    let vault = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Keys/vaults/v";
    assert!(wrong("KeyVault", vault).contains("parsing segment \"staticMicrosoftKeyVault\""));
    let empty = subnet.replace("/s/", "//");
    assert!(wrong("Subnet", &empty).ends_with("the segment at position 1 didn't match"));
}

#[test]
fn keys_of_vaults_have_versions() {
    let wrong = |text: &str| super::named("key_vault_child_id", "", "k", &json!(text));
    assert!(wrong("https://v.vault.azure.net/keys/k/0123").is_empty());
    let told = wrong("https://v.vault.azure.net/keys/k");
    assert_eq!(
        told,
        [
            "parsing \"https://v.vault.azure.net/keys/k\": expected a key vault versioned ID but no version information was found in: \"https://v.vault.azure.net/keys/k\""
        ]
    );
    assert!(wrong("https://v.vault.azure.net/keys")[0].contains("2 or 3 segments, found 1 segment(s)"));
    assert!(wrong("https://v.vault.azure.net/things/k/1")[0].contains("should be one of: keys, secrets"));
}

/// One refusal: path of the argument, whether the sample is an element of it, the sample, and the message with `KEY`
/// and `VALUE` for the argument and the sample.
type Refusal = (String, bool, Json, String);

#[test]
fn every_recorded_sample_is_refused_in_the_same_words() {
    let text = include_str!("../../../tests/conformance/azurerm/refusals.json");
    let recorded: std::collections::BTreeMap<String, Vec<Refusal>> = serde_json::from_str(text).unwrap();
    let mut wrong = Vec::new();
    for (name, rows) in recorded.iter().filter(|(name, _)| !name.starts_with("data.")) {
        // A sample stands alone; what it needs beside it would be told instead of what is wrong with it.
        let tree = tree_with(name, |rule| {
            for relation in ["required_with", "exactly_one_of", "at_least_one_of", "conflicts_with"] {
                rule.remove(relation);
            }
        });
        for (path, element, sample, message) in rows {
            let leaf = if *element { json!([sample]) } else { sample.clone() };
            let names: Vec<&str> = path.split('.').collect();
            let whole = names.iter().rev().enumerate().fold(
                leaf,
                |inner, (depth, name)| json!({ *name: if depth == 0 { inner } else { json!([inner]) } }),
            );
            let key = names.join(".0.") + if *element { ".0" } else { "" };
            let value = match sample {
                Json::String(text) => text.clone(),
                Json::Number(number) if number.is_f64() && message.ends_with("VALUE") => {
                    format!("{:.6}", number.as_f64().unwrap())
                }
                other => other.to_string(),
            };
            let wanted = message.replace("KEY", &key).replace("VALUE", &value);
            let found = validate(&tree, &object(&tree, whole));
            let said: Vec<String> =
                found.iter().map(|item| format!("{}\n\n{}", item.summary, item.detail)).collect();
            // Long messages were recorded in part.
            if !said.iter().any(|said| said.contains(wanted.trim_end())) {
                wrong.push(format!("{name} {path} {sample}\n  wanted {wanted:?}\n  said {said:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
