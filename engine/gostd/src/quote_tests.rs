use super::*;

#[test]
fn quotes_as_go_does() {
    assert_eq!(
        quote("a\"b\\c\n\u{1}\u{7f}é😀\u{a0}\u{200b}"),
        "\"a\\\"b\\\\c\\n\\x01\\x7fé😀\\u00a0\\u200b\""
    );
    assert_eq!(quote_ascii("é😀"), "\"\\u00e9\\U0001f600\"");
    assert_eq!(quote_char('\'', false), "'\\''");
    assert_eq!(quote("e\u{301}"), "\"e\u{301}\"");
}

#[test]
fn unquotes_literals() {
    assert_eq!(unquote("\"a\\tb\\x41\\u00e9\\101\"").as_deref(), Some("a\tbAéA"));
    assert_eq!(unquote("`a\\n`").as_deref(), Some("a\\n"));
    assert_eq!(unquote("'x'").as_deref(), Some("x"));
    assert_eq!(unquote("\"a\nb\""), None);
    assert_eq!(unquote("\"\\q\""), None);
    assert_eq!(unquote("\"\\xe3\\x81\\x82\"").as_deref(), Some("あ"));
}
