//! Carrying out the plan of a run against a state in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_apply::{Host, OpenGate, Request, Stop};
use ordain_approval::{
    AllowedSigners, Approval, Case, Current, Permit, Proof, Revocations, Rules, Statement, Verdict,
};
use ordain_backends::Memory;
use ordain_config::SourceSet;
use ordain_diag::{Diagnostics, Sources};
use ordain_plan::Silent;
use ordain_plan::file::{Digests, Header, Inputs as PlanInputs, Origin, Place, PlanFile};
use ordain_policy::Decisions;
use ordain_provider::ProviderSource;
use ordain_state::{State, StateStore, Stored};

use super::adapt::Adapted;
use super::stand_in::RunProviders;
use crate::local_exec::CommandsHere;
use crate::plan_configuration::{SchemasByAddress, configuration};
use crate::providers::Providers;
use crate::stores::new_id;
use crate::variables::Inputs;
use crate::world::Machine;
use crate::{LANGUAGE_VERSION, Project, Workdir, clock, planning, trimmed, validating};

/// A run that is ready to be planned.
#[derive(Clone)]
pub(super) struct Carrier {
    workdir: Workdir,
    project: Project,
    providers: Arc<RunProviders>,
    schemas: SchemasByAddress,
    inputs: Inputs,
    parallelism: usize,
}

impl Carrier {
    /// Gets ready: schemas of everything that the configuration and the state name.
    pub(super) async fn new(
        workdir: &Workdir,
        adapted: Adapted,
        inputs: Inputs,
        state: &State,
        parallelism: usize,
    ) -> (Carrier, Diagnostics) {
        let project = Project { set: SourceSet::default(), tree: adapted.tree, sources: Sources::new() };
        let real = Providers::new(workdir.clone());
        let (schemas, found) = real.schemas(&project.tree, state).await;
        let providers = RunProviders {
            real,
            mocks: adapted.mocks,
            overrides: adapted.overrides,
            schemas,
            world: Arc::new(Machine::new(workdir.dir.clone(), None).started_in(workdir.started.clone())),
        };
        let schemas = providers.adapted_schemas();
        let providers = Arc::new(providers);
        let carrier = Carrier { workdir: workdir.clone(), project, providers, schemas, inputs, parallelism };
        (carrier, found)
    }

    pub(super) fn tree(&self) -> &Arc<ordain_config::ModuleTree> {
        &self.project.tree
    }

    pub(super) fn schemas(&self) -> &SchemasByAddress {
        &self.schemas
    }

    /// Where evaluations of this run start from.
    pub(super) fn input(&self) -> ordain_eval::Input {
        let (workspace, _) = self.workdir.workspace();
        let inputs = self.inputs.clone();
        planning::evaluation(&self.workdir, &self.project, &self.schemas, inputs, &workspace, clock::now())
    }

    /// Whatever can be said without values.
    pub(super) async fn validate(&self) -> Diagnostics {
        let mut found = ordain_config::validate(&self.project.tree);
        if !found.has_errors() {
            let mut input = self.input();
            input.variables = Inputs::new();
            found.append(validating::walk(input, &*self.providers).await.1);
        }
        found
    }

    /// Plans against a state.
    pub(super) async fn plan(
        &self,
        base: State,
        mut options: ordain_planner::Options,
    ) -> (PlanFile, Diagnostics) {
        options.parallelism = self.parallelism;
        options.terraform_version = LANGUAGE_VERSION.to_owned();
        let providers: Arc<dyn ProviderSource> = self.providers.clone();
        let request = ordain_planner::Request {
            evaluation: self.input(),
            base,
            providers,
            observer: Arc::new(Silent),
            options,
            known: Diagnostics::new(),
            beside: crate::beside::beside(),
        };
        let (ordain_planner::Made { plan, .. }, found) = ordain_planner::plan(request).await;
        let file = PlanFile {
            header: self.header(),
            schemas: trimmed::of_plan(&plan, &self.schemas),
            configuration: configuration(&self.project.tree, &self.schemas),
            snapshot: BTreeMap::new(),
            decisions: serde_json::Value::Null,
            obligations: serde_json::Value::Null,
            approvals: Vec::new(),
            closed: None,
            plan,
        };
        (file, found)
    }

    fn header(&self) -> Header {
        let now = clock::now();
        Header {
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            terraform_version: LANGUAGE_VERSION.to_owned(),
            sealing: "none".to_owned(),
            place: Place { workspace: "test".to_owned(), backend: "memory".to_owned(), ..Place::default() },
            origin: Origin { created: now, nonce: new_id(&self.workdir), ..Origin::default() },
            inputs: PlanInputs::default(),
        }
    }

    /// Applies a plan; gives the new state, also when not all went well.
    pub(super) async fn apply(&self, file: PlanFile, stop: Arc<Stop>) -> (State, Diagnostics) {
        let base = file.plan.base.clone();
        let mut found = Diagnostics::new();
        let written = found.take(ordain_plan::file::write(&file, None));
        let Some((_, digests)) = written else { return (base, found) };
        let (store, stored) = match memory(&base).await {
            Ok(pair) => pair,
            Err(problem) => {
                found.push(problem);
                return (base, found);
            }
        };
        let permit = match permit(&file, digests, &stored) {
            Ok(permit) => permit,
            Err(reasons) => {
                found.append(reasons);
                return (base, found);
            }
        };
        let mut evaluation = self.input();
        evaluation.timestamp = file.plan.timestamp.as_str().into();
        let request = Request {
            evaluation,
            plan: file.plan,
            root: digests.root,
            permit,
            store,
            stored,
            providers: self.providers.clone(),
            provisioners: Arc::new(CommandsHere::new(self.workdir.clone())),
            gate: Arc::new(OpenGate),
            observer: Arc::new(Silent),
            host: self.host(),
            stop,
            parallelism: self.parallelism,
            only_reads: false,
        };
        let (applied, problems) = ordain_apply::apply(request).await;
        found.append(problems);
        (applied.stored.state, found)
    }

    fn host(&self) -> Host {
        let workdir = self.workdir.clone();
        Host {
            now: clock::now(),
            terraform_version: LANGUAGE_VERSION.to_owned(),
            new_lineage: new_id(&self.workdir),
            deposed_key: Box::new(move || new_id(&workdir).chars().take(8).collect()),
        }
    }
}

/// A store in memory that holds a state.
async fn memory(base: &State) -> Result<(StateStore, Stored), ordain_diag::Diagnostic> {
    let store = StateStore::new(Arc::new(Memory::new()), "test", None);
    let nothing = Stored { state: State::default(), version: None, backed_up: false };
    let stored =
        if base.lineage.is_empty() { nothing } else { store.replace(&nothing, base.clone()).await? };
    Ok((store, stored))
}

/// Leave to apply the plan of a run, by the default rules.
fn permit(file: &PlanFile, digests: Digests, stored: &Stored) -> Result<Permit, Diagnostics> {
    let now = clock::now();
    let statement = Statement {
        verdict: "approve".to_owned(),
        root: digests.root,
        effects: digests.effects,
        environment: None,
        principal: String::new(),
        at: now,
        expires: None,
    };
    let yes = Approval::unsigned(&statement, Proof::AutoApprove);
    let verdict = ordain_approval::judge(&Case {
        header: &file.header,
        digests,
        base: (&file.plan.base.lineage, file.plan.base.serial),
        errored: file.plan.errored,
        approvals: &[yes],
        rules: &Rules::default(),
        keys: (&AllowedSigners::default(), &Revocations::default()),
        decisions: &Decisions::default(),
        current: Current {
            directory: &file.header.place.directory,
            workspace: &file.header.place.workspace,
            backend: &file.header.place.backend,
            lineage: &stored.state.lineage,
            serial: stored.state.serial,
            used: None,
        },
        now,
    });
    match verdict {
        Verdict::Permit(permit) => Ok(permit),
        Verdict::Pending(reasons) | Verdict::Denied(reasons) => Err(reasons.into_iter().collect()),
    }
}
