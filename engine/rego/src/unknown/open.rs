//! Under what an answer holds.

use super::{Wait, Waits};
use crate::ast::Span;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// Under what an answer holds: certain, or depending on conditions that could not be decided.
#[derive(Debug, Clone, Default)]
pub struct Open {
    why: Option<Arc<Why>>,
    marks: u8,
}

#[derive(Debug)]
enum Why {
    One(Span, Waits),
    Both(Arc<Why>, Arc<Why>),
}

/// A condition that could not be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Where it is written.
    pub at: Span,
    /// What it waits for.
    pub waits: BTreeSet<Wait>,
}

/// The same answer may come about several times, or stand for an earlier one.
const REPEATED: u8 = 1;
/// One answer stands for any number of answers that cannot be listed.
const MANY: u8 = 2;

impl Open {
    /// A condition that waits.
    pub(crate) fn on(at: Span, waits: Waits) -> Self {
        Self { why: Some(Arc::new(Why::One(at, waits))), marks: 0 }
    }

    /// A condition that waits, at no place.
    #[must_use]
    pub fn waiting(waits: Waits) -> Self {
        Self::on(Span::default(), waits)
    }

    /// Whether nothing is left open.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.why.is_none()
    }

    /// Certain, and exactly one answer.
    pub(crate) fn is_plain(&self) -> bool {
        self.why.is_none() && self.marks == 0
    }

    /// One answer stands for any number.
    pub(crate) fn is_many(&self) -> bool {
        self.marks & MANY != 0
    }

    pub(crate) fn is_repeated(&self) -> bool {
        self.marks != 0
    }

    pub(crate) fn many(mut self) -> Self {
        self.marks |= MANY;
        self
    }

    pub(crate) fn repeated() -> Self {
        Self { why: None, marks: REPEATED }
    }

    pub(crate) fn wait(&mut self, at: Span, waits: Waits) {
        self.join(&Self::on(at, waits));
    }

    /// Both must hold.
    pub fn join(&mut self, other: &Self) {
        self.marks |= other.marks;
        self.why = match (self.why.take(), &other.why) {
            (None, other) => other.clone(),
            (own, None) => own,
            (Some(own), Some(other)) if Arc::ptr_eq(&own, other) => Some(own),
            (Some(own), Some(other)) => Some(Arc::new(Why::Both(own, other.clone()))),
        };
    }

    /// All that it waits for; `None` if nothing.
    #[must_use]
    pub fn waits(&self) -> Option<Waits> {
        let mut parts = Vec::new();
        self.each(|_, waits| parts.push(waits.clone()));
        (!parts.is_empty()).then(|| Waits::all(parts))
    }

    /// The conditions by place.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        let mut out: BTreeMap<Span, BTreeSet<Wait>> = BTreeMap::new();
        self.each(|at, waits| out.entry(at).or_default().extend(waits.list()));
        out.into_iter().map(|(at, waits)| Reason { at, waits }).collect()
    }

    fn each(&self, mut see: impl FnMut(Span, &Waits)) {
        let mut seen = HashSet::new();
        let mut left: Vec<&Arc<Why>> = self.why.iter().collect();
        while let Some(next) = left.pop() {
            if !seen.insert(Arc::as_ptr(next)) {
                continue;
            }
            match &**next {
                Why::One(at, waits) => see(*at, waits),
                Why::Both(a, b) => left.extend([b, a]),
            }
        }
    }
}
