//! What a reader sees as one character.

use unicode_normalization::char::canonical_combining_class;
use unicode_segmentation::UnicodeSegmentation;

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
    // Only a line break is one of two bytes.
    if text.is_ascii() && !text.contains('\r') {
        return text.len();
    }
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
