use ordain_config::{SourceSet, load};

use crate::plan_configuration::{SchemasByAddress, configuration};

const OBJECT: &str = "resource \"terraform_data\" \"x\" {}\n";

/// Keys of the configurations that are listed and those that resources name, for a module in a module.
fn keys(root: &str, middle: &str) -> (Vec<String>, Vec<String>) {
    let root = format!("{root}module \"m\" {{\n  source = \"./m\"\n}}\n");
    let middle = format!("{middle}module \"n\" {{\n  source = \"../n\"\n}}\n");
    let files = [("main.tf", &*root), ("m/main.tf", &middle), ("n/main.tf", OBJECT)];
    let files = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    let (tree, _, found) = load(&SourceSet { files, ..SourceSet::default() });
    assert!(!found.has_errors(), "{found:?}");
    let document = configuration(&tree, &SchemasByAddress::new());
    let json: serde_json::Value = serde_json::to_value(&document).unwrap();
    let listed = json["provider_config"].as_object().unwrap().keys().cloned().collect();
    let mut named = Vec::new();
    let mut module = &json["root_module"];
    for call in ["m", "n", ""] {
        let resources = module["resources"].as_array().into_iter().flatten();
        named.extend(resources.map(|row| row["provider_config_key"].as_str().unwrap().to_owned()));
        module = &module["module_calls"][call]["module"];
    }
    (listed, named)
}

#[test]
fn an_implied_provider_stands_in_the_outermost_module_that_asks_for_it_without_a_gap() {
    let deep = "module.m.module.n:terraform";
    assert_eq!(keys("", ""), (vec![deep.into()], vec![deep.into()]));
    // What lies between does not ask for it, so that what is outside is not seen.
    assert_eq!(
        keys(OBJECT, ""),
        (vec![deep.into(), "terraform".into()], vec!["terraform".into(), deep.into()])
    );
    let middle = "module.m:terraform";
    assert_eq!(keys("", OBJECT), (vec![middle.into()], vec![middle.into(); 2]));
    assert_eq!(keys(OBJECT, OBJECT), (vec!["terraform".into()], vec!["terraform".into(); 3]));
}

#[test]
fn a_block_that_only_asks_for_what_is_passed_is_listed_as_the_configuration() {
    let root = "provider \"terraform\" {\n  alias = \"outer\"\n}\n";
    let call = "module \"m\" {\n  source = \"./m\"\n  providers = { terraform.inner = terraform.outer }\n}\n";
    let inner = "provider \"terraform\" {\n  alias = \"inner\"\n}\nresource \"terraform_data\" \"x\" {\n  provider = terraform.inner\n}\n";
    let files = [("main.tf", format!("{root}{call}")), ("m/main.tf", inner.to_owned())];
    let files = files.into_iter().map(|(path, text)| (path.into(), text.into())).collect();
    let (tree, _, _) = load(&SourceSet { files, ..SourceSet::default() });
    let json: serde_json::Value =
        serde_json::to_value(configuration(&tree, &SchemasByAddress::new())).unwrap();
    assert!(json["provider_config"]["module.m:terraform.inner"].is_object(), "{json}");
    let resources = &json["root_module"]["module_calls"]["m"]["module"]["resources"];
    assert_eq!(resources[0]["provider_config_key"], "module.m:terraform.inner");
}
