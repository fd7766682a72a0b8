//! References that name nothing, or what cannot be named where they stand.

use ordain_addr::{Mode, Names, Resource, ResourceName};
use ordain_config::blocks::{Repetition, ResourceBlock};
use ordain_config::{Module, Reference, Subject};
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::{Traversal, TraversalStep};
use ordain_lang::suggest::{did_you_mean, nearest};
use ordain_provider::Block;
use ordain_value::Type;

use crate::compile::CompiledResource;
use crate::core::error;
use crate::scope::InstanceScope;
use crate::statics;
use crate::values::KeyData;

/// Checks references against what is declared and what can be named here. As Terraform does, it first
/// looks at objects of the configuration, and at the rest only when those are good.
pub(crate) fn check(scope: &InstanceScope<'_>, all: &[Traversal]) -> Diagnostics {
    checked(scope, all, &|problem, _| problem)
}

/// [`check`] in the words of the console: a name that needs another behind it is looked up all the same.
pub(crate) fn check_on_console(scope: &InstanceScope<'_>, all: &[Traversal]) -> Diagnostics {
    checked(scope, all, &about_bare_name)
}

/// What is wrong with a reference that cannot be read, by its first name.
type Wording<'w> = &'w dyn Fn(Diagnostic, &str) -> Diagnostic;

fn checked(scope: &InstanceScope<'_>, all: &[Traversal], unreadable: Wording<'_>) -> Diagnostics {
    let mut found = Diagnostics::new();
    let readable = readable(all, unreadable, &mut found);
    let objects = check_those(scope, &readable, &is_object);
    found.append(match (objects.is_empty(), objects.has_errors()) {
        (true, _) => check_those(scope, &readable, &|subject| !is_object(subject)),
        (_, true) => objects,
        (_, false) => check_those(scope, &readable, &|_| true),
    });
    found
}

/// The first part of [`check`].
pub(crate) fn check_statically(scope: &InstanceScope<'_>, all: &[Traversal]) -> Diagnostics {
    let mut found = Diagnostics::new();
    let readable = readable(all, &|problem, _| problem, &mut found);
    found.append(check_those(scope, &readable, &is_object));
    found
}

fn is_object(subject: &Subject<'_>) -> bool {
    matches!(subject, Subject::Resource(..) | Subject::Module(..) | Subject::SelfObject)
}

/// A reference that could be read, with the steps that follow it.
type Readable<'t> = (Reference<'t>, &'t [TraversalStep]);

fn readable<'t>(all: &'t [Traversal], unreadable: Wording<'_>, found: &mut Diagnostics) -> Vec<Readable<'t>> {
    let mut references = Vec::with_capacity(all.len());
    for traversal in all {
        match Reference::parse(traversal) {
            Ok(reference) => {
                let rest = traversal.steps().get(reference.consumed..).unwrap_or_default();
                references.push((reference, rest));
            }
            Err(problem) => found.push(unreadable(*problem, &traversal.root().text)),
        }
    }
    references
}

fn check_those(
    scope: &InstanceScope<'_>,
    all: &[Readable<'_>],
    concerns: &dyn Fn(&Subject<'_>) -> bool,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    for (reference, rest) in all.iter().filter(|(reference, _)| concerns(&reference.subject)) {
        found.append(check_one(scope, reference, rest));
    }
    found
}

fn about_bare_name(problem: Diagnostic, root: &str) -> Diagnostic {
    let summary = match root {
        _ if problem.summary != "Invalid reference" => return problem,
        "local" => "Reference to undeclared local value".to_owned(),
        "var" => "Reference to undeclared input variable".to_owned(),
        "path" | "terraform" | "each" | "count" => format!("Invalid {root:?} attribute"),
        _ => return problem,
    };
    Diagnostic { summary, ..problem }
}

/// Checks one reference and the steps that follow it.
pub(crate) fn check_one(
    scope: &InstanceScope<'_>,
    reference: &Reference<'_>,
    rest: &[TraversalStep],
) -> Diagnostics {
    let span = reference.span;
    let Some(module) = scope.core.values.module(scope.instance) else { return Diagnostics::new() };
    let Some(compiled) = scope.core.program.module(module.id) else { return Diagnostics::new() };
    let config = &compiled.config;
    let problem = match &reference.subject {
        Subject::Variable(name) if !config.variables.contains_key(*name) => {
            Some(undeclared_variable(config, name, span))
        }
        Subject::Local(name) if !compiled.locals.contains_key(*name) => {
            Some(undeclared_local(config, name, span))
        }
        Subject::Module(name, ..) if !config.calls.contains_key(*name) => {
            Some(undeclared_module(config, name, span))
        }
        Subject::Resource(resource, key) => match compiled.resources.get(resource as &dyn Names) {
            None if scope.core.is_only_imported(module.id, *resource) => None,
            None => Some(undeclared_resource(config, &resource.to_resource(), span)),
            Some(CompiledResource { block, kind, .. }) => {
                let of_key = match key {
                    Some(_) => unexpected_key(block, span),
                    None => missing_key(block, rest, span),
                };
                let info = scope.core.type_at(*kind);
                let other = info.and_then(|info| check_resource(&info.schema.block, block, rest, span));
                return of_key.into_iter().chain(other).map(|problem| *problem).collect();
            }
        },
        Subject::CountIndex if !matches!(scope.keys, KeyData::Count(_)) => Some(no_count(span)),
        Subject::EachKey if !matches!(scope.keys, KeyData::Each(..)) => Some(no_each(span)),
        Subject::EachValue if !matches!(scope.keys, KeyData::Each(..)) => Some(no_each_value(span)),
        Subject::SelfObject => match scope.self_value {
            None => Some(no_self(span)),
            Some(value) => check_self(&value.ty(), rest),
        },
        Subject::Path(name) if !matches!(&**name, "module" | "root" | "cwd") => Some(bad_path(name, span)),
        Subject::Terraform(name) if !matches!(&**name, "workspace" | "applying") => {
            Some(bad_terraform(name, span))
        }
        Subject::Variable(_)
        | Subject::Local(_)
        | Subject::Module(..)
        | Subject::CountIndex
        | Subject::EachKey
        | Subject::EachValue
        | Subject::Path(_)
        | Subject::Terraform(_) => None,
    };
    problem.map(|problem| *problem).into_iter().collect()
}

/// Checks references of `replace_triggered_by`: of a resource only whether it is declared.
pub(crate) fn check_declared(scope: &InstanceScope<'_>, all: &[Traversal]) -> Diagnostics {
    let declared = |resource: &ResourceName<'_>| {
        let module = scope.core.values.module(scope.instance);
        let config = module.and_then(|module| scope.core.program.config(module.id));
        config.is_some_and(|config| config.resources.contains_key(resource as &dyn Names))
    };
    let mut found = Diagnostics::new();
    let readable = readable(all, &|problem, _| problem, &mut found);
    found.append(check_those(scope, &readable, &|subject| match subject {
        Subject::Resource(resource, _) => !declared(resource),
        _ => true,
    }));
    found
}

/// What is repeated is referred to by instance.
fn missing_key(block: &ResourceBlock, rest: &[TraversalStep], span: Span) -> Option<Box<Diagnostic>> {
    let resource = &block.resource;
    if !block.repetition.is_keyed() || !matches!(rest.first(), Some(TraversalStep::Attr(_))) {
        return None;
    }
    let (word, example) = match &block.repetition {
        Repetition::Count(_) => ("count", format!("{resource}[count.index]")),
        _ => ("for_each", format!("{resource}[each.key]")),
    };
    let detail = format!(
        "Because {resource} has {word:?} set, its attributes must be accessed on specific instances.\n\nFor example, to correlate with indices of a referring resource, use:\n    {example}"
    );
    Some(undeclared("Missing resource instance key", detail, span))
}

/// What is not repeated has no instances to refer to.
fn unexpected_key(block: &ResourceBlock, span: Span) -> Option<Box<Diagnostic>> {
    if block.repetition.is_keyed() {
        return None;
    }
    let resource = &block.resource;
    let detail = format!(
        "Because {resource} does not have \"count\" or \"for_each\" set, references to it must not include an index key. Remove the bracketed index to refer to the single instance of this resource."
    );
    Some(undeclared("Unexpected resource instance key", detail, span))
}

fn check_resource(
    schema: &Block,
    block: &ResourceBlock,
    rest: &[TraversalStep],
    span: Span,
) -> Option<Box<Diagnostic>> {
    let resource = &block.resource;
    if matches!(rest.first(), Some(TraversalStep::Attr(next)) if &*next.text == "count")
        && !schema.attributes.contains_key("count")
        && !schema.blocks.contains_key("count")
    {
        let detail = format!(
            "Objects have no attribute \"count\" that says how many there are. Use length({resource}) for the number of instances."
        );
        return Some(undeclared("Invalid resource count attribute", detail, span));
    }
    statics::check_steps(schema, rest)
}

fn check_self(ty: &Type, rest: &[TraversalStep]) -> Option<Box<Diagnostic>> {
    let (Some(TraversalStep::Attr(next)), Some(attributes)) = (rest.first(), ty.attributes()) else {
        return None;
    };
    if attributes.contains_key(&next.text) {
        return None;
    }
    let meant = did_you_mean(nearest(&next.text, attributes.keys().map(|name| &**name)));
    let detail = format!(
        "This object has no argument, nested block, or exported attribute named {:?}.{meant}",
        next.text
    );
    Some(undeclared("Unsupported attribute", detail, next.span))
}

fn undeclared(summary: &str, detail: impl Into<String>, span: Span) -> Box<Diagnostic> {
    Box::new(error(codes::eval::UNDECLARED, summary, detail, span))
}

fn undeclared_variable(config: &Module, name: &str, span: Span) -> Box<Diagnostic> {
    let meant = match nearest(name, config.variables.keys().map(|name| &**name)) {
        Some(meant) => did_you_mean(Some(meant)),
        None => format!(" This variable can be declared with a variable {name:?} {{}} block."),
    };
    let detail = format!("An input variable with the name {name:?} has not been declared.{meant}");
    undeclared("Reference to undeclared input variable", detail, span)
}

fn undeclared_local(config: &Module, name: &str, span: Span) -> Box<Diagnostic> {
    let meant = did_you_mean(nearest(name, config.locals.keys().map(|name| &**name)));
    let detail = format!("A local value with the name {name:?} has not been declared.{meant}");
    undeclared("Reference to undeclared local value", detail, span)
}

fn undeclared_module(config: &Module, name: &str, span: Span) -> Box<Diagnostic> {
    let meant = did_you_mean(nearest(name, config.calls.keys().map(|name| &**name)));
    let detail = format!("No module call named {name:?} is declared in {}.{meant}", place(config));
    undeclared("Reference to undeclared module", detail, span)
}

fn undeclared_resource(config: &Module, resource: &Resource, span: Span) -> Box<Diagnostic> {
    let (article, word) = match resource.mode {
        Mode::Managed => ("A", "managed"),
        Mode::Data => ("A", "data"),
        Mode::Ephemeral => ("An", "ephemeral"),
    };
    let same_type = config
        .resources
        .keys()
        .filter(|other| other.mode == resource.mode && other.type_name == resource.type_name);
    let mut meant = did_you_mean(nearest(&resource.name, same_type.map(|other| &*other.name)));
    let as_data = Resource { mode: Mode::Data, ..resource.clone() };
    if resource.mode == Mode::Managed && config.resources.contains_key(&as_data) {
        meant = format!(" Did you mean the data resource {as_data}?");
    }
    let (kind, name) = (&resource.type_name, &resource.name);
    let detail = format!(
        "{article} {word} resource {kind:?} {name:?} has not been declared in {}.{meant}",
        place(config)
    );
    undeclared("Reference to undeclared resource", detail, span)
}

fn place(config: &Module) -> String {
    if config.path.is_root() { "the root module".to_owned() } else { config.path.to_string() }
}

pub(crate) fn no_count(span: Span) -> Box<Diagnostic> {
    let detail = "The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, and only when the \"count\" argument is set.";
    undeclared("Reference to \"count\" in non-counted context", detail, span)
}

pub(crate) fn no_each(span: Span) -> Box<Diagnostic> {
    let detail = "The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when the \"for_each\" argument is set.";
    undeclared("Reference to \"each\" in context without for_each", detail, span)
}

pub(crate) fn no_each_value(span: Span) -> Box<Diagnostic> {
    let detail = "A reference to \"each.value\" has been used in a context in which it is unavailable, such as when the configuration no longer contains the value in its \"for_each\" expression. Remove this reference to each.value in your configuration to work around this error.";
    undeclared("each.value cannot be used in this context", detail, span)
}

pub(crate) fn no_self(span: Span) -> Box<Diagnostic> {
    let detail = "The \"self\" object is not available in this context. This object can be used only in resource provisioner, connection, and postcondition blocks.";
    undeclared("Invalid \"self\" reference", detail, span)
}

pub(crate) fn bad_path(name: &str, span: Span) -> Box<Diagnostic> {
    let meant = did_you_mean(nearest(name, ["module", "root", "cwd"]));
    let detail = format!("The \"path\" object does not have an attribute named {name:?}.{meant}");
    undeclared("Invalid \"path\" attribute", detail, span)
}

pub(crate) fn bad_terraform(name: &str, span: Span) -> Box<Diagnostic> {
    let detail = if name == "env" {
        "The terraform.env attribute was deprecated in v0.10 and removed in v0.12. The \"state environment\" concept was renamed to \"workspace\" in v0.12, and so the workspace name can now be accessed using the terraform.workspace attribute.".to_owned()
    } else {
        format!(
            "The \"terraform\" object does not have an attribute named {name:?}. The only supported attributes are terraform.workspace, the name of the currently-selected workspace, and terraform.applying, a boolean which is true only during apply."
        )
    };
    undeclared("Invalid \"terraform\" attribute", detail, span)
}
