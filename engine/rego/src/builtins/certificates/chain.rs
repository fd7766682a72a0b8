//! Whether a certificate leads to a root: `x509.Certificate.Verify` for one root and a few certificates between.

use super::describe::{host_names, signature_algorithm, unhandled, usages};
use crate::builtins::BuiltinError;
use crate::builtins::tokens::{Algorithm, PublicKey, spki};
use crate::value::{Object, Value};
use x509_parser::prelude::{ParsedExtension, X509Certificate};

/// Begins the errors about what this cannot judge.
pub(super) const UNSUPPORTED: &str = "not supported: ";

/// What is asked of a chain.
pub(super) struct Options {
    now_ns: i64,
    host: String,
    /// Go's numbers of the usages of which one must be allowed.
    usages: Vec<i64>,
}

impl Options {
    /// Without options: now, for any host, as a server.
    pub(super) fn read(now_ns: i64, options: Option<&Object>) -> Result<Self, BuiltinError> {
        let mut read = Self { now_ns, host: String::new(), usages: Vec::new() };
        for (key, value) in options.into_iter().flatten() {
            match (key.as_str(), value) {
                (Some("DNSName"), Value::String(host)) => read.host = host.trim_matches('"').to_owned(),
                (Some("DNSName"), _) => return Err(BuiltinError::failed("'DNSName' should be a string")),
                (Some("CurrentTime"), Value::Number(number)) => {
                    read.now_ns = number.as_i64().ok_or_else(|| {
                        BuiltinError::failed("'CurrentTime' should be a valid int64 number")
                    })?;
                }
                (Some("CurrentTime"), _) => {
                    return Err(BuiltinError::failed("'CurrentTime' should be a number"));
                }
                // There are no constraints to compare: chains that have some are not judged.
                (Some("MaxConstraintComparisons"), Value::Number(number)) if number.as_i64().is_some() => {}
                (Some("MaxConstraintComparisons"), _) => {
                    return Err(BuiltinError::failed("'MaxConstraintComparisons' should be a number"));
                }
                (Some("KeyUsages"), Value::Array(names)) => read.usages = key_usages(names)?,
                (Some("KeyUsages"), Value::Set(names)) => read.usages = key_usages(names.members())?,
                (Some("KeyUsages"), _) => {
                    return Err(BuiltinError::failed("'KeyUsages' should be an Array or Set"));
                }
                _ => return Err(BuiltinError::failed("invalid key option")),
            }
        }
        if read.usages.is_empty() {
            read.usages.push(1);
        }
        Ok(read)
    }
}

fn key_usages(names: &[Value]) -> Result<Vec<i64>, BuiltinError> {
    const NAMES: [&str; 14] = [
        "KeyUsageAny",
        "KeyUsageServerAuth",
        "KeyUsageClientAuth",
        "KeyUsageCodeSigning",
        "KeyUsageEmailProtection",
        "KeyUsageIPSECEndSystem",
        "KeyUsageIPSECTunnel",
        "KeyUsageIPSECUser",
        "KeyUsageTimeStamping",
        "KeyUsageOCSPSigning",
        "KeyUsageMicrosoftServerGatedCrypto",
        "KeyUsageNetscapeServerGatedCrypto",
        "KeyUsageMicrosoftCommercialCodeSigning",
        "KeyUsageMicrosoftKernelCodeSigning",
    ];
    let mut found = Vec::new();
    for name in names.iter().filter_map(Value::as_str) {
        let at = NAMES.iter().position(|known| *known == name.trim_matches('"'));
        let number = at.and_then(|at| i64::try_from(at).ok());
        found.push(number.ok_or_else(|| {
            BuiltinError::failed(format!("invalid entries for 'KeyUsages' found: [{name}]"))
        })?);
    }
    Ok(found)
}

type Certificate<'a> = X509Certificate<'a>;

/// The chain from the last certificate to the first, if there is one.
pub(super) fn verify<'c, 'a>(
    all: &'c [Certificate<'a>],
    options: &Options,
) -> Result<Option<Vec<&'c Certificate<'a>>>, BuiltinError> {
    let [root, between @ .., leaf] = all else { return Ok(None) };
    if all.iter().any(has_name_constraints) {
        return Err(BuiltinError::failed(format!("{UNSUPPORTED}name constraints of certificates")));
    }
    if !sound(leaf, options) || !names(leaf, &options.host) {
        return Ok(None);
    }
    if leaf.as_raw() == root.as_raw() {
        return Ok(Some(vec![leaf]));
    }
    let chain = extend(vec![leaf], root, between, options);
    Ok(chain.filter(|chain| allowed(chain, &options.usages)))
}

/// Longest chain looked for.
const LONGEST: usize = 10;

fn extend<'c, 'a>(
    chain: Vec<&'c Certificate<'a>>,
    root: &'c Certificate<'a>,
    between: &'c [Certificate<'a>],
    options: &Options,
) -> Option<Vec<&'c Certificate<'a>>> {
    let last = *chain.last()?;
    if chain.len() >= LONGEST {
        return None;
    }
    let issues = |parent: &Certificate<'a>| sound(parent, options) && issued(last, parent, chain.len() - 1);
    if issues(root) {
        return Some([chain.as_slice(), &[root]].concat());
    }
    between.iter().find_map(|parent| {
        let known = chain.iter().any(|other| other.as_raw() == parent.as_raw());
        if known || !issues(parent) {
            return None;
        }
        extend([chain.as_slice(), &[parent]].concat(), root, between, options)
    })
}

/// Within its time, and without demands that are not understood.
fn sound(certificate: &Certificate<'_>, options: &Options) -> bool {
    let validity = certificate.validity();
    let nanos = |seconds: i64| i128::from(seconds) * 1_000_000_000;
    let now = i128::from(options.now_ns);
    let in_time =
        nanos(validity.not_before.timestamp()) <= now && now <= nanos(validity.not_after.timestamp());
    in_time && unhandled(certificate).is_empty()
}

fn has_name_constraints(certificate: &Certificate<'_>) -> bool {
    let constrains = |parsed: &ParsedExtension<'_>| matches!(parsed, ParsedExtension::NameConstraints(_));
    certificate.extensions().iter().any(|extension| constrains(extension.parsed_extension()))
}

/// Whether a parent may sign certificates, `below` of them under its own, and signed this one.
fn issued(child: &Certificate<'_>, parent: &Certificate<'_>, below: usize) -> bool {
    if child.issuer().as_raw() != parent.subject().as_raw() {
        return false;
    }
    let mut authority = parent.version().0 < 2;
    for extension in parent.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(basic) => {
                let short = basic.path_len_constraint.and_then(|most| usize::try_from(most).ok());
                authority = basic.ca && short.is_none_or(|most| below <= most);
            }
            ParsedExtension::KeyUsage(usage) if !usage.key_cert_sign() => return false,
            _ => {}
        }
    }
    authority && signed_by(child, parent)
}

fn signed_by(child: &Certificate<'_>, parent: &Certificate<'_>) -> bool {
    let algorithm = match signature_algorithm(&child.signature_algorithm) {
        4 => Algorithm::Rs256,
        5 => Algorithm::Rs384,
        6 => Algorithm::Rs512,
        10 => Algorithm::Es256,
        11 => Algorithm::Es384,
        12 => Algorithm::Es512,
        13 => Algorithm::Ps256,
        14 => Algorithm::Ps384,
        15 => Algorithm::Ps512,
        16 => Algorithm::EdDsa,
        _ => return false,
    };
    let Some(key) = spki(parent.public_key().raw) else { return false };
    let der: &[u8] = &child.signature_value.data;
    let signature = match &key {
        PublicKey::P256(_) => p256::ecdsa::Signature::from_der(der).ok().map(|s| s.to_bytes().to_vec()),
        PublicKey::P384(_) => p384::ecdsa::Signature::from_der(der).ok().map(|s| s.to_bytes().to_vec()),
        PublicKey::P521(_) => p521::ecdsa::Signature::from_der(der).ok().map(|s| s.to_bytes().to_vec()),
        _ => Some(der.to_vec()),
    };
    signature.is_some_and(|signature| algorithm.verify(&key, child.tbs_certificate.as_ref(), &signature))
}

/// Every certificate of a chain that limits its usages allows one of the wanted ones.
fn allowed(chain: &[&Certificate<'_>], wanted: &[i64]) -> bool {
    wanted.contains(&0)
        || wanted.iter().any(|usage| {
            chain.iter().all(|certificate| {
                usages(certificate).is_none_or(|allowed| allowed.contains(usage) || allowed.contains(&0))
            })
        })
}

/// Whether a certificate is for a host; every one is for none.
fn names(certificate: &Certificate<'_>, host: &str) -> bool {
    if host.is_empty() {
        return true;
    }
    let (names, addresses) = host_names(certificate);
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if bare.parse::<std::net::IpAddr>().is_ok() {
        return addresses.iter().any(|address| address == bare);
    }
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    names.iter().any(|name| {
        let name = name.to_ascii_lowercase();
        match name.strip_prefix("*.") {
            Some(parent) => {
                host.split_once('.').is_some_and(|(first, rest)| !first.is_empty() && rest == parent)
            }
            None => name == host,
        }
    })
}
