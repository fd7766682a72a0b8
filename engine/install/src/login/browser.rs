//! Logging in with a browser: an authorization code with a proof key (RFC 6749, 7636 and 8252).
//!
//! The browser is sent to the host, and from there back to a port of this machine with a code. The code is worth
//! nothing to others: only who knows the secret that the first address holds a digest of gets a token for it.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ordain_http::Request;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::service::LoginService;
use crate::Settings;
use crate::network::Network;

/// How long is waited for somebody to log in.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// What a browser may take to say what it wants.
const REQUEST: Duration = Duration::from_secs(10);
/// Most ports that are tried.
const TRIES: u16 = 100;

/// A login that waits for the browser.
pub struct BrowserLogin {
    service: LoginService,
    listener: TcpListener,
    redirect: String,
    state: String,
    verifier: String,
    url: String,
}

/// 32 bytes that nobody can guess, as text.
fn secret() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| format!("this system gives no random numbers: {error}"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl BrowserLogin {
    /// Waits for a browser from now on.
    ///
    /// # Errors
    /// No port is free; a sentence without a full stop.
    pub async fn begin(service: LoginService) -> Result<Self, String> {
        let (first, last) = service.ports;
        let mut free = None;
        for port in (first..=last).take(usize::from(TRIES)) {
            if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
                free = Some((listener, port));
                break;
            }
        }
        let (listener, port) = free.ok_or_else(|| {
            format!("no port from {first} to {last} is free for the browser to come back to")
        })?;
        let (redirect, state, verifier) = (format!("http://localhost:{port}/login"), secret()?, secret()?);
        let mut url = Url::parse(&service.authz).map_err(|error| error.to_string())?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        url.query_pairs_mut()
            .append_pair("client_id", &service.client)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("redirect_uri", &redirect)
            .append_pair("response_type", "code")
            .append_pair("state", &state);
        if !service.scopes.is_empty() {
            url.query_pairs_mut().append_pair("scope", &service.scopes.join(" "));
        }
        Ok(Self { service, listener, redirect, state, verifier, url: url.to_string() })
    }

    /// The address that the browser has to open.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until somebody logged in, and gets the token.
    ///
    /// # Errors
    /// Nobody came, or the host refuses; a sentence without a full stop, free of secrets.
    pub async fn finish(self, settings: &Settings, env: &BTreeMap<String, String>) -> Result<String, String> {
        let waited = tokio::time::timeout(PATIENCE, self.code()).await;
        let code =
            waited.map_err(|_| format!("nobody logged in within {} minutes", PATIENCE.as_secs() / 60))??;
        let network =
            Network::new(settings, env).map_err(|error| error.detail.trim_end_matches('.').to_owned())?;
        let request = Request::post(&self.service.token).header("accept", "application/json").form(&[
            ("client_id", &self.service.client),
            ("code", &code),
            ("code_verifier", &self.verifier),
            ("grant_type", "authorization_code"),
            ("redirect_uri", &self.redirect),
        ]);
        let answer = network.answer(request).await.map_err(|failure| failure.text())?;
        let document = answer.json().unwrap_or_default();
        let text = |name: &str| document.get(name).and_then(Json::as_str);
        if !answer.is_success() {
            let why = [text("error"), text("error_description")]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(": ");
            let why = if why.is_empty() { "it does not say why".to_owned() } else { why };
            return Err(format!(
                "{} gives no token ({}): {}",
                answer.url,
                answer.status,
                why.trim_end_matches('.')
            ));
        }
        if let Some(kind) = text("token_type").filter(|kind| !kind.eq_ignore_ascii_case("bearer")) {
            return Err(format!(
                "{} gives a token of the kind {kind:?}, and only \"bearer\" is known",
                answer.url
            ));
        }
        let token = text("access_token").filter(|token| !token.is_empty());
        token.map(str::to_owned).ok_or_else(|| format!("{} answers without an \"access_token\"", answer.url))
    }

    /// The code that a browser brings. What others ask for is refused.
    async fn code(&self) -> Result<String, String> {
        loop {
            let (mut stream, _) = self.listener.accept().await.map_err(|error| error.to_string())?;
            let target = tokio::time::timeout(REQUEST, target(&mut stream)).await.ok().flatten();
            let (status, text, outcome) = self.judge(target.as_deref().unwrap_or_default());
            let body = format!("<!doctype html>\n<title>Ordain</title>\n<p>{text}</p>\n");
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _gone = stream.write_all(answer.as_bytes()).await;
            let _gone = stream.shutdown().await;
            if let Some(outcome) = outcome {
                return outcome;
            }
        }
    }

    /// What a request means: status, text, and the code or refusal that it brings.
    fn judge(&self, target: &str) -> (&'static str, &'static str, Option<Result<String, String>>) {
        let nothing = ("404 Not Found", "There is nothing here.", None);
        let Ok(url) = Url::parse(&format!("http://localhost{target}")) else { return nothing };
        if url.path() != "/login" {
            return nothing;
        }
        let given = |wanted: &str| {
            let mut pairs = url.query_pairs();
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        if given("state").as_deref() != Some(&self.state) {
            return ("400 Bad Request", "This is not the login that is waited for.", None);
        }
        match (given("code").filter(|code| !code.is_empty()), given("error")) {
            (Some(code), None) => (
                "200 OK",
                "The login is complete. You may close this page and go back to the terminal.",
                Some(Ok(code)),
            ),
            (_, Some(error)) => {
                let why = given("error_description").map(|more| format!(": {more}")).unwrap_or_default();
                let why = format!("the host refuses: {error}{}", why.trim_end_matches('.'));
                ("200 OK", "The host refused. The terminal says why.", Some(Err(why)))
            }
            (None, None) => ("400 Bad Request", "There is no code.", None),
        }
    }
}

/// The path and query that a browser asks for.
async fn target(stream: &mut TcpStream) -> Option<String> {
    let (mut head, mut part) = (Vec::new(), [0; 2048]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < 64 << 10 {
        match stream.read(&mut part).await {
            Ok(read) if read > 0 => head.extend(part.get(..read)?),
            _ => break,
        }
    }
    let text = String::from_utf8_lossy(&head);
    let mut words = text.lines().next()?.split_whitespace();
    (words.next()? == "GET").then(|| words.next().map(str::to_owned))?
}
