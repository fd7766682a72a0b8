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
    let meant = "main.rego line 5: plans have no \"resource_change\", so this body can say nothing, whatever the \
                 plan. Did you mean \"resource_changes\"?";
    for body in [
        "\tsome c in input.resource_change",
        "\tx := input.resource_change[_].address",
        "\tr.index >\n\t\tinput.resource_change[0].index",
        "\tinput.plan.resource_change[_].mode != \"data\"",
    ] {
        let line = if body.contains(">\n") { meant.replace("line 5", "line 6") } else { meant.to_owned() };
        assert_eq!(said(body), [line], "{body}");
    }
    for body in [
        "\tnot input.resource_change",
        "\tnot r.index ==\n\t\tinput.resource_change",
        "\tcount([r | r := input.resource_change[_]]) == 0",
        "\tevery r in input.resource_change { r }",
        "\tx := data.main.other with input as input.resource_change",
        "\tr.input.resource_change",
    ] {
        assert!(said(body).is_empty(), "{body}");
    }
    let head = "package main\n\ndeny contains [r | r := input.resource_change[_]] if {\n\ttrue\n}\n";
    let (bundle, found) = Bundle::new([("main.rego".to_owned(), head.to_owned())].into());
    assert!(contradictions(&bundle.unwrap_or_else(|| panic!("{found:?}"))).is_empty());
    assert!(said("\tinput.plan.errored == false").is_empty());
    assert!(said("\tinput.plan == 1\n\tinput.v1.stage == \"plan\"").is_empty());
}
