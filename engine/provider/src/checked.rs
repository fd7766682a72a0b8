//! Calls to a provider about one object, with every law checked.
//!
//! What comes back conforms to the schema and to the laws, or an error says which law does not hold and
//! whose provider broke it. Marks are the caller's: values go in and come out without.

use ordain_addr::{ProviderAddr, ResourceInstance};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_value::{Type, Value};

use crate::laws::{
    Violation, conforms, normalize_blocks, object_compatible, plan_valid, proposed_new, write_only_set,
};
use crate::{
    ApplyReply, ApplyRequest, ImportRequest, Imported, MoveRequest, ObjectSchema, PlanReply, PlanRequest,
    Private, Provider, ReadReply, ReadRequest, UpgradeRequest,
};

/// One object and the provider that manages it.
pub struct Subject<'s> {
    /// The provider, configured.
    pub provider: &'s dyn Provider,
    /// Source address of the provider, for messages.
    pub source: &'s ProviderAddr,
    /// Address of the object.
    pub address: &'s ResourceInstance,
    /// Schema of its type.
    pub schema: &'s ObjectSchema,
}

/// An object as a provider knows it, before a plan.
#[derive(Clone, Debug)]
pub struct Known {
    /// The object; null when there is none.
    pub value: Value,
    /// Bytes stored with it.
    pub private: Private,
    /// Its identity.
    pub identity: Option<Value>,
}

impl Known {
    /// No object, of a type.
    pub fn absent(ty: Type) -> Self {
        Self { value: Value::null(ty), private: Private::new(), identity: None }
    }
}

impl Subject<'_> {
    fn type_name(&self) -> String {
        self.address.resource.type_name.to_string()
    }

    /// Brings a stored object to the present schema.
    pub async fn upgrade(&self, version: u64, raw: serde_json::Value) -> (Option<Value>, Diagnostics) {
        if version > self.schema.schema.version {
            let detail = format!(
                "The state of {} was written by a newer version of the provider {:?}: it has schema version \
                 {version}, this one knows up to {}. Use a newer version of the provider.",
                self.address,
                self.source.to_string(),
                self.schema.schema.version
            );
            let summary = "Resource instance managed by newer provider version";
            return (None, Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail).into());
        }
        let request = UpgradeRequest { type_name: self.type_name(), version, raw };
        let (value, found) = self.provider.upgrade(request).await;
        self.whole("Invalid resource state upgrade", value, found)
    }

    /// Turns a stored object of another type or provider into one of this type.
    pub async fn take_over(&self, request: MoveRequest) -> (Option<Known>, Diagnostics) {
        let (reply, found) = self.provider.move_state(request).await;
        let Some(reply) = reply.filter(|_| !found.has_errors()) else { return (None, found) };
        let (value, mut found) = self.whole("Provider returned invalid value", Some(reply.state), found);
        let Some(value) = value else { return (None, found) };
        if value.is_null() {
            let detail = format!(
                "Provider {:?} answered the move to {} with no object.\n\nThis is a bug in the provider; please report it to those who maintain it.",
                self.source.to_string(),
                self.address
            );
            let summary = "Provider returned invalid value";
            found.push(Diagnostic::error(codes::provider::BROKEN_LAW, summary, detail));
            return (None, found);
        }
        (Some(Known { value, private: reply.private, identity: reply.identity }), found)
    }

    /// Reads what the object is now; null when it is gone.
    pub async fn read(&self, known: Known, meta: Option<Value>) -> (Option<ReadReply>, Diagnostics) {
        let request = ReadRequest {
            type_name: self.type_name(),
            current: known.value,
            private: known.private,
            identity: known.identity,
            provider_meta: meta,
        };
        let (reply, found) = self.provider.read(request).await;
        let Some(reply) = reply.filter(|_| !found.has_errors()) else { return (None, found) };
        let state = normalize_blocks(&self.schema.schema.block, &reply.state);
        let (state, mut found) = self.whole("Provider produced invalid object", Some(state), found);
        if let Some(state) = state.as_ref().filter(|_| self.schema.write_only) {
            let set = write_only_set(&self.schema.schema.block, state);
            found.append(self.broken("Provider produced invalid object", &set));
        }
        found.append(self.identity(reply.identity.as_ref()));
        if found.has_errors() {
            return (None, found);
        }
        (state.map(|state| ReadReply { state, ..reply }), found)
    }

    /// Finds an existing object by an id; one that is there.
    pub async fn import(&self, id: &str, identity: Option<Value>) -> (Option<Imported>, Diagnostics) {
        let request = ImportRequest { type_name: self.type_name(), id: id.to_owned(), identity };
        let (imported, mut found) = self.provider.import(request).await;
        if found.has_errors() {
            return (None, found);
        }
        let object =
            imported.into_iter().find(|object| *object.type_name == *self.address.resource.type_name);
        match object {
            Some(object) if !object.state.is_null() => {
                found.append(self.identity(object.identity.as_ref()));
                ((!found.has_errors()).then_some(object), found)
            }
            _ if self.provider.put_off().is_some() => (None, found),
            _ => {
                found.push(self.missing_import(id));
                (None, found)
            }
        }
    }

    /// The error for an import that finds nothing.
    pub fn missing_import(&self, id: &str) -> Diagnostic {
        let detail = format!(
            "While attempting to import an existing object to {:?}, the provider detected that no object exists \
             with the given id {id:?}. Only pre-existing objects can be imported; check that the id is correct and \
             that it is associated with the provider's configured region or endpoint, or use apply to create a \
             new object for this resource.",
            self.address.to_string()
        );
        let summary = "Cannot import non-existent remote object";
        Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail)
    }

    /// Plans the object towards a configuration, which must not be null.
    pub async fn plan(
        &self,
        prior: &Known,
        config: &Value,
        meta: Option<Value>,
    ) -> (Option<PlanReply>, Diagnostics) {
        let block = &self.schema.schema.block;
        let request = PlanRequest {
            type_name: self.type_name(),
            prior: prior.value.clone(),
            proposed: proposed_new(block, &prior.value, config),
            config: config.clone(),
            prior_private: prior.private.clone(),
            prior_identity: prior.identity.clone(),
            provider_meta: meta,
        };
        let (reply, mut found) = self.provider.plan(request).await;
        let Some(reply) = reply.filter(|_| !found.has_errors()) else { return (None, found) };
        let mut violations = conforms(&reply.planned, &self.schema.ty);
        if violations.is_empty() && self.schema.write_only {
            violations = write_only_set(block, &reply.planned);
        }
        // Providers made with the old plugin kit cannot keep to these laws.
        if violations.is_empty() && !reply.legacy_type_system {
            violations = plan_valid(block, &prior.value, config, &reply.planned);
        }
        if !violations.is_empty() {
            found.append(self.broken("Provider produced invalid plan", &violations));
            return (None, found);
        }
        if !prior.value.is_null() && reply.requires_replace.is_empty() {
            found.append(self.identity(reply.planned_identity.as_ref()));
        }
        ((!found.has_errors()).then_some(reply), found)
    }

    /// Plans the end of the object. Providers that have nothing to say about it are not asked.
    pub async fn plan_destroy(&self, prior: &Known) -> (Option<PlanReply>, Diagnostics) {
        let null = Value::null(self.schema.ty.clone());
        if !self.provider.plans_destroy().await {
            let reply = PlanReply {
                planned: null,
                requires_replace: Vec::new(),
                planned_private: prior.private.clone(),
                planned_identity: None,
                legacy_type_system: false,
            };
            return (Some(reply), Diagnostics::new());
        }
        let request = PlanRequest {
            type_name: self.type_name(),
            prior: prior.value.clone(),
            proposed: null.clone(),
            config: null,
            prior_private: prior.private.clone(),
            prior_identity: prior.identity.clone(),
            provider_meta: None,
        };
        let (reply, mut found) = self.provider.plan(request).await;
        let Some(reply) = reply.filter(|_| !found.has_errors()) else { return (None, found) };
        if reply.planned.is_null() {
            return (Some(reply), found);
        }
        let message = "planned to be there although it is to be destroyed".to_owned();
        let violation = Violation { path: ordain_value::Path::root(), message };
        found.append(self.broken("Provider produced invalid plan", &[violation]));
        (None, found)
    }

    /// Brings a stored identity to the present identity schema; `None` when the provider has no answer.
    pub async fn upgrade_identity(
        &self,
        version: u64,
        raw: serde_json::Value,
    ) -> (Option<Value>, Diagnostics) {
        let request = UpgradeRequest { type_name: self.type_name(), version, raw };
        let (identity, mut found) = self.provider.upgrade_identity(request).await;
        found.append(self.identity(identity.as_ref()));
        (identity.filter(|_| !found.has_errors()), found)
    }

    /// Carries out what was planned. With errors the reply says what is left, if the provider said so.
    pub async fn apply(&self, request: ApplyRequest) -> (Option<ApplyReply>, Diagnostics) {
        let planned = request.planned.clone();
        let block = &self.schema.schema.block;
        let (reply, mut found) = self.provider.apply(request).await;
        let Some(mut reply) = reply else { return (None, found) };
        let violations = conforms(&reply.state, &self.schema.ty);
        if !violations.is_empty() {
            found.append(self.broken("Provider produced invalid object", &violations));
            return (None, found);
        }
        if !reply.state.is_wholly_known() {
            let open = unknown_parts(&reply.state);
            found.append(self.broken("Provider returned invalid result object after apply", &open));
            reply.state = reply.state.map_parts(&mut |_, part| {
                if part.is_known() { part } else { Value::null(part.ty()) }
            });
        }
        let identity = self.identity(reply.identity.as_ref());
        if identity.has_errors() {
            reply.identity = None;
            found.append(identity);
        }
        let set = if self.schema.write_only { write_only_set(block, &reply.state) } else { Vec::new() };
        if !set.is_empty() {
            found.append(self.broken("Provider produced invalid object", &set));
            // What must not be stored is not, and the object is not lost.
            reply.state = block.without_write_only(reply.state);
        }
        if !found.has_errors() && !reply.legacy_type_system {
            let violations = object_compatible(block, &planned, &reply.state);
            found.append(self.broken("Provider produced inconsistent result after apply", &violations));
        }
        (Some(reply), found)
    }

    /// Reads a data source; the configuration is wholly known.
    pub async fn read_data(&self, config: &Value, meta: Option<Value>) -> (Option<Value>, Diagnostics) {
        let type_name = &self.address.resource.type_name;
        let (value, mut found) = self.provider.read_data_with(type_name, config.clone(), meta).await;
        if value.as_ref().is_some_and(Value::is_null) && !found.has_errors() {
            let violation = Violation { path: ordain_value::Path::root(), message: "null".to_owned() };
            found.append(self.broken("Provider produced null object", &[violation]));
        }
        self.whole("Provider produced invalid object", value, found)
    }

    /// The identity of an object that is there conforms and is wholly known.
    fn identity(&self, identity: Option<&Value>) -> Diagnostics {
        let (Some(value), Some((_, ty))) = (identity, &self.schema.identity) else {
            return Diagnostics::new();
        };
        let mut violations = conforms(value, ty);
        if violations.is_empty() && !value.is_wholly_known() {
            violations = unknown_parts(value);
        }
        self.broken("Provider produced invalid identity", &violations)
    }

    /// An object that conforms and is wholly known.
    fn whole(
        &self,
        summary: &str,
        value: Option<Value>,
        mut found: Diagnostics,
    ) -> (Option<Value>, Diagnostics) {
        let Some(value) = value.filter(|_| !found.has_errors()) else { return (None, found) };
        let mut violations = conforms(&value, &self.schema.ty);
        if violations.is_empty() && !value.is_wholly_known() {
            violations = unknown_parts(&value);
        }
        if violations.is_empty() {
            return (Some(value), found);
        }
        found.append(self.broken(summary, &violations));
        (None, found)
    }

    /// Errors for laws that do not hold.
    pub fn broken(&self, summary: &str, violations: &[Violation]) -> Diagnostics {
        let error = |violation: &Violation| {
            let detail = format!(
                "Provider {:?} answered for {} with a value that is not allowed: {violation}.\n\nThis is a bug in \
                 the provider; please report it to those who maintain it.",
                self.source.to_string(),
                self.address
            );
            Diagnostic::error(codes::provider::BROKEN_LAW, summary, detail)
        };
        violations.iter().map(error).collect()
    }
}

fn unknown_parts(value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    value.walk(&mut |path, part| {
        if !part.is_known() {
            found.push(Violation { path: path.clone(), message: "is unknown, but must be known".to_owned() });
        }
        true
    });
    found
}
