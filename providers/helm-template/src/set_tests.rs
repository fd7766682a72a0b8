use super::*;

fn set(kind: SetKind, text: &str) -> String {
    let mut table = Table::new();
    match set_into(kind, text, &mut table, &|path| Err(format!("open {path}: no such file or directory"))) {
        Ok(()) => Data::Map(table).to_json().to_string(),
        Err(e) => format!("error: {e}"),
    }
}

#[test]
fn expressions() {
    for (text, want) in [
        ("a=1,b=x", r#"{"a":1,"b":"x"}"#),
        ("a.b.c=true", r#"{"a":{"b":{"c":true}}}"#),
        ("a[1].b=2", r#"{"a":[null,{"b":2}]}"#),
        ("a={1,x},b=2", r#"{"a":[1,"x"],"b":2}"#),
        ("a=", r#"{"a":""}"#),
        ("a=null,b=007,c=1.5", r#"{"a":null,"b":"007","c":"1.5"}"#),
        ("a\\.b=1", r#"{"a.b":1}"#),
        ("a=x\\,y", r#"{"a":"x,y"}"#),
        ("a[0][1]=1", r#"{"a":[[null,1]]}"#),
        ("a", "error: key \"a\" has no value"),
        ("a,b=1", "error: key \"a\" has no value (cannot end with ,)"),
        ("a={1", "error: list must terminate with '}'"),
        ("a[-1]=1", "error: negative -1 index not allowed"),
    ] {
        assert_eq!(set(SetKind::Typed, text), want, "{text}");
    }
    assert_eq!(set(SetKind::Text, "a=1"), r#"{"a":"1"}"#);
    assert_eq!(set(SetKind::Json, "a={\"b\":[1,2]},c=3"), r#"{"a":{"b":[1,2]},"c":3}"#);
    assert_eq!(set(SetKind::Literal, "a=x,y=z"), r#"{"a":"x,y=z"}"#);
    assert_eq!(set(SetKind::File, "a=nope"), "error: open nope: no such file or directory");
}
