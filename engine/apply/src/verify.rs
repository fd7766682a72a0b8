//! Whether the plan may be applied to the state that was read.

use ordain_diag::{Diagnostic, Diagnostics, codes};

use crate::Request;

/// Checks permit and state. Nothing was done yet when this finds errors.
pub(crate) fn verify(request: &Request) -> Diagnostics {
    let mut found = Diagnostics::new();
    let (plan, state) = (&request.plan, &request.stored.state);
    if plan.errored {
        let detail = "Planning ended with errors, so the plan says not everything that would have to be done. Plan \
                      again.";
        found.push(Diagnostic::error(codes::apply::STALE, "Cannot apply incomplete plan", detail));
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
