use std::io::Write;
use std::sync::Arc;

use ordain_addr::{Mode, ProviderAddr};
use ordain_state::State;
use ordain_value::{Marks, Type, Value};
use serde_json::json;

use super::*;
use crate::{TypeSchema, serial, testkit};

fn schemas() -> Schemas {
    let mut schemas = Schemas::new();
    for (mode, name) in
        [(Mode::Managed, "terraform_data"), (Mode::Managed, "a"), (Mode::Managed, "x"), (Mode::Data, "p")]
    {
        let ty = Type::object([("a", Type::String)]);
        let schema = Arc::new(TypeSchema {
            version: 0,
            ty,
            sensitive: Vec::new(),
            blocks: Vec::new(),
            write_only: Vec::new(),
        });
        schemas.insert(ProviderAddr::builtin(), mode, name.into(), schema);
    }
    schemas
}

fn file() -> PlanFile {
    let mut plan = serial::tests::full_plan();
    let secret = Value::string("hunter2").with_marks(Marks::SENSITIVE);
    plan.changes[3].after = Value::object([("a", secret.clone())]);
    plan.variables.insert("password".into(), Some(secret));
    PlanFile {
        header: Header {
            engine: "0.1.0".to_owned(),
            terraform_version: "1.11.4".to_owned(),
            sealing: "none".to_owned(),
            place: Place {
                environment: Some("staging".to_owned()),
                workspace: "default".to_owned(),
                backend: "local:terraform.tfstate".to_owned(),
                directory: "environments/staging".to_owned(),
            },
            origin: Origin {
                commit: Some("abc".to_owned()),
                author: Some("dev@example.com".to_owned()),
                created: 1_000,
                expires: Some(2_000),
                nonce: "n".to_owned(),
            },
            inputs: Inputs::default(),
        },
        plan,
        schemas: schemas(),
        configuration: crate::json::Configuration::of(&json!({"root_module": {}})),
        snapshot: [("main.tf".to_owned(), "resource {}".into())].into(),
        decisions: json!({"deny": []}),
        obligations: json!([]),
        approvals: Vec::new(),
        closed: None,
    }
}

/// Turns every bit around; who has the key can do it again.
struct Turned {
    key: bool,
}

impl Seal for Turned {
    fn method(&self) -> String {
        "turned".to_owned()
    }

    fn seal(&self, clear: &[u8]) -> Result<Vec<u8>, String> {
        Ok(clear.iter().map(|byte| !byte).collect())
    }
}

impl Open for Turned {
    fn open(&self, method: &str, sealed: &[u8]) -> Result<Vec<u8>, String> {
        match (method, self.key) {
            ("turned", true) => self.seal(sealed),
            (method, _) => Err(format!("no key for {method}")),
        }
    }
}

const NOBODY: Turned = Turned { key: false };

fn written(file: &PlanFile) -> (Vec<u8>, Digests) {
    let (made, diagnostics) = write(file, None);
    made.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

fn refused(bytes: &[u8]) -> Diagnostic {
    *read("x.plan", bytes, &NOBODY).map(|_| ()).unwrap_err()
}

#[test]
fn the_same_inputs_give_the_same_bytes_and_come_back() {
    let (bytes, digests) = written(&file());
    assert_eq!(written(&file()), (bytes.clone(), digests));
    assert!(is_archive(&bytes), "tools know a plan file by the archive's first bytes");
    let (back, read_digests) = read("x.plan", &bytes, &NOBODY).unwrap();
    assert_eq!(read_digests, digests);
    assert_eq!(back.header, file().header);
    assert_eq!(written(&back), (bytes, digests));
    assert_eq!(back.json(Secrets::Shown).0, file().json(Secrets::Shown).0);
}

#[test]
fn one_flipped_bit_anywhere_is_refused() {
    let mut small = file();
    small.plan = testkit::empty_plan();
    let (bytes, _) = written(&small);
    for at in 0..bytes.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut flipped = bytes.clone();
            flipped[at] ^= bit;
            assert!(read("x.plan", &flipped, &NOBODY).is_err(), "bit {bit:#x} of byte {at}");
        }
    }
    for length in 0..bytes.len() {
        assert!(read("x.plan", &bytes[..length], &NOBODY).is_err(), "cut to {length}");
    }
    let mut longer = bytes;
    longer.push(b' ');
    assert!(read("x.plan", &longer, &NOBODY).is_err());
}

#[test]
fn a_part_changed_with_all_check_sums_made_right_again_is_refused_by_the_root() {
    let (bytes, _) = written(&file());
    let mut parts = archive::unpack(&bytes).unwrap_or_default();
    let steps = parts.get_mut("steps.json").unwrap();
    *steps = b"[]".to_vec();
    let found = refused(&archive::pack(&parts).unwrap());
    assert_eq!(found.code, codes::plan::PLAN_ALTERED);
    assert!(found.detail.contains("steps.json"), "{}", found.detail);
    let mut more = archive::unpack(&bytes).unwrap_or_default();
    more.insert("extra.json".to_owned(), b"{}".to_vec());
    assert!(refused(&archive::pack(&more).unwrap()).detail.contains("extra.json"));
    let mut less = archive::unpack(&bytes).unwrap_or_default();
    less.remove("base.json");
    assert!(refused(&archive::pack(&less).unwrap()).detail.contains("base.json is missing"));
    let mut header = archive::unpack(&bytes).unwrap_or_default();
    let manifest = String::from_utf8(header["manifest.json"].clone()).unwrap();
    header.insert("manifest.json".to_owned(), manifest.replace("staging", "production").into_bytes());
    assert!(refused(&archive::pack(&header).unwrap()).detail.contains("root"));
}

#[test]
fn approvals_are_added_without_changing_the_root() {
    let (bytes, digests) = written(&file());
    let approvals = [json!({"by": "a"})];
    let approved = with_approvals("x.plan", &bytes, &approvals).unwrap();
    let (back, again) = read("x.plan", &approved, &NOBODY).unwrap();
    assert_eq!(again, digests);
    assert_eq!(back.approvals, approvals);
}

#[test]
fn no_secret_stands_in_a_readable_part() {
    let (bytes, _) = written(&file());
    let parts = archive::unpack(&bytes).unwrap_or_default();
    for (name, content) in &parts {
        let shows = String::from_utf8_lossy(content).contains("hunter2");
        assert_eq!(shows, name == "changes.json", "{name}");
    }
    assert!(file().json(Secrets::Shown).0.contains("hunter2"), "show -json is not redacted");
}

#[test]
fn every_part_is_covered_by_the_root() {
    let (_, first) = written(&file());
    let changes: [fn(&mut PlanFile); 9] = [
        |file| file.header.place.environment = None,
        |file| file.header.origin.nonce.push('x'),
        |file| file.plan.prior = State::default(),
        |file| file.plan.base.serial += 1,
        |file| file.plan.steps.clear(),
        |file| file.plan.changes[0].planned_private = vec![9],
        |file| file.snapshot.clear(),
        |file| file.decisions = json!(null),
        |file| file.obligations = json!([1]),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut other = file();
        change(&mut other);
        assert_ne!(written(&other).1.root, first.root, "{at}");
    }
}

#[test]
fn other_files_are_refused_with_the_reason() {
    assert!(refused(b"hello").detail.contains("not a valid zip file"));
    assert_eq!(refused(b"").summary, "Failed to load \"x.plan\" as a plan file");
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("tfplan", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(b"x").unwrap();
    let foreign = writer.finish().unwrap().into_inner();
    assert!(refused(&foreign).detail.contains("another program"));
    let (bytes, _) = written(&file());
    let marker = b"ordain plan 1 ";
    let at = bytes.windows(marker.len()).rposition(|window| window == marker).unwrap();
    let mut newer = bytes.clone();
    newer[at + marker.len() - 2] = b'2';
    let found = refused(&newer);
    assert_eq!(found.code, codes::plan::PLAN_VERSION);
    assert!(found.detail.contains("format 2"), "{}", found.detail);
}

#[test]
fn ephemeral_values_cannot_be_stored() {
    let mut file = file();
    file.plan.outputs[0].after = Value::string("x").with_marks(Marks::EPHEMERAL);
    let (made, diagnostics) = write(&file, None);
    assert!(made.is_none());
    assert!(diagnostics.has_errors());
}

#[test]
fn lifetimes_end() {
    assert!(!file().is_expired(1_999));
    assert!(file().is_expired(2_000));
}

#[test]
fn what_is_sealed_shows_without_the_key_and_applies_with_it() {
    let (made, _) = write(&file(), Some(&NOBODY));
    let (bytes, digests) = made.unwrap();
    assert_ne!(digests.root, written(&file()).1.root, "the root covers the sealing");
    assert_eq!(digests.effects, written(&file()).1.effects, "the effects are the same");
    for (name, part) in archive::unpack(&bytes).unwrap_or_default() {
        assert!(!String::from_utf8_lossy(&part).contains("hunter2"), "{name} holds a secret");
    }

    let (closed, same) = read("x.plan", &bytes, &NOBODY).unwrap();
    assert_eq!(same, digests);
    assert_eq!(closed.closed.as_ref().unwrap().why, "no key for turned");
    let readable = closed.json(Secrets::Shown).0;
    assert!(!readable.contains("hunter2") && readable.contains("resource_changes"), "{readable}");
    assert_eq!(closed.plan.changes.len(), file().plan.changes.len());
    assert_eq!(
        (closed.plan.base.serial, &closed.plan.base.lineage),
        (file().plan.base.serial, &file().plan.base.lineage)
    );

    let (opened, _) = read("x.plan", &bytes, &Turned { key: true }).unwrap();
    assert_eq!(opened.closed, None);
    assert_eq!(opened.header.sealing, "turned");
    assert_eq!(opened.json(Secrets::Shown).0, file().json(Secrets::Shown).0);

    let approved = with_approvals("x.plan", &bytes, &[json!("yes")]).unwrap();
    assert_eq!(read("x.plan", &approved, &NOBODY).unwrap().1, digests);
}

#[test]
fn a_sealed_part_cannot_be_left_out_or_changed() {
    let (bytes, _) = write(&file(), Some(&NOBODY)).0.unwrap();
    let refused = |change: fn(&mut archive::Parts)| {
        let mut parts = archive::unpack(&bytes).unwrap_or_default();
        change(&mut parts);
        read("x.plan", &archive::pack(&parts).unwrap(), &Turned { key: true }).unwrap_err().detail
    };
    assert!(refused(|parts| drop(parts.remove("sealed.bin"))).contains("sealed.bin is missing"));
    assert!(
        refused(|parts| parts.get_mut("sealed.bin").unwrap()[9] ^= 1)
            .contains("sealed.bin does not have the digest")
    );
}

#[test]
fn one_thread_makes_what_two_make() {
    let file = file();
    let alone = Making::new(&file, Some(&NOBODY));
    alone.work();
    let (made, diagnostics) = alone.done();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(made.unwrap(), write(&file, Some(&NOBODY)).0.unwrap());
}

#[test]
fn what_was_not_made_is_told() {
    let (made, diagnostics) = Making::new(&file(), Some(&NOBODY)).done();
    assert!(made.is_none());
    let told: Vec<_> = diagnostics.iter().map(|error| error.detail.as_str()).collect();
    assert_eq!(told, ["The plan cannot be stored: one of its parts could not be made."]);
}
