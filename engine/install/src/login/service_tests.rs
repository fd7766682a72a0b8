use super::*;

const BASE: &str = "https://example.com/.well-known/terraform.json";

fn read(text: &str) -> Result<LoginService, String> {
    LoginService::parse(text, BASE)
}

#[test]
fn a_service_has_addresses_of_its_host() {
    let service =
        read(r#"{"client":"cli","authz":"/auth","token":"t?x=1","ports":[10000,10010],"scopes":["a","b"]}"#);
    let service = service.unwrap();
    assert_eq!(service.authz, "https://example.com/auth");
    assert_eq!(service.token, "https://example.com/.well-known/t?x=1");
    assert_eq!((service.ports, service.scopes.len()), ((10000, 10010), 2));
    let service = read(
        r#"{"client":"cli","authz":"http://127.0.0.1:1/a","token":"/t","grant_types":["password","authz_code"]}"#,
    );
    assert_eq!(service.unwrap().ports, (1024, 65535));
    // Configuration files of old have numbers as text.
    assert_eq!(
        read(r#"{"client":"c","authz":"/a","token":"/t","ports":["2000","2000"]}"#).unwrap().ports,
        (2000, 2000)
    );
}

#[test]
fn what_cannot_be_used_is_said() {
    let wrong = [
        ("\"x\"", "it has no"),
        ("nonsense", "it is no object"),
        (r#"{"client":"c","authz":"/a"}"#, "\"token\""),
        (r#"{"authz":"/a","token":"/t"}"#, "\"client\""),
        (r#"{"client":"c","authz":"http://example.com/a","token":"/t"}"#, "not reached by HTTPS"),
        (r#"{"client":"c","authz":"/a","token":"/t","grant_types":["password"]}"#, "only \"authz_code\""),
        (r#"{"client":"c","authz":"/a","token":"/t","ports":[80,90]}"#, "from 1024 to 65535"),
        (r#"{"client":"c","authz":"/a","token":"/t","ports":[3000,2000]}"#, "from 1024 to 65535"),
        (r#"{"client":"c","authz":"/a","token":"/t","ports":[1,2,70000]}"#, "from 1024 to 65535"),
    ];
    for (text, expected) in wrong {
        let error = read(text).unwrap_err();
        assert!(error.contains(expected) || expected == "it has no", "{text}: {error}");
    }
}
