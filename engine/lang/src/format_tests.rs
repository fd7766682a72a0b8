//! Files before and after, as the reference formats them.

use super::*;

fn formatted(text: &str) -> String {
    format_native(FileId(0), text).0
}

const EXAMPLES: &[(&str, &str)] = &[
    ("a=1\n", "a = 1\n"),
    ("a=1", "a = 1"),
    ("\u{feff}a=1\r\n", "a = 1\r\n"),
    ("resource foo bar {\n}\n", "resource \"foo\" \"bar\" {\n}\n"),
    ("resource \"a\" /* c */ \"b\" {\n}\n", "resource \"a\" \"b\" {\n}\n"),
    ("a = \"${b}\"\nc = \"${d}x\"\n", "a = b\nc = \"${d}x\"\n"),
    ("a = \"${\n  f\n}\"\n", "a = f\n"),
    ("a = \"${b ? c :\nd}\"\n", "a = (b ? c :\nd)\n"),
    ("variable \"x\" {\n  type = \"list\"\n}\n", "variable \"x\" {\n  type = list(string)\n}\n"),
    ("variable \"x\" {\n  type = map\n}\n", "variable \"x\" {\n  type = map(any)\n}\n"),
    ("a = 1\nbb = 2 # c\n\nccc = 3 // d\n", "a  = 1\nbb = 2 # c\n\nccc = 3 // d\n"),
    ("a = \"日本\" # c\nbb = 2 # d\n", "a  = \"日本\" # c\nbb = 2    # d\n"),
    ("a = [{\nb = 1\n}, {\nc = 2\n}]\n", "a = [{\n  b = 1\n  }, {\n  c = 2\n}]\n"),
    ("a = [\n1,\n  2,\n    ]\n", "a = [\n  1,\n  2,\n]\n"),
    ("a = - 1\nb = c - -d\ne = !  f\n", "a = -1\nb = c - -d\ne = !f\n"),
    ("a = [for x in [ 1 ]:x]\n", "a = [for x in [1] : x]\n"),
    ("a = {for k,v in x:k=>v...}\n", "a = { for k, v in x : k => v... }\n"),
    ("a = b?c:d\n", "a = b ? c : d\n"),
    ("a = provider :: foo :: bar (1 , 2 ...)\n", "a = provider::foo::bar(1, 2...)\n"),
    ("a = \"%{ if x ~} y %{~ endif }\"\n", "a = \"%{if x~} y %{~endif}\"\n"),
    ("a = \"${ { b = 1 } }x\"\n", "a = \"${ { b = 1 } }x\"\n"),
    ("a = <<EOT\n  ${ x }\n  y\nEOT\nbbb = 1\n", "a   = <<EOT\n  ${x}\n  y\nEOT\nbbb = 1\n"),
    ("a {\nb=<<-E\n    ${f({\n  c = 1\n})}\n  E\n}\n", "a {\n  b = <<-E\n    ${f({\n  c = 1\n})}\n  E\n}\n"),
    ("b {}\nc { }\nd {\n}\n", "b {}\nc {}\nd {\n}\n"),
    ("a = b /* c */  ", "a = b /* c */  "),
    ("x {\n  variable \"a\" { type = \"list\" }\n}\n", "x {\n  variable \"a\" { type = \"list\" }\n}\n"),
    ("b \"e\\u0301\" \"\\u0009\" \"\u{200b}\" {}\n", "b \"é\" \"\\t\" \"\\u200b\" {}\n"),
    ("b \"t$e\" \"$${q}\" {}\n", "b \"t$e\" \"$${q}\" {}\n"),
    ("\u{feff}", "   "),
    ("   \n\n# c\n      # d\na {\n# e\n}\n   ", "\n\n# c\n# d\na {\n  # e\n}\n   "),
];

#[test]
fn files_before_and_after() {
    for (before, after) in EXAMPLES {
        assert_eq!(formatted(before), *after, "{before}");
        assert_eq!(formatted(after), *after, "again: {before}");
    }
}

#[test]
fn a_broken_file_stays_as_it_is() {
    let text = "a   = ]\nb=1\n";
    let (same, found) = format_native(FileId(0), text);
    assert_eq!(same, text);
    assert!(found.has_errors());
}
