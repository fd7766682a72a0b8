use super::*;
use crate::bundle::tests::bundle;

const RULE: &str = "package a\nimport rego.v1\ndeny contains \"no\" if input.x";

#[test]
fn tests_pass_fail_err_and_wait() {
    let bundle = bundle(&[
        ("a.rego", RULE),
        (
            "a_test.rego",
            "package a_test\nimport rego.v1\nimport data.a\n\ntest_no if { count(a.deny) == 1 with input as {\"x\": \
             true} }\ntest_wrong if { print(\"seen\"); count(a.deny) == 1 with input as {} }\ntest_number := 1\n\
             todo_test_later if false",
        ),
    ]);
    let (report, diagnostics) = test(&bundle, "", 0);
    assert!(diagnostics.is_empty());
    assert_eq!(report.counts(), (1, 2, 1));
    assert!(!report.passed());
    let wrong = report.results.iter().find(|result| result.name == "test_wrong").unwrap();
    assert_eq!((wrong.path.as_str(), wrong.line), ("a_test.rego", 6));
    assert!(wrong.prints[0].contains("seen"), "{:?}", wrong.prints);
    let (filtered, _) = test(&bundle, "test_no", 0);
    assert_eq!(filtered.results.len(), 1);
}

#[test]
fn no_tests_at_all_is_an_error() {
    let bundle = bundle(&[("a.rego", RULE)]);
    assert!(test(&bundle, "", 0).1.has_errors());
}
