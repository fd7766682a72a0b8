//! One run: from its block to how it ended.

use std::sync::Arc;
use std::time::Instant;

use ordain_addr::{ResourceInstance, Target};
use ordain_config::ModuleTree;
use ordain_config::testing::{Command, Run};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_plan::Mode;
use ordain_plan::file::PlanFile;
use ordain_planner::Refresh;
use ordain_state::State;
use ordain_value::{Type, Value};

use super::adapt::{adapt, chosen};
use super::carry::Carrier;
use super::expected::{Expected, Owners};
use super::file::{FileRun, Known};
use super::names::{self, Names, Place, Values};
use super::suite::unknown_targets_of;
use super::{Detail, RunReport, Status, assertions, objects};
use crate::variables::Inputs;
use crate::world::Machine;
use crate::{clock, trimmed};

/// How a run ended, and what it leaves.
pub(super) struct Ended {
    pub(super) report: RunReport,
    /// Outputs for later runs.
    pub(super) outputs: Option<Value>,
    /// The state after an apply, and what can destroy what is in it.
    pub(super) left: Option<(State, Carrier)>,
}

/// What a run works on.
struct Ready {
    carrier: Carrier,
    /// Variables of the test file and the run, for assertions.
    variables: Values,
}

/// Values of variables for a run.
struct Given {
    /// Those of the test file and from outside, as the run's own expressions see them.
    outer: Values,
    /// Those that the run gives itself.
    own: Values,
    /// All of them, as they go into the configuration.
    inputs: Inputs,
}

/// What is seen of the configuration after the run.
struct Seen {
    evaluator: ordain_eval::Evaluator,
    outputs: Values,
}

impl FileRun<'_> {
    /// Carries out a run on a state.
    pub(super) async fn one(&self, at: usize, known: &Known, state: State) -> Option<Ended> {
        let run = self.file.file.runs.get(at)?;
        let tree = self.file.trees.get(at)?;
        let (began, clock) = (clock::now(), Instant::now());
        let mut found = Diagnostics::new();
        let mut ended = Ended {
            report: RunReport {
                name: run.name.text.to_string(),
                status: Status::Error,
                found: Diagnostics::new(),
                detail: None,
                began: Some(began),
                took: std::time::Duration::ZERO,
            },
            outputs: None,
            left: None,
        };
        ended.report.status = self.carry(run, tree, known, state, &mut ended, &mut found).await;
        ended.report.took = clock.elapsed();
        ended.report.found = found;
        Some(ended)
    }

    async fn carry(
        &self,
        run: &Run,
        tree: &Arc<ModuleTree>,
        known: &Known,
        state: State,
        ended: &mut Ended,
        found: &mut Diagnostics,
    ) -> Status {
        let mut expected = found.take(Expected::read(run));
        if found.has_errors() {
            return Status::Error;
        }
        let Some(ready) = self.ready(run, tree, known, &state, found).await else { return Status::Error };
        let owners = Owners::of_tree(ready.carrier.tree());
        let Ok(options) = plan_options(run).map_err(|problem| found.push(*problem)) else {
            return Status::Error;
        };
        let (file, problems) = ready.carrier.plan(state, options).await;
        let (seen, detail) = match run.settings.command {
            Command::Plan => {
                found.append(expected.sift(problems, &owners));
                let seen = planned(&ready.carrier, &file);
                (seen, self.options.verbose.then(|| Detail::Plan(Box::new(file))))
            }
            Command::Apply => {
                if problems.has_errors() {
                    found.append(expected.too_early(&problems, &owners));
                    found.append(problems);
                    return Status::Error;
                }
                found.append(owners.without_checks(problems));
                let (state, problems) = ready.carrier.apply(file, self.options.stop.clone()).await;
                found.append(expected.sift(problems, &owners));
                let seen = applied(&ready.carrier, &state);
                let schemas = trimmed::of_state(&state, ready.carrier.schemas());
                let detail = self.options.verbose.then(|| Detail::State(Box::new(state.clone()), schemas));
                ended.left = Some((state, ready.carrier.clone()));
                (seen, detail)
            }
        };
        let outputs = seen.outputs.iter().map(|(name, value)| (name.clone(), value.clone()));
        ended.outputs = Some(Value::object(outputs));
        found.append(expected.missing());
        if found.has_errors() {
            return Status::Error;
        }
        ended.report.detail = detail;
        let declared = |name: &str| tree.root.variables.contains_key(name);
        let extra = assertions::Extra {
            outputs: &seen.outputs,
            runs: &known.runs,
            all_runs: &known.names,
            variables: &ready.variables,
            declared: &declared,
        };
        found.take(assertions::check(run, &seen.evaluator, &extra))
    }

    /// Values of variables, the configuration with what the test file brings, and its validation.
    async fn ready(
        &self,
        run: &Run,
        tree: &Arc<ModuleTree>,
        known: &Known,
        state: &State,
        found: &mut Diagnostics,
    ) -> Option<Ready> {
        chosen(&self.file.file, run, found);
        if found.has_errors() {
            return None;
        }
        found.extend(unknown_targets_of(run, tree));
        undeclared(run, tree, found);
        let world = Machine::new(self.workdir.dir.clone(), None);
        let given = self.given(run, tree, known, &world, found)?;
        let names = names(Place::Provider, &given.outer, known, &world);
        let mut inputs = given.inputs;
        let adapted = adapt(tree, &self.file.file, run, &names, found);
        if found.has_errors() {
            return None;
        }
        inputs.retain(|name, _| tree.root.variables.contains_key(name));
        required(run, tree, &|name| inputs.contains_key(name), found);
        if found.has_errors() {
            return None;
        }
        let parallelism = self.options.parallelism;
        let carrier = Carrier::new(self.workdir, adapted, inputs, state, parallelism).await;
        let carrier = found.take(carrier);
        let mut variables = given.outer.clone();
        variables.extend(given.own);
        if !found.has_errors() {
            // Warnings come again with values.
            let problems = carrier.validate().await;
            if problems.has_errors() {
                found.append(problems);
            }
        }
        (!found.has_errors()).then_some(Ready { carrier, variables })
    }

    /// Values of variables for a run, its own and those of the file and from outside.
    fn given(
        &self,
        run: &Run,
        tree: &Arc<ModuleTree>,
        known: &Known,
        world: &Machine,
        found: &mut Diagnostics,
    ) -> Option<Given> {
        let global_inputs = self.globals.of(self.file);
        let mut outer = names::outside(global_inputs, tree, found);
        let counting = names::counting(&self.file.file, run, tree);
        let of_file = names::arguments(&counting, &names(Place::File, &outer, known, world), None, found);
        // What has been told is not told again where it is used.
        outer.extend(counting.keys().map(|name| (name.clone(), Value::unknown(Type::Dynamic))));
        outer.extend(of_file.clone());
        let names = names(Place::Run, &outer, known, world);
        let own = names::arguments(&run.variables, &names, Some(run.header), found);
        if found.has_errors() {
            let given = |name: &str| {
                [&counting, &run.variables].iter().any(|from| from.contains_key(name))
                    || global_inputs.contains_key(name)
            };
            required(run, tree, &given, found);
            return None;
        }
        let mut inputs: Inputs = global_inputs.clone();
        inputs.extend(names::inputs(&of_file, &self.file.file.variables));
        inputs.extend(names::inputs(&own, &run.variables));
        Some(Given { outer, own, inputs })
    }
}

fn names<'n>(place: Place, variables: &'n Values, known: &'n Known, world: &'n Machine) -> Names<'n> {
    Names { place, variables, runs: &known.runs, all_runs: &known.names, world }
}

fn undeclared(run: &Run, tree: &ModuleTree, found: &mut Diagnostics) {
    for argument in
        run.variables.values().filter(|given| !tree.root.variables.contains_key(&*given.name.text))
    {
        let detail = format!(
            "The module under test does not declare a variable named {:?}, but it is declared in run block {:?}.",
            argument.name.text, run.name.text
        );
        let code = codes::eval::VARIABLE_VALUE;
        let warning = Diagnostic::warning(code, "Value for undeclared variable", detail);
        found.push(warning.with_span(argument.expr.span).with_context(run.header));
    }
}

fn required(run: &Run, tree: &ModuleTree, given: &dyn Fn(&str) -> bool, found: &mut Diagnostics) {
    let missing = tree.root.variables.iter();
    for (name, variable) in missing.filter(|(name, block)| block.default.is_none() && !given(name)) {
        let detail = format!(
            "The module under test for run block {:?} has a required variable {name:?} with no set value. Use a -var or -var-file command line argument or add this variable into a \"variables\" block within the test file or run block.",
            run.name.text
        );
        let code = codes::eval::VARIABLE_VALUE;
        let problem = Diagnostic::error(code, "No value for required variable", detail);
        found.push(problem.with_span(variable.header));
    }
}

fn plan_options(run: &Run) -> Result<ordain_planner::Options, Box<Diagnostic>> {
    let given = &run.settings.options;
    if given.refresh_only && !given.replace.is_empty() {
        let detail = "A look (mode = refresh-only) replaces nothing. Take \"replace\" or the mode out of the plan_options.";
        let problem = Diagnostic::error(codes::config::INVALID_ARGUMENT, "Unsupported plan mode", detail);
        return Err(Box::new(problem.with_span(run.header)));
    }
    let replace = given.replace.iter().map(|target| instance(target, run)).collect::<Result<_, _>>()?;
    Ok(ordain_planner::Options {
        mode: if given.refresh_only { Mode::RefreshOnly } else { Mode::Normal },
        refresh: if given.refresh { Refresh::All } else { Refresh::Nothing },
        targets: given.targets.clone(),
        replace,
        ..ordain_planner::Options::default()
    })
}

/// The instance that an address of `replace` names.
fn instance(target: &Target, run: &Run) -> Result<ResourceInstance, Box<Diagnostic>> {
    match target {
        Target::Instance(instance) => Ok(instance.clone()),
        Target::Resource(resource) => Ok(resource.instance(None)),
        Target::Module(module) => {
            let detail = format!(
                "Only instances of resources can be replaced, and {module} is a module. Name the resources in it."
            );
            let code = codes::config::INVALID_ARGUMENT;
            Err(Box::new(Diagnostic::error(code, "Invalid address", detail).with_span(run.header)))
        }
    }
}

fn planned(carrier: &Carrier, file: &PlanFile) -> Seen {
    let objects = objects::of_plan(&file.plan, carrier.schemas());
    let whole = !file.plan.errored;
    let (evaluator, outputs) = objects::evaluator(carrier.input(), objects, whole);
    Seen { evaluator, outputs }
}

fn applied(carrier: &Carrier, state: &State) -> Seen {
    let objects = objects::of_state(state, carrier.schemas());
    let (evaluator, outputs) = objects::evaluator(carrier.input(), objects, true);
    // Nothing is to come any more: what was left out is null.
    let outputs = outputs.into_iter().map(|(name, value)| (name, value.unknown_as_null())).collect();
    Seen { evaluator, outputs }
}
