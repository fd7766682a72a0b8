//! How a provider of this library plans any object; only what one type does beside it differs.

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_provider::{PlanReply, PlanRequest};

use crate::diff::{Planned, plan};
use crate::private::Timeouts;
use crate::tree::TypeTree;

/// Plans an object: the diff, then `customise` (what the type itself adds or refuses), then the timeouts into private data.
/// An object that is to go is planned as it was proposed.
pub fn plan_object(
    tree: &TypeTree,
    request: &PlanRequest,
    customise: impl FnOnce(&mut Planned) -> Diagnostics,
) -> (Option<PlanReply>, Diagnostics) {
    let mut reply = PlanReply {
        planned: request.proposed.clone(),
        requires_replace: Vec::new(),
        planned_private: request.prior_private.clone(),
        planned_identity: None,
        legacy_type_system: true,
    };
    if request.proposed.is_null() {
        return (Some(reply), Diagnostics::new());
    }
    if let Some(message) = Timeouts::check(&request.proposed) {
        return (None, Diagnostic::error(codes::provider::PROVIDER_ERROR, message, "").into());
    }
    let mut planned = plan(tree, &request.prior, &request.proposed);
    let found = customise(&mut planned);
    if found.has_errors() {
        return (None, found);
    }
    if planned.changed {
        let timeouts = Timeouts::of(tree, &planned.object);
        reply.planned_private = timeouts.store(tree, false);
    }
    reply.planned = planned.object;
    reply.requires_replace = planned.replace;
    (Some(reply), found)
}
