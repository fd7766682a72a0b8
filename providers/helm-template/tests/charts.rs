//! The recorded charts: what Helm 3.18.4 makes of each, against what this crate makes of it.
//!
//! `tests/conformance/helm/passing.txt` lists the cases that pass; one that stops passing fails the test, and so does
//! one that passes and is not listed. `ORDAIN_RATCHET=write` rewrites the list.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ordain_helm_template::{CommandOutput, render_chart_command};
use serde_json::Value;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/helm")
}

fn text<'c>(case: &'c Value, key: &str, default: &'c str) -> &'c str {
    case.get(key).and_then(Value::as_str).unwrap_or(default)
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).cloned().unwrap_or_default();
    list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

fn arguments(case: &Value) -> Vec<String> {
    let mut args = vec!["chart".to_owned(), format!("--name={}", text(case, "release", "rel"))];
    args.extend(["--namespace".to_owned(), text(case, "namespace", "default").to_owned()]);
    for i in 0..strings(case.get("values")).len() {
        args.extend(["-f".to_owned(), format!("values-{i}.yaml")]);
    }
    for pair in case.get("set").and_then(Value::as_array).cloned().unwrap_or_default() {
        args.extend(strings(Some(&pair)));
    }
    if let Some(version) = case.get("kube_version").and_then(Value::as_str) {
        args.extend(["--kube-version".to_owned(), version.to_owned()]);
    }
    for version in strings(case.get("api_versions")) {
        args.extend(["--api-versions".to_owned(), version]);
    }
    for (key, flag) in [("is_upgrade", "--is-upgrade"), ("include_crds", "--include-crds")] {
        if case.get(key) == Some(&Value::Bool(true)) {
            args.push(flag.to_owned());
        }
    }
    args.push("--json".to_owned());
    args
}

fn write(base: &Path, files: Option<&Value>) {
    for (path, content) in files.and_then(Value::as_object).cloned().unwrap_or_default() {
        let full = base.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, content.as_str().unwrap()).unwrap();
    }
}

fn run(case: &Value, dir: &Path) -> CommandOutput {
    write(&dir.join("chart"), case.get("files"));
    write(dir, case.get("inputs"));
    for (i, values) in strings(case.get("values")).iter().enumerate() {
        fs::write(dir.join(format!("values-{i}.yaml")), values).unwrap();
    }
    render_chart_command(&arguments(case), dir)
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn passes(case: &Value, out: &CommandOutput) -> bool {
    let want = &case["expect"];
    if let Some(error) = want.get("error") {
        return out.exit == 1 && squeeze(&out.stderr).contains(&squeeze(text(error, "text", "\u{0}")));
    }
    let Ok(got) = serde_json::from_str::<Value>(&out.stdout) else { return false };
    let same = |key: &str| text(want, key, "").trim() == text(&got, key, "").trim();
    let notes = text(want, "notes", "") == text(&got, "notes", "");
    let hooks = |v: &Value| v["hooks"].as_array().cloned().unwrap_or_default();
    let (wanted, given) = (hooks(want), hooks(&got));
    let hooks_fit = wanted.len() == given.len()
        && wanted.iter().zip(&given).all(|(w, g)| {
            w.as_object().unwrap().iter().all(|(key, value)| match key.as_str() {
                "manifest" => text(w, key, "").trim() == text(g, key, "").trim(),
                _ => value == &g[key],
            })
        });
    out.exit == 0 && same("manifest") && notes && hooks_fit
}

/// The cases of a corpus that pass, and all of them.
fn passing(file: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let cases = fs::read_to_string(corpus().join(file)).unwrap();
    let scratch = std::env::temp_dir().join(format!("ordain-{file}-{}", std::process::id()));
    let (mut passing, mut all) = (BTreeSet::new(), BTreeSet::new());
    for line in cases.lines().filter(|l| !l.trim().is_empty()) {
        let case: Value = serde_json::from_str(line).unwrap();
        let id = text(&case, "id", "").to_owned();
        let dir = scratch.join(&id);
        fs::create_dir_all(&dir).unwrap();
        if passes(&case, &run(&case, &dir)) {
            passing.insert(id.clone());
        }
        all.insert(id);
    }
    fs::remove_dir_all(&scratch).unwrap();
    (passing, all)
}

/// Oddities found by rendering generated charts with Helm 3.18.4 and here; every case passes.
#[test]
fn generated_charts_render_as_helm_renders_them() {
    let (passing, all) = passing("generated.jsonl");
    let failing: Vec<_> = all.difference(&passing).collect();
    assert!(failing.is_empty(), "not as Helm renders them: {failing:?}");
}

#[test]
fn recorded_charts_render_as_helm_renders_them() {
    let (passing, _) = passing("charts.jsonl");
    let list = corpus().join("passing.txt");
    if std::env::var("ORDAIN_RATCHET").as_deref() == Ok("write") {
        let text: String = passing.iter().map(|id| format!("{id}\n")).collect();
        fs::write(&list, text).unwrap();
    }
    let listed = fs::read_to_string(&list).unwrap();
    let listed: BTreeSet<String> = listed.lines().map(str::to_owned).collect();
    let lost: Vec<_> = listed.difference(&passing).collect();
    let gained: Vec<_> = passing.difference(&listed).collect();
    assert!(lost.is_empty(), "no longer passing: {lost:?}");
    assert!(gained.is_empty(), "passing and not listed (ORDAIN_RATCHET=write lists them): {gained:?}");
}
