use super::Text;
use crate::value::Value;

fn document() -> String {
    let rows: Vec<String> = (0..40)
        .map(|at| {
            format!(
                "{{\"name\": \"r{at}\\u00e9\\n\", \"zones\": [ ], \"b\": {{}}, \"a\": [{at}, -0.5e+3, true, null, \
                 {{\"text\": \"{}\"}}], \"a\": [\"last one counts\", {at}, {{\"deep\": [[\"{}\"]]}}]}}",
                "x".repeat(at),
                "y".repeat(120)
            )
        })
        .collect();
    format!(" {{\"rows\" : [{}] , \"empty\": {{ }}}}\n", rows.join(" , "))
}

#[test]
fn reads_what_reading_at_once_reads() {
    let text = document();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let value = Text::value(text).unwrap();
    assert_eq!(value, Value::from_json(&json));
    assert_eq!(value.to_json(), json);
    let row = value.get(&"rows".into()).unwrap().get(&3_i64.into()).unwrap();
    assert_eq!(row.get(&"a".into()).unwrap().get(&0_i64.into()), Some(&"last one counts".into()));
    assert_eq!(row.get(&"name".into()), Some(&"r3é\n".into()));
}

#[test]
fn single_members_are_those_of_the_whole() {
    let text = document();
    let whole = Text::value(text.clone()).unwrap();
    let rows =
        |value: &Value| value.get(&"rows".into()).and_then(Value::as_array).map(<[Value]>::to_vec).unwrap();
    let keys = ["a", "b", "zones", "name", "nothing", "", "deep", "x", "a"];
    for (read, looked) in rows(&whole).iter().zip(rows(&Text::value(text).unwrap())) {
        assert!(!read.as_object().unwrap().is_empty());
        for key in keys {
            assert_eq!(looked.get(&key.into()), read.get(&key.into()), "{key}");
        }
        assert_eq!(looked, *read);
    }
    let escaped = format!(
        "{{\"pad\": \"{}\", \"\\u0061\": 1, \"b\": [\"}}\", {{\"a\": 2}}], \"a\\\"\": 3}}",
        "x".repeat(2000)
    );
    let value = Text::value(escaped).unwrap();
    assert_eq!(value.get(&"a".into()), Some(&1_i64.into()));
    assert_eq!(value.get(&"a\"".into()), Some(&3_i64.into()));
    assert_eq!(value.get(&"b\"".into()), None);
}

#[test]
fn leaves_what_is_no_document_to_the_other_reader() {
    for text in [
        "{\"a\": 1,}",
        "[1 2]",
        "[01]",
        "[1.]",
        "[1e]",
        "[\"\\x\"]",
        "[\"a\nb\"]",
        "{\"a\" 1}",
        "[1] 2",
        "[",
        "{\"a\": [}",
        "[\"\\ud8\"]",
        "[tru]",
        "12",
        "[1e9999999999]",
    ] {
        assert!(Text::value(text.to_owned()).is_err(), "{text}");
    }
    assert!(Text::value(format!("{}{}", "[".repeat(2001), "]".repeat(2001))).is_err());
    assert!(Text::value(format!("{}{}", "[".repeat(2000), "]".repeat(2000))).is_ok());
}

#[test]
fn errors_say_where_also_in_long_texts() {
    let text = format!("[{}\"a\n\"]", "1, ".repeat(1000));
    let error = Value::parse_json(&text).unwrap_err();
    assert_eq!((error.message.as_str(), error.offset), ("invalid character '\\n' in string literal", 3003));
}
