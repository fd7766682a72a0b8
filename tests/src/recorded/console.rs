//! What a terminal shows, read again.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value as Json, json};

#[allow(clippy::unwrap_used, reason = "the patterns are written here")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

static COLOUR: LazyLock<Regex> = LazyLock::new(|| pattern("\x1b\\[[0-9;]*[A-Za-z]"));
static HEAD: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(Error|Warning): (.*)$"));
static PLACE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s+(on .+? line \d+|with .+?(,| \())"));
static COUNTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d+) to (\w+)"));
static DONE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(Apply|Destroy) complete! Resources: (.*)$"));
static DONE_COUNT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d+) (\w+)"));
static OPERATION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(\S.*?)(?: \(deposed object [0-9a-f]+\))?: (Creation|Destruction|Modifications) complete\b")
});
static ELSEWHERE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r" \(and .* more similar warnings? elsewhere\)"));

/// A text without frames and colours.
pub fn bare(text: &str) -> String {
    let text = COLOUR.replace_all(text, "");
    let lines = text.lines().filter(|line| !line.starts_with('╷') && !line.starts_with('╵'));
    let lines = lines.map(|line| {
        let line = line.strip_prefix('│').map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest));
        line.trim_end()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Summaries of errors and of warnings, each sorted. `paragraphs`: a summary may run over lines, its first paragraph counts.
pub fn summaries(text: &str, paragraphs: bool) -> (Vec<String>, Vec<String>) {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    let bare = bare(text);
    let mut lines = bare.lines().peekable();
    while let Some(line) = lines.next() {
        let line = if matches!(line, "Error:" | "Warning:") { format!("{line} ") } else { line.to_owned() };
        let Some(head) = HEAD.captures(&line) else { continue };
        let mut summary = head[2].to_owned();
        while let Some(next) = lines.peek().filter(|_| paragraphs) {
            let ends = next.trim().is_empty() && !summary.trim().is_empty();
            if ends || PLACE.is_match(next) || HEAD.is_match(next) {
                break;
            }
            summary = format!("{summary} {}", next.trim());
            lines.next();
        }
        let summary = summary.split_whitespace().collect::<Vec<_>>().join(" ");
        match &head[1] {
            "Error" => errors.push(summary),
            _ => warnings.push(ELSEWHERE.replace(&summary, "").into_owned()),
        }
    }
    errors.sort();
    warnings.sort();
    warnings.dedup();
    (errors, warnings)
}

/// What a plan or an apply says that it counted.
pub fn summary(text: &str) -> Option<Json> {
    let mut out = Map::new();
    for line in COLOUR.replace_all(text, "").lines() {
        let counts = |counted: &Regex, text: &str| {
            let found = counted.captures_iter(text);
            let found =
                found.map(|found| (found[2].to_owned(), json!(found[1].parse::<u64>().unwrap_or_default())));
            Json::Object(found.collect())
        };
        if line.starts_with("Plan: ") {
            out.insert("plan".to_owned(), counts(&COUNTED, line));
        } else if line.starts_with("No changes.") {
            out.insert("no_changes".to_owned(), json!(true));
        } else if let Some(done) = DONE.captures(line) {
            out.insert(done[1].to_lowercase(), counts(&DONE_COUNT, &done[2]));
        }
    }
    (!out.is_empty()).then_some(Json::Object(out))
}

/// Operations in the order in which they ended.
pub fn operations(text: &str) -> Vec<String> {
    let text = COLOUR.replace_all(text, "");
    let found = text.lines().filter_map(|line| OPERATION.captures(line));
    found.map(|found| format!("{} {}", found[2].to_lowercase(), &found[1])).collect()
}
