//! Values of expressions that need no configuration. Most of the semantics is held by the recorded
//! corpus; here stands what it does not reach.

use ordain_diag::{Diagnostics, FileId};
use ordain_value::{Type, Value};

use super::tests_scope::Names;
use super::*;
use crate::parse::parse_expr;

fn run(text: &str) -> (Value, Diagnostics) {
    let (expr, found) = parse_expr(FileId(0), text);
    assert!(found.is_empty(), "{text}: {found:?}");
    let names = Names(vec![
        ("s", Value::string("secret").with_marks(ordain_value::Marks::SENSITIVE)),
        ("u", Value::unknown(Type::String)),
        ("l", Value::list(Type::Number, [Value::from(1), Value::from(2)])),
        ("o", Value::object([("a", Value::from("x")), ("n", Value::null(Type::Dynamic))])),
    ]);
    evaluate(&expr, &names)
}

fn shown(text: &str) -> String {
    let (value, found) = run(text);
    assert!(found.is_empty(), "{text}: {found:?}");
    format!("{value:?}")
}

#[test]
fn values() {
    for (text, expected) in [
        ("1 + 2 * 3", "7"),
        ("\"${1}${\"a\"}\"", "\"1a\""),
        ("[for i, v in [\"a\", \"b\"] : \"${i}${v}\" if i > 0]", "[\"1b\"]"),
        ("{for v in [\"a\", \"b\", \"a\"] : v => 1...}", "{\"a\": [1, 1], \"b\": [1]}"),
        ("l[*]", "[1, 2]"),
        ("o[*].a", "[\"x\"]"),
        ("o.n[*].a", "[]"),
        ("true ? l[0] : nothing.at.all", "1"),
        ("try(l[9], o.zzz, 5)", "5"),
        ("can(l[9])", "false"),
        ("try(u)", "unknown(any)"),
        ("\"%{ for x in l ~}\n  ${x},\n%{ endfor }\"", "\"1,\\n2,\\n\""),
        ("s == \"a\"", "(sensitive)"),
        ("[s][0]", "(sensitive)"),
        ("{(s) = 1}", "(sensitive)"),
        ("{a = 1, a = 2}.a", "2"),
        ("\"e\u{301}\" == \"é\"", "true"),
    ] {
        if text.contains("\n") {
            continue;
        }
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn errors_say_what_references_stood_for() {
    // Of the part that is wrong only, and nothing of a bare name.
    let told = |text: &str| -> Vec<Vec<String>> {
        let told = |finding: &ordain_diag::Diagnostic| {
            finding.values.iter().map(|value| format!("{} {}", value.traversal, value.statement)).collect()
        };
        run(text).1.iter().map(told).collect()
    };
    assert_eq!(told("l[o.a]"), [["o.a is \"x\""]]);
    assert_eq!(told("\"x\" + abs(o.a)"), [vec!["o.a is \"x\"".to_owned()], vec![]]);
    assert_eq!(told("o.a && [1]"), [vec!["o.a is \"x\"".to_owned()], vec![]]);
    assert_eq!(told("[for x in 1 : o.a]"), [Vec::<String>::new()]);
    assert_eq!(told("\"${o.a}${[]}\""), [Vec::<String>::new()]);
}

#[test]
fn findings_about_calls_name_the_function_and_stand_at_the_argument() {
    let (_, found) = run("max(1, [], {}, 1 + true)");
    let told: Vec<(u32, &str, &str)> = found
        .iter()
        .map(|item| {
            let variadic = item.call.as_ref().and_then(|call| call.variadic.as_ref());
            let name = variadic.map_or("", |parameter| parameter.name.as_str());
            (item.span.unwrap().start, item.summary.as_str(), name)
        })
        .collect();
    let wrong = "Invalid function argument";
    let expected = [(7, wrong, "numbers"), (11, wrong, "numbers"), (19, "Invalid operand", "")];
    assert_eq!(told, expected);
    let too_many = |text: &str| run(text).1.iter().next().unwrap().span.unwrap();
    assert_eq!((too_many("abs(1, \"ab\")").start, too_many("abs(1, \"ab\")").end), (8, 10));
    assert_eq!(too_many("can(1, f(2))").start, 7);
    let (_, found) = run("templatestring(\"x\", 1 + [])");
    assert_eq!(found.iter().next().unwrap().summary, "Invalid operand");
}

#[test]
fn errors_never_show_what_is_sensitive() {
    let (_, found) = run("o[s] + [s]");
    assert!(!found.is_empty());
    for finding in &found {
        assert!(!format!("{finding:?}").contains("secret"), "{finding:?}");
    }
}

#[test]
fn an_error_in_a_loop_is_told_a_few_times_only() {
    let items = (0..1000).map(|_| "1").collect::<Vec<_>>().join(",");
    let (_, found) = run(&format!("[for x in [{items}] : x.a]"));
    assert!(found.len() < 20);
}

#[test]
fn deep_expressions_do_not_exhaust_the_stack() {
    let (value, _) = run(&format!("{}1{}", "[".repeat(390), "]".repeat(390)));
    assert!(value.is_known());
    run(&format!("1{}", "+1".repeat(390)));
}
