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

/// What a reader sees as one character each: extended grapheme clusters up to Unicode 15.0, which the
/// language is defined by. Later versions join consonants of Indic scripts over a virama; these are apart.
pub fn clusters(text: &str) -> Vec<&str> {
    let mut all = Vec::with_capacity(text.len());
    for cluster in text.graphemes(true) {
        let mut rest = cluster;
        while let Some(at) = indic_joint(rest) {
            let (first, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
            all.push(first);
            rest = after;
        }
        all.push(rest);
    }
    all
}

/// How many [`clusters`] a text has.
pub fn cluster_count(text: &str) -> usize {
    text.graphemes(true)
        .map(|cluster| {
            let (mut count, mut rest) = (1, cluster);
            while let Some(at) = indic_joint(rest) {
                count += 1;
                rest = rest.get(at..).unwrap_or("");
            }
            count
        })
        .sum()
}

/// Where an Indic consonant follows a virama within one cluster.
fn indic_joint(cluster: &str) -> Option<usize> {
    if cluster.len() < 6 {
        return None;
    }
    let mut before = None;
    for (at, c) in cluster.char_indices() {
        let letter =
            matches!(c, '\u{900}'..='\u{d7f}') && canonical_combining_class(c) == 0 && c.is_alphabetic();
        let joined =
            before.is_some_and(|before| canonical_combining_class(before) != 0 || before == '\u{200d}');
        if letter && joined && at > 0 && !is_vowel_sign(c) {
            return Some(at);
        }
        before = Some(c);
    }
    None
}

/// Dependent signs of the Indic blocks that are alphabetic but no letters: each block of 128 has its vowel
/// signs from 3e to 4c and its nasal signs from 00 to 03.
fn is_vowel_sign(c: char) -> bool {
    matches!(u32::from(c) & 0x7f, 0x00..=0x03 | 0x3a..=0x3c | 0x3e..=0x4f | 0x55..=0x57 | 0x62 | 0x63)
}

/// Delimiters that nothing can combine with by any rule of grapheme clusters; they may end a prefix.
const DELIMITERS: &str = "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";

/// How much of `prefix` stays as it is whatever text follows: without the last grapheme cluster, which
/// a combining character could still change, unless that is a common delimiter.
pub fn safe_prefix(prefix: &str) -> String {
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

fn is_regional(c: char) -> bool {
    ('\u{1f1e6}'..='\u{1f1ff}').contains(&c)
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
