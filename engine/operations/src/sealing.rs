//! Plans whose secrets only the applier can read.
//!
//! Each plan has a content key of its own (ChaCha20-Poly1305), which is sealed to every recipient with HPKE (RFC 9180,
//! base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305). The sealed part is one line of JSON that names the recipients,
//! then the encrypted bytes. Nothing but the private key opens it; signatures over the root say who may apply.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305 as Cipher, Key, Nonce};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256 as Kem;
use hpke::rand_core::{CryptoRng, RngCore};
use hpke::{Deserializable, Kem as _, OpModeR, OpModeS, Serializable};
use ordain_diag::{Diagnostic, codes};
use ordain_plan::file::{Digests, Open, PlanFile, Seal};
use serde::{Deserialize, Serialize};

use crate::Workdir;

/// Name of the method in the header of plans.
const METHOD: &str = "hpke-x25519-chacha20poly1305";
/// What the sealed keys are for.
const INFO: &[u8] = b"ordain plan content key 1";
const PUBLIC: &str = "x25519:";
const PRIVATE: &str = "ordain-sealing-key-1:";
/// Variable that holds the private key, or the path of a file with it.
pub const VARIABLE: &str = "ORDAIN_SEALING_KEY";

type PublicKey = <Kem as hpke::Kem>::PublicKey;
type PrivateKey = <Kem as hpke::Kem>::PrivateKey;

/// The system's random numbers; remembers whether they could be had.
#[derive(Default)]
struct Random {
    failed: bool,
}

impl RngCore for Random {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.failed |= getrandom::fill(bytes).is_err();
    }
}

impl CryptoRng for Random {}

/// A new key: the private text for the applier, and the public one for `sealed_to` in `ordain.hcl`.
///
/// # Errors
/// The system has no random numbers.
pub fn new_key() -> Result<(String, String), String> {
    let mut random = Random::default();
    let (private, public) = Kem::gen_keypair(&mut random);
    if random.failed {
        return Err("the system gives no random numbers".to_owned());
    }
    Ok((format!("{PRIVATE}{}\n", BASE64.encode(private.to_bytes())), public_text(&public)))
}

fn public_text(key: &PublicKey) -> String {
    format!("{PUBLIC}{}", BASE64.encode(key.to_bytes()))
}

/// Those to whom plans are sealed.
pub struct Recipients(Vec<PublicKey>);

impl Recipients {
    /// Reads the texts of `sealed_to`; `None` for an empty list.
    ///
    /// # Errors
    /// A text is no public key.
    pub fn read(texts: &[String]) -> Result<Option<Recipients>, Diagnostic> {
        let keys: Result<Vec<PublicKey>, Diagnostic> = texts.iter().map(|text| public(text)).collect();
        keys.map(|keys| (!keys.is_empty()).then_some(Recipients(keys)))
    }
}

fn public(text: &str) -> Result<PublicKey, Diagnostic> {
    let bytes = text.strip_prefix(PUBLIC).and_then(|text| BASE64.decode(text).ok());
    bytes.and_then(|bytes| PublicKey::from_bytes(&bytes).ok()).ok_or_else(|| {
        let detail = format!(
            "{text:?} in sealed_to of ordain.hcl is no public key. `ordain sealing-key -out=FILE` makes a pair and \
             prints the public one, which begins with {PUBLIC}."
        );
        Diagnostic::error(codes::plan::PLAN_SEALED, "Invalid key to seal plans to", detail)
    })
}

/// First line of the sealed part.
#[derive(Serialize, Deserialize)]
struct Envelope {
    recipients: Vec<Recipient>,
}

#[derive(Serialize, Deserialize)]
struct Recipient {
    /// Public key that the content key is sealed to.
    to: String,
    /// The encapsulated key of HPKE.
    enc: String,
    /// The content key, sealed.
    key: String,
}

impl Seal for Recipients {
    fn method(&self) -> String {
        METHOD.to_owned()
    }

    fn seal(&self, clear: &[u8]) -> Result<Vec<u8>, String> {
        let mut random = Random::default();
        let mut content = [0; 32];
        random.fill_bytes(&mut content);
        let sealed = |to: &PublicKey, random: &mut Random| {
            let (enc, key) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, Kem, _>(
                &OpModeS::Base,
                to,
                INFO,
                &content,
                b"",
                random,
            )
            .map_err(|error| error.to_string())?;
            Ok(Recipient { to: public_text(to), enc: BASE64.encode(enc.to_bytes()), key: BASE64.encode(key) })
        };
        let recipients: Result<Vec<Recipient>, String> =
            self.0.iter().map(|to| sealed(to, &mut random)).collect();
        let envelope = Envelope { recipients: recipients? };
        if random.failed {
            return Err("the system gives no random numbers".to_owned());
        }
        let mut bytes = serde_json::to_vec(&envelope).map_err(|error| error.to_string())?;
        bytes.push(b'\n');
        bytes.extend(cipher(&content).encrypt(&nonce(), clear).map_err(|error| error.to_string())?);
        Ok(bytes)
    }
}

fn cipher(key: &[u8; 32]) -> Cipher {
    Cipher::new(Key::from_slice(key))
}

/// Each content key encrypts one text only.
fn nonce() -> Nonce {
    Nonce::default()
}

/// What may open plans here: the private key that the environment names, if any.
pub struct Keyring(Result<Option<PrivateKey>, String>);

impl Keyring {
    /// Looks for the key: the variable holds it, or the path of a file with it.
    pub fn of(workdir: &Workdir) -> Keyring {
        let Some(text) = workdir.env.get(VARIABLE).filter(|text| !text.is_empty()) else {
            return Keyring(Ok(None));
        };
        let read = match text.starts_with(PRIVATE) {
            true => Ok(text.clone()),
            false => std::fs::read_to_string(workdir.path(text))
                .map_err(|error| format!("{VARIABLE} names {text}, which cannot be read: {error}")),
        };
        Keyring(read.and_then(|text| {
            let bytes = text.trim().strip_prefix(PRIVATE).and_then(|text| BASE64.decode(text).ok());
            let key = bytes.and_then(|bytes| PrivateKey::from_bytes(&bytes).ok());
            key.map(Some).ok_or_else(|| {
                format!("{VARIABLE} is no private key as `ordain sealing-key` makes them ({PRIVATE}…)")
            })
        }))
    }
}

impl Open for Keyring {
    fn open(&self, method: &str, sealed: &[u8]) -> Result<Vec<u8>, String> {
        if method != METHOD {
            return Err(format!(
                "it is sealed by {method:?}, which this program does not know; use a newer one"
            ));
        }
        let key = self.0.as_ref().map_err(Clone::clone)?;
        let damaged = || "the sealed part is damaged".to_owned();
        let end = sealed.iter().position(|byte| *byte == b'\n').ok_or_else(damaged)?;
        let (line, content) = sealed.split_at(end);
        let envelope: Envelope = serde_json::from_slice(line).map_err(|_| damaged())?;
        let to: Vec<&str> = envelope.recipients.iter().map(|recipient| recipient.to.as_str()).collect();
        let to = to.join(" or ");
        let Some(key) = key else {
            return Err(format!("it is sealed to {to}, and {VARIABLE} names no private key"));
        };
        let mine = public_text(&Kem::sk_to_pk(key));
        let recipient = envelope.recipients.iter().find(|recipient| recipient.to == mine);
        let recipient =
            recipient.ok_or_else(|| format!("it is sealed to {to}, and the key of {VARIABLE} is {mine}"))?;
        let bytes = |text: &str| BASE64.decode(text).map_err(|_| damaged());
        let enc =
            <Kem as hpke::Kem>::EncappedKey::from_bytes(&bytes(&recipient.enc)?).map_err(|_| damaged())?;
        let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeR::Base,
            key,
            &enc,
            INFO,
            &bytes(&recipient.key)?,
            b"",
        );
        let content_key: [u8; 32] = opened.ok().and_then(|key| key.try_into().ok()).ok_or_else(damaged)?;
        let content = content.get(1..).unwrap_or_default();
        cipher(&content_key).decrypt(&nonce(), content).map_err(|_| damaged())
    }
}

/// Reads a stored plan, opened where the key is at hand.
///
/// # Errors
/// As [`ordain_plan::file::read`].
pub fn read(workdir: &Workdir, name: &str, bytes: &[u8]) -> Result<(PlanFile, Digests), Diagnostic> {
    ordain_plan::file::read(name, bytes, &Keyring::of(workdir)).map_err(|error| *error)
}

/// Only what could be opened can be carried out.
///
/// # Errors
/// The plan is closed.
pub fn demand_open(file: &PlanFile) -> Result<(), Diagnostic> {
    let Some(closed) = &file.closed else { return Ok(()) };
    let detail = format!(
        "The plan's secrets are sealed, and they cannot be opened here: {}. Apply where {VARIABLE} holds the private \
         key, or the path of its file.",
        closed.why
    );
    Err(Diagnostic::error(codes::plan::PLAN_SEALED, "Plan is sealed", detail))
}

#[cfg(test)]
#[path = "sealing_tests.rs"]
mod tests;
