//! Runs the `run:` steps of a job of a GitHub workflow, in order, as a runner does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Why a job ended early: the step's name, and what it printed.
#[derive(Debug)]
pub struct Stopped {
    /// Name of the step.
    pub step: String,
    /// Its output.
    pub output: String,
}

/// A job with what it is run with.
#[derive(Debug)]
pub struct Job<'a> {
    /// The whole workflow.
    pub workflow: &'a Value,
    /// Name of the job in it.
    pub name: &'a str,
    /// Values of `${{ … }}`; others are a mistake of the workflow.
    pub expressions: &'a BTreeMap<String, String>,
    /// Variables that a runner has.
    pub env: &'a BTreeMap<String, String>,
    /// Where the repository is checked out.
    pub checkout: &'a Path,
}

impl Job<'_> {
    /// Runs all steps. Gives what they printed.
    ///
    /// # Errors
    /// The first step that fails, or an expression without a value.
    pub fn run(&self) -> Result<String, Stopped> {
        let job = at(self.workflow, &["jobs", self.name]);
        let mut printed = String::new();
        let mut path = self.env.get("PATH").cloned().unwrap_or_default();
        let files = self.runner_files();
        for step in at(job, &["steps"]).as_array().into_iter().flatten() {
            let name = at(step, &["name"]).as_str().unwrap_or("a step without a name");
            let Some(script) = at(step, &["run"]).as_str() else { continue };
            let stopped = |output: String| Stopped { step: name.to_owned(), output };
            let mut env = self.env.clone();
            for level in [self.workflow, job, step] {
                for (key, value) in at(level, &["env"]).as_object().into_iter().flatten() {
                    env.insert(
                        key.clone(),
                        self.filled(value.as_str().unwrap_or_default()).map_err(stopped)?,
                    );
                }
            }
            env.insert("PATH".to_owned(), path.clone());
            for (name, file) in ["GITHUB_PATH", "GITHUB_STEP_SUMMARY"].iter().zip(&files) {
                env.insert((*name).to_owned(), file.display().to_string());
            }
            let defaults = at(self.workflow, &["defaults", "run", "working-directory"]);
            let directory = at(step, &["working-directory"]).as_str().or(defaults.as_str()).unwrap_or(".");
            let directory = self.checkout.join(self.filled(directory).map_err(stopped)?);
            let (good, output) = shell(&self.filled(script).map_err(stopped)?, &directory, &env);
            printed.push_str(&output);
            if !good {
                return Err(stopped(output));
            }
            let added = std::fs::read_to_string(files.first().unwrap_or(&directory)).unwrap_or_default();
            let added: Vec<&str> = added.lines().rev().collect();
            path = added
                .iter()
                .copied()
                .chain([self.env.get("PATH").map_or("", |path| path)])
                .collect::<Vec<_>>()
                .join(":");
        }
        Ok(printed
            + &std::fs::read_to_string(files.last().map_or(Path::new(""), |file| file)).unwrap_or_default())
    }

    fn runner_files(&self) -> [PathBuf; 2] {
        ["path", "summary"].map(|name| {
            let file = self.checkout.with_extension(format!("{}.{name}", self.name));
            let _absent = std::fs::remove_file(&file);
            file
        })
    }

    /// A text with its expressions replaced.
    fn filled(&self, text: &str) -> Result<String, String> {
        let mut parts = text.split("${{");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once("}}").ok_or("an expression without an end")?;
            let name = expression.trim();
            let value =
                self.expressions.get(name).ok_or_else(|| format!("nobody gives a value to {name}"))?;
            out.push_str(value);
            out.push_str(rest);
        }
        Ok(out)
    }
}

/// A member of members; null where one is absent.
fn at<'v>(value: &'v Value, path: &[&str]) -> &'v Value {
    path.iter().fold(value, |value, name| value.get(name).unwrap_or(&Value::Null))
}

/// As a runner calls it for `shell: bash`.
fn shell(script: &str, directory: &Path, env: &BTreeMap<String, String>) -> (bool, String) {
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(directory);
    command.env_clear().envs(env).stdin(Stdio::null());
    match command.output() {
        Ok(output) => {
            let text = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            (output.status.success(), text)
        }
        Err(error) => (false, format!("bash in {}: {error}", directory.display())),
    }
}
