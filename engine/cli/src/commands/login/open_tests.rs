use super::*;

fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn the_users_browsers_come_first() {
    let found =
        commands(&env(&[("BROWSER", "firefox -new:w3m -x %s -y"), ("DISPLAY", ":0")]), "http://x/?a=b");
    assert_eq!(found, [vec!["firefox", "-new", "http://x/?a=b"], vec!["w3m", "-x", "http://x/?a=b", "-y"]]);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_desktop_nothing_is_opened() {
    assert!(commands(&env(&[("BROWSER", "")]), "u").is_empty());
    assert!(!open(&env(&[("BROWSER", "/nonexistent/browser")]), "u"));
    assert_eq!(commands(&env(&[("DISPLAY", ":0")]), "u")[0], ["xdg-open", "u"]);
}
