use super::*;

#[test]
fn constraints_hold_as_the_library_says() {
    for (constraint, version, want) in [
        (">=1.20.0", "v1.19.0", false),
        (">=1.25", "v1.25.3-gke.1", false),
        (">=1.25-0", "v1.25.3-gke.1", true),
        ("*", "1.29.0", true),
        ("*", "1.29.0-beta", false),
        ("1.26.x || ~1.28", "1.27.1", false),
        ("1.26.x || ~1.28", "1.26.9", true),
        ("^1.2", "1.9.0", true),
        ("^0.2.3", "0.3.0", false),
        ("~1.2.3", "1.2.9", true),
        ("1.2 - 1.4.5", "1.4.5", true),
        ("1.2 - 1.4.5", "1.4.6", false),
        ("!=1.2.x", "1.2.3", false),
        (">1.2", "1.2.9", false),
        (">1.2", "1.3.0", true),
        ("<=1.2", "1.2.9", true),
        ("nonsense", "1.0.0", false),
        (">= 1.2.3, < 2", "1.9.9", true),
        ("", "1.0.0", false),
    ] {
        assert_eq!(is_compatible(constraint, version), want, "{constraint} {version}");
    }
}

#[test]
fn versions_order_by_precedence() {
    let v = |t: &str| Version::parse(t).unwrap();
    assert!(v("1.0.0-alpha.2").precedence(&v("1.0.0-alpha.10")).is_lt());
    assert!(v("1.0.0-alpha").precedence(&v("1.0.0")).is_lt());
    assert!(v("1.0.0+a").precedence(&v("1.0.0+b")).is_eq());
    assert_eq!(v("v1.2").to_string(), "1.2.0");
    assert_eq!(Version::parse("abc").unwrap_err(), INVALID);
}
