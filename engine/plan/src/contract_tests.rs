use std::sync::Arc;

use ordain_value::{Marks, Type};

use super::*;
use crate::{OutputChange, PatternStep, TypeSchema, testkit};

#[test]
fn rules_see_unknowns_as_such_and_secrets_sealed() {
    let mut refined = Unknown::of(Type::String);
    refined.nullness = Nullness::Never;
    refined.prefix = Some("eu-".into());
    let mut made = testkit::empty_plan();
    let mut create = testkit::change("module.m.terraform_data.a[\"k\"]", Action::CreateThenDelete);
    create.before = Value::object([("id", Value::string("1"))]);
    create.after = Value::object([
        ("id", Value::unknown(Type::String)),
        ("input", Value::tuple([Value::refined(refined)])),
        ("output", Value::string("hunter2")),
        ("n", Value::null(Type::Number)),
    ]);
    create.replace_paths = vec![Path::root().attr("input").index(0)];
    made.changes = vec![create];
    let secret = Value::string("hunter2").with_marks(Marks::SENSITIVE);
    made.variables.insert("v".into(), Some(secret));
    made.outputs = vec![OutputChange {
        name: "o".to_owned(),
        action: Action::Create,
        before: Value::null(Type::Dynamic),
        after: Value::string("abc"),
        sensitive: true,
    }];
    let mut schemas = Schemas::new();
    let schema = TypeSchema {
        version: 0,
        ty: Type::Dynamic,
        sensitive: vec![vec![PatternStep::Attr("output".into())]],
        blocks: vec![],
        write_only: vec![],
    };
    let provider = ordain_addr::ProviderAddr::builtin();
    schemas.insert(provider, ordain_addr::Mode::Managed, "terraform_data".into(), Arc::new(schema));
    let row = super::change(&made.changes[0], &schemas);
    let schema =
        schemas.get(&made.changes[0].provider.provider, ordain_addr::Mode::Managed, "terraform_data");
    let after = super::value(&schema.unwrap().mark(&made.changes[0].after), "salt").unwrap();
    assert!(after.veiled && !after.document.to_string().contains("hunter2"));
    let after = after.document;
    let made = contract(&made, &schemas, "salt").unwrap();
    assert!(made.veiled && row.veiled);
    let change = &row.document;
    assert_eq!(change["action"], "replace");
    assert_eq!((&change["module"], &change["key"]), (&json!("module.m"), &json!("k")));
    assert_eq!(after["id"], json!({"$unknown": {"type": "string"}}));
    assert_eq!(after["input"], json!([{"$unknown": {"type": "string", "not_null": true, "prefix": "eu-"}}]));
    assert_eq!(after["n"], Json::Null);
    let sealed = after["output"]["$sealed"].as_str().unwrap();
    assert_eq!(made.document["variables"]["v"]["$sealed"], sealed, "equal values have equal commitments");
    assert_eq!(change["unknown_paths"], json!(["id", "input[0]"]));
    assert_eq!(change["sensitive_paths"], json!(["output"]));
    assert_eq!(change["replace_paths"], json!(["input[0]"]));
    assert_eq!(made.document["outputs"][0]["before"], Json::Null);
    assert!(made.document["outputs"][0]["after"]["$sealed"].is_string());
    let shown = made.secrets.without("abc hunter2");
    assert_eq!(
        shown.as_deref(),
        Some("abc (sensitive value)"),
        "three letters are too short to be found by chance"
    );
    assert!(!made.document.to_string().contains("hunter2"));
    assert!(!row.document.to_string().contains("hunter2"));
}

#[test]
fn of_what_is_sensitive_and_not_wholly_known_only_the_type_is_told() {
    let mut begins = Unknown::of(Type::String);
    begins.prefix = Some("hunter2-".into());
    let secret = |value: Value| value.with_marks(Marks::SENSITIVE);
    let mut change = testkit::change("terraform_data.a", Action::Create);
    let open = Value::map(Type::String, [("hunter2", Value::unknown(Type::String))]);
    change.after = Value::object([
        ("begins", secret(Value::refined(begins))),
        ("some", secret(Value::list(Type::String, [Value::string("hunter2"), Value::unknown(Type::String)]))),
        ("keys", secret(open)),
    ]);
    let after = super::value(&change.after, "salt").unwrap().document;
    let made = super::change(&change, &Schemas::new());
    assert_eq!(after["begins"], json!({"$unknown": {"type": "string"}}));
    assert_eq!(after["some"], json!({"$unknown": {"type": ["list", "string"], "not_null": true}}));
    assert_eq!(after["keys"], json!({"$unknown": {"type": ["map", "string"], "not_null": true}}));
    assert_eq!(made.document["unknown_paths"], json!(["begins", "keys", "some"]));
    assert_eq!(made.document["sensitive_paths"], json!(["begins", "keys", "some"]));
    assert!(!made.document.to_string().contains("hunter2") && !after.to_string().contains("hunter2"));
    assert!(!format!("{made:?}").contains("hunter2"));
    assert_eq!(made.secrets.without("hunter2").as_deref(), Some("(sensitive value)"));
}
