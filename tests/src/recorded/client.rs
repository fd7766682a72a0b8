//! Requests of a test to a service of the sandbox.

use std::collections::BTreeMap;

use ordain_http::{Cancel, Client, ClientOptions, Request, Retry};
use serde_json::Value as Json;

/// A client that waits for its answers.
pub struct Caller {
    runtime: tokio::runtime::Runtime,
    client: Client,
    base: String,
    authorization: Option<String>,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Caller")
    }
}

/// What a service answered.
#[derive(Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers by name in lower case, each with all its values.
    pub headers: BTreeMap<String, Vec<String>>,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON; a body that is none as text.
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|_| Json::from(self.text.as_str()))
    }
}

impl Caller {
    /// A client for the service at `base`, which has a certificate by `authority` (PEM). `agent` is what it calls itself, which a cluster
    /// remembers; `identity` is a client certificate with its key.
    ///
    /// # Panics
    /// There are no sockets, or the certificates are none.
    #[allow(clippy::expect_used, reason = "a test without its services must stop")]
    pub fn new(
        base: &str,
        authority: &str,
        agent: &str,
        identity: Option<String>,
        token: Option<&str>,
    ) -> Caller {
        let options = ClientOptions {
            extra_roots: vec![authority.as_bytes().to_vec()],
            only_extra_roots: true,
            identity: identity.map(String::into_bytes),
            user_agent: Some(agent.to_owned()),
            ..ClientOptions::default()
        };
        let client = Client::new(&options, &BTreeMap::new()).expect("a client");
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().expect("a runtime");
        let authorization = token.map(|token| format!("Bearer {token}"));
        Caller { runtime, client, base: base.to_owned(), authorization }
    }

    /// Sends a request; headers win over what the client would send itself.
    ///
    /// # Panics
    /// There is no answer.
    #[allow(clippy::panic, reason = "a test without its services must stop")]
    pub fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, String)>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let method = method.parse().unwrap_or_default();
        let mut request = Request::new(method, format!("{}{path}", self.base)).retry(Retry::never());
        let sent = |name: &str| headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        if !sent("accept") {
            request = request.header("Accept", "application/json");
        }
        if let Some(authorization) = self.authorization.as_ref().filter(|_| !sent("authorization")) {
            request = request.header("Authorization", authorization);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some((kind, text)) = body {
            request = request.body(kind, text.into_bytes());
        }
        let answer = self.runtime.block_on(self.client.send(&request, &Cancel::new()));
        let answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in &answer.headers {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            headers.entry(name.as_str().to_owned()).or_default().push(value);
        }
        Answer { status: answer.status, headers, text: answer.text() }
    }

    /// Sends JSON, or nothing.
    pub fn json(&self, method: &str, path: &str, body: Option<&Json>) -> Answer {
        self.call(method, path, body.map(|body| ("application/json", body.to_string())), &[])
    }
}
