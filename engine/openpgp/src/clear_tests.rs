use super::*;
use crate::{Document, Keyring, verify};

const FILE: &str = include_str!("../tests/signing/clear.asc");
const KEY: &[u8] = include_bytes!("../tests/signing/charts.gpg");
const OTHER: &[u8] = include_bytes!("../tests/signing/charts-other.gpg");
const NOW: u64 = 1_900_000_000;

fn check(file: &str, keys: &[u8]) -> Result<String, String> {
    let signed = ClearSigned::find(file).ok_or("nothing is signed")?;
    let keys = Keyring::default().with(keys);
    verify(Document::Text(&signed.covered), signed.signature.as_bytes(), &keys, NOW)?;
    Ok(signed.text)
}

#[test]
fn a_text_signed_by_gnupg_is_read() {
    let text = check(FILE, KEY).unwrap();
    assert!(text.ends_with("\n- a dash, which is escaped\n"), "{text}");
    assert_eq!(check(&FILE.replace('\n', "\r\n"), KEY).unwrap(), text);
    assert_eq!(check(&format!("before\n{FILE}after\n"), KEY).unwrap(), text);
}

#[test]
fn a_changed_text_another_key_and_no_signature_are_refused() {
    assert!(check(&FILE.replace("0.1.0", "0.2.0"), KEY).is_err());
    assert!(check(FILE, OTHER).is_err());
    assert!(check(FILE, b"").is_err());
    assert!(check("apiVersion: v2\n", KEY).is_err());
    for end in 0..FILE.len() {
        // Without its last lines the signature itself may still be whole.
        let _any = FILE.get(..end).map(|part| check(part, KEY));
    }
}
