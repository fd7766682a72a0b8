//! The order in which findings are shown to people.

use ordain_diag::{Diagnostic, Diagnostics, Sources};

/// Warnings first, then what has no place, then by place; files in fewer directories first. What stands at one place
/// stays in the order in which it was found.
pub fn by_place(found: &Diagnostics, sources: &Sources) -> Diagnostics {
    let place = |item: &Diagnostic| {
        let span = item.span?;
        let name = &*sources.get(span.file)?.name;
        Some((name.matches('/').count(), name, span.start, span.end))
    };
    let mut all: Vec<&Diagnostic> = found.iter().collect();
    all.sort_by_cached_key(|item| (item.is_error(), place(item)));
    all.into_iter().cloned().collect()
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
