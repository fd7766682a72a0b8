use super::*;
use serde_json::json;

#[test]
fn the_newest_fitting_version_is_chosen() {
    let entry = |v: &str| json!({"version": v, "urls": [format!("web-{v}.tgz")]});
    let index =
        json!({"entries": {"web": [entry("1.0.0"), entry("1.10.0"), entry("2.0.0-rc.1"), entry("1.9.0")]}});
    let get = |wanted: &str, devel: bool| choose(&index, "web", wanted, devel).map(|c| c.url);
    assert_eq!(get("", false).unwrap(), "web-1.10.0.tgz");
    assert_eq!(get("", true).unwrap(), "web-2.0.0-rc.1.tgz");
    assert_eq!(get("~1.9", false).unwrap(), "web-1.9.0.tgz");
    assert_eq!(get("9.9.9", false), Err(Missing::Entry));
    assert_eq!(choose(&index, "nope", "", false).unwrap_err(), Missing::Entry);
}

#[test]
fn addresses_resolve_against_the_repository() {
    assert_eq!(resolve("https://h/charts", "a.tgz"), "https://h/charts/a.tgz");
    assert_eq!(resolve("https://h/charts", "/x/a.tgz"), "https://h/x/a.tgz");
    assert_eq!(resolve("https://h/charts", "https://other/a.tgz"), "https://other/a.tgz");
}
