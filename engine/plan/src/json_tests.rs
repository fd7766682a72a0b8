//! Expectations are what Terraform 1.11.4 prints for the same objects.

use std::sync::Arc;

use ordain_addr::{Mode, ProviderAddr, ProviderConfigAddr, parse_instance};
use ordain_state::{InstanceState, Object, OutputState, ResourceState, Status};
use ordain_value::{Marks, Path, Type};

use super::*;
use crate::{Change, Importing, Reason, TypeSchema, testkit};
use ordain_diag::{CheckInstance, CheckKind, CheckResult, CheckStatus};

fn schemas() -> Schemas {
    let ty = Type::object([
        ("id", Type::String),
        ("input", Type::Dynamic),
        ("output", Type::Dynamic),
        ("triggers_replace", Type::Dynamic),
    ]);
    let mut schemas = Schemas::new();
    let schema = Arc::new(TypeSchema {
        version: 0,
        ty,
        sensitive: Vec::new(),
        blocks: Vec::new(),
        write_only: Vec::new(),
    });
    schemas.insert(ProviderAddr::builtin(), Mode::Managed, "terraform_data".into(), schema);
    schemas
}

fn secret(text: &str) -> Value {
    Value::string(text).with_marks(Marks::SENSITIVE)
}

fn object(id: Value, input: Value, output: Value, triggers: Value) -> Value {
    Value::object([("id", id), ("input", input), ("output", output), ("triggers_replace", triggers)])
}

fn any_null() -> Value {
    Value::null(Type::Dynamic)
}

fn render(changes: Vec<Change>, secrets: Secrets) -> Json {
    let mut made = testkit::empty_plan();
    made.changes = changes;
    let schemas = schemas();
    let view = View {
        schemas: &schemas,
        configuration: &Configuration::default(),
        terraform_version: "1.11.4",
        secrets,
    };
    let (text, diagnostics) = plan(&made, &view);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert!(!text.contains('\n'));
    serde_json::from_str(&text).unwrap()
}

fn replaced() -> Change {
    let list_of_strings = Value::list(Type::String, [Value::string("a")]);
    let triggers = Value::tuple([
        Value::tuple([]),
        Value::object(Vec::<(&str, Value)>::new()),
        any_null(),
        Value::set(Type::Dynamic, []),
        list_of_strings,
        Value::object([("a", secret("x")), ("b", any_null())]),
    ]);
    let empty = Value::object(Vec::<(&str, Value)>::new());
    let before = Value::tuple([secret("a"), Value::object([("x", Value::list(Type::String, []))])]);
    let mut change = testkit::change("terraform_data.cbd", Action::CreateThenDelete);
    change.before = object("1".into(), any_null(), any_null(), before);
    change.after = object(Value::unknown(Type::String), empty.clone(), Value::unknown(empty.ty()), triggers);
    change.reason = Some(Reason::ReplaceBecauseCannotUpdate);
    change.replace_paths = vec![Path::root().attr("triggers_replace")];
    change
}

#[test]
fn shapes_of_unknown_and_sensitive_values_are_terraforms() {
    let json = render(vec![replaced()], Secrets::Shown);
    let expected = r#"{"address": "terraform_data.cbd", "mode": "managed", "type": "terraform_data", "name": "cbd", "provider_name": "terraform.io/builtin/terraform", "change": {"actions": ["create", "delete"], "before": {"id": "1", "input": null, "output": null, "triggers_replace": ["a", {"x": []}]}, "after": {"input": {}, "triggers_replace": [[], {}, null, [], ["a"], {"a": "x", "b": null}]}, "after_unknown": {"id": true, "input": {}, "output": true, "triggers_replace": [[], {}, false, [], [false], {}]}, "before_sensitive": {"triggers_replace": [true, {"x": []}]}, "after_sensitive": {"input": {}, "output": {}, "triggers_replace": [[], {}, false, [], [false], {"a": true}]}, "replace_paths": [["triggers_replace"]]}, "action_reason": "replace_because_cannot_update"}"#;
    assert_eq!(json["resource_changes"][0], serde_json::from_str::<Json>(expected).unwrap());
}

#[test]
fn hidden_secrets_are_null_and_still_marked() {
    let json = render(vec![replaced()], Secrets::Hidden);
    let change = &json["resource_changes"][0]["change"];
    assert_eq!(change["before"]["triggers_replace"][0], Json::Null);
    assert_eq!(change["after"]["triggers_replace"][5]["a"], Json::Null);
    assert_eq!(change["after_sensitive"]["triggers_replace"][5]["a"], Json::Bool(true));
    assert_eq!(
        json["planned_values"]["root_module"]["resources"][0]["values"]["triggers_replace"][5]["a"],
        Json::Null
    );
}

#[test]
fn creates_deletes_forgets_and_imports_look_as_recorded() {
    let mut create = testkit::change("terraform_data.a[0]", Action::Create);
    let unknown = Value::unknown(Type::String);
    create.after = object(unknown.clone(), "v".into(), unknown.clone(), any_null());
    let stored = object("1".into(), any_null(), any_null(), any_null());
    let mut delete = testkit::change("terraform_data.a[20]", Action::Delete);
    delete.before = stored.clone();
    delete.reason = Some(Reason::DeleteBecauseCountIndex);
    let mut deposed = testkit::change("terraform_data.cbd", Action::Delete);
    deposed.before = stored.clone();
    deposed.deposed = Some(ordain_addr::DeposedKey("aabbccdd".into()));
    let mut forget = testkit::change("terraform_data.forget", Action::Forget);
    forget.before = stored;
    forget.reason = Some(Reason::DeleteBecauseNoResourceConfig);
    let mut import = testkit::change("terraform_data.imp", Action::Update);
    import.before = object("xyz".into(), any_null(), any_null(), any_null());
    import.after = object("xyz".into(), "imp".into(), unknown, any_null());
    import.importing = Some(Importing { id: Some("xyz".to_owned()), unknown: false, identity: None }.into());
    let json = render(vec![import, forget, deposed, delete, create], Secrets::Shown);
    let expected = r#"[
{"address": "terraform_data.a[0]", "mode": "managed", "type": "terraform_data", "name": "a", "index": 0, "provider_name": "terraform.io/builtin/terraform", "change": {"actions": ["create"], "before": null, "after": {"input": "v", "triggers_replace": null}, "after_unknown": {"id": true, "output": true}, "before_sensitive": false, "after_sensitive": {}}},
{"address": "terraform_data.a[20]", "mode": "managed", "type": "terraform_data", "name": "a", "index": 20, "provider_name": "terraform.io/builtin/terraform", "change": {"actions": ["delete"], "before": {"id": "1", "input": null, "output": null, "triggers_replace": null}, "after": null, "after_unknown": {}, "before_sensitive": {}, "after_sensitive": false}, "action_reason": "delete_because_count_index"},
{"address": "terraform_data.cbd", "mode": "managed", "type": "terraform_data", "name": "cbd", "provider_name": "terraform.io/builtin/terraform", "deposed": "aabbccdd", "change": {"actions": ["delete"], "before": {"id": "1", "input": null, "output": null, "triggers_replace": null}, "after": null, "after_unknown": {}, "before_sensitive": {}, "after_sensitive": false}},
{"address": "terraform_data.forget", "mode": "managed", "type": "terraform_data", "name": "forget", "provider_name": "terraform.io/builtin/terraform", "change": {"actions": ["forget"], "before": {"id": "1", "input": null, "output": null, "triggers_replace": null}, "after": null, "after_unknown": {}, "before_sensitive": {}, "after_sensitive": false}, "action_reason": "delete_because_no_resource_config"},
{"address": "terraform_data.imp", "mode": "managed", "type": "terraform_data", "name": "imp", "provider_name": "terraform.io/builtin/terraform", "change": {"actions": ["update"], "before": {"id": "xyz", "input": null, "output": null, "triggers_replace": null}, "after": {"id": "xyz", "input": "imp", "triggers_replace": null}, "after_unknown": {"output": true}, "before_sensitive": {}, "after_sensitive": {}, "importing": {"id": "xyz"}}}
]"#;
    assert_eq!(json["resource_changes"], serde_json::from_str::<Json>(expected).unwrap());
    let planned = &json["planned_values"]["root_module"]["resources"];
    let forgotten = r#"{"address": "terraform_data.forget", "mode": "managed", "type": "terraform_data", "name": "forget", "provider_name": "terraform.io/builtin/terraform", "schema_version": 0, "sensitive_values": false}"#;
    assert_eq!(planned[1], serde_json::from_str::<Json>(forgotten).unwrap());
    assert_eq!(planned.as_array().unwrap().len(), 3, "what is deleted or set aside is not planned");
}

#[test]
fn modules_nest_and_resources_are_sorted_as_text() {
    let mut changes = Vec::new();
    for address in
        ["module.m[\"k\"].module.n.terraform_data.n", "terraform_data.a[1]", "terraform_data.a[10]"]
    {
        let mut change = testkit::change(address, Action::Create);
        change.after = object("1".into(), any_null(), any_null(), any_null());
        changes.push(change);
    }
    let json = render(changes, Secrets::Shown);
    let root = &json["planned_values"]["root_module"];
    assert_eq!(root["resources"][0]["address"], "terraform_data.a[10]");
    assert_eq!(root["child_modules"][0]["address"], "module.m[\"k\"]");
    assert!(root["child_modules"][0].get("resources").is_none());
    let inner = &root["child_modules"][0]["child_modules"][0];
    assert_eq!(inner["resources"][0]["address"], "module.m[\"k\"].module.n.terraform_data.n");
    assert_eq!(json["resource_changes"][0]["address"], "terraform_data.a[1]");
    assert_eq!(json["resource_changes"][2]["module_address"], "module.m[\"k\"].module.n");
}

#[test]
fn outputs_variables_and_order_of_fields() {
    let mut made = testkit::empty_plan();
    let output = |name: &str, action, before: Value, after: Value, sensitive| OutputChange {
        name: name.to_owned(),
        action,
        before,
        after,
        sensitive,
    };
    let ids = Value::tuple([Value::unknown(Type::String), Value::unknown(Type::String)]);
    made.outputs = vec![
        output("gone", Action::Delete, "x".into(), any_null(), false),
        output("m", Action::Create, any_null(), Value::unknown(Type::String), false),
        output("o", Action::Create, any_null(), ids, false),
        output("s", Action::Create, any_null(), secret("<s3>"), true),
    ];
    made.variables.insert("eph".into(), None);
    made.variables.insert("none".into(), None);
    made.variables.insert("s".into(), Some(secret("<s3>")));
    let document = serde_json::json!({"root_module": {"variables": {"eph": {"default": "x"}}}});
    let configuration = Configuration::of(&document);
    let schemas = Schemas::new();
    let view = View {
        schemas: &schemas,
        configuration: &configuration,
        terraform_version: "1.11.4",
        secrets: Secrets::Shown,
    };
    let (text, _) = plan(&made, &view);
    let expected = concat!(
        r#"{"format_version":"1.2","terraform_version":"1.11.4","variables":{"eph":{"value":"x"},"s":{"value":"\u003cs3\u003e"}},"#,
        r#""planned_values":{"outputs":{"m":{"sensitive":false},"o":{"sensitive":false},"s":{"sensitive":true,"type":"string","value":"\u003cs3\u003e"}},"root_module":{}},"#,
        r#""output_changes":{"gone":{"actions":["delete"],"before":"x","after":null,"after_unknown":false,"before_sensitive":false,"after_sensitive":false},"#,
        r#""m":{"actions":["create"],"before":null,"after_unknown":true,"before_sensitive":false,"after_sensitive":false},"#,
        r#""o":{"actions":["create"],"before":null,"after":[null,null],"after_unknown":[true,true],"before_sensitive":false,"after_sensitive":false},"#,
        r#""s":{"actions":["create"],"before":null,"after":"\u003cs3\u003e","after_unknown":false,"before_sensitive":true,"after_sensitive":true}},"#,
        r#""prior_state":{"format_version":"1.0","terraform_version":"1.11.4","values":{"outputs":{"s":{"sensitive":true,"type":"string","value":"\u003cs3\u003e"}},"root_module":{}}},"#,
        r#""configuration":{"root_module":{"variables":{"eph":{"default":"x"}}}},"timestamp":"2026-11-21T12:00:00Z","applyable":true,"complete":true,"errored":false}"#,
    );
    assert_eq!(text, expected);
    let (hidden, _) = plan(&made, &View { secrets: Secrets::Hidden, ..view });
    assert!(!hidden.contains("s3"), "{hidden}");
}

#[test]
fn state_documents_unwrap_types_decided_at_run_time() {
    let mut state = State { lineage: "l".into(), serial: 1, ..State::default() };
    let attributes = r#"{"id":"1","input":null,"output":null,"triggers_replace":{"value":["a",{"x":[]}],"type":["tuple",["string",["object",{"x":["list","string"]}]]]}}"#;
    let stored = Object {
        status: Status::Tainted,
        flat: false,
        schema_version: 0,
        attributes: Arc::from(serde_json::value::RawValue::from_string(attributes.to_owned()).unwrap()),
        sensitive_paths: vec![Path::root().attr("triggers_replace").index(0)],
        identity: None,
        private: Vec::new(),
        dependencies: vec![
            parse_instance("terraform_data.old").unwrap().config(),
            parse_instance("module.m.terraform_data.q").unwrap().config(),
        ],
        create_before_destroy: false,
    };
    let address = parse_instance("terraform_data.cbd").unwrap().abs_resource().clone();
    let instance =
        InstanceState { current: Some(Arc::new(stored)), deposed: Default::default(), provider_key: None };
    let provider = ProviderConfigAddr {
        module: Default::default(),
        provider: ProviderAddr::builtin(),
        alias: None,
        key: None,
    };
    state.resources.insert(address, ResourceState { provider, instances: [(None, instance)].into() });
    state.outputs.insert("x".into(), OutputState { value: Value::number(1), sensitive: false });
    let schemas = schemas();
    let view = View {
        schemas: &schemas,
        configuration: &Configuration::default(),
        terraform_version: "1.11.4",
        secrets: Secrets::Shown,
    };
    let (text, diagnostics) = super::state(&state, &view);
    assert!(diagnostics.is_empty());
    let expected = r#"{"format_version":"1.0","terraform_version":"1.11.4","values":{"outputs":{"x":{"sensitive":false,"value":1,"type":"number"}},"root_module":{"resources":[{"address":"terraform_data.cbd","mode":"managed","type":"terraform_data","name":"cbd","provider_name":"terraform.io/builtin/terraform","schema_version":0,"values":{"id":"1","input":null,"output":null,"triggers_replace":["a",{"x":[]}]},"sensitive_values":{"triggers_replace":[true,{"x":[]}]},"depends_on":["module.m.terraform_data.q","terraform_data.old"],"tainted":true}]}}}"#;
    assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), serde_json::from_str::<Json>(expected).unwrap());
    let empty = Schemas::new();
    let (_, diagnostics) = super::state(&state, &View { schemas: &empty, ..view });
    assert!(diagnostics.has_errors(), "a missing schema is an error, not a guess");
    let (text, _) = super::state(&State::default(), &view);
    assert_eq!(text, r#"{"format_version":"1.0"}"#);
}

#[test]
fn checks_name_modules_and_instances() {
    let mut made = testkit::empty_plan();
    let check = |kind, address: &str, instance: &str, messages: Vec<String>| CheckResult {
        kind,
        address: address.to_owned(),
        status: CheckStatus::Fail,
        instances: vec![CheckInstance { address: instance.to_owned(), status: CheckStatus::Fail, messages }],
    };
    made.checks = vec![
        check(
            CheckKind::Check,
            "module.m.module.n.check.c",
            "module.m[\"k\"].module.n.check.c",
            vec!["msg".into()],
        ),
        check(CheckKind::Resource, "terraform_data.b", "terraform_data.b[\"x\"]", vec![]),
    ];
    let schemas = Schemas::new();
    let view = View {
        schemas: &schemas,
        configuration: &Configuration::default(),
        terraform_version: "1.11.4",
        secrets: Secrets::Shown,
    };
    let (text, _) = plan(&made, &view);
    let json: Json = serde_json::from_str(&text).unwrap();
    let expected = r#"[{"address": {"kind": "check", "module": "module.m.module.n", "name": "c", "to_display": "module.m.module.n.check.c"}, "status": "fail", "instances": [{"address": {"module": "module.m[\"k\"].module.n", "to_display": "module.m[\"k\"].module.n.check.c"}, "status": "fail", "problems": [{"message": "msg"}]}]},
    {"address": {"kind": "resource", "mode": "managed", "name": "b", "to_display": "terraform_data.b", "type": "terraform_data"}, "status": "fail", "instances": [{"address": {"instance_key": "x", "to_display": "terraform_data.b[\"x\"]"}, "status": "fail"}]}]"#;
    assert_eq!(json["checks"], serde_json::from_str::<Json>(expected).unwrap());
    let stored = checks::to_state(&made.checks);
    assert_eq!(serde_json::to_value(checks::from_state(&stored)).unwrap(), json["checks"]);
}
