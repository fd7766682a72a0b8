use super::*;

/// What Conftest gives; none where it refuses.
const ROWS: &[(&str, Option<&str>)] = &[
    (
        "top=1\n[server]\nport = 8080\ntls=true ; yes\nname: \"a b\"\n[DEFAULT]\nx=1\n",
        Some(r##"{"server": {"name": "a b", "port": 8080, "tls": true}}"##),
    ),
    (
        "[a]\nk=one \\\n two\nk2=`raw # x`\n-=x\n-=y\n[b]\n-=z\nt=T\nn=0x10p0\nbig=1e999",
        Some(
            r##"{"a": {"#1": "x", "#2": "y", "k": "one two", "k2": "raw # x"}, "b": {"#1": "z", "big": "1e999", "n": 16, "t": true}}"##,
        ),
    ),
    (
        "[a]\n\"q=k\"=v\nm=\"\"\"l1\nl2\"\"\"\n'k'='it''s'",
        Some(r##"{"a": {"'k'": "'it''s'", "m": "l1\nl2", "q=k": "v"}}"##),
    ),
    ("[a\n", None),
    ("[a]\nno sign\n", None),
    ("[a]\nk=inf", None),
    ("\u{feff}[a]\nk=%(x)s", Some(r##"{"a": {"k": "%(x)s"}}"##)),
];

#[test]
fn what_conftest_gives() {
    for (text, wanted) in ROWS {
        let wanted = wanted.map(|text| serde_json::from_str::<Json>(text).unwrap());
        assert_eq!(sections(text).ok().as_ref().map(floats), wanted.as_ref().map(floats), "{text}");
    }
}

/// Numbers as floats, whatever they were written as.
fn floats(value: &Json) -> Json {
    match value {
        Json::Number(number) => json!(number.as_f64()),
        Json::Object(members) => members.iter().map(|(name, value)| (name.clone(), floats(value))).collect(),
        other => other.clone(),
    }
}
