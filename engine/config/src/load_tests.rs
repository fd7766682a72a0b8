use ordain_diag::AttributeStep;

use super::*;

/// Summaries of what loading and validating reports.
fn summaries(files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    let (tree, _, mut found) = load(&SourceSet { files, ..SourceSet::default() });
    if !found.has_errors() {
        found.append(crate::validate(&tree));
    }
    let mut summaries: Vec<String> = found.iter().map(|item| item.summary.clone()).collect();
    summaries.sort();
    summaries
}

fn tree(files: &[(&str, &str)]) -> ModuleTree {
    let files = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    let (tree, _, found) = load(&SourceSet { files, ..SourceSet::default() });
    assert!(!found.has_errors(), "{found:?}");
    tree
}

#[test]
fn all_errors_of_a_module_come_in_one_run() {
    let text = r#"
variable "a" {
  validation {
    condition = true
    error_message = "x"
  }
}
variable "b" {
  type = "string"
  nope = 1
}
variable "source" {}
variable "c" {
  nullable = false
  default = null
}
variable "d" { default = var.a }
variable "e" { default = upper("a") }
output "a b" { value = 1 }
output "noval" {}
resource "terraform_data" "x" {
  depends_on = "x"
  lifecycle {
    ignore_changes = [nope.x[0], 1+1]
    precondition {
      condition = terraform_data.x.id == ""
      error_message = "x"
    }
  }
}
data "terraform_remote_state" "x" {
  lifecycle { prevent_destroy = true }
  locals {}
}
resource "terraform_data" "x" {
  count = 1
  for_each = {}
  connection {}
  connection {}
}
module "n" {}
module "1" { source = "./m" }
provider "x" {
  version = "1"
  alias = "a b"
  count = 1
}
check "1" {}
moved { from = a }
moved {
 from = terraform_data.x.y.z
 to = terraform_data.y
}
removed { from = terraform_data.z[0] }
import { to = terraform_data.x }
terraform {
  required_version = ">= x"
  required_providers {
    a = { source = "a/b/c/d" }
    c = { nope = 1, version = "xx" }
    d = { source = "x/y", configuration_aliases = [x.y] }
  }
  backend "local" {}
  backend "local" {}
}
nonsense "x" {}
resource "a" {}
"#;
    let expected = [
        "Duplicate backend configuration",
        "Duplicate connection block",
        "Duplicate resource \"terraform_data\" configuration",
        "Function calls not allowed",
        "Invalid address",
        "Invalid address",
        "Invalid check block name",
        "Invalid combination of \"count\" and \"for_each\"",
        "Invalid configuration_aliases value",
        "Invalid data resource lifecycle argument",
        "Invalid default value for variable",
        "Invalid expression",
        "Invalid expression",
        "Invalid module instance name",
        "Invalid output name",
        "Invalid provider configuration alias",
        "Invalid provider source string",
        "Invalid quoted type constraints",
        "Invalid reference in precondition",
        "Invalid required_providers object",
        "Invalid validation expression",
        "Invalid variable name",
        "Invalid variable validation condition",
        "Invalid version constraint",
        "Missing name for resource",
        "Missing required argument",
        "Missing required argument",
        "Missing required argument",
        "Missing required argument",
        "Reserved argument name in provider block",
        "Reserved block type name in data block",
        "Resource instance keys not allowed",
        "Unsupported argument",
        "Unsupported block type",
        "Variables not allowed",
        "Version constraints inside provider configuration blocks are deprecated",
        "Zero assert blocks",
    ];
    assert_eq!(summaries(&[("main.tf", text)]), expected);
}

#[test]
fn local_modules_are_found_by_their_path() {
    let tree = tree(&[
        ("main.tf", "module \"a\" {\n  source = \"../../modules/a\"\n  x = 1\n}\n"),
        ("../../modules/a/main.tf", "variable \"x\" {}\nmodule \"b\" { source = \"../b\" }\n"),
        ("../../modules/b/main.tf", "output \"o\" { value = 1 }\n"),
    ]);
    let paths: Vec<String> =
        tree.modules().iter().map(|module| format!("{}={}", module.path, module.dir)).collect();
    assert_eq!(paths, ["=.", "module.a=../../modules/a", "module.a.module.b=../../modules/b"]);
}

#[test]
fn arguments_of_modules_are_checked() {
    let main = "module \"m\" {\n  source = \"./m\"\n  extra = 1\n}\n";
    let found = summaries(&[("main.tf", main), ("m/main.tf", "variable \"req\" {}\n")]);
    assert_eq!(found, ["Missing required argument", "Unsupported argument"]);
    assert_eq!(
        summaries(&[("main.tf", "module \"m\" {\n  source = \"hashicorp/x/aws\"\n}\n")]),
        ["Module not installed"]
    );
    assert_eq!(summaries(&[("main.tf", "module \"m\" {\n  source = \".\"\n}\n")]), ["Module calls itself"]);
}

#[test]
fn override_files_change_arguments_and_replace_blocks() {
    let main = "resource \"a_b\" \"c\" {\n  x = 1\n  y = 2\n  count = 2\n  n { v = 1 }\n  n { v = 2 }\n  lifecycle {\n    prevent_destroy = true\n  }\n}\nvariable \"v\" { default = 1 }\nlocals {\n  l = 1\n}\n";
    let over = "resource \"a_b\" \"c\" {\n  y = 3\n  for_each = {}\n  n { v = 3 }\n  lifecycle {\n    create_before_destroy = true\n  }\n}\nvariable \"v\" { default = 2 }\nlocals {\n  l = 2\n}\n";
    let tree = tree(&[("main.tf", main), ("x_override.tf", over)]);
    let resource = tree.root.resources.values().next().unwrap();
    assert!(matches!(resource.repetition, crate::blocks::Repetition::ForEach(_)));
    assert!(resource.lifecycle.prevent_destroy && resource.lifecycle.create_before_destroy == Some(true));
    let schema = ordain_lang::ast::BodySchema::new(&[("x", false), ("y", false)], &[("n", &[])]);
    let (content, found) = resource.body.content(&schema);
    assert!(!found.has_errors());
    assert_eq!((content.attributes.len(), content.blocks.len()), (2, 1));
    let number = |value: &ordain_value::Value| value.as_number().unwrap().as_i64();
    assert_eq!(number(tree.root.variables["v"].default.as_ref().unwrap()), Some(2));
    assert_eq!(number(&tree.root.locals["l"].expr.literal().unwrap()), Some(2));
    let lonely = summaries(&[(
        "override.tf",
        "variable \"v\" {}\noutput \"o\" { value = 1 }\nmodule \"m\" { source = \"./m\" }\nlocals { l = 1 }\nresource \"a\" \"b\" {}\n",
    )]);
    assert_eq!(
        lonely,
        [
            "Missing base local value definition to override",
            "Missing base output definition to override",
            "Missing base variable declaration to override",
            "Missing module call to override",
            "Missing resource to override",
        ]
    );
}

#[test]
fn provider_configurations_pass_through_modules() {
    let tree = tree(&[
        (
            "main.tf",
            "provider \"x\" {\n  alias = \"east\"\n  r = 1\n}\nmodule \"m\" {\n  source = \"./m\"\n  providers = { x = x.east }\n}\nmodule \"n\" { source = \"./m\" }\n",
        ),
        (
            "m/main.tf",
            "terraform {\n  required_providers {\n    x = { source = \"hashicorp/x\" }\n  }\n}\nresource \"x_y\" \"z\" {}\n",
        ),
    ]);
    let addr = ordain_addr::ProviderAddr::default_for("x");
    let config = |path: &str, alias| {
        let path = ModulePath(vec![path.into()]);
        tree.provider_config(&path, "x", alias, &addr).map(|found| found.address.to_string())
    };
    assert_eq!(config("m", None).unwrap(), "provider[\"registry.terraform.io/hashicorp/x\"].east");
    assert_eq!(config("n", None).unwrap(), "provider[\"registry.terraform.io/hashicorp/x\"]");
    assert!(config("n", Some("west")).is_err());
}

#[test]
fn a_provider_may_be_named_like_a_literal() {
    let tree = tree(&[(
        "main.tf",
        "provider \"null\" {\n  alias = \"x\"\n}\nresource \"null_resource\" \"r\" {\n  provider = null.x\n}\nresource \"null_resource\" \"s\" {\n  provider = null\n}\n",
    )]);
    let names = tree.root.resources.values().map(|block| block.provider.as_ref().unwrap().text());
    assert_eq!(names.collect::<Vec<_>>(), ["null.x", "null"]);
}

#[test]
fn json_syntax_gives_the_same_blocks() {
    let json = r#"{
  "variable": {"v": {"type": "list(string)", "default": ["a"]}},
  "resource": {"a_b": {"c": {"provider": "a.east", "depends_on": ["a_b.d"], "x": "${var.v}"}, "d": {}}},
  "provider": {"a": [{"alias": "east"}]},
  "output": {"o": {"value": "${a_b.c.id}", "sensitive": true}}
}"#;
    let tree = tree(&[("main.tf.json", json)]);
    assert!(tree.root.outputs["o"].sensitive);
    let c = tree.root.resources.values().find(|resource| &*resource.resource.name == "c").unwrap();
    assert_eq!(c.provider.as_ref().unwrap().text(), "a.east");
    assert_eq!(c.depends_on.len(), 1);
    assert_eq!(ordain_lang::refs::body_references(&c.body).len(), 1);
}

/// Summary and the text at its place.
fn placed(text: &str) -> Vec<(String, String)> {
    let name = if text.starts_with('{') { "main.tf.json" } else { "main.tf" };
    let set = SourceSet { files: [(name.into(), text.into())].into(), ..SourceSet::default() };
    let (tree, sources, mut found) = load(&set);
    found.append(crate::validate(&tree));
    let text = |item: &Diagnostic| item.span.map(|span| sources.text(span).to_owned()).unwrap_or_default();
    found.iter().map(|item| (item.summary.clone(), text(item))).collect()
}

#[test]
fn findings_stand_where_terraform_has_them() {
    for (text, summary, at) in [
        ("moved {\n  from = var.x\n  to = a.b\n}\n", "Invalid address", "var.x"),
        ("moved {\n  from = module.m.each.key\n  to = a.b\n}\n", "Invalid address", ".each.key"),
        ("removed {\n  from = resource.a.b\n}\n", "Resource instance keys not allowed", ".b"),
        ("terraform {\n  experiments = [x]\n}\n", "Module uses experimental features", "experiments"),
        ("variable \"a\" { type = optional(string) }\n", "Invalid type specification", "optional"),
        ("resource \"a\" , \"b\" {\n}\n", "Missing name for resource", "resource"),
        ("variable \"v\" {\n  ephemeral = )\n}\n", "Unsuitable value type", ")"),
        (
            "output \"o\" {\n  value = 1\n  precondition {\n    condition = a.b. == 1\n    error_message = \"x\"\n  }\n}\n",
            "Invalid precondition expression",
            "a.b.",
        ),
    ] {
        let found = placed(text);
        assert!(found.contains(&(summary.to_owned(), at.to_owned())), "{text}: {found:?}");
    }
}

#[test]
fn findings_of_providers_stand_inside_nested_blocks() {
    let text = "resource \"a\" \"b\" {\n  x = 1\n  n {\n    y = 2\n  }\n  n {\n    y = 3\n  }\n  dynamic \"d\" {\n    for_each = [1]\n    content {\n      y = 4\n    }\n  }\n  m {\n    y = [5, 6]\n    o = { k = 7 }\n    in {\n    }\n  }\n}\n";
    let set = SourceSet { files: [("main.tf".into(), text.into())].into(), ..SourceSet::default() };
    let (tree, sources, _) = load(&set);
    let block = tree.root.resources.values().next().unwrap();
    let address = ordain_addr::parse_instance("a.b").unwrap();
    let name = |name: &str| AttributeStep::Name(name.to_owned());
    for (path, at) in [
        (vec![name("x")], (2, "1")),
        (vec![name("n"), AttributeStep::Index(1), name("y")], (7, "3")),
        // Which of several blocks is meant is not known.
        (vec![name("n"), name("y")], (1, "{")),
        (vec![name("m"), name("y")], (16, "[")),
        (vec![name("m"), name("y"), AttributeStep::Index(1)], (16, "[5, 6")),
        (vec![name("m"), name("y"), AttributeStep::Index(2)], (16, "y")),
        (vec![name("m"), name("o"), AttributeStep::Key("k".to_owned())], (17, "7")),
        (vec![name("m"), AttributeStep::Index(0), name("in")], (18, "in {")),
        (vec![name("m"), AttributeStep::Index(0), name("in"), AttributeStep::Index(0)], (18, "in {")),
        (vec![name("m"), AttributeStep::Index(0)], (1, "{")),
        (vec![name("n"), AttributeStep::Index(1), name("z")], (6, "{")),
        (vec![name("n")], (1, "{")),
        (vec![name("d"), AttributeStep::Index(0), name("y")], (1, "{")),
        (vec![], (1, "{")),
    ] {
        let mut finding = Diagnostic::error(ordain_diag::codes::provider::PROVIDER_CONFIG, "s", "d");
        finding.attribute = path.clone();
        let placed = block.place(finding.into(), &address);
        let span = placed.iter().next().unwrap().span.unwrap();
        let source = sources.get(span.file).unwrap();
        let (line, start) = (source.position(span.start as usize).line, span.start as usize);
        assert_eq!(line, at.0, "{path:?}");
        let before = &text[..=start];
        assert!(before.ends_with(at.1) || text[..start].ends_with(at.1), "{path:?}: {before}");
    }
}

#[test]
fn texts_of_json_syntax_are_references_as_a_whole_or_not_at_all() {
    for (text, summary, at) in [
        (r#"{"moved":{"from":"a.b c","to":"a.d"}}"#, "Invalid expression", "\"a.b c\""),
        (r#"{"moved":{"from":null,"to":"a.d"}}"#, "Invalid expression", "null"),
        (r#"{"removed":{"from":"a b"}}"#, "Invalid expression", "\"a b\""),
        (
            r#"{"resource":{"terraform_data":{"x":{"provider":"terraform x"}}}}"#,
            "Invalid provider configuration reference",
            "\"terraform x\"",
        ),
        (r#"{"variable":{"v":{"type":"nope"}}}"#, "Invalid type specification", "\"nope\""),
        (r#"{"terraform":{"required_providers":{"d e":"1.0"}}}"#, "Invalid provider name", "\"1.0\""),
        (r#"{"output":{"d e":{"value":1,"sensitive":"x"}}}"#, "Unsuitable value type", "\"x\""),
        (r#"{"locals":["#, "Unclosed object", "["),
    ] {
        let found = placed(text);
        assert!(found.contains(&(summary.to_owned(), at.to_owned())), "{text}: {found:?}");
    }
}
