use super::*;

const TEXT: &str = r#"# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "example.com/acme/a" {
  version     = "1.2.3"
  constraints = "~> 1.0, >= 1.1.0"
  hashes = [
    "h1:rVk2PoOqQEU2DytNL87kAEc/GH6FKIOZvojKkc4LSfw=",
    "zh:0b1f",
  ]
}

provider "registry.terraform.io/hashicorp/null" {
  version = "2.0.0"
  hashes = [
    "h1:tK5+jEF9S5jUk3X+pQmHicjw+gyoLcZjrEUnT28X7ec=",
  ]
}
"#;

#[test]
fn what_is_read_is_written_again() {
    let (lock, found) = LockFile::read(FILE_NAME, TEXT, &mut Sources::new());
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(lock.providers.len(), 2);
    assert_eq!(lock.text(), TEXT);
}

#[test]
fn mistakes_are_named() {
    let text = "provider \"b\" {\n  version = \"1.2\"\n  hashes = [\"none\"]\n  foo = 1\n}\nbloop {}\n";
    let (_, found) = LockFile::read(FILE_NAME, text, &mut Sources::new());
    let summaries: Vec<&str> = found.iter().map(|item| item.summary.as_str()).collect();
    for expected in [
        "Unsupported block type",
        "Unsupported argument",
        "Non-normalized provider source address",
        "Invalid provider version number",
        "Invalid provider hash string",
    ] {
        assert!(summaries.contains(&expected), "{expected} is not among {summaries:?}");
    }
}
