//! The bytes of a stored plan, made by as many threads as take part.
//!
//! The readable plan, the exact one, the digest of its effects and all else are pieces of work that need nothing of each
//! other. Whoever has time takes the next one: whoever shows the plan to people meanwhile comes late, and then does
//! what is left instead of waiting.

use std::ops::Deref;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use ordain_diag::{Diagnostic, Diagnostics, codes};

use super::packing::Packed;
use super::parts::{self, Exact, PackedParts};
use super::{Digests, PlanFile, Seal, archive};
use crate::serial::Broken;
use crate::{Digest, digest, redact};

/// A stored plan that is being made.
pub struct Making<F, S> {
    file: F,
    seal: Option<S>,
    /// How many pieces of work were taken.
    taken: AtomicUsize,
    /// The plan as those see it who may not open it: it holds no secret anywhere.
    redacted: OnceLock<PlanFile>,
    readable: OnceLock<(Result<Packed, Broken>, Diagnostics)>,
    exact: OnceLock<Result<Exact, Broken>>,
    effects: OnceLock<Result<Digest, Broken>>,
    beside: OnceLock<Result<PackedParts, Broken>>,
}

impl<F: Deref<Target = PlanFile>, S: Seal> Making<F, S> {
    /// Nothing is made yet. With `seal`, what holds secrets will be sealed.
    pub fn new(file: F, seal: Option<S>) -> Self {
        Self {
            file,
            seal,
            taken: AtomicUsize::new(0),
            redacted: OnceLock::new(),
            readable: OnceLock::new(),
            exact: OnceLock::new(),
            effects: OnceLock::new(),
            beside: OnceLock::new(),
        }
    }

    /// Does what nobody has begun, until there is nothing of that kind. Others may still be at work then.
    pub fn work(&self) {
        loop {
            // The largest first.
            match self.taken.fetch_add(1, Ordering::Relaxed) {
                0 => _ = self.readable.set(parts::readable(self.shown())),
                1 => _ = self.exact.set(self.exact()),
                2 => _ = self.effects.set(digest::effects(&self.file.plan)),
                3 => _ = self.beside.set(parts::beside(&self.file)),
                _ => return,
            }
        }
    }

    fn shown(&self) -> &PlanFile {
        match self.seal {
            None => &self.file,
            Some(_) => self
                .redacted
                .get_or_init(|| PlanFile { plan: redact::redacted(&self.file.plan), ..self.file.clone() }),
        }
    }

    fn exact(&self) -> Result<Exact, Broken> {
        let seal = self.seal.as_ref().map(|seal| (seal as &dyn Seal, &self.shown().plan));
        parts::exact(&self.file, seal)
    }

    /// What came of it, once all who took part are done.
    ///
    /// # Errors
    /// When a value may not be stored (ephemeral values), the JSON view cannot be made (a missing schema), or what
    /// must be sealed cannot be.
    pub fn done(self) -> (Option<(Vec<u8>, Digests)>, Diagnostics) {
        // A thread that ended by itself is a defect; here it is one like any other that keeps a plan from being stored.
        let made = (self.readable.into_inner(), self.exact.into_inner(), self.effects.into_inner());
        let ((Some((readable, mut diagnostics)), Some(exact), Some(effects)), Some(beside)) =
            (made, self.beside.into_inner())
        else {
            return (None, unwritable("one of its parts could not be made").into());
        };
        if diagnostics.has_errors() {
            return (None, diagnostics);
        }
        let made = exact.and_then(|exact| parts::complete(&self.file, exact, beside?, readable?, effects?));
        let joined = |(parts, digests): (PackedParts, Digests)| match archive::join(&parts) {
            Ok(bytes) => Ok((bytes, digests)),
            Err(reason) => Err(failure(format!("The plan could not be packed: {reason}."))),
        };
        match made.map_err(|Broken(reason)| unwritable(&reason)).and_then(joined) {
            Ok(written) => (Some(written), diagnostics),
            Err(error) => {
                diagnostics.push(error);
                (None, diagnostics)
            }
        }
    }
}

fn unwritable(reason: &str) -> Diagnostic {
    failure(format!("The plan cannot be stored: {reason}."))
}

fn failure(detail: String) -> Diagnostic {
    Diagnostic::error(codes::plan::PLAN_FILE, "Failed to write plan file", detail)
}
