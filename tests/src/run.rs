//! Runs a case in a scratch directory and says what is not as the case wants it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::case::{Case, Step};
use crate::normal;
use crate::recorded::azure;
use crate::sandbox::Sandbox;

/// What one command did.
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs all steps; gives complaints, none when all is well. `bless`: golden files are rewritten.
pub fn run(directory: &Path, case: &Case, bless: bool) -> Vec<String> {
    let scratch = Scratch::new(directory);
    let flags: Vec<&str> = case.sandbox_flags.iter().map(String::as_str).collect();
    let sandbox = case.sandbox.then(|| Sandbox::start_with(&scratch.path, &flags));
    let services = sandbox.as_ref().map(|sandbox| sandbox.env.clone()).unwrap_or_default();
    let at = case.dir.as_ref().map_or_else(|| scratch.path.clone(), |dir| scratch.path.join(dir));
    let mut complaints = Vec::new();
    let mut applied = false;
    for (number, step) in case.step.iter().enumerate() {
        if let Err(error) = change_files(&at, step) {
            complaints.push(format!("step {}: {error}", number + 1));
        }
        if !step.azure.is_empty()
            && let Err(error) = azure::change(&services, &step.azure)
        {
            complaints.push(format!("step {}: {error}", number + 1));
        }
        let Some(line) = &step.run else { continue };
        let outcome = command(line, &at, &[&services, &case.env, &step.env], &step.stdin);
        let found = check(directory, step, &outcome, bless);
        if !found.is_empty() {
            complaints.push(format!(
                "step {}: {line}\n  {}\n--- stdout\n{}--- stderr\n{}---",
                number + 1,
                found.join("\n  "),
                outcome.stdout,
                outcome.stderr
            ));
            return complaints;
        }
        let changes_things = ["ordain apply", "ordain destroy"].iter().any(|start| line.starts_with(start));
        applied = if changes_things { outcome.code == Some(0) } else { applied };
    }
    if applied && case.unsettled.is_none() {
        complaints.extend(settled(&at, case, &services));
    }
    complaints
}

/// A plan after an apply must be empty.
fn settled(at: &Path, case: &Case, services: &BTreeMap<String, String>) -> Option<String> {
    let destroyed =
        case.step.iter().rev().find_map(|step| step.run.as_deref().filter(|line| !line.contains("plan")));
    if destroyed.is_some_and(|line| line.contains("destroy")) {
        return None;
    }
    let line = "ordain plan -input=false -no-color -detailed-exitcode";
    let outcome = command(line, at, &[services, &case.env], "");
    (outcome.code != Some(0))
        .then(|| format!("the plan after the last apply is not empty:\n{}{}", outcome.stdout, outcome.stderr))
}

fn change_files(at: &Path, step: &Step) -> Result<(), String> {
    let told = |path: &str, error: std::io::Error| format!("{path}: {error}");
    for path in &step.delete {
        std::fs::remove_file(at.join(path)).map_err(|error| told(path, error))?;
    }
    for (path, text) in &step.write {
        if let Some(parent) = at.join(path).parent() {
            std::fs::create_dir_all(parent).map_err(|error| told(path, error))?;
        }
        std::fs::write(at.join(path), text).map_err(|error| told(path, error))?;
    }
    for (path, pairs) in &step.replace {
        let mut text = std::fs::read_to_string(at.join(path)).map_err(|error| told(path, error))?;
        for (old, new) in pairs {
            if !text.contains(old) {
                return Err(format!("{path} does not hold {old:?}"));
            }
            text = text.replace(old, new);
        }
        std::fs::write(at.join(path), text).map_err(|error| told(path, error))?;
    }
    Ok(())
}

fn command(line: &str, at: &Path, env: &[&BTreeMap<String, String>], stdin: &str) -> Outcome {
    let words = normal::words(line);
    let (program, args) = words.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let mut command = match program {
        "ordain" => Command::new(crate::binary::ordain()),
        other => Command::new(other),
    };
    command.args(args).current_dir(at).env_clear();
    let path = std::env::var("PATH").unwrap_or_default();
    let folder = crate::binary::ordain().parent().map(|folder| folder.display().to_string());
    command.env("PATH", format!("{}:{path}", folder.unwrap_or_default()));
    if let Some(value) = std::env::var_os("LANG") {
        command.env("LANG", value);
    }
    command.env("HOME", at);
    command.envs(env.iter().flat_map(|map| map.iter()));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut run = || {
        let mut child = command.spawn()?;
        if let Some(mut pipe) = child.stdin.take() {
            // A command that reads nothing closes its end; that is no failure of the case.
            let _closed = pipe.write_all(stdin.as_bytes());
        }
        child.wait_with_output()
    };
    match run() {
        Ok(output) => Outcome {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        },
        Err(error) => Outcome { code: None, stdout: String::new(), stderr: format!("{program}: {error}\n") },
    }
}

fn check(directory: &Path, step: &Step, outcome: &Outcome, bless: bool) -> Vec<String> {
    let mut found = Vec::new();
    if outcome.code != Some(step.exit) {
        found.push(format!("exit code {:?} instead of {}", outcome.code, step.exit));
    }
    in_order(&mut found, "standard output", &outcome.stdout, &step.stdout);
    in_order(&mut found, "standard error", &outcome.stderr, &step.stderr);
    for text in &step.never {
        if outcome.stdout.contains(text) || outcome.stderr.contains(text) {
            found.push(format!("{text:?} must not appear"));
        }
    }
    if let Some(name) = &step.golden {
        found.extend(golden(&directory.join(name), &normal::text(&outcome.stdout), bless));
    }
    found
}

fn in_order(found: &mut Vec<String>, what: &str, text: &str, wanted: &[String]) {
    let mut rest = text;
    for part in wanted {
        match rest.split_once(part.as_str()) {
            Some((_, after)) => rest = after,
            None => found.push(format!("{what} lacks {part:?} (or has it too early)")),
        }
    }
}

fn golden(path: &Path, text: &str, bless: bool) -> Option<String> {
    if bless {
        return std::fs::write(path, text).err().map(|error| format!("{}: {error}", path.display()));
    }
    let wanted = std::fs::read_to_string(path).unwrap_or_default();
    (wanted != text).then(|| format!("differs from {} (ORDAIN_BLESS=1 rewrites it):\n{text}", path.display()))
}

/// A directory with a copy of the case, gone when the case is over.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn new(from: &Path) -> Scratch {
        let name = from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let path = std::env::temp_dir().join(format!("ordain-case-{name}-{}", std::process::id()));
        let _absent = std::fs::remove_dir_all(&path);
        crate::copy(from, &path);
        let _absent = std::fs::remove_file(path.join("case.toml"));
        Scratch { path }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.path);
    }
}
