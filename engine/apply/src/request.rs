//! What an apply is given, and what it gives back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ordain_approval::Permit;
use ordain_diag::{CheckResult, Diagnostics};
use ordain_plan::{Change, Digest, Observer, Plan};
use ordain_provider::ProviderSource;
use ordain_state::{State, StateStore, Stored};
use tokio::sync::Notify;

use crate::Provisioners;

/// Everything that an apply needs. The caller holds the lock of the state.
pub struct Request {
    /// Configuration, schemas and variables of the plan. Mode, targets and stored providers are set here.
    pub evaluation: ordain_eval::Input,
    /// The plan.
    pub plan: Plan,
    /// Root digest of the plan.
    pub root: Digest,
    /// Leave to apply it.
    pub permit: Permit,
    /// Where the state is kept.
    pub store: StateStore,
    /// The state as it was read under the lock.
    pub stored: Stored,
    /// Where providers come from.
    pub providers: Arc<dyn ProviderSource>,
    /// Runs provisioners.
    pub provisioners: Arc<dyn Provisioners>,
    /// Judges objects right before they are made or changed.
    pub gate: Arc<dyn Gate>,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// Present time and fresh names.
    pub host: Host,
    /// Asks to stop.
    pub stop: Arc<Stop>,
    /// Greatest number of provider calls at a time.
    pub parallelism: usize,
    /// Whether it is the command `refresh`, which does no more than read: nothing is evaluated again, and outputs that
    /// the plan does not know, or that are not declared any more, stay as they are stored.
    pub only_reads: bool,
}

/// Judges an object right before it is made or changed, with its real values: what could not be decided
/// while they were unknown is decided here.
pub trait Gate: Send + Sync {
    /// Findings about a change whose `after` is what the provider is about to be told. Errors keep the object
    /// from being touched; what depends on it is then left out too.
    fn judge(&self, change: &Change) -> Diagnostics;

    /// Hears of an object as it has become, for what is judged later.
    fn learned(&self, _change: &Change) {}
}

/// A gate for plans about which nothing is left to decide.
pub struct OpenGate;

impl Gate for OpenGate {
    fn judge(&self, _change: &Change) -> Diagnostics {
        Diagnostics::new()
    }
}

/// Present time and fresh names: what a pure core cannot have by itself.
pub struct Host {
    /// Now, in seconds since 1970.
    pub now: i64,
    /// Version of the language that providers and state are told.
    pub terraform_version: String,
    /// Lineage for a state that has none.
    pub new_lineage: String,
    /// Eight fresh hexadecimal digits, for an object that is set aside.
    pub deposed_key: Box<dyn Fn() -> String + Send + Sync>,
}

/// A request to stop, given from outside at any time: nothing new is begun, what runs is asked to end soon
/// and waited for.
#[derive(Default)]
pub struct Stop {
    asked: AtomicBool,
    notify: Notify,
}

impl Stop {
    /// Nobody has asked yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to stop.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::SeqCst);
        self.notify.notify_one();
    }

    /// Whether somebody has asked.
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// Waits until somebody asks.
    pub(crate) async fn asked(&self) {
        while !self.is_asked() {
            self.notify.notified().await;
        }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Objects made, replacements included.
    pub added: usize,
    /// Objects changed in place.
    pub changed: usize,
    /// Objects destroyed, replacements included.
    pub destroyed: usize,
    /// Objects taken over by import.
    pub imported: usize,
    /// Objects no longer managed.
    pub forgotten: usize,
}

/// What came of an apply.
pub struct Applied {
    /// The state as it is stored now.
    pub stored: Stored,
    /// What was done.
    pub counts: Counts,
    /// What checks and conditions say.
    pub checks: Vec<CheckResult>,
    /// Whether everything was done: no step failed or was left out.
    pub complete: bool,
    /// The state as it ought to be stored, when the store did not take it.
    pub unsaved: Option<State>,
}
