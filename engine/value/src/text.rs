//! Text: normalisation, and how much of a prefix is certain.

use unicode_normalization::char::{canonical_combining_class, compose};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_segmentation::UnicodeSegmentation;

/// The same text in normalisation form C.
pub fn nfc(text: &str) -> std::borrow::Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.into()
    } else {
        text.nfc().collect::<String>().into()
    }
}

/// Delimiters that nothing can combine with by any rule of grapheme clusters; they may end a prefix.
const DELIMITERS: &str = "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";

/// How much of `prefix` stays as it is whatever text follows: without the last grapheme cluster, which
/// a combining character could still change, unless that is a common delimiter.
pub fn safe_prefix(prefix: &str) -> String {
    if prefix.is_ascii() {
        return safe_ascii(prefix).to_owned();
    }
    let prefix = nfc(prefix);
    let mut found = prefix.grapheme_indices(true).rev();
    let Some((mut cut, last)) = found.next() else { return String::new() };
    if last.chars().count() == 1 && last.chars().all(|last| DELIMITERS.contains(last)) {
        return prefix.into_owned();
    }
    // What joins clusters (regional indicators, joiners, leading marks) is cut as a whole.
    for (at, cluster) in found {
        let open = cluster.chars().any(is_regional)
            && prefix.get(cut..).is_some_and(|rest| rest.chars().all(is_regional));
        let starts_with_mark = prefix.get(cut..).and_then(|rest| rest.chars().next()).is_some_and(|first| {
            canonical_combining_class(first) != 0
                || cluster.chars().next_back().is_some_and(|before| compose(before, first).is_some())
        });
        if !open && !starts_with_mark {
            break;
        }
        cut = at;
    }
    prefix.get(..cut).unwrap_or("").to_owned()
}

/// The same for what most texts are made of: each character stands for itself, but for the two that break a line.
fn safe_ascii(prefix: &str) -> &str {
    match prefix.as_bytes() {
        [.., last] if DELIMITERS.as_bytes().contains(last) => prefix,
        [rest @ .., b'\r', b'\n'] | [rest @ .., _] => prefix.get(..rest.len()).unwrap_or(prefix),
        [] => "",
    }
}

fn is_regional(c: char) -> bool {
    ('\u{1f1e6}'..='\u{1f1ff}').contains(&c)
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
