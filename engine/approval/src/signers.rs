//! `allowed_signers` as git and ssh-keygen use it, and the list of what no longer counts.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_plan::Digest;
use ssh_key::{HashAlg, PublicKey, public::KeyData};

use crate::rules::matches;

/// The keys that may sign, and for whom.
#[derive(Clone, Debug, Default)]
pub struct AllowedSigners {
    signers: Vec<Signer>,
}

/// One line of `allowed_signers`.
#[derive(Clone, Debug)]
pub struct Signer {
    /// Patterns of the names that the key speaks for; a `!` in front excludes.
    pub principals: Vec<String>,
    /// The key.
    pub key: PublicKey,
    /// Patterns of the namespaces that it may sign in; empty for all.
    pub namespaces: Vec<String>,
    /// First second in which it counts, since 1970.
    pub valid_after: Option<i64>,
    /// First second in which it no longer counts, since 1970.
    pub valid_before: Option<i64>,
}

impl Signer {
    /// Whether the key speaks for somebody.
    pub fn speaks_for(&self, principal: &str) -> bool {
        listed(&self.principals, principal)
    }

    /// Whether the key may sign in a namespace.
    pub fn may_sign_in(&self, namespace: &str) -> bool {
        self.namespaces.is_empty() || listed(&self.namespaces, namespace)
    }

    /// Whether the key counts at a time.
    pub fn counts_at(&self, time: i64) -> bool {
        self.valid_after.is_none_or(|after| time >= after)
            && self.valid_before.is_none_or(|before| time < before)
    }
}

fn listed(patterns: &[String], text: &str) -> bool {
    let excluded = |pattern: &String| pattern.strip_prefix('!').is_some_and(|pattern| matches(pattern, text));
    !patterns.iter().any(excluded) && patterns.iter().any(|pattern| matches(pattern, text))
}

impl AllowedSigners {
    /// Reads the file's text; `name` is what messages call it. Format: `ssh-keygen(1)`, ALLOWED SIGNERS.
    /// Times without `Z` count as UTC. Certificate authorities are refused with a message.
    pub fn parse(name: &str, text: &str) -> (Self, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let mut signers = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match signer(line) {
                Ok(signer) => signers.push(signer),
                Err(why) => {
                    let detail = format!(
                        "Line {} of {name} {why}. A line is: principals, options if any, key type, key.",
                        at + 1
                    );
                    diagnostics.push(Diagnostic::error(
                        codes::approval::SIGNERS,
                        "Invalid allowed signers",
                        detail,
                    ));
                }
            }
        }
        (Self { signers }, diagnostics)
    }

    /// Lines with this key.
    pub fn of_key<'a>(&'a self, key: &'a KeyData) -> impl Iterator<Item = &'a Signer> {
        self.signers.iter().filter(move |signer| signer.key.key_data() == key)
    }

    /// Principals that a private key's public half may speak for, as written; for a helpful default.
    pub fn principals_of(&self, key: &PublicKey) -> Vec<String> {
        self.of_key(key.key_data()).flat_map(|signer| signer.principals.iter().cloned()).collect()
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.signers.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.signers.is_empty()
    }
}

fn signer(line: &str) -> Result<Signer, String> {
    let (principals, rest) = field(line)?;
    let (mut word, mut rest) = field(rest)?;
    let mut options = String::new();
    if !is_key_type(&word) {
        options = word;
        (word, rest) = field(rest)?;
    }
    if !is_key_type(&word) {
        return Err("has no key type".to_owned());
    }
    let (key, _comment) = field(rest)?;
    let key = PublicKey::from_openssh(&format!("{word} {key}"))
        .map_err(|error| format!("has a key that cannot be read ({error})"))?;
    let mut signer = Signer {
        principals: list(&principals),
        key,
        namespaces: Vec::new(),
        valid_after: None,
        valid_before: None,
    };
    for option in split_options(&options) {
        let (name, value) = option.split_once('=').unwrap_or((&option, ""));
        let value = value.trim_matches('"');
        match name.to_ascii_lowercase().as_str() {
            "namespaces" => signer.namespaces = list(value),
            "valid-after" => signer.valid_after = Some(time(value)?),
            "valid-before" => signer.valid_before = Some(time(value)?),
            "cert-authority" => {
                return Err("names a certificate authority, which is not supported".to_owned());
            }
            "" => {}
            other => return Err(format!("has the unknown option {other:?}")),
        }
    }
    Ok(signer)
}

fn is_key_type(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-"].iter().any(|start| word.starts_with(start)) && !word.contains('=')
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// The first field, quotes at its ends taken off, and the rest. Blanks inside quotes do not end it.
fn field(text: &str) -> Result<(String, &str), String> {
    let text = text.trim_start();
    let mut quoted = false;
    let end = text
        .char_indices()
        .find(|(_, c)| {
            quoted ^= *c == '"';
            !quoted && c.is_whitespace()
        })
        .map_or(text.len(), |(at, _)| at);
    if end == 0 || quoted {
        return Err("is not complete".to_owned());
    }
    let (word, rest) = text.split_at(end);
    let bare = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or(word);
    Ok((bare.to_owned(), rest))
}

/// Options are separated by commas outside quotes.
fn split_options(text: &str) -> Vec<String> {
    let mut quoted = false;
    let mut options = vec![String::new()];
    for c in text.chars() {
        quoted ^= c == '"';
        if c == ',' && !quoted {
            options.push(String::new());
        } else if let Some(last) = options.last_mut() {
            last.push(c);
        }
    }
    options
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with or without `Z`.
fn time(text: &str) -> Result<i64, String> {
    let digits = text.strip_suffix('Z').unwrap_or(text);
    let padded = format!("{digits:0<14}");
    let fits = matches!(digits.len(), 8 | 12 | 14) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let wrong = || format!("has the time {text:?}, which is not YYYYMMDD[HHMM[SS]][Z]");
    if !fits {
        return Err(wrong());
    }
    let day = padded.get(..8).and_then(|day| NaiveDate::parse_from_str(day, "%Y%m%d").ok());
    let time = NaiveDateTime::parse_from_str(&padded, "%Y%m%d%H%M%S").ok();
    day.and(time).map(|time| time.and_utc().timestamp()).ok_or_else(wrong)
}

/// What no longer counts: one item a line, `#` begins a comment.
///
/// - `key SHA256:…` — a key, by the fingerprint that `ssh-keygen -l` prints
/// - `principal NAME` — somebody
/// - `root sha256:…` — a plan
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revocations {
    keys: BTreeSet<String>,
    principals: BTreeSet<String>,
    roots: BTreeSet<Digest>,
}

impl Revocations {
    /// Reads the file's text; `name` is what messages call it. A line that cannot be read is an error, since
    /// something that was meant to be revoked would count again.
    pub fn parse(name: &str, text: &str) -> (Self, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let mut found = Self::default();
        for (at, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or("").trim();
            let understood = match line.split_once(char::is_whitespace) {
                _ if line.is_empty() => true,
                Some(("key", key)) if key.trim().starts_with("SHA256:") => {
                    found.keys.insert(key.trim().to_owned()) | true
                }
                Some(("principal", name)) => found.principals.insert(name.trim().to_owned()) | true,
                Some(("root", root)) => {
                    Digest::parse(root.trim()).map(|root| found.roots.insert(root)).is_some()
                }
                _ => false,
            };
            if !understood {
                let detail = format!(
                    "Line {} of {name} is none of: key SHA256:…, principal NAME, root sha256:…",
                    at + 1
                );
                diagnostics.push(Diagnostic::error(codes::approval::SIGNERS, "Invalid revocations", detail));
            }
        }
        (found, diagnostics)
    }

    /// Whether a key is revoked.
    pub fn has_key(&self, key: &KeyData) -> bool {
        self.keys.contains(&key.fingerprint(HashAlg::Sha256).to_string())
    }

    /// Whether somebody is revoked.
    pub fn has_principal(&self, principal: &str) -> bool {
        self.principals.contains(principal)
    }

    /// Whether a plan is revoked.
    pub fn has_root(&self, root: &Digest) -> bool {
        self.roots.contains(root)
    }
}

#[cfg(test)]
#[path = "signers_tests.rs"]
pub(crate) mod tests;
