use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

const KEY: &str = include_str!("../tests/signing/key.asc");
const LIST: &[u8] = include_bytes!("../tests/signing/SHA256SUMS");
const SIGNATURE: &[u8] = include_bytes!("../tests/signing/SHA256SUMS.sig");
const OTHER_KEY: &str = include_str!("../tests/signing/other.asc");
const OTHER_SIGNATURE: &[u8] = include_bytes!("../tests/signing/SHA256SUMS.other.sig");
/// A key of 2024-01-01 that ends a year later, signatures of 2024-06-01 and of 2026-01-01, and the same key after
/// its owner had lengthened its life.
const EXPIRING: &str = include_str!("../tests/signing/expiring.asc");
const EXTENDED: &str = include_str!("../tests/signing/extended.asc");
const EARLY: &[u8] = include_bytes!("../tests/signing/expiring.early.sig");
const LATE: &[u8] = include_bytes!("../tests/signing/expiring.late.sig");
/// A key for certificates only with a subkey that signs.
const SUBKEY: &str = include_str!("../tests/signing/subkey.asc");
const BY_SUBKEY: &[u8] = include_bytes!("../tests/signing/subkey.sig");
/// A key that its owner took back without a reason.
const REVOKED: &str = include_str!("../tests/signing/revoked.asc");
const BY_REVOKED: &[u8] = include_bytes!("../tests/signing/revoked.sig");

const NOW: u64 = 1_800_000_000;

fn ring(keys: &[&str]) -> Keyring {
    keys.iter().fold(Keyring::default(), |ring, key| ring.with(key.as_bytes()))
}

fn check(signature: &[u8], keys: &[&str]) -> Result<Signer, String> {
    verify(Document::Binary(LIST), signature, &ring(keys), NOW)
}

#[test]
fn a_good_signature_names_its_signer() {
    let signer = check(SIGNATURE, &[OTHER_KEY, KEY]).unwrap();
    assert_eq!(signer.key_id().len(), 16);
    assert!(signer.fingerprint().to_uppercase().ends_with(&signer.to_string()), "{signer}");
    let other = check(OTHER_SIGNATURE, &[OTHER_KEY]).unwrap();
    assert_ne!(signer, other);
}

#[test]
fn anything_else_is_refused() {
    assert!(verify(Document::Binary(b"changed"), SIGNATURE, &ring(&[KEY]), NOW).is_err());
    assert!(check(SIGNATURE, &[OTHER_KEY]).is_err());
    assert!(check(SIGNATURE, &[]).is_err());
    assert!(check(b"", &[KEY]).is_err());
    for length in 0..SIGNATURE.len() {
        assert!(check(&SIGNATURE[..length], &[KEY]).is_err());
    }
    for at in 0..SIGNATURE.len() {
        let mut damaged = SIGNATURE.to_vec();
        damaged[at] ^= 1;
        let _any = check(&damaged, &[KEY]);
    }
}

#[test]
fn a_key_vouches_for_what_it_signed_before_its_end() {
    assert!(check(EARLY, &[EXPIRING]).is_ok());
    assert_eq!(check(LATE, &[EXPIRING]).unwrap_err(), "it was made with a key that had expired by then");
    assert!(check(LATE, &[EXTENDED]).is_ok());
}

#[test]
fn a_revoked_key_vouches_for_nothing() {
    assert_eq!(
        check(BY_REVOKED, &[REVOKED]).unwrap_err(),
        "it was made with a key that its owner has revoked"
    );
}

#[test]
fn a_subkey_signs_for_its_owner() {
    let signer = check(BY_SUBKEY, &[SUBKEY]).unwrap();
    assert_eq!(signer.to_string(), "68AC1B749124D320");
}

/// Packets of a key, each with its header.
fn packets_of(armour: &str) -> Vec<Vec<u8>> {
    let bytes = unarmoured(armour.as_bytes()).unwrap();
    let (mut rest, mut packets) = (bytes.as_slice(), Vec::new());
    while !rest.is_empty() {
        let before = rest;
        packet(&mut rest).unwrap();
        packets.push(before[..before.len() - rest.len()].to_vec());
    }
    packets
}

fn armoured(packets: &[Vec<u8>]) -> String {
    format!("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{}\n-----END", STANDARD.encode(packets.concat()))
}

#[test]
fn nobody_borrows_the_name_of_another() {
    let mine = packets_of(SUBKEY);
    // The subkey, with and without the word of its owner, under somebody else's primary key.
    let borrowed = [packets_of(KEY), mine[3..].to_vec()].concat();
    assert!(check(BY_SUBKEY, &[&armoured(&borrowed)]).is_err());
    assert!(check(BY_SUBKEY, &[&armoured(&borrowed[..borrowed.len() - 1])]).is_err());
    assert!(check(BY_SUBKEY, &[&armoured(&mine)]).is_ok());
}

#[test]
fn damaged_keys_are_no_keys() {
    for armour in [SUBKEY, REVOKED, EXTENDED] {
        let bytes = unarmoured(armour.as_bytes()).unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            let _any = ring(&[&armoured(&[damaged])]);
            let _any = ring(&[&armoured(&[bytes[..at].to_vec()])]);
        }
    }
}
