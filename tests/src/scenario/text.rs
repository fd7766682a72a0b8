//! What people are told, taken apart: findings, counts, results of tests.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value as Json, json};

fn pattern(text: &str) -> Regex {
    // The patterns are constants of this file, each compiled once.
    Regex::new(text).unwrap_or_else(|error| unreachable!("{text}: {error}"))
}

static COLOUR: LazyLock<Regex> = LazyLock::new(|| pattern("\x1b\\[[0-9;]*[A-Za-z]"));
static COUNT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d+) (?:to )?(\w+)"));
static COMPLETE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(Apply|Destroy) complete! Resources: (.*)$"));
static TEST_FILE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\S+\.tftest\.(?:hcl|json))\.\.\. (.*)$"));
static TEST_RUN: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^  run "([^"]+)"\.\.\. (pass|fail|skip)$"#));
static TEST_END: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(Success|Failure)! (\d+) passed, (\d+) failed(?:, (\d+) skipped)?"));

/// A finding: whether it is an error, and its summary.
pub type Finding = (bool, String);

/// Lines without colours and boxes.
pub fn plain(text: &str) -> String {
    let text = COLOUR.replace_all(text, "");
    let lines = text.lines().filter(|line| !line.starts_with(['╷', '╵'])).map(|line| {
        let line = line.strip_prefix('│').map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest));
        line.trim_end()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Findings in what was printed.
pub fn findings(text: &str) -> Vec<Finding> {
    let one = |line: &str| {
        let (is_error, summary) = match line.strip_prefix("Error: ") {
            Some(summary) => (true, summary),
            None => (false, line.strip_prefix("Warning: ")?),
        };
        Some((is_error, summary.split_whitespace().collect::<Vec<_>>().join(" ")))
    };
    plain(text).lines().filter_map(one).collect()
}

fn counts(text: &str) -> Json {
    let count = |found: regex::Captures<'_>| {
        let number: u64 = found.get(1)?.as_str().parse().ok()?;
        Some((found.get(2)?.as_str().to_owned(), Json::from(number)))
    };
    COUNT.captures_iter(text).filter_map(count).collect()
}

/// The counts of `Plan: …`, `Apply complete! …` and such lines.
pub fn summary(text: &str) -> Map<String, Json> {
    let mut found = Map::new();
    for line in COLOUR.replace_all(text, "").lines() {
        if let Some(rest) = line.strip_prefix("Plan: ") {
            found.insert("plan".to_owned(), counts(rest));
        } else if line.starts_with("No changes.") {
            found.insert("no_changes".to_owned(), true.into());
        } else if let Some(parts) = COMPLETE.captures(line) {
            let word = |at: usize| parts.get(at).map_or("", |part| part.as_str());
            found.insert(word(1).to_lowercase(), counts(word(2)));
        }
    }
    found
}

/// Results of `test`: files, runs, and the last line.
pub fn tests(text: &str) -> Json {
    let (mut files, mut runs, mut file, mut result) = (Map::new(), Vec::new(), Json::Null, Json::Null);
    for line in plain(text).lines() {
        if let Some(parts) = TEST_FILE.captures(line) {
            let word = |at: usize| parts.get(at).map_or("", |part| part.as_str());
            file = word(1).into();
            if matches!(word(2), "pass" | "fail" | "skip") {
                files.insert(word(1).to_owned(), word(2).into());
            }
        } else if let Some(parts) = TEST_RUN.captures(line) {
            let word = |at: usize| parts.get(at).map_or("", |part| part.as_str());
            runs.push(json!([file, word(1), word(2)]));
        } else if let Some(parts) = TEST_END.captures(line) {
            let number = |at: usize| parts.get(at).and_then(|part| part.as_str().parse::<u64>().ok());
            let word = parts.get(1).map_or("", |part| part.as_str());
            result = json!({
                "result": word,
                "passed": number(2).unwrap_or(0),
                "failed": number(3).unwrap_or(0),
                "skipped": number(4).unwrap_or(0),
            });
        }
    }
    json!({ "files": files, "runs": runs, "result": result })
}
