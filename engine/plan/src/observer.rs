//! What happens while planning and applying, for whoever shows it.

use ordain_addr::{DeposedKey, ResourceInstance};
use ordain_value::Value;

/// What is being done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Bring what is known of it up to date.
    Refresh,
    /// Find it by an id.
    Import,
    /// Take what was found by an id into the state.
    Adopt,
    /// Read a data source.
    Read,
    /// Make it.
    Create,
    /// Change it in place.
    Update,
    /// Destroy it.
    Delete,
    /// Open an ephemeral resource.
    Open,
    /// Keep an ephemeral resource open.
    Renew,
    /// Close an ephemeral resource.
    Close,
}

/// One event. Times are the observer's: the engine has no clock.
#[derive(Clone, Copy, Debug)]
pub enum Event<'e> {
    /// Work on an object begins. `known` is the object as it was known; null when it was not.
    Started {
        /// Which object.
        address: &'e ResourceInstance,
        /// Which object set aside, if not the present one.
        deposed: Option<&'e DeposedKey>,
        /// What is done.
        work: Work,
        /// The object before.
        known: &'e Value,
    },
    /// Work ended well.
    Ended {
        /// Which object.
        address: &'e ResourceInstance,
        /// Which object set aside, if not the present one.
        deposed: Option<&'e DeposedKey>,
        /// What was done.
        work: Work,
        /// The object after; null when it is gone.
        known: &'e Value,
    },
    /// Work failed; the diagnostics come with the result.
    Failed {
        /// Which object.
        address: &'e ResourceInstance,
        /// Which object set aside, if not the present one.
        deposed: Option<&'e DeposedKey>,
        /// What was tried.
        work: Work,
    },
    /// Something is not opened, as its configuration is not known yet.
    PutOff {
        /// What.
        address: &'e ResourceInstance,
    },
    /// A provisioner begins.
    ProvisionStarted {
        /// Which object.
        address: &'e ResourceInstance,
        /// Type of the provisioner.
        kind: &'e str,
    },
    /// A provisioner says something; without line break.
    ProvisionOutput {
        /// Which object.
        address: &'e ResourceInstance,
        /// Type of the provisioner.
        kind: &'e str,
        /// The line.
        line: &'e str,
    },
    /// A provisioner ended.
    ProvisionEnded {
        /// Which object.
        address: &'e ResourceInstance,
        /// Type of the provisioner.
        kind: &'e str,
        /// Whether it ended well.
        ok: bool,
        /// Why it did not, where that stops nothing and so is no error.
        passed_over: Option<&'e str>,
    },
}

/// Somebody who watches. Called from one task, in order; must return soon.
pub trait Observer: Send + Sync {
    /// One event.
    fn event(&self, event: Event<'_>);
}

/// Watches nothing.
pub struct Silent;

impl Observer for Silent {
    fn event(&self, _event: Event<'_>) {}
}
