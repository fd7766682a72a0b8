use super::*;
use crate::{SourceSet, load, validate};

/// Summary, first line of the text there, and whether the module is from elsewhere.
fn warnings(files: &[(&str, &str)]) -> Vec<(String, String, bool)> {
    let texts: Vec<(Arc<str>, Arc<str>)> =
        files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
    let set = SourceSet { files: texts.into_iter().collect(), ..SourceSet::default() };
    let (tree, sources, mut found) = load(&set);
    found.append(validate(&tree));
    found
        .iter()
        .map(|item| {
            let text = item.span.map(|span| sources.text(span)).unwrap_or_default().to_owned();
            (item.summary.clone(), text, item.code == codes::config::DEPRECATED_REMOTE)
        })
        .collect()
}

const MODULE: &str = r#"
variable "old" {
  default    = 1
  deprecated = "Use new."
}
variable "new" { default = 1 }
output "old" {
  value      = var.old
  deprecated = "Use fresh."
}
output "fresh" { value = var.new }
"#;

#[test]
fn what_callers_give_to_what_is_deprecated_is_told_where_it_stands() {
    let root = r#"
module "one" {
  source = "./m"
  old    = 2
}
module "many" {
  source   = "./m"
  for_each = toset(["a"])
  old      = null
  new      = module.one.old
}
"#;
    let told = warnings(&[("main.tf", root), ("m/main.tf", MODULE)]);
    let summary = "Variable marked as deprecated by the module author";
    assert_eq!(told, [(summary.to_owned(), "2".to_owned(), false)]);
}

#[test]
fn a_deprecation_says_something_and_has_a_caller() {
    let root = "output \"x\" {\n  value = 1\n  deprecated = \"y\"\n}\nvariable \"v\" {\n  default = 1\n  deprecated = \" \"\n}\n";
    let summaries: Vec<String> = warnings(&[("main.tf", root)]).into_iter().map(|told| told.0).collect();
    assert_eq!(summaries, ["Invalid deprecation message", "Root module output deprecated"]);
}
