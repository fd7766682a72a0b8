//! Certificate authorities and server certificates, made at the start and kept in the sandbox's directory.

use crate::sandbox::SandboxError;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// A certificate and its key, both as PEM text.
#[derive(Clone)]
pub(crate) struct Identity {
    pub certificate: String,
    pub key: String,
}

/// A certificate authority.
pub(crate) struct Authority {
    /// Its certificate as PEM.
    pub certificate: String,
    /// Its key as PEM.
    pub key: String,
    name: String,
}

fn broken(error: impl std::fmt::Display) -> SandboxError {
    SandboxError::new(format!("making a certificate: {error}"))
}

fn named(name: &str, organization: Option<&str>) -> DistinguishedName {
    let mut dn = DistinguishedName::new();
    dn.push(DnType::CommonName, name);
    if let Some(o) = organization {
        dn.push(DnType::OrganizationName, o);
    }
    dn
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(name, None);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

impl Authority {
    /// A fresh authority.
    pub fn new(name: &str) -> Result<Authority, SandboxError> {
        let key = KeyPair::generate().map_err(broken)?;
        let certificate = authority_params(name).self_signed(&key).map_err(broken)?;
        Ok(Authority { certificate: certificate.pem(), key: key.serialize_pem(), name: name.to_string() })
    }

    /// One that was made earlier under the same name.
    pub fn known(name: &str, certificate: String, key: String) -> Authority {
        Authority { certificate, key, name: name.to_string() }
    }

    /// The authority kept in `directory` as `ca.pem` and `ca.key`, made if absent.
    pub fn kept_in(directory: &Path) -> Result<Authority, SandboxError> {
        let (cert_file, key_file) = (directory.join("ca.pem"), directory.join("ca.key"));
        if let (Ok(c), Ok(k)) = (std::fs::read_to_string(&cert_file), std::fs::read_to_string(&key_file)) {
            return Ok(Authority::known("Ordain sandbox CA", c, k));
        }
        let made = Authority::new("Ordain sandbox CA")?;
        let write = |path: &Path, text: &str| {
            crate::world::write_private(path, text.as_bytes())
                .map_err(|e| SandboxError::new(format!("writing {}: {e}", path.display())))
        };
        write(&key_file, &made.key)?;
        write(&cert_file, &made.certificate)?;
        Ok(made)
    }

    fn issue(
        &self,
        mut params: CertificateParams,
        usage: ExtendedKeyUsagePurpose,
    ) -> Result<Identity, SandboxError> {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let signer = KeyPair::from_pem(&self.key).map_err(broken)?;
        let issuer = Issuer::new(authority_params(&self.name), signer);
        let key = KeyPair::generate().map_err(broken)?;
        let certificate = params.signed_by(&key, &issuer).map_err(broken)?;
        Ok(Identity { certificate: certificate.pem(), key: key.serialize_pem() })
    }

    /// A certificate for a server that answers to these names and addresses.
    pub fn server(&self, names: &[String]) -> Result<Identity, SandboxError> {
        let mut params = CertificateParams::new(names.to_vec()).map_err(broken)?;
        params.distinguished_name = named("Ordain sandbox", None);
        self.issue(params, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A certificate for a client; `group` becomes the organization, as Kubernetes reads it.
    pub fn client(&self, user: &str, group: &str) -> Result<Identity, SandboxError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(user, Some(group));
        self.issue(params, ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// TLS for a server with `identity`. With `clients`, certificates of this authority are asked for (not demanded).
    pub fn server_config(
        &self,
        identity: &Identity,
        clients: bool,
    ) -> Result<Arc<ServerConfig>, SandboxError> {
        let chain = vec![CertificateDer::from_pem_slice(identity.certificate.as_bytes()).map_err(broken)?];
        let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).map_err(broken)?;
        let crypto: Arc<CryptoProvider> = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(crypto.clone())
            .with_safe_default_protocol_versions()
            .map_err(broken)?;
        let builder = if clients {
            let mut roots = RootCertStore::empty();
            roots
                .add(CertificateDer::from_pem_slice(self.certificate.as_bytes()).map_err(broken)?)
                .map_err(broken)?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), crypto)
                .allow_unauthenticated()
                .build()
                .map_err(broken)?;
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder.with_single_cert(chain, key).map_err(broken)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}
