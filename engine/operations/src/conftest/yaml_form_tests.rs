use super::documents;

fn shown(text: &str) -> String {
    documents(text).map_or_else(|why| format!("error: {why}"), |value| value.to_json_text())
}

#[test]
fn lines_of_three_signs_part_documents() {
    assert_eq!(shown("a: 1\n---\nb: 2\n"), r#"[{"a":1},{"b":2}]"#);
    assert_eq!(shown("---\na: 1\n"), r#"{"a":1}"#);
    assert_eq!(shown("# c\n---\na: 1\n---\n"), r#"[null,{"a":1},null]"#);
    assert_eq!(shown("a: 1\r\n---\r\nb: 2\n---\nc: 3\n"), r#"[{"a":1},{"b":2}]"#);
    assert_eq!(shown(""), "null");
}

#[test]
fn other_separators_end_what_is_read() {
    assert_eq!(shown("a: 1\n--- # c\nb: 2\n"), r#"{"a":1}"#);
    assert_eq!(shown("a: 1\n...\n---\nb: 2\n"), r#"[{"a":1},{"b":2}]"#);
}

#[test]
fn directives_belong_to_the_first_document() {
    assert_eq!(shown("%YAML 1.1\n---\na: yes\n"), r#"{"a":true}"#);
    assert_eq!(shown("%YAML 1.1\n---\na: 1\n---\nb: 010\n"), r#"[{"a":1},{"b":8}]"#);
}

#[test]
fn what_no_float_has_room_for_is_refused() {
    assert!(shown("a: {b: [1\n").starts_with("error: unmarshal yaml: "));
    assert!(shown("a: 1\n---\nb: .inf\n").starts_with("error: unmarshal multiple documents: "));
}
