//! Signing requests with an account's key ("Shared Key").

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What is signed of a request.
pub(super) struct Signed<'r> {
    pub(super) method: &'r str,
    /// Path as sent, percent-encoded.
    pub(super) path: &'r str,
    /// Query parameters, not encoded.
    pub(super) query: &'r [(String, String)],
    /// Headers, names in lower case.
    pub(super) headers: &'r [(String, String)],
    pub(super) length: usize,
}

/// The value of `Authorization`; `None` when the key is no base64.
pub(super) fn authorization(account: &str, key: &str, request: &Signed<'_>) -> Option<String> {
    let key = STANDARD.decode(key.trim()).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(text(account, request).as_bytes());
    Some(format!("SharedKey {account}:{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// The text to sign: method, standard headers, `x-ms-` headers sorted, resource with its query sorted.
fn text(account: &str, request: &Signed<'_>) -> String {
    let header = |name: &str| {
        let found = request.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let length = if request.length == 0 { String::new() } else { request.length.to_string() };
    let mut out = vec![
        request.method.to_owned(),
        header("content-encoding").to_owned(),
        header("content-language").to_owned(),
        length,
    ];
    for name in [
        "content-md5",
        "content-type",
        "date",
        "if-modified-since",
        "if-match",
        "if-none-match",
        "if-unmodified-since",
        "range",
    ] {
        out.push(header(name).to_owned());
    }
    let mut own: Vec<String> = request
        .headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-ms-"))
        .map(|(name, value)| format!("{name}:{}", value.trim()))
        .collect();
    own.sort();
    out.extend(own);
    let mut resource = format!("/{account}{}", request.path);
    let mut query: Vec<String> =
        request.query.iter().map(|(name, value)| format!("\n{}:{value}", name.to_lowercase())).collect();
    query.sort();
    query.iter().for_each(|pair| resource.push_str(pair));
    out.push(resource);
    out.join("\n")
}
