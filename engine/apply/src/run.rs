//! From a request to a new state: what comes before the loop and after it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use ordain_addr::AbsResource;
use ordain_diag::{CheckInstance, CheckKind, CheckResult, CheckStatus, Diagnostic, Diagnostics, codes};
use ordain_eval::{Conditions, Evaluator, Objects, Outcome};
use ordain_plan::{Action, Mode, json};
use ordain_provider::ObjectSchemas;
use ordain_state::{Event as JournalEvent, Header, OutputState, ResourceState, State, Stored};
use ordain_value::{Kind, Value};

use crate::drive::{Drive, Left, Session};
use crate::verify::verify;
use crate::{Applied, Request};

/// Carries out a plan. With errors, what was done all the same is in the state that is given back.
pub async fn apply(request: Request) -> (Applied, Diagnostics) {
    let mut found = verify(&request);
    if found.has_errors() {
        let applied = Applied {
            stored: request.stored,
            counts: Default::default(),
            checks: Vec::new(),
            complete: false,
            unsaved: None,
        };
        return (applied, found);
    }
    let Request { mut evaluation, plan, root, permit, store, stored, .. } = request;
    evaluation.mode = match plan.mode {
        Mode::Destroy => ordain_eval::Mode::Destroy,
        Mode::Normal | Mode::RefreshOnly => ordain_eval::Mode::Apply,
    };
    if plan.mode == Mode::RefreshOnly {
        evaluation.conditions = Conditions::SilentForResources;
        evaluation.imports = false;
        evaluation.looks = true;
    }
    evaluation.targets = plan.targets.clone();
    evaluation.excludes = plan.excludes.clone();
    let acting = plan.changes.iter().filter(|change| change.action != Action::NoOp);
    let providers: BTreeSet<_> = acting.map(|change| &*change.provider).collect();
    evaluation.stored_providers = providers.into_iter().cloned().collect();
    let session = Session {
        schemas: ObjectSchemas::new(evaluation.schemas.clone()),
        tree: Arc::clone(&evaluation.tree),
        plan,
        providers: request.providers,
        provisioners: request.provisioners,
        gate: request.gate,
        observer: request.observer,
        host: request.host,
        stop: request.stop,
        parallelism: request.parallelism.max(1),
        only_reads: request.only_reads,
        store,
        journal: (root.to_string(), format!("{} {}", permit.nonce(), permit.approved_by().join(" "))),
    };
    let mut evaluator = found.take(Evaluator::new(evaluation));
    let mut drive = Drive::new(&session, stored.clone());
    let mut outcome = Outcome::default();
    // What was only read is told and stored as it was read.
    if !found.has_errors() && !session.only_reads {
        let partial = !session.plan.targets.is_empty() || !session.plan.excludes.is_empty();
        if session.plan.mode == Mode::Destroy || partial {
            preset(&session, &mut evaluator);
        }
        evaluator.stored_resources(&session.plan.prior.resources.keys().map(AbsResource::config).collect());
        drive.run(&mut evaluator).await;
        outcome = evaluator.finish();
        found.append(std::mem::take(&mut outcome.diagnostics));
    }
    found.append(std::mem::take(&mut drive.found));
    finish(&session, drive, stored, outcome, found).await
}

/// Objects as the plan knows them, for what provider configurations refer to while everything is destroyed,
/// and for what refers to instances that targets leave out.
fn preset(session: &Session, evaluator: &mut Evaluator) {
    for (address, resource) in &session.plan.prior.resources {
        let Some(schema) = session.schemas.get(&resource.provider.provider, &address.resource) else {
            continue;
        };
        let objects: Objects = resource
            .instances
            .iter()
            .filter_map(|(key, instance)| {
                let object = instance.current.as_ref()?;
                let fits = object.schema_version == schema.schema.version && !object.flat;
                let value = object.value(&schema.ty).ok().filter(|_| fits)?;
                Some((key.clone(), schema.schema.block.mark_sensitive(value)))
            })
            .collect();
        if !objects.is_empty() {
            evaluator.preset(address.clone(), objects);
        }
    }
}

async fn finish(
    session: &Session,
    drive: Drive<'_>,
    stored: Stored,
    outcome: Outcome,
    mut found: Diagnostics,
) -> (Applied, Diagnostics) {
    let complete = drive.is_complete() && !found.has_errors();
    let counts = drive.counts;
    let mut checks = outcome.checks.clone();
    settle_checks(session, &drive.failed_checks, &mut checks);
    found = without_asserts(found, &drive.failed_checks);
    let mut left = drive.into_left();
    let state = &mut left.state;
    // As in Terraform: only where all went well, resources without objects leave the state.
    if complete {
        state.resources.retain(|_, resource| !resource.instances.is_empty());
    } else {
        let nothing = |provider| ResourceState { provider, instances: BTreeMap::new() };
        for (resource, provider) in std::mem::take(&mut left.expanded) {
            state.resources.entry(resource).or_insert_with(|| nothing(provider));
        }
    }
    state.outputs = storable(outputs(session, &stored.state, &outcome), &stored.state, &mut found);
    state.check_results = Some(json::state_check_results(&checks)).filter(|records| !records.is_empty());
    state.terraform_version = session.host.terraform_version.clone();
    let (stored, unsaved) = stored_state(session, left, &mut found).await;
    if session.stop.is_asked() {
        let detail = "The apply was asked to stop. What was running has ended and is in the state; the rest was not \
                      begun. Plan and apply again to go on.";
        found.push(Diagnostic::error(codes::apply::APPLY_FAILED, "execution halted", detail));
    }
    // A look has nothing to complete.
    let in_part = !session.plan.complete && !session.only_reads;
    if in_part && (!session.plan.targets.is_empty() || !session.plan.excludes.is_empty()) {
        let detail = "The plan was about a part of the configuration only, so that some of what the configuration asks \
                      for may not have been done. Make a plan without -target and -exclude to see whether there is \
                      more to do.";
        found.push(Diagnostic::warning(codes::apply::STALE, "Applied changes may be incomplete", detail));
    }
    (Applied { stored, counts, checks, complete, unsaved }, found)
}

/// Writes the state. Where the store does not take it, gives what is stored as before, and the state as it
/// ought to be.
async fn stored_state(session: &Session, left: Left, found: &mut Diagnostics) -> (Stored, Option<State>) {
    let Left { mut state, snapshot, journal_begun, doubts, .. } = left;
    let kept = state.clone();
    let done = journal_begun || session.plan.mode == Mode::Destroy || !found.has_errors();
    let written = if done && snapshot.version.is_none() && state.is_empty() {
        // Something was done or tried: the first state is written even though nothing is in it.
        if state.lineage.is_empty() {
            state.lineage = session.host.new_lineage.as_str().into();
        }
        state.serial = state.serial.max(1);
        session.store.replace(&snapshot, state).await
    } else {
        session.store.write(&snapshot, state, &session.host.new_lineage).await
    };
    match written {
        Ok(stored) => {
            if journal_begun {
                found.append(session.store.end_journal().await);
            }
            if let Err(error) = keep_doubts(session, &stored, &doubts).await {
                found.push(error);
            }
            (stored, None)
        }
        Err(error) => {
            // The journal stays, if one was begun: with it nothing of what was done gets lost.
            found.push(error);
            let serial = snapshot.state.serial + 1;
            let named = [&snapshot.state.lineage, &kept.lineage].into_iter().find(|name| !name.is_empty());
            let lineage = named.cloned().unwrap_or_else(|| session.host.new_lineage.as_str().into());
            (snapshot, Some(State { serial, lineage, ..kept }))
        }
    }
}

/// Steps in doubt are a journal of their own beside the new state: the next apply settles them first.
async fn keep_doubts(session: &Session, stored: &Stored, doubts: &[JournalEvent]) -> Result<(), Diagnostic> {
    if doubts.is_empty() {
        return Ok(());
    }
    let header = Header {
        journal: 1,
        lineage: stored.state.lineage.to_string(),
        serial: stored.state.serial,
        plan: session.journal.0.clone(),
        permit: session.journal.1.clone(),
    };
    let mut journal = session.store.begin_journal(&header).await?;
    for doubt in doubts {
        journal.buffer(doubt).await?;
    }
    journal.flush().await
}

/// What the plan says of a check block.
fn as_planned<'s>(session: &'s Session, check: &CheckResult) -> Option<&'s CheckResult> {
    let mut planned = session.plan.checks.iter().filter(|planned| planned.kind == CheckKind::Check);
    planned.find(|planned| planned.kind == check.kind && planned.address == check.address)
}

/// Checks that nothing was said about are not known, with the instances that the plan expected. Those
/// whose data source could not be read do not hold.
fn settle_checks(session: &Session, failed: &HashMap<String, String>, checks: &mut [CheckResult]) {
    let reads = session.plan.changes.iter().filter(|change| change.action == Action::Read);
    let reads: HashSet<String> = reads.map(|change| change.address.to_string()).collect();
    for check in checks {
        // A look has judged already, with what it read.
        if let (Mode::RefreshOnly, Some(planned)) = (session.plan.mode, as_planned(session, check)) {
            *check = planned.clone();
            continue;
        }
        if check.instances.is_empty() && check.status == CheckStatus::Unknown {
            let planned = session.plan.checks.iter();
            let planned =
                planned.filter(|planned| planned.kind == check.kind && planned.address == check.address);
            for planned in planned {
                let expected = planned.instances.iter();
                let unknown = |instance: &CheckInstance| CheckInstance::unknown(instance.address.as_str());
                check.instances.extend(expected.map(unknown));
                if check.instances.is_empty() {
                    // It was found out while planning that there are none.
                    check.status = planned.status;
                }
            }
        }
        // What was read while planning is not read again, so nothing new can be said of it.
        let of_data = check.address.rsplit_once("data.").is_some_and(|(before, _)| {
            before.is_empty() || (before.starts_with("module.") && before.ends_with('.'))
        });
        if check.kind == CheckKind::Resource && of_data {
            for instance in &mut check.instances {
                if !reads.contains(&instance.address) {
                    *instance = CheckInstance::unknown(instance.address.as_str());
                }
            }
            let worst = check.instances.iter().map(|instance| instance.status).max();
            check.status = worst.unwrap_or(check.status);
        }
        check.fail_unread(failed);
    }
}

/// Without the findings of assertions in checks whose data source could not be read.
fn without_asserts(found: Diagnostics, failed: &HashMap<String, String>) -> Diagnostics {
    let asserts = |finding: &Diagnostic| {
        finding.summary.starts_with("Check block assertion")
            && finding.address.as_ref().is_some_and(|address| failed.contains_key(address))
    };
    found.into_iter().filter(|finding| !asserts(finding)).collect()
}

/// Outputs after a command that only reads: what the plan knows is as the plan knows it, all else as it was.
fn outputs_read(session: &Session, old: &State) -> BTreeMap<Arc<str>, OutputState> {
    let mut outputs = old.outputs.clone();
    let declared = &session.tree.root.outputs;
    for change in session.plan.outputs.iter().filter(|change| declared.contains_key(&*change.name)) {
        let (value, _) = change.after.clone().unmark_deep();
        match value.is_null() {
            true => drop(outputs.remove(&*change.name)),
            false if value.is_wholly_known() => {
                outputs
                    .insert(change.name.as_str().into(), OutputState { value, sensitive: change.sensitive });
            }
            false => {}
        }
    }
    outputs
}

/// Outputs without those that a state cannot hold, which stay as they were: all else that was done is kept.
fn storable(
    outputs: BTreeMap<Arc<str>, OutputState>,
    old: &State,
    found: &mut Diagnostics,
) -> BTreeMap<Arc<str>, OutputState> {
    let mut kept = BTreeMap::new();
    for (name, output) in outputs {
        if !is_endless(&output.value) {
            kept.insert(name, output);
            continue;
        }
        let detail =
            format!("The value of output {name:?} cannot be kept in state: it is, or holds, infinity.");
        found.push(Diagnostic::error(codes::apply::APPLY_FAILED, "Output cannot be stored", detail));
        kept.extend(old.outputs.get_key_value(&name).map(|(name, output)| (name.clone(), output.clone())));
    }
    kept
}

fn is_endless(value: &Value) -> bool {
    matches!(value.kind(), Kind::Number(number) if number.is_infinite()) || value.parts().any(is_endless)
}

/// Outputs that the state has and the configuration no longer declares.
fn undeclared_outputs(session: &Session, old: &State) -> BTreeMap<Arc<str>, OutputState> {
    let declared = &session.tree.root.outputs;
    let outputs = old.outputs.iter().filter(|(name, _)| !declared.contains_key(&**name));
    outputs.map(|(name, output)| (name.clone(), output.clone())).collect()
}

/// Outputs of the new state. Those that could not be evaluated, because something failed or was left out,
/// stay as they were; null is not kept.
fn outputs(session: &Session, old: &State, outcome: &Outcome) -> BTreeMap<Arc<str>, OutputState> {
    let partial = !session.plan.targets.is_empty() || !session.plan.excludes.is_empty();
    if session.plan.mode == Mode::Destroy {
        return if partial { session.plan.prior.outputs.clone() } else { BTreeMap::new() };
    }
    if session.only_reads {
        return outputs_read(session, old);
    }
    // A plan of a part does not reach outputs that are no longer declared.
    let mut outputs = if partial { undeclared_outputs(session, old) } else { BTreeMap::new() };
    // What the plan knew is what was approved, also where an object came out otherwise.
    let planned: BTreeMap<&str, (&Value, bool)> = session
        .plan
        .outputs
        .iter()
        .filter(|change| change.action != Action::Delete && change.after.is_wholly_known())
        .map(|change| (change.name.as_str(), (&change.after, change.sensitive)))
        .collect();
    for name in session.tree.root.outputs.keys() {
        match outcome.outputs.get(name) {
            Some(output) if output.ephemeral => {}
            Some(output) if output.value.is_wholly_known() => {
                let value = planned.get(&**name).map_or(&output.value, |(value, _)| value);
                let (value, _) = value.clone().unmark_deep();
                if !value.is_null() {
                    outputs.insert(name.clone(), OutputState { value, sensitive: output.sensitive });
                }
            }
            // Nothing will make it known: what has no object yet is told as null.
            Some(output) if session.plan.mode == Mode::RefreshOnly || partial => {
                let value = output.value.clone().unmark_deep().0.unknown_as_null();
                outputs.insert(name.clone(), OutputState { value, sensitive: output.sensitive });
            }
            _ => match (planned.get(&**name), old.outputs.get(name)) {
                // Known while planning, so that nothing that failed has a say in it.
                (Some((value, sensitive)), _) if !value.is_null() => {
                    let (value, _) = Value::clone(value).unmark_deep();
                    outputs.insert(name.clone(), OutputState { value, sensitive: *sensitive });
                }
                (Some(_), _) | (None, None) => {}
                (None, Some(kept)) => drop(outputs.insert(name.clone(), kept.clone())),
            },
        }
    }
    outputs
}
