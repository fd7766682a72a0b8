//! The exact form of a plan: everything that apply needs, in JSON of our own that never changes meaning
//! within one format version of the plan file.
//!
//! Unlike the JSON plan it loses nothing: types, unknown values with what is known about them, marks,
//! private bytes and the execution graph all come back as they were. Sensitive values stand in it in
//! clear; see [`crate::file`] for who may read it.

mod addresses;
mod checks;
mod forms;
mod shared;
mod states;
mod types;
mod values;
mod words;
mod written;

use std::io::Write;

use ordain_state::State;

use crate::schema::Schemas;
use crate::{Plan, Step, text};

/// Why a text is no plan, state or schema in the exact form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(pub String);

impl std::fmt::Display for Broken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

fn broken(error: impl std::fmt::Display) -> Broken {
    Broken(error.to_string())
}

/// The plan without its two states and without its steps.
///
/// # Errors
/// When a value is ephemeral: such a value must not be stored; or when it cannot be written.
pub fn write_changes(plan: &Plan, out: &mut dyn Write) -> Result<(), Broken> {
    let _writing = shared::Writing::begin();
    text::compact(&written::PlanWritten::of(plan), out).map_err(broken)
}

/// The plan from its parts.
///
/// # Errors
/// When a part is damaged or of another version.
pub fn read_plan(changes: &[u8], steps: &[u8], prior: State, base: State) -> Result<Plan, Broken> {
    let _reading = shared::Reading::begin();
    let form: forms::PlanForm = serde_json::from_slice(changes).map_err(broken)?;
    let steps = read_steps(steps)?;
    let plan = form.into_plan(steps, prior, base)?;
    check_steps(&plan)?;
    Ok(plan)
}

/// The execution graph.
///
/// # Errors
/// When it cannot be written.
pub fn write_steps(steps: &[Step], out: &mut dyn Write) -> Result<(), Broken> {
    text::compact(&written::Each(steps, written::StepWritten), out).map_err(broken)
}

fn read_steps(bytes: &[u8]) -> Result<Vec<Step>, Broken> {
    let forms: Vec<forms::StepForm> = serde_json::from_slice(bytes).map_err(broken)?;
    Ok(forms.into_iter().map(forms::StepForm::into_step).collect())
}

/// Every step must name a change that exists and come after the steps that it waits for.
fn check_steps(plan: &Plan) -> Result<(), Broken> {
    for (at, step) in plan.steps.iter().enumerate() {
        if step.kind.change() as usize >= plan.changes.len() {
            return Err(Broken(format!("step {at} names a change that does not exist")));
        }
        if step.after.iter().any(|id| id.0 as usize >= at) {
            return Err(Broken(format!("step {at} waits for a step that does not come before it")));
        }
    }
    Ok(())
}

/// A state.
///
/// # Errors
/// When a value is ephemeral.
pub fn write_state(state: &State, out: &mut dyn Write) -> Result<(), Broken> {
    text::compact(&states::StateForm::of(state), out).map_err(broken)
}

/// A state.
///
/// # Errors
/// When the text is damaged.
pub fn read_state(bytes: &[u8]) -> Result<State, Broken> {
    let _reading = shared::Reading::begin();
    let form: states::StateForm = serde_json::from_slice(bytes).map_err(broken)?;
    form.into_state()
}

/// Trimmed schemas.
///
/// # Errors
/// When they cannot be written.
pub fn write_schemas(schemas: &Schemas, out: &mut dyn Write) -> Result<(), Broken> {
    text::compact(&forms::SchemaForm::all(schemas), out).map_err(broken)
}

/// Trimmed schemas.
///
/// # Errors
/// When the text is damaged.
pub fn read_schemas(bytes: &[u8]) -> Result<Schemas, Broken> {
    let forms: Vec<forms::SchemaForm> = serde_json::from_slice(bytes).map_err(broken)?;
    forms::SchemaForm::into_schemas(forms)
}

pub(crate) use addresses::Text;
pub use types::read as read_type;
pub use values::Exact;
pub(crate) use values::Written;

#[cfg(test)]
#[path = "serial_tests.rs"]
pub(crate) mod tests;
