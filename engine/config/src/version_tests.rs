use super::*;

fn allows(constraint: &str, version: &str) -> bool {
    Constraint::parse(constraint).unwrap().allows(&Version::parse(version).unwrap())
}

#[test]
fn constraints_choose_versions() {
    for (constraint, version) in [
        ("~> 4.0", "4.50.0"),
        ("~> 1.2.3", "1.2.9"),
        ("~> 1", "2.0.0"),
        (">= 0.12", "1.11.4"),
        ("1.2", "1.2.0"),
        ("= 1.2.0", "1.2.0"),
        (">= 1.0, < 2.0, != 1.5.0", "1.4.9"),
        ("", "3.1.0"),
        ("1.0.0-rc1", "1.0.0-rc1"),
        (">= 1.0.0-beta1", "1.0.0-rc1"),
    ] {
        assert!(allows(constraint, version), "{constraint} should allow {version}");
    }
    for (constraint, version) in [
        ("~> 4.0", "5.0.0"),
        ("~> 1.2.3", "1.3.0"),
        ("~> 1.2.3", "1.2.2"),
        (">= 1.0, < 2.0, != 1.5.0", "1.5.0"),
        ("< 2.0", "2.0.0"),
        (">= 1.0", "2.0.0-rc1"),
        ("", "3.1.0-rc1"),
    ] {
        assert!(!allows(constraint, version), "{constraint} should not allow {version}");
    }
    for broken in ["nope", "~>", ">= 1.x", "1..2", "1.0,"] {
        assert!(Constraint::parse(broken).is_err(), "{broken}");
    }
}

#[test]
fn pre_releases_sort_before_their_release() {
    let order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-rc1", "1.0.0", "1.0.1"];
    let versions: Vec<Version> = order.iter().map(|text| Version::parse(text).unwrap()).collect();
    assert!(versions.is_sorted());
}
