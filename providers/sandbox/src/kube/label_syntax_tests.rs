use super::{Operator, parse};

#[test]
fn selectors_are_read() {
    let one = |text: &str| parse(text).unwrap().remove(0);
    assert_eq!(one("a in (x,y, x)"), ("a".into(), Operator::In, vec!["x".into(), "y".into()]));
    assert_eq!(one("in notin ()"), ("in".into(), Operator::NotIn, vec![String::new()]));
    assert_eq!(one("a="), ("a".into(), Operator::Equals, vec![String::new()]));
    assert_eq!(one("!a"), ("a".into(), Operator::Absent, vec![]));
    assert_eq!(parse("a,b!=c,d>1").unwrap().len(), 3);
    assert_eq!(parse("").unwrap(), []);
}

#[test]
fn what_is_no_selector_is_refused_in_the_servers_words() {
    let cases = [
        ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("a in b", "unable to parse requirement: found 'b' expected: '('"),
        ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("a=b=c", "found '=', expected: ',' or 'end of string'"),
        ("a,", "found '', expected: identifier after ','"),
        ("=a", "found '=', expected: !, identifier, or 'end of string'"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        (
            "a>b",
            "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer",
        ),
    ];
    for (text, why) in cases {
        assert_eq!(parse(text).unwrap_err(), why, "{text}");
    }
    assert!(
        parse("a=-b")
            .unwrap_err()
            .starts_with("unable to parse requirement: values[0][a]: Invalid value: \"-b\"")
    );
}
