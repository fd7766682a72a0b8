//! Texts that must not be shown, found in other texts.

use std::collections::HashMap;
use std::fmt;

/// What stands in the place of a secret.
const NOT_SHOWN: &str = "(sensitive value)";
/// Shorter texts occur everywhere by chance.
const SHORTEST: usize = 4;

/// Sensitive texts, in every form in which they may stand in a message: as they are, and as a JSON text has them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretTexts {
    /// By their first bytes; longest first.
    by_start: HashMap<[u8; SHORTEST], Vec<Box<str>>>,
}

impl SecretTexts {
    /// Adds one, if it is long enough.
    pub fn insert(&mut self, text: &str) {
        self.insert_form(text);
        let quoted = serde_json::Value::from(text).to_string();
        let inner = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        if inner != text {
            self.insert_form(inner);
        }
        // As it stands in a JSON text that may stand in a page.
        if inner.contains(['<', '>', '&']) {
            self.insert_form(&inner.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"));
        }
    }

    fn insert_form(&mut self, text: &str) {
        let Some(start) = text.as_bytes().first_chunk() else { return };
        let all = self.by_start.entry(*start).or_default();
        let found = all.binary_search_by(|kept| (text.len(), text).cmp(&(kept.len(), kept)));
        if let Err(at) = found {
            all.insert(at, text.into());
        }
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: Self) {
        other.by_start.into_values().flatten().for_each(|text| self.insert_form(&text));
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_start.is_empty()
    }

    /// The text without any of them; `None` if it has none.
    #[must_use]
    pub fn without(&self, text: &str) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        let mut out = String::new();
        let (mut kept, mut hidden) = (0, 0);
        for (at, window) in text.as_bytes().windows(SHORTEST).enumerate() {
            let Some(end) = self.longest(text, at, window) else { continue };
            if at >= hidden {
                out.push_str(text.get(kept..at).unwrap_or_default());
                out.push_str(NOT_SHOWN);
            }
            // Secrets that overlap are hidden together.
            hidden = hidden.max(end);
            kept = hidden;
        }
        (hidden > 0).then(|| out + text.get(kept..).unwrap_or_default())
    }

    /// Where the longest one ends that begins at a byte.
    fn longest(&self, text: &str, at: usize, window: &[u8]) -> Option<usize> {
        let all = self.by_start.get(window.first_chunk()?)?;
        let rest = text.as_bytes().get(at..)?;
        all.iter().find(|secret| rest.starts_with(secret.as_bytes())).map(|secret| at + secret.len())
    }
}

impl fmt::Debug for SecretTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.by_start.values().map(Vec::len).sum::<usize>())
    }
}

#[cfg(test)]
#[path = "secrets_tests.rs"]
mod tests;
