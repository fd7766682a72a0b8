use super::*;

#[test]
fn distances_count_edits() {
    for (a, b, edits) in [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("vm_sizes", "vm_size", 1)] {
        assert_eq!(distance(a, b), edits);
        assert_eq!(distance(b, a), edits);
    }
}

fn seen(text: &str) -> (Vec<String>, Vec<String>) {
    let module = crate::scan::module("a.rego", text).unwrap();
    let types = module.rules.iter().flat_map(types).map(|(_, name)| name.to_owned()).collect();
    let paths = module.rules.iter().flat_map(attributes).map(|(_, path)| path.join(".")).collect();
    (types, paths)
}

#[test]
fn types_and_attributes_are_seen_in_their_usual_forms() {
    let (types, paths) = seen(
        r#"package a
deny contains 1 if {
    some r in input.v1.changes
    r.type == "x_one"
    "x_two" == r.type
    r.type in {"x_three", "x_four"}
    r.name == "x_not"
    r.after.location == "b"
    r.change.after.pool[0].size > 1
    r.before["tags"].env
    r.after.pool[_].zone["$unknown"]
    after.local
}
"#,
    );
    assert_eq!(types, ["x_one", "x_two", "x_three", "x_four"]);
    assert_eq!(paths, ["location", "pool.size", "tags.env", "pool.zone"]);
}

fn schemas() -> Schemas {
    let text = r#"[{"provider": "registry.terraform.io/hashicorp/azurerm", "mode": "managed",
        "name": "azurerm_kubernetes_cluster", "version": 2, "sensitive": [], "blocks": [],
        "type": ["object", {"location": "string", "tags": ["map", "string"],
            "default_node_pool": ["list", ["object", {"vm_size": "string"}]]}]}]"#;
    ordain_plan::serial::read_schemas(text.as_bytes()).unwrap()
}

fn found(condition: &str) -> Vec<String> {
    let text = format!(
        "package a\nimport rego.v1\ndeny contains \"no\" if {{\n  some c in input.v1.changes\n  {condition}\n}}"
    );
    let bundle = crate::bundle::tests::bundle(&[("a.rego", &text)]);
    check(&bundle, &schemas()).iter().map(|found| found.detail.clone()).collect()
}

#[test]
fn types_and_attributes_that_do_not_exist_are_errors() {
    let wrong_type = found("c.type == \"azurerm_kubernetes_clusters\"");
    assert!(wrong_type[0].contains("Did you mean \"azurerm_kubernetes_cluster\"?"), "{wrong_type:?}");
    let wrong =
        found("c.type == \"azurerm_kubernetes_cluster\"\n  c.after.default_node_pool[_].vm_sizes == \"x\"");
    assert!(wrong[0].contains("a.rego line 6 reads \"default_node_pool.vm_sizes\""), "{wrong:?}");
    assert!(wrong[0].contains("Did you mean \"vm_size\"?"), "{wrong:?}");
    for right in [
        "c.type == \"azurerm_kubernetes_cluster\"\n  c.after.default_node_pool[0].vm_size == \"x\"",
        "c.type == \"azurerm_kubernetes_cluster\"\n  c.after.tags.anything == \"x\"",
        "c.type == \"google_container_cluster\"\n  c.after.anything == \"x\"",
        "c.after.anything == \"x\"",
    ] {
        assert_eq!(found(right), Vec::<String>::new(), "{right}");
    }
}

#[test]
fn types_that_nobody_has_are_told_where_no_configuration_has_them_either() {
    let text = "package a\nimport rego.v1\ndeny contains \"no\" if {\n  some c in input.v1.changes\n  \
                c.type in {\"google_x\", \"azurerm_y\"}\n}";
    let bundle = crate::bundle::tests::bundle(&[("a.rego", text)]);
    let words = foreign_words(&bundle, Some(&schemas()));
    assert_eq!(words.iter().map(String::as_str).collect::<Vec<_>>(), ["google"]);
    assert_eq!(foreign_words(&bundle, None).len(), 2);
    let told = unserved_types(&bundle, &words);
    let details: Vec<_> = told.iter().map(|found| found.detail.as_str()).collect();
    assert!(
        matches!(details.as_slice(), [one] if one.contains("a.rego line 5") && one.contains("\"google_x\""))
    );
    assert!(unserved_types(&bundle, &Default::default()).is_empty());
}

#[test]
fn decisions_that_are_none_are_told() {
    let wrong = [
        ("deny := \"text\"", "a text"),
        ("deny if input.a == 1", "a boolean"),
        ("deny := {\"msg\": \"x\"}", "an object"),
        ("default warn := false\nwarn := sprintf(\"%v\", [1]) if input.a", "a boolean or a text"),
        ("require := count(input.a)", "a number"),
    ];
    for (text, kind) in wrong {
        let bundle = crate::bundle::tests::bundle(&[("a.rego", &format!("package main\n\n{text}\n"))]);
        let found: Vec<_> = odd_decisions(&bundle).into_iter().map(|one| one.detail).collect();
        assert!(
            found.len() == 1 && found[0].contains(&format!("can only be {kind}, not a set")),
            "{text}: {found:?}"
        );
        assert!(found[0].starts_with("a.rego line 3"), "{found:?}");
    }
    let right = [
        "deny contains \"x\" if input.a",
        "deny := [\"x\"]",
        "deny := input.messages",
        "deny := {m | some m in input.a}",
        "default deny := false\ndeny := {\"x\"} if input.a",
        "deny := f(1)\nf(x) := [x]",
    ];
    for text in right {
        let bundle = crate::bundle::tests::bundle(&[("a.rego", &format!("package main\n\n{text}\n"))]);
        assert!(odd_decisions(&bundle).is_empty(), "{text}");
    }
}
