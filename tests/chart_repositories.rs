//! Repositories of charts that let in only whom they know: by name and password, by certificate; and who is told of them.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// `me:s3cret`
const ALLOWED: &str = "Basic bWU6czNjcmV0";

/// An authority, and what it signs.
struct Authority {
    params: CertificateParams,
    key: KeyPair,
    own: CertificateDer<'static>,
    pem: String,
}

impl Authority {
    fn new() -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let own = params.clone().self_signed(&key).unwrap();
        Authority { params, key, own: own.der().clone(), pem: own.pem() }
    }

    fn sign(&self, names: &[&str]) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params =
            CertificateParams::new(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()).unwrap();
        let certificate = params.signed_by(&key, &Issuer::new(self.params.clone(), &self.key)).unwrap();
        (certificate, key)
    }
}

/// What was asked for: path and whether with credentials.
type Asked = Arc<Mutex<Vec<(String, bool)>>>;

/// A repository: who is let in, what its index says of where the chart is.
struct Repository {
    /// A name and a password are needed.
    guarded: bool,
    /// A certificate is needed.
    known: bool,
    /// Where the index says that the chart is; beside the index where empty.
    chart: String,
    asked: Asked,
}

fn chart() -> Vec<u8> {
    let packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(packed);
    let files = [
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.2.3\n"),
        ("web/templates/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n"),
    ];
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

impl Repository {
    fn answer(&self, head: &str) -> (u16, Vec<u8>) {
        let path = head.split_whitespace().nth(1).unwrap_or("/");
        let given = head.lines().find_map(|line| line.strip_prefix("authorization: "));
        self.asked.lock().unwrap().push((path.to_owned(), given.is_some()));
        if self.guarded && given != Some(ALLOWED) {
            return (401, Vec::new());
        }
        match path {
            "/index.yaml" => {
                let url = if self.chart.is_empty() { "web-1.2.3.tgz" } else { &self.chart };
                let index = format!(
                    "apiVersion: v1\nentries:\n  web:\n  - name: web\n    version: 1.2.3\n    apiVersion: v2\n    urls: [{url:?}]\n"
                );
                (200, index.into_bytes())
            }
            "/web-1.2.3.tgz" => (200, chart()),
            _ => (404, Vec::new()),
        }
    }

    /// Serves it until the test ends; gives its address.
    fn serve(self, authority: &Authority) -> String {
        let (certificate, key) = authority.sign(&["localhost", "127.0.0.1"]);
        let crypto = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&crypto))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if self.known {
            let mut roots = RootCertStore::empty();
            roots.add(authority.own.clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), crypto);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = builder.with_single_cert(vec![certificate.der().clone()], secret).unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(self.listen(listener, Arc::new(config)));
        });
        format!("https://127.0.0.1:{}", address.port())
    }

    async fn listen(self, listener: std::net::TcpListener, config: Arc<ServerConfig>) {
        let (listener, acceptor) = (TcpListener::from_std(listener).unwrap(), TlsAcceptor::from(config));
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = vec![0; 16 << 10];
            let read = stream.read(&mut head).await.unwrap_or_default();
            let (status, body) = self.answer(&String::from_utf8_lossy(&head[..read]));
            let head =
                format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            let _gone = stream.write_all(&[head.as_bytes(), &body].concat()).await;
            let _gone = stream.shutdown().await;
        }
    }
}

struct Place(PathBuf);

impl Place {
    /// Renders the chart of a repository with these arguments.
    fn render(&self, arguments: &str) -> (bool, String) {
        let text = format!(
            "terraform {{\n  required_providers {{\n    helm = {{ source = \"hashicorp/helm\", version = \"3.1.0\" }}\n  }}\n}}\nprovider \"helm\" {{\n  kubernetes = {{}}\n}}\ndata \"helm_template\" \"web\" {{\n  name  = \"here\"\n  chart = \"web\"\n{arguments}}}\noutput \"said\" {{\n  value = data.helm_template.web.manifest\n}}\n"
        );
        std::fs::write(self.0.join("main.tf"), text).unwrap();
        self.run(&["init", "-no-color"]);
        let (good, said) = self.run(&["apply", "-no-color", "-input=false", "-auto-approve"]);
        assert!(!good || said.contains("name: here"), "{said}");
        assert!(!said.contains("s3cret"), "{said}");
        (good, said)
    }

    fn run(&self, words: &[&str]) -> (bool, String) {
        let output = Command::new(ordain_tests::binary::ordain())
            .args(words)
            .current_dir(&self.0)
            .env("HOME", &self.0)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

fn place(name: &str, authority: &Authority) -> Place {
    let directory = std::env::temp_dir().join(format!("ordain-charts-{name}-{}", std::process::id()));
    let _old = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("ca.pem"), &authority.pem).unwrap();
    Place(directory)
}

const WHO: &str = "  repository_username = \"me\"\n  repository_password = \"s3cret\"\n";
const CA: &str = "  repository_ca_file = \"ca.pem\"\n";

#[test]
fn names_and_passwords_open_a_repository_and_go_nowhere_else() {
    let authority = Authority::new();
    let place = place("names", &authority);
    let asked: [Asked; 2] = Default::default();
    let repository = |guarded, chart: &str, asked: &Asked| {
        let repository =
            Repository { guarded, known: false, chart: chart.to_owned(), asked: Arc::clone(asked) };
        repository.serve(&authority)
    };
    let own = repository(true, "", &asked[0]);
    let open = format!("  repository = \"{own}\"\n{CA}");
    assert!(place.render(&format!("{open}{WHO}")).0);
    let wrong = WHO.replace("s3cret", "wr0ng");
    for (arguments, expected) in [
        (open.clone(), "401"),
        (format!("{open}{wrong}"), "401"),
        (format!("  repository = \"{own}\"\n{WHO}"), "certificate"),
        (format!("{open}{WHO}").replace("ca.pem", "none.pem"), "none.pem"),
    ] {
        let (good, said) = place.render(&arguments);
        assert!(!good && said.contains(expected) && !said.contains("wr0ng"), "{said}");
    }
    // The chart is elsewhere: that place learns the password only where it may.
    let elsewhere = repository(false, "", &asked[1]);
    let index = repository(true, &format!("{elsewhere}/web-1.2.3.tgz"), &asked[0]);
    let arguments = format!("  repository = \"{index}\"\n{CA}{WHO}");
    let told = || asked[1].lock().unwrap().drain(..).any(|(_, told)| told);
    assert!(place.render(&arguments).0);
    assert!(!told(), "another place was told the password");
    assert!(place.render(&format!("{arguments}  pass_credentials = true\n")).0);
    assert!(told(), "pass_credentials");
    let _left = std::fs::remove_dir_all(&place.0);
}

#[test]
fn certificates_open_a_repository() {
    let authority = Authority::new();
    let place = place("certificates", &authority);
    let repository =
        Repository { guarded: false, known: true, chart: String::new(), asked: Asked::default() };
    let url = repository.serve(&authority);
    let (certificate, key) = authority.sign(&["someone"]);
    let write = |name: &str, text: String| std::fs::write(Path::new(&place.0).join(name), text).unwrap();
    write("own.pem", certificate.pem());
    write("own.key", key.serialize_pem());
    let arguments = format!("  repository = \"{url}\"\n{CA}");
    let own = "  repository_cert_file = \"own.pem\"\n  repository_key_file = \"own.key\"\n";
    let (good, said) = place.render(&format!("{arguments}{own}"));
    assert!(good, "{said}");
    let (good, said) = place.render(&arguments);
    assert!(!good && said.contains("cannot be reached"), "{said}");
    let _left = std::fs::remove_dir_all(&place.0);
}
