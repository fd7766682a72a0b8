//! Findings in the forms that CI systems collect: SARIF 2.1.0 and JUnit's XML.

use std::collections::BTreeMap;

use ordain_diag::{Diagnostic, Diagnostics, Severity, Sources};
use serde_json::{Value as Json, json};

use super::diag;
use super::style::Style;
use crate::render::xml::{attribute, element};

/// The document of SARIF, with one run. Places are relative to the working directory.
pub fn sarif(found: &Diagnostics, sources: &Sources) -> Json {
    // Each code that occurs is a rule, in order of its name.
    let codes: BTreeMap<&str, &str> = found.iter().map(|item| (item.code.id, item.code.text)).collect();
    let rules: Vec<Json> =
        codes.iter().map(|(id, text)| json!({ "id": id, "shortDescription": { "text": text } })).collect();
    let results: Vec<Json> = found.iter().map(|item| result(item, sources)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ordain",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(item: &Diagnostic, sources: &Sources) -> Json {
    let locations: Vec<Json> = location(item, sources).into_iter().collect();
    json!({
        "ruleId": item.code.id,
        "level": match item.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "message": { "text": message(item, sources) },
        "locations": locations,
    })
}

fn message(item: &Diagnostic, sources: &Sources) -> String {
    let said = [item.summary.clone()].into_iter().chain(item.paragraphs(sources));
    said.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn location(item: &Diagnostic, sources: &Sources) -> Option<Json> {
    let span = item.span?;
    let source = sources.get(span.file)?;
    let (start, end) = (source.position(span.start as usize), source.position(span.end as usize));
    let physical = json!({
        "artifactLocation": { "uri": uri(&source.name) },
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            // A region ends behind its last character and is never empty.
            "endColumn": if span.end > span.start { end.column } else { end.column + 1 },
        },
    });
    let names = item.address.iter().map(|address| json!({ "fullyQualifiedName": address }));
    let names: Vec<Json> = names.collect();
    Some(json!({ "physicalLocation": physical, "logicalLocations": names }))
}

/// A path as a relative reference: what has a meaning in URIs is escaped.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The document of JUnit: one suite, a case for each file with findings, or one that passes.
pub fn junit(found: &Diagnostics, sources: &Sources) -> String {
    let mut by_file: BTreeMap<String, Vec<&Diagnostic>> = BTreeMap::new();
    for item in found {
        let file = item.span.and_then(|span| sources.get(span.file)).map(|source| source.name.to_string());
        by_file.entry(file.unwrap_or_else(|| "configuration".to_owned())).or_default().push(item);
    }
    if by_file.is_empty() {
        by_file.insert("configuration".to_owned(), Vec::new());
    }
    let failing = |items: &[&Diagnostic]| items.iter().any(|item| item.is_error());
    let failures = by_file.values().filter(|items| failing(items)).count();
    let cases: String = by_file.iter().map(|(file, items)| case(file, items, sources)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"validate\" tests=\"{}\" skipped=\"0\" failures=\"{failures}\" errors=\"0\">\n{cases}  </testsuite>\n</testsuites>\n",
        by_file.len()
    )
}

fn case(file: &str, items: &[&Diagnostic], sources: &Sources) -> String {
    let of = |errors: bool| -> String {
        let items = items.iter().filter(|item| item.is_error() == errors);
        items.map(|item| diag::diagnostic(item, sources, Style { color: false }, diag::WIDTH)).collect()
    };
    let (errors, warnings) = (of(true), of(false));
    let mut inner = String::new();
    if !errors.is_empty() {
        let first = items.iter().find(|item| item.is_error()).map(|item| item.summary.as_str());
        inner.push_str(&element("failure", first, &errors));
    }
    if !warnings.is_empty() {
        inner.push_str(&element("system-err", None, &warnings));
    }
    let head = format!("    <testcase name={} classname=\"validate\">", attribute(file));
    if inner.is_empty() {
        format!("{head}</testcase>\n")
    } else {
        format!("{head}\n{inner}    </testcase>\n")
    }
}

#[cfg(test)]
#[path = "reports_tests.rs"]
mod tests;
