use serde_json::json;

use super::*;

pub(crate) fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[track_caller]
pub(crate) fn bundle(all: &[(&str, &str)]) -> Bundle {
    let (bundle, diagnostics) = Bundle::new(files(all));
    bundle.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

const RULE: &str = "package a\nimport rego.v1\ndeny contains \"no\" if input.x";

#[test]
fn data_stands_below_its_folders() {
    let bundle = bundle(&[
        ("a.rego", RULE),
        ("environments/staging.json", "{\"staging\": {\"zone\": \"UTC\"}}"),
        ("environments/dev.json", "{\"dev\": {}}"),
        ("top.json", "{\"waivers\": []}"),
        ("README.md", "not read"),
    ]);
    assert_eq!(bundle.data, json!({"environments": {"staging": {"zone": "UTC"}, "dev": {}}, "waivers": []}));
}

#[test]
fn the_digest_covers_names_and_texts() {
    let first = bundle(&[("a.rego", RULE)]).digest();
    assert_eq!(bundle(&[("a.rego", RULE)]).digest(), first);
    assert_ne!(bundle(&[("b.rego", RULE)]).digest(), first);
    assert_ne!(bundle(&[("a.rego", RULE), ("d.json", "{}")]).digest(), first);
}

#[test]
fn what_cannot_be_loaded_is_an_error_that_names_the_file() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], "No policies found"),
        (&[("a_test.rego", "package a\nimport rego.v1\ntest_x if true")], "No policies found"),
        (&[("a.rego", "package a\nimport rego.v1\nallow if true")], "No policy decides anything"),
        (&[("a.rego", "package a\ndeny contains")], "Policy cannot be loaded"),
        (
            &[("a.rego", "package a\nimport rego.v1\ndeny contains msg if { msg == y }")],
            "Policy cannot be loaded",
        ),
        (&[("a.rego", "package a\ndeny contains \"open")], "Policy cannot be loaded"),
        (&[("a.rego", RULE), ("b.rego", "package b\nf(x) := f(x)")], "Policy cannot be loaded"),
        (&[("a.rego", RULE), ("d.json", "{")], "Policy data cannot be loaded"),
        (&[("a.rego", RULE), ("d.json", "[]")], "Policy data cannot be loaded"),
        (
            &[("a.rego", RULE), ("d.json", "{\"k\":1}"), ("e.json", "{\"k\":2}")],
            "Policy data cannot be loaded",
        ),
        (&[("a.rego", RULE), ("d.yaml", "k: [1")], "Policy data cannot be loaded"),
        (&[("a.rego", RULE), (".manifest", "{\"roots\": [\"other\"]}")], "Policy bundle cannot be loaded"),
        (&[("a.rego", RULE), (".manifest", "[]")], "Policy bundle cannot be loaded"),
    ];
    for (all, summary) in cases {
        let (bundle, diagnostics) = Bundle::new(files(all));
        assert!(bundle.is_none(), "{all:?}");
        assert!(diagnostics.iter().any(|found| found.summary == *summary), "{all:?} {diagnostics:?}");
        if let Some((path, _)) = all.last().filter(|_| summary.contains("loaded")) {
            assert!(diagnostics.iter().any(|found| found.detail.contains(*path)), "{path} {diagnostics:?}");
        }
    }
}

#[test]
fn deep_texts_and_circles_do_not_reach_the_engine() {
    let deep = format!("package a\nx := {}1{}", "[".repeat(5000), "]".repeat(5000));
    assert!(Bundle::new(files(&[("a.rego", RULE), ("b.rego", &deep)])).0.is_none());
}

#[test]
fn rules_that_decide_are_found_by_name() {
    let bundle = bundle(&[(
        "a.rego",
        "package a\nimport rego.v1\ndeny_region contains 1 if false\nviolation contains 1 if false\n\
         denying contains 1 if false\nwarn contains 1 if false\nwarn contains 2 if false\nrequire contains 1 if false\n\
         deny(x) := x",
    )]);
    let names: Vec<String> = bundle.decision_rules().map(|(_, name, _)| name).collect();
    assert_eq!(names, ["data.a.deny_region", "data.a.require", "data.a.violation", "data.a.warn"]);
    assert_eq!(bundle.counts(), (4, 0));
}
