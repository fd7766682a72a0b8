use super::*;
use crate::bundle::tests::bundle;
use crate::{Bounds, Limits};

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
fn inputs_may_have_what_is_not_known() {
    let bundle = bundle(&[
        (
            "a.rego",
            "package a\nimport rego.v1\ndeny contains \"no\" if not startswith(input.region, \"eu-\")",
        ),
        (
            "a_test.rego",
            "package a_test\nimport rego.v1\nimport data.a\n\n\
             somewhere := {\"region\": {\"$unknown\": {\"type\": \"string\"}}}\n\
             europe := {\"region\": {\"$unknown\": {\"type\": \"string\", \"not_null\": true, \"prefix\": \"eu-\"}}}\n\
             test_undetermined_region if { count(a.deny) == 1 with input as somewhere }\n\
             test_open if { count(a.deny) == 1 with input as somewhere }\n\
             test_europe if { count(a.deny) == 0 with input as europe }\n\
             test_undetermined_europe if { count(a.deny) == 0 with input as europe }\n",
        ),
    ]);
    let (report, diagnostics) = test(&bundle, "", 0);
    assert!(diagnostics.is_empty());
    let outcome =
        |name: &str| report.results.iter().find(|result| result.name == name).unwrap().outcome.clone();
    assert_eq!(outcome("test_undetermined_region"), Outcome::Passed);
    assert_eq!(outcome("test_europe"), Outcome::Passed);
    let Outcome::Errored(why) = outcome("test_open") else { panic!("{report:?}") };
    assert!(why.contains("input.region"), "{why}");
    assert!(matches!(outcome("test_undetermined_europe"), Outcome::Errored(_)));
}

#[test]
fn evaluations_are_bounded() {
    let many =
        "package a\nimport rego.v1\ndeny contains \"no\" if { some x in numbers.range(1, 2000); x == 0 }";
    let test_of_it = "package a_test\nimport rego.v1\nimport data.a\ntest_none if count(a.deny) == 0";
    let bundle = bundle(&[("a.rego", many), ("a_test.rego", test_of_it)]);
    assert!(test(&bundle, "", 0).0.passed());
    let few = Limits { steps: 100, ..Limits::default() };
    let (report, _) = test(&bundle.within(Bounds { limits: few, seconds: 60 }), "", 0);
    let Outcome::Errored(why) = &report.results[0].outcome else { panic!("{report:?}") };
    assert!(why.contains("more than 100 steps"), "{why}");
}

#[test]
fn no_tests_at_all_is_an_error() {
    let bundle = bundle(&[("a.rego", RULE)]);
    assert!(test(&bundle, "", 0).1.has_errors());
}
