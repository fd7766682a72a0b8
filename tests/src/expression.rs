//! A recorded expression, and how it is run.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// Files of a case.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Files {
    /// Path to text.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Path to base64 of the bytes.
    #[serde(default)]
    pub files_b64: BTreeMap<String, String>,
}

/// One line of the corpus.
#[derive(Clone, Debug, Deserialize)]
pub struct Expression {
    /// Stable name.
    pub id: String,
    /// The line that is sent.
    pub expr: String,
    /// Further arguments of `console`.
    #[serde(default)]
    pub args: Vec<String>,
    /// Files of its own.
    #[serde(flatten)]
    pub own: Files,
    /// Files that it shares.
    #[serde(default)]
    pub fixture: Option<String>,
    /// What is printed, for a value.
    #[serde(default)]
    pub expected_console: String,
    /// Whether it is an error.
    #[serde(default)]
    pub error: bool,
}

/// All cases of a directory with `cases.jsonl`, `found.jsonl` and `fixtures.json`, the shared files filled in.
///
/// # Panics
/// The files are not there or not readable: a test cannot go on without them.
#[allow(clippy::expect_used, reason = "a test run without its corpus must stop")]
pub fn read_all(directory: &Path) -> Vec<Expression> {
    let text = |name: &str| std::fs::read_to_string(directory.join(name)).expect(name);
    let fixtures: BTreeMap<String, Files> =
        serde_json::from_str(&text("fixtures.json")).expect("fixtures.json");
    let cases = text("cases.jsonl") + &text("found.jsonl");
    let cases = cases.lines().map(|line| serde_json::from_str::<Expression>(line).expect("a case"));
    cases
        .map(|mut case| {
            if let Some(shared) = case.fixture.as_ref().and_then(|name| fixtures.get(name)) {
                case.own = shared.clone();
            }
            case
        })
        .collect()
}

impl Expression {
    /// Runs the case; an error says what is not as recorded.
    ///
    /// # Errors
    /// What came instead, or why nothing came.
    pub fn run(&self) -> Result<(), String> {
        let scratch = scratch();
        let result = self.run_in(&scratch);
        let _gone = std::fs::remove_dir_all(&scratch);
        result
    }

    fn run_in(&self, scratch: &Path) -> Result<(), String> {
        self.write_files(scratch).map_err(|error| error.to_string())?;
        let mut child = Command::new(crate::binary::ordain())
            .arg("console")
            .args(&self.args)
            .current_dir(scratch)
            .env_clear()
            .envs([("HOME", "/home/user"), ("LC_ALL", "C.UTF-8"), ("PATH", "/usr/local/bin:/usr/bin:/bin")])
            .env("TF_CLI_CONFIG_FILE", "/dev/null")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        if let Some(mut pipe) = child.stdin.take() {
            // A program that ends early closes its end; the exit status tells.
            let _closed = writeln!(pipe, "{}", self.expr);
        }
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let fine = if self.error {
            output.status.code() == Some(1) && (stderr.contains("Error: ") || stdout.contains("Error: "))
        } else {
            output.status.code() == Some(0) && stdout == self.expected_console
        };
        if fine {
            return Ok(());
        }
        let wanted = if self.error { "an error".to_owned() } else { format!("{:?}", self.expected_console) };
        Err(format!(
            "{}\n  wanted {wanted}\n  got    {stdout:?}, exit {:?}\n  {}",
            self.expr,
            output.status.code(),
            stderr.trim().replace('\n', "\n  ")
        ))
    }

    fn write_files(&self, scratch: &Path) -> std::io::Result<()> {
        for (path, text) in &self.own.files {
            write_file(&scratch.join(path), text.as_bytes())?;
        }
        for (path, text) in &self.own.files_b64 {
            write_file(&scratch.join(path), &STANDARD.decode(text).map_err(std::io::Error::other)?)?;
        }
        Ok(())
    }
}

fn write_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, bytes)
}

/// A new empty directory.
pub(crate) fn scratch() -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("ordain-expression-{}-{number}", std::process::id()));
    let _absent = std::fs::remove_dir_all(&path);
    let _exists = std::fs::create_dir_all(&path);
    path
}
