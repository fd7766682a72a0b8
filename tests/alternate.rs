//! Ordain and Terraform take turns on one state: what either writes, the other reads and goes on with.
//!
//! Needs a `terraform` program on the path; without one the test says that it did nothing.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

const FIRST: &str = r#"
resource "terraform_data" "a" {
  count = 2
  input = { n = count.index, text = "one" }
}

resource "terraform_data" "b" {
  for_each         = toset(["x", "y"])
  input            = terraform_data.a[0].id
  triggers_replace = "t"
}

output "all" {
  value = { for key, item in terraform_data.b : key => item.output }
}

output "secret" {
  value     = "hush"
  sensitive = true
}

check "text" {
  assert {
    condition     = terraform_data.a[0].output.text != "bad"
    error_message = "The text is bad."
  }
}
"#;

struct Place {
    directory: PathBuf,
}

impl Place {
    /// Runs a program and gives what it said; its exit code must be the expected one.
    fn run(&self, program: &Path, arguments: &[&str], exit: i32) -> String {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(&self.directory)
            .env("TF_CLI_CONFIG_FILE", self.directory.join("cli.rc"))
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(exit), "{} {arguments:?}\n{said}", program.display());
        said
    }

    fn write(&self, text: &str) {
        std::fs::write(self.directory.join("main.tf"), text).unwrap();
    }
}

#[test]
fn both_programs_take_turns() {
    let terraform = PathBuf::from("terraform");
    if Command::new(&terraform).arg("version").output().is_err() {
        ordain_tests::skipped("there is no terraform program here");
        return;
    }
    let ordain = ordain_tests::binary::ordain();
    let directory = std::env::temp_dir().join(format!("ordain-alternate-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("cli.rc"), "").unwrap();
    let place = Place { directory };
    place.write(FIRST);
    take_turns(&place, &terraform, ordain);
    std::fs::remove_dir_all(&place.directory).unwrap();
}

fn take_turns(place: &Place, terraform: &Path, ordain: &Path) {
    let unchanged = ["plan", "-no-color", "-input=false", "-detailed-exitcode"];
    let apply = ["apply", "-no-color", "-input=false", "-auto-approve"];

    place.run(terraform, &["init", "-no-color", "-input=false"], 0);
    place.run(ordain, &["init", "-no-color", "-input=false"], 0);
    place.run(terraform, &apply, 0);
    place.run(ordain, &unchanged, 0);

    place.write(&FIRST.replace("one", "two"));
    place.run(ordain, &unchanged, 2);
    assert!(place.run(ordain, &apply, 0).contains("0 added, 2 changed, 0 destroyed"));
    place.run(terraform, &unchanged, 0);
    assert_eq!(place.run(terraform, &["output", "-raw", "secret"], 0), "hush");

    place.write(&FIRST.replace("one", "two").replace("\"t\"", "\"u\""));
    place.run(terraform, &apply, 0);
    place.run(ordain, &unchanged, 0);

    place.run(ordain, &["taint", "terraform_data.b[\"x\"]"], 0);
    let said = place.run(terraform, &unchanged, 2);
    assert!(said.contains("terraform_data.b[\"x\"] is tainted, so must be replaced"), "{said}");
    place.run(terraform, &["untaint", "terraform_data.b[\"x\"]"], 0);
    place.run(ordain, &unchanged, 0);

    place.run(ordain, &["state", "mv", "terraform_data.b[\"y\"]", "terraform_data.b[\"z\"]"], 0);
    let listed = place.run(terraform, &["state", "list"], 0);
    assert_eq!(listed, place.run(ordain, &["state", "list"], 0));
    assert!(listed.contains("terraform_data.b[\"z\"]"), "{listed}");
    place.run(terraform, &["state", "mv", "terraform_data.b[\"z\"]", "terraform_data.b[\"y\"]"], 0);
    place.run(ordain, &unchanged, 0);

    place.run(ordain, &["workspace", "new", "second"], 0);
    assert!(place.run(terraform, &["workspace", "show"], 0).contains("second"));
    place.run(ordain, &apply, 0);
    place.run(terraform, &unchanged, 0);
    place.run(terraform, &["destroy", "-no-color", "-auto-approve"], 0);
    place.run(terraform, &["workspace", "select", "default"], 0);
    place.run(ordain, &["workspace", "delete", "second"], 0);

    place.run(ordain, &["destroy", "-no-color", "-auto-approve"], 0);
    assert_eq!(place.run(terraform, &["state", "list"], 0), "");
}
