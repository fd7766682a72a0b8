use ssh_key::PrivateKey;
use ssh_key::private::Ed25519Keypair;

use super::*;

pub(crate) fn key(seed: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
}

pub(crate) fn public(seed: u8) -> String {
    key(seed).public_key().to_openssh().unwrap()
}

#[test]
fn lines_are_read_as_ssh_keygen_reads_them() {
    let text = format!(
        "# people\n\nada@example.com,bob@example.com {a} a comment\n\
         *@example.com,!eve@example.com namespaces=\"git,ordain-*\",valid-after=\"20260101\",valid-before=20270101Z {b}\n",
        a = public(1),
        b = public(2)
    );
    let (signers, diagnostics) = AllowedSigners::parse("allowed_signers", &text);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(signers.len(), 2);
    let one = key(1);
    let first = signers.of_key(one.public_key().key_data()).next().unwrap();
    assert!(first.speaks_for("bob@example.com") && !first.speaks_for("eve@example.com"));
    assert!(first.may_sign_in("anything") && first.counts_at(0));
    let two = key(2);
    let second = signers.of_key(two.public_key().key_data()).next().unwrap();
    assert!(second.speaks_for("x@example.com") && !second.speaks_for("eve@example.com"));
    assert!(second.may_sign_in("ordain-approval") && !second.may_sign_in("file"));
    assert_eq!((second.valid_after, second.valid_before), (Some(1_767_225_600), Some(1_798_761_600)));
    assert!(
        !second.counts_at(1_767_225_599)
            && second.counts_at(1_767_225_600)
            && !second.counts_at(1_798_761_600)
    );
}

#[test]
fn broken_lines_are_errors_with_their_number() {
    let key = public(1);
    for line in [
        "ada".to_owned(),
        "ada ssh-ed25519".to_owned(),
        "ada ssh-ed25519 AAAA".to_owned(),
        format!("ada cert-authority {key}"),
        format!("ada valid-after=\"2026\" {key}"),
        format!("ada valid-after=\"20261301\" {key}"),
        format!("ada color=blue {key}"),
        "ada namespaces=\"git ssh-ed25519 AAAA".to_owned(),
    ] {
        let (signers, diagnostics) = AllowedSigners::parse("allowed_signers", &format!("\n{line}\n"));
        assert!(signers.is_empty(), "{line}");
        assert_eq!(diagnostics.error_count(), 1, "{line}");
        assert!(diagnostics.iter().all(|found| found.detail.contains("Line 2")), "{line}");
    }
}

#[test]
fn revocations_name_keys_people_and_plans() {
    let key = key(1);
    let fingerprint = key.fingerprint(HashAlg::Sha256);
    let root = Digest::of(b"x");
    let text = format!("key {fingerprint} # lost\nprincipal eve@example.com\nroot {root}\n# nothing\n");
    let (revoked, diagnostics) = Revocations::parse("revocations", &text);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert!(revoked.has_key(key.public_key().key_data()));
    assert!(revoked.has_principal("eve@example.com") && revoked.has_root(&root));
    for line in ["key", "key MD5:x", "root x", "everything"] {
        assert!(Revocations::parse("revocations", line).1.has_errors(), "{line}");
    }
}
