//! Packages from git repositories, by the `git` program.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::PackageAddress;
use crate::place::beside_as;

/// Clones a repository into a directory that is not there yet and takes its `.git` away.
///
/// Parameters: `ref` (branch, tag or commit), `depth`, `sshkey` (a private key in base64). Submodules come along.
///
/// # Errors
/// What git says; a sentence without a full stop.
pub(crate) async fn clone(address: &PackageAddress, to: &Path) -> Result<(), String> {
    let reference = address.parameter("ref").filter(|text| !text.is_empty());
    if reference.is_some_and(|text| text.starts_with('-')) {
        return Err("a reference cannot begin with a dash".to_owned());
    }
    let depth = match address.parameter("depth") {
        Some(text) => text.parse::<u32>().map_err(|_| format!("the depth {text:?} is no number"))?,
        None => 0,
    };
    let key = match address.parameter("sshkey") {
        Some(text) => Some(Key::write(text, to)?),
        None => None,
    };
    checked_out(address.url.as_str(), reference, depth, to, key.as_ref()).await?;
    if to.join(".gitmodules").exists() {
        let words = ["submodule", "update", "--init", "--recursive", "--quiet"];
        run(&words, Some(to), key.as_ref()).await?;
    }
    let git = to.join(".git");
    std::fs::remove_dir_all(&git).map_err(|error| format!("{} cannot be removed: {error}", git.display()))
}

/// A clone with what is asked for checked out.
async fn checked_out(
    url: &str,
    reference: Option<&str>,
    depth: u32,
    to: &Path,
    key: Option<&Key>,
) -> Result<(), String> {
    let place = to.to_string_lossy();
    let depth_text = depth.to_string();
    let target = ["--", url, &place];
    // No hooks are to run, so none are copied; history that leads elsewhere is of no use.
    let mut words = vec!["clone", "--quiet", "--template=", "--single-branch"];
    if depth > 0 {
        words.extend(["--depth", &depth_text]);
    }
    let Some(reference) = reference else { return run(&[&words[..], &target].concat(), None, key).await };
    words.extend(["--branch", reference]);
    let named = run(&[&words[..], &target].concat(), None, key).await;
    if named.is_ok() || depth > 0 {
        return named;
    }
    // Neither a branch nor a tag: a commit, which may be anywhere in the history.
    let _gone = std::fs::remove_dir_all(to);
    run(&[&["clone", "--quiet", "--template="], &target[..]].concat(), None, key).await?;
    run(&["checkout", "--quiet", reference], Some(to), key).await
}

/// A private key on disk, gone when it is dropped.
struct Key(PathBuf);

impl Key {
    fn write(text: &str, beside: &Path) -> Result<Self, String> {
        let bytes = STANDARD.decode(text).map_err(|_| "the parameter sshkey is not base64".to_owned())?;
        let failed = |error: std::io::Error| format!("the private key cannot be written: {error}");
        let path = beside_as(beside, "key").map_err(failed)?;
        let _gone = std::fs::remove_file(&path);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let key = Self(path);
        let mut file = options.open(&key.0).map_err(failed)?;
        std::io::Write::write_all(&mut file, &bytes).map_err(failed)?;
        Ok(key)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.0);
    }
}

async fn run(words: &[&str], at: Option<&Path>, key: Option<&Key>) -> Result<(), String> {
    let mut command = tokio::process::Command::new("git");
    // Nobody is there to answer; and a configuration must not choose how programs are run (`ext::`).
    command.env("GIT_TERMINAL_PROMPT", "0").args(words).stdin(Stdio::null()).kill_on_drop(true);
    if std::env::var_os("GIT_ALLOW_PROTOCOL").is_none() {
        command.env("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh");
    }
    if let Some(key) = key {
        command.env("GIT_SSH_COMMAND", with_key(std::env::var("GIT_SSH_COMMAND").ok().as_deref(), &key.0));
    }
    if let Some(at) = at {
        command.current_dir(at);
    }
    let output = command.output().await.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "git must be available and on the PATH".to_owned(),
        _ => format!("git cannot be run: {error}"),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let code = output.status.code().map_or_else(|| "a signal".to_owned(), |code| code.to_string());
    let words = String::from_utf8_lossy(&output.stderr);
    Err(format!("git exited with {code}: {}", words.trim().trim_end_matches('.')))
}

/// How ssh is started with a key: as the user has it started, with the key besides.
fn with_key(own: Option<&str>, key: &Path) -> String {
    let own = own.filter(|own| !own.trim().is_empty()).unwrap_or("ssh -o IdentitiesOnly=yes");
    format!("{own} -i '{}'", key.display())
}
