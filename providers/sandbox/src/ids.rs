//! Identifiers made from what they stand for, so that the same world gets the same ones.

use sha2::{Digest, Sha256};

fn hash(parts: &[&str]) -> String {
    let text = parts.join("/").to_lowercase();
    hex(&Sha256::digest(text.as_bytes()))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The first `n` hexadecimal digits of the parts' hash.
pub(crate) fn short(parts: &[&str], n: usize) -> String {
    hash(parts).chars().take(n).collect()
}

/// A UUID from the parts' hash. The fourth group `8ead` marks it as made here.
pub(crate) fn guid(parts: &[&str]) -> String {
    let h = hash(parts);
    let cut = |from: usize, to: usize| h.get(from..to).unwrap_or_default();
    format!("{}-{}-5{}-8ead-{}", cut(0, 8), cut(8, 12), cut(13, 16), cut(20, 32))
}

/// A random version 4 UUID, as the Kubernetes API server gives to objects.
pub(crate) fn random_uuid() -> String {
    let mut bytes = [0u8; 16];
    if getrandom::fill(&mut bytes).is_err() {
        return guid(&["no entropy", &format!("{:?}", std::time::Instant::now())]);
    }
    let h = hex(&bytes);
    let cut = |from: usize, to: usize| h.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", cut(0, 8), cut(8, 12), cut(13, 16), cut(17, 20), cut(20, 32))
}

/// `n` random letters and digits of the alphabet that generated Kubernetes names use.
pub(crate) fn random_suffix(n: usize) -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut bytes = vec![0u8; n];
    let _ = getrandom::fill(&mut bytes);
    let letter = |b: &u8| ALPHABET.get(usize::from(*b) % ALPHABET.len()).copied().unwrap_or(b'b');
    bytes.iter().map(letter).map(char::from).collect()
}
