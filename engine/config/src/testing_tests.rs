use ordain_diag::Sources;

use super::*;

fn read(text: &str) -> (TestFile, Vec<String>) {
    let mut sources = Sources::new();
    let id = sources.add("x.tftest.hcl", text);
    let (file, found) = test_file("x.tftest.hcl", id, text, &sources);
    (file, found.iter().map(|item| item.summary.clone()).collect())
}

#[test]
fn a_file_is_decoded() {
    let (file, found) = read(
        "variables {\n  a = 1\n}\nmock_provider \"aws\" {\n  alias = \"x\"\n  mock_resource \"aws_vpc\" {\n    defaults = { id = \"i\" }\n  }\n}\nrun \"r\" {\n  command = plan\n  state_key = \"k\"\n  plan_options {\n    mode = refresh-only\n    target = [module.m[0], a.b]\n  }\n  assert {\n    condition = output.o == 1\n    error_message = \"m\"\n  }\n  expect_failures = [var.a, check.c]\n}\n",
    );
    assert_eq!(found, Vec::<String>::new());
    let [run] = file.runs.as_slice() else { panic!("one run") };
    assert_eq!(run.settings.command, Command::Plan);
    assert!(run.settings.options.refresh_only);
    assert_eq!(run.settings.options.targets.len(), 2);
    assert_eq!((run.asserts.len(), run.expect_failures.len()), (1, 2));
    let mock = file.providers.get(&("aws".into(), Some("x".into())));
    assert!(matches!(mock, Some(TestProvider::Mock(mock)) if mock.answers.types.len() == 1));
}

#[test]
fn mistakes_are_named() {
    let (_, found) = read("run \"a\" {\n  command = foo\n}\nrun \"a\" {}\nrun \"g h\" {}\n");
    assert_eq!(
        found,
        ["Invalid \"command\" keyword", "Duplicate \"run\" block names", "Invalid run block name"]
    );
    let (_, found) = read(
        "override_data {\n  target = a.b\n}\noverride_module {\n  target = module.m\n  outputs = 1\n}\n",
    );
    assert_eq!(found, ["Invalid override target", "Invalid outputs attribute"]);
}

#[test]
fn names_of_test_files() {
    assert_eq!(test_name("tests/a.tftest.hcl"), Some("tests/a"));
    assert_eq!(test_name("a.tofutest.json"), Some("a"));
    assert_eq!(test_name("a.tf"), None);
    assert!(is_replaced("a.tftest.hcl", |name| name == "a.tofutest.hcl"));
}
