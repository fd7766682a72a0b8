use chrono::TimeZone;

use super::*;

#[test]
fn hosts_name_regions() {
    assert_eq!(region("s3-eu-west-1.amazonaws.com").as_deref(), Some("eu-west-1"));
    assert_eq!(region("s3.eu-west-1.amazonaws.com").as_deref(), Some("eu-west-1"));
    assert_eq!(region("bucket.s3.eu-west-1.amazonaws.com").as_deref(), Some("eu-west-1"));
    assert_eq!(region("s3.amazonaws.com"), None);
    assert_eq!(region("127.0.0.1"), None);
}

#[test]
fn profiles_have_keys() {
    let text = "[default]\naws_access_key_id = A\naws_secret_access_key=B\n[work]\naws_access_key_id = C\n";
    assert_eq!(from_file(text, "default").unwrap().id, "A");
    assert!(from_file(text, "work").is_none());
    assert!(from_file(text, "other").is_none());
}

/// The example "GET Object" of the documentation of signatures, without its header `Range`, signed by hand with
/// another program.
#[test]
fn requests_are_signed() {
    let url = Url::parse("https://examplebucket.s3.amazonaws.com/test.txt").unwrap();
    let credentials = Credentials {
        id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
        token: None,
    };
    let now = chrono::Utc.with_ymd_and_hms(2013, 5, 24, 0, 0, 0).unwrap();
    let request = signed(Request::get(url.as_str()), &url, "us-east-1", &credentials, now);
    let value = &request.headers.iter().find(|header| header.0 == "authorization").unwrap().1;
    assert!(
        value.ends_with("Signature=df548e2ce037944d03f3e68682813b093763996d597cf890ca3d9037fd231eb4"),
        "{value}"
    );
}

#[test]
fn objects_of_google_have_one_segment() {
    let settings = crate::Settings::default();
    let env = std::collections::BTreeMap::from([("GOOGLE_OAUTH_ACCESS_TOKEN".to_owned(), "t".to_owned())]);
    let network = Network::new(&settings, &env).unwrap();
    let address = PackageAddress::parse("www.googleapis.com/storage/v1/modules/a/b.zip").unwrap();
    assert_eq!(address.getter, Getter::Gcs);
    let request = gcs(&network, &address).unwrap();
    assert_eq!(request.url, "https://www.googleapis.com/storage/v1/b/modules/o/a%2Fb.zip?alt=media");
}
