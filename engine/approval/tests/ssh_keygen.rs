//! Signatures are exchanged with OpenSSH's own program, both ways, for both kinds of key.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "helpers of an integration test")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use ordain_approval::{
    Against, AllowedSigners, Approval, NAMESPACE, Proof, Revocations, Statement, sign, verify,
};
use ordain_plan::Digest;
use ordain_plan::file::Digests;

fn statement() -> Statement {
    Statement {
        verdict: "approve".to_owned(),
        root: Digest::of(b"root"),
        effects: Digest::of(b"effects"),
        environment: None,
        principal: "ada@example.com".to_owned(),
        at: 1_000_000,
        expires: None,
    }
}

fn keygen(directory: &Path, arguments: &[&str], input: &str) -> std::process::Output {
    std::fs::write(directory.join("input"), input).unwrap();
    let input = std::fs::File::open(directory.join("input")).unwrap();
    Command::new("ssh-keygen")
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::from(input))
        .output()
        .unwrap()
}

fn exchange(kind: &str, directory: &Path) {
    let made = keygen(directory, &["-q", "-t", kind, "-b", "256", "-N", "", "-f", "key"], "");
    assert!(made.status.success(), "{made:?}");
    let public = std::fs::read_to_string(directory.join("key.pub")).unwrap();
    let allowed = format!("ada@example.com namespaces=\"{NAMESPACE}\" {public}");
    std::fs::write(directory.join("allowed_signers"), &allowed).unwrap();
    let text = statement().text();

    // Theirs, read by us.
    let signed = keygen(directory, &["-Y", "sign", "-q", "-f", "key", "-n", NAMESPACE], &text);
    assert!(signed.status.success(), "{signed:?}");
    let armoured = String::from_utf8(signed.stdout).unwrap();
    let approval = Approval { statement: text.clone(), proof: Proof::Ssh(armoured) };
    let (signers, diagnostics) = AllowedSigners::parse("allowed_signers", &allowed);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let against = Against {
        digests: Digests { root: Digest::of(b"root"), effects: Digest::of(b"effects") },
        environment: None,
        signers: &signers,
        revocations: &Revocations::default(),
        now: 1_000_001,
    };
    assert_eq!(verify(&approval, &against).unwrap().principal, "ada@example.com");

    // Ours, read by them.
    let key = std::fs::read_to_string(directory.join("key")).unwrap();
    let ours = sign(&statement(), &key, || Err("not encrypted".to_owned())).unwrap();
    let Proof::Ssh(armoured) = &ours.proof else { panic!("{:?}", ours.proof) };
    std::fs::write(directory.join("statement.sig"), armoured).unwrap();
    let check = [
        "-Y",
        "verify",
        "-f",
        "allowed_signers",
        "-I",
        "ada@example.com",
        "-n",
        NAMESPACE,
        "-s",
        "statement.sig",
    ];
    let verified = keygen(directory, &check, &text);
    assert!(verified.status.success(), "{verified:?}");
    let altered = keygen(directory, &check, &text.replace("ada", "eve"));
    assert!(!altered.status.success());
}

#[test]
fn signatures_are_exchanged_with_ssh_keygen() {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        let _closed = writeln!(std::io::stderr(), "skipped: ssh-keygen is not on the path");
        return;
    }
    for kind in ["ed25519", "ecdsa"] {
        let directory = std::env::temp_dir().join(format!("ordain-ssh-{}-{kind}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        exchange(kind, &directory);
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
