//! Who may call the blob service: shared keys, shared access signatures, bearer tokens.

use super::Place;
use super::error::Refusal;
use crate::message::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// HMAC-SHA256 (RFC 2104).
pub(crate) fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0u8; 64];
    let short: Vec<u8> = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block.iter_mut().zip(&short).for_each(|(b, k)| *b = *k);
    let pad = |with: u8| block.map(|b| b ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

fn signature(key: &str, text: &str) -> String {
    STANDARD.encode(hmac(&STANDARD.decode(key).unwrap_or_default(), text.as_bytes()))
}

/// What a shared key signs, for api-versions since 2015-02-21.
pub(crate) fn string_to_sign(request: &Request, account: &str) -> String {
    let h = |name: &str| request.header(name).unwrap_or_default();
    let length = h("content-length");
    let date = if request.header("x-ms-date").is_some() { "" } else { h("date") };
    let mut lines = [
        request.method.as_str(),
        h("content-encoding"),
        h("content-language"),
        if length == "0" { "" } else { length },
        h("content-md5"),
        h("content-type"),
        date,
        h("if-modified-since"),
        h("if-match"),
        h("if-none-match"),
        h("if-unmodified-since"),
        h("range"),
    ]
    .join("\n");
    let mut own: Vec<(&str, &str)> = request
        .headers
        .iter()
        .filter(|(k, _)| k.starts_with("x-ms-"))
        .map(|(k, v)| (k.as_str(), v.trim()))
        .collect();
    own.sort();
    for (k, v) in own {
        lines.push_str(&format!("\n{k}:{v}"));
    }
    lines.push_str(&format!("\n/{account}{}", request.raw_path));
    let mut params: Vec<(String, &str)> =
        request.query.iter().map(|(k, v)| (k.to_lowercase(), v.as_str())).collect();
    params.sort();
    let mut last = String::new();
    for (k, v) in params {
        if k == last {
            lines.push_str(&format!(",{v}"));
        } else {
            lines.push_str(&format!("\n{k}:{v}"));
            last = k;
        }
    }
    lines
}

/// Refuses a request that is not signed by one of the keys, nor carries a valid SAS or an admitted token.
pub(crate) fn check(
    request: &Request,
    place: &Place<'_>,
    keys: &[String],
    admitted: impl Fn(&str) -> bool,
    now: &str,
) -> Result<(), Refusal> {
    let failed = || Refusal::of("AuthenticationFailed");
    if let Some(sig) = request.param("sig") {
        let texts = sas_texts(request, place);
        let good = keys.iter().any(|k| texts.iter().any(|t| signature(k, t) == sig));
        let time = |name: &str| request.param(name).unwrap_or_default();
        if !good
            || (!time("se").is_empty() && time("se") < now)
            || (!time("st").is_empty() && time("st") > now)
        {
            return Err(failed());
        }
        let needed = needed_permission(request);
        if !request.param("sp").unwrap_or_default().contains(needed) {
            return Err(Refusal::of("AuthorizationPermissionMismatch"));
        }
        return Ok(());
    }
    let Some(given) = request.header("authorization") else {
        return Err(Refusal::of("NoAuthenticationInformation"));
    };
    if request.header("x-ms-version").is_none() {
        return Err(Refusal::header("x-ms-version", None));
    }
    if let Some(token) = given.strip_prefix("Bearer ") {
        return if admitted(token) { Ok(()) } else { Err(failed()) };
    }
    let (name, sig) = given.strip_prefix("SharedKey ").and_then(|g| g.split_once(':')).ok_or_else(failed)?;
    let dated = request.header("x-ms-date").or(request.header("date")).is_some();
    let text = string_to_sign(request, place.account);
    if name != place.account || !dated || !keys.iter().any(|k| signature(k, &text) == sig) {
        return Err(failed());
    }
    Ok(())
}

/// Any of these letters in `sp` allows the request.
fn needed_permission(request: &Request) -> &'static [char] {
    let listing = request.param("comp") == Some("list");
    match request.method.as_str() {
        "GET" | "HEAD" if listing => &['l'],
        "GET" | "HEAD" => &['r'],
        "DELETE" => &['d'],
        _ if request.param("comp") == Some("appendblock") => &['a', 'w'],
        _ => &['w', 'c'],
    }
}

/// What a SAS may have signed: the service form for a blob or its container, and the account form.
fn sas_texts(request: &Request, place: &Place<'_>) -> Vec<String> {
    let p = |name: &str| request.param(name).unwrap_or_default().to_string();
    let newer = p("sv").as_str() >= "2020-12-06";
    let mut texts = Vec::new();
    if request.param("ss").is_some() {
        let mut fields = vec![place.account.to_string()];
        fields.extend(["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"].map(p));
        if newer {
            fields.push(p("ses"));
        }
        texts.push(fields.join("\n") + "\n");
        return texts;
    }
    let container = format!("/blob/{}/{}", place.account, place.container);
    let resource = if p("sr") == "c" { container } else { format!("{container}/{}", place.blob) };
    let mut fields = ["sp", "st", "se"].map(p).to_vec();
    fields.push(resource);
    fields.extend(["si", "sip", "spr", "sv", "sr"].map(p));
    fields.push(p("snapshot"));
    if newer {
        fields.push(p("ses"));
    }
    fields.extend(["rscc", "rscd", "rsce", "rscl", "rsct"].map(p));
    texts.push(fields.join("\n"));
    texts
}

#[cfg(test)]
#[path = "auth_tests.rs"]
mod tests;
