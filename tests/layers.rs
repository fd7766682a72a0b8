//! Imports point down: the dependencies of every crate are those that the map allows.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// Rows of the crate table in `ARCHITECTURE.md`: `| crate | may import | … |`.
fn allowed() -> BTreeMap<String, Vec<String>> {
    let text =
        std::fs::read_to_string(ordain_tests::root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let name = cells.first()?.strip_prefix("`ordain-")?.strip_suffix('`')?;
        let imports = cells.get(1)?.split_whitespace().filter(|word| *word != "–");
        Some((name.to_owned(), imports.map(str::to_owned).collect()))
    });
    rows.collect()
}

fn actual() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(ordain_tests::root())
        .output()
        .expect("cargo metadata");
    let document: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = document["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let name =
                |value: &Value| value["name"].as_str().unwrap_or("").trim_start_matches("ordain-").to_owned();
            let ours = package["dependencies"].as_array().into_iter().flatten().filter(|dependency| {
                dependency["kind"].is_null()
                    && dependency["name"].as_str().is_some_and(|n| n.starts_with("ordain-"))
            });
            (name(package), ours.map(name).collect())
        })
        .collect()
}

#[test]
fn every_crate_imports_only_what_the_map_allows() {
    let (allowed, actual) = (allowed(), actual());
    let mut wrong = Vec::new();
    for (name, imports) in &actual {
        match allowed.get(name) {
            None => wrong.push(format!("{name} is not in the table of ARCHITECTURE.md")),
            Some(allowed) => wrong.extend(
                imports
                    .iter()
                    .filter(|import| !allowed.contains(import))
                    .map(|import| format!("{name} imports {import}")),
            ),
        }
    }
    wrong.extend(
        allowed.keys().filter(|name| !actual.contains_key(*name)).map(|name| format!("{name} is gone")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_map_has_no_circle() {
    let allowed = allowed();
    let mut done: Vec<&String> = Vec::new();
    while done.len() < allowed.len() {
        let ready: Vec<&String> = allowed
            .iter()
            .filter(|(name, imports)| {
                !done.contains(name) && imports.iter().all(|import| done.contains(&import))
            })
            .map(|(name, _)| name)
            .collect();
        assert!(
            !ready.is_empty(),
            "a circle, or an import without a row, among {:?}",
            allowed.keys().filter(|name| !done.contains(name)).collect::<Vec<_>>()
        );
        done.extend(ready);
    }
}

#[test]
fn pure_crates_do_no_io() {
    // Words that would reach outside. Async and networks are kept out by the dependencies.
    let words = [
        "std::fs",
        "std::env::",
        "std::process",
        "std::net::Tcp",
        "std::net::Udp",
        "ToSocketAddrs",
        "SystemTime::now",
        "Instant::now",
        "tokio::",
    ];
    let pure = [
        "diag",
        "addr",
        "value",
        "yaml",
        "gostd",
        "jsonschema",
        "lang",
        "rego",
        "plan",
        "config",
        "eval",
        "policy",
        "approval",
    ];
    let mut wrong = Vec::new();
    for name in pure {
        for file in ordain_tests::files(&ordain_tests::root().join("engine").join(name).join("src"), ".rs") {
            if file.to_string_lossy().ends_with("_tests.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&file).expect("a source file");
            for (at, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or("");
                if words.iter().any(|word| code.contains(word)) {
                    wrong.push(format!("{}:{}: {}", file.display(), at + 1, line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
