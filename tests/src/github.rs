//! What the workflows ask of GitHub's API, on loopback: commit statuses, pull requests of a commit, comments.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

/// What was told so far.
#[derive(Debug, Default)]
pub struct Told {
    /// Statuses of commits, newest first: commit and body.
    pub statuses: Vec<(String, Value)>,
    /// Comments of pull requests: number and text.
    pub comments: Vec<(String, String)>,
    /// Requests that were not understood.
    pub refused: Vec<String>,
}

/// A server that serves until the process ends.
#[derive(Clone, Debug)]
pub struct Github {
    /// Where it listens, as `GITHUB_API_URL`.
    pub url: String,
    /// What was told.
    pub told: Arc<Mutex<Told>>,
    token: String,
    /// Branch that pull requests were merged into, merged commit, head of the pull request.
    merged: (String, String, String),
}

impl Github {
    /// Starts a server for one repository in which `head` was merged into `branch` as `commit`.
    ///
    /// # Errors
    /// No port is free.
    pub fn start(token: &str, branch: &str, commit: &str, head: &str) -> std::io::Result<Github> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let github = Github {
            url: format!("http://{}", listener.local_addr()?),
            told: Arc::default(),
            token: token.to_owned(),
            merged: (branch.to_owned(), commit.to_owned(), head.to_owned()),
        };
        let serving = github.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that went away is no failure of the test.
                let _gone = serving.serve(stream);
            }
        });
        Ok(github)
    }

    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut first = String::new();
        reader.read_line(&mut first)?;
        let (mut length, mut authorised) = (0, false);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let line = line.trim();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap_or(0),
                "authorization" => authorised = value == format!("Bearer {}", self.token),
                "expect" => stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let mut words = first.split_whitespace();
        let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let (status, answer) = match authorised {
            true => self.answer(method, path, &serde_json::from_slice(&body).unwrap_or(Value::Null)),
            false => ("401 Unauthorized", json!({ "message": "Bad credentials" })),
        };
        let text = answer.to_string();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
            text.len()
        )
    }

    fn answer(&self, method: &str, path: &str, body: &Value) -> (&'static str, Value) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let parts: Vec<&str> = path.trim_start_matches("/repos/acme/platform/").split('/').collect();
        let (branch, commit, head) = &self.merged;
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        match (method, parts.as_slice()) {
            ("POST", ["statuses", of]) if text("target_url").is_some_and(|url| url.len() < 4096) => {
                told.statuses.insert(0, ((*of).to_owned(), body.clone()));
                ("201 Created", body.clone())
            }
            ("POST", ["issues", number, "comments"]) if text("body").is_some() => {
                told.comments.push(((*number).to_owned(), text("body").unwrap_or_default()));
                ("201 Created", json!({}))
            }
            ("GET", ["commits", of, "pulls"]) if of == commit => {
                let pull = json!({ "number": 7, "base": { "ref": branch }, "merged_at": "2026-01-02T03:04:05Z", "head": { "sha": head } });
                ("200 OK", json!([pull]))
            }
            ("GET", ["commits", _, "pulls"]) => ("200 OK", json!([])),
            ("GET", ["commits", of, "status"]) => {
                let mine = told.statuses.iter().filter(|(commit, _)| commit == of).map(|(_, body)| body);
                ("200 OK", json!({ "statuses": mine.collect::<Vec<_>>() }))
            }
            _ => {
                told.refused.push(format!("{method} {path}"));
                ("404 Not Found", json!({ "message": "Not Found" }))
            }
        }
    }
}
