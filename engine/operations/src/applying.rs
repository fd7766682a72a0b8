//! `apply`: a stored plan, a permit, and the plan is carried out and nothing else.

use std::path::PathBuf;
use std::sync::Arc;

use ordain_apply::{Applied, Host, Request, Stop};
use ordain_approval::{Approval, Case, Current, Permit, Proof, Statement, Verdict};
use ordain_diag::{Diagnostic, Diagnostics, Sources, codes};
use ordain_eval::{VariableInput, VariableSource, VariableText};
use ordain_plan::file::{Digests, PlanFile};
use ordain_plan::{Observer, Plan};
use ordain_policy::{Decisions, Stage};
use ordain_state::{State, Stored};

use crate::gate::PolicyGate;
use crate::local_exec::CommandsHere;
use crate::locked::{Locking, refuse_unfinished};
use crate::plan_configuration::SchemasByAddress;
use crate::providers::Providers;
use crate::repository::Repository;
use crate::stores::{self, Stores, new_id};
use crate::variables::{Given, Inputs, collect, named_values};
use crate::{
    LANGUAGE_VERSION, Project, Workdir, backend, clock, files, given_again, judging, planning, snapshot, used,
};

/// What the command line of `apply` asks for.
pub struct Options {
    /// How the lock is taken.
    pub locking: Locking,
    /// Greatest number of provider calls at a time.
    pub parallelism: usize,
    /// Values of ephemeral variables, as given.
    pub given: Vec<Given>,
    /// Directory of policies, when not the repository's own.
    pub policies: Option<PathBuf>,
    /// What stands for an approval where no signatures are demanded.
    pub proof: Option<Proof>,
    /// Whether the plan comes from a file, so that its use must be recorded.
    pub from_file: bool,
    /// Whether it is the command `refresh`, which only reads.
    pub only_reads: bool,
    /// Asks to stop.
    pub stop: Arc<Stop>,
}

/// Applies a plan. Nothing is changed unless the verdict is a permit.
pub async fn apply(
    workdir: &Workdir,
    file: PlanFile,
    digests: Digests,
    options: Options,
    observer: Arc<dyn Observer>,
) -> (Option<Applied>, Sources, Diagnostics) {
    let (project, mut found) = Project::from_snapshot(snapshot::source_set(&file));
    let mut sources = project.sources.clone();
    let stores = match connect(workdir) {
        Ok(stores) => stores,
        Err(error) => return (None, sources, error.into()),
    };
    let given = found.take(collect(workdir, &project.tree.root, &options.given, &mut sources));
    // What cannot be applied at all wants no values.
    if options.from_file && file.plan.applyable {
        let named = found.take(named_values(workdir, &project.tree.root, &options.given, &mut sources));
        found.append(given_again::check(&project.tree, &file.plan, &given, &named));
    }
    if found.has_errors() {
        return (None, sources, found);
    }
    let held = match options.locking.acquire(&stores.state).await {
        Ok(held) => held,
        Err(error) => return (None, sources, error.into()),
    };
    let work = Work { workdir, project: &project, stores: &stores, options: &options };
    let applied = found.take(work.apply(Arc::new(file), digests, given, observer).await);
    found.append(held.release().await);
    (applied, sources, found)
}

/// Lets go of what was stored beside the plan before the apply needs the memory. A gate that has rules to ask keeps all.
fn only_plan(file: Arc<PlanFile>) -> Plan {
    Arc::try_unwrap(file).map_or_else(|kept| kept.plan.clone(), |file| file.plan)
}

/// The state that the working directory uses. The configuration of a stored plan is the plan's own, so what
/// `init` settled decides alone.
fn connect(workdir: &Workdir) -> Result<Stores, Diagnostic> {
    let choice = backend::settled(workdir);
    let backend = backend::connect(workdir, &choice)?;
    let (workspace, _) = workdir.workspace();
    let state = stores::state_of(workdir, &backend, &workspace)?;
    Ok(Stores { backend, workspace, state })
}

struct Work<'w> {
    workdir: &'w Workdir,
    project: &'w Project,
    stores: &'w Stores,
    options: &'w Options,
}

impl Work<'_> {
    async fn apply(
        &self,
        file: Arc<PlanFile>,
        digests: Digests,
        given: Inputs,
        observer: Arc<dyn Observer>,
    ) -> (Option<Applied>, Diagnostics) {
        let mut found = Diagnostics::new();
        let stored = match self.read().await {
            Ok(stored) => stored,
            Err(error) => return (None, error.into()),
        };
        let permitted = found.take(self.permit(&file, digests, &stored).await);
        let Some((permit, decisions)) = permitted else { return (None, found) };
        let gate =
            found.take(PolicyGate::of(self.workdir, self.options.policies.as_deref(), &file, &decisions));
        let Some(gate) = gate.filter(|_| !found.has_errors()) else { return (None, found) };
        let providers = Providers::new(self.workdir.clone());
        let schemas = found.take(providers.schemas(&self.project.tree, &file.plan.base).await);
        if found.has_errors() {
            return (None, found);
        }
        let nonce = permit.nonce().to_owned();
        let before = stored.version.clone();
        let acts = file.plan.applyable;
        let evaluation = self.evaluation(&file, &schemas, given);
        let request = Request {
            evaluation,
            plan: only_plan(file),
            root: digests.root,
            permit,
            store: self.stores.state.clone(),
            stored,
            providers: Arc::new(providers),
            provisioners: Arc::new(CommandsHere::new(self.workdir.clone())),
            gate,
            observer,
            host: self.host(),
            stop: self.options.stop.clone(),
            parallelism: self.options.parallelism,
            only_reads: self.options.only_reads,
        };
        let (applied, problems) = ordain_apply::apply(request).await;
        // While an apply runs the lock keeps others out, and after a crash the journal does. So a plan is used
        // up when it ends; one that did nothing, and never could, may be applied again.
        let did_something = applied.stored.version != before || (!problems.has_errors() && acts);
        found.append(problems);
        found.extend(applied.unsaved.as_ref().map(|state| self.rescue(state)));
        if self.options.from_file && did_something {
            found.extend(self.use_up(&nonce).await.err());
        }
        (Some(applied), found)
    }

    /// Where the evaluation starts from: as it was when the plan was made.
    fn evaluation(&self, file: &PlanFile, schemas: &SchemasByAddress, given: Inputs) -> ordain_eval::Input {
        let variables = variables(file, given);
        let workspace = &self.stores.workspace;
        let input =
            planning::evaluation(self.workdir, self.project, schemas, variables, workspace, clock::now());
        ordain_eval::Input {
            defer: !file.plan.deferred.is_empty(),
            imports: true,
            looks: false,
            timestamp: file.plan.timestamp.as_str().into(),
            ..input
        }
    }

    async fn use_up(&self, nonce: &str) -> Result<(), Diagnostic> {
        used::record(&self.stores.backend, self.stores.state.name(), nonce, clock::now()).await
    }

    /// Keeps a state that the store did not take in a file of the working directory, or else says it in full.
    fn rescue(&self, state: &State) -> Diagnostic {
        const NAME: &str = "errored.tfstate";
        let summary = "Failed to persist state to backend";
        let written = ordain_state::v4::write(state).map_err(|error| error.detail).and_then(|bytes| {
            let path = self.workdir.path(NAME);
            files::write_private(&path, &bytes).map_err(|error| format!("{}: {error}", path.display()))
        });
        let detail = match written {
            Ok(()) => format!(
                "What was done is in {NAME} in the working directory, and nowhere else as a state. When the cause is \
                 mended, store it with `ordain state push {NAME}`; or, if an apply left a journal beside the state, \
                 settle it with `ordain apply -resume`."
            ),
            Err(why) => format!(
                "What was done could not be written to {NAME} either ({why}). If an apply left a journal beside the \
                 state, `ordain apply -resume` brings everything back; what has no effect outside the state, such as \
                 terraform_data, is made anew."
            ),
        };
        Diagnostic::error(codes::apply::STATE_UNSAVED, summary, detail)
    }

    async fn read(&self) -> Result<Stored, Diagnostic> {
        let stored = self.stores.state.read().await?;
        refuse_unfinished(&self.stores.state, &stored).await?;
        Ok(stored)
    }

    fn host(&self) -> Host {
        let workdir = self.workdir.clone();
        Host {
            now: clock::now(),
            terraform_version: LANGUAGE_VERSION.to_owned(),
            new_lineage: new_id(self.workdir),
            deposed_key: Box::new(move || new_id(&workdir).chars().take(8).collect()),
        }
    }

    /// Leave to apply, or every reason why not.
    async fn permit(
        &self,
        file: &Arc<PlanFile>,
        digests: Digests,
        stored: &Stored,
    ) -> (Option<(Permit, Decisions)>, Diagnostics) {
        let repository = Repository::around(self.workdir);
        let mut found = Diagnostics::new();
        let rules = found.take(judging::rules(&repository));
        let keys = found.take(judging::keys(&repository));
        let decisions = found.take(self.judged_now(&repository, file));
        let nonce = &file.header.origin.nonce;
        let used = match used::when(&self.stores.backend, self.stores.state.name(), nonce).await {
            Ok(used) => used,
            Err(error) => {
                found.push(error);
                None
            }
        };
        let Some(decisions) = decisions.filter(|_| !found.has_errors()) else { return (None, found) };
        let mut approvals = approvals(file, &mut found);
        approvals.extend(
            self.options.proof.clone().map(|proof| self.own_approval(&repository, file, digests, proof)),
        );
        let verdict = ordain_approval::judge(&Case {
            header: &file.header,
            digests,
            base: (&file.plan.base.lineage, file.plan.base.serial),
            errored: file.plan.errored,
            approvals: &approvals,
            rules: &rules,
            keys: (&keys.0, &keys.1),
            decisions: &decisions,
            current: Current {
                directory: &repository.directory,
                workspace: &self.stores.workspace,
                backend: &backend::place(self.workdir),
                lineage: &stored.state.lineage,
                serial: stored.state.serial,
                used,
            },
            now: clock::now(),
        });
        match verdict {
            Verdict::Permit(permit) => (Some((permit, decisions)), found),
            Verdict::Pending(reasons) | Verdict::Denied(reasons) => {
                found.extend(reasons);
                (None, found)
            }
        }
    }

    /// What policies say at this moment. Policies that judged the plan must be there to judge it again.
    fn judged_now(&self, repository: &Repository, file: &Arc<PlanFile>) -> (Option<Decisions>, Diagnostics) {
        let mut found = Diagnostics::new();
        match found.take(judging::bundle(repository, self.options.policies.as_deref())) {
            Some(bundle) => {
                let actor = repository.actor.as_deref();
                let decisions = found.take(judging::judge(repository, &bundle, file, Stage::Apply, actor));
                (decisions, found)
            }
            None if found.has_errors() => (None, found),
            None if file.header.inputs.policies.is_some() => {
                let detail = "The plan was judged by policies, and none are found here: they must be there to judge it \
                              again before it is applied. Apply from a checkout of the repository, or name their \
                              directory with -policies.";
                found.push(Diagnostic::error(codes::policy::POLICY_LOAD, "Policies are missing", detail));
                (None, found)
            }
            None => (Some(Decisions::default()), found),
        }
    }

    fn own_approval(
        &self,
        repository: &Repository,
        file: &PlanFile,
        digests: Digests,
        proof: Proof,
    ) -> Approval {
        let statement = Statement {
            verdict: "approve".to_owned(),
            root: digests.root,
            effects: digests.effects,
            environment: file.header.place.environment.clone(),
            principal: repository.actor.clone().unwrap_or_default(),
            at: clock::now(),
            expires: None,
        };
        Approval::unsigned(&statement, proof)
    }
}

/// Approvals that came with the plan; what is none is an error, not passed over.
fn approvals(file: &PlanFile, found: &mut Diagnostics) -> Vec<Approval> {
    let read = |json| match Approval::from_json(json) {
        Ok(approval) => Some(approval),
        Err(why) => {
            let detail = format!("The plan file holds an approval that cannot be read: {why}.");
            found.push(Diagnostic::error(codes::approval::APPROVAL_INVALID, "Invalid approval", detail));
            None
        }
    };
    file.approvals.iter().filter_map(read).collect()
}

/// Values of variables: the plan's, and for those that a plan may not store what is given now.
fn variables(file: &PlanFile, given: Inputs) -> Inputs {
    let mut inputs = Inputs::new();
    for (name, value) in &file.plan.variables {
        match value {
            Some(value) => {
                let value = VariableText::Value(value.clone());
                inputs.insert(name.clone(), VariableInput { value, source: VariableSource::Other });
            }
            None => {
                if let Some(input) = given.get(name) {
                    inputs.insert(name.clone(), input.clone());
                }
            }
        }
    }
    inputs
}

/// Settles what an apply left that did not end: its journal becomes part of the state.
pub async fn resume(workdir: &Workdir, locking: &Locking) -> (Option<ordain_apply::Settled>, Diagnostics) {
    let stores = match connect(workdir) {
        Ok(stores) => stores,
        Err(error) => return (None, error.into()),
    };
    let held = match locking.acquire(&stores.state).await {
        Ok(held) => held,
        Err(error) => return (None, error.into()),
    };
    let mut found = Diagnostics::new();
    let settled = match stores.state.read().await {
        Ok(stored) => found.take(ordain_apply::resume(&stores.state, stored).await),
        Err(error) => {
            found.push(error);
            None
        }
    };
    found.append(held.release().await);
    (settled, found)
}
