use std::collections::BTreeMap;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use ordain_addr::{ProviderAddr, Target};
use ordain_config::{ModuleTree, SourceSet, load};
use ordain_diag::CheckStatus;
use ordain_lang::{World, WorldError};
use ordain_provider::{
    Attribute, AttributeType, Block as SchemaBlock, Flags, NestedBlock, Nesting, ProviderSchema, Schema,
    SchemaTable,
};
use ordain_value::{Marks, Path};

use super::*;
use crate::{Conditions, Mode, VariableInput, VariableSource, VariableText, WantedInstance};

struct Still;

impl World for Still {
    fn read(&self, _path: &FilePath) -> Result<Vec<u8>, WorldError> {
        Err(WorldError { message: "no files".to_owned(), not_found: true })
    }
    fn file_exists(&self, _path: &FilePath) -> Result<bool, WorldError> {
        Ok(false)
    }
    fn walk(&self, _directory: &FilePath) -> Result<Vec<String>, WorldError> {
        Ok(Vec::new())
    }
    fn home(&self) -> Option<PathBuf> {
        None
    }
    fn current_dir(&self) -> PathBuf {
        PathBuf::from("/work")
    }

    fn started_in(&self) -> PathBuf {
        self.current_dir()
    }
    fn now(&self) -> i128 {
        0
    }
    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn attribute(ty: Type, required: bool, computed: bool) -> Attribute {
    let flags = Flags { required, optional: !required, computed, ..Flags::default() };
    Attribute { ty: AttributeType::Plain(ty), flags, description: String::new(), markdown: false }
}

fn schema() -> Arc<ProviderSchema> {
    let mut block = SchemaBlock::default();
    block.attributes.insert("id".into(), attribute(Type::String, false, true));
    block.attributes.insert("input".into(), attribute(Type::Dynamic, false, false));
    block.attributes.insert("size".into(), attribute(Type::Number, false, false));
    let rules = Type::list(Type::object([("from", Type::String), ("to", Type::String)]));
    block.attributes.insert("rule".into(), attribute(rules, false, false));
    let mut secret = attribute(Type::String, false, true);
    secret.flags.sensitive = true;
    block.attributes.insert("secret".into(), secret);
    let mut part = SchemaBlock::default();
    part.attributes.insert("name".into(), attribute(Type::String, true, false));
    block.blocks.insert(
        "part".into(),
        NestedBlock { nesting: Nesting::List, block: part.clone(), min_items: 0, max_items: 2 },
    );
    block.blocks.insert(
        "one".into(),
        NestedBlock { nesting: Nesting::Single, block: part, min_items: 0, max_items: 1 },
    );
    let schema = Arc::new(Schema { version: 0, block });
    let mut config = SchemaBlock::default();
    config.attributes.insert("host".into(), attribute(Type::String, false, false));
    Arc::new(ProviderSchema {
        config: Schema { version: 0, block: config },
        resources: SchemaTable::from([("x_y".into(), schema.clone())]),
        data_sources: SchemaTable::from([("x_y".into(), schema)]),
        ..ProviderSchema::default()
    })
}

fn tree(files: &[(&str, &str)]) -> Arc<ModuleTree> {
    let files = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    let (tree, _, found) = load(&SourceSet { files, ..SourceSet::default() });
    assert!(!found.has_errors(), "{found:?}");
    Arc::new(tree)
}

fn input(files: &[(&str, &str)], mode: Mode) -> Input {
    Input {
        tree: tree(files),
        schemas: BTreeMap::from([(ProviderAddr::default_for("x"), schema())]),
        variables: BTreeMap::new(),
        world: Arc::new(Still),
        functions: BTreeMap::new(),
        mode,
        workspace: "default".into(),
        timestamp: "2026-01-01T00:00:00Z".into(),
        stored_providers: Vec::new(),
        targets: Vec::new(),
        excludes: Vec::new(),
        conditions: Conditions::Refuse,
        defer: false,
        imports: true,
        looks: false,
        compiled: None,
    }
}

struct Run {
    /// Everything handed out, as text, in order.
    asked: Vec<String>,
    instances: Vec<WantedInstance>,
    summaries: Vec<String>,
    outcome: Outcome,
}

/// Runs to the end; `answer` says what stands for an instance.
fn run_with(input: Input, answer: impl Fn(&WantedInstance) -> Answer) -> Run {
    let (mut evaluator, mut found) = Evaluator::new(input);
    let (mut asked, mut instances) = (Vec::new(), Vec::new());
    loop {
        let (progress, problems) = evaluator.step();
        found.append(problems);
        let Progress::Wanted(wanted) = progress else {
            assert!(matches!(progress, Progress::Done));
            break;
        };
        for item in wanted {
            match item {
                Wanted::Provider(provider) => {
                    asked.push(format!("{} {:?}", provider.address, provider.config));
                    found.append(
                        evaluator
                            .resolve(&Asked::Provider(provider.address), Answer::Value(Value::bool(true))),
                    );
                }
                Wanted::Module(_) | Wanted::Expanded(_) => {}
                Wanted::Managed(instance) | Wanted::Data(instance) | Wanted::Ephemeral(instance) => {
                    asked.push(format!("{}", instance.address));
                    let answer = answer(&instance);
                    found.append(evaluator.resolve(&Asked::Instance(instance.address.clone()), answer));
                    instances.push(instance);
                }
            }
        }
    }
    let mut summaries: Vec<String> = found.iter().map(|item| item.summary.clone()).collect();
    summaries.sort();
    Run { asked, instances, summaries, outcome: evaluator.finish() }
}

/// As a provider does while planning: the id is not known.
fn planned(instance: &WantedInstance) -> Answer {
    let Ok(value) = Path::root().attr("id").set(&instance.config, Value::unknown(Type::String)).ok_or(())
    else {
        panic!()
    };
    Answer::Value(value)
}

fn run(text: &str) -> Run {
    run_with(input(&[("main.tf", text)], Mode::Plan), planned)
}

fn config_of<'r>(run: &'r Run, address: &str) -> &'r Value {
    &run.instances.iter().find(|instance| instance.address.to_string() == address).unwrap().config
}

#[test]
fn instances_come_in_order_of_their_references() {
    let run = run(r#"
resource "x_y" "b" { input = local.l }
resource "x_y" "a" {}
locals { l = "${x_y.a.id}-${var.v}" }
variable "v" { default = "d" }
output "o" { value = x_y.b.input }
"#);
    assert_eq!(run.asked[1..], ["x_y.a", "x_y.b"]);
    assert_eq!(run.summaries, Vec::<String>::new());
    assert!(!run.outcome.outputs["o"].value.is_known());
    assert_eq!(
        run.instances[1].of.dependencies.all().iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["x_y.a"]
    );
}

#[test]
fn count_for_each_and_modules_expand() {
    let main = r#"
module "m" {
  source   = "./m"
  for_each = { k = 1, j = 2 }
  n        = each.value
}
output "all" { value = module.m["k"].ids }
output "every" { value = [for key, m in module.m : "${key}${length(m.ids)}"] }
resource "x_y" "z" { input = module.m["j"].ids[1] }
"#;
    let child = r#"
variable "n" { type = number }
resource "x_y" "c" {
  count = var.n
  input = "${count.index}/${path.module}"
}
resource "x_y" "e" {
  for_each = toset(["p", "q"])
  input    = "${each.key}${each.value}"
}
output "ids" { value = x_y.c[*].input }
"#;
    let run = run_with(input(&[("main.tf", main), ("m/main.tf", child)], Mode::Plan), planned);
    assert_eq!(run.summaries, Vec::<String>::new());
    assert_eq!(
        run.asked[1..],
        [
            "module.m[\"j\"].x_y.c[0]",
            "module.m[\"j\"].x_y.c[1]",
            "module.m[\"k\"].x_y.c[0]",
            "module.m[\"j\"].x_y.e[\"p\"]",
            "module.m[\"j\"].x_y.e[\"q\"]",
            "module.m[\"k\"].x_y.e[\"p\"]",
            "module.m[\"k\"].x_y.e[\"q\"]",
            "x_y.z",
        ]
    );
    assert_eq!(config_of(&run, "x_y.z").get("input").unwrap().as_str(), Some("1/m"));
    assert_eq!(config_of(&run, "module.m[\"k\"].x_y.e[\"q\"]").get("input").unwrap().as_str(), Some("qq"));
    assert_eq!(format!("{:?}", run.outcome.outputs["every"].value), "[\"j2\", \"k1\"]");
}

#[test]
fn bad_references_are_said_in_terraforms_words() {
    let text = r#"
resource "x_y" "a" { input = each.value }
resource "x_y" "b" { input = count.index }
resource "x_y" "c" { input = self.id }
resource "x_y" "k" {
  count = 1
}
output "a" { value = [x_y.nope, data.x_y.a, module.n, foo.bar] }
output "b" { value = [x_y.k.id, x_y.d[0], x_y.d.nope] }
output "c" { value = [var.regoin, local.nope, path.here, terraform.env] }
resource "x_y" "d" {}
variable "region" { default = "r" }
"#;
    let run = run_with(input(&[("main.tf", text)], Mode::Validate), planned);
    assert_eq!(
        run.summaries,
        [
            "Invalid \"path\" attribute",
            "Invalid \"self\" reference",
            "Invalid \"terraform\" attribute",
            "Missing resource instance key",
            "Reference to \"count\" in non-counted context",
            "Reference to undeclared input variable",
            "Reference to undeclared local value",
            "Reference to undeclared module",
            "Reference to undeclared resource",
            "Reference to undeclared resource",
            "Reference to undeclared resource",
            "Unexpected resource instance key",
            "Unsupported attribute",
            "each.value cannot be used in this context",
        ]
    );
}

#[test]
fn what_follows_an_instance_has_a_name() {
    let text = r#"
resource "x_y" "k" {
  count = 1
}
resource "x_y" "e" {
  for_each = { a = 1 }
}
resource "x_y" "d" {}
output "a" { value = [x_y.k[0]["id"], x_y.e["a"][0], x_y.d[0].nope] }
"#;
    let run = run_with(input(&[("main.tf", text)], Mode::Validate), planned);
    let (index, key) = ("Invalid index operation", "Unexpected resource instance key");
    assert_eq!(run.summaries, [index, index, key, "Unsupported attribute"]);
    let text =
        "module \"m\" {\n  source = \"./m\"\n  count = 1\n}\noutput \"a\" { value = module.m[0][\"x\"] }\n";
    let run = run_with(input(&[("main.tf", text), ("m/main.tf", "")], Mode::Validate), planned);
    assert_eq!(run.summaries, ["Invalid reference"]);
}

#[test]
fn circles_are_named_before_anything_is_asked() {
    let run = run(
        "resource \"x_y\" \"a\" { input = x_y.b.id }\nresource \"x_y\" \"b\" { input = local.l }\nlocals { l = x_y.a.id }\n",
    );
    assert_eq!(run.summaries, ["Cycle: local.l (expand), x_y.a, x_y.b"]);
    assert!(run.asked.is_empty());
    let run = self::run("locals { me = local.me }\n");
    assert_eq!(run.summaries, ["Self-referencing local value"]);
    let run = self::run("resource \"x_y\" \"a\" { input = x_y.a.id }\n");
    assert_eq!(run.summaries, ["Self-referential block", "Self-referential block"]);
}

#[test]
fn a_failure_stops_only_what_depends_on_it() {
    let text = r#"
resource "x_y" "a" {}
resource "x_y" "b" { input = x_y.a.id }
resource "x_y" "c" {}
output "b" { value = x_y.b.id }
output "c" { value = x_y.c.input }
"#;
    let run = run_with(input(&[("main.tf", text)], Mode::Plan), |instance| {
        if &*instance.address.resource.name == "a" { Answer::Failed } else { planned(instance) }
    });
    assert_eq!(run.asked[1..], ["x_y.a", "x_y.c"]);
    assert_eq!(run.outcome.outputs.keys().map(|name| &**name).collect::<Vec<_>>(), ["c"]);
}

#[test]
fn repetition_must_be_known_and_fit() {
    let run = run(r#"
resource "x_y" "a" {}
resource "x_y" "b" { count = x_y.a.id == "" ? 1 : 0 }
resource "x_y" "c" { for_each = ["a"] }
resource "x_y" "d" { for_each = toset([x_y.a.id]) }
resource "x_y" "e" { count = -1 }
resource "x_y" "f" { for_each = sensitive(toset(["a"])) }
resource "x_y" "g" { count = null }
resource "x_y" "h" { for_each = toset([1]) }
"#);
    assert_eq!(
        run.summaries,
        [
            "Invalid count argument",
            "Invalid count argument",
            "Invalid count argument",
            "Invalid for_each argument",
            "Invalid for_each argument",
            "Invalid for_each argument",
            "Invalid for_each set argument",
        ]
    );
}

#[test]
fn variables_are_converted_validated_and_marked() {
    let text = r#"
variable "n" {
  type = number
  validation {
    condition     = var.n < var.limit
    error_message = "n is ${var.n}."
  }
}
variable "limit" { default = 5 }
variable "list" { type = list(string) }
variable "secret" {
  sensitive = true
  default   = "s"
}
variable "needed" {}
output "list" { value = var.list }
output "secret" { value = var.secret }
"#;
    let text_input = |text: &str| VariableInput {
        value: VariableText::Text(text.into(), ordain_diag::FileId(9)),
        source: VariableSource::CommandLine,
    };
    let mut given = input(&[("main.tf", text)], Mode::Plan);
    given.variables = BTreeMap::from([("n".into(), text_input("7")), ("list".into(), text_input("[\"a\"]"))]);
    assert_eq!(run_with(given, planned).summaries, ["No value for required variable"]);
    let mut given = input(&[("main.tf", text)], Mode::Plan);
    given.variables = BTreeMap::from([
        ("n".into(), text_input("7")),
        ("list".into(), text_input("[\"a\"]")),
        ("needed".into(), text_input("[1")),
    ]);
    let run = run_with(given, planned);
    assert_eq!(run.summaries, ["Invalid value for variable", "Output refers to sensitive values"]);
    assert_eq!(run.outcome.variables["needed"].as_str(), Some("[1"));
    assert_eq!(run.outcome.variables["n"].as_str(), Some("7"));
    assert_eq!(format!("{:?}", run.outcome.outputs["list"].value), "[\"a\"]");
}

#[test]
fn conditions_are_kept_for_the_plan() {
    let run = run(r#"
resource "x_y" "a" {
  input = "i"
  lifecycle {
    precondition {
      condition     = 1 == length(path.module)
      error_message = "never"
    }
    postcondition {
      condition     = self.input == "j"
      error_message = "Bad input ${self.input}."
    }
  }
}
resource "x_y" "b" { input = x_y.a.id }
check "c" {
  assert {
    condition     = x_y.d.input == "e"
    error_message = "no"
  }
}
resource "x_y" "d" {}
check "later" {
  assert {
    condition     = x_y.d.id == "e"
    error_message = "no"
  }
}
"#);
    assert_eq!(
        run.summaries,
        [
            "Check block assertion failed",
            "Check block assertion known after apply",
            "Resource postcondition failed"
        ]
    );
    let said: Vec<_> = run.outcome.checks.iter().map(|check| (&*check.address, check.status)).collect();
    assert_eq!(
        said,
        [("x_y.a", CheckStatus::Fail), ("check.c", CheckStatus::Fail), ("check.later", CheckStatus::Unknown)]
    );
    assert_eq!(run.outcome.checks[0].instances[0].messages, ["Bad input i."]);
    assert!(!run.asked.contains(&"x_y.b".to_owned()));
}

#[test]
fn providers_get_values_of_modules_and_unused_ones_are_left_out() {
    let main = r#"
module "c" { source = "./m" }
provider "x" {
  alias = "fed"
  host  = module.c.host
}
provider "x" { alias = "idle" }
resource "x_y" "r" { provider = x.fed }
module "d" {
  source     = "./m"
  depends_on = [module.c]
}
"#;
    let child = "resource \"x_y\" \"k\" {}\noutput \"host\" { value = x_y.k.id }\n";
    let run = run_with(input(&[("main.tf", main), ("m/main.tf", child)], Mode::Plan), planned);
    assert_eq!(run.summaries, Vec::<String>::new());
    let x = "provider[\"registry.terraform.io/hashicorp/x\"]";
    assert_eq!(
        run.asked,
        [
            format!("{x} {{\"host\": null(string)}}"),
            "module.c.x_y.k".to_owned(),
            format!("{x}.fed {{\"host\": unknown(string)}}"),
            "module.d.x_y.k".to_owned(),
            "x_y.r".to_owned(),
        ]
    );
    let depends: Vec<Vec<String>> = run
        .instances
        .iter()
        .map(|instance| instance.of.dependencies.all().iter().map(ToString::to_string).collect())
        .collect();
    let child = || vec!["module.c.x_y.k".to_owned()];
    assert_eq!(depends, [vec![], child(), child()]);
}

#[test]
fn schemas_mark_what_is_sensitive() {
    let run = run_with(
        input(
            &[("main.tf", "resource \"x_y\" \"a\" {}\noutput \"o\" { value = x_y.a.secret }\n")],
            Mode::Plan,
        ),
        |instance| {
            let value = Path::root().attr("secret").set(&instance.config, Value::string("hidden")).unwrap();
            Answer::Value(value)
        },
    );
    assert_eq!(run.summaries, ["Output refers to sensitive values"]);
    let _ = Marks::SENSITIVE;
}

#[test]
fn targets_narrow_what_takes_part() {
    let text = r#"
resource "x_y" "a" {}
resource "x_y" "b" { input = x_y.a.id }
resource "x_y" "c" {}
output "a" { value = x_y.a.input }
output "c" { value = x_y.c.input }
output "constant" { value = 1 }
"#;
    let mut narrowed = input(&[("main.tf", text)], Mode::Plan);
    narrowed.targets = vec![Target::parse("x_y.b").unwrap()];
    let run = run_with(narrowed, planned);
    assert_eq!(run.asked[1..], ["x_y.a", "x_y.b"]);
    assert_eq!(run.outcome.outputs.keys().map(|name| &**name).collect::<Vec<_>>(), ["a"]);
    let mut narrowed = input(&[("main.tf", text)], Mode::Plan);
    narrowed.excludes = vec![Target::parse("x_y.a").unwrap()];
    let run = run_with(narrowed, planned);
    assert_eq!(run.asked[1..], ["x_y.c"]);
}

#[test]
fn imports_and_triggers_reach_their_instances() {
    let run = run(r#"
import {
  for_each = { k = "id-1" }
  to       = x_y.a[each.key]
  id       = each.value
}
resource "x_y" "a" {
  for_each = toset(["k", "l"])
}
resource "x_y" "b" {
  count = 2
  lifecycle {
    replace_triggered_by = [x_y.c[count.index].input, x_y.a]
  }
}
resource "x_y" "c" {
  count = 2
}
"#);
    assert_eq!(run.summaries, Vec::<String>::new());
    let ids: Vec<_> = run
        .instances
        .iter()
        .filter_map(|instance| Some((instance.address.to_string(), instance.import.as_ref()?.id.clone()?)))
        .collect();
    assert_eq!(format!("{ids:?}"), "[(\"x_y.a[\\\"k\\\"]\", \"id-1\")]");
    let b = run.instances.iter().find(|instance| instance.address.to_string() == "x_y.b[1]").unwrap();
    let triggers: Vec<String> = b
        .replace_triggers
        .iter()
        .map(|trigger| format!("{}{:?}{}", trigger.resource, trigger.instances, trigger.path))
        .collect();
    assert_eq!(triggers, ["x_y.cOne(Some(Int(1))).input", "x_y.aAll"]);
}

#[path = "evaluator_module_tests.rs"]
mod modules;

#[path = "evaluator_body_tests.rs"]
mod bodies;
