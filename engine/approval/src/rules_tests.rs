use super::*;

#[test]
fn directories_belong_to_the_first_environment_that_claims_them() {
    let mut staging = Environment::new("staging");
    staging.paths = vec!["environments/staging/".to_owned()];
    let mut rest = Environment::new("rest");
    rest.paths = vec![".".to_owned()];
    let rules = Rules { environments: vec![staging, rest], declared: true };
    let name = |directory: &str| rules.environment_of(directory).map(|found| found.name.as_str());
    assert_eq!(name("environments/staging"), Some("staging"));
    assert_eq!(name("./environments/staging/sub"), Some("staging"));
    assert_eq!(name("environments/staging2"), Some("rest"));
    assert_eq!(name("."), Some("rest"));
    assert_eq!(
        name("environments/staging/../production"),
        Some("rest"),
        "the place counts, not the way to it"
    );
    assert_eq!(name("environments/production/../staging"), Some("staging"));
    assert_eq!(name("../elsewhere"), None);
    assert!(Rules::default().environment_of("x").is_none());
}

#[test]
fn patterns_have_stars_and_question_marks() {
    for (pattern, text) in [("*", ""), ("*@example.com", "a@example.com"), ("a?c", "abc"), ("*a*b", "xayab")]
    {
        assert!(matches(pattern, text), "{pattern} {text}");
    }
    for (pattern, text) in [("*@example.com", "a@example.com.evil"), ("a?", "a"), ("", "x"), ("a", "A")] {
        assert!(!matches(pattern, text), "{pattern} {text}");
    }
    let hostile = format!("{}b", "*a".repeat(50));
    assert!(!matches(&hostile, &"a".repeat(2000)));
}
