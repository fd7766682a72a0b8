//! Names that users write: which are valid, and which was probably meant.

/// What every message about a bad name says.
pub(crate) const NAME_RULE: &str = "A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes.";

/// The candidate that a mistyped name most likely stood for: the first that at most two edits away.
pub fn suggest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates.into_iter().find(|candidate| distance_below(given, candidate, 3))
}

/// ` Did you mean "x"?`, or nothing.
pub fn did_you_mean<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    suggest(given, candidates).map_or_else(String::new, |name| format!(" Did you mean \"{name}\"?"))
}

/// Whether the Levenshtein distance of two texts is below a limit.
fn distance_below(a: &str, b: &str, limit: usize) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) >= limit {
        return false;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut previous = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (cb, &above) in b.iter().zip(row.iter().skip(1)) {
            left = (previous + usize::from(ca != cb)).min(above + 1).min(left + 1);
            previous = above;
            next.push(left);
        }
        row = next;
    }
    row.last().is_some_and(|&distance| distance < limit)
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
