//! Recorded policies: reading them, laying out their files, and judging what they give.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test run whose corpus or results are not as described must stop"
)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// A recorded policy.
pub struct PolicyCase {
    /// Stable name.
    pub id: String,
    /// What is asked.
    pub query: String,
    /// Flags of `eval` and `test`.
    pub flags: Vec<String>,
    /// Arguments of Conftest.
    pub args: Vec<String>,
    /// Directories and files that are loaded.
    pub data_dirs: Vec<String>,
    /// The clock.
    pub now_ns: Option<i64>,
    group: String,
    case: Value,
    /// Members as they are written: numbers keep their form.
    raw: HashMap<String, Box<RawValue>>,
    directory: PathBuf,
}

/// What a run gave.
pub struct Outcome {
    /// Exit status.
    pub exit: u8,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub complaint: String,
}

fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// All cases of a directory.
pub fn read_all(directory: &Path) -> Vec<PolicyCase> {
    let text = std::fs::read_to_string(directory.join("cases.jsonl")).expect("cases.jsonl");
    text.lines()
        .map(|line| {
            let case: Value = serde_json::from_str(line).expect("a case is JSON");
            let raw = serde_json::from_str(line).expect("a case is a JSON object");
            let name = |name: &str| case[name].as_str().unwrap_or_default().to_owned();
            let dirs = strings(&case["data_dirs"]);
            PolicyCase {
                id: name("id"),
                query: name("query"),
                group: name("group"),
                flags: strings(&case["flags"]),
                args: strings(&case["args"]),
                data_dirs: if dirs.is_empty() { vec!["bundle".to_owned()] } else { dirs },
                now_ns: case["now_ns"].as_i64(),
                directory: directory.to_path_buf(),
                case,
                raw,
            }
        })
        .collect()
}

static SCRATCH: AtomicUsize = AtomicUsize::new(0);

impl PolicyCase {
    /// `eval`, `tests` or `conftest`, by the group's first part.
    pub fn kind(&self) -> &str {
        match self.group.split('.').next() {
            Some(kind @ ("tests" | "conftest")) => kind,
            _ => "eval",
        }
    }

    /// Texts of its policies.
    pub fn modules(&self) -> Vec<String> {
        let modules = self.case["modules"].as_object().into_iter().flatten();
        modules.filter_map(|(_, text)| text.as_str().map(str::to_owned)).collect()
    }

    /// A new directory with the files of the case.
    pub fn scratch(&self) -> PathBuf {
        let number = SCRATCH.fetch_add(1, Ordering::Relaxed);
        let at = std::env::temp_dir().join(format!("ordain-rego-{}-{number}", std::process::id()));
        let bundle = if self.kind() == "conftest" { at.clone() } else { at.join("bundle") };
        std::fs::create_dir_all(&bundle).expect("a scratch directory");
        for (base, name) in [(&bundle, "modules"), (&at, "files")] {
            for (path, text) in self.case[name].as_object().into_iter().flatten() {
                write(&base.join(path), text.as_str().unwrap_or_default().as_bytes());
            }
        }
        for (path, source) in self.case["input_files"].as_object().into_iter().flatten() {
            write(&at.join(path), &self.input(source.as_str().unwrap_or_default()));
        }
        if self.case.get("data").is_some_and(|data| !data.is_null()) {
            write(&bundle.join("data.json"), self.written("data").as_bytes());
        }
        if let Some(name) = self.case["input_file"].as_str() {
            write(&at.join("input.json"), &self.input(name));
        } else if self.case.get("input").is_some() && self.kind() == "eval" {
            write(&at.join("input.json"), self.written("input").as_bytes());
        }
        at
    }

    fn written(&self, name: &str) -> &str {
        self.raw.get(name).map_or("null", |raw| raw.get())
    }

    fn input(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.directory.join("inputs").join(name)).expect("a shared input")
    }

    /// Whether the outcome is the recorded one.
    ///
    /// # Errors
    /// Both, where they differ.
    pub fn judge(&self, outcome: &Outcome) -> Result<(), String> {
        let exact = self.case["exact_numbers"].as_bool().unwrap_or(false);
        let expected = reduced(&self.case["expected"]);
        let got = match self.kind() {
            "tests" => tests(outcome),
            "conftest" => conftest(outcome),
            _ => self.eval(outcome),
        };
        let (expected, got) = (canonical(&expected, exact), canonical(&reduced(&got), exact));
        if expected == got { Ok(()) } else { Err(format!("expected {expected}\n  got {got}")) }
    }

    fn eval(&self, outcome: &Outcome) -> Value {
        let document: Value = serde_json::from_str(&outcome.output).unwrap_or(Value::Null);
        let mut out = Map::new();
        let results = document["result"].as_array();
        if document["errors"].is_array() {
            out.insert("error".to_owned(), document["errors"][0].clone());
        } else if let Some(rows) = results.filter(|rows| !rows.is_empty()) {
            let value = |row: &Value| row["expressions"].as_array().map_or(0, Vec::len) == 1;
            let plain = rows.len() == 1 && value(&rows[0]) && rows[0].get("bindings").is_none();
            if plain {
                out.insert("result".to_owned(), rows[0]["expressions"][0]["value"].clone());
            } else {
                let mut all: Vec<Value> = rows.iter().map(answer).collect();
                all.sort_by_key(|row| canonical(row, true));
                out.insert("result_set".to_owned(), Value::Array(all));
            }
        } else {
            out.insert("undefined".to_owned(), json!(true));
        }
        if self.case["prints"].as_bool() == Some(true) {
            let lines: Vec<&str> = outcome.complaint.split('\n').filter(|line| !line.is_empty()).collect();
            out.insert("prints".to_owned(), json!(lines));
        }
        Value::Object(out)
    }
}

fn answer(row: &Value) -> Value {
    let values: Vec<Value> =
        row["expressions"].as_array().into_iter().flatten().map(|one| one["value"].clone()).collect();
    let bindings = row.get("bindings").cloned().unwrap_or_else(|| json!({}));
    json!({ "expressions": values, "bindings": bindings })
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a file in a directory")).expect("a directory");
    std::fs::write(path, bytes).expect("a file");
}

/// Of an error only its code counts, and of an error without a code that it is one.
fn reduced(value: &Value) -> Value {
    let mut out = value.clone();
    if let Some(error) = out.get_mut("error") {
        *error = if error.is_object() {
            json!({ "code": error["code"].as_str().unwrap_or("") })
        } else {
            json!(true)
        };
    }
    out
}

fn tests(outcome: &Outcome) -> Value {
    let document: Option<Value> = serde_json::from_str(&outcome.output).ok();
    let exit = outcome.exit;
    let Some(document) = document.filter(|document| document.get("errors").is_none()) else {
        let found: Option<Value> = serde_json::from_str(&outcome.output).ok();
        let code =
            found.as_ref().and_then(|found| found["errors"][0]["code"].as_str()).unwrap_or("").to_owned();
        return json!({ "exit": exit, "error": { "code": code } });
    };
    if let Some(files) = document.get("files").and_then(Value::as_object) {
        let mut out = Map::new();
        for (path, file) in files {
            let path = path.split_once("bundle/").map_or(path.as_str(), |(_, rest)| rest);
            // Left out where it is nothing, as by OPA.
            let coverage = file.get("coverage").cloned().unwrap_or_else(|| json!(0));
            let shown = json!({
                "covered": rows(&file["covered"]), "not_covered": rows(&file["not_covered"]),
                "coverage": coverage,
            });
            out.insert(path.to_owned(), shown);
        }
        return json!({ "exit": exit, "coverage": out, "total": document["coverage"] });
    }
    let mut all: Vec<Value> = document.as_array().into_iter().flatten().map(test).collect();
    all.sort_by_key(|test| {
        let name = |name: &str| test[name].as_str().unwrap_or_default().to_owned();
        (name("package"), name("name"), name("status"))
    });
    json!({ "exit": exit, "tests": all })
}

fn rows(ranges: &Value) -> Vec<u64> {
    let rows = ranges.as_array().into_iter().flatten().flat_map(|range| {
        let row = |end: &str| range[end]["row"].as_u64().unwrap_or(0);
        row("start")..=row("end")
    });
    let unique: std::collections::BTreeSet<u64> = rows.collect();
    unique.into_iter().collect()
}

fn test(run: &Value) -> Value {
    let is = |name: &str| run.get(name).is_some_and(|value| value != &json!(false));
    let status = match (is("skip"), is("error"), is("fail")) {
        (true, ..) => "skip",
        (_, true, _) => "error",
        (.., true) => "fail",
        _ => "pass",
    };
    let mut out = json!({ "package": run["package"], "name": run["name"], "status": status });
    if is("error") {
        out["error_code"] = json!(run["error"]["code"].as_str().unwrap_or(""));
    }
    if is("sub_results") {
        out["cases"] = cases(&run["sub_results"]);
    }
    if let Some(text) = run["output"].as_str() {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.decode(text).expect("base64");
        let text = String::from_utf8(bytes).expect("text");
        out["prints"] = json!(text.split('\n').filter(|line| !line.is_empty()).collect::<Vec<_>>());
    }
    out
}

fn cases(all: &Value) -> Value {
    let mut out = Map::new();
    for (name, case) in all.as_object().into_iter().flatten() {
        let failed = case["fail"].as_bool() == Some(true);
        let mut one = json!({ "status": if failed { "fail" } else { "pass" } });
        if case.get("sub_results").is_some() {
            one["cases"] = cases(&case["sub_results"]);
        }
        out.insert(name.clone(), one);
    }
    Value::Object(out)
}

fn conftest(outcome: &Outcome) -> Value {
    let mut out = json!({ "exit": outcome.exit });
    let text = outcome.output.trim();
    let document: Option<Value> =
        if text.starts_with(['[', '{', 'n']) { serde_json::from_str(text).ok() } else { None };
    match document {
        Some(Value::Array(mut results)) => {
            for result in &mut results {
                for list in ["failures", "warnings", "exceptions", "skipped"] {
                    if let Some(Value::Array(items)) = result.get_mut(list) {
                        items.sort_by_key(|item| canonical(item, false));
                    }
                }
            }
            results.sort_by_key(|result| {
                let name = |name: &str| result[name].as_str().unwrap_or_default().to_owned();
                (name("namespace"), name("filename"), canonical(result, false))
            });
            out["results"] = Value::Array(results);
        }
        _ if !text.is_empty() => {
            let lines = outcome.output.split('\n').map(str::trim_end).filter(|line| !line.is_empty());
            let mut lines: Vec<&str> = lines.collect();
            lines.sort_unstable();
            out["lines"] = json!(lines);
        }
        _ => {}
    }
    if outcome.exit != 0 && text.is_empty() {
        out["error"] = json!(outcome.complaint);
    }
    out
}

/// Text that is equal for equal values: sorted keys, numbers by value or by their digits.
pub fn canonical(value: &Value, exact: bool) -> String {
    match value {
        Value::Object(object) => {
            let mut pairs: Vec<_> = object.iter().collect();
            pairs.sort_by_key(|(key, _)| *key);
            let shown: Vec<String> = pairs
                .iter()
                .map(|(key, value)| format!("{}:{}", json!(key), canonical(value, exact)))
                .collect();
            format!("{{{}}}", shown.join(","))
        }
        Value::Array(items) => {
            let shown: Vec<String> = items.iter().map(|item| canonical(item, exact)).collect();
            format!("[{}]", shown.join(","))
        }
        Value::Number(number) if !exact => by_value(&number.to_string()),
        other => other.to_string(),
    }
}

/// `±digits × 10^power` without zeros at either end.
fn by_value(text: &str) -> String {
    let (negative, body) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, power) = body.split_once(['e', 'E']).unwrap_or((body, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let power: i64 = power.parse().unwrap_or(0);
    let digits = format!("{whole}{fraction}");
    let tail = digits.trim_end_matches('0');
    let zeros = i64::try_from(digits.len() - tail.len()).unwrap_or(0);
    let lead = tail.trim_start_matches('0');
    if lead.is_empty() {
        return "0".to_owned();
    }
    let power = power - i64::try_from(fraction.len()).unwrap_or(0) + zeros;
    format!("{}{lead}e{power}", if negative { "-" } else { "" })
}
