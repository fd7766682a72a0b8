//! Digests: of the parts of a stored plan, of its effects, and of single values.
//!
//! The *root* binds everything that decides what an apply does: change one byte of any part and it is
//! another plan. The *effects* digest is the same for two plans that do the same, made at different times
//! or against later serials of the same state; by rule an approval of effects may count for a re-plan.

use std::fmt;
use std::io;

use ordain_addr::{DeposedKey, ResourceInstance};
use ordain_value::Value;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::serial::{Broken, Exact, Text, Written};
use crate::{Action, Change, OutputChange, Plan, text, value_diff};

/// A SHA-256 digest. Written as `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Digest of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 64 hexadecimal digits.
    pub fn hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads what [`fmt::Display`] writes; capitals and other spellings are refused.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("sha256:")?.as_bytes();
        let mut bytes = [0u8; 32];
        if digits.len() != 64 {
            return None;
        }
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let &[high, low] = pair else { return None };
            *byte = digit(high)? << 4 | digit(low)?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a digest is sha256: and 64 digits"))
    }
}

/// Merkle root over named parts, which must come in the order of their names.
///
/// A leaf is SHA-256 of a zero byte, the length of the name as eight big-endian bytes, the name, and the
/// SHA-256 of the content; a node is SHA-256 of a one byte and its two children; a last leaf without
/// partner moves up as it is.
pub fn root<'a>(parts: impl IntoIterator<Item = (&'a str, Digest)>) -> Digest {
    let mut level: Vec<Digest> = parts.into_iter().map(|(name, content)| leaf(name, content)).collect();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => {
                    let mut hash = Sha256::new_with_prefix([1u8]);
                    hash.update(left.0);
                    hash.update(right.0);
                    Digest(hash.finalize().into())
                }
                [single] => *single,
                _ => Digest::of(&[]),
            })
            .collect();
    }
    level.first().copied().unwrap_or_else(|| Digest::of(&[]))
}

fn leaf(name: &str, content: Digest) -> Digest {
    let mut hash = Sha256::new_with_prefix([0u8]);
    hash.update(u64::try_from(name.len()).unwrap_or(u64::MAX).to_be_bytes());
    hash.update(name.as_bytes());
    hash.update(content.0);
    Digest(hash.finalize().into())
}

/// What stands for a sensitive value where it must not be shown: equal values of one plan have equal
/// commitments, and the salt (the plan's nonce) makes tables of guesses useless across plans. A value that
/// can be guessed can still be confirmed by whoever has the plan.
///
/// # Errors
/// When the value is ephemeral.
pub fn commitment(salt: &str, value: &Value) -> Result<Digest, Broken> {
    let (plain, _) = value.clone().unmark_deep();
    let text = serde_json::to_vec(&(salt, Exact(plain))).map_err(|error| Broken(error.to_string()))?;
    Ok(Digest::of(&text))
}

/// Digest of what a plan does.
///
/// Covered: the mode; for every change that is not a no-op its address, previous address, deposed key,
/// action and import; for objects that are destroyed or forgotten their `id`; for all others every
/// attribute that changes, with the value before and after, where unknown is unknown whatever is known
/// about it; and the changes of outputs in the same way. Not covered: times, serials, private bytes,
/// attributes that stay as they are, drift.
///
/// # Errors
/// When a value is ephemeral.
pub fn effects(plan: &Plan) -> Result<Digest, Broken> {
    let mut changes: Vec<&Change> = plan.changes.iter().filter(|change| does_something(change)).collect();
    changes.sort_by(|a, b| (&a.address, &a.deposed).cmp(&(&b.address, &b.deposed)));
    let mut outputs: Vec<&OutputChange> =
        plan.outputs.iter().filter(|output| output.action != Action::NoOp).collect();
    outputs.sort_by(|a, b| a.name.cmp(&b.name));
    let document = Effects {
        mode: format!("{:?}", plan.mode),
        changes: EachChange(changes),
        outputs: outputs
            .into_iter()
            .map(|output| {
                (output.name.as_str(), output.action.words(), Differences(&output.before, &output.after))
            })
            .collect(),
    };
    let mut hash = Hashing::new(io::sink());
    text::compact(&document, &mut hash).map_err(|error| Broken(error.to_string()))?;
    Ok(hash.done().1)
}

/// Passes bytes on and hashes them on their way.
pub(crate) struct Hashing<W> {
    out: W,
    hash: Sha256,
}

impl<W: io::Write> Hashing<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, hash: Sha256::new() }
    }

    /// Where it was passed on to, and the digest of all that was written.
    pub(crate) fn done(self) -> (W, Digest) {
        (self.out, Digest(self.hash.finalize().into()))
    }
}

impl<W: io::Write> io::Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Changes, the effect of one at a time.
struct EachChange<'a>(Vec<&'a Change>);

impl Serialize for EachChange<'_> {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.0.iter().map(|change| Effect::of(change)))
    }
}

fn does_something(change: &Change) -> bool {
    change.action != Action::NoOp || change.previous_address.is_some() || change.importing.is_some()
}

#[derive(Serialize)]
struct Effects<'a> {
    mode: String,
    changes: EachChange<'a>,
    outputs: Vec<(&'a str, &'static [&'static str], Differences<'a>)>,
}

#[derive(Serialize)]
struct Effect<'a> {
    address: Text<&'a ResourceInstance>,
    previous_address: Option<Text<&'a ResourceInstance>>,
    deposed: Option<Text<&'a DeposedKey>>,
    actions: &'static [&'static str],
    import: Option<(Option<&'a str>, Option<Written<'a>>)>,
    id: Option<Written<'a>>,
    differs: Differences<'a>,
}

impl<'a> Effect<'a> {
    fn of(change: &'a Change) -> Self {
        let ends = change.after.is_null();
        Self {
            address: Text(&change.address),
            previous_address: change.previous_address.as_deref().map(Text),
            deposed: change.deposed.as_ref().map(Text),
            actions: change.action.words(),
            import: change
                .importing
                .as_ref()
                .map(|importing| (importing.id.as_deref(), importing.identity.as_ref().map(Written::vague))),
            id: change.before.get("id").filter(|_| ends).map(Written::vague),
            // Of what ends only that it does.
            differs: if ends {
                Differences(&change.after, &change.after)
            } else {
                Differences(&change.before, &change.after)
            },
        }
    }
}

/// Where two values differ: a path, and the values before and after; null where nothing is.
struct Differences<'a>(&'a Value, &'a Value);

impl Serialize for Differences<'_> {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(value_diff::diff(self.0, self.1).into_iter().map(|found| {
            (Text(found.path), found.before.map(Written::vague), found.after.map(Written::vague))
        }))
    }
}

#[cfg(test)]
#[path = "digest_tests.rs"]
mod tests;
