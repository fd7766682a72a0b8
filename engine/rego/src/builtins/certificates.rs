//! `crypto.x509.*`: certificates as Go's `crypto/x509` shows them in JSON.

mod chain;
mod describe;
mod request;

use super::args;
use super::encoding::base64_bytes;
use super::pem;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;
use ordain_gostd::bytes::to_text;
use x509_parser::prelude::{FromDer as _, X509Certificate};

pub(super) use describe::{base64, dotted, element, number};

pub(super) const ROWS: &[Row] = &[
    ("crypto.x509.parse_certificates", "(string) -> array[object[string: any]]", parse),
    (
        "crypto.x509.parse_and_verify_certificates",
        "(string) -> array<boolean, array[object[string: any]]>",
        |env, args| verify(env, args, None),
    ),
    (
        "crypto.x509.parse_and_verify_certificates_with_options",
        "(string, object[string: any]) -> array<boolean, array[object[string: any]]>",
        |env, args| verify(env, args, Some(args::object(args, 2)?)),
    ),
    ("crypto.x509.parse_certificate_request", "(string) -> object[string: any]", request::parse_request),
    ("crypto.x509.parse_keypair", "(string, string) -> object[string: any]", request::parse_pair),
];

/// The DER of all certificates: PEM blocks, base 64 of them, or base 64 of DER.
fn encoded(text: &str) -> Result<Vec<u8>, BuiltinError> {
    if text.starts_with("-----BEGIN") {
        return blocks(text);
    }
    let bytes = base64_bytes(text)?;
    if bytes.starts_with(b"-----BEGIN") { blocks(&to_text(&bytes)) } else { Ok(bytes) }
}

fn blocks(text: &str) -> Result<Vec<u8>, BuiltinError> {
    let mut der = Vec::new();
    let mut rest = text;
    while let Some((block, after)) = pem::decode(rest) {
        if block.label != "CERTIFICATE" {
            let message = format!("PEM block type is '{}', expected CERTIFICATE", block.label);
            return Err(BuiltinError::failed(message));
        }
        der.extend(block.bytes);
        rest = after;
    }
    Ok(der)
}

/// The certificates that stand one after the other in DER.
fn certificates(der: &[u8]) -> Result<Vec<X509Certificate<'_>>, BuiltinError> {
    let mut rest = der;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (after, certificate) = X509Certificate::from_der(rest)
            .map_err(|error| BuiltinError::failed(format!("x509: malformed certificate: {error}")))?;
        found.push(certificate);
        rest = after;
    }
    Ok(found)
}

fn parse(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let der = encoded(args::text(args, 1)?)?;
    let described = certificates(&der)?.iter().map(describe::certificate).collect::<Vec<_>>();
    Ok(Some(described.into()))
}

/// Whether the last certificate leads to the first one, and the chain between them, the last one first.
fn verify(env: &mut BuiltinEnv, args: &[Value], options: Option<&crate::Object>) -> BuiltinResult {
    let text = args::text(args, 1)?;
    let nothing = || Ok(Some(Value::array(vec![false.into(), Value::array(Vec::new())])));
    // What is no certificate is not verified, whatever the options are.
    let Ok(der) = encoded(text) else { return nothing() };
    if certificates(&der).is_err() {
        return nothing();
    }
    let options = chain::Options::read(env.now_ns, options)?;
    let verified = |der: &[u8]| -> Result<Option<Value>, BuiltinError> {
        let all = certificates(der)?;
        let chain = chain::verify(&all, &options)?;
        Ok(chain.map(|chain| chain.into_iter().map(describe::certificate).collect::<Vec<_>>().into()))
    };
    let chain = match verified(&der) {
        Ok(chain) => chain,
        Err(error) if error.message.starts_with(chain::UNSUPPORTED) => return Err(error),
        Err(_) => None,
    };
    let valid = chain.is_some();
    Ok(Some(Value::array(vec![valid.into(), chain.unwrap_or_else(|| Value::array(Vec::new()))])))
}
