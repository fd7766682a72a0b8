//! How far a download is, for those who watch.

use std::time::{Duration, Instant};

use ordain_http::safe_url;

/// How often a download is told about; what takes less is not told about at all.
const EVERY: Duration = Duration::from_millis(200);

/// How far a download is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Name of the file.
    pub name: String,
    /// Bytes that are here.
    pub have: u64,
    /// Bytes that there are, where the server says so.
    pub total: Option<u64>,
    /// Nothing more will come, whether it is whole or not.
    pub over: bool,
}

/// Who is told of downloads.
pub(crate) type Told<'t> = &'t (dyn Fn(Transfer) + Sync);

/// Tells of one download, now and then.
pub(crate) struct Meter<'t> {
    told: Told<'t>,
    name: String,
    last: Instant,
    spoke: bool,
    /// Bytes that there are, once that is known.
    pub(crate) total: Option<u64>,
}

impl<'t> Meter<'t> {
    pub(crate) fn new(url: &str, told: Told<'t>) -> Self {
        Self { told, name: file_name(url), last: Instant::now(), spoke: false, total: None }
    }

    pub(crate) fn at(&mut self, have: u64) {
        if self.last.elapsed() >= EVERY {
            self.last = Instant::now();
            self.spoke = true;
            (self.told)(Transfer { name: self.name.clone(), have, total: self.total, over: false });
        }
    }
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        if self.spoke {
            (self.told)(Transfer { name: self.name.clone(), have: 0, total: None, over: true });
        }
    }
}

/// The last part of a path; digests, which say nothing to people, are cut.
fn file_name(url: &str) -> String {
    let shown = safe_url(url);
    let path = shown.split(['?', '#']).next().unwrap_or_default();
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    match name.split_once(':') {
        Some((kind, digest)) => format!("{kind}:{}", digest.chars().take(12).collect::<String>()),
        None => name.to_owned(),
    }
}

#[cfg(test)]
#[path = "transfer_tests.rs"]
mod tests;
