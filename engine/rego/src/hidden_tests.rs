//! What functions make of something hidden is hidden, whichever function it is, and whatever else it is given.

use super::tests::{ask, compiled, values};
use super::*;
use crate::builtins;

/// Forms in which the secret `hunter2…` may come back: as it is, in capitals, backwards, in base64 and hexadecimal, and
/// the number 918273.
const FORMS: &[&str] = &["hunter", "HUNTER", "retnuh", "aHVudGVy", "68756e746572", "918273"];

/// Those that count what is in a collection, which may be told.
const COUNT: &[&str] = &["count", "walk"];

fn object(pairs: &[(&str, Value)]) -> Value {
    Value::object(pairs.iter().map(|(name, value)| (Value::from(*name), value.clone())).collect())
}

fn secrets() -> Vec<Value> {
    let texts =
        ["hunter2", "{\"hunter2\": [\"hunter2\", 918273, true]}", "hunter2/hunter3", "918273", "true"];
    let mut out: Vec<Value> = texts.iter().map(|text| Value::from(*text)).collect();
    let text = || Value::from("hunter2");
    out.push(918_273_i64.into());
    out.push(Value::array(vec![text(), Value::from("hunter3")]));
    out.push(Value::set(vec![text(), 918_273_i64.into()]));
    out.push(object(&[("hunter2", text()), ("b", object(&[("hunter4", 918_273_i64.into())]))]));
    out.push(Value::array(vec![object(&[
        ("op", "add".into()),
        ("path", "/hunter2".into()),
        ("value", text()),
    ])]));
    out.into_iter().map(Value::hidden).collect()
}

fn others() -> Vec<Value> {
    let text = |text: &str| Value::from(text);
    let secret = || text("hunter2").hidden();
    vec![
        text(""),
        text("/"),
        text("<%s> %v %[1]x %d"),
        text("h"),
        text("a.b"),
        2_i64.into(),
        10_i64.into(),
        Value::Bool(true),
        Value::array(vec![text("k"), text("b")]),
        Value::array(vec![secret(), text("k"), secret()]),
        Value::array(vec![Value::array(vec![secret()]), object(&[("k", secret())])]),
        Value::set(vec![secret(), text("b")]),
        object(&[("k", secret()), ("b", text("open"))]),
        object(&[("k", object(&[("secret", secret())]))]),
        Value::array(vec![object(&[("op", text("add")), ("path", text("/x")), ("value", secret())])]),
    ]
}

/// Scalars that are shown.
fn open(value: &Value, out: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| open(item, out)),
        Value::Set(items) => items.iter().for_each(|item| open(item, out)),
        Value::Object(object) => object.iter().for_each(|(key, item)| {
            open(key, out);
            open(item, out);
        }),
        Value::Secret(_) | Value::Unknown(_) => {}
        plain => out.push(plain.clone()),
    }
}

#[test]
fn no_function_gives_away_what_is_hidden() {
    let (secrets, others) = (secrets(), others());
    let all: Vec<&Value> = secrets.iter().chain(&others).collect();
    let names = ["a", "b", "c", "d"];
    let mut answers = 0;
    for builtin in builtins::all() {
        let arity = builtin.signature.args.len();
        if arity == 0 || arity > names.len() || builtin.name == "rego.parse_module" {
            continue;
        }
        let written: Vec<String> = names.iter().take(arity).map(|name| format!("input.{name}")).collect();
        let text = format!(
            "package p\nimport rego.v1\nr := x if {{ x := {}({}) }}",
            builtin.name,
            written.join(", ")
        );
        let Ok(compiled) = compiled(&text) else { continue };
        // Every operand in every place, with a few others around it.
        for at in 0..arity {
            for (first, operand) in all.iter().enumerate() {
                for round in 0..[1, 1, 7, 3, 2][arity] {
                    let chosen = |place: usize| {
                        if place == at { operand } else { all[(first + round * (place + 1)) % all.len()] }
                    };
                    let operands: Vec<Value> = (0..arity).map(|place| chosen(place).clone()).collect();
                    let input = names.iter().zip(&operands).map(|(name, value)| (*name, value.clone()));
                    let given = values(&compiled, &["data.p.r"], object(&input.collect::<Vec<_>>()));
                    let Some(Ok(Some(given))) = given.into_iter().next() else { continue };
                    answers += 1;
                    held(builtin, &operands, &given.value);
                }
            }
        }
    }
    assert!(answers > 5_000, "{answers}");
}

fn held(builtin: &builtins::Builtin, operands: &[Value], value: &Value) {
    let shown = format!("{} {}", value.to_json(), value.to_json_text());
    // What somebody wrote himself may be shown.
    let written =
        |form: &&&str| !operands.iter().any(|operand| operand.to_json().to_string().contains(**form));
    let leaked = FORMS.iter().filter(written).find(|form| shown.contains(**form));
    assert!(leaked.is_none(), "{} {operands:?} shows {leaked:?}: {shown}", builtin.name);
    if builtin.signature.result == Some(Type::Boolean) || COUNT.contains(&builtin.name) {
        return;
    }
    let (mut given, mut shown) = (Vec::new(), Vec::new());
    operands.iter().for_each(|operand| open(operand, &mut given));
    open(value, &mut shown);
    let all_hidden = given.is_empty();
    let made = shown.iter().find(|shown| all_hidden && !given.contains(shown));
    assert!(made.is_none(), "{} {operands:?} makes {made:?}: {value:?}", builtin.name);
}

#[test]
fn keys_of_something_hidden_are_hidden_and_found() {
    let text = "package p\nimport rego.v1\na := input.s.hunter2\nb := [k | some k, _ in input.s]\n\
                c := object.keys(input.s)\nd := json.unmarshal(input.j)\n\
                e := [p | some p; walk(input.s, [p, \"hunter3\"])]\nf if input.s.hunter2 == \"hunter3\"\n\
                g := object.get(input.s, \"hunter2\", \"none\")\nh := object.get(input.s, \"none\", \"none\")\n\
                i := sprintf(\"%v\", [input.s])\nj if \"hunter2\" in object.keys(input.s)\n\
                k := sprintf(\"%[2]d %[1]s %05[2]d\", [input.s.hunter2, 7])\n\
                l := json.patch({\"msg\": \"m\"}, [{\"op\": \"add\", \"path\": \"/x\", \"value\": input.s.hunter2}])";
    let secret = object(&[("hunter2", "hunter3".into()), ("x", "hunter4".into())]).hidden();
    let json = Value::from("{\"hunter2\": true}").hidden();
    let names: Vec<String> = "abcdefghijkl".chars().map(|c| format!("data.p.{c}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let shown: Vec<String> = ask(text, &names, object(&[("s", secret), ("j", json)]))
        .into_iter()
        .map(|given| given.unwrap().value.to_json().to_string())
        .collect();
    let s = "(sensitive value)";
    let wanted = [
        format!("\"{s}\""),
        format!("[\"{s}\",\"{s}\"]"),
        format!("[\"{s}\",\"{s}\"]"),
        format!("{{\"{s}\":\"{s}\"}}"),
        format!("[[\"{s}\"]]"),
        "true".to_owned(),
        format!("\"{s}\""),
        "\"none\"".to_owned(),
        format!("\"{{{s}: {s}, {s}: {s}}}\""),
        "true".to_owned(),
        format!("\"7 {s} 00007\""),
        format!("{{\"msg\":\"m\",\"x\":\"{s}\"}}"),
    ];
    for ((name, shown), wanted) in names.iter().zip(&shown).zip(&wanted) {
        assert_eq!(shown, wanted, "{name}");
    }
}
