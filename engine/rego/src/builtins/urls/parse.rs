//! `url.Parse` of Go's `net/url`.

use ordain_gostd::{bytes, escape};

/// The parts of an address, unescaped unless said otherwise; absent ones are empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) scheme: String,
    pub(super) hostname: String,
    pub(super) port: String,
    pub(super) path: String,
    /// The path as written.
    written_path: String,
    /// As written.
    pub(super) query: String,
    pub(super) fragment: String,
}

impl Url {
    /// The path as written where that is not the usual way of writing it, else the path itself.
    pub(super) fn raw_path(&self) -> String {
        let usual = escape::percent(&self.path, "-_.~$&+,/:;=@") == self.written_path;
        if usual { self.path.clone() } else { self.written_path.clone() }
    }

    /// The path, escaped as it was written if that was well done.
    pub(super) fn escaped_path(&self) -> String {
        let fine = |c: char| c.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:@[]/%".contains(c);
        if self.written_path.chars().all(fine) {
            return self.written_path.clone();
        }
        escape::percent(&self.path, "-_.~$&+,/:;=@")
    }
}

/// Parses an address; the error is Go's text.
pub(super) fn parse(text: &str) -> Result<Url, String> {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    if text.bytes().any(|b| b < b' ' || b == 0x7f) {
        return Err("net/url: invalid control character in URL".into());
    }
    let mut url = Url { fragment: unescaped(fragment)?, ..Url::default() };
    if text == "*" {
        url.path = "*".into();
        url.written_path = "*".into();
        return Ok(url);
    }
    let (scheme, rest) = split_scheme(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, query),
        None => (rest, ""),
    };
    url.query = query.to_owned();
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            // What follows the scheme is opaque.
            return Ok(url);
        }
        if rest.split('/').next().is_some_and(|first| first.contains(':')) {
            return Err("first path segment in URL cannot contain colon".into());
        }
    }
    let mut path = rest;
    let authority = rest.strip_prefix("//").filter(|_| !url.scheme.is_empty() || !rest.starts_with("///"));
    if let Some(after) = authority {
        let end = after.find('/').unwrap_or(after.len());
        let (host, tail) = after.split_at(end);
        (url.hostname, url.port) = split_authority(host)?;
        path = tail;
    }
    url.path = unescaped(path)?;
    url.written_path = path.to_owned();
    Ok(url)
}

/// The scheme, and what follows its colon.
fn split_scheme(text: &str) -> Result<(&str, &str), String> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return Err("missing protocol scheme".into()),
            ':' => return Ok((text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default())),
            _ => break,
        }
    }
    Ok(("", text))
}

/// Host and port; who asks is dropped.
fn split_authority(text: &str) -> Result<(String, String), String> {
    let host = match text.rsplit_once('@') {
        Some((user, host)) => {
            let fine = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
            if !user.chars().all(fine) {
                return Err("net/url: invalid userinfo".into());
            }
            unescaped(user)?;
            host
        }
        None => text,
    };
    let (name, port) = if let Some(inner) = host.strip_prefix('[') {
        let Some((name, port)) = inner.split_once(']') else { return Err("missing ']' in host".into()) };
        (name, port)
    } else {
        let at = host.rfind(':').unwrap_or(host.len());
        host.split_at(at)
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    if (!port.is_empty() && !port.starts_with(':')) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("invalid port {} after host", ordain_gostd::quote(port)));
    }
    let wrong = name
        .chars()
        .find(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !"-_.~!$&'()*+,;=:[]<>\"%".contains(*c));
    if let Some(c) = wrong {
        return Err(format!("invalid character {} in host name", ordain_gostd::quote(&c.to_string())));
    }
    Ok((host_unescaped(name)?, digits.to_owned()))
}

/// In a host only bytes that are no ASCII may be percent-encoded (and `%25` before a zone).
fn host_unescaped(name: &str) -> Result<String, String> {
    let mut rest = name;
    while let Some(at) = rest.find('%') {
        let escape = rest.get(at..at + 3).unwrap_or_default();
        let high =
            escape.as_bytes().get(1).is_some_and(|b| matches!(b, b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F'));
        if !high && escape != "%25" {
            return Err(format!("invalid URL escape {}", ordain_gostd::quote(escape)));
        }
        rest = rest.get(at + 3..).unwrap_or_default();
    }
    unescaped(name)
}

fn unescaped(text: &str) -> Result<String, String> {
    escape::unpercent(text)
        .map(|text| bytes::to_text(&bytes::to_bytes(&text)))
        .ok_or_else(|| super::bad_escape(text))
}
