use super::*;
use ordain_plan::file::Header;
use ordain_plan::testkit::{change, empty_plan};
use ordain_plan::{Action, PatternStep, Schemas};
use ordain_value::{Marks, Type};

fn object(pairs: Vec<(&str, Known)>) -> Known {
    Known::object(pairs)
}

pub(crate) fn file() -> PlanFile {
    let mut plan = empty_plan();
    let mut created = change("terraform_data.a[\"x\"]", Action::Create);
    created.after = object(vec![
        ("name", Known::string("n")),
        ("id", Known::unknown(Type::String)),
        ("secret", Known::string("s").with_marks(Marks::SENSITIVE)),
        ("token", Known::string("t")),
        ("size", Known::number(12)),
        ("list", Known::tuple([Known::bool(true), Known::unknown(Type::Bool), Known::null(Type::Bool)])),
        ("inner", object(vec![("deep", Known::unknown(Type::Number)), ("none", Known::null(Type::String))])),
    ]);
    let mut gone = change("terraform_data.b", Action::Delete);
    gone.before = object(vec![("name", Known::string("old"))]);
    let mut vague = change("module.m.terraform_data.c", Action::Update);
    vague.before = object(vec![("token", Known::string("x"))]);
    vague.after = Known::unknown(Type::Dynamic);
    plan.drift = vec![gone.clone()];
    plan.changes = vec![gone, vague, created];
    let mut schemas = Schemas::new();
    let first = plan.changes[0].clone();
    let schema = TypeSchema {
        version: 0,
        ty: Type::Dynamic,
        sensitive: vec![vec![PatternStep::Attr("token".into())]],
        blocks: Vec::new(),
        write_only: Vec::new(),
    };
    let resource = &first.address.resource;
    schemas.insert(
        first.provider.provider.clone(),
        resource.mode,
        resource.type_name.clone(),
        Arc::new(schema),
    );
    PlanFile {
        header: Header { terraform_version: "1.11.4".to_owned(), ..header() },
        plan,
        schemas,
        configuration: Default::default(),
        snapshot: Default::default(),
        decisions: Json::Null,
        obligations: Json::Null,
        approvals: Vec::new(),
        closed: None,
    }
}

fn header() -> Header {
    serde_json::from_value(serde_json::json!({
        "engine": "", "terraform_version": "", "sealing": "none",
        "place": serde_json::to_value(ordain_plan::file::Place::default()).unwrap(),
        "origin": serde_json::to_value(ordain_plan::file::Origin::default()).unwrap(),
        "inputs": serde_json::to_value(ordain_plan::file::Inputs::default()).unwrap(),
    }))
    .unwrap()
}

#[test]
fn what_rules_see_is_the_json_plan() {
    let file = Arc::new(file());
    let (made, found) = plan_document(&file);
    assert!(!found.has_errors(), "{found:?}");
    let (text, _) = file.json(Secrets::Shown);
    let wanted: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(made.unwrap().to_json(), wanted);
}
