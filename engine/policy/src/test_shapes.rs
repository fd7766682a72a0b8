//! `policy test -format=…`: test results and coverage in the shapes of `opa test`, and as JUnit.

use std::collections::BTreeMap;

use base64::Engine as _;

use ordain_rego::{
    FileCover, FileKind, Readable, SourceFile, TestCase, TestFault, TestOptions, TestOutcome, TestReport,
    TestRun, Value, Version, run_tests,
};
use serde_json::{Map, Value as Json, json};

use crate::evaluating::located;
use crate::rego::{Bounds, watched};

/// How tests are run and shown.
#[derive(Clone, Debug)]
pub struct TestQuestion {
    /// Modules and documents.
    pub files: Vec<SourceFile>,
    /// Only tests whose full name this regular expression is found in.
    pub only: Option<String>,
    /// What `time.now_ns()` gives.
    pub now_ns: i64,
    /// Version of the language.
    pub version: Version,
    /// Show which lines ran, in place of the tests.
    pub coverage: bool,
    /// Percentage of lines that must run.
    pub threshold: Option<f64>,
    /// Skipped tests are no failure.
    pub skipped_is_fine: bool,
    /// JUnit's XML in place of JSON.
    pub junit: bool,
    /// Bounds of each test, and of the time for all.
    pub bounds: Bounds,
}

/// What to print, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestReply {
    /// For standard output; nothing if empty.
    pub output: String,
    /// For standard error.
    pub complaint: String,
    /// 0: all passed; 1: tests could not be run; 2: some failed, or too few lines ran.
    pub exit: u8,
}

/// Runs tests.
pub fn test_shaped(question: &TestQuestion) -> TestReply {
    let modules: Vec<&SourceFile> =
        question.files.iter().filter(|file| FileKind::of(&file.path) == Some(FileKind::Rego)).collect();
    let only = match question.only.as_deref().map(ordain_rego::pattern) {
        None => None,
        Some(Ok(only)) => Some(only),
        Some(Err(why)) => return refused(&why),
    };
    let options = TestOptions {
        version: question.version,
        only,
        now_ns: question.now_ns,
        runtime: Value::object(Vec::new()),
        cover: question.coverage || question.threshold.is_some(),
        strict: false,
        conftest: false,
        readable: Readable::default(),
        limits: question.bounds.limits,
        cancel: None,
    };
    let report = watched(question.bounds.longest(), |cancel| {
        run_tests(&question.files, &TestOptions { cancel: Some(cancel), ..options })
    });
    let report = match report {
        Ok(Ok(report)) => report,
        Ok(Err(fault)) => return faulty(&fault, &modules),
        Err(failed) => return refused(&failed.0),
    };
    let failed = report.runs.iter().any(|run| match run.outcome {
        TestOutcome::Passed => false,
        TestOutcome::Failed | TestOutcome::Errored(..) => true,
        TestOutcome::Skipped => !question.skipped_is_fine,
    });
    if (question.coverage || question.threshold.is_some())
        && let Some(reply) = uncounted(&report.runs, &modules)
    {
        return reply;
    }
    let total = percentage(&report.cover);
    if let Some(threshold) = question.threshold.filter(|threshold| total < *threshold) {
        let complaint =
            format!("Code coverage threshold not met: got {total:.2} instead of {threshold:.2}\n");
        return TestReply { output: String::new(), complaint, exit: 2 };
    }
    let output = if question.coverage {
        pretty(&coverage(&report.cover, &modules, total))
    } else if question.junit {
        junit(&report, &modules)
    } else {
        pretty(&Json::Array(report.runs.iter().map(|run| shown(run, &modules)).collect()))
    };
    TestReply { output, complaint: String::new(), exit: if failed { 2 } else { 0 } }
}

/// Where tests fail or err, they are told instead of what they cover.
fn uncounted(runs: &[TestRun], modules: &[&SourceFile]) -> Option<TestReply> {
    for run in runs {
        if let TestOutcome::Errored(errors, _) = &run.outcome {
            let lines = errors.iter().map(|error| {
                let file = usize::try_from(error.at.file()).ok().and_then(|file| modules.get(file));
                let path = file.map_or("", |file| file.path.as_str());
                format!("{path}:{}: {}: {}\n", error.at.row(), error.code.as_str(), error.message)
            });
            return Some(TestReply { output: String::new(), complaint: lines.collect(), exit: 1 });
        }
    }
    let failed: Vec<&TestRun> =
        runs.iter().filter(|run| matches!(run.outcome, TestOutcome::Failed)).collect();
    let first = failed.first()?;
    let name = |run: &TestRun| format!("{}.{}: FAIL", run.package, run.name);
    let mut output = String::new();
    for run in &failed {
        output.push_str(&format!("{}:{}:\n{}\n", path_of(run, modules), run.at.row(), name(run)));
    }
    output.push_str(&format!("{}\nFAIL: {}/{}", "-".repeat(80), failed.len(), failed.len()));
    Some(TestReply { output, complaint: format!("{}\n", name(first)), exit: 1 })
}

fn refused(why: &str) -> TestReply {
    let document = json!({ "errors": [{ "message": why }] });
    TestReply { output: pretty(&document), complaint: String::new(), exit: 1 }
}

fn faulty(fault: &TestFault, modules: &[&SourceFile]) -> TestReply {
    let errors: Vec<Json> = match fault {
        TestFault::Data(faults) => faults.iter().map(|why| json!({ "message": why })).collect(),
        TestFault::Policies(errors) => errors.iter().map(|error| located(error, modules)).collect(),
    };
    TestReply { output: pretty(&json!({ "errors": errors })), complaint: String::new(), exit: 1 }
}

fn pretty(document: &Json) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}

fn path_of<'m>(run: &TestRun, modules: &[&'m SourceFile]) -> &'m str {
    let file = usize::try_from(run.at.file()).ok().and_then(|file| modules.get(file));
    file.map_or("", |file| file.path.as_str())
}

fn shown(run: &TestRun, modules: &[&SourceFile]) -> Json {
    let mut out = Map::new();
    let place = json!({ "file": path_of(run, modules), "row": run.at.row(), "col": run.at.col() });
    out.insert("location".to_owned(), place);
    out.insert("package".to_owned(), json!(run.package));
    out.insert("name".to_owned(), json!(run.name));
    match &run.outcome {
        TestOutcome::Passed => {}
        TestOutcome::Failed => {
            out.insert("fail".to_owned(), json!(true));
        }
        TestOutcome::Skipped => {
            out.insert("skip".to_owned(), json!(true));
        }
        TestOutcome::Errored(errors, running) => {
            let all: Vec<Json> = errors.iter().map(|error| located(error, modules)).collect();
            let error = match all.as_slice() {
                [only] if *running => only.clone(),
                _ => Json::Array(all),
            };
            out.insert("error".to_owned(), error);
        }
    }
    if !run.prints.is_empty() {
        let text: String = run.prints.iter().map(|line| format!("{line}\n")).collect();
        out.insert("output".to_owned(), json!(base64::engine::general_purpose::STANDARD.encode(text)));
    }
    if !run.cases.is_empty() {
        out.insert("sub_results".to_owned(), cases(&run.cases));
    }
    Json::Object(out)
}

fn cases(all: &BTreeMap<String, TestCase>) -> Json {
    let mut out = Map::new();
    for (name, case) in all {
        let mut one = Map::new();
        one.insert("name".to_owned(), json!(name));
        if case.failed {
            one.insert("fail".to_owned(), json!(true));
        }
        if !case.cases.is_empty() {
            one.insert("sub_results".to_owned(), cases(&case.cases));
        }
        out.insert(name.clone(), Json::Object(one));
    }
    Json::Object(out)
}

#[allow(clippy::cast_precision_loss, reason = "numbers of lines are small")]
fn percent(covered: usize, missed: usize) -> f64 {
    if covered + missed == 0 { 0.0 } else { 100.0 * covered as f64 / (covered + missed) as f64 }
}

fn percentage(files: &[FileCover]) -> f64 {
    let sum = |of: fn(&FileCover) -> usize| files.iter().map(of).sum();
    percent(sum(|file| file.covered.len()), sum(|file| file.missed.len()))
}

fn coverage(files: &[FileCover], modules: &[&SourceFile], total: f64) -> Json {
    let mut out = Map::new();
    for (file, module) in files.iter().zip(modules) {
        let mut one = Map::new();
        if !file.covered.is_empty() {
            one.insert("covered".to_owned(), ranges(file.covered.iter().copied()));
        }
        if !file.missed.is_empty() {
            one.insert("not_covered".to_owned(), ranges(file.missed.iter().copied()));
        }
        // What is nothing is left out here, as by OPA, and not in the sums.
        for (name, lines) in [("covered_lines", file.covered.len()), ("not_covered_lines", file.missed.len())]
        {
            if lines > 0 {
                one.insert(name.to_owned(), json!(lines));
            }
        }
        if !file.covered.is_empty() {
            one.insert("coverage".to_owned(), round(percent(file.covered.len(), file.missed.len())));
        }
        out.insert(module.path.clone(), Json::Object(one));
    }
    let sum = |of: fn(&FileCover) -> usize| files.iter().map(of).sum::<usize>();
    json!({
        "files": out,
        "covered_lines": sum(|file| file.covered.len()),
        "not_covered_lines": sum(|file| file.missed.len()),
        "coverage": round(total),
    })
}

/// A percentage; a whole one without a point.
fn round(percent: f64) -> Json {
    let whole = percent.fract() == 0.0;
    let text = if whole { format!("{percent:.0}") } else { percent.to_string() };
    serde_json::from_str(&text).unwrap_or(Json::Null)
}

fn ranges(rows: impl Iterator<Item = u32>) -> Json {
    let mut out: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match out.last_mut() {
            Some((_, end)) if *end + 1 == row => *end = row,
            _ => out.push((row, row)),
        }
    }
    let shown = |(start, end)| json!({ "start": { "row": start }, "end": { "row": end } });
    out.into_iter().map(shown).collect()
}

fn junit(report: &TestReport, modules: &[&SourceFile]) -> String {
    let failures = report.runs.iter().filter(|run| run.outcome == TestOutcome::Failed).count();
    let errors = report.runs.iter().filter(|run| matches!(run.outcome, TestOutcome::Errored(..))).count();
    let skipped = report.runs.iter().filter(|run| run.outcome == TestOutcome::Skipped).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!(
        "<testsuites>\n  <testsuite name=\"policies\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" \
         skipped=\"{skipped}\">\n",
        report.runs.len()
    ));
    for run in &report.runs {
        let (class, name) = (escaped(&run.package), escaped(&run.name));
        // The place stands in the text: schemas of this form have no attributes for it.
        let place = format!("{}:{}", escaped(path_of(run, modules)), run.at.row());
        out.push_str(&format!("    <testcase classname=\"{class}\" name=\"{name}\">"));
        match &run.outcome {
            TestOutcome::Passed => {}
            TestOutcome::Failed => {
                out.push_str(&format!("<failure message=\"the rule is not true\">{place}</failure>"));
            }
            TestOutcome::Skipped => out.push_str("<skipped/>"),
            TestOutcome::Errored(errors, _) => {
                let why: Vec<String> = errors.iter().map(ToString::to_string).collect();
                let why = escaped(&why.join("; "));
                out.push_str(&format!("<error message=\"{why}\">{place}</error>"));
            }
        }
        out.push_str("</testcase>\n");
    }
    out.push_str("  </testsuite>\n</testsuites>");
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && !matches!(c, '\t' | '\n' | '\r') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
