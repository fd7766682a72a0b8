use super::rules;

fn shown(text: &str) -> String {
    rules(text).map_or_else(|why| format!("error: {why}"), |json| json.to_string())
}

#[test]
fn patterns_owners_and_comments() {
    assert_eq!(
        shown("# c\n\n*\t@a @b-c_d\n/docs/ a.b@c.org @org/team # who\nfoo\\ bar @z\nnone\n"),
        concat!(
            r#"{"rules":[{"comment":"","lineNumber":3,"owners":[{"type":"username","value":"a"},"#,
            r#"{"type":"username","value":"b-c_d"}],"pattern":"*"},"#,
            r#"{"comment":"who","lineNumber":4,"owners":[{"type":"email","value":"a.b@c.org"},"#,
            r#"{"type":"team","value":"org/team"}],"pattern":"/docs/"},"#,
            r#"{"comment":"","lineNumber":5,"owners":[{"type":"username","value":"z"}],"pattern":"foo\\ bar"},"#,
            r#"{"comment":"","lineNumber":6,"owners":[],"pattern":"none"}]}"#,
        )
    );
    assert_eq!(shown("# nothing\n"), r#"{"rules":null}"#);
}

#[test]
fn what_is_no_rule() {
    for (text, why) in [
        ("x[y] @q", "line 1: unexpected character '[' at position 2"),
        ("a\n/docs/ a@b.c @o", "line 2: invalid owner format 'a@b.c' at position 8"),
        ("a @é", "line 1: unexpected character 'é' at position 4"),
        ("a @o/t/u", "line 1: invalid owner format '@o/t/u' at position 3"),
        ("a*** @o", "line 1: pattern cannot contain three consecutive asterisks"),
    ] {
        assert_eq!(shown(text), format!("error: {why}"), "{text}");
    }
}
