//! Answers that a provider puts off: what it is told about them, and why it did.

use std::sync::OnceLock;

use ordain_addr::ProviderAddr;
use ordain_diag::{Diagnostic, Diagnostics, codes};

use crate::messages::{ClientCapabilities, Deferred};

/// Whether the answers about one object may be put off, and why the first one was.
#[derive(Default)]
pub(crate) struct Deferral {
    allowed: bool,
    why: OnceLock<&'static str>,
}

impl Deferral {
    /// Answers may be put off.
    pub(crate) fn allowed() -> Self {
        Self { allowed: true, why: OnceLock::new() }
    }

    /// What we can do beyond the first version of the protocol.
    pub(crate) fn abilities(&self) -> ClientCapabilities {
        abilities(self.allowed)
    }

    /// Why an answer was put off.
    pub(crate) fn why(&self) -> Option<&'static str> {
        self.why.get().copied()
    }

    /// Takes note of an answer that is put off; an error where that was not asked for.
    pub(crate) fn note(
        &self,
        deferred: Option<Deferred>,
        mut found: Diagnostics,
        source: &ProviderAddr,
    ) -> Diagnostics {
        let Some(deferred) = deferred else { return found };
        if self.allowed {
            self.why.get_or_init(|| reason(deferred));
            return found;
        }
        let detail = format!(
            "Provider {source} put a change off, which is only allowed while planning with -allow-deferral. Without \
             it this is a bug in the provider; please report it to those who maintain it, or plan with \
             -allow-deferral to go on with the rest."
        );
        found.push(Diagnostic::error(codes::provider::BROKEN_LAW, "Invalid deferral", detail));
        found
    }
}

/// What a provider is told of us.
pub(crate) fn abilities(deferral_allowed: bool) -> ClientCapabilities {
    ClientCapabilities { deferral_allowed, write_only_attributes_allowed: true }
}

fn reason(deferred: Deferred) -> &'static str {
    match deferred.reason {
        1 => "resource_config_unknown",
        2 => "provider_config_unknown",
        3 => "absent_prereq",
        _ => "unknown",
    }
}
