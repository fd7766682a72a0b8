//! Files of policies and documents, as `--data` names them.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ordain_policy::{FileKind, SourceFile};

use crate::Workdir;

/// Bytes of stack for evaluating policies: nested text is refused at a fixed depth, for which this is enough in
/// unoptimised builds too.
const STACK: usize = 512 << 20;

/// The files that a path names: one file, or all of a directory and below, in the order of their names.
///
/// # Errors
/// What cannot be read, in the words of the tools that users know.
pub fn read(workdir: &Workdir, given: &str) -> Result<Vec<SourceFile>, String> {
    let path = workdir.path(given);
    let meta = std::fs::metadata(&path).map_err(|error| format!("stat {given}: {}", reason(&error)))?;
    let mut out = Vec::new();
    if given.ends_with(".tar.gz") {
        for (name, text) in archive(&path).map_err(|error| format!("{given}: {}", reason(&error)))? {
            let below = name.split('/').map(str::to_owned).collect::<Vec<_>>();
            let below = below.split_last().map(|(_, below)| below.to_vec()).unwrap_or_default();
            if name != ".manifest" {
                out.push(SourceFile { path: format!("{given}/{name}"), below, text });
            }
        }
    } else if meta.is_dir() {
        let mut walk = Walk { below: Vec::new(), above: Vec::new(), seen: 0, out };
        walk.directory(&path, given.trim_end_matches('/'))?;
        out = walk.out;
    } else {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{given}: {}", reason(&error)))?;
        out.push(SourceFile { path: given.to_owned(), below: Vec::new(), text });
    }
    Ok(out)
}

/// Most directories that are looked into for one path.
const MOST_DIRECTORIES: usize = 65_536;

/// A walk through a directory, links included.
struct Walk {
    /// Names of the directories that led here.
    below: Vec<String>,
    /// The same directories as the system knows them, so that a link back to one of them is found.
    above: Vec<PathBuf>,
    seen: usize,
    out: Vec<SourceFile>,
}

impl Walk {
    fn directory(&mut self, at: &Path, shown: &str) -> Result<(), String> {
        let failed = |error: io::Error| format!("{shown}: {}", reason(&error));
        let real = at.canonicalize().map_err(failed)?;
        if self.above.contains(&real) {
            return Err(format!("{shown}: this link leads back to a directory that it is in; take it away"));
        }
        self.seen += 1;
        if self.seen > MOST_DIRECTORIES {
            return Err(format!(
                "{shown}: there are more than {MOST_DIRECTORIES} directories, links included"
            ));
        }
        let entries = std::fs::read_dir(at).map_err(failed)?;
        let mut names: Vec<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        self.above.push(real);
        for name in names {
            self.entry(&at.join(&name), format!("{shown}/{name}"), name)?;
        }
        self.above.pop();
        Ok(())
    }

    fn entry(&mut self, path: &Path, shown: String, name: String) -> Result<(), String> {
        if path.is_dir() {
            self.below.push(name);
            self.directory(path, &shown)?;
            self.below.pop();
        } else if FileKind::of(&name).is_some() {
            let text =
                std::fs::read_to_string(path).map_err(|error| format!("{shown}: {}", reason(&error)))?;
            self.out.push(SourceFile { path: shown, below: self.below.clone(), text });
        }
        Ok(())
    }
}

/// An error of the system in the words of other tools.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        _ => error.to_string(),
    }
}

/// Runs `work` where deeply nested policies have room; `None` if the system gives no thread for it.
pub fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()?;
        thread.join().ok()
    })
}

/// Most bytes of all files of a bundle.
const LARGEST: u64 = 256 << 20;

/// Whether a file of this path is one of policies or data.
pub(crate) fn is_wanted(path: &str) -> bool {
    path == ".manifest" || FileKind::of(path).is_some()
}

/// The files of a bundle, as `opa build` writes it.
///
/// # Errors
/// It cannot be read, or unpacks to too much.
pub(crate) fn archive(path: &Path) -> io::Result<BTreeMap<String, String>> {
    let file = io::BufReader::new(std::fs::File::open(path)?);
    let unpacked = flate2::read::GzDecoder::new(file).take(LARGEST + 1);
    let mut archive = tar::Archive::new(unpacked);
    let (mut out, mut bytes) = (BTreeMap::new(), 0);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().replace('\\', "/");
        let name = name.trim_start_matches("./").trim_start_matches('/').to_owned();
        bytes += entry.size();
        if bytes > LARGEST {
            return Err(io::Error::other(format!("it unpacks to more than {LARGEST} bytes")));
        }
        if entry.header().entry_type().is_file() && is_wanted(&name) {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            out.insert(name, text);
        }
    }
    Ok(out)
}

/// The text of a file.
///
/// # Errors
/// It cannot be read.
pub fn text(workdir: &Workdir, given: &str) -> Result<String, String> {
    std::fs::read_to_string(workdir.path(given)).map_err(|error| format!("{given}: {}", reason(&error)))
}

#[cfg(test)]
#[path = "policy_sources_tests.rs"]
mod tests;
