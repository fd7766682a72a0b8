//! Results as text, JSON, a table, TAP, JUnit's XML, or commands of a forge's log.

use std::collections::BTreeMap;

use ordain_rego::Value;
use serde_json::{Map, Value as Json, json};

use super::{CheckResult, ConftestShape, Finding, reports};

/// Results in the shape asked for; one of [`SHAPES`], anything else is plain text.
pub fn shaped(results: &[CheckResult], shape: &ConftestShape) -> String {
    match shape.output.as_str() {
        "json" => document(results),
        "table" => table(results),
        "tap" => tap(results),
        "junit" => junit(results, shape),
        "github" => github(results, shape),
        "azuredevops" => reports::azure(results),
        "sarif" => reports::sarif(results),
        _ => plain(results, shape),
    }
}

/// Names of shapes.
pub const SHAPES: &[&str] = &["stdout", "json", "table", "tap", "junit", "github", "azuredevops", "sarif"];

fn total(results: &[CheckResult], of: fn(&CheckResult) -> usize) -> usize {
    results.iter().map(of).sum()
}

pub(super) fn tests(result: &CheckResult) -> usize {
    result.successes
        + result.failures.len()
        + result.warnings.len()
        + result.exceptions.len()
        + result.skipped.len()
}

pub(super) fn summary(results: &[CheckResult]) -> String {
    let counted = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!(
        "{}, {} passed, {}, {}, {}",
        counted(total(results, tests), "test"),
        total(results, |result| result.successes),
        counted(total(results, |result| result.warnings.len()), "warning"),
        counted(total(results, |result| result.failures.len()), "failure"),
        counted(total(results, |result| result.exceptions.len()), "exception"),
    )
}

fn plain(results: &[CheckResult], shape: &ConftestShape) -> String {
    let mut out = String::new();
    for line in results.iter().flat_map(|result| &result.prints) {
        out.push_str(&format!("PRNT   {line}\n\n"));
    }
    for result in results {
        let mark = if result.file == "-" { "-".to_owned() } else { format!("- {}", result.file) };
        let namespace = &result.namespace;
        let mut list = |word: &str, findings: &[Finding]| {
            for finding in findings {
                out.push_str(&format!("{word} {mark} - {namespace} - {}\n", finding.message));
            }
        };
        list("WARN", &result.warnings);
        list("FAIL", &result.failures);
        if !shape.suppress_exceptions {
            list("EXCP", &result.exceptions);
        }
    }
    out.push('\n');
    out.push_str(&summary(results));
    if shape.show_skipped {
        out.push_str(&format!(", {} skipped", total(results, |result| result.skipped.len())));
    }
    out.push('\n');
    out
}

fn document(results: &[CheckResult]) -> String {
    if results.is_empty() {
        return "null\n".to_owned();
    }
    let rows: Vec<Json> = results.iter().map(row).collect();
    serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n"
}

fn row(result: &CheckResult) -> Json {
    let mut out = Map::new();
    let file = if result.file == "-" { "" } else { &result.file };
    out.insert("filename".to_owned(), json!(file));
    out.insert("namespace".to_owned(), json!(result.namespace));
    out.insert("successes".to_owned(), json!(result.successes));
    let mut list = |name: &str, findings: &[Finding]| {
        if !findings.is_empty() {
            out.insert(name.to_owned(), findings.iter().map(finding).collect());
        }
    };
    list("skipped", &result.skipped);
    list("warnings", &result.warnings);
    list("failures", &result.failures);
    list("exceptions", &result.exceptions);
    Json::Object(out)
}

fn finding(finding: &Finding) -> Json {
    let mut out = Map::new();
    out.insert("msg".to_owned(), json!(finding.message));
    if let Some((file, line)) = &finding.place {
        let mut place = Map::new();
        if !file.is_empty() {
            place.insert("file".to_owned(), json!(file));
        }
        if let Ok(line) = serde_json::from_str::<Json>(line) {
            place.insert("line".to_owned(), line);
        }
        out.insert("loc".to_owned(), Json::Object(place));
    }
    if !finding.metadata.is_empty() {
        let members: Map<String, Json> =
            finding.metadata.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
        out.insert("metadata".to_owned(), Json::Object(members));
    }
    Json::Object(out)
}

fn table(results: &[CheckResult]) -> String {
    let mut rows: Vec<[String; 4]> = Vec::new();
    for result in results {
        let mut add = |kind: &str, message: &str| {
            let message = message.trim().to_owned();
            rows.push([kind.to_owned(), result.file.clone(), result.namespace.clone(), message]);
        };
        (0..result.successes).for_each(|_| add("success", "SUCCESS"));
        result.exceptions.iter().for_each(|finding| add("exception", &finding.message));
        result.warnings.iter().for_each(|finding| add("warning", &finding.message));
        result.skipped.iter().for_each(|finding| add("skipped", &finding.message));
        result.failures.iter().for_each(|finding| add("failure", &finding.message));
    }
    if rows.is_empty() {
        return String::new();
    }
    let heads = ["RESULT", "FILE", "NAMESPACE", "MESSAGE"];
    let mut widths = heads.map(|head| head.chars().count());
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(lines_of(cell).map(|line| line.chars().count()).max().unwrap_or(0));
        }
    }
    let rule = |left: &str, middle: &str, right: &str| {
        let parts: Vec<String> = widths.iter().map(|width| "─".repeat(width + 2)).collect();
        format!("{left}{}{right}\n", parts.join(middle))
    };
    let mut out = rule("┌", "┬", "┐");
    out.push('│');
    for (head, width) in heads.iter().zip(widths) {
        let room = width - head.chars().count();
        out.push_str(&format!(" {}{head}{} │", " ".repeat(room / 2), " ".repeat(room - room / 2)));
    }
    out.push('\n');
    out.push_str(&rule("├", "┼", "┤"));
    for row in &rows {
        let height = row.iter().map(|cell| lines_of(cell).count().max(1)).max().unwrap_or(1);
        for line in 0..height {
            out.push('│');
            for (cell, width) in row.iter().zip(widths) {
                let text = lines_of(cell).nth(line).unwrap_or("");
                let room = width - text.chars().count();
                out.push_str(&format!(" {text}{} │", " ".repeat(room)));
            }
            out.push('\n');
        }
    }
    out.push_str(&rule("└", "┴", "┘"));
    out
}

/// The lines of a cell that are not blank.
fn lines_of(cell: &str) -> impl Iterator<Item = &str> {
    cell.lines().map(str::trim_end).filter(|line| !line.is_empty())
}

fn tap(results: &[CheckResult]) -> String {
    let count = total(results, tests);
    if count == 0 {
        return String::new();
    }
    let mut out = format!("1..{count}\n");
    let mut number = 0;
    for result in results {
        let mark = if result.file == "-" { "-".to_owned() } else { format!("- {}", result.file) };
        let successes: Vec<Finding> = (0..result.successes)
            .map(|_| Finding { message: "SUCCESS".to_owned(), place: None, metadata: Vec::new() })
            .collect();
        let sections: [(&str, &str, &[Finding]); 5] = [
            ("", "not ok", &result.failures),
            ("warnings", "not ok", &result.warnings),
            ("exceptions", "ok", &result.exceptions),
            ("skip", "ok", &result.skipped),
            ("successes", "ok", &successes),
        ];
        for (head, status, findings) in sections {
            if !head.is_empty() && !findings.is_empty() {
                out.push_str(&format!("# {head}\n"));
            }
            for finding in findings {
                number += 1;
                let (namespace, message) = (&result.namespace, &finding.message);
                out.push_str(&format!("{status} {number} {mark} - {namespace} - {message}\n"));
            }
        }
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("&#xA;"),
            '\t' => out.push_str("&#x9;"),
            '\r' => out.push_str("&#xD;"),
            c if c.is_control() && c < ' ' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Name, what became of it, and the message.
type JunitTest = (String, Option<bool>, String);

fn junit(results: &[CheckResult], shape: &ConftestShape) -> String {
    let mut packages: BTreeMap<&str, Vec<JunitTest>> = BTreeMap::new();
    for result in results {
        let tests = packages.entry(&result.namespace).or_default();
        let name = |message: &str| match message.lines().next() {
            Some(first) if !shape.junit_hide_message => format!("{} - {first}", result.file),
            _ => result.file.clone(),
        };
        for finding in result.warnings.iter().chain(&result.failures) {
            tests.push((name(&finding.message), Some(true), finding.message.clone()));
        }
        for finding in &result.skipped {
            tests.push((name(&finding.message), None, finding.message.clone()));
        }
        tests.extend((0..result.successes).map(|_| (result.file.clone(), Some(false), String::new())));
    }
    if packages.values().all(Vec::is_empty) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites></testsuites>\n".to_owned();
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (namespace, tests) in packages.into_iter().filter(|(_, tests)| !tests.is_empty()) {
        let failures = tests.iter().filter(|(_, failed, _)| *failed == Some(true)).count();
        let package = format!("conftest.{namespace}");
        out.push_str(&format!(
            "\t<testsuite tests=\"{}\" failures=\"{failures}\" time=\"0.000\" name=\"{}\">\n",
            tests.len(),
            escaped(&package)
        ));
        for (name, failed, message) in tests {
            out.push_str(&format!(
                "\t\t<testcase classname=\"{}\" name=\"{}\" time=\"0.000\">",
                escaped(&package),
                escaped(&name)
            ));
            match failed {
                Some(true) => out.push_str(&format!(
                    "\n\t\t\t<failure message=\"Failed\" type=\"\">{}</failure>\n\t\t",
                    escaped(&message)
                )),
                None => out.push_str(&format!(
                    "\n\t\t\t<skipped message=\"{}\"></skipped>\n\t\t",
                    escaped(&message)
                )),
                Some(false) => {}
            }
            out.push_str("</testcase>\n");
        }
        out.push_str("\t</testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn property(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            ':' => out.push_str("%3A"),
            ',' => out.push_str("%2C"),
            c => out.push(c),
        }
    }
    out
}

fn github(results: &[CheckResult], shape: &ConftestShape) -> String {
    let mut out = String::new();
    for result in results {
        if shape.github_hide_passed && tests(result) == result.successes {
            continue;
        }
        let (count, namespace) = (tests(result), &result.namespace);
        let file = Value::from(result.file.as_str()).to_json_text();
        out.push_str(&format!(
            "::group::Testing {file} against {count} policies in namespace {}\n",
            json!(namespace)
        ));
        let mut list = |level: &str, findings: &[Finding], before: &str| {
            for finding in findings {
                let message = format!("{before}{}", finding.message);
                let own = (result.file.clone(), "1".to_owned());
                match &finding.place {
                    Some(place) if place.0 != result.file => {
                        out.push_str(&command(level, place, &message));
                        let from = format!("(ORIGINATING FROM {} L{}) {message}", place.0, place.1);
                        out.push_str(&command(level, &own, &from));
                    }
                    Some(place) => out.push_str(&command(level, place, &message)),
                    None => out.push_str(&command(level, &own, &message)),
                }
            }
        };
        list("error", &result.failures, "");
        list("warning", &result.warnings, "");
        list("notice", &result.exceptions, "");
        list("notice", &result.skipped, "Test was skipped: ");
        let passed = format!("Number of successful checks: {}", result.successes);
        out.push_str(&command("notice", &(result.file.clone(), "1".to_owned()), &passed));
        out.push_str("::endgroup::\n");
    }
    out.push_str(&summary(results));
    out.push('\n');
    out
}

fn command(level: &str, (file, line): &(String, String), message: &str) -> String {
    format!("::{level} file={},line={line}::{message}\n", property(file))
}
