//! `module`

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Attribute, Block, Body, Expr, ExprKind, Ident, ObjectKey, Traversal};

use super::provider::{bad_local_name, is_provider_name, refuse_reserved_blocks};
use super::{DependsOn, ProviderRef, Repetition};
use crate::constants::text_of;
use crate::early::EarlyScope;
use crate::fields::{Fields, bad_argument, duplicate, named, schema};
use crate::{Constraint, Module, Reference, Subject};

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModuleSource {
    /// `./…` or `../…`
    Local(Arc<str>),
    /// `namespace/name/system` with optional host and `//subdirectory`.
    Registry(Arc<str>),
    /// Everything else: git, http, buckets.
    Remote(Arc<str>),
}

impl ModuleSource {
    /// As written.
    pub fn text(&self) -> &Arc<str> {
        match self {
            ModuleSource::Local(text) | ModuleSource::Registry(text) | ModuleSource::Remote(text) => text,
        }
    }
}

/// An argument of a module call.
#[derive(Clone, Debug)]
pub struct Argument {
    /// The variable that it is for.
    pub name: Ident,
    /// Its value.
    pub expr: Expr,
}

/// One row of `providers`.
#[derive(Clone, Debug)]
pub struct PassedProvider {
    /// Name in the called module.
    pub inner: ProviderRef,
    /// Name in the calling module.
    pub outer: ProviderRef,
}

/// A call of a module.
#[derive(Clone, Debug)]
pub struct ModuleCall {
    /// Its name.
    pub name: Ident,
    /// `source` and where it stands; `None` when missing or wrong, which was reported.
    pub source: Option<(ModuleSource, Span)>,
    /// `source` and `version` where they are no constants; the loader settles them.
    pub(crate) early: EarlySource,
    /// `version` as text, and where it stands.
    pub version: Option<(Arc<str>, Span)>,
    /// `count`, `for_each` or `enabled`
    pub repetition: Repetition,
    /// `providers`; `None` when not written.
    pub providers: Option<Vec<PassedProvider>>,
    /// `depends_on`
    pub depends_on: Vec<DependsOn>,
    /// Values of the called module's variables.
    pub arguments: BTreeMap<Arc<str>, Argument>,
    /// Blocks that a call cannot have; reported when the configuration is validated.
    pub(crate) blocks: Vec<Ident>,
    /// Whether it is written in JSON syntax.
    pub(crate) json: bool,
    /// Whether an override file changes it.
    pub(crate) overridden: bool,
    /// The called module; `None` when it could not be loaded, which was reported.
    pub child: Option<Arc<Module>>,
    /// Where what is missing in the block is missed.
    pub(crate) missing: Span,
    /// Type and labels.
    pub header: Span,
}

impl ModuleCall {
    /// Whether the called module is not a directory beside the caller.
    pub fn is_remote(&self) -> bool {
        !matches!(&self.source, Some((ModuleSource::Local(_), _)))
    }

    /// Reads a `module` block. The called module is filled in by the loader.
    pub(crate) fn decode(block: &Block, found: &mut Diagnostics) -> Option<ModuleCall> {
        let label = block.labels.last()?;
        let name = Ident { text: label.text.clone(), span: label.span };
        // A call by a name that can be none is looked at all the same.
        named(block, "Invalid module instance name", found);
        let blocks: [(&str, &[&'static str]); 4] =
            [("lifecycle", &[]), ("locals", &[]), ("provider", &["type"]), ("_", &[])];
        let optional = ["version", "count", "for_each", "depends_on", "providers"];
        let (mut fields, rest) = Fields::some(&block.body, &schema(&["source"], &optional, &blocks), found);
        let enabled = take_enabled(&mut fields, found);
        refuse_reserved_blocks(&fields.blocks, &["lifecycle", "locals", "provider"], "module", found);
        let (version, later_version) = now_or_later(fields.take("version"), found);
        let (source, later_source) = now_or_later(fields.take("source"), found);
        let early = EarlySource { source: later_source, version: later_version };
        let versioned = version.is_some() || early.version.is_some();
        let source = source.and_then(|(text, span)| read_source(&text, span, versioned, found));
        check_constraint(version.as_ref(), found);
        let what = "modules";
        let providers = fields.take("providers");
        Some(ModuleCall {
            source,
            early,
            version,
            repetition: Repetition::decode(fields.take("count"), fields.take("for_each"), what, found)
                .with_enabled(enabled, found),
            providers: providers.map(|attribute| passed_providers(&block.body, &attribute.expr, found)),
            depends_on: DependsOn::decode(&block.body, fields.take("depends_on"), found),
            arguments: arguments(&rest, found),
            blocks: written_blocks(&rest),
            json: matches!(block.body, Body::Json(_)),
            overridden: matches!(block.body, Body::Joined(_)),
            child: None,
            missing: block.body.missing_item(),
            header: block.header,
            name,
        })
    }
}

/// `source` and `version` of a call, where they are no constants.
#[derive(Clone, Debug, Default)]
pub(crate) struct EarlySource {
    source: Option<Expr>,
    version: Option<Expr>,
}

impl EarlySource {
    /// Whether there is anything to settle.
    pub(crate) fn is_some(&self) -> bool {
        self.source.is_some() || self.version.is_some()
    }
}

impl ModuleCall {
    /// Fills in what is known now that the module around the call is read.
    pub(crate) fn settle(&mut self, scope: &EarlyScope<'_>, found: &mut Diagnostics) {
        let early = std::mem::take(&mut self.early);
        let mut text = |expr: Option<Expr>, what: &str| {
            let expr = expr?;
            scope.text(&expr, what, found).map(|text| (text, expr.span))
        };
        let version = text(early.version, "version");
        let source = text(early.source, "source");
        if version.is_some() {
            check_constraint(version.as_ref(), found);
            self.version = version;
        }
        if let Some((text, span)) = source {
            self.source = read_source(&text, span, self.version.is_some(), found);
        }
    }
}

/// `enabled` of a `lifecycle` block, which may hold nothing else in a module call.
fn take_enabled(fields: &mut Fields, found: &mut Diagnostics) -> Option<Attribute> {
    let at = fields.blocks.iter().position(|block| {
        let (attributes, _) = block.body.just_attributes();
        &*block.block_type.text == "lifecycle"
            && attributes.iter().any(|attribute| &*attribute.name.text == "enabled")
    })?;
    let block = fields.blocks.remove(at);
    Fields::exact(&block.body, &schema(&["enabled"], &[], &[]), found).take("enabled")
}

/// The text of a constant, or the expression that is none.
fn now_or_later(
    attribute: Option<Attribute>,
    found: &mut Diagnostics,
) -> (Option<(Arc<str>, Span)>, Option<Expr>) {
    let Some(attribute) = attribute else { return (None, None) };
    // What can never be known early is told like anything that is no constant.
    let names = ordain_lang::refs::references(&attribute.expr);
    let early = |name: &Traversal| {
        let subject = Reference::parse(name).map(|reference| reference.subject);
        matches!(
            subject,
            Ok(Subject::Variable(_) | Subject::Local(_))
                | Ok(Subject::Path("module" | "root") | Subject::Terraform("workspace"))
        )
    };
    match !names.is_empty() && names.iter().all(early) {
        true => (None, Some(attribute.expr)),
        false => (text_of(Some(&attribute), found), None),
    }
}

fn check_constraint(version: Option<&(Arc<str>, Span)>, found: &mut Diagnostics) {
    let Some((text, span)) = version else { return };
    if let Err(error) = Constraint::parse(text) {
        let detail = format!("This string does not use correct version constraint syntax. {error}");
        found.push(bad_argument("Invalid version constraint", detail, *span));
    }
}

/// The source address that a text is; reported when it is none.
pub(crate) fn read_source(
    text: &str,
    span: Span,
    versioned: bool,
    found: &mut Diagnostics,
) -> Option<(ModuleSource, Span)> {
    let parsed = ModuleSource::parse(text);
    if versioned && !matches!(parsed, Some(ModuleSource::Registry(_))) {
        let problem = match parsed {
            Some(ModuleSource::Local(_)) => {
                format!("can't use local directory \"{text}\" as a module registry address")
            }
            _ => "a module registry source address must have either three or four slash-separated components"
                .to_owned(),
        };
        let detail = format!(
            "Failed to parse module registry address: {problem}.\n\nTerraform assumed that you intended a module registry source address because you also set the argument \"version\", which applies only to registry modules."
        );
        found.push(bad_argument("Invalid registry module source address", detail, span));
        return None;
    }
    if parsed.is_none() {
        let detail = format!(
            "Terraform failed to determine your intended installation method for remote module package \"{text}\".\n\nIf you intended this as a path relative to the current module, use \"./{text}\" instead. The \"./\" prefix indicates that the address is a relative filesystem path."
        );
        found.push(bad_argument("Invalid module source address", detail, span));
    }
    Some((parsed?, span))
}

/// The rows of a `providers` argument.
pub(crate) fn passed_providers(body: &Body, expr: &Expr, found: &mut Diagnostics) -> Vec<PassedProvider> {
    let ExprKind::Object(items) = &expr.kind else {
        let detail = "A map of provider configurations is required here, such as { aws = aws.east }.";
        found.push(bad_argument("Invalid expression", detail, expr.start_span()));
        return Vec::new();
    };
    let mut passed: Vec<PassedProvider> = Vec::new();
    for item in items.iter() {
        let inner = match &item.key {
            ObjectKey::Name(name) if !is_provider_name(&name.text) => {
                found.push(bad_local_name(&name.text, name.span));
                None
            }
            ObjectKey::Name(name) => {
                let (text, span) = (name.text.clone().into(), name.span);
                Some(ProviderRef { name: Ident { text, span }, alias: None, key: None, span })
            }
            ObjectKey::Expr(key) => ProviderRef::decode(body, key, found),
        };
        let outer = ProviderRef::decode_any(body, &item.value, found);
        let (Some(inner), Some(outer)) = (inner, outer) else { continue };
        if passed.iter().any(|earlier| earlier.inner.text() == inner.text()) {
            let detail = format!(
                "A provider configuration was already passed to {}. Each child provider configuration can be assigned only once.",
                inner.text()
            );
            found.push(duplicate("Duplicate provider address", detail, outer.span));
            continue;
        }
        passed.push(PassedProvider { inner, outer });
    }
    passed
}

/// Everything in the body that is a value for a variable.
fn arguments(body: &Body, found: &mut Diagnostics) -> BTreeMap<Arc<str>, Argument> {
    let attributes = match body {
        Body::Native(native) => native.attributes.to_vec(),
        Body::Json(_) => found.take(body.just_attributes()),
        Body::Joined(parts) => {
            let [mut first, second] = parts.each_ref().map(|part| arguments(part, found));
            first.extend(second);
            return first;
        }
    };
    let argument = |attribute: Attribute| {
        (attribute.name.text.to_arc(), Argument { name: attribute.name, expr: attribute.expr })
    };
    attributes.into_iter().map(argument).collect()
}

/// Types of the blocks in a body. In JSON syntax everything is taken for an argument.
fn written_blocks(body: &Body) -> Vec<Ident> {
    match body {
        Body::Native(native) => native.blocks.iter().map(|inner| inner.block_type.clone()).collect(),
        Body::Json(_) => Vec::new(),
        Body::Joined(parts) => parts.iter().flat_map(written_blocks).collect(),
    }
}
