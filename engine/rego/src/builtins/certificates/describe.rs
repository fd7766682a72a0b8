//! A certificate as the fields that `json.Marshal` writes of Go's `x509.Certificate`.

use crate::builtins::tokens::{PublicKey, spki};
use crate::number::Number;
use crate::value::Value;
use base64::Engine as _;
use dashu_int::{IBig, UBig};
use ordain_gostd::time::{self, Moment};
use rsa::traits::PublicKeyParts as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use x509_parser::prelude::{
    AlgorithmIdentifier, DistributionPointName, GeneralName, ParsedExtension, X509Certificate, X509Extension,
    X509Name,
};

/// Fields that certificates read here never fill: null, false or 0 as Go writes them.
const EMPTY: [(&str, Value); 19] = [
    ("ExtraExtensions", Value::Null),
    ("PermittedDNSDomains", Value::Null),
    ("ExcludedDNSDomains", Value::Null),
    ("PermittedIPRanges", Value::Null),
    ("ExcludedIPRanges", Value::Null),
    ("PermittedEmailAddresses", Value::Null),
    ("ExcludedEmailAddresses", Value::Null),
    ("PermittedURIDomains", Value::Null),
    ("ExcludedURIDomains", Value::Null),
    ("PermittedDNSDomainsCritical", Value::Bool(false)),
    ("PolicyMappings", Value::Null),
    ("InhibitAnyPolicyZero", Value::Bool(false)),
    ("InhibitPolicyMappingZero", Value::Bool(false)),
    ("RequireExplicitPolicyZero", Value::Bool(false)),
    ("URIs", Value::Null),
    ("URIStrings", Value::Null),
    ("PolicyIdentifiers", Value::Null),
    ("Policies", Value::Null),
    ("UnhandledCriticalExtensions", Value::Null),
];

pub(super) type Fields = Vec<(Value, Value)>;

/// The whole certificate.
pub(super) fn certificate(certificate: &X509Certificate<'_>) -> Value {
    let tbs = &certificate.tbs_certificate;
    let mut fields: Fields = EMPTY.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
    for name in ["InhibitAnyPolicy", "InhibitPolicyMapping", "RequireExplicitPolicy"] {
        fields.push((name.into(), 0_i64.into()));
    }
    let mut set = |name: &str, value: Value| fields.push((name.into(), value));
    set("Raw", base64(certificate.as_raw()));
    set("RawTBSCertificate", base64(tbs.as_ref()));
    set("RawSubjectPublicKeyInfo", base64(tbs.subject_pki.raw));
    set("RawSubject", base64(tbs.subject.as_raw()));
    set("RawIssuer", base64(tbs.issuer.as_raw()));
    set("Signature", base64(&certificate.signature_value.data));
    set("SignatureAlgorithm", signature_algorithm(&certificate.signature_algorithm).into());
    let (kind, key) = public_key(tbs.subject_pki.raw);
    set("PublicKeyAlgorithm", kind.into());
    set("PublicKey", key);
    set("Version", (i64::from(tbs.version.0) + 1).into());
    set("SerialNumber", Number::from(signed(tbs.raw_serial())).into());
    set("Issuer", name(&tbs.issuer));
    set("Subject", name(&tbs.subject));
    set("NotBefore", moment(tbs.validity.not_before.timestamp()));
    set("NotAfter", moment(tbs.validity.not_after.timestamp()));
    let unhandled = unhandled(certificate);
    if !unhandled.is_empty() {
        set("UnhandledCriticalExtensions", unhandled.into());
    }
    extensions(certificate, &mut fields);
    Value::object(fields)
}

/// Bytes as Go writes them.
pub(in crate::builtins) fn base64(bytes: &[u8]) -> Value {
    base64::engine::general_purpose::STANDARD.encode(bytes).into()
}

fn moment(seconds: i64) -> Value {
    time::format(&Moment::utc(seconds, 0), time::RFC3339).into()
}

/// An integer of DER: big-endian, in two's complement.
fn signed(bytes: &[u8]) -> IBig {
    let magnitude = IBig::from(UBig::from_be_bytes(bytes));
    if bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
        magnitude - (IBig::ONE << (8 * bytes.len()))
    } else {
        magnitude
    }
}

/// An object identifier as its numbers.
pub(super) fn oid(dotted: &str) -> Value {
    let parts = dotted.split('.').filter_map(|part| part.parse::<i64>().ok());
    parts.map(Value::from).collect::<Vec<_>>().into()
}

/// `pkix.Name`.
pub(super) fn name(name: &X509Name<'_>) -> Value {
    const LISTS: [(&str, &str); 7] = [
        ("2.5.4.6", "Country"),
        ("2.5.4.10", "Organization"),
        ("2.5.4.11", "OrganizationalUnit"),
        ("2.5.4.7", "Locality"),
        ("2.5.4.8", "Province"),
        ("2.5.4.9", "StreetAddress"),
        ("2.5.4.17", "PostalCode"),
    ];
    let all: Vec<(String, String)> = name
        .iter_attributes()
        .map(|attribute| {
            let text = attribute.as_str().map(str::to_owned);
            let text = text.unwrap_or_else(|_| String::from_utf8_lossy(attribute.as_slice()).into_owned());
            (attribute.attr_type().to_id_string(), text)
        })
        .collect();
    let of = |id: &str| {
        all.iter().filter(|(kind, _)| kind == id).map(|(_, text)| text.as_str()).collect::<Vec<_>>()
    };
    let mut fields: Fields = LISTS.iter().map(|(id, field)| ((*field).into(), texts(of(id)))).collect();
    let last = |id: &str| Value::from(of(id).last().copied().unwrap_or_default());
    fields.push(("CommonName".into(), last("2.5.4.3")));
    fields.push(("SerialNumber".into(), last("2.5.4.5")));
    let names = all.iter().map(|(kind, text)| {
        Value::object(vec![("Type".into(), oid(kind)), ("Value".into(), text.as_str().into())])
    });
    fields.push(("Names".into(), names.collect::<Vec<_>>().into()));
    fields.push(("ExtraNames".into(), Value::Null));
    Value::object(fields)
}

/// A list of texts; null when there is none.
pub(super) fn texts<T: Into<Value>>(texts: Vec<T>) -> Value {
    if texts.is_empty() { Value::Null } else { texts.into_iter().map(Into::into).collect::<Vec<_>>().into() }
}

/// A number from its bytes, the highest first.
pub(in crate::builtins) fn number(bytes: &[u8]) -> Value {
    Number::from(IBig::from(UBig::from_be_bytes(bytes))).into()
}

/// Go's number of the kind of key, and the key.
pub(super) fn public_key(der: &[u8]) -> (i64, Value) {
    let curve = |point: &[u8]| {
        let half = point.len().saturating_sub(1) / 2;
        let (x, y) = point.get(1..).unwrap_or_default().split_at(half);
        Value::object(vec![
            ("Curve".into(), Value::object(Vec::new())),
            ("X".into(), number(x)),
            ("Y".into(), number(y)),
        ])
    };
    match spki(der) {
        Some(PublicKey::Rsa(key)) => (
            1,
            Value::object(vec![
                ("N".into(), number(&key.n().to_bytes_be())),
                ("E".into(), number(&key.e().to_bytes_be())),
            ]),
        ),
        Some(PublicKey::P256(key)) => (3, curve(key.to_encoded_point(false).as_bytes())),
        Some(PublicKey::P384(key)) => (3, curve(key.to_encoded_point(false).as_bytes())),
        Some(PublicKey::P521(key)) => (3, curve(key.to_encoded_point(false).as_bytes())),
        Some(PublicKey::Ed25519(key)) => (4, base64(key.as_bytes())),
        _ => (0, Value::Null),
    }
}

/// Go's number of the algorithm a certificate is signed with; 0 is unknown.
pub(super) fn signature_algorithm(algorithm: &AlgorithmIdentifier<'_>) -> i64 {
    match algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.4" => 2,
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => 3,
        "1.2.840.113549.1.1.11" => 4,
        "1.2.840.113549.1.1.12" => 5,
        "1.2.840.113549.1.1.13" => 6,
        "1.2.840.10040.4.3" => 7,
        "2.16.840.1.101.3.4.3.2" => 8,
        "1.2.840.10045.4.1" => 9,
        "1.2.840.10045.4.3.2" => 10,
        "1.2.840.10045.4.3.3" => 11,
        "1.2.840.10045.4.3.4" => 12,
        "1.2.840.113549.1.1.10" => probabilistic(algorithm),
        "1.3.101.112" => 16,
        _ => 0,
    }
}

/// RSA-PSS, by the hash that its parameters name.
fn probabilistic(algorithm: &AlgorithmIdentifier<'_>) -> i64 {
    let data = algorithm.parameters.as_ref().map_or(&[][..], |parameters| parameters.data);
    // 2.16.840.1.101.3.4.2.x: SHA-256 is 1, SHA-384 is 2, SHA-512 is 3.
    let prefix = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
    let at = data.windows(prefix.len()).position(|window| window == prefix);
    match at.and_then(|at| data.get(at + prefix.len())) {
        Some(1) => 13,
        Some(2) => 14,
        Some(3) => 15,
        _ => 0,
    }
}

/// Extensions that are critical and that Go does not know.
pub(super) fn unhandled(certificate: &X509Certificate<'_>) -> Vec<Value> {
    const KNOWN: [&str; 12] = [
        "2.5.29.14",
        "2.5.29.15",
        "2.5.29.17",
        "2.5.29.19",
        "2.5.29.30",
        "2.5.29.31",
        "2.5.29.32",
        "2.5.29.33",
        "2.5.29.35",
        "2.5.29.36",
        "2.5.29.37",
        "2.5.29.54",
    ];
    let critical = certificate.extensions().iter().filter(|extension| extension.critical);
    let ids = critical.map(|extension| extension.oid.to_id_string());
    ids.filter(|id| !KNOWN.contains(&id.as_str())).map(|id| oid(&id)).collect()
}

/// What the extensions say; absent ones as Go leaves them.
#[derive(Default)]
pub(super) struct Said {
    key_usage: i64,
    constraints: Option<(bool, i64)>,
    dns: Vec<String>,
    email: Vec<String>,
    addresses: Vec<String>,
    uris: Vec<String>,
    subject_key: Option<Vec<u8>>,
    authority_key: Option<Vec<u8>>,
    points: Vec<String>,
    ocsp: Vec<String>,
    issuers: Vec<String>,
    usages: Vec<i64>,
    unknown_usages: Vec<Value>,
    policies: Vec<String>,
}

impl Said {
    fn of(certificate: &X509Certificate<'_>) -> Self {
        let mut said = Self::default();
        for extension in certificate.extensions() {
            said.add(extension.parsed_extension());
            if extension.oid.to_id_string() == "2.5.29.37" {
                for id in oids(extension.value) {
                    match usage(&id) {
                        Some(known) => said.usages.push(known),
                        None => said.unknown_usages.push(oid(&id)),
                    }
                }
            }
        }
        said
    }

    fn add(&mut self, extension: &ParsedExtension<'_>) {
        match extension {
            ParsedExtension::KeyUsage(usage) => self.key_usage = usage.flags.into(),
            ParsedExtension::BasicConstraints(basic) => {
                self.constraints = Some((basic.ca, basic.path_len_constraint.map_or(-1, i64::from)));
            }
            ParsedExtension::SubjectKeyIdentifier(key) => self.subject_key = Some(key.0.to_vec()),
            ParsedExtension::AuthorityKeyIdentifier(key) => {
                self.authority_key = key.key_identifier.as_ref().map(|key| key.0.to_vec());
            }
            ParsedExtension::SubjectAlternativeName(names) => self.names(&names.general_names),
            ParsedExtension::CRLDistributionPoints(points) => {
                for point in points.iter() {
                    if let Some(DistributionPointName::FullName(names)) = &point.distribution_point {
                        self.points.extend(names.iter().filter_map(uri));
                    }
                }
            }
            ParsedExtension::AuthorityInfoAccess(access) => {
                for description in &access.accessdescs {
                    let list = match description.access_method.to_id_string().as_str() {
                        "1.3.6.1.5.5.7.48.1" => &mut self.ocsp,
                        "1.3.6.1.5.5.7.48.2" => &mut self.issuers,
                        _ => continue,
                    };
                    list.extend(uri(&description.access_location));
                }
            }
            ParsedExtension::CertificatePolicies(policies) => {
                self.policies = policies.iter().map(|policy| policy.policy_id.to_id_string()).collect();
            }
            _ => {}
        }
    }

    /// What an extension says of names.
    pub(super) fn add_names(&mut self, extension: &ParsedExtension<'_>) {
        if let ParsedExtension::SubjectAlternativeName(names) = extension {
            self.names(&names.general_names);
        }
    }

    /// The fields of all names.
    pub(super) fn set_names(self, fields: &mut Fields) {
        let uris = self.uris.iter().map(|uri| parsed_uri(uri)).collect::<Vec<_>>();
        fields.push(("DNSNames".into(), texts(self.dns)));
        fields.push(("EmailAddresses".into(), texts(self.email)));
        fields.push(("IPAddresses".into(), texts(self.addresses)));
        fields.push(("URIs".into(), texts(uris)));
    }

    fn names(&mut self, names: &[GeneralName<'_>]) {
        for name in names {
            match name {
                GeneralName::DNSName(text) => self.dns.push((*text).to_owned()),
                GeneralName::RFC822Name(text) => self.email.push((*text).to_owned()),
                GeneralName::URI(text) => self.uris.push((*text).to_owned()),
                GeneralName::IPAddress(bytes) => self.addresses.extend(address(bytes)),
                _ => {}
            }
        }
    }
}

fn uri(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::URI(text) => Some((*text).to_owned()),
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(bytes).to_string());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|bytes| Ipv6Addr::from(bytes).to_string())
}

/// The names a certificate is for.
pub(super) fn host_names(certificate: &X509Certificate<'_>) -> (Vec<String>, Vec<String>) {
    let said = Said::of(certificate);
    (said.dns, said.addresses)
}

/// Go's numbers of the extended usages; `None` when there is no such extension.
pub(super) fn usages(certificate: &X509Certificate<'_>) -> Option<Vec<i64>> {
    let said = Said::of(certificate);
    let none = said.usages.is_empty() && said.unknown_usages.is_empty();
    (!none).then_some(said.usages)
}

/// A sequence of object identifiers, read from its DER.
fn oids(der: &[u8]) -> Vec<String> {
    let Some((0x30, body, _)) = element(der) else { return Vec::new() };
    let mut rest = body;
    let mut found = Vec::new();
    while let Some((tag, content, after)) = element(rest) {
        if tag == 6 {
            found.push(dotted(content));
        }
        rest = after;
    }
    found
}

/// One element of DER: tag, content, and what follows it.
pub(in crate::builtins) fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, length) = (*der.first()?, *der.get(1)?);
    let (start, length) = if length < 0x80 {
        (2, usize::from(length))
    } else {
        let count = usize::from(length & 0x7f);
        let bytes = der.get(2..2 + count).filter(|_| count <= 4)?;
        (2 + count, bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
    };
    let content = der.get(start..start.checked_add(length)?)?;
    Some((tag, content, der.get(start + length..)?))
}

/// An object identifier from its content.
pub(in crate::builtins) fn dotted(content: &[u8]) -> String {
    let mut parts = Vec::new();
    let mut part = 0_u64;
    for byte in content {
        part = part << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if parts.is_empty() {
                let first = (part / 40).min(2);
                parts.push(first.to_string());
                part -= first * 40;
            }
            parts.push(part.to_string());
            part = 0;
        }
    }
    parts.join(".")
}

/// Go's number of an extended key usage.
fn usage(id: &str) -> Option<i64> {
    Some(match id {
        "2.5.29.37.0" => 0,
        "1.3.6.1.5.5.7.3.1" => 1,
        "1.3.6.1.5.5.7.3.2" => 2,
        "1.3.6.1.5.5.7.3.3" => 3,
        "1.3.6.1.5.5.7.3.4" => 4,
        "1.3.6.1.5.5.7.3.5" => 5,
        "1.3.6.1.5.5.7.3.6" => 6,
        "1.3.6.1.5.5.7.3.7" => 7,
        "1.3.6.1.5.5.7.3.8" => 8,
        "1.3.6.1.5.5.7.3.9" => 9,
        "1.3.6.1.4.1.311.10.3.3" => 10,
        "2.16.840.1.113730.4.1" => 11,
        "1.3.6.1.4.1.311.2.1.22" => 12,
        "1.3.6.1.4.1.311.61.1.1" => 13,
        _ => return None,
    })
}

/// `pkix.Extension`.
pub(super) fn extension(extension: &X509Extension<'_>) -> Value {
    Value::object(vec![
        ("Id".into(), oid(&extension.oid.to_id_string())),
        ("Critical".into(), extension.critical.into()),
        ("Value".into(), base64(extension.value)),
    ])
}

fn extensions(certificate: &X509Certificate<'_>, fields: &mut Fields) {
    let said = Said::of(certificate);
    let mut set = |name: &str, value: Value| fields.push((name.into(), value));
    set("Extensions", texts(certificate.extensions().iter().map(extension).collect()));
    set("KeyUsage", said.key_usage.into());
    set("ExtKeyUsage", texts(said.usages));
    set("UnknownExtKeyUsage", texts(said.unknown_usages));
    let (ca, length) = said.constraints.unwrap_or((false, 0));
    set("BasicConstraintsValid", said.constraints.is_some().into());
    set("IsCA", ca.into());
    set("MaxPathLen", length.into());
    set("MaxPathLenZero", (said.constraints.is_some() && length == 0).into());
    let bytes = |bytes: Option<Vec<u8>>| bytes.map_or(Value::Null, |bytes| base64(&bytes));
    set("SubjectKeyId", bytes(said.subject_key));
    set("AuthorityKeyId", bytes(said.authority_key));
    set("OCSPServer", texts(said.ocsp));
    set("IssuingCertificateURL", texts(said.issuers));
    set("DNSNames", texts(said.dns));
    set("EmailAddresses", texts(said.email));
    set("IPAddresses", texts(said.addresses));
    if !said.uris.is_empty() {
        set("URIs", said.uris.iter().map(|uri| parsed_uri(uri)).collect::<Vec<_>>().into());
        set("URIStrings", texts(said.uris));
    }
    set("CRLDistributionPoints", texts(said.points));
    if !said.policies.is_empty() {
        set("PolicyIdentifiers", said.policies.iter().map(|id| oid(id)).collect::<Vec<_>>().into());
        set("Policies", texts(said.policies));
    }
}

/// `url.URL` as its fields.
fn parsed_uri(text: &str) -> Value {
    let (scheme, host, path, query, fragment) = crate::builtins::urls::parts(text);
    let empty = || Value::from("");
    Value::object(vec![
        ("Scheme".into(), scheme.into()),
        ("Opaque".into(), empty()),
        ("User".into(), Value::Null),
        ("Host".into(), host.into()),
        ("Path".into(), path.into()),
        ("RawPath".into(), empty()),
        ("OmitHost".into(), Value::Bool(false)),
        ("ForceQuery".into(), Value::Bool(false)),
        ("RawQuery".into(), query.into()),
        ("Fragment".into(), fragment.into()),
        ("RawFragment".into(), empty()),
    ])
}
