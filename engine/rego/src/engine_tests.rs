use super::*;
use crate::eval::Limits;

/// What OPA says of a policy under an input: the value of a query as text, or the code of the first error.
fn said(text: &str, query: &str, strict: bool) -> String {
    let mut policies = Policies::new(Version::V1);
    policies.add(&format!("package t\n{text}\n"));
    let options = CompileOptions { strict, ..CompileOptions::default() };
    let compiled = policies.compile(&Value::object(Vec::new()), options);
    let input = serde_json::json!({ "a": 1, "b": "x", "c": [1, 2], "s": "hello" });
    let request = Request {
        input: Some(Value::from_json(&input)),
        data: Value::object(Vec::new()),
        strict_errors: true,
        limits: Limits::default(),
        cover: false,
        veiled: false,
        reveal: None,
    };
    let answers = compiled
        .and_then(|mut compiled| compiled.query(query, request, BuiltinEnv::new(0), &mut Trail::default()));
    match answers {
        Err(errors) => format!("{:?}", errors.first().unwrap().code),
        Ok(answers) => match answers.first() {
            Some(answer) => answer.expressions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            None => "undefined".to_owned(),
        },
    }
}

#[test]
fn patterns_bind_what_has_their_shape() {
    for pattern in ["[x, y] := 1", "{\"k\": x, \"n\": y} := -1", "[x, y] := [1]", "[x, y] := {1, 2}"] {
        assert_eq!(
            said(&format!("r if {{\n{pattern}\nx == y\n}}"), "data.t.r", false),
            "Unsafe",
            "{pattern}"
        );
    }
    assert_eq!(said("r := y if [1, {\"k\": y}] = [1, {\"k\": 2}]", "data.t.r", false), "2");
}

#[test]
fn functions_of_objects_give_objects() {
    for call in ["object.union(input, input)", "object.filter(input, [])", "json.remove(input, [])"] {
        assert_eq!(said(&format!("r := upper({call})"), "data.t.r", false), "Type", "{call}");
    }
}

#[test]
fn rules_that_cannot_hold_are_not_begun() {
    // `upper` of a number is an error of a strict evaluation, if the rule is begun at all.
    let with = |rest: &str| said(&format!("r if {{\nupper(input.a)\n{rest}\n}}"), "data.t", false);
    for rest in [
        "startswith(input.zz, \"x\")",
        "x := [input.zz]\nx",
        "every x in input.zz { x }",
        "input.c[_] == 3",
        "x := input.b\nx == \"q\"",
        "input.zz == lower(\"x\")",
        "input.b == \"q\"",
    ] {
        assert_eq!(with(rest), "{}", "{rest}");
    }
    for rest in [
        "not input.zz",
        "some x in input.zz",
        "count([1 | input.zz]) == 0",
        "input.zz == input.b",
        "input.zz == {\"a\": 1}",
        "input.c == 1",
        "2 in input.c",
    ] {
        assert_ne!(with(rest), "{}", "{rest}");
    }
    assert_eq!(said("r := lower(input.zz) if upper(input.a)", "data.t", false), "{}");
}

#[test]
fn queries_are_not_strict() {
    assert_eq!(said("r := 1", "x := data.t.r", true), "true");
}

#[test]
fn templates_read_their_variables_as_json() {
    let rendered = |variables: &str| {
        said(&format!("r := strings.render_template(\"{{{{.a}}}}\", {variables})"), "data.t.r", false)
    };
    assert_eq!(rendered("{\"a\": [1]}"), "\"[1]\"");
    assert_eq!(rendered("{\"a\": {1}}"), "EvalBuiltin");
    assert_eq!(said("r := upper(\"\u{130}\")", "data.t.r", false), "\"\u{130}\"");
}

/// Row, column and message.
type Told<'t> = (u32, u32, &'t str);

/// Each fault at its place, as OPA tells it; a statement that is none is told where all could be read.
#[test]
fn faults_are_told_where_they_are() {
    let cases: [(&str, &[Told<'_>]); 24] = [
        ("r := {1, 1.0, y}", &[(3, 15, "var y is unsafe")]),
        ("r contains [x, y]", &[(3, 13, "var x is unsafe"), (3, 16, "var y is unsafe")]),
        ("r := (x)", &[(3, 7, "var x is unsafe")]),
        ("r if { x = [_] }", &[(3, 8, "var _ is unsafe"), (3, 8, "var x is unsafe")]),
        (
            "r if contains",
            &[(
                3,
                6,
                "var contains is unsafe (hint: `import future.keywords.contains` to import a future keyword)",
            )],
        ),
        ("r if (input + {\"a\": 1}) > 1", &[(3, 7, "plus: invalid argument(s)")]),
        ("import future.nope", &[(3, 8, "invalid import, must be `future.keywords`")]),
        ("import rego.v2", &[(3, 8, "invalid import `rego.v2`, must be `rego.v1`")]),
        ("a b", &[(3, 1, "var cannot be used for rule name"), (3, 3, "var cannot be used for rule name")]),
        ("r ) x", &[(3, 3, "unexpected ) token")]),
        ("\"278\" if { true }", &[(3, 7, "unexpected if keyword")]),
        (
            "r contains 1 if input\nr[x] := 2 if some x in input",
            &[(3, 1, "conflicting rules data.t.r[x] found")],
        ),
        (
            "r contains 1\nr.a[x] := 2 if some x in input",
            &[(3, 1, "rule data.t.r conflicts with:\n  rule data.t.r.a[x] at 4:1")],
        ),
        ("r if { some x, y in [1]; some y, z in [2]; z }", &[(3, 26, "var y declared above")]),
        ("r if { input.a; some x; every y in [1] { y } }", &[(3, 17, "declared var x unused")]),
        (
            "r if { q with q[0] as 1 }\nq := [1]",
            &[(3, 15, "with keyword cannot partially replace virtual document(s)")],
        ),
        ("r if { some x in 3; x }", &[(3, 8, "match error")]),
        ("r if { v := $\"a {k} b\" }", &[(3, 13, "var k is unsafe")]),
        (
            "q := y.b if { x == [{z, k} | not 2]; input.a == [k | input.b] }",
            &[(3, 6, "var y is unsafe"), (3, 15, "var x is unsafe"), (3, 38, "var k is unsafe")],
        ),
        ("r if { every y in upper(y) { y == i } }", &[(3, 8, "var y is unsafe")]),
        ("r if { print(a); print(b) }", &[(3, 14, "var a is undeclared")]),
        ("r if { $\"{y}\" == \"b\"; some y; y == 1 }", &[(3, 23, "var y referenced above")]),
        ("r := $\"a {$\"b {x}\"}\"", &[(3, 11, "var x is unsafe")]),
        ("default r := $\"a {y} b\"", &[(3, 1, "illegal default rule (value cannot contain var)")]),
    ];
    for (text, wanted) in cases {
        let mut policies = Policies::new(Version::V1);
        policies.add(&format!("package t\n\n{text}\n"));
        let faults = policies.compile(&Value::object(Vec::new()), CompileOptions::default()).err().unwrap();
        let found: Vec<Told<'_>> =
            faults.iter().map(|fault| (fault.at.row(), fault.at.col(), fault.message.as_str())).collect();
        assert_eq!(found, wanted, "{text}");
    }
}

/// A long body whose lines stand in the wrong order is ordered all the same, and what lacks a value in it is told.
#[test]
fn long_bodies_are_ordered() {
    let chain: String = (0..300).map(|at| format!("  x{at} = x{} + 1\n", at + 1)).collect();
    let told = |last: &str| {
        let mut policies = Policies::new(Version::V1);
        policies.add(&format!("package t\n\nr if {{\n{chain}  x300 = 1\n{last}}}\n"));
        let compiled = policies.compile(&Value::object(Vec::new()), CompileOptions::default());
        compiled.err().map(|faults| faults.iter().map(|fault| fault.message.clone()).collect::<Vec<_>>())
    };
    assert_eq!(told(""), None);
    assert_eq!(told("  q > 1\n"), Some(vec!["var q is unsafe".to_owned()]));
}
