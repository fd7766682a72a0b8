//! Recorded cases whose list of what passes can only grow.
//!
//! Beside the cases stands `passing.txt`, one id a line. A listed case that fails is a failure, an unlisted one
//! that passes is told, and `ORDAIN_BLESS=1` rewrites the list.
//!
//! A case whose recorded answer is only the likely one (a random number, two programs that Terraform starts side by side)
//! stands in `by-chance.txt` with the reason, `ID REASON`: it is run again, some times at most, and says so each time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How often a case of `by-chance.txt` is run before it counts as failed.
const ATTEMPTS: usize = 6;

/// A corpus below `tests/conformance/`.
pub struct Ratchet {
    /// What its cases are called, in the plural.
    noun: &'static str,
    directory: PathBuf,
    /// A part of the ids that are run; all of them where it is empty.
    wanted: String,
    threads: usize,
}

impl Ratchet {
    /// The corpus of that folder. `variable` names the environment variable that holds a part of the ids to run.
    pub fn of(folder: &str, noun: &'static str, variable: &str) -> Ratchet {
        Ratchet {
            noun,
            directory: crate::root().join("tests/conformance").join(folder),
            wanted: std::env::var(variable).unwrap_or_default(),
            threads: 4,
        }
    }

    /// On so many threads; 4 if this is not said.
    #[must_use]
    pub fn on_threads(self, threads: usize) -> Ratchet {
        Ratchet { threads, ..self }
    }

    /// Where the cases and the list stand.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Runs the cases, compares what passed with the list, and answers with what to complain about:
    /// nothing when all is well. `run` says why a case fails.
    pub fn hold<C: Sync>(
        &self,
        cases: &[C],
        id: impl Fn(&C) -> &str + Sync,
        run: impl Fn(&C) -> Result<(), String> + Sync,
    ) -> Result<(), String> {
        let cases: Vec<&C> = cases.iter().filter(|case| id(case).contains(&self.wanted)).collect();
        if cases.is_empty() {
            return Err(format!("none of the recorded {} matches {:?}", self.noun, self.wanted));
        }
        let chances = self.by_chance()?;
        let outcomes = outcomes(&cases, self.threads, |case| {
            let first = run(case);
            let Some(reason) = chances.get(id(case)).filter(|_| first.is_err()) else { return first };
            tell(&format!("{}: not as recorded, which is left to chance ({reason}); run again", id(case)));
            (1..ATTEMPTS).map(|_| run(case)).find(Result::is_ok).unwrap_or(first)
        });
        let (mut passed, mut failed) = (BTreeSet::new(), Vec::new());
        for (at, outcome) in outcomes {
            let Some(case) = cases.get(at) else { continue };
            match outcome {
                Ok(()) => drop(passed.insert(id(case).to_owned())),
                Err(why) => failed.push((id(case).to_owned(), why)),
            }
        }
        tell(&format!("{} of {} recorded {} pass", passed.len(), cases.len(), self.noun));
        self.compare(&passed, &failed)
    }

    /// The cases that chance has a part in, with the reason; a line without one is a mistake.
    fn by_chance(&self) -> Result<BTreeMap<String, String>, String> {
        let text = std::fs::read_to_string(self.directory.join("by-chance.txt")).unwrap_or_default();
        let entries = text.lines().map(|line| {
            let (id, reason) =
                line.split_once(' ').ok_or_else(|| format!("by-chance.txt: {line:?} has no reason"))?;
            Ok((id.to_owned(), reason.to_owned()))
        });
        entries.collect()
    }

    fn compare(&self, passed: &BTreeSet<String>, failed: &[(String, String)]) -> Result<(), String> {
        let list = self.directory.join("passing.txt");
        if std::env::var_os("ORDAIN_BLESS").is_some() && self.wanted.is_empty() {
            let text: String = passed.iter().map(|id| format!("{id}\n")).collect();
            return std::fs::write(&list, text).map_err(|error| format!("{}: {error}", list.display()));
        }
        let listed: BTreeSet<String> =
            std::fs::read_to_string(&list).unwrap_or_default().lines().map(str::to_owned).collect();
        let news = passed.difference(&listed).count();
        if news > 0 {
            tell(&format!("{news} of them are not in passing.txt yet; ORDAIN_BLESS=1 adds them"));
        }
        let broken: Vec<String> = failed
            .iter()
            .filter(|(id, _)| listed.contains(id) || !self.wanted.is_empty())
            .map(|(id, why)| format!("{id}: {why}"))
            .collect();
        if broken.is_empty() {
            return Ok(());
        }
        Err(format!("{} {} no longer pass:\n{}", broken.len(), self.noun, broken.join("\n")))
    }
}

/// Each case's outcome with its place, in the order of their ends.
fn outcomes<C: Sync>(
    cases: &[&C],
    threads: usize,
    run: impl Fn(&C) -> Result<(), String> + Sync,
) -> Vec<(usize, Result<(), String>)> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::with_capacity(cases.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(at) else { break };
                    let outcome = run(case);
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.push((at, outcome));
                    }
                }
            });
        }
    });
    outcomes.into_inner().unwrap_or_default()
}

/// Past the capture of the test runner: the figure is wanted in every run.
fn tell(line: &str) {
    let _closed = writeln!(std::io::stderr().lock(), "{line}");
}
