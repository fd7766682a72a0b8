use serde_json::json;

use super::document;

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2, u8::try_from(bytes.len()).unwrap_or(0)];
    out.extend(bytes);
    out
}

fn body(kind: &str, object: &[u8]) -> Vec<u8> {
    let about = [field(1, b"v1"), field(2, kind.as_bytes())].concat();
    [b"k8s\0".to_vec(), field(1, &about), field(2, object)].concat()
}

#[test]
fn a_secret_is_read() {
    let label = [field(1, b"owner"), field(2, b"helm")].concat();
    let metadata = [field(1, b"r.v1"), field(3, b""), field(11, &label)].concat();
    let entry = [field(1, b"release"), field(2, b"abc")].concat();
    let secret = [field(1, &metadata), field(2, &entry), field(3, b"helm.sh/release.v1")].concat();
    let wanted = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1", "data": {"release": "YWJj"},
        "metadata": {"name": "r.v1", "labels": {"owner": "helm"}},
    });
    assert_eq!(document(&body("Secret", &secret)), Some(wanted));
}

#[test]
fn what_is_not_known_is_refused_as_a_whole() {
    assert_eq!(document(&body("Pod", b"")), None);
    assert_eq!(document(&body("Secret", &field(9, b"x"))), None);
    assert_eq!(document(b"k8s\0\x0a\x7f"), None);
    assert_eq!(document(b"{}"), None);
}
