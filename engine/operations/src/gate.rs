//! What policies could not decide while values were unknown, decided right before each object is touched.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use ordain_apply::{Gate, OpenGate};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_plan::contract::{self, Contract};
use ordain_plan::file::PlanFile;
use ordain_plan::{Change, Schemas};
use ordain_policy::{Bundle, Decisions, Input, Objects, RegoValue, Stage};

use crate::repository::Repository;
use crate::{Workdir, clock, judging};

/// Judges objects that rules wait for by the policies that judged the plan.
pub struct PolicyGate {
    bundle: Bundle,
    /// Addresses that rules wait for.
    waiting: BTreeSet<String>,
    /// The JSON plan.
    plan: RegoValue,
    /// What rules read; real values take the place of unknown ones as they come.
    read: Mutex<Read>,
    /// Where changes stand in the plan.
    rows: HashMap<(String, Option<String>), usize>,
    schemas: Schemas,
    environment: Option<String>,
    time_zone: String,
    actor: Option<String>,
    commit: Option<String>,
}

/// The contract of a plan and its changes.
struct Read {
    contract: Contract,
    objects: Arc<Objects>,
}

impl PolicyGate {
    /// The gate of a plan: open when its decisions left nothing undecided.
    pub fn of(
        workdir: &Workdir,
        policies: Option<&Path>,
        file: &Arc<PlanFile>,
        decisions: &Decisions,
    ) -> (Option<Arc<dyn Gate>>, Diagnostics) {
        let waiting: BTreeSet<String> =
            decisions.obligations.iter().map(|open| open.address.clone()).collect();
        if waiting.is_empty() {
            return (Some(Arc::new(OpenGate)), Diagnostics::new());
        }
        let repository = Repository::around(workdir);
        let mut found = Diagnostics::new();
        let bundle = found.take(judging::bundle(&repository, policies));
        let plan = found.take(judging::document(file));
        let contract = contract::contract(&file.plan, &file.schemas, &file.header.origin.nonce);
        let (Some(bundle), Some(plan), Ok(contract)) = (bundle, plan, contract) else {
            found.push(broken(
                "the policies that judged the plan are not there, or it cannot be shown to them",
            ));
            return (None, found);
        };
        let environment = file.header.place.environment.clone();
        let gate = Self {
            bundle,
            waiting,
            plan,
            rows: file.plan.changes.iter().map(key).zip(0..).collect(),
            read: Mutex::new(Read { contract, objects: Arc::new(Objects::of(Arc::clone(file))) }),
            schemas: file.schemas.clone(),
            time_zone: judging::time_zone(&repository, environment.as_deref()),
            environment,
            actor: repository.actor,
            commit: file.header.origin.commit.clone(),
        };
        (Some(Arc::new(gate)), found)
    }

    /// Puts the real values of one change in the place of what was planned.
    fn put(&self, change: &Change) -> Result<MutexGuard<'_, Read>, Diagnostic> {
        let real = contract::change(change, &self.schemas);
        let mut read = self.read.lock().map_err(|_| broken("another judgement failed"))?;
        let at = self.rows.get(&key(change)).ok_or_else(|| broken("the plan has no such change"))?;
        Arc::make_mut(&mut read.objects).settle(*at, change.clone());
        read.contract.secrets.extend(real.secrets);
        read.contract.veiled |= real.veiled;
        Ok(read)
    }
}

/// Address and deposed key.
fn key(change: &Change) -> (String, Option<String>) {
    (change.address.to_string(), change.deposed.as_ref().map(|key| key.0.to_string()))
}

fn broken(why: &str) -> Diagnostic {
    let detail =
        format!("What policies left open could not be judged: {why}. Nothing was done to the object.");
    Diagnostic::error(codes::policy::POLICY_LOAD, "Policies could not judge", detail)
}

impl Gate for PolicyGate {
    fn learned(&self, change: &Change) {
        // An object that the contract does not have cannot be looked at by rules either.
        drop(self.put(change));
    }

    fn judge(&self, change: &Change) -> Diagnostics {
        let address = change.address.to_string();
        if !self.waiting.contains(&address) {
            return Diagnostics::new();
        }
        let read = match self.put(change) {
            Ok(read) => read,
            Err(error) => return error.with_address(address).into(),
        };
        let input = Input {
            stage: Stage::Resource,
            plan: &self.plan,
            contract: &read.contract,
            objects: Some(&read.objects),
            root: None,
            environment: self.environment.as_deref(),
            time_zone: &self.time_zone,
            actor: self.actor.as_deref(),
            commit: self.commit.as_deref(),
            object: Some(&address),
            now: clock::now(),
            more: serde_json::Map::new(),
        };
        let (decisions, mut found) = ordain_policy::judge(&self.bundle, &input);
        if let Some(decisions) = decisions {
            // Warnings were given when the plan was shown.
            found.extend(ordain_policy::report(&decisions).into_iter().filter(Diagnostic::is_error));
        }
        found
    }
}
