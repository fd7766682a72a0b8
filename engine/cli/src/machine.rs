//! The machine-readable interface: one JSON object a line, as `-json` and `-json-into` give it.
//!
//! Format: Terraform's "machine readable UI", version 1.2, as recorded from Terraform 1.11. Every line has
//! `@level`, `@message`, `@module`, `@timestamp` and `type`; what else it has follows from `type`.

mod hooks;
mod messages;

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use ordain_diag::{Diagnostic, Severity, Sources};
use serde_json::{Map, Value, json};

use crate::render::json_diag;

pub use hooks::Hooks;

/// Commands that speak to programs in this way when they are given `-json` or `-json-into`.
pub const SPEAKERS: [&str; 6] = ["init", "plan", "apply", "destroy", "refresh", "test"];

/// Writes messages to one place. Several threads may write; lines never mix.
#[derive(Clone)]
pub struct Machine {
    out: Arc<Mutex<Box<dyn Write + Send>>>,
}

impl Machine {
    /// Writes to a place and begins with the line that says which version speaks.
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        let machine = Self { out: Arc::new(Mutex::new(out)) };
        let version = ordain_operations::LANGUAGE_VERSION;
        machine.tell(
            &format!("Terraform {version}"),
            "version",
            [
                ("terraform", version.into()),
                ("ordain", env!("CARGO_PKG_VERSION").into()),
                ("ui", "1.2".into()),
            ],
        );
        machine
    }

    /// One message of level `info`.
    pub fn tell<const N: usize>(&self, message: &str, kind: &str, payload: [(&str, Value); N]) {
        self.write("info", message, kind, payload);
    }

    /// A text that is nothing but a text.
    pub fn log(&self, message: &str) {
        self.tell(message, "log", []);
    }

    /// One finding.
    pub fn diagnostic(&self, item: &Diagnostic, sources: &Sources) {
        self.diagnostic_with(item, sources, []);
    }

    /// One finding with more about where it belongs.
    pub fn diagnostic_with<const N: usize>(
        &self,
        item: &Diagnostic,
        sources: &Sources,
        place: [(&str, Value); N],
    ) {
        let (level, word) = match item.severity {
            Severity::Error => ("error", "Error"),
            Severity::Warning => ("warn", "Warning"),
        };
        let finding = ("diagnostic", json_diag::diagnostic(item, sources));
        let payload = place.into_iter().chain([finding]);
        self.write(level, &format!("{word}: {}", item.summary), "diagnostic", payload);
    }

    /// One message of any level.
    pub fn write<'p>(
        &self,
        level: &str,
        message: &str,
        kind: &str,
        payload: impl IntoIterator<Item = (&'p str, Value)>,
    ) {
        let mut line = Map::new();
        line.insert("@level".into(), level.into());
        line.insert("@message".into(), message.into());
        line.insert("@module".into(), "terraform.ui".into());
        let now = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        line.insert("@timestamp".into(), now.into());
        line.extend(payload.into_iter().map(|(name, value)| (name.to_owned(), value)));
        line.insert("type".into(), kind.into());
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A reader that went away ends the output, not the work.
        let _gone = writeln!(out, "{}", json!(line));
        let _gone = out.flush();
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
