//! What is being done right now, line by line, with elapsed times.
//!
//! On a terminal a spinner shows what is in flight; elsewhere a line every ten seconds says that work goes on.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use ordain_addr::{DeposedKey, ResourceInstance};
use ordain_plan::{Event, Observer, Work};
use ordain_value::{Kind, Value};

use crate::render::style::Style;

/// How often a long operation says that it goes on.
const STILL: Duration = Duration::from_secs(10);

/// Shows events on standard output.
pub struct Progress {
    board: Arc<Mutex<Board>>,
    style: Style,
    /// Whether lines about what is only read are left out.
    concise: bool,
}

struct Board {
    flights: BTreeMap<String, Flight>,
    spinner: Option<ProgressBar>,
    over: bool,
}

struct Flight {
    begun: Instant,
    told: Instant,
    verb: &'static str,
    id: String,
}

impl Progress {
    /// Shows events; a thread keeps time until [`Progress`] is dropped.
    pub fn new(style: Style, concise: bool) -> Self {
        let spinner = (style.color && std::io::stderr().is_terminal()).then(spinner);
        let board = Arc::new(Mutex::new(Board { flights: BTreeMap::new(), spinner, over: false }));
        let watched = board.clone();
        std::thread::spawn(move || {
            while !lock(&watched).tick() {
                std::thread::sleep(Duration::from_millis(200));
            }
        });
        Self { board, style, concise }
    }

    fn begin(&self, name: String, verb: &'static str, id: String, line: &str) {
        let now = Instant::now();
        let mut board = lock(&self.board);
        board.line(&self.style.bold(line));
        board.flights.insert(name, Flight { begun: now, told: now, verb, id });
    }

    fn end(&self, name: &str, words: &str, id: &str) {
        let mut board = lock(&self.board);
        let after =
            board.flights.remove(name).map(|flight| elapsed(flight.begun.elapsed())).unwrap_or_default();
        board.line(&self.style.bold(&format!("{name}: {words} after {after}{id}")));
    }

    fn say(&self, line: &str) {
        lock(&self.board).line(line);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let mut board = lock(&self.board);
        board.over = true;
        if let Some(spinner) = board.spinner.take() {
            spinner.finish_and_clear();
        }
    }
}

fn lock(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

fn spinner() -> ProgressBar {
    let spinner = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        spinner.set_style(style);
    }
    spinner
}

impl Board {
    fn line(&mut self, text: &str) {
        let write = || {
            // A reader that went away ends the output, not the work.
            let _gone = writeln!(std::io::stdout(), "{text}");
        };
        match &self.spinner {
            Some(spinner) => spinner.suspend(write),
            None => write(),
        }
    }

    /// Says what takes long; true when there is nothing more to watch.
    fn tick(&mut self) -> bool {
        let mut lines = Vec::new();
        for (name, flight) in &mut self.flights {
            if flight.told.elapsed() >= STILL {
                flight.told = Instant::now();
                let after = elapsed(flight.begun.elapsed());
                lines.push(format!("{name}: Still {}... [{}{after} elapsed]", flight.verb, flight.id));
            }
        }
        for line in lines {
            self.line(&line);
        }
        if let Some(spinner) = &self.spinner {
            let oldest = self.flights.iter().min_by_key(|(_, flight)| flight.begun);
            match oldest {
                Some((name, flight)) => {
                    let after = elapsed(flight.begun.elapsed());
                    let others = self.flights.len() - 1;
                    let more = if others > 0 { format!(" (and {others} more)") } else { String::new() };
                    spinner.set_message(format!("{name}: {} {after}{more}", flight.verb));
                    spinner.tick();
                }
                None => spinner.set_message(""),
            }
        }
        self.over
    }
}

/// `3s`, `1m5s`, `1h0m5s`
pub fn elapsed(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

fn name(address: &ResourceInstance, deposed: Option<&DeposedKey>) -> String {
    match deposed {
        Some(key) => format!("{address} (deposed object {key})"),
        None => address.to_string(),
    }
}

/// ` [id=…]` or ` [name=…]` of an object, when it is known and may be shown.
fn identity(object: &Value) -> String {
    if object.marks().is_sensitive() {
        return String::new();
    }
    ["id", "name"]
        .iter()
        .find_map(|key| {
            let value = object.get(key)?;
            match value.kind() {
                Kind::String(text) if !text.is_empty() && !value.marks().is_sensitive() => {
                    Some(format!(" [{key}={text}]"))
                }
                _ => None,
            }
        })
        .unwrap_or_default()
}

/// What is said when work begins, while it goes on, and when it ended.
fn words(work: Work) -> (&'static str, &'static str, &'static str) {
    match work {
        Work::Refresh => ("Refreshing state...", "refreshing", "Refresh complete"),
        Work::Import => ("Preparing import...", "importing", "Import prepared"),
        Work::Adopt => ("Importing...", "importing", "Import complete"),
        Work::Read => ("Reading...", "reading", "Read complete"),
        Work::Create => ("Creating...", "creating", "Creation complete"),
        Work::Update => ("Modifying...", "modifying", "Modifications complete"),
        Work::Delete => ("Destroying...", "destroying", "Destruction complete"),
        Work::Open => ("Opening...", "opening", "Opening complete"),
        Work::Renew => ("Renewing...", "renewing", "Renewal complete"),
        Work::Close => ("Closing...", "closing", "Closing complete"),
    }
}

impl Observer for Progress {
    fn event(&self, event: Event<'_>) {
        let reads = |work: &Work| matches!(work, Work::Refresh | Work::Read);
        match event {
            Event::Started { work, .. } | Event::Ended { work, .. } if self.concise && reads(&work) => {}
            Event::Started { address, deposed, work, known } => {
                let (start, verb, _) = words(work);
                let id = if work == Work::Create { String::new() } else { identity(known) };
                let name = name(address, deposed);
                let shown = format!("{name}: {start}{id}");
                let inner = id.trim_start_matches(" [").trim_end_matches(']');
                let inner = if inner.is_empty() { String::new() } else { format!("{inner}, ") };
                self.begin(name, verb, inner, &shown);
            }
            Event::Ended { address, deposed, work: Work::Refresh | Work::Import, .. } => {
                lock(&self.board).flights.remove(&name(address, deposed));
            }
            // It takes no time worth telling: what was found is in the plan.
            Event::Ended { address, work: Work::Adopt, known, .. } => {
                let name = name(address, None);
                lock(&self.board).flights.remove(&name);
                self.say(&self.style.bold(&format!("{name}: Import complete{}", identity(known))));
            }
            Event::Ended { address, deposed, work, known } => {
                self.end(&name(address, deposed), words(work).2, &identity(known));
            }
            Event::Failed { address, deposed, .. } => {
                lock(&self.board).flights.remove(&name(address, deposed));
            }
            Event::PutOff { address } => {
                self.say(&self.style.bold(&format!("{address}: Configuration unknown, deferring...")));
            }
            Event::ProvisionStarted { address, kind } => {
                self.say(&self.style.bold(&format!("{address}: Provisioning with '{kind}'...")));
            }
            Event::ProvisionOutput { address, kind, line } => {
                self.say(&format!("{address} ({kind}): {line}"))
            }
            // Terraform keeps this to itself; who looks for what failed needs it.
            Event::ProvisionEnded { address, kind, passed_over: Some(why), .. } => {
                self.say(&format!("{address} ({kind}): {why}"))
            }
            Event::ProvisionEnded { .. } => {}
        }
    }
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
