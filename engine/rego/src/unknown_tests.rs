use super::*;
use crate::{BuiltinEnv, CompileOptions, Compiled, Error, Given, Limits, Policies, Request, Trail, Version};

/// What rules of a text give under an input.
pub(super) fn ask(text: &str, rules: &[&str], input: Value) -> Vec<Option<Given>> {
    let compiled = compiled(text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    let found = values(&compiled, rules, input).into_iter();
    found.map(|given| given.unwrap_or_else(|why| panic!("{why}\n{text}"))).collect()
}

pub(super) fn compiled(text: &str) -> Result<Compiled, Vec<Error>> {
    let mut policies = Policies::new(Version::V1);
    policies.add(text);
    policies.compile(&Value::object(Vec::new()), CompileOptions::default())
}

pub(super) fn values(compiled: &Compiled, rules: &[&str], input: Value) -> Vec<Result<Option<Given>, Error>> {
    let request = Request {
        input: Some(input),
        data: Value::object(Vec::new()),
        strict_errors: false,
        limits: Limits::default(),
        cover: false,
        veiled: true,
        reveal: None,
    };
    compiled.values(rules, request, BuiltinEnv::new(0), &mut Trail::default())
}

pub(super) fn waits(path: &str) -> Waits {
    Waits::one(Wait { of: "a.b".into(), path: path.into() })
}

fn hole(ty: Type) -> Unknown {
    Unknown::new(ty, waits("x"))
}

fn object(pairs: &[(&str, Value)]) -> Value {
    Value::object(pairs.iter().map(|(name, value)| (Value::from(*name), value.clone())).collect())
}

/// `yes`, `no` or `maybe`: whether a body holds with `input.x` unknown.
fn truth(body: &str, x: Unknown) -> &'static str {
    let text = format!("package p\nimport rego.v1\nh if {{ {body} }}");
    let input = object(&[("x", x.value()), ("known", Value::from("moon"))]);
    match ask(&text, &["data.p.h"], input).remove(0) {
        None => "no",
        Some(given) if given.open.is_certain() => "yes",
        Some(_) => "maybe",
    }
}

#[test]
fn what_is_known_of_a_value_decides() {
    let string = || hole(Type::String);
    let placed = || Unknown { prefix: Some("eu-west".into()), ..hole(Type::String) };
    let maybe_null = || hole(Type::one_of([Type::String, Type::Null]));
    let number = || Unknown {
        bounds: (Some((Number::from(3_i64), true)), Some((Number::from(9_i64), false))),
        ..hole(Type::Number)
    };
    let list = || Unknown { length: (1, Some(2)), ..hole(Type::array(Type::String)) };
    for (body, x, wanted) in [
        ("input.x == \"moon\"", string(), "maybe"),
        ("not input.x == \"moon\"", string(), "maybe"),
        ("input.x == 5", string(), "no"),
        ("input.x != 5", string(), "yes"),
        ("input.x == null", string(), "no"),
        ("input.x == null", maybe_null(), "maybe"),
        ("input.x == input.x", string(), "yes"),
        ("input.x == \"moon\"", placed(), "no"),
        ("input.x == \"eu-west-1\"", placed(), "maybe"),
        ("startswith(input.x, \"eu-\")", placed(), "yes"),
        ("startswith(input.x, \"us-\")", placed(), "no"),
        ("not startswith(input.x, \"us-\")", placed(), "yes"),
        ("startswith(input.x, \"eu-west-1\")", placed(), "maybe"),
        ("contains(input.x, \"west\")", placed(), "yes"),
        ("input.x > 2", number(), "yes"),
        ("input.x >= 9", number(), "no"),
        ("input.x > 5", number(), "maybe"),
        ("input.x < \"a\"", number(), "yes"),
        ("is_string(input.x)", string(), "yes"),
        ("type_name(input.x) == \"number\"", string(), "no"),
        ("is_null(input.x)", maybe_null(), "maybe"),
        ("input.x", string(), "yes"),
        ("input.x", hole(Type::Boolean), "maybe"),
        ("input.x.y", string(), "no"),
        ("count(input.x) > 0", list(), "yes"),
        ("count(input.x) > 1", list(), "maybe"),
        ("count(input.x) > 2", list(), "no"),
        ("some y in input.x", list(), "yes"),
        ("some y in input.x; y == 4", list(), "no"),
        ("some y in input.x; y == \"a\"", list(), "maybe"),
        ("every y in input.x { is_string(y) }", list(), "yes"),
        ("every y in input.x { y == \"a\" }", list(), "maybe"),
        ("input.x == \"a\"; input.known == \"earth\"", string(), "no"),
        ("input.x in {\"a\", \"b\"}", string(), "maybe"),
        ("input.x in {1, 2}", string(), "no"),
        ("input.known in {input.x, \"moon\"}", string(), "yes"),
        ("upper(input.x) == \"A\"", string(), "maybe"),
        ("count([1 | input.x == \"a\"]) < 2", string(), "yes"),
        ("count([1 | input.x == \"a\"]) == 1", string(), "maybe"),
        ("count({y | some y in [input.x, \"a\"]}) > 0", string(), "yes"),
        ("object.get({\"a\": 1}, input.x, 2) < 3", string(), "maybe"),
        ("{\"a\": 1, \"b\": 2}[input.x] == 3", string(), "maybe"),
        ("{\"eu-west-1\": 1, \"us\": 2}[input.x] == 2", placed(), "no"),
        ("{1, 2}[input.x]", string(), "no"),
        ("sprintf(\"at %s\", [input.x]) == \"in moon\"", string(), "no"),
        ("startswith(sprintf(\"at %s\", [input.x]), \"at\")", string(), "yes"),
        ("input.x[\"$unknown\"]", string(), "yes"),
        ("input.x == {\"a\": 1}", hole(Type::Any), "maybe"),
        ("input.x == {\"a\": 1}", hole(Type::Object(vec![("b".into(), Type::Any)], None)), "maybe"),
    ] {
        assert_eq!(truth(body, x), wanted, "{body}");
    }
}

#[test]
fn rules_of_other_rules_stay_open() {
    let text = "package p\nimport rego.v1\n\
                ok if input.x == \"a\"\ndefault flag := false\nflag if input.x == \"a\"\n\
                size := 1 if input.x == \"a\"\nelse := 2\n\
                f(y) if y == input.x\n\
                s contains 1\ns contains 2 if input.x == \"a\"\n\
                a if ok\nb if not ok\nc if flag\nd if size > 0\ne if size == 3\ng if f(\"a\")\n\
                h if 1 in s\ni if 2 in s\nj if 3 in s\nk if count(s) > 0\nl if size == 1";
    let rules: Vec<String> = "abcdeghijkl".chars().map(|c| format!("data.p.{c}")).collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let found = ask(text, &rules, object(&[("x", hole(Type::String).value())]));
    let word = |given: &Option<Given>| match given {
        None => 'n',
        Some(given) if given.open.is_certain() => 'y',
        Some(_) => 'm',
    };
    // `e`: a choice of 1 and 2 is a number of which nothing else is said.
    assert_eq!(found.iter().map(word).collect::<String>(), "mmmmmmymnym");
}

#[test]
fn open_members_say_what_they_wait_for_and_where() {
    let text = "package p\nimport rego.v1\ndeny contains \"sure\" if input.known == \"moon\"\n\
                deny contains msg if {\n  input.x == \"bad\"\n  msg := sprintf(\"is %s\", [input.x])\n}";
    let input = object(&[("x", hole(Type::String).value()), ("known", Value::from("moon"))]);
    let given = ask(text, &["data.p.deny"], input).remove(0).unwrap();
    let members = given.value.members().unwrap();
    assert!(members.more.is_none());
    let [(sure, certain), (open, under)] = members.listed.as_slice() else { panic!("{members:?}") };
    assert!(certain.is_certain());
    assert_eq!(*sure, Value::from("sure"));
    assert_eq!(open.to_json(), serde_json::json!("is (known after apply)"));
    let reasons = under.reasons();
    assert_eq!(reasons.len(), 1);
    assert_eq!(reasons[0].waits.first().unwrap().path.as_ref(), "x");
    assert_eq!(reasons[0].at.row(), 5);
}

#[test]
fn what_is_sensitive_is_compared_and_not_shown() {
    let text = "package p\nimport rego.v1\n\
                a := sprintf(\"it is %s, %d and %05d\", [input.s, input.n, 7])\nb := input.s == \"hunter2\"\n\
                c := concat(\"-\", [input.s, \"x\"])\nd := upper(input.s)\ne := json.marshal({\"k\": input.s})\n\
                f := $\"<{input.s}>\"\ng := format_int(input.n, 10)\nh := sort([input.s, \"a\"])\n\
                i := split(input.s, \"e\")\nj := count(input.s) > 3\nk := input.n + 1\n\
                twice(x) := sprintf(\"%v\", [x])\nl := [twice(\"hunter2\"), twice(input.s)]\n\
                m := {input.s: 1}\nn := base64.encode(input.s)\no := [c | some c in regex.split(\"u\", input.s)]";
    let secret = |value: Value| value.hidden();
    let input = object(&[("s", secret(Value::from("hunter2"))), ("n", secret(4242_i64.into()))]);
    let names: Vec<String> = "abcdefghijklmno".chars().map(|c| format!("data.p.{c}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let shown: Vec<String> = ask(text, &names, input)
        .into_iter()
        .map(|given| given.unwrap().value.to_json().to_string())
        .collect();
    let s = "(sensitive value)";
    assert_eq!(shown[0], format!("\"it is {s}, {s} and 00007\""));
    assert_eq!(shown[1], "true");
    assert_eq!(shown[2], format!("\"{s}-x\""));
    assert_eq!(shown[9], "true");
    assert_eq!(shown[11], format!("[\"hunter2\",\"{s}\"]"));
    for (name, text) in names.iter().zip(&shown) {
        assert!(*name == "data.p.l" || !(text.contains("hunter") || text.contains("424")), "{name} {text}");
    }
}
