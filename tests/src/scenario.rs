//! A recorded scenario: files, commands, and what Terraform answered to each of them.
//!
//! What differs from run to run is replaced by words ([`mask`]), lists whose order carries nothing are sorted
//! ([`shape`]), and the rest is compared exactly ([`compare`]).

mod compare;
mod mask;
mod shape;
mod step;
mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use mask::Masker;

/// One line of the corpus.
#[derive(Clone, Debug, Deserialize)]
pub struct Scenario {
    /// Stable name.
    pub id: String,
    /// What it is about; of `invalid` ones, repeats of one message are not counted.
    #[serde(default)]
    pub topic: String,
    /// Whether only the fact of an error counts, not its words.
    #[serde(default)]
    pub loose_errors: bool,
    /// Files by name of the overlay, then by path.
    pub overlays: BTreeMap<String, BTreeMap<String, String>>,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// One step: a change to files, a look at files, or a command.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Overlay to copy into the directory.
    #[serde(default)]
    pub write: Option<String>,
    /// Files to remove.
    #[serde(default)]
    pub delete: Vec<String>,
    /// Files whose content is compared.
    #[serde(default)]
    pub files: Vec<String>,
    /// Words of the command.
    #[serde(default)]
    pub cmd: Option<String>,
    /// Its arguments.
    #[serde(default)]
    pub args: Vec<String>,
    /// Variables of its environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Name of the plan file to write.
    #[serde(default)]
    pub out: Option<String>,
    /// Name of the plan file to apply.
    #[serde(default)]
    pub plan: Option<String>,
    /// Text on standard input.
    #[serde(default)]
    pub stdin: Option<String>,
    /// What was recorded.
    #[serde(default)]
    pub expect: Option<Map<String, Json>>,
}

/// All scenarios of a directory with `cases.jsonl` and `more.jsonl`.
///
/// # Panics
/// The file is not there or not readable: a test cannot go on without it.
#[allow(clippy::expect_used, reason = "a test run without its corpus must stop")]
pub fn read_all(directory: &Path) -> Vec<Scenario> {
    let text = |name: &str| std::fs::read_to_string(directory.join(name)).expect(name);
    let text = text("cases.jsonl") + &text("more.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("a scenario")).collect()
}

/// Where a scenario runs, and what was seen there so far.
struct Place<'s> {
    scenario: &'s Scenario,
    root: PathBuf,
    masker: Masker,
}

impl Scenario {
    /// Runs the scenario.
    ///
    /// # Errors
    /// What is not as recorded, a line each.
    pub fn run(&self) -> Result<(), String> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("ordain-scenario-{}-{number}", std::process::id()));
        let _absent = std::fs::remove_dir_all(&root);
        let masker = Masker::new(&root.join("work"));
        let mut place = Place { scenario: self, root, masker };
        let complaints = place.prepare().and_then(|()| place.go());
        let _gone = std::fs::remove_dir_all(&place.root);
        let complaints = complaints.map_err(|error| format!("the scenario cannot be run: {error}"))?;
        if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n  ")) }
    }
}

impl Place<'_> {
    fn work(&self) -> PathBuf {
        self.root.join("work")
    }

    fn prepare(&self) -> std::io::Result<()> {
        std::fs::create_dir_all(self.work())?;
        std::fs::create_dir_all(self.root.join("home"))?;
        std::fs::write(self.root.join("cli.tfrc"), "disable_checkpoint = true\n")
    }

    fn go(&mut self) -> std::io::Result<Vec<String>> {
        let mut complaints = Vec::new();
        for (number, step) in self.scenario.steps.iter().enumerate() {
            let Some(got) = self.step(step)? else { continue };
            let words = [step.cmd.as_deref().unwrap_or("files")];
            let words: Vec<&str> = words.into_iter().chain(step.args.iter().map(String::as_str)).collect();
            let label = format!("step {number} ({})", words.join(" "));
            let Some(expected) = step.expect.clone() else {
                complaints.push(format!("{label}: nothing was recorded"));
                break;
            };
            let (found, stop) = compare::outcome(self.scenario, expected, got);
            complaints.extend(found.into_iter().map(|complaint| format!("{label}: {complaint}")));
            if stop {
                break;
            }
        }
        Ok(complaints)
    }

    /// Does one step; gives what is to be compared, where anything is.
    fn step(&mut self, step: &Step) -> std::io::Result<Option<Map<String, Json>>> {
        if let Some(overlay) = &step.write {
            for (path, text) in self.scenario.overlays.get(overlay).into_iter().flatten() {
                let path = self.work().join(path);
                if let Some(parent) = path.parent() {
                    std::fs::create_dir_all(parent)?;
                }
                std::fs::write(path, text)?;
            }
            return Ok(None);
        }
        for path in &step.delete {
            let path = self.work().join(path);
            let _absent =
                if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        }
        if !step.files.is_empty() {
            let content = |name: &String| {
                let text = std::fs::read(self.work().join(name)).ok();
                let text = text.map(|bytes| self.masker.text(&String::from_utf8_lossy(&bytes)));
                (name.clone(), text.map_or(Json::Null, Json::String))
            };
            return Ok(Some(step.files.iter().map(content).collect()));
        }
        match &step.cmd {
            Some(command) => self.command(command, step).map(Some),
            None => Ok(None),
        }
    }
}
