//! Values of variables given with a stored plan: the plan holds those it was made with, and they decide.

use ordain_config::ModuleTree;
use ordain_config::blocks::Variable;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_eval::{VariableInput, given_value, undeclared};
use ordain_plan::Plan;

use crate::variables::Inputs;

/// Compares what is `given` now with what the plan was made with; `named` are those among it that the command
/// line names. Values of ephemeral variables are not stored, so they must be given again, and only they.
pub fn check(tree: &ModuleTree, plan: &Plan, given: &Inputs, named: &Inputs) -> Diagnostics {
    let declared = &tree.root.variables;
    let mut found = Diagnostics::new();
    let left_over = given.iter().filter(|(name, _)| {
        let ephemeral = declared.get(*name).is_some_and(|variable| variable.ephemeral);
        !ephemeral && !plan.given.contains(*name)
    });
    found.append(undeclared(left_over));
    for (name, variable) in declared {
        let (then, now) = (plan.given.contains(name), given.contains_key(name));
        if variable.ephemeral {
            match (then, now) {
                (true, false) => found.push(missing(name)),
                (false, true) => found.push(late(name)),
                _ => {}
            }
        } else if let (true, Some(input)) = (then, named.get(name)) {
            found.extend(changed(plan, name, variable, input));
        }
    }
    found
}

fn error(summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(codes::eval::VARIABLE_VALUE, summary, detail)
}

fn missing(name: &str) -> Diagnostic {
    let detail = format!(
        "The ephemeral input variable {name:?} was set during the plan phase, and so must also be set during the apply phase."
    );
    error("No value for required variable", detail)
}

fn late(name: &str) -> Diagnostic {
    let detail = format!(
        "The ephemeral input variable {name:?} was not set during the planning phase, and so must remain unset during the apply phase."
    );
    error("Ephemeral variable was not set during planning", detail)
}

/// Another value than the one that the plan was made with.
fn changed(plan: &Plan, name: &str, variable: &Variable, input: &VariableInput) -> Option<Diagnostic> {
    let (now, _) = given_value(variable, input);
    let plain = |value: ordain_value::Value| variable.constraint.convert(value.unmark_deep().0).ok();
    let (then, now) = (plain(plan.variables.get(name)?.clone()?)?, plain(now?)?);
    if then == now {
        return None;
    }
    let detail = format!(
        "The variable {name} cannot be set using the -var and -var-file options when applying a saved plan file, because a saved plan includes the variable values that were set when it was created, and the value given now is another. To give a value that is not saved in the plan file, declare the variable with ephemeral = true."
    );
    Some(error("Can't change variable when applying a saved plan", detail))
}
