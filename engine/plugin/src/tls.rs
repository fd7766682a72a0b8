//! Mutual TLS with a provider process: a certificate of our own for each process, and trust in exactly
//! the certificate that the process named in its handshake.
//!
//! The handshake travels over the pipe between parent and child, so a certificate equal to the named one
//! is the right one; there is no chain to follow and no name to compare.

use std::sync::Arc;

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rsa::pkcs8::DecodePublicKey;
use rsa::{Pss, RsaPublicKey};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A certificate for one process, with its key.
pub(crate) struct Certificate {
    /// In the form that the process expects in its environment.
    pub(crate) pem: String,
    der: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Certificate {
    /// A new one: P-256, which libraries in all languages can check, and none that may issue others. go-plugin makes
    /// such that may, which servers in Rust refuse to take from a client.
    pub(crate) fn generate() -> Result<Certificate, String> {
        let make = || {
            let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
            let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
            params.distinguished_name.push(DnType::CommonName, "localhost");
            params.distinguished_name.push(DnType::OrganizationName, "Ordain");
            params.key_usages = vec![
                KeyUsagePurpose::DigitalSignature,
                KeyUsagePurpose::KeyEncipherment,
                KeyUsagePurpose::KeyAgreement,
            ];
            params.extended_key_usages =
                vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
            let certificate = params.self_signed(&key)?;
            Ok::<_, rcgen::Error>((certificate, key))
        };
        let (certificate, key) = make().map_err(|error| error.to_string())?;
        let der = certificate.der().clone();
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(str::to_owned)?;
        Ok(Certificate { pem: certificate.pem(), der, key })
    }

    /// How to speak with a process that shows the certificate `expected`.
    pub(crate) fn config(self, expected: Vec<u8>) -> Result<ClientConfig, String> {
        let crypto = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let pinned = Pinned { expected: CertificateDer::from(expected), crypto: Arc::clone(&crypto) };
        let builder = ClientConfig::builder_with_provider(crypto).with_safe_default_protocol_versions();
        let mut config = builder
            .and_then(|builder| {
                let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(pinned));
                builder.with_client_auth_cert(vec![self.der], self.key)
            })
            .map_err(|error| error.to_string())?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(config)
    }
}

/// Whether an RSA key of any length made a signature. Some provider kits make keys of 1024 bits, which TLS libraries
/// refuse for the open internet. Here the key need only outlast a connection on this machine, and which one it is
/// came over a pipe that nobody else writes to.
fn short_rsa_holds(message: &[u8], certificate: &CertificateDer<'_>, signed: &DigitallySignedStruct) -> bool {
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(certificate) else { return false };
    let Ok(key) = RsaPublicKey::from_public_key_der(certificate.public_key().raw) else { return false };
    let checked = match signed.scheme {
        SignatureScheme::RSA_PSS_SHA256 => {
            key.verify(Pss::new::<Sha256>(), &Sha256::digest(message), signed.signature())
        }
        SignatureScheme::RSA_PSS_SHA384 => {
            key.verify(Pss::new::<Sha384>(), &Sha384::digest(message), signed.signature())
        }
        SignatureScheme::RSA_PSS_SHA512 => {
            key.verify(Pss::new::<Sha512>(), &Sha512::digest(message), signed.signature())
        }
        _ => return false,
    };
    checked.is_ok()
}

/// Accepts one certificate.
#[derive(Debug)]
struct Pinned {
    expected: CertificateDer<'static>,
    crypto: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *shown == self.expected {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.crypto.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.crypto.signature_verification_algorithms;
        let checked = verify_tls13_signature(message, certificate, signed, algorithms);
        if checked.is_err() && short_rsa_holds(message, certificate, signed) {
            return Ok(HandshakeSignatureValid::assertion());
        }
        checked
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.crypto.signature_verification_algorithms.supported_schemes()
    }
}
