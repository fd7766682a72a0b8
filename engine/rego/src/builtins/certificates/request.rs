//! Requests for certificates (PKCS #10), and certificates with their private keys.

use super::describe::{self, Said, base64, element};
use crate::builtins::encoding::base64_bytes;
use crate::builtins::{BuiltinEnv, BuiltinError, BuiltinResult, args, pem, private_keys};
use crate::value::Value;
use ordain_gostd::bytes::{to_bytes, to_text};
use x509_parser::prelude::{FromDer as _, ParsedCriAttribute, X509Certificate, X509CertificationRequest};

/// `crypto.x509.parse_certificate_request`.
pub(super) fn parse_request(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    const LABEL: &str = "CERTIFICATE REQUEST";
    let text = args::text(args, 1)?;
    let plain = text.starts_with("-----BEGIN CERTIFICATE REQUEST-----");
    let bytes: Vec<u8> = if plain { to_bytes(text) } else { base64_bytes(text)? };
    let der = match pem::decode(&to_text(&bytes)) {
        Some((block, _)) if block.label != LABEL => {
            return Err(BuiltinError::failed("invalid PEM-encoded certificate signing request"));
        }
        Some((block, _)) => block.bytes,
        None => bytes,
    };
    let (rest, request) = X509CertificationRequest::from_der(&der)
        .map_err(|error| BuiltinError::failed(format!("asn1: structure error: {error}")))?;
    if !rest.is_empty() {
        return Err(BuiltinError::failed("asn1: syntax error: trailing data"));
    }
    Ok(Some(described(&request)))
}

fn described(request: &X509CertificationRequest<'_>) -> Value {
    let info = &request.certification_request_info;
    let mut said = Said::default();
    for extension in request.requested_extensions().into_iter().flatten() {
        said.add_names(extension);
    }
    let mut fields: describe::Fields = Vec::new();
    let mut set = |name: &str, value: Value| fields.push((name.into(), value));
    set("Raw", base64(request.as_raw()));
    set("RawTBSCertificateRequest", base64(info.raw));
    set("RawSubjectPublicKeyInfo", base64(info.subject_pki.raw));
    set("RawSubject", base64(info.subject.as_raw()));
    set("Version", i64::from(info.version.0).into());
    set("Signature", base64(&request.signature_value.data));
    set("SignatureAlgorithm", describe::signature_algorithm(&request.signature_algorithm).into());
    let (kind, key) = describe::public_key(info.subject_pki.raw);
    set("PublicKeyAlgorithm", kind.into());
    set("PublicKey", key);
    set("Subject", describe::name(&info.subject));
    set("Attributes", attributes(request));
    let extensions = info.attributes().iter().filter_map(|attribute| match attribute.parsed_attribute() {
        ParsedCriAttribute::ExtensionRequest(request) => Some(&request.extensions),
        _ => None,
    });
    let extensions = extensions.flatten().map(describe::extension);
    set("Extensions", describe::texts(extensions.collect()));
    set("ExtraExtensions", Value::Null);
    said.set_names(&mut fields);
    Value::object(fields)
}

/// The attributes that are sets of sequences of names and values, which are those that ask for extensions.
fn attributes(request: &X509CertificationRequest<'_>) -> Value {
    let mut all = Vec::new();
    for attribute in request.certification_request_info.attributes() {
        let mut sets = Vec::new();
        // What the attribute holds is a set.
        let Some((0x31, mut rest, _)) = element(attribute.value) else { continue };
        while let Some((0x30, body, after)) = element(rest) {
            let Some(pairs) = pairs(body) else { break };
            sets.push(Value::array(pairs));
            rest = after;
        }
        if !sets.is_empty() {
            let id = describe::oid(&attribute.oid.to_id_string());
            all.push(Value::object(vec![("Type".into(), id), ("Value".into(), sets.into())]));
        }
    }
    describe::texts(all)
}

/// Names and values; what follows a value is passed over, as Go does.
fn pairs(body: &[u8]) -> Option<Vec<Value>> {
    let mut out = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (tag, pair, after) = element(rest)?;
        let (name, id, value) = element(pair)?;
        if tag != 0x30 || name != 6 {
            return None;
        }
        let value = match element(value)? {
            (1, bytes, _) => Value::Bool(bytes != [0]),
            (4, bytes, _) => base64(bytes),
            _ => return None,
        };
        let id = describe::oid(&describe::dotted(id));
        out.push(Value::object(vec![("Type".into(), id), ("Value".into(), value)]));
        rest = after;
    }
    Some(out)
}

/// `crypto.x509.parse_keypair`: `tls.X509KeyPair`.
pub(super) fn parse_pair(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (certificate, key) = (args::text(args, 1)?, args::text(args, 2)?);
    let certificate = private_keys::plain_or_decoded(certificate)?;
    let key = private_keys::plain_or_decoded(key)?;
    let chain = if certificate.starts_with(b"-----BEGIN") {
        let text = to_text(&certificate);
        let mut chain = Vec::new();
        let mut rest = text.as_str();
        while let Some((block, after)) = pem::decode(rest) {
            if block.label == "CERTIFICATE" {
                chain.push(block.bytes);
            }
            rest = after;
        }
        chain
    } else {
        vec![certificate]
    };
    let first = chain
        .first()
        .ok_or_else(|| BuiltinError::failed("tls: failed to find any PEM data in certificate input"))?;
    let (_, leaf) = X509Certificate::from_der(first)
        .map_err(|error| BuiltinError::failed(format!("x509: malformed certificate: {error}")))?;
    let key = private_keys::first(&key)?;
    let (_, public) = describe::public_key(leaf.public_key().raw);
    if !key.belongs_to(&public) {
        return Err(BuiltinError::failed("tls: private key does not match public key"));
    }
    Ok(Some(Value::object(vec![
        ("Certificate".into(), chain.iter().map(|der| base64(der)).collect::<Vec<_>>().into()),
        ("PrivateKey".into(), key.shown()),
        ("SupportedSignatureAlgorithms".into(), Value::Null),
        ("OCSPStaple".into(), Value::Null),
        ("SignedCertificateTimestamps".into(), Value::Null),
        ("Leaf".into(), leaf_of_pair(&leaf)),
    ])))
}

/// A certificate without what only `parse_certificates` adds.
fn leaf_of_pair(leaf: &X509Certificate<'_>) -> Value {
    let whole = describe::certificate(leaf);
    let fields = whole.as_object().into_iter().flat_map(|object| object.iter());
    let fields = fields.filter(|(name, _)| name.as_str() != Some("URIStrings"));
    Value::object(fields.map(|(name, value)| (name.clone(), value.clone())).collect())
}
