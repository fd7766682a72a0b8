use crate::{Early, EarlyValue, SourceSet, load};
use ordain_value::Value;

fn set(main: &str, given: &[(&str, &str)]) -> SourceSet {
    let child = "variable \"deeper\" { default = \"one\" }\nmodule \"in\" { source = \"./${var.deeper}\" }\n";
    let empty = "output \"o\" { value = path.module }\n";
    let files = [("main.tf", main), ("m/main.tf", child), ("m/one/main.tf", empty), ("m/two/main.tf", empty)];
    let variables = given.iter().map(|(name, text)| ((*name).into(), EarlyValue::Text((*text).into())));
    SourceSet {
        files: files.into_iter().map(|(path, text)| (path.into(), text.into())).collect(),
        early: Early { variables: variables.collect(), workspace: "w".into() },
        ..SourceSet::default()
    }
}

#[test]
fn sources_may_be_made_of_variables_and_locals() {
    let main = r#"
variable "which" {}
variable "inner" { default = "one" }
locals { dir = "./${var.which}" }
module "m" {
  source = local.dir
  deeper = var.inner
}
"#;
    let (tree, _, found) = load(&set(main, &[("which", "m"), ("inner", "two")]));
    assert!(!found.has_errors(), "{found:?}");
    let dirs: Vec<String> = tree.modules().iter().map(|module| module.dir.to_string()).collect();
    assert_eq!(dirs, [".", "m", "m/two"]);
    let (_, _, found) = load(&set(main, &[]));
    assert_eq!(found.iter().next().unwrap().summary, "No value for required variable");
}

#[test]
fn what_is_planned_cannot_name_a_source() {
    let main = "resource \"terraform_data\" \"r\" {}\nmodule \"m\" { source = terraform_data.r.id }\n";
    let (_, _, found) = load(&set(main, &[]));
    let summaries: Vec<&str> = found.iter().map(|item| &*item.summary).collect();
    assert_eq!(summaries, ["Variables not allowed", "Unsuitable value type"]);
    let main =
        "variable \"s\" {\n  default = \"./m\"\n  sensitive = true\n}\nmodule \"m\" { source = var.s }\n";
    let (_, _, found) = load(&set(main, &[]));
    assert_eq!(found.iter().map(|item| &*item.summary).collect::<Vec<_>>(), ["Unsuitable value type"]);
    let main = "locals {\n  a = local.b\n  b = local.a\n}\nmodule \"m\" { source = local.a }\n";
    let (_, _, found) = load(&set(main, &[]));
    assert_eq!(found.iter().next().unwrap().summary, "Self-referencing local value");
}

#[test]
fn backends_may_use_variables_and_the_workspace() {
    let main = "variable \"name\" {}\nterraform {\n  backend \"local\" { path = \"${var.name}-${terraform.workspace}\" }\n}\n";
    let (tree, _, _) = load(&set(main, &[("name", "state")]));
    let backend = tree.root.settings.backend.clone().unwrap();
    assert_eq!(backend.settings[0].1, Value::string("state-w"));
    let (tree, _, found) = load(&set(main, &[]));
    assert!(!found.has_errors());
    assert!(tree.root.settings.backend.clone().unwrap().problems.has_errors());
    // A default says where the state is only where Terraform does not read.
    let main = main.replace("{}", "{ default = \"d\" }");
    let mut set = set(&main, &[]);
    let (tree, _, _) = load(&set);
    let problems = tree.root.settings.backend.clone().unwrap().problems;
    assert_eq!(problems.iter().next().unwrap().summary, "Variables not allowed");
    let text = set.files.remove("main.tf").unwrap();
    set.files.insert("main.tofu".into(), text);
    let (tree, _, _) = load(&set);
    assert_eq!(tree.root.settings.backend.clone().unwrap().settings[0].1, Value::string("d-w"));
}
