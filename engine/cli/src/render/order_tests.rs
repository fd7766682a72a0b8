use ordain_diag::{Span, codes};

use super::*;

#[test]
fn people_read_findings_by_place() {
    let mut sources = Sources::new();
    let files = ["m/z.tf", "b.tf", "a.tf"].map(|name| sources.add(name, "0123456789"));
    let error = |summary: &str| Diagnostic::error(codes::lang::SYNTAX, summary, "");
    let at = |summary: &str, file: usize, start: u32| {
        error(summary).with_span(Span { file: files[file], start, end: start + 1 })
    };
    let warning = Diagnostic::warning(codes::lang::SYNTAX, "warning", "");
    let found: Diagnostics =
        [at("5", 0, 0), at("4", 1, 1), at("2", 2, 0), at("3", 2, 0), error("1"), warning]
            .into_iter()
            .collect();
    let told = by_place(&found, &sources);
    let told: Vec<&str> = told.iter().map(|item| item.summary.as_str()).collect();
    assert_eq!(told, ["warning", "1", "2", "3", "4", "5"]);
}
