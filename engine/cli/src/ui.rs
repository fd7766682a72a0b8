//! Streams, colour and prompts. The only place that writes to the terminal.

use std::io::{BufRead, IsTerminal, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, Severity, Sources, codes};
use ordain_operations::init::Transfer;
use ordain_operations::log::{Level, Log, Watcher};
use ordain_plan::{Event, Observer};

use crate::machine::{Hooks, Machine};
use crate::progress::Progress;
use crate::render::grouped::{self, Grouping};
use crate::render::{diag, order, style::Style};
use crate::transfers::Transfers;

/// What a command says and how.
pub struct Ui {
    style: Style,
    /// Whether people are spoken to. With `-json` only programs are.
    people: bool,
    machine: Option<Machine>,
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    /// Whether questions may be asked.
    pub input: bool,
    /// How findings are told.
    pub grouping: Grouping,
    /// Whether lines about what is only read are left out.
    pub concise: bool,
    /// Which warnings about deprecated variables and outputs of modules are told.
    pub deprecations: Deprecations,
    log: Arc<Log>,
    /// Downloads that people are told of, where what is written can be written over.
    transfers: Option<Transfers>,
}

/// `-deprecation`: whose requests not to use a variable or an output any more are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deprecations {
    /// Those of all modules.
    #[default]
    All,
    /// Those of modules that are called by a path, not those of modules from elsewhere.
    Local,
    /// Nobody's.
    None,
}

impl Deprecations {
    /// From the value of the flag; `None` where it is none.
    pub fn parse(text: &str) -> Option<Deprecations> {
        match text.strip_prefix("module:").unwrap_or(text) {
            "all" => Some(Deprecations::All),
            "local" => Some(Deprecations::Local),
            "none" => Some(Deprecations::None),
            _ => None,
        }
    }

    fn tells(self, item: &Diagnostic) -> bool {
        match self {
            Deprecations::All => true,
            Deprecations::Local => item.code != codes::config::DEPRECATED_REMOTE,
            Deprecations::None => {
                item.code != codes::config::DEPRECATED_REMOTE && item.code != codes::config::DEPRECATED
            }
        }
    }
}

impl Ui {
    /// The process's own streams. Colour only on a terminal and unless switched off.
    pub fn terminal(no_color: bool, input: bool, log: Arc<Log>) -> Self {
        let color = !no_color && std::io::stdout().is_terminal();
        Self {
            style: Style { color },
            people: true,
            machine: None,
            out: Box::new(std::io::stdout()),
            err: Box::new(std::io::stderr()),
            input,
            grouping: Grouping::default(),
            concise: false,
            deprecations: Deprecations::All,
            log,
            transfers: None,
        }
    }

    /// Whoever looks at a terminal is told how far downloads are; programs and logs are not.
    pub fn show_transfers(&mut self) {
        self.transfers = std::io::stdout().is_terminal().then(Transfers::default);
    }

    /// Tells how far a download is.
    pub fn transfer(&mut self, transfer: &Transfer) {
        if let Some(transfers) = self.transfers.as_mut().filter(|_| self.people) {
            let text = transfers.update(transfer);
            let _gone = self.out.write_all(text.as_bytes());
            let _gone = self.out.flush();
        }
    }

    /// From now on only programs are spoken to, on standard output.
    pub fn only_machine(&mut self, machine: Machine) {
        self.people = false;
        self.input = false;
        self.machine = Some(machine);
    }

    /// From now on programs are told too what people are.
    pub fn also_machine(&mut self, machine: Machine) {
        self.machine = Some(machine);
    }

    /// Where programs are spoken to, if they are.
    pub fn machine(&self) -> Option<&Machine> {
        self.machine.as_ref()
    }

    /// Whether only programs are spoken to.
    pub fn is_machine_only(&self) -> bool {
        !self.people
    }

    /// Writes lines to standard error from whichever thread has something to tell; for services that log.
    pub fn log_lines(prefix: &'static str) -> Arc<dyn Fn(&str) + Send + Sync> {
        Arc::new(move |line| {
            let _gone = writeln!(std::io::stderr(), "{prefix}{line}");
        })
    }

    /// Watches an operation and tells whoever is spoken to.
    pub fn observer(&self) -> Arc<dyn Observer> {
        Arc::new(Watchers {
            log: Watcher(self.log.clone()),
            people: self.people.then(|| Progress::new(self.style, self.concise)),
            machine: self.machine.clone().map(Hooks::new),
        })
    }

    /// Whether and how text is coloured.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Writes to standard output. A reader that went away ends the output, not the work.
    pub fn say(&mut self, text: &str) {
        if !self.people {
            return;
        }
        self.take_back();
        let _gone = self.out.write_all(text.as_bytes());
        let _gone = self.out.flush();
    }

    /// Makes room where a line about downloads stands.
    fn take_back(&mut self) {
        if let Some(transfers) = &mut self.transfers {
            let text = transfers.clear();
            let _gone = self.out.write_all(text.as_bytes());
            let _gone = self.out.flush();
        }
    }

    /// Writes a line to standard output.
    pub fn line(&mut self, text: &str) {
        self.say(&format!("{text}\n"));
    }

    /// Writes to standard error.
    pub fn complain(&mut self, text: &str) {
        if !self.people {
            return;
        }
        self.take_back();
        let _gone = self.err.write_all(text.as_bytes());
        let _gone = self.err.flush();
    }

    /// Shows findings: warnings on standard output, errors on standard error, each in its box.
    pub fn diagnostics(&mut self, found: &Diagnostics, sources: &Sources) {
        let wanted: Diagnostics =
            found.iter().filter(|item| self.deprecations.tells(item)).cloned().collect();
        let found = &wanted;
        for item in found {
            let level = if item.is_error() { Level::Error } else { Level::Warn };
            self.log.line(level, &format!("{}: {}", item.code.id, item.summary));
        }
        if let Some(machine) = &self.machine {
            found.iter().for_each(|item| machine.diagnostic(item, sources));
        }
        let found = &order::by_place(found, sources);
        let told = grouped::grouped(found, self.grouping);
        if self.grouping.compact && !found.is_empty() && !found.has_errors() {
            return self.say(&grouped::list(&told, sources));
        }
        for (item, more) in told {
            let text = match grouped::others(item, more) {
                None => diag::diagnostic(item, sources, self.style, diag::WIDTH),
                Some(others) => {
                    let item = item.clone().with_hint(others);
                    diag::diagnostic(&item, sources, self.style, diag::WIDTH)
                }
            };
            match item.severity {
                Severity::Error => self.complain(&text),
                Severity::Warning => self.say(&text),
            }
        }
    }

    /// Shows findings on standard error, whatever they are: for commands whose output is read by programs.
    pub fn complain_all(&mut self, found: &Diagnostics, sources: &Sources) {
        for item in &order::by_place(found, sources) {
            let text = diag::diagnostic(item, sources, self.style, diag::WIDTH);
            self.complain(&text);
        }
    }

    /// Asks for a line; `None` when nobody may be asked, or nobody answers.
    pub fn ask(&mut self, prompt: &str) -> Option<String> {
        if self.input { self.ask_anyway(prompt) } else { None }
    }

    /// Asks also where `-input=false` says to ask for no values: a question about what is going to be done.
    pub fn ask_anyway(&mut self, prompt: &str) -> Option<String> {
        self.say(prompt);
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        if !std::io::stdin().is_terminal() {
            // Nobody's return key has ended the line.
            self.say("\n");
        }
        match read {
            Ok(read) if read > 0 => Some(answer.trim_end_matches(['\n', '\r']).to_owned()),
            _ => None,
        }
    }

    /// Asks without showing what is typed. `None` also where the terminal cannot hide it.
    pub fn ask_hidden(&mut self, prompt: &str) -> Option<String> {
        if !self.input || !std::io::stdin().is_terminal() {
            return self.ask(prompt);
        }
        self.say(prompt);
        // A program of its own reads the line: whatever interrupts it, the terminal shows what is typed again.
        let done = Command::new("sh").args(["-c", HIDDEN]).stdin(Stdio::inherit()).output();
        self.say("\n");
        let done = done.ok().filter(|done| done.status.success())?;
        String::from_utf8(done.stdout).ok().map(|line| line.trim_end_matches(['\n', '\r']).to_owned())
    }
}

/// Reads a line while the terminal does not show what is typed.
const HIDDEN: &str = "trap 'stty echo' EXIT; trap 'exit 130' INT TERM HUP; stty -echo || exit 1; \
                      IFS= read -r line && printf '%s\\n' \"$line\"";

/// All who watch an operation.
struct Watchers {
    log: Watcher,
    people: Option<Progress>,
    machine: Option<Hooks>,
}

impl Observer for Watchers {
    fn event(&self, event: Event<'_>) {
        self.log.event(event);
        if let Some(people) = &self.people {
            people.event(event);
        }
        if let Some(machine) = &self.machine {
            machine.event(event);
        }
    }
}

/// A line on standard output while an operation has the streams.
pub fn plain_line(text: &str) {
    let _gone = writeln!(std::io::stdout(), "{text}");
}

/// Tells of an interrupt while an operation has the streams.
pub fn interrupted(text: &str) {
    let _gone = std::io::stderr().write_all(text.as_bytes());
}
