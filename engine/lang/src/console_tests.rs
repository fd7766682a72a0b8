//! The protocol of the console.

use ordain_value::Value;

use super::*;
use crate::eval::tests_scope::Names;

fn run(lines: &[&str]) -> (Option<String>, Vec<String>) {
    let scope = Names(vec![("a", Value::from("x"))]);
    let lines = lines.iter().map(|text| (FileId(0), *text));
    let (answer, found) = piped(lines, &scope, &|_| Diagnostics::new());
    (answer, found.iter().map(|finding| finding.summary.clone()).collect())
}

#[test]
fn only_the_last_answer_counts() {
    assert_eq!(run(&["1", "a"]), (Some("\"x\"".into()), vec![]));
    assert_eq!(run(&["1", ""]), (Some(String::new()), vec![]));
    assert_eq!(run(&["1", "exit", "2"]), (None, vec![]));
    assert_eq!(run(&[]), (None, vec![]));
}

#[test]
fn the_first_error_ends_the_session() {
    assert_eq!(run(&["1", "[][0]", "nosuch("]), (None, vec!["Invalid index".into()]));
}

#[test]
fn type_stands_alone() {
    assert_eq!(run(&["type(a)"]), (Some("string".into()), vec![]));
    assert_eq!(run(&["(type([1, null]))"]), (Some("tuple([\n    number,\n    dynamic,\n])".into()), vec![]));
    assert_eq!(run(&["[type(a)]"]), (None, vec!["Invalid use of type function".into()]));
    assert_eq!(run(&["type(1, 2)"]), (None, vec!["Too many function arguments".into()]));
}

#[test]
fn more_lines_are_asked_for_while_something_is_open() {
    let open = ["[1,", "{ a = \"}\"", "f(\n  1,", "<<EOT\nx", "\"${[\n1", "[1 # ]"];
    assert!(open.into_iter().all(is_incomplete));
    let closed = ["[1]", "\"open", "1 +", "<<EOT\nx\nEOT", "\"${\"}\"}\"", "]", ""];
    assert!(!closed.into_iter().any(is_incomplete));
}
