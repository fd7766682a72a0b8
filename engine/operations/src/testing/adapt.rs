//! The configuration of a run: with the providers that the test file brings, and without the modules that it
//! stands in for.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{ModulePath, ProviderConfigAddr, Target};
use ordain_config::blocks::{Output, ProviderBlock};
use ordain_config::testing::{Mock, MockAnswers, Override, OverrideKind, Run, TestFile, TestProvider};
use ordain_config::{LocalProvider, Module, ModuleTree};
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::{Attribute, Block, Body, Expr, ExprKind, NativeBody};

use super::names::{Names, literal};

/// A configuration made ready for a run.
pub(super) struct Adapted {
    pub(super) tree: Arc<ModuleTree>,
    /// Provider configurations that reach nothing.
    pub(super) mocks: BTreeMap<ProviderConfigAddr, Arc<MockAnswers>>,
    /// Overrides of objects: those of the run come before those of the file.
    pub(super) overrides: Vec<Override>,
}

/// Makes the configuration of a run ready.
pub(super) fn adapt(
    tree: &Arc<ModuleTree>,
    file: &TestFile,
    run: &Run,
    names: &Names<'_>,
    found: &mut Diagnostics,
) -> Adapted {
    let mut overrides: Vec<Override> = run.overrides.iter().chain(&file.overrides).cloned().collect();
    let mut root = (*tree.root).clone();
    let mut mocks = BTreeMap::new();
    for ((name, alias), provider) in chosen(file, run, found) {
        let address = root.provider_addr(&name);
        let config = ProviderConfigAddr {
            module: ModulePath::root(),
            provider: address.clone(),
            alias: alias.clone(),
            key: None,
        };
        let mut block = match provider {
            TestProvider::Real(block) => {
                let body = evaluated(&block.body, names, block.header, found);
                ProviderBlock { body, ..(**block).clone() }
            }
            TestProvider::Mock(mock) => {
                overrides.extend(mock.answers.overrides.iter().cloned());
                mocks.insert(config, Arc::new(mock.answers.clone()));
                mocked(mock)
            }
        };
        block.addr = address;
        root.providers.insert((name, alias), Arc::new(block));
    }
    // What is put in place last stands: the run's.
    for over in mocked_modules(file).chain(&file.overrides).chain(&run.overrides) {
        if let (OverrideKind::Module, Target::Module(target)) = (over.kind, &over.target) {
            if target.0.iter().any(|step| step.key.is_some()) {
                // A key where there are no keys names nothing.
                if !repeats(&root, &target.path().0) {
                    continue;
                }
                let detail = format!(
                    "The values of {} cannot be overridden for one instance of a module with count or for_each alone. Leave the key out to override all of them.",
                    over.target
                );
                let problem =
                    Diagnostic::error(codes::config::INVALID_ARGUMENT, "Invalid override target", detail);
                found.push(problem.with_span(over.header));
                continue;
            }
            replace(&mut root, &target.path().0, over);
        }
    }
    Adapted { tree: Arc::new(ModuleTree { root: Arc::new(root) }), mocks, overrides }
}

fn mocked_modules(file: &TestFile) -> impl Iterator<Item = &Override> {
    file.providers.values().flat_map(|provider| match provider {
        TestProvider::Mock(mock) => mock.answers.overrides.as_slice(),
        TestProvider::Real(_) => &[],
    })
}

/// Providers of the file under the names that they have in the configuration of the run.
pub(super) fn chosen<'f>(
    file: &'f TestFile,
    run: &Run,
    found: &mut Diagnostics,
) -> Vec<(LocalProvider, &'f TestProvider)> {
    let Some(passed) = &run.providers else {
        return file.providers.iter().map(|(key, provider)| (key.clone(), provider)).collect();
    };
    let mut chosen = Vec::new();
    for row in passed {
        let key = |of: &ordain_config::blocks::ProviderRef| {
            (of.name.text.to_arc(), of.alias.as_ref().map(|alias| alias.text.to_arc()))
        };
        match file.providers.get(&key(&row.outer)) {
            Some(provider) => chosen.push((key(&row.inner), provider)),
            None => {
                let summary = format!("Missing provider definition for {}", row.outer.text());
                let detail = "This provider block references a provider definition that does not exist.";
                let problem = Diagnostic::error(codes::config::INVALID_ARGUMENT, summary, detail);
                found.push(problem.with_span(row.outer.span).with_context(run.header));
            }
        }
    }
    chosen
}

fn mocked(mock: &Mock) -> ProviderBlock {
    let nothing = NativeBody { attributes: [].into(), blocks: [].into(), span: mock.header };
    ProviderBlock {
        for_each: None,
        name: mock.name.clone(),
        alias: mock.alias.clone(),
        addr: ordain_addr::ProviderAddr::default_for(mock.name.text.clone()),
        version: None,
        body: Body::Native(nothing),
        header: mock.header,
    }
}

/// The body with values in place of its expressions, as what they name is nothing in the configuration.
fn evaluated(body: &Body, names: &Names<'_>, header: Span, found: &mut Diagnostics) -> Body {
    let Body::Native(native) = body else {
        // In JSON syntax only the schema tells arguments from blocks; constants stand as they are.
        for traversal in ordain_lang::refs::body_references(body) {
            let detail = "A provider block of a test file in JSON syntax can hold constants only.";
            found.push(*super::names::error("Invalid reference", detail, traversal.span()));
        }
        return body.clone();
    };
    let attribute = |attribute: &Attribute, found: &mut Diagnostics| {
        let expr = match names.value(&attribute.expr, Some(header), found) {
            Some(value) => literal(&value.unmark_deep().0, attribute.expr.span),
            None => Expr { span: attribute.expr.span, kind: ExprKind::Broken },
        };
        Attribute { name: attribute.name.clone(), expr }
    };
    let attributes = native.attributes.iter().map(|given| attribute(given, found)).collect();
    let blocks = native
        .blocks
        .iter()
        .map(|block| Block { body: evaluated(&block.body, names, header, found), ..block.clone() });
    Body::Native(NativeBody { blocks: blocks.collect(), attributes, span: native.span })
}

/// Whether any call on a path has `count` or `for_each`.
fn repeats(module: &Module, path: &[Arc<str>]) -> bool {
    let Some((name, rest)) = path.split_first() else { return false };
    module.calls.get(name).is_some_and(|call| {
        call.repetition.expr().is_some() || call.child.as_ref().is_some_and(|child| repeats(child, rest))
    })
}

/// Puts a module that only gives outputs in place of the one at a path of calls.
fn replace(module: &mut Module, path: &[Arc<str>], over: &Override) {
    let Some((name, rest)) = path.split_first() else { return };
    let Some(call) = module.calls.get_mut(name) else { return };
    let call = Arc::make_mut(call);
    let Some(child) = &call.child else { return };
    let mut child = (**child).clone();
    if rest.is_empty() {
        child = stand_in(&child, over);
    } else {
        replace(&mut child, rest, over);
    }
    call.child = Some(Arc::new(child));
}

fn stand_in(module: &Module, over: &Override) -> Module {
    let output = |output: &Arc<Output>| {
        let value = over.values.as_members().and_then(|members| members.get(&output.name.text));
        let value = value.cloned().unwrap_or_else(|| ordain_value::Value::null(ordain_value::Type::Dynamic));
        let expr = literal(&value, over.header);
        Output { value: Some(expr), preconditions: Vec::new(), depends_on: Vec::new(), ..(**output).clone() }
    };
    Module {
        path: module.path.clone(),
        dir: module.dir.clone(),
        variables: module.variables.clone(),
        outputs: module.outputs.iter().map(|(name, block)| (name.clone(), Arc::new(output(block)))).collect(),
        providers: module.providers.clone(),
        settings: module.settings.clone(),
        ..Module::default()
    }
}
