//! What provider processes write on their standard error: where it goes, and the end of it for messages.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;

/// How loud a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything.
    Trace,
    /// For those who look for a mistake.
    Debug,
    /// What happens.
    Info,
    /// What may be wrong.
    Warn,
    /// What is wrong.
    Error,
}

impl Level {
    /// The level of a name, as `TF_LOG` and log lines have it.
    pub fn named(name: &str) -> Option<Level> {
        Some(match name.to_ascii_lowercase().as_str() {
            "trace" | "json" => Level::Trace,
            "debug" => Level::Debug,
            "info" => Level::Info,
            "warn" | "warning" => Level::Warn,
            "error" => Level::Error,
            _ => return None,
        })
    }

    /// Its name in log lines.
    pub fn name(self) -> &'static str {
        match self {
            Level::Trace => "TRACE",
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        }
    }
}

/// Takes log lines. Called from tasks of the runtime: it must not block for long.
pub trait Log: Send + Sync {
    /// One line of a provider, named as in `provider.terraform-provider-aws_v5`.
    fn line(&self, level: Level, from: &str, text: &str);
}

/// Drops everything.
pub struct Silent;

impl Log for Silent {
    fn line(&self, _level: Level, _from: &str, _text: &str) {}
}

/// Lines that are kept for messages.
const KEPT: usize = 20;
/// Longest line that is kept or logged, in bytes.
const LONGEST: usize = 8192;

/// The last lines that a process wrote.
#[derive(Clone, Default)]
pub(crate) struct Tail(Arc<Mutex<VecDeque<String>>>);

impl Tail {
    /// Takes note of a line. Lines of the provider's own log are left out unless they tell of trouble: they
    /// may quote requests, and those may hold secrets.
    fn push(&self, line: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(line.to_owned());
    }

    /// The lines, last one last; empty when there are none.
    pub(crate) fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
    }
}

/// Puts one line of a process's output where it belongs.
pub(crate) fn record(line: &[u8], from: &str, log: &dyn Log, tail: &Tail) {
    let line = String::from_utf8_lossy(line.get(..LONGEST).unwrap_or(line));
    let line = line.trim_end();
    if line.is_empty() {
        return;
    }
    let entry = line.starts_with('{').then(|| serde_json::from_str::<Json>(line).ok()).flatten();
    let text = |entry: &Json, key: &str| entry.get(key).and_then(Json::as_str).unwrap_or("").to_owned();
    match entry {
        Some(entry) => {
            let level = Level::named(&text(&entry, "@level")).unwrap_or(Level::Debug);
            let message = text(&entry, "@message");
            if level >= Level::Error {
                tail.push(&message);
            }
            log.line(level, from, &with_fields(&message, &entry));
        }
        None => {
            // Lines of Go's log package carry their level in brackets.
            let level = line.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
            let level = level.and_then(|(name, _)| Level::named(name));
            if level.is_none_or(|level| level >= Level::Warn) {
                tail.push(line);
            }
            log.line(level.unwrap_or(Level::Debug), from, line);
        }
    }
}

/// The message and what else the entry says, as `name=value`.
fn with_fields(message: &str, entry: &Json) -> String {
    let mut out = message.to_owned();
    for (name, value) in entry.as_object().into_iter().flatten() {
        if !matches!(name.as_str(), "@level" | "@message" | "@timestamp") {
            out.push_str(&format!(" {name}={value}"));
        }
    }
    out
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
