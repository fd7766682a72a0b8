//! What all jobs of one plan share, and what a job gives back.

use std::sync::Arc;

use ordain_addr::{ProviderConfigAddr, ResourceInstance};
use ordain_config::ModuleTree;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_eval::{Answer, Asked};
use ordain_plan::{Action, Change, Observer};
use ordain_provider::{ObjectSchema, ObjectSchemas, Provider, Subject};
use ordain_state::Edit;
use ordain_value::Value;
use smallvec::SmallVec;

use crate::Options;

/// What all jobs of one plan share.
pub(crate) struct Session {
    pub(crate) options: Options,
    /// Set while everything is planned before it is planned to go, as in Terraform: what comes of that are objects
    /// and outputs as they are now, and the errors that there are.
    pub(crate) before_destroy: bool,
    pub(crate) schemas: ObjectSchemas,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) tree: Arc<ModuleTree>,
}

/// A provider configuration, and the provider with it, ready for use; none where it cannot be used.
pub(crate) type Ready = (Arc<ProviderConfigAddr>, Option<Arc<dyn Provider>>);

/// Changes that came of one job: nearly always one, which needs no room elsewhere.
pub(crate) type Changes = SmallVec<[Change; 1]>;

/// What came of one job.
#[derive(Default)]
pub(crate) struct Done {
    /// What the evaluator asked, and the answer.
    pub(crate) answer: Option<(Asked, Answer)>,
    /// A provider configuration that was asked for.
    pub(crate) provider: Option<Ready>,
    /// Changes to objects.
    pub(crate) changes: Changes,
    /// Changes made outside.
    pub(crate) drift: Vec<Change>,
    /// What is to be changed in the prior state.
    pub(crate) edits: Vec<Edit>,
    /// Ephemeral resource that is open now: type, bytes to close it with. Boxed, as it is rare.
    pub(crate) opened: Option<Box<crate::ephemeral::Open>>,
    /// Findings.
    pub(crate) found: Diagnostics,
    /// Why the changes cannot be carried out yet, where they cannot; and whether that is because the keys of
    /// the resource itself are not known.
    pub(crate) deferred: Option<(&'static str, bool)>,
    /// A check block that does not hold because its data source cannot be read: address and why. Boxed, as it is rare.
    pub(crate) failed_check: Option<Box<(String, String)>>,
}

impl Done {
    /// With the reason for which the provider put its answer off, if it did.
    pub(crate) fn put_off_by(mut self, provider: &dyn Provider) -> Self {
        self.deferred = self.deferred.or(provider.put_off().map(|reason| (reason, false)));
        self
    }

    /// A job that failed.
    pub(crate) fn failed(asked: Asked, found: Diagnostics) -> Self {
        Self { answer: Some((asked, Answer::Failed)), found, ..Self::default() }
    }
}

impl Session {
    /// Schema of an object, or why there is none.
    pub(crate) fn schema(
        &self,
        provider: &ProviderConfigAddr,
        address: &ResourceInstance,
    ) -> Result<Arc<ObjectSchema>, Diagnostics> {
        self.schemas.get(&provider.provider, &address.resource).ok_or_else(|| {
            let detail = format!(
                "The provider {} has no type {:?}, which the state holds an object of at {address}.",
                provider.provider, address.resource.type_name
            );
            let error = Diagnostic::error(codes::plan::CANNOT_PLAN, "Unsupported resource type", detail);
            error.with_address(address.to_string()).into()
        })
    }

    /// The provider as it is asked about one object: it may put its answers off where that is allowed.
    pub(crate) fn asked(&self, provider: Arc<dyn Provider>) -> Arc<dyn Provider> {
        match self.options.allow_deferral {
            true => provider.deferring().unwrap_or(provider),
            false => provider,
        }
    }

    /// A subject for calls about an object.
    pub(crate) fn subject<'s>(
        provider: &'s dyn Provider,
        of: &'s ProviderConfigAddr,
        address: &'s ResourceInstance,
        schema: &'s ObjectSchema,
    ) -> Subject<'s> {
        Subject { provider, source: &of.provider, address, schema }
    }
}

/// A change with nothing but its subject, action and values.
pub(crate) fn change(
    address: &ResourceInstance,
    provider: &Arc<ProviderConfigAddr>,
    action: Action,
    (before, after): (Value, Value),
) -> Change {
    Change {
        address: address.clone(),
        previous_address: None,
        deposed: None,
        provider: provider.clone(),
        action,
        reason: None,
        before,
        after,
        create_before_destroy: false,
        replace_paths: Vec::new(),
        importing: None,
        generated_config: None,
        planned_private: Vec::new(),
        identity: (None, None),
    }
}
