//! OpenPGP signatures checked against the keys of those who are trusted (RFC 4880): version 4 keys, RSA and Ed25519, SHA-2.
//!
//! Just what publishers of providers and charts use; other public-key algorithms and version 6 packets are not read, and a
//! signature that needs them is refused. A key that has expired since still vouches for what it signed before:
//! registries keep old versions for years. One that was revoked for another reason than its age does not.

mod clear;
mod keyring;
mod packets;
mod verify;

pub use clear::ClearSigned;
pub use keyring::Keyring;
pub use verify::{Document, Signer, verify};
