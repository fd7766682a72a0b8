//! What a reference in an expression names.

use ordain_addr::{Key, Mode, ResourceName};
use ordain_diag::{Diagnostic, Span, codes};
use ordain_lang::ast::{Ident, IndexStep, Traversal, TraversalStep};
use ordain_value::{Kind, Value};

/// What a reference names, in the words that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject<'t> {
    /// `var.x`
    Variable(&'t str),
    /// `local.x`
    Local(&'t str),
    /// `type.name`, `data.type.name`, `ephemeral.type.name`, with the instance key that follows, if any
    Resource(ResourceName<'t>, Option<Key>),
    /// `module.x`, with the instance key that follows, if any, and the output's name after that
    Module(&'t str, Option<Key>, Option<&'t str>),
    /// `count.index`
    CountIndex,
    /// `each.key`
    EachKey,
    /// `each.value`
    EachValue,
    /// `self`
    SelfObject,
    /// `path.x`
    Path(&'t str),
    /// `terraform.x`
    Terraform(&'t str),
}

/// A reference: what it names, and how many of the traversal's steps say so.
#[derive(Clone, Debug)]
pub struct Reference<'t> {
    /// What it names.
    pub subject: Subject<'t>,
    /// Steps that belong to the name; the rest goes into the value.
    pub consumed: usize,
    /// Where the name stands, without the rest.
    pub span: Span,
}

impl<'t> Reference<'t> {
    /// Reads the name at the start of a traversal.
    ///
    /// # Errors
    /// A diagnostic when the words are no name of anything, worded as Terraform does.
    pub fn parse(traversal: &'t Traversal) -> Result<Reference<'t>, Box<Diagnostic>> {
        match &*traversal.root().text {
            "var" => one_name(traversal, "var").map(|(name, span)| at(Subject::Variable(name), 1, span)),
            "local" => one_name(traversal, "local").map(|(name, span)| at(Subject::Local(name), 1, span)),
            "path" => one_name(traversal, "path").map(|(name, span)| at(Subject::Path(name), 1, span)),
            "terraform" => {
                one_name(traversal, "terraform").map(|(name, span)| at(Subject::Terraform(name), 1, span))
            }
            "self" => Ok(at(Subject::SelfObject, 0, traversal.root().span)),
            "count" => count(traversal),
            "each" => each(traversal),
            "module" => module(traversal),
            "data" => resource(traversal, Mode::Data, 0),
            "ephemeral" => resource(traversal, Mode::Ephemeral, 0),
            "resource" => resource(traversal, Mode::Managed, 0),
            name @ ("template" | "lazy" | "arg") => Err(invalid(
                "Reserved symbol name",
                format!(
                    "The symbol name \"{name}\" is reserved for use in a future version of the language. If this is a provider's resource type, add \"resource.\" before it."
                ),
                traversal.root().span,
            )),
            _ => managed(traversal),
        }
    }
}

fn at(subject: Subject<'_>, consumed: usize, span: Span) -> Reference<'_> {
    Reference { subject, consumed, span }
}

fn invalid(summary: impl Into<String>, detail: impl Into<String>, span: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(codes::eval::UNDECLARED, summary, detail).with_span(span))
}

fn name_at(traversal: &Traversal, index: usize) -> Option<&Ident> {
    match traversal.steps().get(index)? {
        TraversalStep::Attr(name) => Some(name),
        TraversalStep::Index(_) => None,
    }
}

/// Span from the root through the given step.
fn through(traversal: &Traversal, index: usize) -> Span {
    traversal.steps().get(index).map_or(traversal.root().span, |step| traversal.root().span.to(step.span()))
}

/// The step that stands where a name should, else the root.
fn misplaced(traversal: &Traversal, index: usize) -> Span {
    traversal.steps().get(index).map_or(traversal.root().span, TraversalStep::span)
}

fn one_name<'t>(traversal: &'t Traversal, root: &str) -> Result<(&'t str, Span), Box<Diagnostic>> {
    if traversal.steps().is_empty() {
        let detail = format!(
            "The \"{root}\" object cannot be accessed directly. Instead, access one of its attributes."
        );
        return Err(invalid("Invalid reference", detail, traversal.root().span));
    }
    match name_at(traversal, 0) {
        Some(name) => Ok((name.text.as_str(), through(traversal, 0))),
        None => {
            let detail = format!("The \"{root}\" object does not support this operation.");
            Err(invalid("Invalid reference", detail, misplaced(traversal, 0)))
        }
    }
}

fn count(traversal: &Traversal) -> Result<Reference<'_>, Box<Diagnostic>> {
    let (name, span) = one_name(traversal, "count")?;
    if name == "index" {
        return Ok(at(Subject::CountIndex, 1, span));
    }
    let detail = format!(
        "The \"count\" object does not have an attribute named \"{name}\". The only supported attribute is count.index, which is the index of each instance of a resource block that has the \"count\" argument set."
    );
    Err(invalid("Invalid \"count\" attribute", detail, span))
}

fn each(traversal: &Traversal) -> Result<Reference<'_>, Box<Diagnostic>> {
    let (name, span) = one_name(traversal, "each")?;
    match name {
        "key" => Ok(at(Subject::EachKey, 1, span)),
        "value" => Ok(at(Subject::EachValue, 1, span)),
        _ => {
            let detail = format!(
                "The \"each\" object does not have an attribute named \"{name}\". The supported attributes are each.key and each.value, the current key and value pair of the \"for_each\" attribute set."
            );
            Err(invalid("Invalid \"each\" attribute", detail, span))
        }
    }
}

fn module(traversal: &Traversal) -> Result<Reference<'_>, Box<Diagnostic>> {
    let Some(name) = name_at(traversal, 0) else {
        let detail =
            "The \"module\" object cannot be accessed directly. Instead, access one of its attributes.";
        return Err(invalid("Invalid reference", detail, misplaced(traversal, 0)));
    };
    let key = key_at(traversal, 1)?;
    let after_key = 1 + usize::from(key.is_some());
    if let Some(TraversalStep::Index(step)) = traversal.steps().get(after_key) {
        let meant = step.key.as_str().filter(|key| ordain_lang::ast::is_identifier(key));
        let meant =
            meant.map(|key| format!(" Write .{key} to reach the output {key:?}.")).unwrap_or_default();
        let detail = format!("An instance of a module has outputs, which are reached with a dot.{meant}");
        return Err(invalid("Invalid reference", detail, step.span));
    }
    let output = name_at(traversal, after_key).map(|name| name.text.as_str());
    let consumed = after_key + usize::from(output.is_some());
    let span = through(traversal, consumed - 1);
    Ok(at(Subject::Module(&name.text, key, output), consumed, span))
}

fn resource(traversal: &Traversal, mode: Mode, from: usize) -> Result<Reference<'_>, Box<Diagnostic>> {
    let (kind, name) = (name_at(traversal, from), name_at(traversal, from + 1));
    let (Some(kind), Some(name)) = (kind, name) else {
        let root = &traversal.root().text;
        let detail = match mode {
            Mode::Data => "The \"data\" object must be followed by two attribute names: the data source type and the resource name.".to_owned(),
            _ => format!("The \"{root}\" object must be followed by two attribute names: the resource type and the resource name."),
        };
        let steps = traversal.steps().len();
        let span = if steps < from + 2 {
            through(traversal, steps.saturating_sub(1))
        } else {
            misplaced(traversal, if kind.is_none() { from } else { from + 1 })
        };
        return Err(invalid("Invalid reference", detail, span));
    };
    with_key(traversal, ResourceName { mode, type_name: &kind.text, name: &name.text }, from + 2)
}

fn managed(traversal: &Traversal) -> Result<Reference<'_>, Box<Diagnostic>> {
    let Some(name) = name_at(traversal, 0) else {
        let detail = "A reference to a resource type must be followed by at least one attribute access, specifying the resource name.";
        return Err(invalid("Invalid reference", detail, misplaced(traversal, 0)));
    };
    let type_name = &traversal.root().text;
    with_key(traversal, ResourceName { mode: Mode::Managed, type_name, name: &name.text }, 1)
}

fn with_key<'t>(
    traversal: &'t Traversal,
    resource: ResourceName<'t>,
    steps: usize,
) -> Result<Reference<'t>, Box<Diagnostic>> {
    let key = key_at(traversal, steps)?;
    let consumed = steps + usize::from(key.is_some());
    let span = through(traversal, consumed - 1);
    Ok(at(Subject::Resource(resource, key), consumed, span))
}

/// The instance key that an index step is; `None` when the step is no index.
fn key_at(traversal: &Traversal, index: usize) -> Result<Option<Key>, Box<Diagnostic>> {
    let Some(TraversalStep::Index(step)) = traversal.steps().get(index) else { return Ok(None) };
    let IndexStep { key: value, span } = &**step;
    key_of(value).map(Some).ok_or_else(|| {
        let detail =
            "Invalid instance key: a whole number that is not negative, or a text, is required here.";
        invalid("Invalid index key", detail, *span)
    })
}

/// The instance key that a value is.
pub fn key_of(value: &Value) -> Option<Key> {
    match value.kind() {
        Kind::String(text) => Some(Key::Str(text.clone())),
        Kind::Number(number) => u64::try_from(number.as_i64()?).ok().map(Key::Int),
        _ => None,
    }
}
