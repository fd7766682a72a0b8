//! Plans and steps on their way into the exact form: what [`super::forms`] reads, field by field.
//!
//! Everything is borrowed and made while it is written: the forms of a large plan as a whole would take more room than
//! the plan itself.

use std::collections::BTreeMap;

use ordain_addr::{ProviderConfigAddr, ResourceInstance, Target};
use ordain_value::{Path, Step as PathStep, Value};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::addresses::{Bytes, Text};
use super::checks::CheckForm;
use super::forms::KindForm;
use super::values::Written;
use super::words;
use crate::{Change, Deferred, Importing, OutputChange, Plan, RelevantAttribute, Step, StepId};

/// A list whose members are written through a form of their own.
pub struct Each<'a, T, F>(pub &'a [T], pub fn(&'a T) -> F);

impl<T, F> Each<'_, T, F> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T, F: Serialize> Serialize for Each<'_, T, F> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.0.iter().map(self.1))
    }
}

/// A plan without its states and steps.
#[derive(Serialize)]
pub struct PlanWritten<'a> {
    mode: &'static str,
    timestamp: &'a str,
    variables: BTreeMap<&'a str, Option<Written<'a>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    given: Vec<&'a str>,
    changes: Each<'a, Change, ChangeWritten<'a>>,
    drift: Each<'a, Change, ChangeWritten<'a>>,
    deferred: Each<'a, Deferred, DeferredWritten<'a>>,
    outputs: Each<'a, OutputChange, OutputWritten<'a>>,
    checks: Vec<CheckForm>,
    relevant: Each<'a, RelevantAttribute, (&'a str, Each<'a, Value, Written<'a>>)>,
    targets: Each<'a, Target, Text<&'a Target>>,
    excludes: Each<'a, Target, Text<&'a Target>>,
    complete: bool,
    applyable: bool,
    errored: bool,
}

impl<'a> PlanWritten<'a> {
    /// The form of a plan.
    pub fn of(plan: &'a Plan) -> Self {
        Self {
            mode: words::mode(plan.mode),
            timestamp: &plan.timestamp,
            variables: plan.variables.iter().map(|(k, v)| (&**k, v.as_ref().map(Written::of))).collect(),
            given: plan.given.iter().map(|name| &**name).collect(),
            changes: Each(&plan.changes, ChangeWritten::of),
            drift: Each(&plan.drift, ChangeWritten::of),
            deferred: Each(&plan.deferred, DeferredWritten::of),
            outputs: Each(&plan.outputs, OutputWritten::of),
            checks: plan.checks.iter().map(CheckForm::of).collect(),
            relevant: Each(&plan.relevant, |one| (&one.resource, Each(&one.attribute, Written::of))),
            targets: Each(&plan.targets, Text),
            excludes: Each(&plan.excludes, Text),
            complete: plan.complete,
            applyable: plan.applyable,
            errored: plan.errored,
        }
    }
}

#[derive(Serialize)]
struct ChangeWritten<'a> {
    address: Text<&'a ResourceInstance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_address: Option<Text<&'a ResourceInstance>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deposed: Option<&'a str>,
    provider: Text<&'a ProviderConfigAddr>,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    before: Written<'a>,
    after: Written<'a>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    replace_paths: Each<'a, Path, PathWritten<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    importing: Option<ImportingWritten<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generated_config: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    create_before_destroy: bool,
    #[serde(skip_serializing_if = "Bytes::is_empty")]
    planned_private: Bytes<&'a [u8]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_before: Option<Written<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_after: Option<Written<'a>>,
}

impl<'a> ChangeWritten<'a> {
    fn of(change: &'a Change) -> Self {
        Self {
            address: Text(&change.address),
            previous_address: change.previous_address.as_deref().map(Text),
            deposed: change.deposed.as_ref().map(|key| &*key.0),
            provider: Text(&change.provider),
            action: words::action(change.action),
            reason: change.reason.map(crate::Reason::word),
            before: Written::of(&change.before),
            after: Written::of(&change.after),
            replace_paths: Each(&change.replace_paths, PathWritten),
            importing: change.importing.as_deref().map(ImportingWritten::of),
            generated_config: change.generated_config.as_deref(),
            create_before_destroy: change.create_before_destroy,
            planned_private: Bytes(&change.planned_private),
            identity_before: change.identity.0.as_deref().map(Written::of),
            identity_after: change.identity.1.as_deref().map(Written::of),
        }
    }
}

/// A path, step by step.
struct PathWritten<'a>(&'a Path);

impl Serialize for PathWritten<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.0.0.iter().map(PathStepWritten::of))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum PathStepWritten<'a> {
    Attr(&'a str),
    Index(Written<'a>),
}

impl<'a> PathStepWritten<'a> {
    fn of(step: &'a PathStep) -> Self {
        match step {
            PathStep::Attr(name) => Self::Attr(name),
            PathStep::Index(key) => Self::Index(Written::of(key)),
        }
    }
}

#[derive(Serialize)]
struct ImportingWritten<'a> {
    id: Option<&'a str>,
    unknown: bool,
    identity: Option<Written<'a>>,
}

impl<'a> ImportingWritten<'a> {
    fn of(importing: &'a Importing) -> Self {
        Self {
            id: importing.id.as_deref(),
            unknown: importing.unknown,
            identity: importing.identity.as_ref().map(Written::of),
        }
    }
}

#[derive(Serialize)]
struct DeferredWritten<'a> {
    reason: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    index_unknown: bool,
    change: ChangeWritten<'a>,
}

impl<'a> DeferredWritten<'a> {
    fn of(deferred: &'a Deferred) -> Self {
        Self {
            reason: deferred.reason,
            index_unknown: deferred.index_unknown,
            change: ChangeWritten::of(&deferred.change),
        }
    }
}

#[derive(Serialize)]
struct OutputWritten<'a> {
    name: &'a str,
    action: &'static str,
    before: Written<'a>,
    after: Written<'a>,
    sensitive: bool,
}

impl<'a> OutputWritten<'a> {
    fn of(output: &'a OutputChange) -> Self {
        Self {
            name: &output.name,
            action: words::action(output.action),
            before: Written::of(&output.before),
            after: Written::of(&output.after),
            sensitive: output.sensitive,
        }
    }
}

/// One step of the execution graph.
pub struct StepWritten<'a>(pub &'a Step);

impl Serialize for StepWritten<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut form = out.serialize_struct("Step", 2)?;
        form.serialize_field("does", &KindForm::of(self.0.kind))?;
        form.serialize_field("after", &Each(&self.0.after, |id: &StepId| id.0))?;
        form.end()
    }
}
