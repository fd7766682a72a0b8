use super::*;

fn canonical(text: &str) -> String {
    Constraints::parse(text).unwrap().to_string()
}

fn allows(constraint: &str, version: &str) -> bool {
    Constraints::parse(constraint).unwrap().allows(&Version::parse(version).unwrap())
}

#[test]
fn texts_are_canonical() {
    for (text, expected) in [
        ("~> 1", "~> 1.0"),
        ("1.0", "1.0.0"),
        ("", ""),
        (">= 1.0, != 1.2.3,<2, ~> 1.0", ">= 1.0.0, ~> 1.0, != 1.2.3, < 2.0.0"),
        (
            "~> 1.0.0, = 1, >= 1.0, <= 1.0.0, < 1.0.0, > 1.0.0, != 1.0.0, 1.0.0-beta1, >=1.0.0+build,1",
            "1.0.0-beta1, > 1.0.0, >= 1.0.0, 1.0.0, ~> 1.0.0, <= 1.0.0, < 1.0.0, != 1.0.0, >= 1.0.0+build",
        ),
    ] {
        assert_eq!(canonical(text), expected);
    }
    assert!(Constraints::parse("banana").is_err());
    assert!(Constraints::parse("1.2.3.4").is_err());
}

#[test]
fn versions_are_chosen() {
    for (constraint, version) in [
        ("~> 1", "1.9.0"),
        ("~> 1.2.3", "1.2.9"),
        ("", "3.0.0"),
        ("2.1.0-beta1", "2.1.0-beta1"),
        ("!= 1.0.0", "1.0.1"),
    ] {
        assert!(allows(constraint, version), "{constraint} should allow {version}");
    }
    for (constraint, version) in [
        ("~> 1", "2.0.0"),
        ("~> 1.2.3", "1.3.0"),
        ("", "3.0.0-rc1"),
        (">= 2.1.0-beta1", "2.1.0-beta1"),
        ("!= 1.0.0", "1.0.0"),
        (">= 1.0.0, < 2.0.0", "2.0.0"),
    ] {
        assert!(!allows(constraint, version), "{constraint} should not allow {version}");
    }
}
