//! Source addresses of modules: local paths, registries, and everything else.

use std::sync::Arc;

use crate::blocks::ModuleSource;

/// Hosts whose paths look like registry addresses but are repositories.
const REPOSITORY_HOSTS: &[&str] = &["github.com", "bitbucket.org", "gitlab.com", "gitlab.org"];

impl ModuleSource {
    /// Reads a source address; `None` when it is none of the known forms.
    pub fn parse(text: &str) -> Option<ModuleSource> {
        let owned: Arc<str> = text.into();
        if is_local(text) {
            return Some(ModuleSource::Local(owned));
        }
        if is_registry(text) {
            return Some(ModuleSource::Registry(owned));
        }
        is_remote(text).then_some(ModuleSource::Remote(owned))
    }
}

fn is_local(text: &str) -> bool {
    matches!(text, "." | "..") || ["./", "../", ".\\", "..\\"].iter().any(|start| text.starts_with(start))
}

fn is_registry(text: &str) -> bool {
    let package = text.split_once("//").map_or(text, |(package, _)| package);
    let parts: Vec<&str> = package.split('/').collect();
    let (host, names) = match parts.as_slice() {
        [host, names @ ..] if names.len() == 3 => (Some(*host), names),
        names if names.len() == 3 => (None, names),
        _ => return false,
    };
    let host_fits = host
        .is_none_or(|host| host.contains('.') && !host.contains(':') && !REPOSITORY_HOSTS.contains(&host));
    let name_fits = |name: &&str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    host_fits && names.iter().all(name_fits)
}

fn is_remote(text: &str) -> bool {
    let hosts = ["github.com/", "bitbucket.org/", "gitlab.com/"];
    text.contains("::")
        || text.contains("://")
        || text.starts_with('/')
        || text.starts_with("git@")
        || hosts.iter().any(|host| text.starts_with(host))
        || [".amazonaws.com/", ".googleapis.com/"].iter().any(|host| text.contains(host))
}

/// Joins a directory and a relative path and takes out `.` and `..` where possible. The result is `.` for
/// the directory that paths are relative to.
pub fn join_path(directory: &str, relative: &str) -> String {
    let absolute = if relative.starts_with('/') { relative } else { directory };
    let mut parts: Vec<&str> = Vec::new();
    let both = [directory, relative];
    let used = if relative.starts_with('/') { both.get(1..) } else { both.get(..) };
    for part in used.unwrap_or_default().iter().flat_map(|path| path.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute.starts_with('/') => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (absolute.starts_with('/'), joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

#[cfg(test)]
#[path = "module_source_tests.rs"]
mod tests;
