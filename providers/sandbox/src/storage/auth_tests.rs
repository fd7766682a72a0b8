use super::{hmac, string_to_sign};
use crate::ids::hex;
use crate::message::Request;

#[test]
fn hmac_has_the_values_of_rfc_4231() {
    let mac = hmac(b"Jefe", b"what do ya want for nothing?");
    assert_eq!(hex(&mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    let mac = hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
    assert_eq!(hex(&mac), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

#[test]
fn a_shared_key_signs_headers_and_query_in_order() {
    let pair = |k: &str, v: &str| (k.to_string(), v.to_string());
    let request = Request {
        method: "PUT".into(),
        raw_path: "/c/a%20b".into(),
        query: vec![pair("timeout", "20"), pair("comp", "metadata")],
        headers: vec![
            pair("content-length", "0"),
            pair("x-ms-version", "2023-11-03"),
            pair("x-ms-date", "Sun, 11 Oct 2009 19:52:39 GMT"),
            pair("content-type", "text/plain"),
        ],
        ..Request::default()
    };
    let want = "PUT\n\n\n\n\ntext/plain\n\n\n\n\n\n\nx-ms-date:Sun, 11 Oct 2009 19:52:39 GMT\nx-ms-version:2023-11-03\n/acct/c/a%20b\ncomp:metadata\ntimeout:20";
    assert_eq!(string_to_sign(&request, "acct"), want);
}
