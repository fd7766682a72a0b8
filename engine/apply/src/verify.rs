//! Whether the plan may be applied to the state that was read.

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_plan::{Action, Plan};

use crate::Request;

fn has_changes(plan: &Plan) -> bool {
    plan.changes.iter().any(|change| change.action != Action::NoOp)
        || plan.outputs.iter().any(|output| output.action != Action::NoOp)
}

/// Checks permit and state. Nothing was done yet when this finds errors.
pub(crate) fn verify(request: &Request) -> Diagnostics {
    let mut found = Diagnostics::new();
    let (plan, state) = (&request.plan, &request.stored.state);
    if plan.errored {
        let detail = "Planning ended with errors, so the plan says not everything that would have to be done. Plan \
                      again.";
        found.push(Diagnostic::error(codes::apply::STALE, "Cannot apply incomplete plan", detail));
    }
    if !plan.errored && !plan.applyable && has_changes(plan) {
        let detail = "Nothing that the plan shows can be stored yet: the outputs are known only when what they depend \
                      on is made. Make a plan without -refresh-only and apply it.";
        found.push(Diagnostic::error(codes::apply::STALE, "Cannot apply non-applyable plan", detail));
    }
    if plan.base.lineage != state.lineage || plan.base.serial != state.serial {
        let detail = "The given plan file can no longer be applied because the state was changed by another operation \
                      after the plan was created.";
        found.push(Diagnostic::error(codes::apply::STALE, "Saved plan is stale", detail));
        return found;
    }
    let now = request.host.now;
    if let Err(refused) = request.permit.check(request.root, (&state.lineage, state.serial), now) {
        found.push(*refused);
    }
    found
}
