//! The changes of a plan in the form of rules, each made when somebody looks at it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_plan::Change;
use ordain_plan::contract;
use ordain_plan::file::PlanFile;
use ordain_rego::Value;

use crate::reading::Reading;

/// Address and deposed key.
pub(crate) type Key = (String, Option<String>);

/// The changes of a stored plan, and what has become of some of them.
#[derive(Clone)]
pub struct Objects {
    file: Arc<PlanFile>,
    settled: BTreeMap<usize, Arc<Change>>,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").field("changes", &self.file.plan.changes.len()).finish_non_exhaustive()
    }
}

impl Objects {
    /// Those of a plan.
    #[must_use]
    pub fn of(file: Arc<PlanFile>) -> Self {
        Self { file, settled: BTreeMap::new() }
    }

    /// Puts a change with its real values in the place of a change of the plan.
    pub fn settle(&mut self, at: usize, change: Change) {
        self.settled.insert(at, Arc::new(change));
    }

    fn change(&self, at: usize, drift: bool) -> Option<&Change> {
        match (drift, self.settled.get(&at)) {
            (true, _) => self.file.plan.drift.get(at),
            (false, Some(settled)) => Some(settled),
            (false, None) => self.file.plan.changes.get(at),
        }
    }

    /// Where changes stand in [`Self::rows`].
    pub(crate) fn keys(&self, drift: bool) -> Vec<Key> {
        let changes = if drift { &self.file.plan.drift } else { &self.file.plan.changes };
        let key = |change: &Change| {
            (change.address.to_string(), change.deposed.as_ref().map(|key| key.0.to_string()))
        };
        changes.iter().map(key).collect()
    }

    /// `changes` or `drift`
    pub(crate) fn rows(self: &Arc<Self>, drift: bool) -> Value {
        let own = Arc::clone(self);
        Value::later_array(move || {
            let plan = &own.file.plan;
            let count = if drift { plan.drift.len() } else { plan.changes.len() };
            (0..count).map(|at| own.row(at, drift)).collect()
        })
    }

    fn row(self: &Arc<Self>, at: usize, drift: bool) -> Value {
        let own = Arc::clone(self);
        Value::later_object(move || {
            let Some(change) = own.change(at, drift) else { return Vec::new() };
            // The plan was stored, so that none of its values can be ephemeral.
            let row = contract::change(change, &own.file.schemas, &own.file.header.origin.nonce);
            let row = row.unwrap_or_default();
            let value = Reading::new(&row).change(&row.document);
            value.as_object().map(|object| object.pairs().to_vec()).unwrap_or_default()
        })
    }
}
