//! The policies of this repository: they load, their own tests pass, and they name what exists.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of an integration test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ordain_policy::{Bundle, Outcome, check, test};

fn read(top: &Path, at: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(top, &path, files);
        } else {
            let name =
                path.strip_prefix(top).unwrap().components().map(|part| part.as_os_str().to_string_lossy());
            let name: Vec<_> = name.collect();
            files.insert(name.join("/"), std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn bundle() -> Bundle {
    let top = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut files = BTreeMap::new();
    read(&top, &top, &mut files);
    let (bundle, diagnostics) = Bundle::new(files);
    bundle.unwrap_or_else(|| panic!("{diagnostics:#?}"))
}

#[test]
fn their_own_tests_pass() {
    let (report, diagnostics) = test(&bundle(), "", 1_763_640_000);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let failed: Vec<_> = report.results.iter().filter(|result| result.outcome != Outcome::Passed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(report.results.len() >= 25, "{}", report.results.len());
}

#[test]
fn a_type_or_attribute_that_does_not_exist_is_found() {
    let schemas = |attribute: &str| {
        let text = format!(
            r#"[{{"provider": "registry.terraform.io/hashicorp/azurerm", "mode": "managed",
            "name": "azurerm_kubernetes_cluster", "version": 2, "sensitive": [], "blocks": [],
            "type": ["object", {{"location": "string", "default_node_pool": ["list", ["object", {{"vm_size":
            "string", "node_count": "number", "max_count": "number"}}]]}}]}},
            {{"provider": "registry.terraform.io/hashicorp/azurerm", "mode": "managed",
            "name": "azurerm_kubernetes_cluster_node_pool", "version": 0, "sensitive": [], "blocks": [],
            "type": ["object", {{"vm_size": "string", "node_count": "number"}}]}},
            {{"provider": "registry.terraform.io/hashicorp/azurerm", "mode": "managed",
            "name": "azurerm_resource_group", "version": 0, "sensitive": [], "blocks": [],
            "type": ["object", {{"{attribute}": "string"}}]}}]"#
        );
        ordain_plan::serial::read_schemas(text.as_bytes()).unwrap()
    };
    let found = check(&bundle(), &schemas("location"));
    assert!(found.is_empty(), "{found:#?}");
    let renamed = schemas("location");
    let mut text = Vec::new();
    ordain_plan::serial::write_schemas(&renamed, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let text = text.replace("azurerm_kubernetes_cluster\"", "azurerm_kubernetes_klister\"");
    let found = check(&bundle(), &ordain_plan::serial::read_schemas(text.as_bytes()).unwrap());
    assert!(found.has_errors());
}
