//! "Did you mean …?"

/// The candidate that is close enough to have been meant: at most two edits away, or made of the same words in
/// another order or form, as when `enable_auto_scaling` became `auto_scaling_enabled`.
pub fn nearest<'c>(given: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let mut renamed = None;
    for candidate in candidates.into_iter().filter(|candidate| *candidate != given) {
        if distance(given, candidate) < 3 {
            return Some(candidate);
        }
        if renamed.is_none() && same_words(given, candidate) {
            renamed = Some(candidate);
        }
    }
    renamed
}

/// Whether two names of several words consist of the same words, endings left aside.
fn same_words(a: &str, b: &str) -> bool {
    const STEM: usize = 5;
    let words = |name: &str| {
        let mut words: Vec<String> = name.split('_').map(|word| word.chars().take(STEM).collect()).collect();
        words.sort();
        words
    };
    a.contains('_') && words(a) == words(b)
}

/// A sentence to be put behind another, or nothing.
pub fn did_you_mean(candidate: Option<&str>) -> String {
    candidate.map_or_else(String::new, |candidate| format!(" Did you mean \"{candidate}\"?"))
}

/// Levenshtein distance in characters.
pub fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, a) in from.chars().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(&to) {
            let above = *cell;
            left = (diagonal + usize::from(a != *b)).min(left + 1).min(above + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
