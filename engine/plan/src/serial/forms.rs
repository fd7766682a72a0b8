//! Plans, steps and trimmed schemas in the exact form. Plans and steps are read through these and written through
//! those of [`super::written`].

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{
    DeposedKey, Mode as ResourceMode, ProviderAddr, ProviderConfigAddr, ResourceInstance, Target,
};
use ordain_state::State;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::addresses::{Bytes, StepForm as PathStep, Text, path_of};
use super::checks::CheckForm;
use super::values::Exact;
use super::{Broken, types, words};
use crate::json::values::type_json;
use crate::schema::{PatternStep, Schemas, TypeSchema};
use crate::{Change, Deferred, Importing, OutputChange, Plan, RelevantAttribute, Step, StepId, StepKind};

/// A plan without its states and steps.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanForm {
    mode: String,
    timestamp: String,
    variables: BTreeMap<String, Option<Exact>>,
    #[serde(default)]
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeForm {
    address: Text<ResourceInstance>,
    #[serde(default)]
    previous_address: Option<Box<Text<ResourceInstance>>>,
    #[serde(default)]
    deposed: Option<String>,
    provider: Text<ProviderConfigAddr>,
    action: String,
    #[serde(default)]
    reason: Option<String>,
    before: Exact,
    after: Exact,
    #[serde(default)]
    replace_paths: Vec<Vec<PathStep>>,
    #[serde(default)]
    importing: Option<Box<ImportingForm>>,
    #[serde(default)]
    generated_config: Option<String>,
    #[serde(default)]
    create_before_destroy: bool,
    #[serde(default)]
    planned_private: Bytes,
    #[serde(default)]
    identity_before: Option<Box<Exact>>,
    #[serde(default)]
    identity_after: Option<Box<Exact>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportingForm {
    id: Option<String>,
    unknown: bool,
    identity: Option<Exact>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeferredForm {
    reason: String,
    #[serde(default)]
    index_unknown: bool,
    change: ChangeForm,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutputForm {
    name: String,
    action: String,
    before: Exact,
    after: Exact,
    sensitive: bool,
}

impl PlanForm {
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

fn relevant_of((resource, attribute): (String, Vec<Exact>)) -> RelevantAttribute {
    RelevantAttribute { resource, attribute: attribute.into_iter().map(|step| step.0).collect() }
}

impl ChangeForm {
    fn into_change(self) -> Result<Change, Broken> {
        Ok(Change {
            address: self.address.0,
            previous_address: self.previous_address.map(|text| Box::new(text.0)),
            deposed: self.deposed.map(|key| DeposedKey(key.into())),
            provider: self.provider.0.into(),
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
    fn into_importing(self) -> Importing {
        Importing { id: self.id, unknown: self.unknown, identity: self.identity.map(|value| value.0) }
    }
}

impl DeferredForm {
    fn into_deferred(self) -> Result<Deferred, Broken> {
        let reason = words::deferred(&self.reason)?;
        Ok(Deferred { reason, index_unknown: self.index_unknown, change: self.change.into_change()? })
    }
}

impl OutputForm {
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
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepForm {
    does: KindForm,
    after: Vec<u32>,
}

/// What a step does.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindForm {
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

impl KindForm {
    /// The form of what a step does.
    pub fn of(kind: StepKind) -> Self {
        match kind {
            StepKind::Create(at) => Self::Create(at),
            StepKind::Update(at) => Self::Update(at),
            StepKind::Delete(at) => Self::Delete(at),
            StepKind::Depose(at) => Self::Depose(at),
            StepKind::DeleteDeposed(at) => Self::DeleteDeposed(at),
            StepKind::Read(at) => Self::Read(at),
            StepKind::Forget(at) => Self::Forget(at),
            StepKind::Record(at) => Self::Record(at),
            StepKind::Join(at) => Self::Join(at),
        }
    }
}

impl StepForm {
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
