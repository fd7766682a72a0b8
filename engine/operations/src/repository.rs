//! The repository around a working directory: its top, the commit, who is at work.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ordain_diag::{Diagnostic, Diagnostics, codes};

use crate::Workdir;

/// The repository around a working directory.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Its top: the nearest directory upwards with `ordain.hcl` or `.git`; the working directory itself when
    /// there is none.
    pub top: PathBuf,
    /// The working directory relative to the top, with `/` between parts; `.` for the top itself.
    pub directory: String,
    /// Commit of the configuration, where it can be known.
    pub commit: Option<String>,
    /// Who is at work, as `allowed_signers` would name them, where it can be known.
    pub actor: Option<String>,
}

impl Repository {
    /// Looks around a working directory.
    pub fn around(workdir: &Workdir) -> Repository {
        let is_top = |dir: &&Path| dir.join("ordain.hcl").is_file() || dir.join(".git").exists();
        // The real place: `-chdir=../production` and links must not pass for where they begin.
        let dir = std::fs::canonicalize(&workdir.dir).unwrap_or_else(|_| workdir.dir.clone());
        let top = dir.ancestors().find(is_top).unwrap_or(&dir).to_path_buf();
        let relative = dir.strip_prefix(&top).unwrap_or(Path::new(""));
        let parts: Vec<String> =
            relative.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        let directory = if parts.is_empty() { ".".to_owned() } else { parts.join("/") };
        let has_git = top.join(".git").exists();
        let commit = variable(workdir, &["ORDAIN_COMMIT", "GITHUB_SHA"])
            .or_else(|| has_git.then(|| git(workdir, &["rev-parse", "HEAD"])).flatten());
        let actor = variable(workdir, &["ORDAIN_ACTOR", "GITHUB_ACTOR"])
            .or_else(|| has_git.then(|| git(workdir, &["config", "user.email"])).flatten());
        Repository { top, directory, commit, actor }
    }

    /// Text of a file at the top; `None` when there is no such file.
    ///
    /// # Errors
    /// It is there but cannot be read.
    pub fn text(&self, name: &str) -> Result<Option<String>, Diagnostic> {
        let path = self.top.join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                let detail = format!("{} cannot be read: {error}.", path.display());
                Err(Diagnostic::error(codes::cli::IO, "Failed to read file", detail))
            }
        }
    }
}

fn variable(workdir: &Workdir, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| workdir.env.get(*name)).filter(|text| !text.is_empty()).cloned()
}

/// What git says, if there is a git that says anything.
fn git(workdir: &Workdir, args: &[&str]) -> Option<String> {
    let output = std::process::Command::new("git")
        .args(args)
        .current_dir(&workdir.dir)
        .stdin(std::process::Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// Those of the words that begin the type of no block in any configuration of the repository, installed modules
/// included. None where there is no configuration to look into.
#[must_use]
pub fn unmentioned(repository: &Repository, words: BTreeSet<String>) -> BTreeSet<String> {
    let mut left = words;
    let mut seen = false;
    let mut pending = vec![repository.top.clone()];
    while let Some(at) = pending.pop() {
        let Ok(entries) = std::fs::read_dir(&at) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // Links are not followed: they may lead back up.
            let Ok(kind) = entry.file_type() else { continue };
            let skipped = matches!(name.as_str(), ".git" | "node_modules" | "target")
                || (name == "providers" && at.ends_with(".terraform"));
            if kind.is_dir() && !skipped {
                pending.push(entry.path());
            } else if kind.is_file() && [".tf", ".tf.json"].iter().any(|end| name.ends_with(end)) {
                let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
                seen = true;
                left.retain(|word| !text.contains(&format!("\"{word}_")));
            }
        }
    }
    if seen { left } else { BTreeSet::new() }
}

/// Texts of all policies and their data below a directory or in a bundle (`.tar.gz`), by path relative to it.
///
/// Findings: the directory or a file in it cannot be read.
pub fn policy_files(directory: &Path) -> (BTreeMap<String, String>, Diagnostics) {
    let mut found = Diagnostics::new();
    if directory.is_file() {
        return match crate::policy_sources::archive(directory) {
            Ok(files) => (files, found),
            Err(error) => {
                found.push(unreadable(directory, &error));
                (BTreeMap::new(), found)
            }
        };
    }
    let mut files = BTreeMap::new();
    let mut pending = vec![(directory.to_path_buf(), String::new())];
    while let Some((at, prefix)) = pending.pop() {
        let entries = match std::fs::read_dir(&at) {
            Ok(entries) => entries,
            Err(error) => {
                found.push(unreadable(&at, &error));
                continue;
            }
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.path().is_dir() {
                pending.push((entry.path(), format!("{path}/")));
            } else if crate::policy_sources::is_wanted(&path) {
                match std::fs::read(entry.path()) {
                    Ok(bytes) => match String::from_utf8(bytes) {
                        Ok(text) => {
                            files.insert(path, text);
                        }
                        Err(error) => found.push(not_utf8(&entry.path(), &error)),
                    },
                    Err(error) => found.push(unreadable(&entry.path(), &error)),
                }
            }
        }
    }
    (files, found)
}

fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> Diagnostic {
    let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
    let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
    let detail =
        format!("{} holds bytes on line {line} that are no UTF-8; save it as UTF-8.", path.display());
    Diagnostic::error(codes::policy::POLICY_LOAD, "Policies cannot be read", detail)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    let detail = format!("{} cannot be read: {error}.", path.display());
    Diagnostic::error(codes::policy::POLICY_LOAD, "Policies cannot be read", detail)
}

#[cfg(test)]
#[path = "repository_tests.rs"]
mod tests;
