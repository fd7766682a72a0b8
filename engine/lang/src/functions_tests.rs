use ordain_diag::Sources;

use super::*;
use crate::eval::{evaluate, tests_scope::Names};
use crate::parse::parse_expr;
use crate::render;

/// What the console would print for an expression, or `error: …`.
fn shown(text: &str) -> String {
    let mut sources = Sources::new();
    let file = sources.add("test", text);
    let (expr, found) = parse_expr(file, text);
    assert!(!found.has_errors(), "{text}: {found:?}");
    let scope = Names(vec![
        ("unknown", ordain_value::Value::unknown(ordain_value::Type::String)),
        ("open", ordain_value::Value::unknown(ordain_value::Type::Dynamic)),
    ]);
    let (value, found) = evaluate(&expr, &scope);
    match found.iter().find(|finding| finding.is_error()) {
        Some(error) => format!("error: {}", error.detail),
        None => render::value(&value),
    }
}

fn check(cases: &[(&str, &str)]) {
    for (text, want) in cases {
        let got = shown(text);
        if want.starts_with("error") {
            assert!(got.starts_with(want), "{text}: {got}");
        } else {
            assert_eq!(got, *want, "{text}");
        }
    }
}

#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = names().collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn the_framework_deals_with_null_unknown_and_marks() {
    check(&[
        ("upper(null)", "error: Invalid value for \"str\" parameter: argument must not be null."),
        ("upper(unknown)", "(known after apply)"),
        ("upper(open)", "(known after apply)"),
        ("upper([])", "error: Invalid value for \"str\" parameter: string required."),
        ("upper(1)", "\"1\""),
        ("upper(sensitive(\"a\"))", "(sensitive value)"),
        ("upper()", "error"),
        ("upper(\"a\", \"b\")", "error"),
        ("core::upper(\"a\")", "\"A\""),
        ("length([sensitive(1)])", "1"),
        ("length(unknown) < -1", "false"),
        ("jsonencode([unknown]) == \"{}\"", "false"),
        ("startswith(\"p-${unknown}\", \"q\")", "false"),
    ]);
}

#[test]
fn formats() {
    check(&[
        ("format(\"%5.2f|%-5d|%+d|%x\", 3.14159, 3, 5, -255)", "\" 3.14|3    |+5|-ff\""),
        ("format(\"%v %v\", 1234567, 123456)", "\"1.234567e+06 123456\""),
        ("format(\"%08.3f\", -3.14159)", "\"-003.142\""),
        ("format(\"%s\")", "error"),
        ("format(\"%!\", 1)", "error"),
        ("format(\"%9999999999d\", 1)", "error"),
        ("formatlist(\"%s-%s\", [\"a\", \"b\"], [\"c\"])", "error"),
    ]);
}

#[test]
fn numbers_keep_their_precision() {
    check(&[
        ("length([1]) / length([1, 2, 3])", "0.33333333333333333334"),
        ("pow(2, 0.5) * 3", "4.2426406871192854364238655762164853513240814208984375"),
        ("pow(2, 1 / 3)", "1.259921049894873"),
        ("log(1000, 10)", "2.9999999999999996"),
        ("ceil(-0)", "0"),
        ("parseint(\"zZ\", 62)", "2231"),
        ("abs(-1 / 0)", "+Inf"),
    ]);
}

#[test]
fn networks_have_their_quirks() {
    check(&[
        ("cidrsubnet(\"10.1.2.0/24\", 4, -1)", "\"0.0.0.16/28\""),
        ("cidrhost(\"::ffff:10.0.0.0/104\", 1)", "\"0:1::ffff:a00:0\""),
        ("cidrsubnets(\"10.0.0.0/24\", 6, 2)[1]", "\"10.0.0.64/26\""),
        ("cidrsubnets(\"0.0.0.0/0\", 1)", "error"),
        ("cidrcontains(\"10.0.0.0/8\", \"10.3.0.0/16\")", "true"),
        ("cidrcontains(\"10.0.0.0/8\", \"11.0.0.1\")", "false"),
    ]);
}

#[test]
fn encodings_come_back() {
    check(&[
        ("base64gunzip(base64gzip(\"hello hello hello\"))", "\"hello hello hello\""),
        ("base64gzip(\"hi\")", "\"H4sIAAAAAAAA/8rIBAAAAP//AQAA//+sKpPYAgAAAA==\""),
        ("urldecode(urlencode(\"a b&c/é\"))", "\"a b&c/é\""),
        ("textdecodebase64(textencodebase64(\"héllo\", \"windows-1252\"), \"windows-1252\")", "\"héllo\""),
        ("jsondecode(\"\\\"\\\\ud83d\\\"\") == \"\\ufffd\"", "true"),
        ("jsondecode(\"[1,]\")", "error"),
        ("yamldecode(\"a: 0o17\\nb: 017\").a", "15"),
        ("yamldecode(\"{a: 2, <<: {a: 1}}\").a", "1"),
        ("yamldecode(\"!!binary aGk=\")", "\"aGk=\""),
        ("yamlencode({ a = [1, { b = null }] }) == \"\\\"a\\\":\\n- 1\\n- \\\"b\\\": null\\n\"", "true"),
        ("csvdecode(\"a,b\\n1\\n\")", "error"),
    ]);
}

#[test]
fn patterns_are_those_of_go() {
    check(&[
        ("regex(\"(?P<1a>x)\", \"x\")[\"1a\"]", "\"x\""),
        ("regex(\"(a)|(b)\", \"b\")[1]", "\"b\""),
        ("regexall(\"x*\", \"axb\") == tolist([\"\", \"x\", \"\"])", "true"),
        ("replace(\"hello\", \"/(?P<x>l+)/\", \"<$xy>\")", "\"he<>o\""),
    ]);
}

#[test]
fn values_of_the_terraform_provider() {
    let spec = terraform_provider("encode_expr").unwrap();
    let scope = Names(Vec::new());
    let environment = Environment { world: crate::Scope::world(&scope), template_depth: 0 };
    let value = ordain_value::Value::object([("a", 1.into()), ("long", ordain_value::Value::from("${x}"))]);
    let text = spec.call(std::slice::from_ref(&value), &environment).unwrap();
    assert_eq!(text.as_str(), Some("{\n  a    = 1\n  long = \"$${x}\"\n}"));
    let vars = terraform_provider("encode_tfvars")
        .unwrap()
        .call(std::slice::from_ref(&value), &environment)
        .unwrap();
    let back = terraform_provider("decode_tfvars").unwrap().call(&[vars], &environment).unwrap();
    assert_eq!(back, value);
    assert!(terraform_provider("nosuch").is_none());
}

#[test]
fn timestamps_are_refused_in_the_words_that_users_know() {
    let cases = [
        ("T24:00:00Z", "hour must be between 0 and 23 inclusive", "cannot use \":00:00Z\" as hour"),
        ("Ta0:00:00Z", "hour must be between 0 and 23 inclusive", "cannot use \"a0:00:00Z\" as hour"),
        ("T23:60:00Z", "minute must have exactly two digits", "cannot use \":00Z\" as minute"),
        ("T24", "end of string before hour", "end of string before hour"),
        ("T0", "end of string where \":\" is expected", "end of string where \":\" is expected"),
        ("T00:00:00ZZ", "cannot use \"Z\" as timestamp segment", "cannot use \"Z\" as timestamp segment"),
        ("T00:00:00+99:99", "end of string before UTC offset", "end of string before UTC offset"),
    ];
    for (text, strict, loose) in cases {
        let formatted = shown(&format!("formatdate(\"YYYY\", \"2020-01-01{text}\")"));
        assert_eq!(formatted.split(": ").last(), Some(&*format!("{strict}.")), "{text}: {formatted}");
        let compared = shown(&format!("timecmp(\"2020-01-01{text}\", \"2020-01-01T00:00:00Z\")"));
        assert_eq!(compared.split(": ").last(), Some(&*format!("{loose}.")), "{text}: {compared}");
    }
    check(&[
        ("timecmp(\"2020-01-01T1:00:00,5Z\", \"2020-01-01T00:00:00+24:00\")", "1"),
        (
            "formatdate(\"YYYY\", \"2020-01-01T1:00:00,5Z\")",
            "error: Invalid value for \"time\" parameter: not a valid RFC3339 timestamp: hour must have exactly two digits.",
        ),
        (
            "formatdate(\"YYYY\", \"2020-01-01T00:00:00,5Z\")",
            "error: Invalid value for \"time\" parameter: not a valid RFC3339 timestamp: cannot use \",\" as timestamp segment.",
        ),
        (
            "formatdate(\"YYYY\", \"2020-01-01T00:00:00+24:00\")",
            "error: Invalid value for \"time\" parameter: not a valid RFC3339 timestamp: cannot use \"+24:00\" as UTC offset.",
        ),
    ]);
}
