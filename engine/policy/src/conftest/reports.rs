//! Results for Azure Pipelines, and as a SARIF document.

use ordain_rego::Value;
use serde_json::{Map, Value as Json, json};

use super::shapes::{summary, tests};
use super::{CheckResult, Finding};

/// Commands of Azure Pipelines' log, one group a configuration.
pub(super) fn azure(results: &[CheckResult]) -> String {
    let mut out = String::new();
    for result in results {
        let (file, namespace) = (&result.file, &result.namespace);
        out.push_str(&format!(
            "##[section]Testing '{file}' against {} policies in namespace '{namespace}'\n",
            tests(result)
        ));
        out.push_str("##[group]See conftest results\n");
        let mut issues = |level: &str, findings: &[Finding]| {
            for finding in findings {
                let message = &finding.message;
                out.push_str(&format!("##vso[task.logissue type={level}] file={file} --> {message}\n"));
            }
        };
        issues("error", &result.failures);
        issues("warning", &result.warnings);
        issues("warning", &result.exceptions);
        for finding in &result.skipped {
            out.push_str(&format!("skipped file={file} {}\n", finding.message));
        }
        if result.successes > 0 {
            out.push_str(&format!("success file={file} {}\n", result.successes));
        }
        out.push_str("##[endgroup]\n");
    }
    out.push_str(&summary(results));
    out.push('\n');
    out
}

/// What a kind of results is called, its level, and what it means.
struct Kind {
    rule: &'static str,
    level: &'static str,
    means: &'static str,
}

const DENY: Kind = Kind { rule: "deny", level: "error", means: "Policy violation" };
const WARN: Kind = Kind { rule: "warn", level: "warning", means: "Policy warning" };
const ALLOW: Kind = Kind { rule: "allow", level: "note", means: "Policy exception" };
const SUCCESS: Kind = Kind { rule: "success", level: "none", means: "Policy was satisfied successfully" };
const SKIP: Kind = Kind { rule: "skip", level: "none", means: "Policy check was skipped" };

const SCHEMA: &str =
    "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json";

#[derive(Default)]
struct Sarif {
    rules: Vec<Json>,
    results: Vec<Json>,
}

impl Sarif {
    fn add(&mut self, result: &CheckResult, kind: &Kind, finding: &Finding) {
        let about = &finding.metadata;
        let id = format!("{}/{}", result.namespace, kind.rule);
        let known = self.rules.iter().position(|rule| rule.get("id").and_then(Json::as_str) == Some(&*id));
        let index = known.unwrap_or_else(|| {
            let mut rule = Map::new();
            rule.insert("id".to_owned(), json!(id));
            rule.insert("shortDescription".to_owned(), json!({ "text": kind.means }));
            if !about.is_empty() {
                let members: Map<String, Json> =
                    about.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
                rule.insert("properties".to_owned(), Json::Object(members));
            }
            self.rules.push(Json::Object(rule));
            self.rules.len() - 1
        });
        let (file, line) = match &finding.place {
            Some((file, line)) => (file, line.parse::<u32>().ok()),
            None => (&result.file, None),
        };
        let mut place = json!({ "artifactLocation": { "uri": address(file) } });
        if let (Some(line), Some(place)) = (line, place.as_object_mut()) {
            place.insert("region".to_owned(), json!({ "startLine": line, "endLine": line }));
        }
        self.results.push(json!({
            "ruleId": id,
            "ruleIndex": index,
            "level": kind.level,
            "message": { "text": finding.message },
            "locations": [{ "physicalLocation": place }],
        }));
    }
}

/// A SARIF 2.1.0 document: one rule for each namespace and kind of result.
pub(super) fn sarif(results: &[CheckResult]) -> String {
    let mut run = Sarif::default();
    for result in results {
        for (kind, findings) in
            [(DENY, &result.failures), (WARN, &result.warnings), (ALLOW, &result.exceptions)]
        {
            for finding in findings {
                run.add(result, &kind, finding);
            }
        }
        if result.failures.is_empty() && result.warnings.is_empty() {
            let nothing = result.successes == 0 && result.exceptions.is_empty();
            let kind = if nothing { SKIP } else { SUCCESS };
            let metadata = vec![("description".to_owned(), Value::from(kind.means))];
            run.add(result, &kind, &Finding { message: kind.means.to_owned(), place: None, metadata });
        }
    }
    let any = |of: fn(&CheckResult) -> &Vec<Finding>| results.iter().any(|result| !of(result).is_empty());
    let (code, said) = match () {
        () if any(|result| &result.failures) => (1, "Policy violations found"),
        () if any(|result| &result.warnings) => (0, "Policy warnings found"),
        () => (0, "No policy violations found"),
    };
    let document = json!({
        "version": "2.1.0",
        "$schema": SCHEMA,
        "runs": [{
            "tool": { "driver": {
                "name": "conftest",
                "informationUri": "https://github.com/open-policy-agent/conftest",
                "rules": run.rules,
            } },
            "invocations": [{ "executionSuccessful": true, "exitCode": code, "exitCodeDescription": said }],
            "results": run.results,
        }],
    });
    document.to_string()
}

/// A path as the address of a file relative to where the tests run.
fn address(file: &str) -> String {
    let mut out = String::with_capacity(file.len());
    for byte in file.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b'/' | b'$' | b'&' | b'+' | b',' | b':' | b';' | b'=' | b'@' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
#[path = "reports_tests.rs"]
mod tests;
