//! `plan`: from a working directory to a stored plan that policies have judged.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use ordain_approval::Rules;
use ordain_diag::{Diagnostic, Diagnostics, Sources, codes};
use ordain_plan::file::{Header, Inputs, Origin, Place, PlanFile};
use ordain_plan::json::Configuration;
use ordain_plan::{Digest, Observer, Plan};
use ordain_state::{State, Stored};
use tokio::task::JoinHandle;

use crate::generating::{Generated, Generator};
use crate::locked::{Locking, refuse_unfinished};
use crate::plan_configuration::{SchemasByAddress, configuration};
use crate::providers::Providers;
use crate::repository::Repository;
use crate::sealing::Recipients;
use crate::stores::{Stores, new_id};
use crate::storing::Storing;
use crate::validating::{self, Groundwork};
use crate::variables::{Given, collect};
use crate::{LANGUAGE_VERSION, Machine, Project, Workdir, backend, clock, judging, trimmed};

pub use ordain_planner::Refresh;

/// What the command line of `plan` asks for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Values of variables, as given.
    pub given: Vec<Given>,
    /// What the planner is asked for.
    pub planner: ordain_planner::Options,
    /// How the lock is taken.
    pub locking: Locking,
    /// Directory of policies, when not the repository's own.
    pub policies: Option<PathBuf>,
    /// File for configuration of imports that have none (`-generate-config-out`).
    pub generate: Option<String>,
    /// Whether the stored form is wanted. Making it is a third of the work.
    pub store: bool,
}

/// A plan that was made and judged, and is on its way into its stored form.
pub struct Planned {
    /// The plan with everything around it.
    pub file: Arc<PlanFile>,
    /// Its stored form, if one was wanted.
    pub storing: Storing,
    /// What policies say at plan time; `None` when they could not judge, which was reported.
    pub decisions: Option<ordain_policy::Decisions>,
    /// Whether configuration was generated and written.
    pub generated: bool,
    /// Whether planning came far enough for the plan to say anything.
    pub begun: bool,
}

/// The stored form of a plan, once it is made. Of none there is none.
pub fn stored_form(planned: &mut Option<Planned>) -> (crate::storing::Stored, Diagnostics) {
    planned.as_mut().map(|planned| std::mem::take(&mut planned.storing)).unwrap_or_default().finish()
}

/// Makes a plan. Texts that findings point into are added to `sources`.
pub async fn plan(
    workdir: &Workdir,
    project: &Project,
    options: Options,
    observer: Arc<dyn Observer>,
    sources: &mut Sources,
) -> (Option<Planned>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut generated = None;
    if let Some(path) = &options.generate {
        let generator = Generator { workdir, project, options: &options };
        generated = found.take(generator.generate(path, sources).await);
        if found.has_errors() {
            return (None, found);
        }
    }
    let project = generated.as_ref().map_or(project, |generated| &generated.project);
    let inputs = found.take(collect(workdir, &project.tree.root, &options.given, sources));
    // Values that are missing are told before anything else; warnings come again with the evaluation.
    let values = ordain_eval::check_values(&project.tree.root.variables, &inputs, true);
    if values.has_errors() {
        found.append(values);
        return (None, found);
    }
    found.append(ordain_config::validate(&project.tree));
    if found.has_errors() {
        return (None, found);
    }
    let (ground, wrong) = wrong_anyway(workdir, project, generated.as_ref()).await;
    if wrong.has_errors() {
        return (None, wrong);
    }
    let stores = match Stores::open(workdir, project) {
        Ok(stores) => stores,
        Err(errors) => return (None, errors),
    };
    let held = match options.locking.acquire(&stores.state).await {
        Ok(held) => held,
        Err(error) => return (None, error.into()),
    };
    let read = match options.locking.enabled {
        true => read_settled(&stores).await,
        false => read_beside(&stores, &mut found).await,
    };
    let planned = match read {
        Ok(base) => {
            let imports = wrong_imports(project, &options);
            let (stores, options, generated) = (&stores, &options, generated.as_ref());
            let work = Work { workdir, project, stores, options, generated, imports };
            Some(found.take(work.plan(base.state, inputs, ground, observer).await))
        }
        Err(error) => {
            found.push(while_locking(&stores, &options.locking, error));
            None
        }
    };
    untold(wrong, &mut found);
    found.append(held.release().await);
    (planned, found)
}

/// Warnings that planning did not repeat, as it does not look at every block when things are only read or destroyed.
fn untold(wrong: Diagnostics, found: &mut Diagnostics) {
    let key = |item: &Diagnostic| (item.summary.clone(), item.detail.clone(), item.span);
    let told: HashSet<_> = found.iter().map(key).collect();
    wrong.into_iter().filter(|warning| !told.contains(&key(warning))).for_each(|warning| found.push(warning));
}

/// All that is wrong whatever the values are comes first and at once. Warnings mostly come again with values.
async fn wrong_anyway(
    workdir: &Workdir,
    project: &Project,
    generated: Option<&Generated>,
) -> (Ground, Diagnostics) {
    let unfit = unfit_packages(workdir, project);
    if unfit.has_errors() {
        return (Ground::default(), unfit);
    }
    // What was generated for this plan was not written by anybody.
    let written = generated.map_or(&project.tree, |generated| &generated.written);
    let mut text = None;
    let (work, found) = validating::groundwork(workdir, project, |schemas| {
        let (tree, schemas) = (written.clone(), schemas.clone());
        text = Some(tokio::task::spawn_blocking(move || configuration(&tree, &schemas)));
    })
    .await;
    (Ground { work, text }, found)
}

/// What a plan stands on.
#[derive(Default)]
struct Ground {
    work: Groundwork,
    /// What is written, put into JSON beside all else, which does not need it.
    text: Option<JoinHandle<Configuration>>,
}

impl Ground {
    async fn configuration(
        text: Option<JoinHandle<Configuration>>,
        found: &mut Diagnostics,
    ) -> Configuration {
        let Some(text) = text else { return Configuration::default() };
        text.await.unwrap_or_else(|error| {
            let detail = format!("The JSON form of the configuration could not be made: {error}.");
            found.push(Diagnostic::error(codes::cli::INTERNAL, "Failed to marshal plan to json", detail));
            Configuration::default()
        })
    }
}

/// What is wrong with import blocks of what takes part. Where everything is destroyed, or only looked
/// at, nothing is imported.
fn wrong_imports(project: &Project, options: &Options) -> Diagnostics {
    match options.planner.mode {
        ordain_plan::Mode::Destroy | ordain_plan::Mode::RefreshOnly => Diagnostics::new(),
        _ => ordain_config::validate_imports(&project.tree, |target| {
            let module = ordain_addr::ModuleInstance::root();
            let resource = target.resource.clone();
            options.planner.selects(&ordain_addr::ResourceInstance::new(module, resource, None))
        }),
    }
}

/// Providers that are not what was locked, before any of them is started.
fn unfit_packages(workdir: &Workdir, project: &Project) -> Diagnostics {
    let wanted = ordain_install::requirements(std::slice::from_ref(&project.tree)).0;
    crate::serving::Serving::new(workdir.clone()).verify(&wanted)
}

/// A state file that cannot be read cannot be locked either, as users of the local backend know it.
pub(crate) fn while_locking(stores: &Stores, locking: &Locking, error: Diagnostic) -> Diagnostic {
    let unreadable = error.code == ordain_diag::codes::state::STATE_FORMAT;
    if !(unreadable && locking.enabled && stores.backend.keeps_backup) {
        return error;
    }
    let detail = format!("Error message: {}: {}", error.summary, error.detail);
    Diagnostic { summary: "Error acquiring the state lock".to_owned(), detail, ..error }
}

pub(crate) async fn read_settled(stores: &Stores) -> Result<Stored, ordain_diag::Diagnostic> {
    let stored = stores.state.read().await?;
    refuse_unfinished(&stores.state, &stored).await?;
    Ok(stored)
}

/// The same without the lock: then another apply may be at work, which keeps nobody from planning.
async fn read_beside(stores: &Stores, found: &mut Diagnostics) -> Result<Stored, Diagnostic> {
    let stored = stores.state.read().await?;
    if let Some(left) = stores.state.unfinished(&stored).await? {
        let detail = format!(
            "An apply of plan {} is at work or did not end. This plan is made without the lock, from the state before it, and \
             goes stale as soon as that apply writes what it made.",
            left.header.plan
        );
        found.push(Diagnostic::warning(codes::apply::IN_DOUBT, "Unfinished apply", detail));
    }
    Ok(stored)
}

/// What the steps of one plan share.
struct Work<'w> {
    workdir: &'w Workdir,
    project: &'w Project,
    stores: &'w Stores,
    options: &'w Options,
    generated: Option<&'w Generated>,
    /// What is wrong with import blocks, known before anything is planned.
    imports: Diagnostics,
}

impl Work<'_> {
    async fn plan(
        &self,
        base: State,
        inputs: crate::variables::Inputs,
        Ground { work: ground, text }: Ground,
        observer: Arc<dyn Observer>,
    ) -> (Planned, Diagnostics) {
        let mut found = Diagnostics::new();
        let providers = Providers::new(self.workdir.clone());
        let known = providers.more_schemas(ground.schemas, &self.project.tree, &base);
        let schemas = found.take(known.await);
        let now = clock::now();
        let mut planner = self.options.planner.clone();
        planner.terraform_version = LANGUAGE_VERSION.to_owned();
        let mut storable = !found.has_errors();
        let mut plan = if !storable {
            refused(base, now)
        } else {
            let workspace = &self.stores.workspace;
            let evaluation = evaluation(self.workdir, self.project, &schemas, inputs, workspace, now);
            let request = ordain_planner::Request {
                evaluation: ordain_eval::Input { compiled: ground.compiled, ..evaluation },
                base,
                providers: Arc::new(providers),
                observer,
                options: planner,
                known: self.imports.clone(),
                beside: crate::beside::beside(),
            };
            let made = found.take(ordain_planner::plan(request).await);
            storable = made.begun;
            made.plan
        };
        for change in &mut plan.changes {
            change.generated_config =
                self.generated.and_then(|generated| generated.blocks.get(&change.address)).cloned();
        }
        let configuration = Ground::configuration(text, &mut found).await;
        let file = PlanFile { configuration, ..self.file(plan, &schemas, now, &mut found) };
        if !storable {
            // Without the schemas the state cannot be read, and so no plan can be written either. One that was
            // never begun is not kept.
            let (file, storing) = (Arc::new(file), Storing::default());
            return (Planned { file, storing, decisions: None, generated: false, begun: false }, found);
        }
        (self.judged(file, &schemas, &mut found), found)
    }

    /// The plan with what is stored beside it, but for the configuration's text.
    fn file(&self, plan: Plan, schemas: &SchemasByAddress, now: i64, found: &mut Diagnostics) -> PlanFile {
        let repository = Repository::around(self.workdir);
        let rules = found.take(judging::rules(&repository));
        PlanFile {
            header: self.header(&repository, &rules, now),
            schemas: trimmed::of_plan(&plan, schemas),
            configuration: Configuration::default(),
            snapshot: snapshot(self.project),
            decisions: serde_json::Value::Null,
            obligations: serde_json::Value::Null,
            approvals: Vec::new(),
            closed: None,
            plan,
        }
    }

    fn header(&self, repository: &Repository, rules: &Rules, now: i64) -> Header {
        let environment = rules.environment_of(&repository.directory);
        let lifetime = environment.and_then(|environment| environment.plan_lifetime);
        let serving = crate::serving::Serving::new(self.workdir.clone());
        let wanted = ordain_install::requirements(std::slice::from_ref(&self.project.tree)).0;
        let providers = wanted.into_keys().map(|address| {
            let version = serving.version(&address).unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned());
            (address.to_string(), version)
        });
        Header {
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            terraform_version: LANGUAGE_VERSION.to_owned(),
            sealing: "none".to_owned(),
            place: Place {
                environment: environment.map(|environment| environment.name.clone()),
                workspace: self.stores.workspace.clone(),
                backend: backend::place(self.workdir),
                directory: repository.directory.clone(),
            },
            origin: Origin {
                commit: repository.commit.clone(),
                author: repository.actor.clone(),
                created: now,
                expires: lifetime.map(|lifetime| now.saturating_add(lifetime)),
                nonce: new_id(self.workdir),
            },
            inputs: Inputs {
                providers: providers.collect(),
                modules: module_digests(self.project),
                policies: None,
                lock: None,
            },
        }
    }

    /// Those to whom the environment seals its plans.
    fn recipients(
        &self,
        repository: &Repository,
        found: &mut Diagnostics,
    ) -> Result<Option<Recipients>, Diagnostic> {
        let rules = found.take(judging::rules(repository));
        let environment = rules.environment_of(&repository.directory);
        environment.map_or(Ok(None), |environment| Recipients::read(&environment.sealed_to))
    }

    /// Lets policies judge, then begins to put the plan into its stored form.
    fn judged(&self, mut file: PlanFile, schemas: &SchemasByAddress, found: &mut Diagnostics) -> Planned {
        let repository = Repository::around(self.workdir);
        let mut decisions = None;
        if !file.plan.errored {
            let policies = judging::bundle(&repository, self.options.policies.as_deref());
            if let Some(bundle) = found.take(policies) {
                found.append(ordain_policy::check(&bundle, &trimmed::all(schemas)));
                file.header.inputs.policies = Some(bundle.digest());
                let shared = Arc::new(file);
                let stage = ordain_policy::Stage::Plan;
                decisions = found.take(judging::judge(&repository, &bundle, &shared, stage, None));
                // Whoever judged has let go of it.
                file = Arc::unwrap_or_clone(shared);
            } else if !found.has_errors() {
                decisions = Some(ordain_policy::Decisions::default());
            }
        }
        if let Some(decisions) = &decisions {
            file.decisions = serde_json::to_value(decisions).unwrap_or_default();
            file.obligations = serde_json::to_value(&decisions.obligations).unwrap_or_default();
        }
        let file = Arc::new(file);
        let storing = match self.recipients(&repository, found) {
            Ok(recipients) if self.options.store => Storing::begin(file.clone(), recipients),
            Ok(_) => Storing::default(),
            Err(error) => {
                found.push(error);
                Storing::default()
            }
        };
        Planned { file, storing, decisions, generated: self.generated.is_some(), begun: true }
    }
}

/// A plan that was never made, because what it needs is not there.
fn refused(base: State, now: i64) -> Plan {
    Plan {
        mode: ordain_plan::Mode::Normal,
        timestamp: clock::rfc3339(now),
        variables: BTreeMap::new(),
        given: BTreeSet::new(),
        changes: Vec::new(),
        drift: Vec::new(),
        deferred: Vec::new(),
        outputs: Vec::new(),
        steps: Vec::new(),
        checks: Vec::new(),
        relevant: Vec::new(),
        prior: base.clone(),
        base,
        targets: Vec::new(),
        excludes: Vec::new(),
        complete: false,
        applyable: false,
        errored: true,
    }
}

/// Where every evaluation of a configuration starts from. The mode is set by whoever drives it.
pub fn evaluation(
    workdir: &Workdir,
    project: &Project,
    schemas: &SchemasByAddress,
    variables: crate::variables::Inputs,
    workspace: &str,
    now: i64,
) -> ordain_eval::Input {
    let home = workdir.env.get("HOME").map(PathBuf::from);
    ordain_eval::Input {
        tree: project.tree.clone(),
        schemas: schemas.clone(),
        variables,
        world: Arc::new(Machine::new(workdir.dir.clone(), home).started_in(workdir.started.clone())),
        functions: crate::provider_functions::by_module(workdir, &project.tree, schemas),
        mode: ordain_eval::Mode::Plan,
        workspace: workspace.into(),
        timestamp: clock::rfc3339(now).into(),
        stored_providers: Vec::new(),
        targets: Vec::new(),
        excludes: Vec::new(),
        defer: false,
        imports: true,
        looks: false,
        compiled: None,
        conditions: ordain_eval::Conditions::Refuse,
    }
}

/// Source texts by logical path, as a plan stores them; and the manifest, so that modules are found again.
fn snapshot(project: &Project) -> BTreeMap<String, Arc<str>> {
    let mut texts: BTreeMap<String, Arc<str>> =
        project.set.files.iter().map(|(path, text)| (path.to_string(), text.clone())).collect();
    if let Some(installed) = &project.set.installed {
        texts.insert(crate::snapshot::MANIFEST.to_owned(), crate::snapshot::manifest(installed).into());
    }
    texts
}

/// Digest of the texts of each called module.
fn module_digests(project: &Project) -> BTreeMap<String, String> {
    let mut digests = BTreeMap::new();
    for module in project.tree.modules().into_iter().filter(|module| !module.path.is_root()) {
        let prefix = format!("{}/", module.dir);
        let texts = project.set.files.iter().filter_map(|(path, text)| {
            let name = path.strip_prefix(&prefix)?;
            (!name.contains('/')).then(|| (name, Digest::of(text.as_bytes())))
        });
        digests.insert(module.path.0.join("."), ordain_plan::digest::root(texts).to_string());
    }
    digests
}
