//! Findings that say the same of different places, told once; and warnings as a list of one line each.

use ordain_diag::{Diagnostic, Diagnostics, Severity, Sources};

/// How findings are told.
#[derive(Clone, Copy, Debug)]
pub struct Grouping {
    /// Warnings alone are listed, one line each.
    pub compact: bool,
    /// Warnings with the same summary are told once.
    pub warnings: bool,
    /// So are errors.
    pub errors: bool,
}

impl Default for Grouping {
    fn default() -> Self {
        Self { compact: false, warnings: true, errors: false }
    }
}

/// What each says is worth knowing, however many there are: assertions, and values that nobody declared.
const EACH: [&str; 3] = [
    "Check block assertion failed",
    "Check block assertion known after apply",
    "Value for undeclared variable",
];

/// A finding, and how many others say the same elsewhere.
type Told<'f> = (&'f Diagnostic, usize);

/// What is told, in order. Findings without a place stand for themselves.
pub fn grouped(found: &Diagnostics, how: Grouping) -> Vec<Told<'_>> {
    let mut told: Vec<Told<'_>> = Vec::new();
    for item in found {
        let groups = match item.severity {
            Severity::Warning => how.warnings,
            Severity::Error => how.errors,
        };
        let same = |(other, _): &&mut Told<'_>| {
            other.severity == item.severity && other.summary == item.summary && other.span.is_some()
        };
        let groups = groups && item.span.is_some() && !EACH.contains(&&*item.summary);
        let first = told.iter_mut().filter(|_| groups).find(same);
        match first {
            Some((_, more)) => *more += 1,
            None => told.push((item, 0)),
        }
    }
    told
}

/// The line that stands for the others.
pub fn others(item: &Diagnostic, more: usize) -> Option<String> {
    let word = match item.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    match more {
        0 => None,
        1 => Some(format!("(and one more similar {word} elsewhere)")),
        more => Some(format!("(and {more} more similar {word}s elsewhere)")),
    }
}

/// Warnings as a list.
pub fn list(told: &[Told<'_>], sources: &Sources) -> String {
    let mut text = String::from("\nWarnings:\n\n");
    for (item, more) in told {
        text.push_str(&format!("- {}\n", item.summary));
        if let Some((file, place)) = item.span.and_then(|span| sources.locate(span)) {
            let more = if *more > 0 { format!(" (and {more} more)") } else { String::new() };
            text.push_str(&format!("  on {file} line {}{more}\n", place.line));
        }
    }
    text + "\nTo see the full warning notes, run Ordain without -compact-warnings.\n"
}
