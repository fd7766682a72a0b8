use std::sync::Arc;

use ordain_addr::{ConfigResource, Key, ProviderConfigAddr, parse_instance};
use ordain_eval::Dependencies;
use ordain_plan::{Action, Change, StepKind};
use ordain_value::{Type, Value};

use super::{Uses, order};

fn change(address: &str, action: Action) -> Change {
    let provider = ProviderConfigAddr::parse("provider[\"x/y/z\"]").unwrap();
    let null = Value::null(Type::Dynamic);
    crate::session::change(&parse_instance(address).unwrap(), &provider.into(), action, (null.clone(), null))
}

fn config(address: &str) -> ConfigResource {
    parse_instance(address).unwrap().config()
}

/// Rows: address, action, wanted uses, stored uses. The result lists steps in order.
fn run(rows: &[(&str, Action, &[&str], &[&str])]) -> Vec<String> {
    let list = |names: &[&str]| names.iter().map(|name| config(name)).collect::<Arc<[_]>>();
    let listed = |names: &[&str]| Dependencies::listed(names.iter().map(|name| (config(name), None)));
    let mut changes: Vec<Change> = rows.iter().map(|row| change(row.0, row.1)).collect();
    for change in &mut changes {
        change.create_before_destroy = change.action == Action::CreateThenDelete;
    }
    let uses: Vec<Uses> =
        rows.iter().map(|row| Uses { wanted: Some(listed(row.2)), stored: list(row.3) }).collect();
    let steps = order(&changes, &uses).unwrap();
    for (at, step) in steps.iter().enumerate() {
        assert!(step.after.iter().all(|id| (id.0 as usize) < at));
    }
    let name = |kind: StepKind| match kind {
        StepKind::Create(_) => "create",
        StepKind::Update(_) => "update",
        StepKind::Delete(_) => "delete",
        StepKind::Depose(_) => "depose",
        StepKind::DeleteDeposed(_) => "delete old",
        StepKind::Read(_) => "read",
        StepKind::Forget(_) => "forget",
        StepKind::Record(_) => "record",
        StepKind::Join(_) => "join",
    };
    steps
        .iter()
        .map(|step| format!("{} {}", name(step.kind), changes[step.kind.change() as usize].address))
        .collect()
}

#[test]
fn dependencies_are_made_first_and_destroyed_last() {
    let made = run(&[
        ("t.a", Action::Create, &["t.b", "t.c"], &[]),
        ("t.b", Action::Create, &["t.c"], &[]),
        ("t.c", Action::Create, &[], &[]),
    ]);
    assert_eq!(made, ["create t.c", "create t.b", "create t.a"]);
    let destroyed = run(&[
        ("t.a", Action::Delete, &[], &[]),
        ("t.b", Action::Delete, &[], &["t.a"]),
        ("t.c", Action::Delete, &[], &["t.a", "t.b"]),
    ]);
    assert_eq!(destroyed, ["delete t.c", "delete t.b", "delete t.a"]);
}

#[test]
fn replacements_destroy_dependents_first_and_make_them_last() {
    let steps = run(&[
        ("t.a", Action::DeleteThenCreate, &[], &[]),
        ("t.b", Action::DeleteThenCreate, &["t.a"], &["t.a"]),
        ("t.u", Action::Update, &["t.a"], &["t.a"]),
    ]);
    assert_eq!(steps, ["delete t.b", "delete t.a", "create t.a", "create t.b", "update t.u"]);
}

#[test]
fn creating_first_destroys_after_dependents_are_changed() {
    let steps = run(&[
        ("t.a", Action::CreateThenDelete, &[], &[]),
        ("t.b", Action::DeleteThenCreate, &["t.a"], &["t.a"]),
        ("t.u", Action::Update, &["t.a"], &["t.a"]),
    ]);
    assert_eq!(
        steps,
        ["depose t.a", "create t.a", "delete t.b", "create t.b", "update t.u", "delete old t.a"]
    );
}

#[test]
fn what_used_an_orphan_is_changed_after_it_is_gone() {
    let steps = run(&[
        ("t.new", Action::Create, &[], &[]),
        ("t.old", Action::Delete, &[], &[]),
        ("t.u", Action::Update, &["t.new"], &["t.old"]),
    ]);
    assert_eq!(steps, ["create t.new", "delete t.old", "update t.u"]);
}

#[test]
fn a_no_op_between_two_changes_keeps_them_in_order() {
    let steps = run(&[
        ("t.a", Action::Create, &["t.m", "t.z"], &[]),
        ("t.m", Action::NoOp, &["t.z"], &["t.z"]),
        ("t.z", Action::Update, &[], &[]),
    ]);
    assert_eq!(steps, ["update t.z", "create t.a"]);
}

#[test]
fn edges_grow_with_instances_not_with_pairs() {
    let rows: Vec<String> =
        (0..100).map(|at| format!("t.a[{at}]")).chain((0..100).map(|at| format!("t.b[{at}]"))).collect();
    let changes: Vec<Change> = rows.iter().map(|row| change(row, Action::Create)).collect();
    let uses: Vec<Uses> = changes
        .iter()
        .map(|change| {
            let wanted =
                if &*change.address.resource.name == "b" { vec![(config("t.a"), None)] } else { Vec::new() };
            Uses { wanted: Some(Dependencies::listed(wanted)), stored: Arc::from([]) }
        })
        .collect();
    let steps = order(&changes, &uses).unwrap();
    assert!(steps.iter().map(|step| step.after.len()).sum::<usize>() <= 300);
}

#[test]
fn who_names_a_key_waits_for_that_instance() {
    let single = |names: &[(&str, Option<Key>)]| {
        Dependencies::listed(names.iter().map(|(name, key)| (config(name), key.clone())))
    };
    let changes: Vec<Change> = ["t.a[0]", "t.a[1]", "t.one", "t.both", "t.other"]
        .iter()
        .map(|name| change(name, Action::Create))
        .collect();
    let wanted = [
        single(&[]),
        single(&[]),
        single(&[("t.a", Some(Key::Int(0)))]),
        single(&[("t.a", None)]),
        single(&[("t.a", Some(Key::Int(7)))]),
    ];
    let uses: Vec<Uses> =
        wanted.into_iter().map(|wanted| Uses { wanted: Some(wanted), stored: Arc::from([]) }).collect();
    let steps = order(&changes, &uses).unwrap();
    let makes = |address: &str| {
        let is = |kind: StepKind| matches!(kind, StepKind::Create(at) if changes[at as usize].address.to_string() == address);
        steps.iter().position(|step| is(step.kind)).unwrap() as u32
    };
    let after =
        |address: &str| steps[makes(address) as usize].after.iter().map(|id| id.0).collect::<Vec<_>>();
    assert_eq!(after("t.one"), [makes("t.a[0]")]);
    assert!(after("t.other").is_empty());
    let [join] = after("t.both")[..] else { panic!("one step for both") };
    assert!(matches!(steps[join as usize].kind, StepKind::Join(_)));
}
