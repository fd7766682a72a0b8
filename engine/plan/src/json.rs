//! The plan and the state in Terraform's JSON form: what `show -json` prints and what rules read.
//!
//! Everything is taken from inert data, so the view of a stored plan needs neither configuration nor
//! providers. Identity attributes are left out, as version 1.11 leaves them out.

mod changes;
mod checks;
mod configuration;
mod document;
mod lazy;
pub(crate) mod shown;
mod states;
mod tree;
pub(crate) mod values;
mod write;

pub use changes::key_json;
pub use changes::order;
pub use checks::to_state as state_check_results;
pub use configuration::Configuration;
pub(crate) use states::stored_secrets;
pub use values::{sensitive_shape, unknown_shape};

use std::collections::BTreeMap;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_state::State;
use ordain_value::{Type, Value};
use serde::Serialize;
use serde_json::Value as Json;

use crate::schema::Schemas;
use crate::{Action, Change, OutputChange, Plan};
use document::{ChangeDocument, OutputDocument, PlanDocument, RelevantDocuments, VariableDocument};
use lazy::Each;

/// Whether a document shows what is sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// As Terraform does: `show -json` is not redacted.
    Shown,
    /// null in place of everything sensitive; the `*_sensitive` shapes say where. For what is stored in
    /// readable form.
    Hidden,
}

/// What a document needs beside plan or state.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Schemas of every resource type that occurs.
    pub schemas: &'a Schemas,
    /// The document's `configuration` part, made by whoever holds the configuration; left out where it is absent.
    pub configuration: &'a Configuration,
    /// Version of the language that the document claims, such as `1.11.4`.
    pub terraform_version: &'a str,
    /// Whether it shows what is sensitive.
    pub secrets: Secrets,
}

/// The plan as one line of JSON in format 1.2, without a line break at its end.
pub fn plan(plan: &Plan, view: &View<'_>) -> (String, Diagnostics) {
    plan_explained(plan, view, &|_| None)
}

/// The same; each entry of `resource_changes` for which `cause` has an answer gets it as `ordain.cause`.
pub fn plan_explained(
    plan: &Plan,
    view: &View<'_>,
    cause: &dyn Fn(&Change) -> Option<Json>,
) -> (String, Diagnostics) {
    let (text, mut diagnostics) = with_document(plan, view, cause, true, |document| write::line(document));
    (written(text, &mut diagnostics), diagnostics)
}

/// The document written as it is made, without a text in between.
pub fn plan_written(plan: &Plan, view: &View<'_>, out: &mut dyn std::io::Write) -> Diagnostics {
    let (done, mut diagnostics) = with_document(plan, view, &|_| None, true, |document| {
        write::line_to(document, out).map(|()| String::new())
    });
    written(done, &mut diagnostics);
    diagnostics
}

/// The document handed to a serializer, without a text in between.
pub fn plan_to<S: serde::Serializer>(
    plan: &Plan,
    view: &View<'_>,
    serializer: S,
) -> (Result<S::Ok, S::Error>, Diagnostics) {
    with_document(plan, view, &|_| None, true, |document| document.serialize(serializer))
}

/// All of the document but what grows with the number of objects: no `resource_changes`, no `resource_drift`, and
/// `planned_values` and `prior_state` without content. Found is what is wrong with all of it.
pub fn outline_to<S: serde::Serializer>(
    plan: &Plan,
    view: &View<'_>,
    serializer: S,
) -> (Result<S::Ok, S::Error>, Diagnostics) {
    with_document(plan, view, &|_| None, false, |document| {
        let outline = PlanDocument {
            variables: document.variables.clone(),
            planned_values: document::ValuesDocument::default(),
            resource_drift: Each::new(Vec::new(), |change| changes::resource_change(change, view)),
            resource_changes: Each::new(Vec::new(), |change| changes::resource_change(change, view)),
            deferred_changes: document.deferred_changes.clone(),
            output_changes: document.output_changes.clone(),
            prior_state: document.prior_state.as_ref().map(|_| states::nothing()),
            relevant_attributes: document.relevant_attributes,
            checks: document.checks.clone(),
            ..*document
        };
        outline.serialize(serializer)
    })
}

/// `planned_values` alone.
///
/// # Errors
/// What the serializer says.
pub fn planned_values_to<S: serde::Serializer>(
    plan: &Plan,
    view: &View<'_>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    states::planned(plan, view).0.serialize(serializer)
}

/// `prior_state` alone.
///
/// # Errors
/// What the serializer says.
pub fn prior_state_to<S: serde::Serializer>(
    plan: &Plan,
    view: &View<'_>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    states::document(&plan.prior, view, &settled_outputs(plan), false).0.serialize(serializer)
}

/// One entry of `resource_changes`; in its `change`, null for each of `before`, `after_unknown` and the sensitive
/// shapes, and no `after`.
///
/// # Errors
/// What the serializer says.
pub fn frame_to<S: serde::Serializer>(change: &Change, serializer: S) -> Result<S::Ok, S::Error> {
    changes::frame(change).serialize(serializer)
}

/// Outputs that are known already count as part of the refreshed state, with their new values.
fn settled_outputs(plan: &Plan) -> Vec<&OutputChange> {
    let known = |output: &&OutputChange| output.action != Action::Delete && output.after.is_wholly_known();
    plan.outputs.iter().filter(known).collect()
}

fn with_document<'a, T>(
    plan: &'a Plan,
    view: &'a View<'a>,
    cause: &'a dyn Fn(&Change) -> Option<Json>,
    whole: bool,
    work: impl FnOnce(&PlanDocument<'_>) -> T,
) -> (T, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let outputs = settled_outputs(plan);
    let has_prior = !plan.prior.is_empty() || outputs.iter().any(|output| !output.after.is_null());
    let prior_state =
        has_prior.then(|| diagnostics.take(states::document(&plan.prior, view, &outputs, false)));
    let planned_values = if whole {
        diagnostics.take(states::planned(plan, view))
    } else {
        diagnostics.append(states::without_schema(plan, view));
        document::ValuesDocument::default()
    };
    let change = move |change: &&'a Change| changes::resource_change(change, view);
    let explained = move |planned: &&'a Change| document::ResourceChange {
        ordain: cause(planned).map(own),
        ..change(planned)
    };
    let document = PlanDocument {
        format_version: "1.2",
        terraform_version: view.terraform_version,
        variables: variables(plan, view),
        planned_values,
        resource_drift: Each::new(if whole { changes::in_order(&plan.drift) } else { Vec::new() }, change),
        resource_changes: Each::new(
            if whole { changes::in_order(&plan.changes) } else { Vec::new() },
            explained,
        ),
        deferred_changes: plan.deferred.iter().map(|deferred| changes::deferred(deferred, view)).collect(),
        output_changes: plan
            .outputs
            .iter()
            .map(|output| (output.name.as_str(), output_change(output, view.secrets)))
            .collect(),
        prior_state,
        configuration: view.configuration,
        relevant_attributes: RelevantDocuments(&plan.relevant),
        checks: checks::documents(&plan.checks),
        timestamp: &plan.timestamp,
        applyable: plan.applyable,
        complete: plan.complete,
        errored: plan.errored,
    };
    (work(&document), diagnostics)
}

/// A state as one line of JSON in format 1.0, without a line break at its end.
pub fn state(state: &State, view: &View<'_>) -> (String, Diagnostics) {
    let (document, mut diagnostics) = states::document(state, view, &[], true);
    (line(&document, &mut diagnostics), diagnostics)
}

/// What we say beside Terraform's format stands under one name of ours.
fn own(cause: Json) -> Json {
    serde_json::json!({ "cause": cause })
}

fn line(document: &impl Serialize, diagnostics: &mut Diagnostics) -> String {
    written(write::line(document), diagnostics)
}

fn written(text: Result<String, String>, diagnostics: &mut Diagnostics) -> String {
    match text {
        Ok(text) => text,
        Err(error) => {
            let detail = format!("The JSON document could not be written: {error}.");
            diagnostics.push(Diagnostic::error(
                codes::plan::CANNOT_SHOW,
                "Failed to marshal plan to json",
                detail,
            ));
            String::new()
        }
    }
}

fn variables<'a>(plan: &'a Plan, view: &View<'_>) -> BTreeMap<&'a str, VariableDocument> {
    plan.variables
        .iter()
        .filter_map(|(name, value)| {
            let value = match value {
                Some(value) if view.secrets == Secrets::Hidden => values::known(&values::hide(value))?,
                Some(value) => values::known(value)?,
                // The value of an ephemeral variable is not kept; a declared default is no secret of the run.
                None => view.configuration.default_of(name)?,
            };
            Some((&**name, VariableDocument { value }))
        })
        .collect()
}

fn output_change(output: &OutputChange, secrets: Secrets) -> ChangeDocument<'static> {
    let hidden = output.sensitive && secrets == Secrets::Hidden;
    let show = |value: &Value| match values::known(value) {
        Some(_) if hidden => Some(Json::Null),
        shown => shown,
    };
    let after_unknown =
        if output.after.is_wholly_known() { Json::Bool(false) } else { values::unknown_shape(&output.after) };
    ChangeDocument {
        actions: output.action.words(),
        before: show(&output.before).unwrap_or(Json::Null).into(),
        after: show(&output.after).map(Into::into),
        after_unknown: after_unknown.into(),
        before_sensitive: Json::Bool(output.sensitive).into(),
        after_sensitive: Json::Bool(output.sensitive).into(),
        replace_paths: Vec::new(),
        importing: None,
        generated_config: None,
    }
}

/// Root module outputs as they will be.
fn planned_outputs(plan: &Plan, secrets: Secrets) -> BTreeMap<String, OutputDocument> {
    plan.outputs
        .iter()
        .filter(|output| output.action != Action::Delete)
        .map(|output| {
            let known = output.after.is_wholly_known();
            let hidden = output.sensitive && secrets == Secrets::Hidden;
            let document = OutputDocument {
                sensitive: output.sensitive,
                // A null has no type, whatever it was converted to.
                ty: known.then(|| match output.after.is_null() {
                    true => values::type_json(&Type::Dynamic),
                    false => values::type_json(&output.after.ty()),
                }),
                value: known.then(|| values::known(&output.after).filter(|_| !hidden).unwrap_or(Json::Null)),
            };
            (output.name.clone(), document)
        })
        .collect()
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
