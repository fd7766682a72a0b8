//! `-generate-config-out`: configuration for import blocks whose target nothing declares.
//!
//! What is to be imported is read first, through a block that says nothing; what was read becomes the text
//! of the block. The plan is then made as if that text had been written by hand.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use ordain_addr::{ConfigResource, ModuleInstance, ResourceInstance, Target};
use ordain_config::blocks::Import;
use ordain_diag::{Diagnostic, Diagnostics, Sources, codes};
use ordain_lang::ast::{Expr, ExprKind, TraversalStep};
use ordain_plan::{Mode, Silent};
use ordain_provider::{Block, ObjectSchemas};
use ordain_state::State;
use ordain_value::Value;

use crate::generated::{HEADER, resource, skeleton};
use crate::planning::{self, Options};
use crate::providers::Providers;
use crate::stores::Stores;
use crate::variables::{Inputs, collect};
use crate::{Project, Workdir, clock};

/// Name of the file that generated blocks stand in, where the one that is asked for is not part of the
/// root module.
const ASIDE: &str = "generated_by_import.tf";

/// What was generated.
pub(crate) struct Generated {
    /// The configuration with the generated blocks.
    pub(crate) project: Project,
    /// The configuration without them.
    pub(crate) written: Arc<ordain_config::ModuleTree>,
    /// Text of each block.
    pub(crate) blocks: BTreeMap<ResourceInstance, String>,
}

/// An import that has no configuration.
struct Missing {
    address: ResourceInstance,
    provider: Option<String>,
    block: Block,
    /// Id as it is written, where it is constant.
    id: Option<String>,
}

/// What the work shares.
pub(crate) struct Generator<'g> {
    pub(crate) workdir: &'g Workdir,
    pub(crate) project: &'g Project,
    pub(crate) options: &'g Options,
}

impl Generator<'_> {
    /// Generates and writes the file. `None` when nothing lacks configuration, or after errors. `sources`
    /// becomes the table of the configuration that findings are about.
    pub(crate) async fn generate(
        &self,
        path: &str,
        sources: &mut Sources,
    ) -> (Option<Generated>, Diagnostics) {
        let file = self.workdir.path(path);
        let mut found = Diagnostics::new();
        if file.exists() {
            let detail = format!(
                "Generated configuration is only written into a new file, and {path} is there already. Name another \
                 file, or move what it holds elsewhere and delete it."
            );
            found.push(Diagnostic::error(codes::cli::USAGE, "Target generated file already exists", detail));
            return (None, found);
        }
        let missing = found.take(self.missing().await);
        if missing.is_empty() || found.has_errors() {
            return (None, found);
        }
        let objects = found.take(self.objects(path, &missing, sources).await);
        if found.has_errors() {
            return (None, found);
        }
        let mut blocks = BTreeMap::new();
        let mut text = HEADER.to_owned();
        for item in &missing {
            let Some(value) = objects.get(&item.address) else { continue };
            let name = &item.address.resource;
            let block = resource(&name.type_name, &name.name, item.provider.as_deref(), &item.block, value);
            let id = item.id.as_deref().or_else(|| value.get("id").and_then(Value::as_str));
            let from = id.map(|id| format!(" from {id:?}")).unwrap_or_default();
            text.push_str(&format!("\n# __generated__ by Terraform{from}\n{block}\n"));
            blocks.insert(item.address.clone(), block);
        }
        if let Err(error) = write_new(&file, &text) {
            let detail =
                format!("The generated configuration cannot be written: {}: {error}.", file.display());
            found.push(Diagnostic::error(
                codes::cli::USAGE,
                "Failed to open file for config generation",
                detail,
            ));
            return (None, found);
        }
        let project = found.take(self.with_text(path, &text));
        sources.clone_from(&project.sources);
        let detail =
            "The form of generated configuration may still change. Look through it before it becomes yours.";
        found.push(Diagnostic::warning(
            codes::plan::CANNOT_PLAN,
            "Config generation is experimental",
            detail,
        ));
        (Some(Generated { project, written: self.project.tree.clone(), blocks }), found)
    }

    async fn missing(&self) -> (Vec<Missing>, Diagnostics) {
        let tree = &self.project.tree;
        let mut found = Diagnostics::new();
        let imports = tree.root.refactoring.imports.iter();
        let imports: Vec<_> = imports.filter(|import| tree.resource(&import.target).is_none()).collect();
        if imports.is_empty() {
            return (Vec::new(), found);
        }
        let schemas =
            found.take(Providers::new(self.workdir.clone()).schemas(tree, &implied(self, &imports)).await);
        let mut missing = Vec::new();
        for import in imports {
            match self.one(import, &schemas) {
                Ok(item) => missing.push(item),
                Err(error) => found.push(*error),
            }
        }
        missing.sort_by(|a, b| a.address.cmp(&b.address));
        (missing, found)
    }

    fn one(
        &self,
        import: &Import,
        schemas: &crate::plan_configuration::SchemasByAddress,
    ) -> Result<Missing, Box<Diagnostic>> {
        let target = &import.target;
        let refuse = |summary: &str, detail: String| {
            Box::new(
                Diagnostic::error(codes::config::INVALID_ARGUMENT, summary, detail).with_span(import.to.span),
            )
        };
        let summary = "Configuration for import target does not exist";
        if !target.module.is_root() {
            let detail = format!(
                "The import target {target} does not exist. Configuration is only generated for the root module: add a \
                 block for it to the module."
            );
            return Err(refuse(summary, detail));
        }
        let text = target.resource.to_string();
        if import.for_each.is_some() || has_key(&import.to) {
            let detail = format!(
                "No configuration can be generated for {text}: -generate-config-out goes neither with import blocks that \
                 have for_each nor with targets that have keys. Write the block with count or for_each by hand."
            );
            return Err(refuse(summary, detail));
        }
        let provider = import.provider.as_ref().map(|(provider, _)| provider.text());
        let address = self.provider_of(import);
        let schema =
            schemas.get(&address).and_then(|schema| schema.resources.get(&target.resource.type_name));
        let Some(schema) = schema else {
            let detail =
                format!("The provider {address} has no resource type {:?}.", target.resource.type_name);
            return Err(refuse("Invalid resource type", detail));
        };
        let id = import.id.as_ref().and_then(|expr| ordain_config::constant(expr, &mut Diagnostics::new()));
        Ok(Missing {
            address: instance(target),
            provider,
            block: schema.block.clone(),
            id: id.and_then(|id| id.as_str().map(str::to_owned)),
        })
    }

    fn provider_of(&self, import: &Import) -> ordain_addr::ProviderAddr {
        let local = import.provider.as_ref().map(|(provider, _)| provider.name.text.clone());
        let local = local.unwrap_or_else(|| import.target.resource.implied_provider().into());
        self.project.tree.root.provider_addr(&local)
    }

    /// The objects as they are.
    async fn objects(
        &self,
        path: &str,
        missing: &[Missing],
        sources: &mut Sources,
    ) -> (BTreeMap<ResourceInstance, Value>, Diagnostics) {
        let blocks = missing.iter().map(|item| {
            let name = &item.address.resource;
            skeleton(&name.type_name, &name.name, item.provider.as_deref(), &item.block) + "\n"
        });
        let (project, mut found) = self.with_text(path, &blocks.collect::<String>());
        sources.clone_from(&project.sources);
        let inputs = found.take(collect(self.workdir, &self.project.tree.root, &self.options.given, sources));
        if found.has_errors() {
            return (BTreeMap::new(), found);
        }
        let stores = match Stores::open(self.workdir, self.project) {
            Ok(stores) => stores,
            Err(errors) => return (BTreeMap::new(), errors),
        };
        let held = match self.options.locking.acquire(&stores.state).await {
            Ok(held) => held,
            Err(error) => return (BTreeMap::new(), error.into()),
        };
        let read = planning::read_settled(&stores).await;
        let objects = match read {
            Ok(stored) => found.take(self.read((&project, inputs), &stores, stored.state, missing).await),
            Err(error) => {
                found.push(error);
                BTreeMap::new()
            }
        };
        found.append(held.release().await);
        (objects, found)
    }

    async fn read(
        &self,
        (project, inputs): (&Project, Inputs),
        stores: &Stores,
        base: State,
        missing: &[Missing],
    ) -> (BTreeMap<ResourceInstance, Value>, Diagnostics) {
        let mut found = Diagnostics::new();
        let providers = Providers::new(self.workdir.clone());
        let schemas = found.take(providers.schemas(&project.tree, &base).await);
        let targets = missing.iter().map(|item| Target::Instance(item.address.clone())).collect();
        let request = ordain_planner::Request {
            evaluation: planning::evaluation(
                self.workdir,
                project,
                &schemas,
                inputs,
                &stores.workspace,
                clock::now(),
            ),
            base,
            providers: Arc::new(providers),
            // What is read here is read again by the plan itself.
            observer: Arc::new(Silent),
            options: ordain_planner::Options {
                mode: Mode::RefreshOnly,
                refresh: ordain_planner::Refresh::Nothing,
                look_at_imports: true,
                targets,
                replace: Vec::new(),
                ..self.options.planner.clone()
            },
            known: Diagnostics::new(),
            beside: crate::beside::beside(),
        };
        let types = ObjectSchemas::new(schemas);
        let plan = found.take(ordain_planner::plan(request).await).plan;
        let found = found.into_iter().filter(Diagnostic::is_error).collect();
        let value = |item: &Missing| {
            let object = plan.prior.instance(&item.address)?.current.clone()?;
            let provider = plan.prior.resources.get(item.address.abs_resource())?.provider.clone();
            let schema = types.get(&provider.provider, &item.address.resource)?;
            Some((item.address.clone(), object.value(&schema.ty).ok()?))
        };
        (missing.iter().filter_map(value).collect(), found)
    }

    /// The configuration with one more file in its root module.
    fn with_text(&self, path: &str, text: &str) -> (Project, Diagnostics) {
        let beside = PathBuf::from(path);
        let plain = beside.components().count() == 1 && path.ends_with(".tf");
        let mut set = self.project.set.clone();
        set.files.insert(if plain { path } else { ASIDE }.into(), text.into());
        Project::from_snapshot(set)
    }
}

/// A state that names the providers of the imports, so that their schemas are asked for too.
fn implied(generator: &Generator<'_>, imports: &[&Arc<Import>]) -> State {
    let mut state = State::default();
    for import in imports {
        let provider = ordain_addr::ProviderConfigAddr {
            module: ordain_addr::ModulePath::root(),
            provider: generator.provider_of(import),
            alias: None,
            key: None,
        };
        let held = ordain_state::ResourceState { provider, instances: BTreeMap::new() };
        state.resources.insert(instance(&import.target).abs_resource().clone(), held);
    }
    state
}

fn instance(target: &ConfigResource) -> ResourceInstance {
    ResourceInstance::new(ModuleInstance::root(), target.resource.clone(), None)
}

/// Whether an address names an instance by a key.
fn has_key(to: &Expr) -> bool {
    let keyed = |steps: &[TraversalStep]| steps.iter().any(|step| matches!(step, TraversalStep::Index(_)));
    match &to.unwrapped().kind {
        ExprKind::Traversal(traversal) => keyed(traversal.steps()),
        ExprKind::Relative(relative) => keyed(&relative.steps) || has_key(&relative.source),
        _ => true,
    }
}

fn write_new(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())
}
