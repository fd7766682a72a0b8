use super::*;

fn try_parse(text: &str) -> String {
    match parse("t", text, &|name| matches!(name, "printf" | "include" | "eq")) {
        Ok(templates) => {
            let root = templates.last().map(|t| t.root.iter().map(ToString::to_string).collect::<String>());
            root.unwrap_or_default()
        }
        Err(e) => e,
    }
}

#[test]
fn trees_print_as_they_were_written() {
    for text in [
        "a{{.b.c}}d",
        "{{if eq .a 1}}x{{else}}y{{end}}",
        "{{range $i, $x := .l}}{{$x.y}}{{end}}",
        "{{(.a | printf \"%d\" ).b}}",
        "{{with $x := .a}}{{$x}}{{end}}",
        "{{template \"n\" .}}",
    ] {
        assert_eq!(try_parse(text).replace(' ', ""), text.replace(' ', ""));
    }
}

#[test]
fn trim_markers_and_comments() {
    assert_eq!(try_parse("a \n{{- .b -}} \n c{{/* x */}} {{- /* y */ -}} d"), "a{{.b}}cd");
}

#[test]
fn errors_have_go_s_words() {
    for (text, want) in [
        ("{{.a", "template: t:1: unclosed action"),
        ("{{if .a}}", "template: t:1: unexpected EOF"),
        ("{{end}}", "template: t:1: unexpected {{end}}"),
        ("{{nope}}", "template: t:1: function \"nope\" not defined"),
        ("{{$x}}", "template: t:1: undefined variable \"$x\""),
        ("{{break}}", "template: t:1: {{break}} outside {{range}}"),
        ("{{if}}{{end}}", "template: t:1: missing value for if"),
        (
            "{{define \"a\"}}1{{end}}{{define \"a\"}}2{{end}}",
            "template: t:1: template: multiple definition of template \"a\"",
        ),
        ("{{.a | 1}}", "template: t:1: non executable command in pipeline stage 2"),
        ("{{\"a}}", "template: t:1: unterminated quoted string"),
        ("\n{{ .a @ }}", "template: t:2: unexpected \"@\" in operand"),
    ] {
        assert_eq!(try_parse(text), want, "{text}");
    }
}
