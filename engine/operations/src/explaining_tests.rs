use ordain_addr::parse_instance;
use ordain_config::SourceSet;
use ordain_plan::{Plan, testkit};
use ordain_value::{Path, Type};

use super::*;
use crate::Project;

const TEXT: &str = "variable \"size\" {}
locals {
  id    = terraform_data.a.id
  label = \"x-${local.id}\"
}
resource \"terraform_data\" \"a\" {
  input = var.size
}
resource \"terraform_data\" \"b\" {
  triggers_replace = local.label
}
resource \"terraform_data\" \"c\" {
  count = var.size
}
";

fn change(address: &str, action: Action, before: Value, after: Value) -> Change {
    Change { before, after, ..testkit::change(address, action) }
}

fn plan(changes: Vec<Change>) -> Plan {
    Plan { changes, ..testkit::empty_plan() }
}

fn explained(plan: &Plan, address: &str) -> Cause {
    let mut set = SourceSet::default();
    set.files.insert("main.tf".into(), TEXT.into());
    let (project, found) = Project::from_snapshot(set);
    assert!(!found.has_errors(), "{found:?}");
    let explainer = Explainer::new(plan, &project.tree, &project.sources);
    explainer.cause(explainer.change(&parse_instance(address).unwrap()).unwrap())
}

fn subjects(links: &[Link]) -> Vec<&str> {
    links.iter().map(|link| &*link.subject).collect()
}

#[test]
fn a_replacement_leads_back_to_what_is_not_known() {
    let unknown = || Value::unknown(Type::String);
    let made = Value::object([("id", unknown()), ("input", Value::from(2))]);
    let old = Value::object([("id", Value::string("1")), ("triggers_replace", Value::string("x-0"))]);
    let new = Value::object([("id", unknown()), ("triggers_replace", unknown())]);
    let mut replaced = change("terraform_data.b", Action::DeleteThenCreate, old, new);
    replaced.reason = Some(Reason::ReplaceBecauseCannotUpdate);
    replaced.replace_paths = vec![Path::root().attr("triggers_replace")];
    let null = Value::null(Type::Dynamic);
    let plan = plan(vec![change("terraform_data.a", Action::Create, null, made), replaced]);

    let cause = explained(&plan, "terraform_data.b");
    assert_eq!(cause.because, "triggers_replace cannot change in place.");
    let expected = ["terraform_data.b.triggers_replace", "local.label", "local.id", "terraform_data.a.id"];
    assert_eq!(subjects(&cause.chain), expected);
    assert_eq!(cause.chain[1].place.as_deref(), Some("main.tf:4"));
    assert_eq!(cause.chain[3].says, "not known before apply: terraform_data.a is created");
    assert_eq!(cause.unknown["id"][0].says, "decided by the provider");
    assert_eq!(subjects(&cause.unknown["triggers_replace"]), expected);
}

#[test]
fn an_update_leads_back_to_an_input() {
    let old = Value::object([("id", Value::string("1")), ("input", Value::from(1))]);
    let new = Value::object([("id", Value::string("1")), ("input", Value::from(2))]);
    let plan = plan(vec![change("terraform_data.a", Action::Update, old, new)]);
    let cause = explained(&plan, "terraform_data.a");
    assert_eq!(cause.because, "input is not what it was.");
    assert_eq!(subjects(&cause.chain), ["terraform_data.a.input", "var.size"]);
    assert_eq!(cause.chain[1].says, "input of the root module");
}

#[test]
fn drift_goes_before_inputs() {
    let old = Value::object([("input", Value::from(1))]);
    let new = Value::object([("input", Value::from(2))]);
    let mut plan = plan(vec![change("terraform_data.a", Action::Update, old.clone(), new.clone())]);
    plan.drift = vec![change("terraform_data.a", Action::Update, new, old)];
    let cause = explained(&plan, "terraform_data.a");
    assert_eq!(subjects(&cause.chain), ["terraform_data.a.input"]);
    assert_eq!(cause.chain[0].says, "changed outside of Ordain");
}

#[test]
fn an_instance_too_many_leads_back_to_count() {
    let old = Value::object([("id", Value::string("1"))]);
    let null = Value::null(Type::Dynamic);
    let mut gone = change("terraform_data.c[2]", Action::Delete, old, null);
    gone.reason = Some(Reason::DeleteBecauseCountIndex);
    let cause = explained(&plan(vec![gone]), "terraform_data.c[2]");
    assert_eq!(cause.because, "The index [2] is out of the range of count.");
    assert_eq!(subjects(&cause.chain), ["terraform_data.c (count or for_each)", "var.size"]);
}
