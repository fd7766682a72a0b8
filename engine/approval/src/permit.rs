//! The token without which nothing is applied.

use ordain_diag::{Diagnostic, codes};
use ordain_plan::Digest;

use crate::times;

/// Leave to apply one plan once. Only [`crate::judge`] makes one.
#[derive(Debug)]
pub struct Permit {
    root: Digest,
    lineage: String,
    serial: u64,
    nonce: String,
    expires: Option<i64>,
    approved_by: Vec<String>,
}

impl Permit {
    pub(crate) fn new(
        root: Digest,
        (lineage, serial): (String, u64),
        nonce: String,
        expires: Option<i64>,
        approved_by: Vec<String>,
    ) -> Self {
        Self { root, lineage, serial, nonce, expires, approved_by }
    }

    /// Root of the plan that may be applied.
    pub fn root(&self) -> Digest {
        self.root
    }

    /// Lineage and serial of the state that it may be applied to.
    pub fn state(&self) -> (&str, u64) {
        (&self.lineage, self.serial)
    }

    /// The plan's nonce, to be recorded with the state so that the plan cannot be applied again.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// Who approved, for the journal.
    pub fn approved_by(&self) -> &[String] {
        &self.approved_by
    }

    /// Checks that it is for this plan and this state and still counts; asked once more under the lock.
    ///
    /// # Errors
    /// The reason, when it does not.
    pub fn check(&self, root: Digest, state: (&str, u64), now: i64) -> Result<(), Box<Diagnostic>> {
        let code = codes::approval::NOT_APPROVED;
        if root != self.root {
            let detail = format!("The permit is for the plan {}, not for {root}.", self.root);
            return Err(Box::new(Diagnostic::error(code, "Permit for another plan", detail)));
        }
        if state != self.state() {
            return Err(Box::new(crate::judge::stale(self.state(), state)));
        }
        if let Some(expires) = self.expires.filter(|expires| now >= *expires) {
            let detail =
                format!("The permit counted until {}. Plan and approve again.", times::show(expires));
            return Err(Box::new(Diagnostic::error(codes::approval::EXPIRED, "Permit expired", detail)));
        }
        Ok(())
    }
}
