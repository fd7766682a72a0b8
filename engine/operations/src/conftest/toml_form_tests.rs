use super::document;

#[test]
fn times_are_texts_with_an_offset() {
    let text = "a = 1979-05-27T07:32:00Z\nb = 1979-05-27T00:32:00.999000-07:00\nc = 1979-05-27 07:32:00.5\n\
                d = 1979-05-27\ne = 07:32:00\nf = 1979-05-27t07:32:00+00:00\ng = 07:32\n";
    let expected = r#"{"a":"1979-05-27T07:32:00Z","b":"1979-05-27T00:32:00.999-07:00","c":"1979-05-27T07:32:00.5Z","d":"1979-05-27T00:00:00Z","e":"0000-01-01T07:32:00Z","f":"1979-05-27T07:32:00Z","g":"0000-01-01T07:32:00Z"}"#;
    assert_eq!(document(text).unwrap().to_json_text(), expected);
}

#[test]
fn integers_keep_their_digits_and_floats_are_floats() {
    let text = "a = 9007199254740993\nb = 9007199254740993.0\nc = 0xDEAD_BEEF\nd = 1e21\ne = [1_000, {}]\n";
    let expected =
        r#"{"a":9007199254740993,"b":9.007199254740992e+15,"c":3735928559,"d":1e+21,"e":[1000,{}]}"#;
    assert_eq!(document(text).unwrap().to_json_text(), expected);
    assert!(document("a = -inf\n").unwrap_err().contains("has no place"));
}
