//! The document that rules read.
//!
//! `input` is the JSON plan itself, so that rules written for other tools run unchanged; `input.plan` is the
//! same document, and `input.v1` the contract of this engine (see [`ordain_plan::contract`]) with what is
//! known of the run beside it. In all three a value that is not known yet is one to the evaluator, with its type and
//! what else is known of it, and one that is sensitive may be compared and is not shown:
//!
//! - `contract`: `"1"`; `stage`: `plan`, `approve`, `resource` or `apply`; `environment`: name or null
//! - `plan`: `root`, `effects`, `created_at`, `engine`, `mode`, `partial`, `complete`
//! - `changes`, `drift`, `outputs`, `variables`
//! - `actor`: `{"id"}`; `commit`: `{"sha"}`; `now`: `{"unix_ns", "tz"}`
//! - whatever the caller adds, such as `approvals`, `waivers`, `modules`

use std::sync::Arc;

use ordain_plan::Digest;
use ordain_plan::contract::{CONTRACT, Contract};
use ordain_rego::Value;
use serde_json::{Map, Value as Json, json};

use crate::decisions::Stage;
use crate::objects::Objects;
use crate::reading::Reading;
use crate::rego::{Failed, Rego};

/// Everything that rules may look at.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// When the plan is judged.
    pub stage: Stage,
    /// The JSON plan, not redacted.
    pub plan: &'a Value,
    /// The contract document and what messages must not show.
    pub contract: &'a Contract,
    /// The changes, where the contract document has none.
    pub objects: Option<&'a Arc<Objects>>,
    /// Root of the stored plan, once it has one.
    pub root: Option<Digest>,
    /// Environment, when one claims the working directory.
    pub environment: Option<&'a str>,
    /// Time zone of the environment, such as `Europe/London`; `UTC` when it names none.
    pub time_zone: &'a str,
    /// Who plans, approves or applies.
    pub actor: Option<&'a str>,
    /// Commit of the configuration.
    pub commit: Option<&'a str>,
    /// Address of the object that is about to be touched, at the stage `resource`: only its obligations are
    /// settled.
    pub object: Option<&'a str>,
    /// The present, in seconds since 1970.
    pub now: i64,
    /// Further members of `input.v1`.
    pub more: Map<String, Json>,
}

const NANOSECONDS: i64 = 1_000_000_000;

impl Input<'_> {
    /// Members of `input.v1` that are not as in the contract document, which has those that grow with the plan.
    fn beside(&self) -> Map<String, Json> {
        let mut members = Map::new();
        if let Some(plan) = self.contract.document.get("plan").and_then(Json::as_object) {
            let mut plan = plan.clone();
            plan.insert("root".to_owned(), json!(self.root));
            plan.insert("engine".to_owned(), json!(env!("CARGO_PKG_VERSION")));
            members.insert("plan".to_owned(), Json::Object(plan));
        }
        members.insert("contract".to_owned(), CONTRACT.into());
        members.insert("stage".to_owned(), self.stage.word().into());
        members.insert("environment".to_owned(), json!(self.environment));
        members.insert("actor".to_owned(), json!({ "id": self.actor }));
        members.insert("commit".to_owned(), json!({ "sha": self.commit }));
        let now = json!({ "unix_ns": self.now.saturating_mul(NANOSECONDS), "tz": self.time_zone });
        members.insert("now".to_owned(), now);
        members.extend(self.more.clone());
        members
    }

    /// Makes it what the engine sees.
    pub(crate) fn give(&self, rego: &mut Rego) -> Result<(), Failed> {
        rego.set_now(self.now.saturating_mul(NANOSECONDS));
        let plan = self.plan;
        if plan.as_object().is_none() {
            return Err(Failed(format!("{} where an object is needed", plan.type_name())));
        }
        let mut reading = Reading::new(self.contract);
        let input = reading.input(plan, &self.beside(), self.objects);
        rego.set_input(input, reading.veiled);
        Ok(())
    }

    /// The message without any sensitive text.
    pub(crate) fn safe(&self, message: &str) -> String {
        self.contract.secrets.without(message).unwrap_or_else(|| message.to_owned())
    }
}
