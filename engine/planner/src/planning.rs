//! From a request to a plan: what comes before the loop and after it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;
use std::sync::Arc;

use ordain_addr::{AbsResource, Key, ProviderConfigAddr, Resource, ResourceInstance};
use ordain_config::ModuleTree;
use ordain_diag::{CheckResult, Diagnostic, Diagnostics, codes};
use ordain_eval::{Conditions, Evaluator, Objects, Outcome, Reads};
use ordain_plan::{Action, Change, Mode, OutputChange, Plan, RelevantAttribute};
use ordain_provider::{ObjectSchemas, Provider, ProviderSource};
use ordain_state::{OutputState, State};
use ordain_value::{Step, Value};
use rustc_hash::FxHashMap;

use crate::chosen::Chosen;
use crate::create_first::{create_first_spreads, describe, first_without_instances};
use crate::crew::Beside;
use crate::drive::Drive;
use crate::importing::{self, cannot_import};
use crate::order::{Uses, order};
use crate::orphans::{Orphan, orphan_reason};
use crate::outputs::output_changes;
use crate::refactor::{Moves, RemovedBlocks, carry_out_moves};
use crate::session::Session;
use crate::statements::mistakes;
use crate::{Options, Refresh, Request};

/// A plan, and how far its making came.
pub struct Made {
    /// The plan. With errors it says so and cannot be applied.
    pub plan: Plan,
    /// Whether anything was evaluated: without, the plan holds nothing that would be worth keeping.
    pub begun: bool,
}

/// Makes a plan. There is always one.
pub async fn plan(request: Request) -> (Made, Diagnostics) {
    let Request { mut evaluation, base, providers, observer, options, known, beside } = request;
    let mut found = Diagnostics::new();
    let mut prior = base.clone();
    let tree = Arc::clone(&evaluation.tree);
    let mut moves = found.take(carry_out_moves(&tree, &mut prior, &options));
    let (removed, still_declared) = RemovedBlocks::of(&tree);
    // Where everything goes, what was said to be gone is looked at with all else that is there.
    if options.mode != Mode::Destroy {
        found.append(still_declared);
    }
    as_asked(&mut evaluation, &options);
    evaluation.stored_providers = needed_by_state(&tree, &prior);
    let given = given(&evaluation);
    let timestamp = evaluation.timestamp.to_string();
    let schemas = ObjectSchemas::new(evaluation.schemas.clone());
    let mut session = Session { options, before_destroy: false, schemas, observer, tree: Arc::clone(&tree) };
    let mut outcome = Outcome::default();
    let (mut begun, mut misled) = (false, Diagnostics::new());
    let mut refreshed = Refreshed { prior, ..Refreshed::default() };
    if session.options.looks_first() && holds_anything(&refreshed.prior) && !found.has_errors() {
        // What fails then leaves no plan that would be worth keeping.
        refreshed = found
            .take(refresh_first(&session, (&providers, &beside), &evaluation, refreshed.prior, &moves).await);
        session.options.refresh = Refresh::Nothing;
    }
    // What was looked at first is at its new address before it is planned to go.
    let moved = std::mem::take(&mut moves.moved);
    let moved = if refreshed.looked { BTreeMap::new() } else { moved };
    let session = Arc::new(session);
    let mut drive = Drive::new(Arc::clone(&session), (providers, beside), refreshed.prior, moved);
    drive.providers = refreshed.providers;
    if !found.has_errors() {
        let mut evaluator = found.take(Evaluator::new(evaluation));
        begun = !found.has_errors();
        if begun {
            misled = run(&session, &mut drive, &mut evaluator, &base, (&moves, &removed), &mut found).await;
        }
        outcome = evaluator.finish();
        found.append(std::mem::take(&mut outcome.diagnostics));
    }
    found.append(std::mem::take(&mut drive.found));
    begun &= !misled.has_errors();
    if begun {
        found.append(known);
    }
    found = before_all_else(misled, found);
    if let Some((address, _)) = &session.options.import {
        importing::settle(&mut drive.prior, &outcome, address, &mut found);
    }
    // What is destroyed in part takes no outputs along.
    let refreshed = refreshed.outputs.filter(|_| !session.options.is_partial());
    let stored = refreshed.unwrap_or_else(|| base.outputs.clone());
    let plan = assemble(&session, drive, (base, stored), outcome, timestamp, &mut found);
    if !found.has_errors() {
        found.extend(moves.blocked);
    }
    let plan = if session.options.only_reads { only_read(plan) } else { plan };
    (Made { plan: Plan { given, ..plan }, begun }, found)
}

/// Objects that were taken for others are likely behind all else that is wrong.
fn before_all_else(misled: Diagnostics, found: Diagnostics) -> Diagnostics {
    match misled.has_errors() {
        true => found.into_iter().filter(|item| !item.is_error()).chain(misled).collect(),
        false => found,
    }
}

/// A plan of which only what was read is carried out.
fn only_read(plan: Plan) -> Plan {
    let changes = plan.changes.into_iter().filter(|change| change.action == Action::NoOp).collect();
    let applyable = !plan.errored;
    let (steps, deferred) = (Vec::new(), Vec::new());
    Plan { mode: Mode::RefreshOnly, changes, steps, deferred, applyable, ..plan }
}

/// Evaluates everything and plans what is handed out, then what is left over. What statements say wrongly about
/// what moved is given apart: it is known only when all instances are.
async fn run(
    session: &Session,
    drive: &mut Drive,
    evaluator: &mut Evaluator,
    base: &State,
    (moves, removed): (&Moves, &RemovedBlocks<'_>),
    found: &mut Diagnostics,
) -> Diagnostics {
    let tree = &session.tree;
    if session.options.mode == Mode::Destroy || session.options.is_partial() {
        preset(session, &drive.prior, evaluator);
    }
    drive.run(evaluator).await;
    let mut misled = Diagnostics::new();
    found.extend(half_named(&session.options, drive));
    if let Some((address, _)) = &session.options.import {
        found.extend(cannot_import(drive, base, address));
    } else {
        misled = moves.mistakes(mistakes(tree, &drive.expansions));
        let orphans = orphans(session, drive, evaluator, removed);
        drive.end(orphans).await;
    }
    drive.first_without_instances = first_without_instances(tree, drive, evaluator);
    if session.options.mode == Mode::RefreshOnly {
        drive.described = describe(tree, drive, evaluator);
    }
    misled
}

/// Variables that are given and declared.
fn given(evaluation: &ordain_eval::Input) -> BTreeSet<Arc<str>> {
    let declared = &evaluation.tree.root.variables;
    evaluation.variables.keys().filter(|name| declared.contains_key(*name)).cloned().collect()
}

/// What the options mean for the evaluation.
fn as_asked(evaluation: &mut ordain_eval::Input, options: &Options) {
    evaluation.mode = match options.mode {
        Mode::Destroy => ordain_eval::Mode::Destroy,
        Mode::Normal | Mode::RefreshOnly => ordain_eval::Mode::Plan,
    };
    if options.mode == Mode::RefreshOnly {
        evaluation.conditions = match options.import {
            Some(_) => Conditions::WarnForResources,
            None => Conditions::Warn,
        };
    }
    evaluation.targets = options.targets.clone();
    evaluation.excludes = options.excludes.clone();
    evaluation.defer = options.allow_deferral;
    evaluation.looks = options.mode == Mode::RefreshOnly;
    evaluation.imports = options.mode != Mode::RefreshOnly || options.look_at_imports;
}

fn holds_anything(state: &State) -> bool {
    !state.resources.is_empty() || !state.outputs.is_empty()
}

/// Provider configurations that objects need of which the configuration says nothing any more.
fn needed_by_state(tree: &ModuleTree, prior: &State) -> Vec<ProviderConfigAddr> {
    let orphans = prior.resources.iter().filter(|(address, _)| tree.resource(&address.config()).is_none());
    let needed: BTreeSet<_> = orphans.map(|(_, resource)| &resource.provider).collect();
    needed.into_iter().cloned().collect()
}

/// What a refresh before a destroy found.
#[derive(Default)]
struct Refreshed {
    /// Whether anything was looked at.
    looked: bool,
    prior: State,
    /// Root outputs as they are now.
    outputs: Option<BTreeMap<Arc<str>, OutputState>>,
    providers: FxHashMap<Arc<ProviderConfigAddr>, Option<Arc<dyn Provider>>>,
}

/// Brings everything up to date before it is destroyed, by the whole configuration: as in Terraform, what
/// cannot be evaluated or planned is an error then too; conditions that do not hold are told beside one.
async fn refresh_first(
    session: &Session,
    (source, beside): (&Arc<dyn ProviderSource>, &Option<Beside>),
    evaluation: &ordain_eval::Input,
    prior: State,
    moves: &Moves,
) -> (Refreshed, Diagnostics) {
    let session = Arc::new(Session {
        options: Options { mode: Mode::Normal, ..session.options.clone() },
        before_destroy: true,
        schemas: ObjectSchemas::new(evaluation.schemas.clone()),
        observer: Arc::clone(&session.observer),
        tree: Arc::clone(&session.tree),
    });
    let input = ordain_eval::Input {
        mode: ordain_eval::Mode::Plan,
        conditions: Conditions::Warn,
        ..evaluation.clone()
    };
    let (mut evaluator, mut found) = Evaluator::new(input);
    if found.has_errors() {
        return (Refreshed { prior, ..Refreshed::default() }, found);
    }
    let mut outputs = prior.outputs.clone();
    let providers = (Arc::clone(source), beside.clone());
    let mut drive = Drive::new(Arc::clone(&session), providers, prior, moves.moved.clone());
    if session.options.is_partial() {
        preset(&session, &drive.prior, &mut evaluator);
    }
    drive.run(&mut evaluator).await;
    let misled = moves.mistakes(mistakes(&session.tree, &drive.expansions));
    describe(&session.tree, &mut drive, &evaluator);
    let removed = found.take(RemovedBlocks::of(&session.tree));
    let orphans = orphans(&session, &drive, &evaluator, &removed);
    drive.end(orphans).await;
    let mut outcome = evaluator.finish();
    found.append(std::mem::take(&mut outcome.diagnostics));
    found.append(std::mem::take(&mut drive.found));
    for (name, output) in outcome.outputs.into_iter().filter(|(_, output)| output.value.is_wholly_known()) {
        let (value, _) = output.value.unmark_deep();
        // States hold no outputs that are null.
        match value.is_null() {
            true => drop(outputs.remove(&name)),
            false => drop(outputs.insert(name, OutputState { value, sensitive: output.sensitive })),
        }
    }
    drive.prior.outputs.clone_from(&outputs);
    found = before_all_else(misled, found);
    if !found.has_errors() {
        // The plan of the end says all that is left to say.
        found = Diagnostics::new();
    }
    // What changed outside is not told of: it goes whatever it is.
    let providers = std::mem::take(&mut drive.providers);
    (Refreshed { looked: true, prior: drive.prior, outputs: Some(outputs), providers }, found)
}

/// `-replace` with the address of a resource that is declared with `count` or `for_each` names none of its instances.
fn half_named(options: &Options, drive: &Drive) -> Vec<Diagnostic> {
    let declared = |address: &ResourceInstance| {
        let keys = drive.expansions.resources.get(address.abs_resource());
        keys.and_then(|keys| keys.as_ref()).map(|keys| keys.to_vec())
    };
    let half = |address: &&ResourceInstance| {
        address.key.is_none() && declared(address).is_some_and(|keys| !keys.contains(&None))
    };
    let warn = |address: &ResourceInstance| {
        let instances = declared(address).into_iter().flatten().take(10);
        let flags: String = instances
            .map(|key| address.abs_resource().instance(key.clone()).to_string())
            .map(|one| format!("\n  -replace={one:?}"))
            .collect();
        let detail = format!(
            "The instances of {address} have keys, so that the option -replace={address} names none of them. Give \
             the key as well.\n{flags}"
        );
        let summary = "Incompletely-matched force-replace resource instance";
        Diagnostic::warning(codes::plan::CANNOT_PLAN, summary, detail)
    };
    options.replace.iter().filter(half).map(warn).collect()
}

/// Objects as they are stored, for what provider configurations refer to while everything is destroyed, and for
/// what refers to instances that targets leave out.
fn preset(session: &Session, prior: &State, evaluator: &mut Evaluator) {
    for (address, resource) in &prior.resources {
        let Some(schema) = session.schemas.get(&resource.provider.provider, &address.resource) else {
            continue;
        };
        let objects: Objects = resource
            .instances
            .iter()
            .filter_map(|(key, instance)| {
                let object = instance.current.as_ref()?;
                let fits = object.schema_version == schema.schema.version && !object.flat;
                // What cannot be read like this is unknown to provider configurations, no more.
                let value = object.value(&schema.ty).ok().filter(|_| fits)?;
                Some((key.clone(), schema.schema.block.mark_sensitive(value)))
            })
            .collect();
        if !objects.is_empty() {
            evaluator.preset(address.clone(), objects);
        }
    }
}

fn orphans(
    session: &Session,
    drive: &Drive,
    evaluator: &Evaluator,
    removed: &RemovedBlocks<'_>,
) -> Vec<Orphan> {
    let left = drive.left_over();
    let destroy = session.options.mode == Mode::Destroy;
    let chosen = destroy.then(|| Chosen::of(&session.options, &drive.prior));
    let mut orphans = Vec::new();
    for (address, provider, prior) in left {
        let selected = match &chosen {
            Some(chosen) => chosen.goes(&session.options, &address),
            // What a target needs is brought in order with all of its instances.
            None => evaluator.takes_part(&address).unwrap_or_else(|| session.options.selects(&address)),
        };
        if !selected {
            continue;
        }
        let previous_address = drive.previous_address(&address);
        let reason = if destroy {
            None
        } else {
            orphan_reason(&session.tree, &drive.expansions, &address, previous_address.is_some())
        };
        let only_deposed = !destroy && reason.is_none();
        // An instance that is wanted but was not handed out depends on something that failed.
        if only_deposed {
            continue;
        }
        // The configuration says who manages an object, as long as it speaks of its resource.
        let declared =
            evaluator.provider_of(&address.config()).filter(|declared| **declared != provider.block());
        let provider = declared.cloned().unwrap_or(provider);
        let forget = removed.get(&address).is_some_and(|removed| !removed.destroy);
        orphans.push(Orphan {
            address,
            previous_address,
            provider: provider.into(),
            prior,
            reason,
            forget,
            only_deposed,
        });
    }
    orphans
}

fn assemble(
    session: &Session,
    mut drive: Drive,
    (base, stored_outputs): (State, BTreeMap<Arc<str>, OutputState>),
    outcome: Outcome,
    timestamp: String,
    found: &mut Diagnostics,
) -> Plan {
    let options = &session.options;
    create_first_spreads(&mut drive);
    let changes = in_order(std::mem::take(&mut drive.changes));
    let mut drift = std::mem::take(&mut drive.drift);
    drift.sort_by(|a, b| a.address.cmp(&b.address));
    let mut deferred = std::mem::take(&mut drive.deferred);
    deferred.sort_by(|a, b| a.change.address.cmp(&b.change.address));
    let nothing_deferred = deferred.is_empty();
    let uses: Vec<Uses> = changes.iter().map(|change| uses(&drive, change)).collect();
    let declared = declared_outputs(session, &base);
    let outputs = output_changes(&stored_outputs, &outcome.outputs, &declared);
    let (steps, (learnt, relevant)) = beside_each_other(
        || order(&changes, &uses),
        // What the loop kept to find its way is not needed any more, and what is read of resources needs room.
        || (drive.learnt(), relevant_attributes(outcome.reads, &changes, &outputs, options.mode)),
    );
    let (prior, described, failed_checks) = learnt;
    drop(uses);
    let steps = steps.unwrap_or_else(|error| {
        found.push(error);
        Vec::new()
    });
    without_asserts(found, &failed_checks);
    warn(options, &changes, found);
    let errored = found.has_errors();
    let stores = described || has_effect(options, &changes, &drift, &outputs);
    Plan {
        mode: options.mode,
        timestamp,
        variables: outcome
            .variables
            .into_iter()
            .map(|(name, value)| (name, Some(value).filter(|value| !value.marks_deep().is_ephemeral())))
            .collect(),
        given: BTreeSet::new(),
        changes,
        drift,
        deferred,
        outputs,
        steps,
        checks: settled_checks(outcome.checks, &failed_checks),
        relevant,
        prior,
        base,
        targets: options.targets.clone(),
        excludes: options.excludes.clone(),
        complete: !errored && !options.is_partial() && nothing_deferred,
        applyable: stores && !errored,
        errored,
    }
}

/// Changes in the order of addresses.
fn in_order(mut changes: Vec<Change>) -> Vec<Change> {
    // Changes are large, and mostly come in a few runs that have this order already: their places are sorted, by what
    // makes use of runs, and each change is moved once.
    let mut places: Vec<usize> = (0..changes.len()).collect();
    let name = |at: &usize| changes.get(*at).map(|change| (&change.address, &change.deposed));
    places.sort_by(|a, b| name(a).cmp(&name(b)));
    for start in 0..places.len() {
        let mut to = start;
        // Around a circle of changes that take each other's places.
        while let Some(from) = places.get_mut(to).map(|place| std::mem::replace(place, to))
            && from != start
        {
            changes.swap(to, from);
            to = from;
        }
    }
    changes
}

/// Both results, the first made on a thread of its own if there is one to be had.
fn beside_each_other<A: Send, B>(first: impl Fn() -> A + Sync, second: impl FnOnce() -> B) -> (A, B) {
    let (done, second) = std::thread::scope(|scope| {
        let started = std::thread::Builder::new().spawn_scoped(scope, &first);
        let second = second();
        (started.ok().and_then(|thread| thread.join().ok()), second)
    });
    (done.unwrap_or_else(first), second)
}

/// Whether anything would be done or stored. A look stores what it knows, and takes no outputs away.
fn has_effect(options: &Options, changes: &[Change], drift: &[Change], outputs: &[OutputChange]) -> bool {
    let looks = options.mode == Mode::RefreshOnly;
    let acts = |change: &Change| {
        change.action != Action::NoOp || change.previous_address.is_some() || change.importing.is_some()
    };
    let stores = |output: &OutputChange| {
        let settled = output.action != Action::Delete && output.after.is_wholly_known();
        output.action != Action::NoOp && (!looks || settled)
    };
    changes.iter().any(acts)
        || (looks && drift.iter().any(|change| change.action != Action::NoOp))
        || outputs.iter().any(stores)
}

/// Outputs that the plan leaves in state or brings there.
fn declared_outputs(session: &Session, base: &State) -> BTreeSet<Arc<str>> {
    let options = &session.options;
    match options.mode {
        // What is destroyed in part leaves outputs as they are.
        Mode::Destroy if options.is_partial() => base.outputs.keys().cloned().collect(),
        Mode::Destroy => BTreeSet::new(),
        // A plan about a part of the configuration takes no outputs away.
        _ if !options.targets.is_empty() || !options.excludes.is_empty() => {
            base.outputs.keys().cloned().collect()
        }
        _ => session.tree.root.outputs.keys().cloned().collect(),
    }
}

/// What checks say, those whose data source could not be read included.
fn settled_checks(mut checks: Vec<CheckResult>, failed: &HashMap<String, String>) -> Vec<CheckResult> {
    checks.iter_mut().for_each(|check| check.fail_unread(failed));
    checks
}

/// Takes out findings of assertions in checks whose data source could not be read.
fn without_asserts(found: &mut Diagnostics, failed: &HashMap<String, String>) {
    let asserts = |finding: &Diagnostic| {
        finding.summary.starts_with("Check block assertion")
            && finding.address.as_ref().is_some_and(|address| failed.contains_key(address))
    };
    *found = std::mem::take(found).into_iter().filter(|finding| !asserts(finding)).collect();
}

fn uses(drive: &Drive, change: &Change) -> Uses {
    if change.action == Action::NoOp {
        return Uses::default();
    }
    let stored = drive.prior.instance(&change.address).and_then(|instance| match &change.deposed {
        Some(key) => instance.deposed.get(key),
        None => instance.current.as_ref(),
    });
    let wanted = match change.action {
        Action::Delete | Action::Forget => None,
        _ => drive.dependencies.get(&change.address).cloned(),
    };
    Uses { wanted, stored: stored.map(|object| object.dependencies.clone().into()).unwrap_or_default() }
}

fn warn(options: &Options, changes: &[Change], found: &mut Diagnostics) {
    if options.is_partial() && options.import.is_none() {
        let detail = "The plan is about a part of the configuration only, as -target or -exclude asks for. It may \
                      leave objects as they are that the configuration would change. Use these options for \
                      exceptions, and make a plan without them afterwards.";
        found.push(Diagnostic::warning(codes::plan::CANNOT_PLAN, "Resource targeting is in effect", detail));
    }
    let forgotten: Vec<String> = changes
        .iter()
        .filter(|change| matches!(change.action, Action::Forget | Action::CreateThenForget))
        .map(|change| match &change.deposed {
            Some(key) => format!("  - {} (deposed object {key})", change.address),
            None => format!("  - {}", change.address),
        })
        .collect();
    if !forgotten.is_empty() {
        let detail = format!(
            "When this plan is applied, these objects stay as they are but are no longer in state:\n{}\n\nTo manage \
             them again, import them.",
            forgotten.join("\n")
        );
        let summary = "Some objects will no longer be managed by Terraform";
        found.push(Diagnostic::warning(codes::plan::CANNOT_PLAN, summary, detail));
    }
}

/// What is read of resources by all that changes.
fn relevant_attributes(
    reads: Reads,
    changes: &[Change],
    outputs: &[OutputChange],
    mode: Mode,
) -> Vec<RelevantAttribute> {
    let changed = changes.iter().filter(|change| change.action != Action::NoOp);
    let resources = changed.map(|change| &change.address);
    let changed = outputs.iter().filter(|output| output.action != Action::NoOp);
    let names = changed.map(|output| output.name.as_str());
    let read = reads.behind(resources, names, mode != Mode::Destroy);
    let step = |step: &Step| match step {
        Step::Attr(name) => Value::string(name),
        Step::Index(key) => key.clone(),
    };
    read.into_iter()
        .map(|read| RelevantAttribute {
            resource: address(&read.resource, read.key.as_ref()),
            attribute: read.path.0.iter().map(step).collect(),
        })
        .collect()
}

/// The address of a resource, or of the instance of it with a key.
fn address(resource: &AbsResource, key: Option<&Key>) -> String {
    let AbsResource { resource: Resource { type_name, name, .. }, .. } = resource;
    // Mostly all of it: a text that grows is copied each time.
    let mut text = String::with_capacity(type_name.len() + name.len() + 16);
    let key = key.map(ToString::to_string).unwrap_or_default();
    // Nothing keeps a text from being written to.
    let _ = write!(text, "{resource}{key}");
    text
}
