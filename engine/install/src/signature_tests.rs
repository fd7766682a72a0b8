use super::*;

const KEY: &str = include_str!("../tests/signing/key.asc");
const LIST: &[u8] = include_bytes!("../tests/signing/SHA256SUMS");
const SIGNATURE: &[u8] = include_bytes!("../tests/signing/SHA256SUMS.sig");
const OTHER_KEY: &str = include_str!("../tests/signing/other.asc");
const OTHER_SIGNATURE: &[u8] = include_bytes!("../tests/signing/SHA256SUMS.other.sig");

#[test]
fn a_good_signature_names_its_signer() {
    let signer = verify(LIST, SIGNATURE, [OTHER_KEY, KEY].into_iter()).unwrap();
    assert!(signer.to_string().starts_with("self-signed, key ID "), "{signer}");
    let other = verify(LIST, OTHER_SIGNATURE, [OTHER_KEY].into_iter()).unwrap();
    assert_ne!(signer, other);
}

#[test]
fn anything_else_is_refused() {
    assert!(verify(b"changed", SIGNATURE, [KEY].into_iter()).is_err());
    assert!(verify(LIST, SIGNATURE, [OTHER_KEY].into_iter()).is_err());
    assert!(verify(LIST, SIGNATURE, std::iter::empty()).is_err());
    assert!(verify(LIST, b"", [KEY].into_iter()).is_err());
    for length in 0..SIGNATURE.len() {
        assert!(verify(LIST, &SIGNATURE[..length], [KEY].into_iter()).is_err());
    }
    for at in 0..SIGNATURE.len() {
        let mut damaged = SIGNATURE.to_vec();
        damaged[at] ^= 1;
        let _any = verify(LIST, &damaged, [KEY].into_iter());
    }
}
