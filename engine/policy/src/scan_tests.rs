use super::*;

fn names(text: &str) -> Vec<(String, bool)> {
    module("a.rego", text).unwrap().rules.into_iter().map(|rule| (rule.name, rule.function)).collect()
}

#[test]
fn rules_are_seen_in_all_their_forms() {
    let text = r#"
# METADATA
# custom:
#   stages: [plan, apply]
package ordain.x

import rego.v1
import data.prices as cost
import data.settings

default allow := false
allow if {
    some x in input.list
    x == 1
}
deny contains msg if {
    msg := "a { b"
}
deny contains msg if msg := `raw
package no`
f(x) := y if {
    y := x + 1
} else := 2
f("s") := 3
a.b["c"].d := 1
many contains
    "x"
quick if input.x
"#;
    let module = module("a.rego", text).unwrap();
    assert_eq!(module.package, "data.ordain.x");
    assert_eq!(module.stages, Some(vec![Stage::Plan, Stage::Apply]));
    assert_eq!(module.imports["cost"], "data.prices");
    assert_eq!(module.imports["settings"], "data.settings");
    let expected = ["allow", "allow", "deny", "deny", "f", "f", "a.b.c.d", "many", "quick"];
    assert_eq!(names(text).into_iter().map(|(name, _)| name).collect::<Vec<_>>(), expected);
    assert!(names(text)[4].1 && !names(text)[0].1);
}

#[test]
fn what_cannot_be_read_says_where() {
    for (text, line) in [
        ("x := 1", 1),
        ("package a\nx := \"open\n", 2),
        ("package a\n\nx := [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]", 3),
        ("# stages: [never]\npackage a", 1),
    ] {
        assert_eq!(module("a.rego", text).unwrap_err().line, line, "{text}");
    }
}

fn recursion(texts: &[&str]) -> Vec<String> {
    let modules: Vec<Module> = texts.iter().map(|text| module("a.rego", text).unwrap()).collect();
    no_recursion(&modules).err().unwrap_or_default().into_iter().map(|flaw| flaw.what).collect()
}

#[test]
fn functions_that_reach_themselves_are_refused() {
    assert_eq!(recursion(&["package a\nf(x) := f(x - 1)"]).len(), 1);
    assert_eq!(recursion(&["package a\nf(x) := g(x)\ng(x) := data.a.f(x)"]).len(), 1);
    let through_rule = "package a\nf(x) := y if { y := r }\nr contains x if { x := f(1) }";
    assert!(recursion(&[through_rule])[0].contains("data.a.f -> data.a.r -> data.a.f"));
    let imported =
        ["package a\nimport data.b\nf(x) := b.g(x)", "package b\nimport data.a as z\ng(x) := z.f(x)"];
    assert_eq!(recursion(&imported).len(), 1);
}

#[test]
fn rules_that_only_share_names_are_not_recursive() {
    for text in [
        "package a\nf(x) := x.f",
        "package a\nf(f) := 1",
        "package a\nname(r) := name if { name := r.name }",
        "package a\nname(r) := n if { some name in r; n := name }",
        "package a\nf(x) := g(x)\nf(x) := h(x)\ng(x) := h(x)\nh(x) := x",
        "package a\nf(x) := \"f(x)\" # f(x)",
    ] {
        assert_eq!(recursion(&[text]), Vec::<String>::new(), "{text}");
    }
}
