use super::*;

#[test]
fn prefixes_keep_what_is_certain() {
    for (prefix, want) in [
        ("", ""),
        ("a", ""),
        ("boo", "bo"),
        ("boop\r", "boop"),
        ("boop\r\n", "boop"),
        ("boop\n", "boop"),
        ("boop\n\r", "boop\n"),
        ("é\r\n", "é"),
        ("hello 가", "hello "),
        ("hello 🤷🏽\u{200d}♂\u{fe0f}", "hello "),
        ("hello 🤷🏽\u{200d}♂\u{fe0f} ", "hello 🤷🏽\u{200d}♂\u{fe0f} "),
        ("hello 🤷", "hello "),
        ("hello 🤷\u{200d}", "hello "),
        ("hello \u{1f1e6}", "hello "),
        ("hello \u{1f1e6}\u{1f1e6}", "hello "),
        ("hello \u{1f1e6}\u{1f1e6} ", "hello \u{1f1e6}\u{1f1e6} "),
        ("ami-", "ami-"),
        ("{\"foo\":", "{\"foo\":"),
        ("https://", "https://"),
        ("a\t", "a\t"),
        ("username@", "username@"),
        ("[\"", "[\""),
    ] {
        assert_eq!(safe_prefix(prefix), want, "{prefix:?}");
    }
}

#[test]
fn composes() {
    assert_eq!(nfc("e\u{301}"), "\u{e9}");
}
