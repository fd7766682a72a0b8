use super::*;

/// What Conftest's library gives without an environment; none where it refuses.
const FILES: &[(&str, Option<&str>)] = &[
    ("A=1\nB=$A\nexport C=\"x\\ny\"\n", Some(r##"{"A": "1", "B": "1", "C": "x\ny"}"##)),
    ("A=\"multi\nline\"\nB='$A'", Some(r##"{"A": "multi\nline", "B": "$A"}"##)),
    ("A: b # c\nD=${A}x\\$A", Some(r##"{"A": "b", "D": "bx$A"}"##)),
    ("X=\"a\\\"b\" # d", Some(r##"{"X": "a\"b"}"##)),
    ("A=\"open", None),
    ("nonsense", None),
    ("export NOPE", None),
    ("UNSET=$NOT_THERE.", Some(r##"{"UNSET": "."}"##)),
];

#[test]
fn variables_have_values() {
    for (text, wanted) in FILES {
        let wanted: Option<Json> = wanted.map(|text| serde_json::from_str(text).unwrap());
        assert_eq!(variables(text, &BTreeMap::new()).ok(), wanted, "{text}");
    }
}

#[test]
fn the_environment_comes_first() {
    let env = BTreeMap::from([("A".to_owned(), "outside".to_owned())]);
    assert_eq!(variables("A=1\nB=$A", &env).unwrap(), json!({ "A": "1", "B": "outside" }));
}
