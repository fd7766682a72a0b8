use super::contradictions;
use crate::bundle::Bundle;

fn said(body: &str) -> Vec<String> {
    let text = format!(
        "package main\n\ndeny contains \"x\" if {{\n\tsome r in input.resource_changes\n{body}\n}}\n"
    );
    let (bundle, found) = Bundle::new([("main.rego".to_owned(), text)].into());
    contradictions(&bundle.unwrap_or_else(|| panic!("{found:?}")))
        .iter()
        .map(|diagnostic| diagnostic.detail.to_string())
        .collect()
}

#[test]
fn one_value_cannot_be_two_texts() {
    let found = said("\tr.type == \"a\"\n\t\"b\" == r.type");
    assert_eq!(
        found,
        [
            "main.rego line 6: r.type cannot be \"a\" and \"b\", so this body can say nothing, whatever the plan."
        ]
    );
    assert!(said("\tr.type == \"a\"\n\tr.name == \"b\"").is_empty());
    assert!(said("\tr.type == \"a\"\n\tnot r.type == \"b\"").is_empty());
    assert!(said("\tr.tags[_] == \"a\"\n\tr.tags[_] == \"b\"").is_empty());
    assert!(said("\tr.type == \"a\"\n\tcount([1 | r.type == \"b\"]) == 0").is_empty());
}

#[test]
fn plans_have_known_members() {
    let found = said("\tinput.plan.nonsense == 3");
    assert_eq!(
        found,
        ["main.rego line 5: plans have no \"nonsense\", so this body can say nothing, whatever the plan."]
    );
    assert!(said("\tinput.plan.errored == false").is_empty());
    assert!(said("\tinput.plan == 1\n\tinput.v1.stage == \"plan\"").is_empty());
}
