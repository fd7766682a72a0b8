//! A recorded validation, and how it is run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::{Value, json};

/// Severity, summary, file, and lines and columns of the beginning and the end.
type Finding = (String, String, String, Vec<u64>);

/// One line of the corpus.
#[derive(Clone, Debug, Deserialize)]
pub struct Validation {
    /// Stable name.
    pub id: String,
    /// Path to text.
    pub files: BTreeMap<String, String>,
    /// Name of a call to the local source that is installed for it.
    pub modules: BTreeMap<String, String>,
    /// Whether the configuration is valid.
    pub valid: bool,
    /// What is found.
    pub found: BTreeSet<Finding>,
}

/// All cases of a directory with `cases.jsonl`.
///
/// # Panics
/// The file is not there or not readable: a test cannot go on without it.
#[allow(clippy::expect_used, reason = "a test run without its corpus must stop")]
pub fn read_all(directory: &Path) -> Vec<Validation> {
    let text = std::fs::read_to_string(directory.join("cases.jsonl")).expect("cases.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("a case")).collect()
}

impl Validation {
    /// Runs the case; an error says what is not as recorded.
    ///
    /// # Errors
    /// What is missing or too much, or why nothing came.
    pub fn run(&self) -> Result<(), String> {
        let scratch = crate::expression::scratch();
        let result = self.run_in(&scratch);
        let _gone = std::fs::remove_dir_all(&scratch);
        result
    }

    fn run_in(&self, scratch: &Path) -> Result<(), String> {
        self.write(scratch).map_err(|error| error.to_string())?;
        let mut command = Command::new(crate::binary::ordain());
        let output = command
            .args(["validate", "-json"])
            .current_dir(scratch)
            .env_clear()
            .env("HOME", scratch)
            .env("TF_CLI_CONFIG_FILE", "/dev/null")
            .output()
            .map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let reply: Value = serde_json::from_str(&said)
            .map_err(|error| format!("{error}: {said}{}", String::from_utf8_lossy(&output.stderr)))?;
        let diagnostics = reply.get("diagnostics").and_then(Value::as_array);
        let found: BTreeSet<Finding> = diagnostics.into_iter().flatten().map(finding).collect();
        let lacking: Vec<_> = self.found.difference(&found).collect();
        let extra: Vec<_> = found.difference(&self.found).collect();
        let valid = reply.get("valid").and_then(Value::as_bool);
        if valid == Some(self.valid) && lacking.is_empty() && extra.is_empty() {
            return Ok(());
        }
        Err(format!("valid: {valid:?} for {}; lacking {lacking:?}; extra {extra:?}", self.valid))
    }

    fn write(&self, directory: &Path) -> std::io::Result<()> {
        let mut rows = vec![json!({ "Key": "", "Source": "", "Dir": "." })];
        for (name, source) in &self.modules {
            rows.push(json!({ "Key": name, "Source": source, "Dir": source.trim_start_matches("./") }));
        }
        let manifest = (".terraform/modules/modules.json", json!({ "Modules": rows }).to_string());
        let files = self.files.iter().map(|(path, text)| (path.as_str(), text.clone()));
        for (path, text) in files.chain([manifest]) {
            let path = directory.join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(directory))?;
            std::fs::write(path, text)?;
        }
        Ok(())
    }
}

fn finding(item: &Value) -> Finding {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let range = item.get("range");
    let ends = ["start", "end"].into_iter().flat_map(|end| ["line", "column"].map(|part| (end, part)));
    let place = ends.filter_map(|(end, part)| range?.get(end)?.get(part)?.as_u64()).collect();
    let file = range.and_then(|range| range.get("filename"));
    (text(item.get("severity")), text(item.get("summary")), text(file), place)
}
