//! A file fits in the head: rules on size, names and leftovers.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 600;
const LONGEST_FUNCTION: usize = 60;
const BAD_NAMES: [&str; 7] = ["util", "utils", "helpers", "helper", "manager", "common", "misc"];

fn sources() -> Vec<PathBuf> {
    let root = ordain_tests::root();
    ["engine", "providers", "tests"]
        .iter()
        .flat_map(|part| ordain_tests::files(&root.join(part), ".rs"))
        .collect()
}

fn is_test(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.ends_with("tests.rs")
        || text.contains("/tests/")
        || text.contains("/benches/")
        || text.contains("/examples/")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a source file")
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .iter()
        .map(|path| (path, read(path).lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "longer than {LONGEST_FILE} lines:\n{}", long.join("\n"));
}

#[test]
fn functions_are_short() {
    let mut long = Vec::new();
    for path in sources().iter().filter(|path| !is_test(path)) {
        let mut open: Option<(usize, String, usize)> = None;
        for (at, line) in read(path).lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let code = line.trim_start();
            if open.is_none() && code.contains("fn ") && !code.starts_with("//") && !code.ends_with(';') {
                open = Some((at, code.to_owned(), indent));
            }
            // What a trait only declares has no body.
            if open.as_ref().is_some_and(|(_, _, column)| indent == *column && code.ends_with(';')) {
                open = None;
            }
            // A function ends at the brace that stands where its first line began.
            if let Some((start, header, column)) = &open
                && indent == *column
                && (code == "}" || (at == *start && code.ends_with('}')))
            {
                if at - start + 1 > LONGEST_FUNCTION {
                    long.push(format!(
                        "{}:{}: {} lines: {header}",
                        path.display(),
                        start + 1,
                        at - start + 1
                    ));
                }
                open = None;
            }
        }
    }
    assert!(long.is_empty(), "longer than {LONGEST_FUNCTION} lines:\n{}", long.join("\n"));
}

#[test]
fn names_say_something() {
    let bad: Vec<String> = sources()
        .iter()
        .filter(|path| {
            path.file_stem().is_some_and(|stem| BAD_NAMES.contains(&stem.to_string_lossy().as_ref()))
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn every_crate_begins_with_its_job() {
    let root = ordain_tests::root();
    let mut wrong = Vec::new();
    for group in ["engine", "providers"] {
        for entry in std::fs::read_dir(root.join(group)).expect("a folder of crates").flatten() {
            let source = entry.path().join("src");
            let entry_file =
                ["lib.rs", "main.rs"].iter().map(|name| source.join(name)).find(|path| path.exists());
            let first = entry_file.map(|path| read(&path)).unwrap_or_default();
            if !first.starts_with("//! ") {
                wrong.push(source.display().to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "no first sentence: {}", wrong.join("\n"));
}

#[test]
fn no_exception_without_a_reason() {
    let mut wrong = Vec::new();
    for path in sources() {
        let text = read(&path);
        for (at, line) in text.lines().enumerate() {
            let code = line.trim();
            // An attribute may go over several lines; it ends with a bracket.
            let whole: String =
                text.lines().skip(at).take_while(|line| !line.contains(")]")).chain([line]).collect();
            let last = text.lines().skip(at).find(|line| line.contains(")]")).unwrap_or("");
            let exception = code.starts_with("#[allow(")
                || code.starts_with("#![allow(")
                || code.starts_with("#[expect(");
            if exception && !format!("{whole}{last}").contains("reason") {
                wrong.push(format!("{}:{}: {code}", path.display(), at + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_top_level_is_fixed() {
    let known = [
        "engine",
        "providers",
        "modules",
        "policies",
        "environments",
        "workflows",
        "tests",
        "target",
        "benches",
    ];
    let entries = std::fs::read_dir(ordain_tests::root()).expect("the workspace").flatten();
    let strange: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && !known.contains(&name.as_str()))
        .collect();
    assert!(strange.is_empty(), "folders that do not belong: {strange:?}");
}
