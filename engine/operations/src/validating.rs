//! `validate`: everything that can be said without values, with the providers' own checks.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::Mode as ResourceMode;
use ordain_addr::ProviderConfigAddr;
use ordain_diag::Diagnostics;
use ordain_eval::{Answer, Asked, Compiled, Evaluator, Mode, Progress, Wanted, WantedInstance};
use ordain_provider::{Provider, ProviderSource, Schema};
use ordain_state::State;
use ordain_value::{Type, Value};

use crate::plan_configuration::SchemasByAddress;
use crate::providers::Providers;
use crate::{Project, Workdir, clock, planning};

/// What a validation leaves to a plan of the same configuration.
#[derive(Default)]
pub(crate) struct Groundwork {
    pub(crate) schemas: SchemasByAddress,
    pub(crate) compiled: Option<Compiled>,
}

/// Checks a configuration. Reaches no service and no state.
pub async fn validate(workdir: &Workdir, project: &Project) -> Diagnostics {
    groundwork(workdir, project, |_| ()).await.1
}

/// The same, and what it found out on the way. Who needs nothing but schemas is told of them before they are put to use.
pub(crate) async fn groundwork(
    workdir: &Workdir,
    project: &Project,
    told: impl FnOnce(&SchemasByAddress),
) -> (Groundwork, Diagnostics) {
    let mut ground = Groundwork::default();
    let mut found = ordain_config::validate(&project.tree);
    let providers = Providers::new(workdir.clone());
    let schemas = found.take(providers.schemas(&project.tree, &State::default()).await);
    if found.has_errors() {
        return (ground, found);
    }
    let nowhere = ordain_config::validate_import_modules(&project.tree);
    if nowhere.has_errors() {
        return (ground, nowhere);
    }
    told(&schemas);
    let (workspace, _) = workdir.workspace();
    let inputs = crate::variables::Inputs::new();
    let input = planning::evaluation(workdir, project, &schemas, inputs, &workspace, clock::now());
    found.append(ordain_config::validate_import_targets(&project.tree));
    ground.compiled = found.take(walk(input, &providers).await);
    ground.schemas = schemas;
    (ground, found)
}

/// Goes through a configuration without values and has every block checked by its provider.
pub(crate) async fn walk(
    mut input: ordain_eval::Input,
    source: &dyn ProviderSource,
) -> (Option<Compiled>, Diagnostics) {
    let mut found = Diagnostics::new();
    input.mode = Mode::Validate;
    let mut evaluator = found.take(Evaluator::new(input));
    if found.has_errors() {
        return (None, found);
    }
    let mut made = Made { source, known: BTreeMap::new(), last: None };
    loop {
        let (progress, problems) = evaluator.step();
        found.append(problems);
        let Progress::Wanted(items) = progress else { break };
        for item in items {
            if let Some((asked, answer)) = check(&mut made, item, &mut found).await {
                found.append(evaluator.resolve(&asked, answer));
            }
        }
    }
    found.append(evaluator.undeclared());
    let compiled = (!found.has_errors()).then(|| evaluator.compiled()).flatten();
    // A large one takes its time to be taken apart, and nothing waits for that.
    let _ = std::thread::Builder::new().spawn(move || drop(evaluator));
    (compiled, found)
}

/// Providers, each made once.
struct Made<'s> {
    source: &'s dyn ProviderSource,
    known: BTreeMap<ProviderConfigAddr, Arc<dyn Provider>>,
    /// The schema last asked for, and its type: resources of one type often come after each other.
    last: Option<(Arc<Schema>, Type)>,
}

impl Made<'_> {
    fn type_of(&mut self, schema: &Arc<Schema>) -> Type {
        if let Some((known, ty)) = &self.last
            && Arc::ptr_eq(known, schema)
        {
            return ty.clone();
        }
        let ty = schema.block.value_type();
        self.last = Some((schema.clone(), ty.clone()));
        ty
    }

    async fn get(&mut self, address: &ProviderConfigAddr) -> Result<Arc<dyn Provider>, Diagnostics> {
        if let Some(provider) = self.known.get(address) {
            return Ok(provider.clone());
        }
        let provider = self.source.instance(address).await?;
        self.known.insert(address.clone(), provider.clone());
        Ok(provider)
    }
}

async fn check(providers: &mut Made<'_>, item: Wanted, found: &mut Diagnostics) -> Option<(Asked, Answer)> {
    match item {
        Wanted::Provider(wanted) => {
            let config = wanted.config.unmark_deep().0;
            let problems = match providers.get(&wanted.address).await {
                // Without a block there is nothing to check: a module may get its provider from a caller.
                Ok(_) if wanted.span.is_none() => Diagnostics::new(),
                Ok(provider) => provider.validate_config(config).await,
                Err(errors) => errors,
            };
            found.append(at_block(problems, wanted.span));
            let nothing = Value::null(ordain_value::Type::Dynamic);
            Some((Asked::Provider(wanted.address), Answer::Value(nothing)))
        }
        Wanted::Managed(wanted) | Wanted::Data(wanted) | Wanted::Ephemeral(wanted) => {
            Some(instance(providers, wanted, found).await)
        }
        Wanted::Module(_) | Wanted::Expanded(_) => None,
    }
}

async fn instance(
    providers: &mut Made<'_>,
    wanted: WantedInstance,
    found: &mut Diagnostics,
) -> (Asked, Answer) {
    let config = wanted.config.clone().unmark_deep().0;
    let problems = match providers.get(&wanted.provider).await {
        Ok(provider) => {
            let provider = providers.source.serve(&wanted.provider, &wanted.address, provider);
            call(&provider, &wanted, config).await
        }
        Err(errors) => errors,
    };
    let answer = match problems.has_errors() {
        true => Answer::Failed,
        false => Answer::Value(Value::unknown(providers.type_of(&wanted.of.schema))),
    };
    found.append(wanted.of.block.place(problems, &wanted.address));
    (Asked::Instance(wanted.address), answer)
}

async fn call(provider: &Arc<dyn Provider>, wanted: &WantedInstance, config: Value) -> Diagnostics {
    let name = &wanted.address.resource.type_name;
    match wanted.address.resource.mode {
        ResourceMode::Managed => provider.validate_resource(name, config).await,
        ResourceMode::Data => provider.validate_data(name, config).await,
        ResourceMode::Ephemeral => provider.validate_ephemeral(name, config).await,
    }
}

/// Findings of a provider's configuration stand at its block.
fn at_block(found: Diagnostics, span: Option<ordain_diag::Span>) -> Diagnostics {
    found.map(|item| match span {
        Some(span) if item.span.is_none() => item.with_span(span),
        _ => item,
    })
}
