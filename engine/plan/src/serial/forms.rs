//! Plans, steps and trimmed schemas in the exact form.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{
    DeposedKey, Mode as ResourceMode, ProviderAddr, ProviderConfigAddr, ResourceInstance, Target,
};
use ordain_state::State;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::addresses::{Bytes, StepForm as PathStep, Text, path_form, path_of};
use super::checks::CheckForm;
use super::values::Exact;
use super::{Broken, types, words};
use crate::json::values::type_json;
use crate::schema::{PatternStep, Schemas, TypeSchema};
use crate::{Change, Deferred, Importing, OutputChange, Plan, RelevantAttribute, Step, StepId, StepKind};

/// A plan without its states and steps.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanForm {
    mode: String,
    timestamp: String,
    variables: BTreeMap<String, Option<Exact>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    given: Vec<String>,
    changes: Vec<ChangeForm>,
    drift: Vec<ChangeForm>,
    deferred: Vec<DeferredForm>,
    outputs: Vec<OutputForm>,
    checks: Vec<CheckForm>,
    relevant: Vec<(String, Vec<Exact>)>,
    targets: Vec<Text<Target>>,
    excludes: Vec<Text<Target>>,
    complete: bool,
    applyable: bool,
    errored: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeForm {
    address: Text<ResourceInstance>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous_address: Option<Box<Text<ResourceInstance>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deposed: Option<String>,
    provider: Text<ProviderConfigAddr>,
    action: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    before: Exact,
    after: Exact,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replace_paths: Vec<Vec<PathStep>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    importing: Option<Box<ImportingForm>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generated_config: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    create_before_destroy: bool,
    #[serde(default, skip_serializing_if = "Bytes::is_empty")]
    planned_private: Bytes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity_before: Option<Box<Exact>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity_after: Option<Box<Exact>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportingForm {
    id: Option<String>,
    unknown: bool,
    identity: Option<Exact>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeferredForm {
    reason: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    index_unknown: bool,
    change: ChangeForm,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OutputForm {
    name: String,
    action: String,
    before: Exact,
    after: Exact,
    sensitive: bool,
}

impl PlanForm {
    /// The form of a plan.
    pub fn of(plan: &Plan) -> Self {
        Self {
            mode: words::mode(plan.mode).to_owned(),
            timestamp: plan.timestamp.clone(),
            variables: plan.variables.iter().map(|(k, v)| (k.to_string(), v.clone().map(Exact))).collect(),
            given: plan.given.iter().map(ToString::to_string).collect(),
            changes: plan.changes.iter().map(ChangeForm::of).collect(),
            drift: plan.drift.iter().map(ChangeForm::of).collect(),
            deferred: plan.deferred.iter().map(DeferredForm::of).collect(),
            outputs: plan.outputs.iter().map(OutputForm::of).collect(),
            checks: plan.checks.iter().map(CheckForm::of).collect(),
            relevant: plan.relevant.iter().map(relevant_form).collect(),
            targets: plan.targets.iter().cloned().map(Text).collect(),
            excludes: plan.excludes.iter().cloned().map(Text).collect(),
            complete: plan.complete,
            applyable: plan.applyable,
            errored: plan.errored,
        }
    }

    /// The plan, with the parts that are stored apart.
    pub fn into_plan(self, steps: Vec<Step>, prior: State, base: State) -> Result<Plan, Broken> {
        let changes = |forms: Vec<ChangeForm>| -> Result<Vec<Change>, Broken> {
            forms.into_iter().map(ChangeForm::into_change).collect()
        };
        Ok(Plan {
            mode: words::read(words::MODES, &self.mode)?,
            timestamp: self.timestamp,
            variables: self.variables.into_iter().map(|(k, v)| (k.into(), v.map(|v| v.0))).collect(),
            given: self.given.into_iter().map(Arc::from).collect(),
            changes: changes(self.changes)?,
            drift: changes(self.drift)?,
            deferred: self.deferred.into_iter().map(DeferredForm::into_deferred).collect::<Result<_, _>>()?,
            outputs: self.outputs.into_iter().map(OutputForm::into_output).collect::<Result<_, _>>()?,
            steps,
            checks: self.checks.into_iter().map(CheckForm::into_check).collect::<Result<_, _>>()?,
            relevant: self.relevant.into_iter().map(relevant_of).collect(),
            prior,
            base,
            targets: self.targets.into_iter().map(|text| text.0).collect(),
            excludes: self.excludes.into_iter().map(|text| text.0).collect(),
            complete: self.complete,
            applyable: self.applyable,
            errored: self.errored,
        })
    }
}

fn relevant_form(relevant: &RelevantAttribute) -> (String, Vec<Exact>) {
    (relevant.resource.clone(), relevant.attribute.iter().cloned().map(Exact).collect())
}

fn relevant_of((resource, attribute): (String, Vec<Exact>)) -> RelevantAttribute {
    RelevantAttribute { resource, attribute: attribute.into_iter().map(|step| step.0).collect() }
}

impl ChangeForm {
    fn of(change: &Change) -> Self {
        Self {
            address: Text(change.address.clone()),
            previous_address: change.previous_address.clone().map(|address| Box::new(Text(*address))),
            deposed: change.deposed.as_ref().map(ToString::to_string),
            provider: Text(change.provider.clone()),
            action: words::action(change.action).to_owned(),
            reason: change.reason.map(|reason| reason.word().to_owned()),
            before: Exact(change.before.clone()),
            after: Exact(change.after.clone()),
            replace_paths: change.replace_paths.iter().map(path_form).collect(),
            importing: change.importing.as_deref().map(ImportingForm::of).map(Box::new),
            generated_config: change.generated_config.clone(),
            create_before_destroy: change.create_before_destroy,
            planned_private: Bytes(change.planned_private.clone()),
            identity_before: change.identity.0.clone().map(|value| Box::new(Exact(*value))),
            identity_after: change.identity.1.clone().map(|value| Box::new(Exact(*value))),
        }
    }

    fn into_change(self) -> Result<Change, Broken> {
        Ok(Change {
            address: self.address.0,
            previous_address: self.previous_address.map(|text| Box::new(text.0)),
            deposed: self.deposed.map(|key| DeposedKey(key.into())),
            provider: self.provider.0,
            action: words::read(words::ACTIONS, &self.action)?,
            reason: self.reason.map(|word| words::reason(&word)).transpose()?,
            before: self.before.0,
            after: self.after.0,
            replace_paths: self.replace_paths.into_iter().map(path_of).collect(),
            importing: self.importing.map(|form| Box::new(form.into_importing())),
            generated_config: self.generated_config,
            create_before_destroy: self.create_before_destroy,
            planned_private: self.planned_private.0,
            identity: (
                self.identity_before.map(|value| Box::new(value.0)),
                self.identity_after.map(|value| Box::new(value.0)),
            ),
        })
    }
}

impl ImportingForm {
    fn of(importing: &Importing) -> Self {
        Self {
            id: importing.id.clone(),
            unknown: importing.unknown,
            identity: importing.identity.clone().map(Exact),
        }
    }

    fn into_importing(self) -> Importing {
        Importing { id: self.id, unknown: self.unknown, identity: self.identity.map(|value| value.0) }
    }
}

impl DeferredForm {
    fn of(deferred: &Deferred) -> Self {
        Self {
            reason: deferred.reason.to_owned(),
            index_unknown: deferred.index_unknown,
            change: ChangeForm::of(&deferred.change),
        }
    }

    fn into_deferred(self) -> Result<Deferred, Broken> {
        let reason = words::deferred(&self.reason)?;
        Ok(Deferred { reason, index_unknown: self.index_unknown, change: self.change.into_change()? })
    }
}

impl OutputForm {
    fn of(output: &OutputChange) -> Self {
        Self {
            name: output.name.clone(),
            action: words::action(output.action).to_owned(),
            before: Exact(output.before.clone()),
            after: Exact(output.after.clone()),
            sensitive: output.sensitive,
        }
    }

    fn into_output(self) -> Result<OutputChange, Broken> {
        Ok(OutputChange {
            name: self.name,
            action: words::read(words::ACTIONS, &self.action)?,
            before: self.before.0,
            after: self.after.0,
            sensitive: self.sensitive,
        })
    }
}

/// One step of the execution graph.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepForm {
    does: KindForm,
    after: Vec<u32>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindForm {
    Create(u32),
    Update(u32),
    Delete(u32),
    Depose(u32),
    DeleteDeposed(u32),
    Read(u32),
    Forget(u32),
    Record(u32),
    Join(u32),
}

impl StepForm {
    /// The form of a step.
    pub fn of(step: &Step) -> Self {
        let does = match step.kind {
            StepKind::Create(at) => KindForm::Create(at),
            StepKind::Update(at) => KindForm::Update(at),
            StepKind::Delete(at) => KindForm::Delete(at),
            StepKind::Depose(at) => KindForm::Depose(at),
            StepKind::DeleteDeposed(at) => KindForm::DeleteDeposed(at),
            StepKind::Read(at) => KindForm::Read(at),
            StepKind::Forget(at) => KindForm::Forget(at),
            StepKind::Record(at) => KindForm::Record(at),
            StepKind::Join(at) => KindForm::Join(at),
        };
        Self { does, after: step.after.iter().map(|id| id.0).collect() }
    }

    /// The step.
    pub fn into_step(self) -> Step {
        let kind = match self.does {
            KindForm::Create(at) => StepKind::Create(at),
            KindForm::Update(at) => StepKind::Update(at),
            KindForm::Delete(at) => StepKind::Delete(at),
            KindForm::Depose(at) => StepKind::Depose(at),
            KindForm::DeleteDeposed(at) => StepKind::DeleteDeposed(at),
            KindForm::Read(at) => StepKind::Read(at),
            KindForm::Forget(at) => StepKind::Forget(at),
            KindForm::Record(at) => StepKind::Record(at),
            KindForm::Join(at) => StepKind::Join(at),
        };
        Step { kind, after: self.after.into_iter().map(StepId).collect() }
    }
}

/// A trimmed schema. A pattern's step is a name, or null for every element.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaForm {
    provider: String,
    mode: String,
    name: String,
    version: u64,
    #[serde(rename = "type")]
    ty: Json,
    sensitive: Vec<Vec<Option<String>>>,
    #[serde(default)]
    blocks: Vec<Vec<Option<String>>>,
    /// Plans of older versions do not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    write_only: Vec<Vec<Option<String>>>,
}

impl SchemaForm {
    /// The forms of all schemas.
    pub fn all(schemas: &Schemas) -> Vec<Self> {
        let step = |step: &PatternStep| match step {
            PatternStep::Attr(name) => Some(name.to_string()),
            PatternStep::Each => None,
        };
        let forms = |patterns: &[Vec<PatternStep>]| -> Vec<Vec<Option<String>>> {
            patterns.iter().map(|steps| steps.iter().map(step).collect()).collect()
        };
        schemas
            .iter()
            .map(|((provider, mode, name), schema)| Self {
                provider: provider.to_string(),
                mode: mode.word().to_owned(),
                name: name.to_string(),
                version: schema.version,
                ty: type_json(&schema.ty),
                sensitive: forms(&schema.sensitive),
                blocks: forms(&schema.blocks),
                write_only: forms(&schema.write_only),
            })
            .collect()
    }

    /// The schemas.
    pub fn into_schemas(forms: Vec<Self>) -> Result<Schemas, Broken> {
        let mut schemas = Schemas::new();
        let step = |step: Option<String>| match step {
            Some(name) => PatternStep::Attr(name.into()),
            None => PatternStep::Each,
        };
        for form in forms {
            let provider = ProviderAddr::parse(&form.provider)
                .ok_or_else(|| Broken(format!("{:?} is no provider", form.provider)))?;
            let mode: ResourceMode = words::read(words::RESOURCE_MODES, &form.mode)?;
            let patterns = |forms: Vec<Vec<Option<String>>>| -> Vec<Vec<PatternStep>> {
                forms.into_iter().map(|steps| steps.into_iter().map(step).collect()).collect()
            };
            let schema = TypeSchema {
                version: form.version,
                ty: types::read(&form.ty)?,
                sensitive: patterns(form.sensitive),
                blocks: patterns(form.blocks),
                write_only: patterns(form.write_only),
            };
            schemas.insert(provider, mode, form.name.into(), Arc::new(schema));
        }
        Ok(schemas)
    }
}
