//! `rsadecrypt`: PKCS #1 v1.5 with a private key in PEM (PKCS #1, PKCS #8) or OpenSSH form.

use ordain_value::Value;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::{BigUint, Pkcs1v15Encrypt, RsaPrivateKey};

use super::encoding::decode_base64;
use super::spec::{Call, FunctionError, FunctionResult};

/// The body of the function.
pub(super) fn decrypt(call: &Call<'_>) -> FunctionResult {
    let (cipher, key) = (call.text(0)?, call.text(1)?);
    let cipher = decode_base64(cipher).ok_or_else(|| {
        FunctionError::arg(
            0,
            format!("failed to decode input {cipher:?}: cipher text must be base64-encoded"),
        )
    })?;
    let key = private_key(key).map_err(|why| FunctionError::arg(1, format!("invalid private key: {why}")))?;
    let clear = key
        .decrypt(Pkcs1v15Encrypt, &cipher)
        .map_err(|_| FunctionError::call("failed to decrypt: crypto/rsa: decryption error"))?;
    Ok(Value::string(ordain_gostd::bytes::to_text(&clear)))
}

fn private_key(text: &str) -> Result<RsaPrivateKey, String> {
    let label = text.split_once("-----BEGIN ").and_then(|(_, rest)| rest.split_once("-----"));
    let Some((label, _)) = label else { return Err("ssh: no key found".to_owned()) };
    match label {
        "RSA PRIVATE KEY" if text.contains("ENCRYPTED") => {
            Err("ssh: this private key is passphrase protected".to_owned())
        }
        "RSA PRIVATE KEY" => RsaPrivateKey::from_pkcs1_pem(text.trim()).map_err(|error| error.to_string()),
        "PRIVATE KEY" => RsaPrivateKey::from_pkcs8_pem(text.trim()).map_err(|error| error.to_string()),
        "OPENSSH PRIVATE KEY" => open_ssh(text),
        "ENCRYPTED PRIVATE KEY" => Err("ssh: this private key is passphrase protected".to_owned()),
        other => Err(format!("ssh: unsupported key type {other:?}")),
    }
}

fn open_ssh(text: &str) -> Result<RsaPrivateKey, String> {
    let key = ssh_key::PrivateKey::from_openssh(text).map_err(|error| error.to_string())?;
    if key.is_encrypted() {
        return Err("ssh: this private key is passphrase protected".to_owned());
    }
    let pair = key.key_data().rsa().ok_or("it is not an RSA key")?;
    let number = |part: &ssh_key::Mpint| BigUint::from_bytes_be(part.as_positive_bytes().unwrap_or_default());
    RsaPrivateKey::from_components(
        number(&pair.public.n),
        number(&pair.public.e),
        number(&pair.private.d),
        vec![number(&pair.private.p), number(&pair.private.q)],
    )
    .map_err(|error| error.to_string())
}
