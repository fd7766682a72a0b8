//! The stages of the demo.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Output, Stdio};
use std::time::{Duration, Instant};

use clap::ArgMatches;
use ordain_diag::{Diagnostic, codes};
use ordain_operations::repository::Repository;
use ordain_sandbox::{Options, Running, Sandbox};

use crate::exit::Exit;
use crate::flags::{is_on, seconds, text};
use crate::session::Session;

use super::portal;

/// Who plans and who approves; the rules forbid that they are the same.
const AUTHOR: &str = "author@example.com";
const REVIEWER: &str = "reviewer@example.com";

struct Stage<'s> {
    session: &'s mut Session,
    /// Directory of the environment in the copy.
    at: PathBuf,
    /// Top of the copy.
    top: PathBuf,
    env: BTreeMap<String, String>,
    /// Name of the environment.
    environment: String,
    quiet: bool,
    number: usize,
}

/// Plays all stages; the first that does not go as it must ends the demo.
pub fn play(matches: &ArgMatches, session: &mut Session) -> Result<(), Exit> {
    let begun = Instant::now();
    let source = Repository::around(&session.workdir).top;
    let environment = text(matches, "environment").unwrap_or("staging").to_owned();
    if !source.join("environments").join(&environment).is_dir() {
        let detail = format!(
            "{} holds no environments/{environment}. Run the demo in a checkout of the repository.",
            source.display()
        );
        return Err(session.usage("Nothing to demonstrate", &detail));
    }
    let top = std::env::temp_dir().join(format!("ordain-demo-{}", std::process::id()));
    for folder in ["environments", "modules", "policies"] {
        copy(&source.join(folder), &top.join(folder))
            .map_err(|error| failed(session, &top, &error.to_string()))?;
    }
    let running = start(matches, session, &top)?;
    let mut env: BTreeMap<String, String> = session.workdir.env.clone();
    env.extend(running.env.iter().cloned());
    let at = top.join("environments").join(&environment);
    let quiet = is_on(matches, "quiet");
    let mut stage =
        Stage { session, at, top: top.clone(), env, environment: environment.clone(), quiet, number: 0 };
    let outcome = stage.all(&environment, &running);
    session.block_on(running.stop());
    if is_on(matches, "keep") {
        session.ui.line(&format!("\nThe copy of the repository is in {}.", top.display()));
    } else {
        let _left = std::fs::remove_dir_all(&top);
    }
    outcome?;
    session.ui.line(&format!(
        "\nThe main job, from first plan to last destroy, took {:.1} s.",
        begun.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn start(matches: &ArgMatches, session: &mut Session, top: &Path) -> Result<Running, Exit> {
    let mut options = Options::new(top.join(".sandbox"));
    options.latency = Duration::from_secs_f64(text(matches, "latency").and_then(seconds).unwrap_or(0.0));
    session.block_on(Sandbox::start(options)).map_err(|error| failed(session, top, &error.to_string()))
}

fn failed(session: &mut Session, top: &Path, why: &str) -> Exit {
    let detail = format!("{}: {why}", top.display());
    session.fail(Diagnostic::error(codes::cli::IO, "The demo cannot be set up", detail))
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)?.flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            if entry.file_name() != ".terraform" {
                copy(&entry.path(), &target)?;
            }
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

impl Stage<'_> {
    fn all(&mut self, environment: &str, running: &Running) -> Result<(), Exit> {
        self.rules(environment)?;
        self.freeze(&[])?;
        self.first(running)?;
        self.change(running)?;
        self.refusals()?;
        self.drift()?;
        self.title("Refused: a cluster is not destroyed without a waiver");
        self.bad(AUTHOR, &["plan", "-destroy", "-out=destroy.plan"])?;
        self.title("Destroy everything, in order, with a waiver");
        self.waive()?;
        self.plan_approved(&["plan", "-destroy", "-out=destroy.plan"], "destroy.plan")?;
        self.good(AUTHOR, &["apply", "destroy.plan"])
    }

    /// Allows the cluster to be destroyed, for a day.
    fn waive(&mut self) -> Result<(), Exit> {
        let tomorrow = ordain_operations::clock::now() + 24 * 60 * 60;
        let waiver = serde_json::json!({ "waivers": [{
            "rule": "cluster_protection",
            "address": "module.cluster.azurerm_kubernetes_cluster.default",
            "reason": "the demo is over",
            "owner": REVIEWER,
            "expires": ordain_operations::clock::rfc3339(tomorrow),
        }] });
        self.session.ui.line(&format!("policies/waivers.json: {waiver}"));
        self.write("policies/waivers.json", &format!("{waiver:#}\n"))
    }

    /// Keys and rules: who may approve this environment.
    fn rules(&mut self, environment: &str) -> Result<(), Exit> {
        self.title("Rules: who may approve, and which policies judge");
        let rules = format!(
            "policies        = \"policies\"\nallowed_signers = \"allowed_signers\"\n\nenvironment \"{environment}\" {{\n  paths     = [\"environments/{environment}\"]\n  approvers = [\"{REVIEWER}\"]\n  approvals = 1\n}}\n"
        );
        let (private, public) = ordain_operations::approving::new_key(REVIEWER)
            .map_err(|why| failed(self.session, &self.top, &why))?;
        let signers = format!("{REVIEWER} namespaces=\"ordain-approval\" {public}\n");
        self.write("ordain.hcl", &rules)?;
        self.write("allowed_signers", &signers)?;
        self.write(".sandbox/reviewer", &private)?;
        self.env
            .insert("ORDAIN_SSH_KEY".to_owned(), self.top.join(".sandbox/reviewer").display().to_string());
        self.session.ui.say(&rules);
        self.good(AUTHOR, &["policy", "test"])
    }

    /// Sets the days of the week on which nothing is applied, so that no step depends on what day it is.
    fn freeze(&mut self, days: &[&str]) -> Result<(), Exit> {
        let name = format!("policies/environments/{}.json", self.environment);
        let path = self.top.join(&name);
        let told = |error: String| format!("{name}: {error}");
        let text = std::fs::read_to_string(&path).map_err(|error| told(error.to_string()));
        let parsed =
            text.and_then(|text| serde_json::from_str(&text).map_err(|error| told(error.to_string())));
        let mut settings: serde_json::Value = parsed.map_err(|why| failed(self.session, &self.top, &why))?;
        if let Some(own) = settings.get_mut(&self.environment).and_then(|own| own.as_object_mut()) {
            own.insert("frozen_days".to_owned(), days.into());
        }
        self.session.ui.line(&format!("{name}: frozen_days = {days:?}"));
        self.write(&name, &format!("{settings:#}\n"))
    }

    fn first(&mut self, running: &Running) -> Result<(), Exit> {
        self.title("Plan, judged by policies and stored");
        self.good(AUTHOR, &["init"])?;
        self.good(AUTHOR, &["validate"])?;
        self.good(AUTHOR, &["plan", "-input=false", "-out=first.plan"])?;
        self.title("Refused: nobody approved it yet");
        self.bad(AUTHOR, &["apply", "first.plan"])?;
        self.title("Refused: one byte is not what was planned");
        self.tamper("first.plan", "altered.plan")?;
        self.bad(AUTHOR, &["apply", "altered.plan"])?;
        self.title("Refused: no deploys on frozen days, such as Fridays; for a moment every day is one");
        self.good(REVIEWER, &["approve", "first.plan"])?;
        self.freeze(&["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])?;
        self.bad(AUTHOR, &["apply", "first.plan"])?;
        self.freeze(&[])?;
        self.title("Approve exactly this plan, and apply it");
        let begun = Instant::now();
        self.good(AUTHOR, &["plan", "-input=false", "-out=first.plan"])?;
        self.good(REVIEWER, &["approve", "first.plan"])?;
        self.good(AUTHOR, &["apply", "first.plan"])?;
        self.session.ui.line(&format!("From plan to applied: {:.1} s.", begun.elapsed().as_secs_f64()));
        self.settled()?;
        self.samples(running);
        Ok(())
    }

    /// One more node and one more replica: two changes in place, without a moment without ready pods.
    fn change(&mut self, running: &Running) -> Result<(), Exit> {
        self.title("Change: node_count 2 -> 3 and replicas 3 -> 4");
        self.write_here("terraform.tfvars", "node_count = 3\nreplicas   = 4\n")?;
        self.plan_approved(&["plan", "-input=false", "-out=change.plan"], "change.plan")?;
        self.good(AUTHOR, &["apply", "change.plan"])?;
        self.settled()?;
        self.samples(running);
        Ok(())
    }

    fn refusals(&mut self) -> Result<(), Exit> {
        self.title("Refused: the plan was used already");
        self.bad(AUTHOR, &["apply", "change.plan"])?;
        self.title("Refused: outside the budget");
        self.bad_policy()
    }

    fn bad_policy(&mut self) -> Result<(), Exit> {
        self.write_here("terraform.tfvars", "node_count = 10\nreplicas   = 4\n")?;
        self.bad(AUTHOR, &["plan", "-input=false", "-out=dear.plan"])?;
        self.bad(REVIEWER, &["approve", "dear.plan"])?;
        self.bad(AUTHOR, &["apply", "dear.plan"])?;
        self.write_here("terraform.tfvars", "node_count = 3\nreplicas   = 4\n")
    }

    /// Somebody changes the cluster by hand; the next plan says so and takes it back.
    fn drift(&mut self) -> Result<(), Exit> {
        self.title("Drift: a tag was changed outside");
        self.outside()?;
        self.plan_approved(&["plan", "-input=false", "-out=drift.plan"], "drift.plan")?;
        self.good(AUTHOR, &["apply", "drift.plan"])?;
        self.settled()
    }

    /// Changes the resource group's tags through the API, as a person in a portal would.
    fn outside(&mut self) -> Result<(), Exit> {
        let changed = portal::retag_groups(&self.env, "changed by hand");
        self.session.block_on(changed).map_err(|error| self.session.fail(error))
    }

    fn plan_approved(&mut self, plan: &[&str], file: &str) -> Result<(), Exit> {
        self.good(AUTHOR, plan)?;
        self.good(REVIEWER, &["approve", file])
    }

    fn settled(&mut self) -> Result<(), Exit> {
        self.good(AUTHOR, &["plan", "-input=false", "-detailed-exitcode"])
    }

    /// What the sandbox saw of the service's pods.
    fn samples(&mut self, running: &Running) {
        let samples = running.record.ready_pods("mlflow", "mlflow");
        let counts: Vec<String> = samples.iter().map(|sample| sample.ready.to_string()).collect();
        if !counts.is_empty() {
            self.session.ui.line(&format!("Ready pods, at every change: {}", counts.join(" ")));
        }
    }

    fn tamper(&mut self, from: &str, to: &str) -> Result<(), Exit> {
        let read = std::fs::read(self.at.join(from));
        let written = read.and_then(|mut bytes| {
            let middle = bytes.len() / 2;
            if let Some(byte) = bytes.get_mut(middle) {
                *byte ^= 1;
            }
            std::fs::write(self.at.join(to), bytes)
        });
        written.map_err(|error| failed(self.session, &self.top, &error.to_string()))
    }

    fn write(&mut self, name: &str, content: &str) -> Result<(), Exit> {
        let written = ordain_operations::write_private(&self.top.join(name), content.as_bytes());
        written.map_err(|error| failed(self.session, &self.top, &error.to_string()))
    }

    fn write_here(&mut self, name: &str, content: &str) -> Result<(), Exit> {
        let written = std::fs::write(self.at.join(name), content);
        written.map_err(|error| failed(self.session, &self.top, &error.to_string()))
    }

    fn title(&mut self, words: &str) {
        self.number += 1;
        let line = self.session.ui.style().bold(&format!("\n== {}. {words}", self.number));
        self.session.ui.line(&line);
    }

    /// A command that must end well.
    fn good(&mut self, who: &str, args: &[&str]) -> Result<(), Exit> {
        let output = self.run(who, args)?;
        if output.status.success() { Ok(()) } else { Err(self.unexpected(args, &output)) }
    }

    /// A command that must be refused.
    fn bad(&mut self, who: &str, args: &[&str]) -> Result<(), Exit> {
        let output = self.run(who, args)?;
        if output.status.code() == Some(1) { Ok(()) } else { Err(self.unexpected(args, &output)) }
    }

    fn run(&mut self, who: &str, args: &[&str]) -> Result<Output, Exit> {
        let program =
            std::env::current_exe().map_err(|error| failed(self.session, &self.top, &error.to_string()))?;
        let person = who.split('@').next().unwrap_or(who).to_owned();
        self.session.ui.line(&format!("{person}$ ordain {}", args.join(" ")));
        let mut all: Vec<&str> = args.to_vec();
        if !matches!(args.first(), Some(&"policy")) {
            all.push("-no-color");
        }
        let output = Process::new(program)
            .args(&all)
            .current_dir(&self.at)
            .env_clear()
            .envs(&self.env)
            .env("ORDAIN_ACTOR", who)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| failed(self.session, &self.top, &error.to_string()))?;
        if !self.quiet {
            self.session.ui.say(&String::from_utf8_lossy(&output.stdout));
            self.session.ui.say(&String::from_utf8_lossy(&output.stderr));
        }
        Ok(output)
    }

    fn unexpected(&mut self, args: &[&str], output: &Output) -> Exit {
        if self.quiet {
            self.session.ui.say(&String::from_utf8_lossy(&output.stdout));
            self.session.ui.complain(&String::from_utf8_lossy(&output.stderr));
        }
        let detail = format!(
            "`ordain {}` ended with {}. This is a bug; please report what is shown above.",
            args.join(" "),
            output.status
        );
        self.session.fail(Diagnostic::error(codes::cli::INTERNAL, "The demo did not go as it must", detail))
    }
}
