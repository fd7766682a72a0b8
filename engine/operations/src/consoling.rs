//! `console`: expressions of a configuration, against its state or a plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{AbsResource, ModuleInstance, Resource};
use ordain_config::ModuleTree;
use ordain_diag::{Diagnostic, Diagnostics, FileId, Sources, Span};
use ordain_eval::{Answer, Asked, Evaluator, Mode, Objects, Progress, Wanted};
use ordain_lang::console;
use ordain_lang::parse::parse_expr;
use ordain_plan::Silent;
use ordain_provider::ObjectSchemas;
use ordain_state::State;
use ordain_value::{Type, Value};

use crate::plan_configuration::SchemasByAddress;
use crate::planning::{self, Options};
use crate::providers::Providers;
use crate::stores::Stores;
use crate::variables::{Inputs, collect};
use crate::{Project, Workdir, clock};

/// How many objects are looked into for completion.
const MOST_OPENED: usize = 500;

/// A console that is ready for expressions.
pub struct Console {
    evaluator: Evaluator,
    tree: Arc<ModuleTree>,
    /// Whose names lines see.
    module: ModuleInstance,
    /// The texts that findings point into: the configuration's and those of the lines.
    pub sources: Sources,
}

/// Evaluates all that can be.
fn evaluate(evaluator: &mut Evaluator, found: &mut Diagnostics) {
    loop {
        let (progress, problems) = evaluator.step();
        found.append(problems);
        let Progress::Wanted(items) = progress else { break };
        // Objects are given already, so nobody will talk to the providers.
        for item in items {
            if let Wanted::Provider(provider) = item {
                let nothing = Answer::Value(Value::null(Type::Dynamic));
                found.append(evaluator.resolve(&Asked::Provider(provider.address), nothing));
            }
        }
    }
}

/// A value that is given for a variable that nobody declares: a mistake on the command line, not one of the
/// configuration. Warnings come with the evaluation.
fn meant_for_nobody(project: &Project, inputs: &Inputs) -> Diagnostics {
    let declared = &project.tree.root.variables;
    let found = ordain_eval::undeclared(inputs.iter().filter(|(name, _)| !declared.contains_key(*name)));
    found.into_iter().filter(Diagnostic::is_error).collect()
}

impl Console {
    /// Gets ready. With `plan`, objects are what a plan would make of them, else what the state holds.
    pub async fn open(
        workdir: &Workdir,
        project: &Project,
        options: Options,
        plan: bool,
    ) -> (Option<Console>, Diagnostics) {
        let mut sources = project.sources.clone();
        let configuration = sources.iter().count();
        // Before all else, as in Terraform: where the state is decides what every answer is made of.
        let stores = match Stores::open(workdir, project) {
            Ok(stores) => stores,
            Err(problems) => return (None, problems),
        };
        let mut found = ordain_config::validate(&project.tree);
        let inputs = found.take(collect(workdir, &project.tree.root, &options.given, &mut sources));
        found.append(meant_for_nobody(project, &inputs));
        let state = stores.state.read().await.map(|stored| stored.state).unwrap_or_else(|error| {
            found.push(error);
            State::default()
        });
        let schemas = found.take(Providers::new(workdir.clone()).schemas(&project.tree, &state).await);
        if found.has_errors() {
            return (None, found);
        }
        let objects = if plan {
            let mut texts = Sources::new();
            let (planned, problems) =
                planning::plan(workdir, project, options, Arc::new(Silent), &mut texts).await;
            if problems.has_errors() {
                return (None, problems);
            }
            planned.map(|planned| planned_objects(project, &planned.file.plan)).unwrap_or_default()
        } else {
            stored_objects(&state, &schemas)
        };
        let (workspace, _) = workdir.workspace();
        let mut input = planning::evaluation(workdir, project, &schemas, inputs, &workspace, clock::now());
        input.mode = Mode::Console;
        let mut evaluator = found.take(Evaluator::new(input));
        for (resource, objects) in objects {
            evaluator.preset(resource, objects);
        }
        evaluate(&mut evaluator, &mut found);
        // Errors of the configuration leave values unknown; errors in what was given on the command line are final.
        let given = |span: Span| span.file.0 as usize >= configuration;
        let wrong = found.iter().any(|finding| finding.is_error() && finding.span.is_some_and(given));
        let tree = project.tree.clone();
        let module = ModuleInstance::root();
        ((!wrong).then_some(Console { evaluator, tree, module, sources }), found)
    }

    /// Sees the names of a module instance from now on instead of the root's. False when there is no such instance.
    pub fn enter(&mut self, module: ModuleInstance) -> bool {
        let there = self.evaluator.with_scope(&module, |_, _| ()).is_some();
        if there {
            self.module = module;
        }
        there
    }

    /// Names that a line may begin with, and what the objects behind them have: for completion. Sorted.
    pub fn names(&self) -> Vec<String> {
        let Some(root) = self.tree.module(&self.module.path()) else { return Vec::new() };
        let variables = root.variables.keys().map(|name| format!("var.{name}"));
        let locals = root.locals.keys().map(|name| format!("local.{name}"));
        let resources = root.resources.keys().map(ToString::to_string);
        let modules = root.calls.keys().map(|name| format!("module.{name}"));
        let own: Vec<String> = variables.chain(locals).chain(resources).chain(modules).collect();
        let fixed = ["path.cwd", "path.module", "path.root", "terraform.workspace"].map(str::to_owned);
        let functions = ordain_lang::functions::names().map(|name| format!("{name}("));
        let mut names: Vec<String> = own.iter().cloned().chain(fixed).chain(functions).collect();
        for name in own.iter().take(MOST_OPENED) {
            names.extend(self.members(name));
        }
        names.sort();
        names.dedup();
        names
    }

    /// Names one step below an object.
    fn members(&self, name: &str) -> Vec<String> {
        let (expr, found) = parse_expr(FileId(u32::MAX), name);
        if found.has_errors() {
            return Vec::new();
        }
        let (value, _) = self.evaluator.evaluate(&self.module, &expr);
        let (value, _) = value.unmark();
        let ty = value.ty();
        let members = value.as_members().map(|members| members.keys().cloned().collect::<Vec<_>>());
        let members = members.or_else(|| Some(ty.attributes()?.keys().cloned().collect()));
        let plain = |member: &Arc<str>| ordain_lang::ast::is_identifier(member);
        members.into_iter().flatten().filter(plain).map(|member| format!("{name}.{member}")).collect()
    }

    /// The answer to one line.
    pub fn line(&mut self, text: &str) -> (console::Answer, Diagnostics) {
        let file = self.sources.add("<console-input>", text);
        let answer =
            self.evaluator.on_console(&self.module, |scope, check| console::line(file, text, scope, check));
        answer.unwrap_or((console::Answer::Text(String::new()), Diagnostics::new()))
    }

    /// The answer to a session that is not typed by a person.
    pub fn piped(&mut self, lines: &[String]) -> (Option<String>, Diagnostics) {
        let lines: Vec<(FileId, &str)> = lines
            .iter()
            .map(|line| (self.sources.add("<console-input>", line.as_str()), line.as_str()))
            .collect();
        let answer = self
            .evaluator
            .on_console(&self.module, |scope, check| console::piped(lines.iter().copied(), scope, check));
        answer.unwrap_or((None, Diagnostics::new()))
    }
}

type ByResource = BTreeMap<AbsResource, Objects>;

fn planned_objects(project: &Project, plan: &ordain_plan::Plan) -> ByResource {
    // Of what the configuration has and the plan has not, there will be none.
    let declared = project.tree.root.resources.keys();
    let root =
        |resource: &Resource| AbsResource { module: ModuleInstance::root(), resource: resource.clone() };
    let mut objects: ByResource = declared.map(|resource| (root(resource), Objects::new())).collect();
    for change in plan.changes.iter().filter(|change| change.deposed.is_none() && !change.after.is_null()) {
        let resource = change.address.abs_resource();
        objects.entry(resource.clone()).or_default().insert(change.address.key.clone(), change.after.clone());
    }
    objects
}

/// Objects of a state as values. What does not fit its schema is left out: the console shows the rest.
fn stored_objects(state: &State, schemas: &SchemasByAddress) -> ByResource {
    let schemas = ObjectSchemas::new(schemas.clone());
    let mut objects = ByResource::new();
    for (resource, held) in &state.resources {
        let Some(schema) = schemas.get(&held.provider.provider, &resource.resource) else { continue };
        for (key, instance) in &held.instances {
            let Some(object) = &instance.current else { continue };
            let value: Option<Value> = object.value(&schema.ty).ok();
            if let Some(value) = value {
                objects.entry(resource.clone()).or_default().insert(key.clone(), object.mark(value));
            }
        }
    }
    objects
}
