use std::io::Write;

use super::LaidOut;

/// In one piece, and cut everywhere: a piece may end within a character.
fn lay_out(text: &str) -> String {
    let of = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let mut out = LaidOut::new();
        pieces.for_each(|piece| out.write_all(piece).unwrap());
        String::from_utf8(out.done()).unwrap()
    };
    let whole = of(&mut std::iter::once(text.as_bytes()));
    assert_eq!(of(&mut text.as_bytes().chunks(1)), whole);
    assert_eq!(of(&mut text.as_bytes().chunks(3)), whole);
    whole
}

#[test]
fn brackets_break_lines_unless_they_are_empty() {
    assert_eq!(lay_out("{}"), "{}\n");
    assert_eq!(lay_out("[ ]"), "[]\n");
    assert_eq!(
        lay_out(r#"{"a":[1,[],{"b":"["}], "c":{}}"#),
        "{\n  \"a\": [\n    1,\n    [],\n    {\n      \"b\": \"[\"\n    }\n  ],\n  \"c\": {}\n}\n"
    );
}

#[test]
fn strings_are_kept_but_for_what_go_escapes() {
    assert_eq!(lay_out(r#""a\"{b}\\""#), "\"a\\\"{b}\\\\\"\n");
    assert_eq!(lay_out("\"<b> & c\""), "\"\\u003cb\\u003e \\u0026 c\"\n");
    // The two separators, and characters that begin like them.
    assert_eq!(lay_out("\"\u{2028}\u{2029}\u{2027}\u{20ac}é\""), "\"\\u2028\\u2029\u{2027}\u{20ac}é\"\n");
}
