//! Source addresses of remote modules, brought to the form that module manifests keep.

use std::fmt;

use url::Url;

/// How a package is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Getter {
    /// With the `git` program.
    Git,
    /// An archive, or a document that says where one is, over HTTP.
    Http,
    /// A directory or archive of this machine.
    File,
    /// An archive in a bucket of S3.
    S3,
    /// An archive in a bucket of Google Cloud Storage.
    Gcs,
    /// A package in an OCI registry.
    Oci,
    /// Something that cannot be fetched; the name of it.
    Other,
}

/// A package and a directory in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageAddress {
    /// How.
    pub getter: Getter,
    /// Prefix that was forced, such as `git` or `s3`; empty when the URL alone decides.
    pub forced: String,
    /// URL without the directory and without the parameters that only say how to fetch.
    pub url: String,
    /// Parameters in their order.
    pub query: Vec<(String, String)>,
    /// Directory in the package; empty for its top.
    pub subdir: String,
}

/// Splits `package//directory?query` into package with query and directory.
fn split_subdir(text: &str) -> (String, String) {
    let start = text.find("://").map_or(0, |at| at + 3);
    let tail = text.get(start..).unwrap_or_default();
    let Some(at) = tail.find("//").map(|at| at + start) else { return (text.to_owned(), String::new()) };
    let (package, rest) = (text.get(..at).unwrap_or_default(), text.get(at + 2..).unwrap_or_default());
    match rest.split_once('?') {
        Some((subdir, query)) => (format!("{package}?{query}"), subdir.to_owned()),
        None => (package.to_owned(), rest.to_owned()),
    }
}

/// A directory in a package, normalised.
///
/// # Errors
/// It would lead outside.
pub(crate) fn inner_directory(text: &str) -> Result<String, String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Err(format!("subdirectory path {text:?} leads outside of the module package"));
                }
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// `git@host:path` as a URL.
fn scp_style(text: &str) -> Option<String> {
    if text.contains("://") {
        return None;
    }
    let (user_host, path) = text.split_once(':')?;
    let (user, host) = user_host.split_once('@')?;
    let fits = !user.is_empty() && !host.is_empty() && !user_host.contains('/');
    fits.then(|| format!("ssh://{user_host}/{}", path.trim_start_matches('/')))
}

/// The repository that `github.com/owner/name/…` means, and what is left of the path.
fn shorthand(text: &str) -> Option<String> {
    let host = ["github.com/", "bitbucket.org/"].into_iter().find(|host| text.starts_with(host))?;
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    let mut parts = path.strip_prefix(host)?.splitn(3, '/');
    let (owner, name) = (parts.next()?, parts.next()?);
    if parts.next().is_some() || owner.is_empty() || name.is_empty() {
        return None;
    }
    let end = if name.ends_with(".git") { "" } else { ".git" };
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("https://{host}{owner}/{name}{end}{query}"))
}

/// The bucket that an address without a scheme names by its host.
fn bucket(text: &str) -> Option<(&'static str, String)> {
    if text.contains("://") {
        return None;
    }
    let (host, path) = text.split_once('/')?;
    if host == "www.googleapis.com" && path.starts_with("storage/v1/") {
        return Some(("gcs", format!("https://{text}")));
    }
    let labels: Vec<&str> = host.strip_suffix(".amazonaws.com")?.split('.').collect();
    match labels.as_slice() {
        [service] if service.starts_with("s3") => Some(("s3", format!("https://{text}"))),
        // The bucket stands in the host's name: it is kept where addresses with a scheme have it.
        [bucket, service] if service.starts_with("s3") => {
            Some(("s3", format!("https://{service}.amazonaws.com/{bucket}/{path}")))
        }
        [bucket, "s3", region] => Some(("s3", format!("https://s3.{region}.amazonaws.com/{bucket}/{path}"))),
        _ => None,
    }
}

impl PackageAddress {
    /// Reads a source address that is neither local nor of a registry.
    ///
    /// # Errors
    /// It has no form that is known; a sentence without a full stop.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (forced, rest) = match text.split_once("::") {
            Some((forced, rest)) if forced.chars().all(|c| c.is_ascii_alphanumeric()) => {
                (forced.to_owned(), rest)
            }
            _ => (String::new(), text),
        };
        let (package, subdir) = split_subdir(rest);
        let subdir = inner_directory(&subdir)?;
        let (forced, package) = Self::detect(forced, package);
        let url = Url::parse(&package).map_err(|error| format!("{package:?} is no URL: {error}"))?;
        let query: Vec<(String, String)> =
            url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let mut bare = url.clone();
        bare.set_query(None);
        let getter = match (forced.as_str(), url.scheme()) {
            ("git", _) => Getter::Git,
            ("", "http" | "https") | ("http" | "https", _) => Getter::Http,
            ("" | "file", "file") => Getter::File,
            ("", "ssh" | "git") => Getter::Git,
            ("s3", "http" | "https") => Getter::S3,
            ("gcs", "http" | "https") => Getter::Gcs,
            ("", "oci") => Getter::Oci,
            _ => Getter::Other,
        };
        Ok(Self { getter, forced, url: bare.to_string(), query, subdir })
    }

    /// Fills in what short forms leave out.
    fn detect(forced: String, package: String) -> (String, String) {
        if let Some(url) = shorthand(&package) {
            return ("git".to_owned(), url);
        }
        if let Some(url) = scp_style(&package) {
            return (if forced.is_empty() { "git".to_owned() } else { forced }, url);
        }
        if let Some((forced, url)) = bucket(&package) {
            return (forced.to_owned(), url);
        }
        if package.starts_with('/') {
            return (forced, format!("file://{package}"));
        }
        (forced, package)
    }

    /// A parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    fn text(&self, with_subdir: bool) -> String {
        let mut text = if self.forced.is_empty() { String::new() } else { format!("{}::", self.forced) };
        text.push_str(&self.url);
        if with_subdir && !self.subdir.is_empty() {
            text.push_str(&format!("//{}", self.subdir));
        }
        for (at, (name, value)) in self.query.iter().enumerate() {
            text.push_str(&format!("{}{name}={value}", if at == 0 { "?" } else { "&" }));
        }
        text
    }

    /// The package without the directory, as messages show it; nothing secret in it.
    pub fn package(&self) -> String {
        let text = self.text(false);
        let (prefix, url) = text.split_once("::").map_or(("", text.as_str()), |(prefix, url)| (prefix, url));
        let url = hide_secrets(url);
        if prefix.is_empty() { url } else { format!("{prefix}::{url}") }
    }

    /// What tells this package from others; with everything that is in it, so not to be shown.
    pub(crate) fn identity(&self) -> String {
        self.text(false)
    }
}

/// Parameters that nobody may see.
const SECRETS: [&str; 3] = ["sshkey", "aws_access_key_secret", "aws_access_token"];

/// A URL without a password and without private keys.
fn hide_secrets(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return text.to_owned() };
    if url.password().is_some() {
        let _unchanged = url.set_password(Some("redacted"));
    }
    match url.query_pairs().any(|(name, _)| SECRETS.contains(&&*name)) {
        true => {
            let pairs: Vec<String> = url
                .query_pairs()
                .map(|(name, value)| {
                    if SECRETS.contains(&&*name) {
                        format!("{name}=redacted")
                    } else {
                        format!("{name}={value}")
                    }
                })
                .collect();
            url.set_query(Some(&pairs.join("&")));
            url.to_string()
        }
        false => url.to_string(),
    }
}

/// The source address as module manifests keep it.
impl fmt::Display for PackageAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text(true))
    }
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
