//! Keys with what their owners say about them: which subkeys belong to them, until when they may be used, and
//! whether they were taken back.

use crate::packets::{Key, Signature, key, packet, signature, unarmoured};

/// Kinds of signatures over keys.
mod over {
    pub(super) const SUBKEY: usize = 0x18;
    pub(super) const PRIMARY_BY_SUBKEY: usize = 0x19;
    pub(super) const KEY: usize = 0x1f;
    pub(super) const KEY_TAKEN_BACK: usize = 0x20;
    pub(super) const SUBKEY_TAKEN_BACK: usize = 0x28;
}

/// Use of a key that its flags allow: signatures over documents.
const SIGNS: u8 = 0x02;
/// Reasons for taking a key back that leave its earlier signatures as good as they were: it is superseded, it is
/// retired, its owner's name is another.
const MILD: [u8; 3] = [1, 3, 32];

/// A key that may have made a signature.
pub(crate) struct Known {
    pub(crate) key: Key,
    /// Fingerprint of the primary key that it belongs to.
    pub(crate) owner: [u8; 20],
    limits: Limits,
    /// Limits of the primary key, for a subkey.
    of_owner: Limits,
}

/// When a key may be used.
#[derive(Clone, Copy, Default)]
struct Limits {
    /// The word of when `expires` and `signs` were said; later ones count.
    said: u64,
    /// When it ends, in seconds since 1970.
    expires: Option<u64>,
    /// It may not sign documents.
    elsewhere: bool,
    /// From when on it is taken back; zero for always.
    taken_back: Option<u64>,
}

impl Limits {
    /// Takes note of what a signature over the key says.
    fn hear(&mut self, key: &Key, word: &Signature) {
        if word.created >= self.said {
            self.said = word.created;
            self.expires = word.key_lifetime.map(|seconds| key.created.saturating_add(seconds));
            self.elsewhere = word.flags.is_some_and(|flags| flags & SIGNS == 0);
        }
    }

    fn take_back(&mut self, word: &Signature) {
        let from = if word.reason.is_some_and(|reason| MILD.contains(&reason)) { word.created } else { 0 };
        self.taken_back = Some(self.taken_back.map_or(from, |before| before.min(from)));
    }

    fn forbid(&self, at: u64) -> Option<&'static str> {
        if self.taken_back.is_some_and(|from| at >= from) {
            Some("it was made with a key that its owner has revoked")
        } else if self.expires.is_some_and(|end| at >= end) {
            Some("it was made with a key that had expired by then")
        } else {
            None
        }
    }
}

impl Known {
    /// Why a signature made at a time (seconds since 1970) does not count, as part of a sentence.
    pub(crate) fn forbid(&self, at: u64) -> Option<&'static str> {
        if self.limits.elsewhere {
            return Some("it was made with a key that is not meant for signing");
        }
        self.limits.forbid(at).or_else(|| self.of_owner.forbid(at))
    }
}

/// What is being read of one owner.
struct Owner {
    primary: Key,
    limits: Limits,
    subkeys: Vec<Subkey>,
    /// The name that signatures are over until the next key, with its prefix.
    name: Option<Vec<u8>>,
}

struct Subkey {
    key: Key,
    limits: Limits,
    bound: bool,
}

impl Owner {
    /// Takes note of a signature, if the owner made it. Others' words about a key do not count.
    fn hear(&mut self, word: &Signature) {
        let primary = self.primary.hashed.as_slice();
        let by_owner = |parts: &[&[u8]]| word.holds(&self.primary, parts, true);
        match (word.kind, self.subkeys.last_mut(), &self.name) {
            (over::KEY, _, _) if by_owner(&[primary]) => self.limits.hear(&self.primary, word),
            (over::KEY_TAKEN_BACK, _, _) if by_owner(&[primary]) => self.limits.take_back(word),
            (0x10..=0x13, None, Some(name)) if by_owner(&[primary, name]) => {
                self.limits.hear(&self.primary, word);
            }
            (over::SUBKEY, Some(subkey), _) if by_owner(&[primary, &subkey.key.hashed]) => {
                subkey.limits.hear(&subkey.key, word);
                let both = [primary, &subkey.key.hashed];
                let agreed = word.inner.as_deref().and_then(signature).is_some_and(|inner| {
                    inner.kind == over::PRIMARY_BY_SUBKEY && inner.holds(&subkey.key, &both, true)
                });
                subkey.bound |= agreed;
            }
            (over::SUBKEY_TAKEN_BACK, Some(subkey), _) if by_owner(&[primary, &subkey.key.hashed]) => {
                subkey.limits.take_back(word);
            }
            _ => {}
        }
    }

    /// Its keys: the primary one, and those subkeys that both sides say belong together.
    fn known(self) -> impl Iterator<Item = Known> {
        let (owner, of_owner) = (self.primary.fingerprint, self.limits);
        let primary = Known { key: self.primary, owner, limits: of_owner, of_owner: Limits::default() };
        let subkeys = self.subkeys.into_iter().filter(|subkey| subkey.bound);
        let subkeys =
            subkeys.map(move |subkey| Known { key: subkey.key, owner, limits: subkey.limits, of_owner });
        std::iter::once(primary).chain(subkeys)
    }
}

/// Public keys, and what their owners say about them.
#[derive(Default)]
pub struct Keyring {
    known: Vec<Known>,
}

/// Shows how many keys there are.
impl std::fmt::Debug for Keyring {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Keyring({})", self.known.len())
    }
}

impl Keyring {
    /// The same keys and those of a file, binary or armoured. What cannot be read in it is left out.
    #[must_use]
    pub fn with(mut self, file: &[u8]) -> Self {
        self.known.extend(keys(file));
        self
    }

    /// Whether no key could be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Keys whose fingerprints end with an issuer's; all of them when none is named.
    pub(crate) fn named(&self, issuer: Option<&[u8]>) -> impl Iterator<Item = &Known> {
        self.known.iter().filter(move |known| issuer.is_none_or(|id| known.key.fingerprint.ends_with(id)))
    }
}

/// The keys of a file.
fn keys(file: &[u8]) -> Vec<Known> {
    let bytes = unarmoured(file).unwrap_or_default();
    let mut rest = bytes.as_slice();
    let mut owners: Vec<Owner> = Vec::new();
    // Signatures after a key that cannot be read say nothing about the one before.
    let mut skipping = false;
    while let Some(packet) = packet(&mut rest) {
        match (packet.tag, owners.last_mut()) {
            (6, _) => {
                let key = key(packet.body);
                skipping = key.is_none();
                let empty =
                    |primary| Owner { primary, limits: Limits::default(), subkeys: vec![], name: None };
                owners.extend(key.map(empty));
            }
            (14, Some(owner)) => {
                let key = key(packet.body);
                skipping = key.is_none();
                let empty = |key| Subkey { key, limits: Limits::default(), bound: false };
                owner.subkeys.extend(key.map(empty));
            }
            (tag @ (13 | 17), Some(owner)) => {
                let mut name = vec![if tag == 13 { 0xb4 } else { 0xd1 }];
                let Ok(length) = u32::try_from(packet.body.len()) else { continue };
                name.extend(length.to_be_bytes());
                name.extend_from_slice(packet.body);
                owner.name = Some(name);
            }
            (2, Some(owner)) if !skipping => {
                if let Some(word) = signature(packet.body) {
                    owner.hear(&word);
                }
            }
            _ => {}
        }
    }
    owners.into_iter().flat_map(Owner::known).collect()
}
