//! The evaluator project's own cases (`v1/test/cases/testdata` in a checkout of OPA): YAML files with a query, modules,
//! data, an input, and the rows or the error that are wanted.

use std::path::{Path, PathBuf};

use ordain_policy::{Limits, Question, SourceFile, Version, evaluate};
use ordain_rego::{BuiltinEnv, CompileOptions, Error, Policies, Request, Trail};
use serde_json::{Value, json};

/// One case, with the version of the language that its directory stands for.
pub struct SuiteCase {
    /// `v1/array/concat`.
    pub id: String,
    version: Version,
    case: Value,
}

/// All cases below a directory that holds `v0` and `v1`.
pub fn read_suite(directory: &Path) -> Vec<SuiteCase> {
    let mut out = Vec::new();
    for (name, version) in [("v0", Version::V0), ("v1", Version::V1)] {
        let mut files = Vec::new();
        walk(&directory.join(name), &mut files);
        files.sort();
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let document = ordain_yaml::from_str(&text, &ordain_yaml::Limits::default());
            let document = document.unwrap_or_else(|why| panic!("{}: {why}", file.display()));
            for case in document["cases"].as_array().into_iter().flatten() {
                let note = case["note"].as_str().unwrap_or_default();
                out.push(SuiteCase { id: format!("{name}/{note}"), version, case: case.clone() });
            }
        }
    }
    out
}

fn walk(directory: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            out.push(path);
        }
    }
}

/// Runs a case.
///
/// # Errors
/// What was wanted and what came, where they differ.
pub fn judge(suite: &SuiteCase) -> Result<(), String> {
    let case = &suite.case;
    let modules = case["modules"].as_array().into_iter().flatten().enumerate().map(|(at, text)| SourceFile {
        path: format!("test-{at}.rego"),
        below: Vec::new(),
        text: text.as_str().unwrap_or_default().to_owned(),
    });
    let mut files: Vec<SourceFile> = modules.collect();
    if case["data"].is_object() {
        files.push(SourceFile {
            path: "data.json".to_owned(),
            below: Vec::new(),
            text: case["data"].to_string(),
        });
    }
    let query = case["query"].as_str().unwrap_or_default();
    let query = match case["input_term"].as_str() {
        Some(term) => format!("{query} with input as {term}"),
        None => query.to_owned(),
    };
    let environment = case["env"].as_object().into_iter().flatten();
    let environment =
        environment.map(|(name, value)| (name.clone(), value.as_str().unwrap_or("").to_owned()));
    let question = Question {
        files,
        input: case.get("input").filter(|_| case.get("input_term").is_none()).map(Value::to_string),
        query,
        now_ns: ordain_operations::clock::now_ns(),
        strict: false,
        strict_errors: case["strict_error"] == json!(true),
        version: suite.version,
        environment: environment.collect(),
        limits: Limits::default(),
        seconds: 60,
    };
    let document = if case["experimental_keywords"] == json!(true) {
        with_logical_words(&question)
    } else {
        evaluate(&question).document
    };
    let found: Value = serde_json::from_str(&document).map_err(|why| why.to_string())?;
    if case.get("want_error").is_some() || case.get("want_error_code").is_some() {
        let error = &found["errors"][0];
        let code = case["want_error_code"].as_str();
        let same = code.map_or(error.is_object(), |code| error["code"] == code);
        return if same {
            Ok(())
        } else {
            Err(format!("wanted {code:?} {}\n  got {found}", case["want_error"]))
        };
    }
    let wanted = rows(case["want_result"].as_array().into_iter().flatten().cloned(), case);
    let got = found["result"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| row.get("bindings").cloned().unwrap_or_else(|| json!({})));
    let got = rows(got, case);
    if wanted == got && found.get("errors").is_none() {
        return Ok(());
    }
    Err(format!("wanted {wanted:?}\n  got {got:?} {}", found["errors"]))
}

/// Asks where `and` and `or` may be imported.
fn with_logical_words(question: &Question) -> String {
    let describe = |errors: Vec<Error>| {
        let errors: Vec<Value> = errors
            .iter()
            .map(|error| json!({ "code": error.code.as_str(), "message": error.message }))
            .collect();
        json!({ "errors": errors }).to_string()
    };
    let data = ordain_rego::base_documents(&question.files).unwrap();
    let mut policies = Policies::new(question.version).with_logical_words();
    for file in question.files.iter().filter(|file| file.path.ends_with(".rego")) {
        policies.add(&file.text);
    }
    let mut compiled = match policies.compile(&data, CompileOptions::default()) {
        Ok(compiled) => compiled,
        Err(errors) => return describe(errors),
    };
    let request = Request {
        input: question.input.as_ref().map(|text| ordain_rego::Value::parse_json(text).unwrap()),
        data,
        strict_errors: question.strict_errors,
        limits: question.limits,
        cover: false,
        veiled: false,
        reveal: None,
    };
    let env = BuiltinEnv::new(question.now_ns);
    match compiled.query(&question.query, request, env, &mut Trail::default()) {
        Err(errors) => describe(errors),
        Ok(answers) => {
            let rows: Vec<Value> = answers
                .iter()
                .map(|answer| {
                    let bindings = answer.bindings.iter().map(|(name, value)| {
                        let value: Value = serde_json::from_str(&value.to_json_text()).unwrap();
                        (name.clone(), value)
                    });
                    json!({ "bindings": bindings.collect::<serde_json::Map<_, _>>() })
                })
                .collect();
            json!({ "result": rows }).to_string()
        }
    }
}

/// Rows as a set of texts.
fn rows(rows: impl Iterator<Item = Value>, case: &Value) -> Vec<String> {
    let mut out: Vec<String> = rows
        .map(|mut row| {
            if case["sort_bindings"] == json!(true) {
                for value in row.as_object_mut().into_iter().flat_map(|row| row.values_mut()) {
                    if let Some(items) = value.as_array_mut() {
                        items.sort_by_key(|item| ordain_tests::policy_case::canonical(item, false));
                    }
                }
            }
            ordain_tests::policy_case::canonical(&row, false)
        })
        .collect();
    out.sort();
    out.dedup();
    out
}
