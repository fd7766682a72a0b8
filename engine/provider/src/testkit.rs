//! The life of one object against the laws, as a check that every provider's tests run.

use ordain_diag::Diagnostics;
use ordain_value::{Type, Value};

use crate::laws::{Violation, object_compatible, plan_valid, proposed_new};
use crate::{ApplyRequest, PlanReply, PlanRequest, Provider, ReadRequest, Schema};

/// An object as the testkit last saw it.
struct Seen {
    state: Value,
    private: Vec<u8>,
    identity: Option<Value>,
    /// Whether the provider was made with the old plugin kit, which mixes up null, empty and zero.
    legacy: bool,
}

impl Seen {
    fn absent() -> Seen {
        Seen { state: Value::null(Type::Dynamic), private: Vec::new(), identity: None, legacy: false }
    }
}

/// Creates an object from `first`, changes it to `second`, and destroys it. After each step a read must
/// find what was made (providers of the old kit aside) and a plan with the same configuration must change nothing. The error says which
/// law does not hold. Configurations are of the schema's type and wholly known.
pub async fn check_resource(
    provider: &dyn Provider,
    type_name: &str,
    first: &Value,
    second: &Value,
) -> Result<(), String> {
    let (schema, found) = provider.schema().await;
    clean(&found, "schema")?;
    let schema = schema.and_then(|schema| schema.resources.get(type_name).cloned());
    let schema = schema.ok_or_else(|| format!("no resource type {type_name}"))?;
    let kit = Kit { provider, type_name, schema: &schema };
    let made = kit.apply(Seen::absent(), first).await?;
    let made = kit.settled(made, first).await?;
    let changed = kit.apply(made, second).await?;
    let changed = kit.settled(changed, second).await?;
    kit.destroy(changed).await
}

struct Kit<'k> {
    provider: &'k dyn Provider,
    type_name: &'k str,
    schema: &'k Schema,
}

impl Kit<'_> {
    async fn plan(&self, prior: &Seen, config: &Value) -> Result<PlanReply, String> {
        clean(&self.provider.validate_resource(self.type_name, config.clone()).await, "validate")?;
        let proposed = proposed_new(&self.schema.block, &prior.state, config);
        let request = PlanRequest {
            type_name: self.type_name.to_owned(),
            prior: prior.state.clone(),
            proposed,
            config: config.clone(),
            prior_private: prior.private.clone(),
            prior_identity: prior.identity.clone(),
            provider_meta: None,
        };
        let (reply, found) = self.provider.plan(request).await;
        clean(&found, "plan")?;
        let reply = reply.ok_or("plan gave nothing and no error")?;
        if !reply.legacy_type_system {
            law("plan", &plan_valid(&self.schema.block, &prior.state, config, &reply.planned))?;
        }
        Ok(reply)
    }

    async fn apply(&self, prior: Seen, config: &Value) -> Result<Seen, String> {
        let mut prior = prior;
        let mut plan = self.plan(&prior, config).await?;
        if !plan.requires_replace.is_empty() {
            self.destroy(prior).await?;
            prior = Seen::absent();
            plan = self.plan(&prior, config).await?;
        }
        let request = ApplyRequest {
            type_name: self.type_name.to_owned(),
            prior: prior.state,
            planned: plan.planned.clone(),
            config: config.clone(),
            planned_private: plan.planned_private,
            planned_identity: plan.planned_identity,
            provider_meta: None,
        };
        let (reply, found) = self.provider.apply(request).await;
        clean(&found, "apply")?;
        let reply = reply.ok_or("apply gave nothing and no error")?;
        if !reply.state.is_wholly_known() {
            return Err("apply left unknown values".to_owned());
        }
        if !reply.legacy_type_system {
            law("apply", &object_compatible(&self.schema.block, &plan.planned, &reply.state))?;
        }
        let legacy = reply.legacy_type_system;
        Ok(Seen { state: reply.state, private: reply.private, identity: reply.identity, legacy })
    }

    async fn settled(&self, seen: Seen, config: &Value) -> Result<Seen, String> {
        let request = ReadRequest {
            type_name: self.type_name.to_owned(),
            current: seen.state.clone(),
            private: seen.private.clone(),
            identity: seen.identity.clone(),
            provider_meta: None,
        };
        let (reply, found) = self.provider.read(request).await;
        clean(&found, "read")?;
        let reply = reply.ok_or("read gave nothing and no error")?;
        let legacy = seen.legacy;
        let read = Seen { state: reply.state, private: reply.private, identity: reply.identity, legacy };
        if !legacy && read.state != seen.state {
            return Err("a read right after apply finds another object".to_owned());
        }
        let plan = self.plan(&read, config).await?;
        if plan.planned != read.state {
            return Err("a plan right after apply with the same configuration changes something".to_owned());
        }
        Ok(read)
    }

    async fn destroy(&self, seen: Seen) -> Result<(), String> {
        let request = ApplyRequest {
            type_name: self.type_name.to_owned(),
            prior: seen.state,
            planned: Value::null(Type::Dynamic),
            config: Value::null(Type::Dynamic),
            planned_private: seen.private,
            planned_identity: seen.identity,
            provider_meta: None,
        };
        let (reply, found) = self.provider.apply(request).await;
        clean(&found, "destroy")?;
        match reply {
            Some(reply) if reply.state.is_null() => Ok(()),
            _ => Err("destroy left an object".to_owned()),
        }
    }
}

fn clean(found: &Diagnostics, what: &str) -> Result<(), String> {
    match found.iter().find(|item| item.is_error()) {
        Some(error) => Err(format!("{what}: {}: {}", error.summary, error.detail)),
        None => Ok(()),
    }
}

fn law(what: &str, violations: &[Violation]) -> Result<(), String> {
    match violations {
        [] => Ok(()),
        found => {
            let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
            Err(format!("{what}: {}", texts.join("; ")))
        }
    }
}
