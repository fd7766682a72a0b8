use std::sync::Arc;

use ordain_addr::{
    DeposedKey, Key, Mode as ResourceMode, ProviderAddr, Target, parse_instance, parse_resource,
};
use ordain_diag::{CheckInstance, CheckKind, CheckResult, CheckStatus};
use ordain_state::{CheckObject, CheckRecord, InstanceState, Object, OutputState, ResourceState, Status};
use ordain_value::{Marks, Nullness, Path, Range, Type, Unknown, Value};

use super::*;
use crate::{
    Action, Deferred, Importing, Mode, OutputChange, PatternStep, Reason, RelevantAttribute, StepId,
    StepKind, TypeSchema, testkit,
};

fn round(value: &Value) -> Value {
    let text = serde_json::to_string(&Exact(value.clone())).unwrap();
    let back: Exact = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    back.0
}

#[test]
fn every_kind_of_value_comes_back() {
    let object_type = Type::object([("a", Type::list(Type::String)), ("b", Type::Dynamic)]);
    let mut refined = Unknown::of(Type::String);
    refined.nullness = Nullness::Never;
    refined.prefix = Some("eu-".into());
    let mut bounded = Unknown::of(Type::Number);
    bounded.bounds = Range { lower: Some((1.into(), true)), upper: Some((2.5.into(), false)) }.into();
    let mut sized = Unknown::of(Type::list(Type::Bool));
    sized.length = Range { lower: Some((1, true)), upper: Some((9, true)) }.into();
    let values = [
        Value::null(Type::Dynamic),
        Value::null(Type::tuple([Type::Number, Type::map(Type::set(Type::Bool))])),
        Value::unknown(object_type.clone()),
        Value::refined(refined),
        Value::refined(bounded),
        Value::refined(sized),
        Value::bool(true),
        Value::number("12345678901234567890".parse::<ordain_value::Number>().unwrap()),
        Value::number("-0.25".parse::<ordain_value::Number>().unwrap()),
        Value::string("a\"\n\u{1F600}"),
        Value::list(Type::String, []),
        Value::list(Type::String, [Value::string("x"), Value::unknown(Type::String)]),
        Value::set(Type::Number, [Value::number(2), Value::number(1)]),
        Value::map(Type::String, [("k", Value::string("v"))]),
        Value::map(object_type, Vec::<(&str, Value)>::new()),
        Value::tuple([Value::string("list"), Value::bool(false)]),
        Value::tuple([]),
        Value::object([
            ("list", Value::string("s").with_marks(Marks::SENSITIVE)),
            ("n", Value::null(Type::Bool)),
        ]),
        Value::object([("deep", Value::tuple([Value::null(Type::String).with_marks(Marks::SENSITIVE)]))])
            .with_marks(Marks::SENSITIVE),
    ];
    for value in values {
        assert_eq!(round(&value), value);
        assert_eq!(round(&value).ty(), value.ty());
    }
}

#[test]
fn ephemeral_values_are_refused() {
    let value = Value::object([("a", Value::string("x").with_marks(Marks::EPHEMERAL))]);
    let error = serde_json::to_string(&Exact(value)).unwrap_err().to_string();
    assert!(error.contains("ephemeral"), "{error}");
}

#[test]
fn damaged_values_are_errors() {
    for text in [
        "null",
        "[]",
        "[\"list\"]",
        "[\"list\",\"string\"]",
        "[\"what\",1]",
        "[\"null\",\"text\"]",
        "[1,2]",
        "[\"unknown\",{\"type\":\"string\",\"more\":1}]",
        "[\"map\",\"string\",[]]",
        "[\"tuple\",[],1,2]",
    ] {
        assert!(serde_json::from_str::<Exact>(text).is_err(), "{text}");
    }
    let deep = format!("[\"null\",{}\"string\"{}]", "[\"list\",".repeat(90), "]".repeat(90));
    assert!(serde_json::from_str::<Exact>(&deep).is_ok());
    let deeper = format!("[\"null\",{}\"string\"{}]", "[\"list\",".repeat(9000), "]".repeat(9000));
    assert!(serde_json::from_str::<Exact>(&deeper).is_err());
}

pub(crate) fn full_state() -> State {
    let raw = |text: &str| Arc::from(serde_json::value::RawValue::from_string(text.to_owned()).unwrap());
    let object = |status| {
        Arc::new(Object {
            status,
            flat: false,
            schema_version: 3,
            attributes: raw("{\"id\": \"1\",  \"n\":1.50}"),
            sensitive_paths: vec![
                Path::root().attr("list").index(0).attr("p"),
                Path::root().attr("m").index("k"),
            ],
            identity: Some((1, raw("{\"id\":\"1\"}"))),
            private: vec![0, 255, 7],
            dependencies: vec![parse_resource("module.m.data.x.y").unwrap().config()],
            create_before_destroy: true,
        })
    };
    let instance = InstanceState {
        current: Some(object(Status::Tainted)),
        deposed: [(DeposedKey("aabbccdd".into()), object(Status::Ready))].into(),
        provider_key: Some("east".into()),
    };
    let provider = testkit::change("a.b", Action::NoOp).provider;
    let instances = [
        (None, instance.clone()),
        (Some(Key::Int(0)), instance.clone()),
        (Some(Key::Str("k\"${x}".into())), InstanceState::default()),
    ];
    let resource =
        ResourceState { provider: std::sync::Arc::unwrap_or_clone(provider), instances: instances.into() };
    State {
        lineage: "l".into(),
        serial: 7,
        terraform_version: "1.11.4".to_owned(),
        outputs: [("o".into(), OutputState { value: Value::number(1), sensitive: true })].into(),
        resources: [(parse_resource("module.a[0].module.b[\"k\"].x.y").unwrap(), resource)].into(),
        check_results: Some(vec![CheckRecord {
            object_kind: "check".to_owned(),
            config_addr: "check.c".to_owned(),
            status: "fail".to_owned(),
            objects: Some(vec![CheckObject {
                object_addr: "check.c".to_owned(),
                status: "fail".to_owned(),
                failure_messages: vec!["m".to_owned()],
            }]),
        }]),
    }
}

pub(crate) fn full_plan() -> Plan {
    let mut plan = testkit::empty_plan();
    let actions = [
        (Action::NoOp, None),
        (Action::Create, None),
        (Action::Read, Some(Reason::ReadBecauseConfigUnknown)),
        (Action::Update, None),
        (Action::DeleteThenCreate, Some(Reason::ReplaceBecauseCannotUpdate)),
        (Action::CreateThenDelete, Some(Reason::ReplaceByTriggers)),
        (Action::Delete, Some(Reason::DeleteBecauseEachKey)),
        (Action::Forget, Some(Reason::DeleteBecauseNoModule)),
        (Action::CreateThenForget, Some(Reason::ReplaceByRequest)),
    ];
    for (at, (action, reason)) in actions.into_iter().enumerate() {
        let mut change = testkit::change(&format!("module.m[\"a.b\"].terraform_data.x[{at}]"), action);
        change.reason = reason;
        change.before = Value::object([("a", Value::string("old"))]);
        change.after = Value::object([("a", Value::unknown(Type::String).with_marks(Marks::SENSITIVE))]);
        plan.changes.push(change);
    }
    let last = plan.changes.last_mut().unwrap();
    last.previous_address = Some(parse_instance("data.p.q[\"k\"]").unwrap().into());
    last.deposed = Some(DeposedKey("aabbccdd".into()));
    let provider = std::sync::Arc::make_mut(&mut last.provider);
    provider.module = provider.module.child("m");
    provider.alias = Some("east".into());
    last.replace_paths = vec![Path::root().attr("a").index(2).index("k")];
    last.importing =
        Some(Importing { id: None, unknown: true, identity: Some(Value::object([("i", 1.into())])) }.into());
    last.generated_config = Some("resource {}\n".to_owned());
    last.planned_private = vec![1, 2, 0, 255];
    last.identity =
        (Some(Value::object([("i", 1.into())]).into()), Some(Value::unknown(Type::Dynamic).into()));
    plan.mode = Mode::Destroy;
    plan.variables =
        [("v".into(), Some(Value::string("s").with_marks(Marks::SENSITIVE))), ("e".into(), None)].into();
    plan.drift = plan.changes.iter().take(2).cloned().collect();
    plan.deferred = vec![Deferred {
        reason: "instance_count_unknown",
        index_unknown: true,
        change: testkit::change("a.b", Action::Create),
    }];
    plan.outputs = vec![OutputChange {
        name: "o".to_owned(),
        action: Action::Update,
        before: Value::number(1),
        after: Value::unknown(Type::Number),
        sensitive: true,
    }];
    let step = |kind, after: &[u32]| Step { kind, after: after.iter().copied().map(StepId).collect() };
    plan.steps = vec![
        step(StepKind::Record(0), &[]),
        step(StepKind::Create(1), &[]),
        step(StepKind::Read(2), &[1]),
        step(StepKind::Update(3), &[1, 2]),
        step(StepKind::Delete(4), &[]),
        step(StepKind::Depose(5), &[]),
        step(StepKind::DeleteDeposed(5), &[5]),
        step(StepKind::Forget(7), &[]),
    ];
    plan.checks = vec![CheckResult {
        kind: CheckKind::OutputValue,
        address: "output.o".to_owned(),
        status: CheckStatus::Error,
        instances: vec![CheckInstance {
            address: "output.o".to_owned(),
            status: CheckStatus::Unknown,
            messages: vec!["m".to_owned()],
        }],
    }];
    let attribute = vec![Value::string("a"), Value::number(0)];
    plan.relevant = vec![RelevantAttribute { resource: "a.b".to_owned(), attribute }];
    plan.prior = full_state();
    plan.base = State { serial: 6, ..full_state() };
    plan.targets = vec![Target::parse("module.m").unwrap(), Target::parse("a.b[0]").unwrap()];
    plan.excludes = vec![Target::parse("data.a.b").unwrap()];
    (plan.complete, plan.applyable, plan.errored) = (false, false, true);
    plan
}

/// What a writer writes.
pub(crate) fn bytes(write: impl FnOnce(&mut dyn std::io::Write) -> Result<(), Broken>) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    out
}

#[test]
fn every_part_of_a_plan_comes_back() {
    let plan = full_plan();
    let changes = bytes(|out| write_changes(&plan, out));
    let steps = bytes(|out| write_steps(&plan.steps, out));
    let prior = read_state(&bytes(|out| write_state(&plan.prior, out))).unwrap();
    let base = read_state(&bytes(|out| write_state(&plan.base, out))).unwrap();
    let back = read_plan(&changes, &steps, prior, base).unwrap();
    // Debug shows nothing of sensitive values, so bytes are compared as well.
    assert_eq!(format!("{back:?}"), format!("{plan:?}"));
    assert_eq!(bytes(|out| write_changes(&back, out)), changes);
    assert_eq!(bytes(|out| write_state(&back.prior, out)), bytes(|out| write_state(&plan.prior, out)));
}

#[test]
fn steps_out_of_order_or_range_are_refused() {
    let mut plan = full_plan();
    plan.steps = vec![Step { kind: StepKind::Create(99), after: vec![] }];
    let read = |plan: &Plan| {
        let changes = bytes(|out| write_changes(plan, out));
        read_plan(&changes, &bytes(|out| write_steps(&plan.steps, out)), State::default(), State::default())
    };
    assert!(read(&plan).unwrap_err().0.contains("does not exist"));
    plan.steps = vec![Step { kind: StepKind::Create(1), after: vec![StepId(0)] }];
    assert!(read(&plan).unwrap_err().0.contains("does not come before"));
}

#[test]
fn trimmed_schemas_come_back() {
    let mut schemas = Schemas::new();
    let sensitive =
        vec![vec![PatternStep::Attr("a".into()), PatternStep::Each, PatternStep::Attr("b".into())]];
    let mut ty = Type::object([("a", Type::list(Type::object([("b", Type::String)]))), ("c", Type::Dynamic)]);
    if let Type::Object(object) = &mut ty {
        Arc::make_mut(object).optional.insert("c".into());
    }
    let schema = Arc::new(TypeSchema {
        version: 2,
        ty,
        blocks: sensitive.clone(),
        write_only: sensitive.clone(),
        sensitive,
    });
    schemas.insert(ProviderAddr::default_for("aws"), ResourceMode::Data, "aws_x".into(), schema);
    let bytes = super::tests::bytes(|out| write_schemas(&schemas, out));
    assert_eq!(read_schemas(&bytes).unwrap(), schemas);
}

#[test]
fn types_are_written_alike_whether_their_texts_are_kept_or_not() {
    // More of them than are kept, each twice and within another.
    let inner = Type::object([("a\"b", Type::list(Type::Number))]);
    let types: Vec<Type> = (0..40)
        .flat_map(|number| {
            let ty = Type::object([(format!("n{number}"), inner.clone()), ("x".to_owned(), Type::Dynamic)]);
            [ty.clone(), Type::map(ty)]
        })
        .collect();
    let text = || {
        let mut out = Vec::new();
        text::compact(&written::Each(&types, types::Written), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let plain = text();
    let _writing = shared::Writing::begin();
    assert_eq!((text(), text()), (plain.clone(), plain));
    assert!(
        text()
            .starts_with(r#"[["object",{"n0":["object",{"a\"b":["list","number"]}],"x":"dynamic"}],["map""#)
    );
}
