//! Errors and trees of native syntax.

use ordain_diag::FileId;

use super::*;
use crate::ast::{Body, ExprKind, NativeBody, TemplatePart};

fn native(text: &str) -> (NativeBody, Vec<String>) {
    let (body, found) = parse_native(FileId(0), text);
    let Body::Native(body) = body else { panic!("not native") };
    (body, describe(text, &found))
}

fn describe(text: &str, found: &Diagnostics) -> Vec<String> {
    let mut sources = ordain_diag::Sources::new();
    sources.add("main.tf", text);
    found
        .iter()
        .map(|finding| {
            let (_, at) = sources.locate(finding.span.unwrap()).unwrap();
            format!("{}:{} {}", at.line, at.column, finding.summary)
        })
        .collect()
}

fn text_of(text: &str) -> String {
    let (body, errors) = native(text);
    assert_eq!(errors, Vec::<String>::new(), "{text}");
    match &body.attributes[0].expr.kind {
        ExprKind::String(text) => text.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Text, and findings in the order of the reference implementation.
const ERRORS: &[(&str, &[&str])] = &[
    ("a = \n", &["1:5 Invalid expression"]),
    ("a = 1 +\n", &["1:8 Invalid expression"]),
    ("a = [1 2]\n", &["1:8 Missing item separator"]),
    ("a = {a 1}\n", &["1:8 Missing key/value separator"]),
    ("a = {a}\n", &["1:7 Missing key/value separator"]),
    ("a = {a = 1 b = 2}\n", &["1:12 Missing attribute separator"]),
    ("a = foo(1 2)\n", &["1:11 Missing argument separator"]),
    ("a = [1,\n", &["2:1 Missing expression"]),
    ("a = (1 2)\n", &["1:8 Unbalanced parentheses"]),
    ("a = \"${a:b}\"\n", &["1:9 Extra characters after interpolation expression"]),
    ("a = \"%{ foo }\"\n", &["1:9 Invalid template control keyword"]),
    ("a = \"%{ if x }\"\n", &["1:15 Unexpected end of template"]),
    ("a = \"\\q\"\n", &["1:6 Invalid escape sequence"]),
    ("a = foo.\n", &["1:9 Invalid attribute name"]),
    ("a = foo.*.*\n", &["1:11 Nested splat expression not allowed"]),
    ("a = 1.2.3\n", &["1:5 Invalid number literal"]),
    ("a = a ? b\n", &["1:10 Missing false expression in conditional"]),
    ("a = 1;\nb = 2;\n", &["1:6 Invalid character", "1:6 Missing newline after argument"]),
    ("a = 'x'\n", &["1:5 Invalid character", "1:5 Invalid expression"]),
    ("a: 1\n", &["1:1 Argument or block definition required"]),
    ("\"a\" = 1\n", &["1:1 Invalid argument name"]),
    ("b {\n", &["1:3 Unclosed configuration block"]),
    ("b \"x\"\n{\n}\n", &["1:6 Invalid block definition"]),
    ("b { a = 1, b = 2 }\n", &["1:10 Invalid single-argument block definition"]),
    ("b { } c { }\n", &["1:7 Missing newline after block definition"]),
    ("a = 1\na = 2\n", &["2:1 Attribute redefined"]),
    ("b \"${x}\" {\n}\n", &["1:4 Invalid string literal"]),
    ("a = [for x in y: x => y]\n", &["1:18 Invalid 'for' expression"]),
    ("a = {for x in y: x}\n", &["1:18 Invalid 'for' expression"]),
    ("a = <<EOT\nx\n", &["3:1 Unterminated template string"]),
    ("a = ..b\n", &["1:5 Invalid expression", "1:6 Invalid attribute name"]),
    ("a = b.c. == 1\n", &["1:10 Invalid attribute name"]),
    ("a = [[1]].*.0.1\n", &["1:11 Invalid legacy index syntax"]),
    ("a = f(\"x\"#)\n", &["1:5 Unterminated function call"]),
    // The rest of the text is lost with the brace.
    ("b { a \"x\" }\nc = 1\nc = 2\n", &["1:5 Argument definition required"]),
    ("b { a }\nc = 1\nc = 2\n", &["1:5 Argument or block definition required"]),
    (
        "b { a \"x\"\n\n}\nc = 1\nc = 2\n",
        &[
            "1:5 Argument definition required",
            "2:1 Invalid single-argument block definition",
            "5:1 Attribute redefined",
        ],
    ),
    ("b { a = )\n\n}\n", &["1:9 Invalid expression", "2:1 Invalid single-argument block definition"]),
    (
        "a = <<EOT abc\nx\nEOT\n",
        &[
            "1:5 Invalid expression",
            "2:1 Argument or block definition required",
            "3:1 Argument or block definition required",
        ],
    ),
];

#[test]
fn errors_are_those_of_the_reference() {
    for (text, expected) in ERRORS {
        let (_, found) = native(text);
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn several_errors_and_everything_that_could_be_read() {
    let (body, found) = native("a = ]\nb = 2\nc = ]\nd {\n  e = @\n  f = 3\n}\ng = 4\n");
    // What is like an error before it is held back, as Terraform does.
    assert_eq!(found, ["5:7 Invalid character", "1:5 Invalid expression"]);
    let names: Vec<&str> = body.attributes.iter().map(|attribute| &*attribute.name.text).collect();
    assert_eq!(names, ["a", "b", "c", "g"]);
    assert_eq!(body.blocks.len(), 1);
}

#[test]
fn nesting_is_limited_by_an_error() {
    for unit in ["[", "(", "{x=", "f(", "!", "${\"", "b[", "1+", "a?b:"] {
        let (_, found) = native(&format!("a = {}", unit.repeat(20_000)));
        assert!(!found.is_empty() && found.len() < 5, "{unit}: {found:?}");
    }
    for text in [format!("a = b{}\n", "[x]".repeat(20_000)), "b {\n".repeat(20_000)] {
        assert_eq!(native(&text).1.len(), 1);
    }
    let (_, found) = native(&format!("a = {}{}\n", "[".repeat(100_000), "]".repeat(100_000)));
    assert_eq!(found.len(), 1);
    let (_, found) = native(&format!("a = {}{}\n", "[".repeat(300), "]".repeat(300)));
    assert_eq!(found.len(), 0);
}

#[test]
fn signs_before_braces() {
    for (written, text) in [
        ("$${x}", "${x}"),
        ("$$${x}", "$${x}"),
        ("%%{x", "%{x"),
        ("$", "$"),
        ("$$", "$$"),
        ("%%%%{", "%%%{"),
        ("a\\n\\t\\\"\\\\\\u00e9\\U0001F600", "a\n\t\"\\é😀"),
        ("e\u{301}", "é"),
    ] {
        assert_eq!(text_of(&format!("a = \"{written}\"\n")), text, "{written}");
    }
}

#[test]
fn heredocs() {
    for (written, text) in [
        ("<<EOT\n  a\n b\nEOT\n", "  a\n b\n"),
        ("<<-EOT\n  a\n b\n  EOT\n", " a\nb\n"),
        ("<<-EOT\n    a\n\n  \n   b\n  EOT\n", " a\n\n  \nb\n"),
        ("<<E-1\r\na\r\nE-1\r\n", "a\r\n"),
        ("<<EOT\n$${a} \\n\nEOT\n", "${a} \\n\n"),
        ("<<EOT\nEOT\n", ""),
    ] {
        assert_eq!(text_of(&format!("a = {written}")), text, "{written}");
    }
}

#[test]
fn trim_markers_take_white_space_beside_them() {
    let (body, _) = native("a = \"x  ${~ y ~}  z %{ if q ~} w %{~ endif }\"\n");
    let ExprKind::Template(parts) = &body.attributes[0].expr.kind else { panic!() };
    let TemplatePart::Literal(first, _) = &parts[0] else { panic!() };
    let TemplatePart::Literal(second, _) = &parts[2] else { panic!() };
    let TemplatePart::If(directive) = &parts[3] else { panic!() };
    let TemplatePart::Literal(inside, _) = &directive.then[0] else { panic!() };
    assert_eq!((&**first, &**second, &**inside), ("x", "z ", "w"));
}

#[test]
fn spans_are_exact() {
    let text = "\u{feff}a = foo.bar[\"x\"].*.b + max(1, [2]...) # c\n";
    let (body, errors) = native(text);
    assert!(errors.is_empty());
    let span = body.attributes[0].expr.span;
    assert_eq!(&text[span.start as usize..span.end as usize], "foo.bar[\"x\"].*.b + max(1, [2]...)");
}
