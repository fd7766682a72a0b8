//! Keys and certificates for charts that make their own.
//!
//! Shapes are those of Sprig: RSA keys as PKCS #1, elliptic ones as SEC 1, a certificate as a struct of `Cert` and
//! `Key`. Keys come from the cryptographic library's own random source.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, RsaKeySize, SanType, SerialNumber,
};

use super::super::args::Args;
use super::SLOW;
use crate::objects::{Field, Object, Struct};
use crate::template::{Engine, Returns, Slot};
use crate::value::Value;

const CERTIFICATE: &str = "sprig.certificate";

/// What a certificate is asked to say.
pub(super) struct Request {
    name: String,
    ips: Vec<std::net::IpAddr>,
    dns: Vec<String>,
    days: i64,
    ca: bool,
}

impl Request {
    pub(super) fn ca(name: &str, days: i64) -> Self {
        Self { name: name.to_owned(), ips: Vec::new(), dns: Vec::new(), days, ca: true }
    }

    /// Name, addresses, DNS names and days, the first four arguments.
    pub(super) fn leaf(args: &[Slot]) -> Result<Self, String> {
        let mut ips = Vec::new();
        for ip in items(args.value(1)) {
            let Value::Text(text) = &ip else {
                return Err(format!("error parsing ip: {} is not a string", ip.show()));
            };
            ips.push(text.parse().map_err(|_| format!("error parsing ip: {text}"))?);
        }
        let mut dns = Vec::new();
        for name in items(args.value(2)) {
            let Value::Text(text) = &name else {
                return Err(format!("error processing alternate dns name: {} is not a string", name.show()));
            };
            dns.push(text.to_string());
        }
        Ok(Self { name: args.text(0).to_owned(), ips, dns, days: args.int(3), ca: false })
    }

    fn params(&self, engine: &mut Engine<'_>) -> Result<CertificateParams, String> {
        let mut params = CertificateParams::new(Vec::new()).map_err(|e| failed(&e))?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, self.name.as_str());
        for ip in &self.ips {
            params.subject_alt_names.push(SanType::IpAddress(*ip));
        }
        for name in &self.dns {
            let name = name.as_str().try_into().map_err(|e: rcgen::Error| failed(&e))?;
            params.subject_alt_names.push(SanType::DnsName(name));
        }
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        if self.ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages.push(KeyUsagePurpose::KeyCertSign);
        } else {
            params.is_ca = IsCa::ExplicitNoCa;
        }
        let mut serial = [0_u8; 16];
        engine.outside.random(&mut serial)?;
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        let now = engine.outside.now().seconds;
        params.not_before = moment(now)?;
        params.not_after = moment(now.saturating_add(self.days.saturating_mul(86_400)))?;
        Ok(params)
    }
}

fn moment(seconds: i64) -> Result<time::OffsetDateTime, String> {
    time::OffsetDateTime::from_unix_timestamp(seconds)
        .map_err(|_| "error creating certificate: x509: cannot represent time".into())
}

fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::List(list) => list.items.to_vec(),
        _ => Vec::new(),
    }
}

fn failed(error: &rcgen::Error) -> String {
    format!("error creating certificate: {error}")
}

/// A certificate: self-signed, or signed by `ca`; with a new key, or the given one.
pub(super) fn generate(
    engine: &mut Engine<'_>,
    request: &Request,
    ca: Option<&Value>,
    key_pem: Option<&str>,
) -> Returns {
    engine.limits.charge(SLOW * 4)?;
    let key = match key_pem {
        Some(pem) => parse_key(pem).map_err(|e| format!("parsing private key: {e}"))?,
        None => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048)
            .map_err(|e| format!("error generating rsa key: {e}"))?,
    };
    let params = request.params(engine)?;
    let cert = match ca {
        None => params.self_signed(&key).map_err(|e| failed(&e))?,
        Some(ca) => {
            let (ca_cert, ca_key) = parts(ca);
            if !ca_cert.contains("-----BEGIN") {
                return Err("unable to decode certificate".into());
            }
            let signer = parse_key(&ca_key)?;
            let issuer = Issuer::from_ca_cert_pem(&ca_cert, signer)
                .map_err(|e| format!("error parsing certificate: decodedSignerCert.Bytes: {e}"))?;
            params.signed_by(&key, &issuer).map_err(|e| failed(&e))?
        }
    };
    let key_text = key_pem.map_or_else(|| key_text(&key), |pem| Ok(pem.to_owned()))?;
    Ok(certificate(unix_lines(&cert.pem()), key_text))
}

fn unix_lines(pem: &str) -> String {
    pem.replace("\r\n", "\n")
}

fn certificate(cert: String, key: String) -> Value {
    let field =
        |name, value: String| Field { name, json: name, omit_empty: false, value: Value::from(value) };
    Value::object(Object::Struct(Struct {
        type_name: CERTIFICATE,
        text: None,
        embedded: None,
        fields: vec![field("Cert", cert), field("Key", key)],
    }))
}

fn parts(value: &Value) -> (String, String) {
    let field = |name| match value {
        Value::Object(object) => object.field(name).map(|v| v.show()).unwrap_or_default(),
        _ => String::new(),
    };
    (field("Cert"), field("Key"))
}

fn parse_key(pem: &str) -> Result<KeyPair, String> {
    let Some(begin) = pem.find("-----BEGIN ") else { return Err("no PEM data in input".into()) };
    let label = pem.get(begin + 11..).and_then(|t| t.split("-----").next()).unwrap_or_default();
    if !label.ends_with("PRIVATE KEY") {
        return Err(format!("no private key data in PEM block of type {label}"));
    }
    KeyPair::from_pem(pem).map_err(|e| format!("parsing private key from PEM: {e}"))
}

/// The key as Sprig writes it: what PKCS #8 wraps, under the older label.
fn key_text(key: &KeyPair) -> Result<String, String> {
    let der = key.serialized_der();
    let algorithm = key.algorithm();
    if *algorithm == rcgen::PKCS_ED25519 {
        return Ok(pem("PRIVATE KEY", der));
    }
    let inner = der::unwrap_pkcs8(der).ok_or("error pem-encoding key: unexpected PKCS #8")?;
    if *algorithm == rcgen::PKCS_ECDSA_P256_SHA256 {
        return Ok(pem("EC PRIVATE KEY", &der::with_p256_parameters(inner)));
    }
    Ok(pem("RSA PRIVATE KEY", inner))
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// `genPrivateKey`.
pub(super) fn private_key(engine: &mut Engine<'_>, kind: &str) -> Returns {
    engine.limits.charge(SLOW * 10)?;
    let key = match kind {
        "" | "rsa" => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_4096),
        "ecdsa" => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256),
        "ed25519" => KeyPair::generate_for(&rcgen::PKCS_ED25519),
        "dsa" => {
            return Err("genPrivateKey: DSA keys are not supported here; use rsa, ecdsa or ed25519".into());
        }
        other => return Ok(Value::from(format!("Unknown type {other}"))),
    };
    let key = key.map_err(|e| format!("failed to generate private key: {e}"))?;
    key_text(&key).map(Value::from)
}

/// `buildCustomCert`: both parts in base 64, checked.
pub(super) fn build(cert: &str, key: &str) -> Returns {
    let decode = |text: &str, what: &str| {
        let bytes = STANDARD.decode(text).map_err(|_| format!("unable to decode base64 {what}"))?;
        Ok::<_, String>(ordain_gostd::bytes::to_text(&bytes))
    };
    let (cert, key) = (decode(cert, "certificate")?, decode(key, "private key")?);
    if !cert.contains("-----BEGIN") {
        return Err("unable to decode certificate".into());
    }
    let parsed = parse_key(&key).map_err(|e| format!("error parsing private key: {e}"))?;
    Issuer::from_ca_cert_pem(&cert, parsed)
        .map_err(|e| format!("error parsing certificate: decodedCert.Bytes: {e}"))?;
    Ok(certificate(cert, key))
}

/// The little DER that rewrapping keys takes (RFC 5208, RFC 5915).
mod der {
    /// Content of an element with that tag, and what follows it.
    fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
        let (found, rest) = bytes.split_first()?;
        let (len, rest) = rest.split_first()?;
        let (len, rest) = if *len < 0x80 {
            (usize::from(*len), rest)
        } else {
            let (digits, rest) = rest.split_at_checked(usize::from(len & 0x7f))?;
            (digits.iter().fold(0_usize, |n, b| n << 8 | usize::from(*b)), rest)
        };
        (*found == tag).then(|| rest.split_at_checked(len)).flatten()
    }

    /// The key inside PKCS #8.
    pub(super) fn unwrap_pkcs8(bytes: &[u8]) -> Option<&[u8]> {
        let (sequence, _) = element(bytes, 0x30)?;
        let (_, rest) = element(sequence, 0x02)?;
        let (_, rest) = element(rest, 0x30)?;
        element(rest, 0x04).map(|(key, _)| key)
    }

    /// Adds the curve's name to a SEC 1 key that leaves it to the wrapper.
    pub(super) fn with_p256_parameters(key: &[u8]) -> Vec<u8> {
        const PARAMETERS: [u8; 12] = [0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        let rebuilt = (|| {
            let (sequence, _) = element(key, 0x30)?;
            let (_, rest) = element(sequence, 0x02)?;
            let (_, public) = element(rest, 0x04)?;
            if public.first() == Some(&0xa0) {
                return None;
            }
            let head = sequence.get(..sequence.len() - public.len())?;
            let body = [head, &PARAMETERS, public].concat();
            let len = u8::try_from(body.len()).ok()?;
            let prefix: &[u8] = if len < 0x80 { &[0x30, len] } else { &[0x30, 0x81, len] };
            Some([prefix, &body].concat())
        })();
        rebuilt.unwrap_or_else(|| key.to_vec())
    }
}
