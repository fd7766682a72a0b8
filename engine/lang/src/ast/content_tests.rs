//! Bodies by schema, in both syntaxes.

use ordain_diag::FileId;

use super::*;
use crate::ast::{Expr, ExprKind, ObjectKey};
use crate::parse::{parse_json, parse_native};

fn schema() -> BodySchema {
    BodySchema::new(&[("value", true), ("count", false)], &[("nested", &[]), ("resource", &["type", "name"])])
}

fn summaries(found: &Diagnostics) -> Vec<String> {
    found.iter().map(|finding| format!("{}: {}", finding.summary, finding.detail)).collect()
}

fn starts(found: &Diagnostics) -> Vec<&str> {
    found.iter().map(|finding| &*finding.summary).collect()
}

#[test]
fn native_content_reports_what_does_not_belong() {
    let text = "cuont = 1\nnested = 2\nnestd {\n}\ncount {\n}\nresource \"a\" {\n}\nnested \"x\" {\n}\n";
    let (body, _) = parse_native(FileId(0), text);
    let (_, found) = body.content(&schema());
    assert_eq!(
        summaries(&found),
        [
            "Missing required argument: The argument \"value\" must be set here, but is not.",
            "Missing name for resource: Blocks of type \"resource\" have 2 labels (type, name).",
            "Extraneous label for nested: Blocks of type \"nested\" have no labels.",
            "Unsupported argument: An argument named \"cuont\" is not expected here. Did you mean \"count\"?",
            "Unsupported argument: An argument named \"nested\" is not expected here. To write a block of type \"nested\", leave out the equals sign.",
            "Unsupported block type: Blocks of type \"nestd\" are not expected here. Did you mean \"nested\"?",
            "Unsupported block type: Blocks of type \"count\" are not expected here. To set the argument \"count\", write an equals sign after its name.",
        ]
    );
}

#[test]
fn partial_content_leaves_the_rest() {
    let rest_schema = BodySchema::new(&[("other", false)], &[("more", &[])]);
    for (json, text) in [
        (false, "value = 1\nother = 2\nnested {\n}\nmore {\n}\n"),
        (true, r#"{"value": 1, "other": 2, "nested": {}, "more": [{}], "//": "c"}"#),
    ] {
        let (body, found) = if json { parse_json(FileId(0), text) } else { parse_native(FileId(0), text) };
        assert!(found.is_empty());
        let (content, rest, found) = body.partial_content(&schema());
        assert!(found.is_empty(), "{found:?}");
        assert!(content.attribute("value").is_some() && content.attributes.len() == 1);
        assert_eq!(content.blocks_of("nested").count(), 1);
        let (content, found) = rest.content(&rest_schema);
        assert!(found.is_empty(), "{found:?}");
        assert_eq!((content.attributes.len(), content.blocks.len()), (1, 1));
    }
}

#[test]
fn json_labels_are_nested_objects_or_arrays() {
    let text =
        r#"{"value": "a${b}", "resource": [{"t": [{"a": {}}, {"b": [{"x": 1}, {}]}]}, {"u": {"c": null}}]}"#;
    let (body, _) = parse_json(FileId(0), text);
    let (content, found) = body.content(&schema());
    assert!(found.is_empty(), "{found:?}");
    let labels: Vec<String> = content
        .blocks
        .iter()
        .map(|block| block.labels.iter().map(|label| &*label.text).collect::<Vec<_>>().join("."))
        .collect();
    assert_eq!(labels, ["t.a", "t.b", "t.b"]);
}

#[test]
fn json_findings() {
    for (text, expected) in [
        (r#"{"value": 1, "nested": 5}"#, "Incorrect JSON value type"),
        (r#"{"value": 1, "resource": {}}"#, "Missing block label"),
        (r#"{"value": 1, "coutn": 2}"#, "Extraneous JSON object property"),
        (r#"{"count": 1}"#, "Missing required argument"),
        (r#"{"value": 1, "value": 2}"#, "Duplicate argument"),
    ] {
        let (body, found) = parse_json(FileId(0), text);
        assert!(found.is_empty());
        assert_eq!(starts(&body.content(&schema()).1), [expected], "{text}");
    }
}

#[test]
fn json_syntax_errors() {
    for (text, expected) in [
        (r#"{"a": 1,}"#, "Trailing comma in object"),
        (r#"{"a": tru}"#, "Invalid JSON keyword"),
        (r#"{"a": 01}"#, "Invalid JSON number"),
        (r#"{"a": 1 "b": 2}"#, "Missing attribute seperator comma"),
        (r#"{"a" 1}"#, "Missing property value colon"),
        (r#"{"a": }"#, "Missing JSON value"),
        (r#"{"a": [1,]}"#, "Trailing comma in array"),
        (r#"{"a": "\q"}"#, "Invalid JSON string"),
        (r#"{"a": 1"#, "Unclosed object"),
        ("{} {}", "Extraneous data after value"),
        ("\"x\"", "Root value must be object"),
        ("// x", "Invalid start of value"),
        ("", "Missing value"),
        (r#"{"a"}"#, "Missing object value"),
    ] {
        let (_, found) = parse_json(FileId(0), text);
        assert_eq!(starts(&found).first().copied(), Some(expected), "{text}");
    }
    let (_, found) = parse_json(FileId(0), &"[".repeat(100_000));
    assert_eq!(starts(&found), ["Too deeply nested", "Root value must be object"]);
}

#[test]
fn json_goes_on_behind_what_is_broken() {
    const COMMA: &str = "Missing attribute seperator comma";
    const ROOT: &str = "Root value must be object";
    for (text, expected) in [
        (r#"{"a": {"b": 1,}}"#, &["Trailing comma in object"][..]),
        (r#"{"a": {b: 1}}"#, &["Invalid JSON keyword", "Invalid object property name", COMMA, ROOT]),
        (r#"{"a": [1 2], "b": tru}"#, &[COMMA, "Invalid JSON keyword"]),
        (r#"{"a": {"b": [1,]}}"#, &["Trailing comma in array", "Mismatched braces"]),
        (r#"{"a": {"b": 1"#, &["Unclosed object", "Unclosed object", ROOT]),
    ] {
        let (_, found) = parse_json(FileId(0), text);
        assert_eq!(starts(&found), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_in_json_expressions_is_told_when_they_are_evaluated() {
    let (body, _) = parse_json(FileId(0), r#"{"value": "${1 +}"}"#);
    let (content, found) = body.content(&schema());
    assert!(found.is_empty(), "{found:?}");
    let ExprKind::Json(text) = &content.attributes[0].expr.kind else { panic!("no text") };
    assert_eq!(starts(&text.problems), ["Invalid expression"]);
    let (body, _) = parse_json(FileId(0), r#"{"value": {"a": 1, "a": 2}}"#);
    let (content, found) = body.content(&schema());
    assert!(found.is_empty(), "{found:?}");
    let ExprKind::Object(items) = &content.attributes[0].expr.kind else { panic!("no object") };
    let ObjectKey::Expr(Expr { kind: ExprKind::Json(first), .. }) = &items[0].key else { panic!("no key") };
    assert_eq!((items.len(), starts(&first.problems)), (1, vec!["Duplicate object attribute"]));
    for text in [r#"{"value": {"${null}": 1}}"#, r#"{"value": {"${[1]}": 1}}"#] {
        let (body, _) = parse_json(FileId(0), text);
        let (content, _) = body.content(&schema());
        let (_, found) =
            crate::eval::evaluate(&content.attributes[0].expr, &crate::eval::tests_scope::Names(vec![]));
        assert_eq!(starts(&found), ["Invalid object key expression"]);
    }
}
