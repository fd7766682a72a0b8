//! What `providers mirror` writes can be served as it is: a static server over HTTPS is a network mirror, for this program
//! and, where it is there, for Terraform.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// How many archives are asked for at the same time, now and at most.
#[derive(Default)]
struct Crowd {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// Serves the files below a directory until the test ends; gives the address and the certificate.
fn serve(directory: PathBuf) -> (String, String) {
    serve_slowly(directory, Duration::ZERO, Arc::default())
}

/// Serves with a pause before each archive.
fn serve_slowly(directory: PathBuf, pause: Duration, crowd: Arc<Crowd>) -> (String, String) {
    let issuer_key = KeyPair::generate().unwrap();
    let mut issuer = CertificateParams::new(Vec::new()).unwrap();
    issuer.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = issuer.clone().self_signed(&issuer_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &Issuer::new(issuer, &issuer_key)).unwrap();
    let crypto = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], secret)
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            let acceptor = TlsAcceptor::from(Arc::new(config));
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, directory, crowd) = (acceptor.clone(), directory.clone(), Arc::clone(&crowd));
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut head = vec![0; 16 << 10];
                    let read = stream.read(&mut head).await.unwrap_or_default();
                    let text = String::from_utf8_lossy(&head[..read]).into_owned();
                    let path = text.split_whitespace().nth(1).unwrap_or("/").trim_start_matches('/').to_owned();
                    let kind = if path.ends_with(".json") { "application/json" } else { "application/zip" };
                    if path.ends_with(".zip") {
                        crowd.most.fetch_max(crowd.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        // The first of them takes longest.
                        tokio::time::sleep(pause * if path.contains("darwin") { 2 } else { 1 }).await;
                        crowd.now.fetch_sub(1, Ordering::SeqCst);
                    }
                    let (status, body) = match std::fs::read(directory.join(path)) {
                        Ok(body) => (200, body),
                        Err(_) => (404, Vec::new()),
                    };
                    let head = format!(
                        "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
                        body.len()
                    );
                    let _gone = stream.write_all(&[head.as_bytes(), &body].concat()).await;
                    let _gone = stream.shutdown().await;
                });
            }
        });
    });
    (format!("https://127.0.0.1:{}", address.port()), authority.pem())
}

struct Place(PathBuf);

impl Place {
    fn run(&self, program: &Path, words: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(program)
            .args(words)
            .current_dir(&self.0)
            .env("TF_CLI_CONFIG_FILE", self.0.join("rc"))
            .env("HOME", &self.0)
            .env("TMPDIR", &self.0)
            .env("SSL_CERT_FILE", self.0.join("ca.pem"))
            .env("CHECKPOINT_DISABLE", "1")
            .env_remove("TF_PLUGIN_CACHE_DIR")
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    }

    fn forget(&self) {
        let _none = std::fs::remove_dir_all(self.0.join(".terraform"));
        let _none = std::fs::remove_file(self.0.join(".terraform.lock.hcl"));
    }

    fn json(&self, path: &str) -> Json {
        serde_json::from_slice(&std::fs::read(self.0.join(path)).unwrap()).unwrap()
    }
}

const PROVIDER: &str = "served/example.com/acme/thing";

#[test]
fn a_static_server_of_it_is_a_network_mirror() {
    let directory = std::env::temp_dir().join(format!("ordain-mirrors-{}", std::process::id()));
    let _old = std::fs::remove_dir_all(&directory);
    ordain_tests::copy(&ordain_tests::root().join("tests/cases/init/mirror"), &directory);
    let place = Place(directory);
    let ordain = ordain_tests::binary::ordain();
    let (url, certificate) = serve(place.0.join("served"));
    std::fs::write(place.0.join("ca.pem"), certificate).unwrap();
    assert_eq!(place.run(ordain, &["get"]).0, Some(0));
    // One platform after the other: the second joins the first.
    for platform in ["-platform=linux_amd64", "-platform=darwin_arm64"] {
        let (code, said) = place.run(ordain, &["providers", "mirror", platform, "served"]);
        assert_eq!(code, Some(0), "{said}");
    }
    assert_eq!(
        place.json(&format!("{PROVIDER}/index.json")),
        serde_json::json!({ "versions": { "1.2.0": {} } })
    );
    let archives = place.json(&format!("{PROVIDER}/1.2.0.json"));
    let rows = archives["archives"].as_object().unwrap();
    assert_eq!(rows.keys().collect::<Vec<_>>(), ["darwin_arm64", "linux_amd64"]);
    for (platform, row) in rows {
        assert_eq!(row["url"], format!("terraform-provider-thing_1.2.0_{platform}.zip"));
        assert!(row["hashes"][0].as_str().unwrap().starts_with("h1:"));
    }
    let rc = format!("provider_installation {{\n  network_mirror {{\n    url = \"{url}/\"\n  }}\n}}\n");
    std::fs::write(place.0.join("rc"), rc).unwrap();
    let terraform = PathBuf::from("terraform");
    let peer = Command::new(&terraform).arg("version").output().is_ok();
    if !peer {
        ordain_tests::skipped("there is no terraform program here: it installs nothing from the mirror");
    }
    let mut locks = Vec::new();
    for program in [Some(ordain.as_path()), Some(terraform.as_path()).filter(|_| peer)].into_iter().flatten()
    {
        place.forget();
        let (code, said) = place.run(program, &["init", "-no-color"]);
        assert_eq!(code, Some(0), "{}: {said}", program.display());
        assert!(said.contains("Installed example.com/acme/thing v1.2.0 (verified checksum)"), "{said}");
        locks.push(std::fs::read_to_string(place.0.join(".terraform.lock.hcl")).unwrap());
    }
    let hashes = |lock: &String| {
        lock.lines().filter(|line| line.contains("\"h1:")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(
        locks.iter().all(|lock| hashes(lock) == hashes(&locks[0]) && !hashes(lock).is_empty()),
        "{locks:?}"
    );
    // A package that is not the one whose checksum is listed.
    let document = place.0.join(PROVIDER).join("1.2.0.json");
    let text = std::fs::read_to_string(&document).unwrap().replace("h1:", "h1:x");
    std::fs::write(&document, text).unwrap();
    for program in [Some(ordain.as_path()), Some(terraform.as_path()).filter(|_| peer)].into_iter().flatten()
    {
        place.forget();
        let (code, said) = place.run(program, &["init", "-no-color"]);
        assert_eq!(code, Some(1), "{}: {said}", program.display());
        assert_eq!(
            ordain_tests::files(&place.0.join(".terraform"), "_v1.2.0"),
            Vec::<PathBuf>::new(),
            "{said}"
        );
    }
    let _left = std::fs::remove_dir_all(&place.0);
}

#[test]
fn packages_for_several_systems_are_fetched_side_by_side_and_told_in_order() {
    let directory = std::env::temp_dir().join(format!("ordain-side-{}", std::process::id()));
    let _old = std::fs::remove_dir_all(&directory);
    ordain_tests::copy(&ordain_tests::root().join("tests/cases/init/mirror"), &directory);
    let place = Place(directory);
    let ordain = ordain_tests::binary::ordain();
    let crowd = Arc::new(Crowd::default());
    let pause = Duration::from_millis(300);
    let (url, certificate) = serve_slowly(place.0.join("served"), pause, Arc::clone(&crowd));
    std::fs::write(place.0.join("ca.pem"), certificate).unwrap();
    assert_eq!(place.run(ordain, &["get"]).0, Some(0));
    let systems = ["-platform=darwin_arm64", "-platform=linux_amd64"];
    let (code, said) = place.run(ordain, &["providers", "mirror", systems[0], systems[1], "served"]);
    assert_eq!(code, Some(0), "{said}");
    let lines = |said: &str| {
        let lines = said.lines().filter(|line| line.starts_with("- ") && !line.contains("Obtained"));
        lines.map(|line| line.split('(').next().unwrap().trim_end().to_owned()).collect::<Vec<_>>()
    };
    let expected = ["darwin_arm64", "linux_amd64"].map(|system| {
        [
            format!("- Fetching example.com/acme/thing 1.2.0 for {system}..."),
            format!("- Retrieved example.com/acme/thing 1.2.0 for {system}"),
        ]
    });
    assert_eq!(lines(&said), expected.concat());
    let net = format!("-net-mirror={url}");
    let mut locks = Vec::new();
    for _ in 0..2 {
        let _none = std::fs::remove_file(place.0.join(".terraform.lock.hcl"));
        let (code, said) = place.run(ordain, &["providers", "lock", &net, systems[0], systems[1]]);
        assert_eq!((code, lines(&said)), (Some(0), expected.concat().to_vec()), "{said}");
        locks.push(std::fs::read_to_string(place.0.join(".terraform.lock.hcl")).unwrap());
    }
    assert_eq!(locks[0], locks[1]);
    assert_eq!(crowd.most.load(Ordering::SeqCst), 2, "both at the same time");
    // One of them is not there: nothing is locked, and nothing is left behind.
    let gone = place.0.join(PROVIDER).join("terraform-provider-thing_1.2.0_darwin_arm64.zip");
    std::fs::remove_file(gone).unwrap();
    let _none = std::fs::remove_file(place.0.join(".terraform.lock.hcl"));
    let (code, said) = place.run(ordain, &["providers", "lock", &net, systems[0], systems[1]]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("for darwin_arm64 cannot be had"), "{said}");
    assert_eq!(ordain_tests::files(&place.0, ".part"), Vec::<PathBuf>::new());
    assert!(!place.0.join(".terraform.lock.hcl").exists());
    let _left = std::fs::remove_dir_all(&place.0);
}
