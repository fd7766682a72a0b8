//! References without evaluation.

use ordain_diag::FileId;

use super::*;
use crate::parse::{parse_expr, parse_json, parse_native};

fn names(found: &[Traversal]) -> Vec<String> {
    let name = |traversal: &Traversal| {
        let steps = traversal.steps().iter().map(|step| match step {
            crate::ast::TraversalStep::Attr(name) => format!(".{}", name.text),
            crate::ast::TraversalStep::Index(step) => format!("[{:?}]", step.key),
        });
        format!("{}{}", traversal.root().text, steps.collect::<String>())
    };
    found.iter().map(name).collect()
}

#[test]
fn expressions() {
    for (text, expected) in [
        ("a.b[0][\"c\"].d", vec!["a.b[0][\"c\"].d"]),
        ("f(a.b, \"${c.d}%{ if e }${g}%{ endif }\")", vec!["a.b", "c.d", "e", "g"]),
        ("[for k, v in a.b : \"${k}${v}${c}\" if v]", vec!["a.b", "c"]),
        ("{for v in [1] : v => v}[v]", vec!["v"]),
        ("a[*].b[c].d.*.e", vec!["a", "c"]),
        ("{a = b, (c) = d}", vec!["b", "c", "d"]),
        ("a.b[c.d].e", vec!["a.b", "c.d"]),
    ] {
        assert_eq!(names(&references(&parse_expr(FileId(0), text).0)), expected, "{text}");
    }
}

#[test]
fn bodies_of_unknown_schema() {
    let text = "a = b.c\ndynamic \"x\" {\n  for_each = x.y\n  content {\n    v = x.value + z.w\n  }\n}\ndynamic \"q\" {\n  for_each = []\n  iterator = it\n  labels = [it.key]\n  content {\n    v = it.value + q.w\n  }\n}\n";
    assert_eq!(names(&body_references(&parse_native(FileId(0), text).0)), ["b.c", "x.y", "z.w", "q.w"]);
    let text = r#"{"a": "${b.c}", "//": "${no}", "dynamic": {"x": [{"for_each": "${x.y}", "content": {"v": "${x.value} ${z.w}"}}]}}"#;
    assert_eq!(names(&body_references(&parse_json(FileId(0), text).0)), ["b.c", "x.y", "z.w"]);
}
