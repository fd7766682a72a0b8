//! The log: `TF_LOG`, `TF_LOG_CORE` and `TF_LOG_PROVIDER` say what is logged, `TF_LOG_PATH` where. The names with
//! `ORDAIN_` win. `json` as level means everything, one JSON object a line.
//!
//! Lines go to the standard error stream unless a file is named, which is added to. No value of a variable, of an
//! attribute or of a setting is ever logged: names, addresses, counts and times only.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use ordain_plan::{Event, Observer, Work};
pub use ordain_plugin::Level;
use serde_json::json;

use crate::{Workdir, clock};

/// Where lines go, and which.
pub struct Log {
    core: Option<Level>,
    providers: Option<Level>,
    json: bool,
    to: Mutex<Box<dyn Write + Send>>,
}

/// The log of a command. Silent unless the environment asks for it.
pub fn open(workdir: &Workdir) -> Arc<Log> {
    let wanted = |own: &str| workdir.setting(own).or_else(|| workdir.setting("LOG"));
    let (core, providers) = (wanted("LOG_CORE"), wanted("LOG_PROVIDER"));
    let json = [core, providers].into_iter().flatten().any(|name| name.eq_ignore_ascii_case("json"));
    let level = |name: Option<&str>| {
        let name = name.filter(|name| !name.eq_ignore_ascii_case("off"))?;
        // A level that is none means everything, as for Terraform: somebody wants to see something.
        Some(Level::named(name).unwrap_or(Level::Trace))
    };
    let (core, providers) = (level(core), level(providers));
    let to: Box<dyn Write + Send> = match workdir.setting("LOG_PATH").filter(|_| core.or(providers).is_some())
    {
        Some(path) => match std::fs::OpenOptions::new().append(true).create(true).open(workdir.path(path)) {
            Ok(file) => Box::new(file),
            Err(_) => Box::new(std::io::stderr()),
        },
        None => Box::new(std::io::stderr()),
    };
    Arc::new(Log { core, providers, json, to: Mutex::new(to) })
}

impl Log {
    /// A log that keeps nothing.
    pub fn silent() -> Arc<Log> {
        Arc::new(Log { core: None, providers: None, json: false, to: Mutex::new(Box::new(std::io::sink())) })
    }

    /// Whether lines of this level are kept.
    pub fn wants(&self, level: Level) -> bool {
        self.core.is_some_and(|least| level >= least)
    }

    /// A line of this program.
    pub fn line(&self, level: Level, text: &str) {
        if self.wants(level) {
            self.write(level, "ordain", text);
        }
    }

    fn write(&self, level: Level, from: &str, text: &str) {
        let now = clock::rfc3339(clock::now());
        let line = if self.json {
            let level = level.name().to_lowercase();
            json!({ "@level": level, "@message": text, "@module": from, "@timestamp": now }).to_string()
        } else {
            format!("{now} [{}] {from}: {text}", level.name())
        };
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        // A log that cannot be written ends the log, not the work.
        let _gone = writeln!(to, "{line}");
    }
}

impl ordain_plugin::Log for Log {
    fn line(&self, level: Level, from: &str, text: &str) {
        if self.providers.is_some_and(|least| level >= least) {
            self.write(level, from, text);
        }
    }
}

/// Logs what an operation does to objects.
pub struct Watcher(pub Arc<Log>);

impl Observer for Watcher {
    fn event(&self, event: Event<'_>) {
        let log = &self.0;
        if !log.wants(Level::Info) {
            return;
        }
        match event {
            Event::Started { address, work, .. } => {
                log.line(Level::Debug, &format!("{address}: {} begins", word(work)));
            }
            Event::Ended { address, work, .. } => {
                log.line(Level::Info, &format!("{address}: {} ended", word(work)));
            }
            Event::Failed { address, work, .. } => {
                log.line(Level::Error, &format!("{address}: {} failed", word(work)));
            }
            Event::PutOff { address } => {
                log.line(
                    Level::Debug,
                    &format!("{address}: not opened, as its configuration is not known yet"),
                );
            }
            Event::ProvisionStarted { address, kind } => {
                log.line(Level::Debug, &format!("{address}: provisioner {kind} begins"));
            }
            Event::ProvisionEnded { address, kind, ok, .. } => {
                let level = if ok { Level::Info } else { Level::Error };
                log.line(
                    level,
                    &format!("{address}: provisioner {kind} ended, {}", if ok { "well" } else { "badly" }),
                );
            }
            Event::ProvisionOutput { .. } => {}
        }
    }
}

fn word(work: Work) -> &'static str {
    match work {
        Work::Refresh => "refresh",
        Work::Import => "import",
        Work::Adopt => "adopt",
        Work::Read => "read",
        Work::Create => "create",
        Work::Update => "update",
        Work::Delete => "delete",
        Work::Open => "open",
        Work::Renew => "renew",
        Work::Close => "close",
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
