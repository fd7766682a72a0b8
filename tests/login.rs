//! Logging in: with a browser where a host offers that, against a server on loopback; by a pasted token elsewhere.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

type Pairs = BTreeMap<String, String>;

/// `a=b&c=d`, decoded.
fn pairs(text: &str) -> Pairs {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'+' => b' ',
                b'%' => {
                    let code = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&code).unwrap(), 16).unwrap()
                }
                other => other,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    let rows = text.split('&').filter_map(|row| row.split_once('='));
    rows.map(|(name, value)| (decode(name), decode(value))).collect()
}

/// A token service that gives one answer and tells what it was asked.
fn token_service((status, answer): (u16, &'static str)) -> (String, mpsc::Receiver<Pairs>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut line) = (String::new(), String::new());
        while reader.read_line(&mut line).unwrap() > 2 {
            head.push_str(&line.to_lowercase());
            line.clear();
        }
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()).unwrap();
        let mut body = vec![0; length.trim().parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let length = answer.len();
        let head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        let _gone = stream.write_all(format!("{head}{answer}").as_bytes());
        tell.send(pairs(std::str::from_utf8(&body).unwrap())).unwrap();
    });
    (base, told)
}

/// What a browser gets from an address.
fn visit(url: &str) -> String {
    let rest = url.strip_prefix("http://localhost:").unwrap();
    let (port, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port.parse().unwrap())).unwrap();
    stream.write_all(format!("GET /{path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _left = std::fs::remove_dir_all(&self.0);
    }
}

impl Place {
    fn new(name: &str, services: &str) -> Self {
        let at = std::env::temp_dir().join(format!("ordain-login-{name}-{}", std::process::id()));
        let _old = std::fs::remove_dir_all(&at);
        std::fs::create_dir_all(&at).unwrap();
        let text = format!("host \"host.example\" {{\n  services = {{\n{services}\n  }}\n}}\n");
        std::fs::write(at.join("rc"), text).unwrap();
        Self(at)
    }

    /// A place where a host offers to log in with a browser.
    fn with_browser(name: &str, base: &str) -> Self {
        let service = format!(
            "\"login.v1\" = {{\n client = \"some-cli\"\n authz = \"http://127.0.0.1:1/auth?tenant=a\"\n token = \"{base}/token\"\n grant_types = [\"authz_code\"]\n ports = [21000, 21900]\n scopes = [\"read\", \"list all\"]\n }}"
        );
        Self::new(name, &service)
    }

    fn start(&self, env: &[(&str, &str)], input: &str) -> Child {
        let mut command = Command::new(ordain_tests::binary::ordain());
        command.args(["login", "host.example", "-no-color"]).current_dir(&self.0).env_clear();
        command.env("HOME", &self.0).env("TF_CLI_CONFIG_FILE", self.0.join("rc"));
        command.env("PATH", std::env::var("PATH").unwrap()).envs(env.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child
    }

    fn stored(&self) -> Option<String> {
        std::fs::read_to_string(self.0.join(".terraform.d/credentials.tfrc.json")).ok()
    }
}

/// Reads what a program says until it shows an address.
fn address(child: &mut Child) -> (String, impl Read + use<>) {
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    loop {
        let mut line = String::new();
        assert!(reader.read_line(&mut line).unwrap() > 0, "no address is shown");
        if line.trim().starts_with("http://127.0.0.1:1/auth") {
            return (line.trim().to_owned(), reader);
        }
    }
}

fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

const GIVEN: (u16, &str) = (200, r#"{"access_token":"t0ken-x","token_type":"Bearer"}"#);
const REFUSED: (u16, &str) = (400, r#"{"error":"invalid_grant","error_description":"Too late."}"#);

#[test]
fn a_browser_brings_a_code_that_becomes_a_token() {
    let (base, told) = token_service(GIVEN);
    let place = Place::with_browser("whole", &base);
    let mut child = place.start(&[], "yes\n");
    let (url, mut rest) = address(&mut child);
    let asked = pairs(url.split_once('?').unwrap().1);
    assert_eq!((&*asked["client_id"], &*asked["response_type"]), ("some-cli", "code"));
    assert_eq!((&*asked["scope"], &*asked["tenant"]), ("read list all", "a"));
    let back = &asked["redirect_uri"];
    let port: u16 =
        back.strip_prefix("http://localhost:").unwrap().strip_suffix("/login").unwrap().parse().unwrap();
    assert!((21000..=21900).contains(&port));
    // Somebody else's code is not taken, nor is a page that nobody asked for.
    assert!(visit(&format!("{back}?code=bad&state=guessed")).starts_with("HTTP/1.1 400"));
    assert!(visit(&format!("http://localhost:{port}/favicon.ico")).starts_with("HTTP/1.1 404"));
    let answer = visit(&format!("{back}?code=c%2Fde&state={}", asked["state"]));
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("go back to the terminal"), "{answer}");
    let (code, err) = end(child);
    let mut said = String::new();
    rest.read_to_string(&mut said).unwrap();
    assert_eq!(code, Some(0), "{said}{err}");
    assert!(
        said.contains("Success! A token is stored for host.example.") && !said.contains("t0ken-x"),
        "{said}"
    );
    let sent = told.recv().unwrap();
    assert_eq!((&*sent["code"], &*sent["grant_type"]), ("c/de", "authorization_code"));
    assert_eq!((&sent["redirect_uri"], &*sent["client_id"]), (back, "some-cli"));
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(&sent["code_verifier"]));
    assert_eq!((digest.as_str(), &*asked["code_challenge_method"]), (&*asked["code_challenge"], "S256"));
    assert!(place.stored().unwrap().contains("\"token\": \"t0ken-x\""));
}

#[test]
fn the_users_browser_is_started() {
    let (base, _told) = token_service(GIVEN);
    let place = Place::with_browser("browser", &base);
    let script = place.0.join("browser");
    std::fs::write(&script, "printf '%s' \"$1\" > opened.new && mv opened.new opened\n").unwrap();
    let mut child = place.start(&[("BROWSER", &format!("sh {}", script.display()))], "yes\n");
    let (url, _rest) = address(&mut child);
    let opened = place.0.join("opened");
    while !opened.exists() {
        assert!(child.try_wait().unwrap().is_none(), "it waits for the browser");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(std::fs::read_to_string(opened).unwrap(), url);
    let asked = pairs(url.split_once('?').unwrap().1);
    visit(&format!("{}?code=x&state={}", asked["redirect_uri"], asked["state"]));
    assert_eq!(end(child).0, Some(0));
}

#[test]
fn refusals_are_told_and_nothing_is_stored() {
    let (base, _told) = token_service(REFUSED);
    let place = Place::with_browser("refused", &base);
    for (query, expected) in [
        ("error=access_denied&error_description=Not%20you.", "the host refuses: access_denied: Not you."),
        ("code=x", "(400): invalid_grant: Too late."),
    ] {
        let mut child = place.start(&[], "yes\n");
        let (url, _rest) = address(&mut child);
        let asked = pairs(url.split_once('?').unwrap().1);
        visit(&format!("{}?{query}&state={}", asked["redirect_uri"], asked["state"]));
        let (code, err) = end(child);
        let plain = err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(code, Some(1));
        assert!(plain.contains("Failed to obtain a token") && plain.contains(expected), "{err}");
        assert_eq!(place.stored(), None);
    }
    let (code, err) = end(place.start(&[], "no\n"));
    assert!(code == Some(1) && err.contains("Login cancelled"), "{err}");
}

#[test]
fn a_token_is_pasted_where_the_host_offers_nothing_else() {
    let password = "\"login.v1\" = {\n client = \"c\"\n authz = \"/a\"\n token = \"/t\"\n grant_types = [\"password\"]\n }";
    for (name, services) in [("none", "\"modules.v1\" = \"https://host.example/m/\""), ("password", password)]
    {
        let place = Place::new(name, services);
        let child = place.start(&[], "pasted-token\n");
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && said.contains("Token for host.example:"), "{said}");
        assert!(place.stored().unwrap().contains("pasted-token"));
        assert!(Path::new(&place.0).exists());
    }
}
