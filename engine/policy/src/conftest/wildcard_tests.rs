use super::Wildcard;

fn fits(pattern: &str, name: &str) -> bool {
    Wildcard::parse(pattern).unwrap().matches(name)
}

#[test]
fn stars_marks_and_classes() {
    for (pattern, name) in [
        ("main", "main"),
        ("*", "main.sub"),
        ("*", ""),
        ("main*", "main"),
        ("m*n.?ub", "main.sub"),
        ("[mo]*", "other"),
        ("[^a-l]ain", "main"),
        ("[\\]]\\*", "]*"),
        ("*a*b*", "xaxbx"),
    ] {
        assert!(fits(pattern, name), "{pattern} {name}");
    }
    for (pattern, name) in
        [("main", "mains"), ("main.*", "main"), ("?", ""), ("[a-c]", "d"), ("*", "a/b"), ("?", "/")]
    {
        assert!(!fits(pattern, name), "{pattern} {name}");
    }
}

#[test]
fn what_is_no_pattern() {
    for pattern in ["m[", "[]a]", "[a-]", "[-a]", "[a", "[^]", "a\\", "[\\"] {
        assert!(Wildcard::parse(pattern).is_none(), "{pattern}");
    }
}
