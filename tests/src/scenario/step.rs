//! One command of a scenario, and what it is compared by.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Map, Value as Json, json};

use super::text::Finding;
use super::{Place, Step, shape, text};

/// Commands after which the state is looked at.
const CHANGING: [&str; 13] = [
    "apply",
    "destroy",
    "refresh",
    "import",
    "state mv",
    "state rm",
    "state push",
    "state replace-provider",
    "taint",
    "untaint",
    "workspace select",
    "workspace new",
    "workspace delete",
];

/// Commands whose output is for reading.
const TELLING: [&str; 9] = [
    "output",
    "console",
    "state list",
    "state show",
    "workspace list",
    "workspace show",
    "fmt",
    "get",
    "show",
];

/// What a command did.
struct Outcome {
    code: i32,
    out: String,
    err: String,
}

impl Outcome {
    fn worked(&self) -> bool {
        matches!(self.code, 0 | 2)
    }
}

impl Place<'_> {
    fn exec(&self, args: &[String], step: &Step) -> std::io::Result<Outcome> {
        let mut child = Command::new(crate::binary::ordain())
            .args(args)
            .current_dir(self.work())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.root.join("home"))
            .env("TF_CLI_CONFIG_FILE", self.root.join("cli.tfrc"))
            .envs([("TF_IN_AUTOMATION", "1"), ("LC_ALL", "C.UTF-8")])
            .envs(&step.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut pipe) = child.stdin.take() {
            // A command that reads nothing closes its end.
            let _closed = pipe.write_all(step.stdin.as_deref().unwrap_or_default().as_bytes());
        }
        let output = child.wait_with_output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Outcome {
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        })
    }

    /// Runs a command and gathers what is compared.
    pub(super) fn command(&mut self, command: &str, step: &Step) -> std::io::Result<Map<String, Json>> {
        let plan = step.out.clone().unwrap_or_else(|| "default.tfplan".to_owned());
        if command == "plan" {
            let _absent = std::fs::remove_file(self.work().join(&plan));
        }
        let outcome = self.exec(&arguments(command, step, &plan), step)?;
        let mut got = Map::from_iter([("exit".to_owned(), Json::from(outcome.code))]);
        self.findings(command, &outcome, &mut got);
        if matches!(command, "plan" | "apply" | "destroy") && outcome.worked() {
            let summary = text::summary(&outcome.out);
            if !summary.is_empty() {
                got.insert("summary".to_owned(), summary.into());
            }
        }
        if command == "plan" && outcome.worked() {
            let shown = self.exec(&["show".to_owned(), "-json".to_owned(), plan], &Step::default())?;
            let plan = match serde_json::from_str::<Json>(&shown.out) {
                Ok(document) => {
                    self.masker.prime(shape::plan_ids(&document).iter());
                    self.masker.walk(&shape::plan(&document))
                }
                Err(_) => json!({ "error": format!("show -json gives no JSON, exit {}", shown.code) }),
            };
            got.insert("plan".to_owned(), plan);
        }
        if CHANGING.contains(&command) {
            got.insert("state".to_owned(), self.state()?);
        }
        if command == "test" {
            got.insert("test".to_owned(), self.masker.walk(&text::tests(&outcome.out)));
        }
        if TELLING.contains(&command) {
            self.told(command, step, &outcome, &mut got);
        }
        Ok(got)
    }

    fn state(&self) -> std::io::Result<Json> {
        let pulled = self.exec(&["state".to_owned(), "pull".to_owned()], &Step::default())?;
        if pulled.code != 0 {
            return Ok(json!({ "error": format!("state pull exit {}", pulled.code) }));
        }
        if pulled.out.trim().is_empty() {
            return Ok(Json::Null);
        }
        Ok(match serde_json::from_str::<Json>(&pulled.out) {
            Ok(document) => {
                self.masker.prime(shape::state_ids(&document).iter());
                self.masker.walk(&shape::state(&document))
            }
            Err(_) => json!({ "error": "state pull is not JSON" }),
        })
    }

    fn findings(&self, command: &str, outcome: &Outcome, got: &mut Map<String, Json>) {
        let document = serde_json::from_str::<Json>(&outcome.out).ok().filter(|_| command == "validate");
        let found: Vec<Finding> = match &document {
            Some(document) => {
                got.insert("valid".to_owned(), document.get("valid").cloned().unwrap_or_default());
                let word = |item: &Json, name: &str| {
                    item.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
                };
                let list = document.get("diagnostics").and_then(Json::as_array).into_iter().flatten();
                list.map(|item| (word(item, "severity") == "error", word(item, "summary"))).collect()
            }
            None if TELLING.contains(&command) => text::findings(&outcome.err),
            None => text::findings(&outcome.err).into_iter().chain(text::findings(&outcome.out)).collect(),
        };
        let found = found.into_iter().map(|(is_error, summary)| {
            let summary = self.masker.text(&summary);
            (is_error, summary.strip_prefix("Cycle: ").map_or_else(|| summary.clone(), cycle))
        });
        let (errors, warnings): (Vec<Finding>, Vec<Finding>) = found.partition(|(is_error, _)| *is_error);
        let mut errors: Vec<String> = errors.into_iter().map(|(_, summary)| summary).collect();
        errors.sort();
        if command == "init" {
            // Told once for each phase: compared as a set.
            errors.dedup();
            errors.retain(|error| !error.starts_with("Terraform encountered problems during init"));
        }
        let warnings: BTreeSet<String> = warnings.into_iter().map(|(_, summary)| once(&summary)).collect();
        if !errors.is_empty() {
            got.insert("errors".to_owned(), errors.into());
        }
        if !warnings.is_empty() {
            got.insert("warnings".to_owned(), warnings.into_iter().collect());
        }
    }

    fn told(&self, command: &str, step: &Step, outcome: &Outcome, got: &mut Map<String, Json>) {
        if step.args.iter().any(|arg| arg == "-json") {
            let document = serde_json::from_str::<Json>(&outcome.out);
            let value = match document {
                Ok(document) if command == "show" && document.get("resource_changes").is_some() => {
                    self.masker.walk(&shape::plan(&document))
                }
                Ok(document) if command == "show" => self.masker.walk(&shape::shown_state(&document)),
                Ok(document) => self.masker.walk(&document),
                Err(_) if outcome.out.trim().is_empty() => Json::Null,
                Err(_) => json!({ "error": "not JSON" }),
            };
            got.insert("json".to_owned(), value);
        } else if command != "get" && outcome.code == 0 {
            let plain = text::plain(&outcome.out);
            let mut shown = plain.trim();
            let mut warnings: BTreeSet<String> = got
                .get("warnings")
                .and_then(Json::as_array)
                .into_iter()
                .flatten()
                .filter_map(|text| text.as_str().map(str::to_owned))
                .collect();
            if let Some(at) =
                shown.starts_with("Warning: ").then_some(0).or_else(|| shown.find("\nWarning: "))
            {
                let (before, after) = shown.split_at(at);
                warnings.extend(text::findings(after).into_iter().map(|(_, summary)| summary));
                shown = before.trim();
            }
            if !warnings.is_empty() {
                got.insert("warnings".to_owned(), warnings.into_iter().collect());
            }
            let lines: Vec<&str> = shown.lines().map(str::trim_end).collect();
            got.insert("stdout".to_owned(), self.masker.text(&lines.join("\n")).into());
        }
    }
}

fn arguments(command: &str, step: &Step, plan: &str) -> Vec<String> {
    let mut words: Vec<String> = command.split(' ').map(str::to_owned).collect();
    let flags: &[&str] = match command {
        "init" | "refresh" | "import" | "plan" => &["-input=false", "-no-color"],
        "apply" | "destroy" if step.plan.is_some() => &["-input=false", "-no-color"],
        "apply" | "destroy" => &["-input=false", "-no-color", "-auto-approve"],
        "validate" => &["-json"],
        "test" => &["-no-color"],
        _ => &[],
    };
    words.extend(flags.iter().map(|flag| (*flag).to_owned()));
    if command == "plan" {
        words.push(format!("-out={plan}"));
    }
    words.extend(step.args.iter().cloned());
    words.extend(step.plan.clone());
    words
}

/// Nodes of a circle in order of name, without the words for their phases.
fn cycle(nodes: &str) -> String {
    let phases = [" (expand)", " (close)", " (destroy)", " (orphan)"];
    let plain = |node: &str| phases.iter().fold(node.to_owned(), |node, phase| node.replace(phase, ""));
    let nodes: BTreeSet<String> = nodes.split(", ").map(plain).collect();
    format!("Cycle: {}", nodes.into_iter().collect::<Vec<_>>().join(", "))
}

/// A warning without the number of others like it.
fn once(summary: &str) -> String {
    match summary.split_once(" (and ") {
        Some((first, rest)) if rest.contains("more similar warning") => first.to_owned(),
        _ => summary.to_owned(),
    }
}
