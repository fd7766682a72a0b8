//! `module`

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Attribute, Block, Body, Expr, ExprKind, Ident, ObjectKey};

use super::provider::refuse_reserved_blocks;
use super::{DependsOn, ProviderRef, Repetition};
use crate::constants::text_of;
use crate::fields::{Fields, bad_argument, duplicate, named, schema};
use crate::{Constraint, Module};

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
    /// `version` as text, and where it stands.
    pub version: Option<(Arc<str>, Span)>,
    /// `count` or `for_each`
    pub repetition: Repetition,
    /// `providers`; `None` when not written.
    pub providers: Option<Vec<PassedProvider>>,
    /// `depends_on`
    pub depends_on: Vec<DependsOn>,
    /// Values of the called module's variables.
    pub arguments: BTreeMap<Arc<str>, Argument>,
    /// Blocks that a call cannot have; reported when the configuration is validated.
    pub(crate) blocks: Vec<Ident>,
    /// The called module; `None` when it could not be loaded, which was reported.
    pub child: Option<Arc<Module>>,
    /// Type and labels.
    pub header: Span,
}

impl ModuleCall {
    /// Reads a `module` block. The called module is filled in by the loader.
    pub(crate) fn decode(block: &Block, found: &mut Diagnostics) -> Option<ModuleCall> {
        let name = named(block, "Invalid module instance name", found)?;
        let blocks: [(&str, &[&'static str]); 3] = [("lifecycle", &[]), ("locals", &[]), ("_", &[])];
        let optional = ["version", "count", "for_each", "depends_on", "providers"];
        let (mut fields, rest) = Fields::some(&block.body, &schema(&["source"], &optional, &blocks), found);
        refuse_reserved_blocks(&fields.blocks, &["lifecycle", "locals"], "module", found);
        let version = text_of(fields.take("version").as_ref(), found);
        let source = text_of(fields.take("source").as_ref(), found);
        let source = source.and_then(|(text, span)| read_source(&text, span, version.is_some(), found));
        if let Some((text, span)) = &version
            && let Err(error) = Constraint::parse(text)
        {
            let detail = format!("This string does not use correct version constraint syntax. {error}");
            found.push(bad_argument("Invalid version constraint", detail, *span));
        }
        let what = "modules";
        let providers = fields.take("providers");
        Some(ModuleCall {
            source,
            version,
            repetition: Repetition::decode(fields.take("count"), fields.take("for_each"), what, found),
            providers: providers.map(|attribute| passed_providers(&attribute.expr, found)),
            depends_on: DependsOn::decode(fields.take("depends_on"), found),
            arguments: arguments(&rest, found),
            blocks: match &rest {
                Body::Native(native) => native.blocks.iter().map(|inner| inner.block_type.clone()).collect(),
                Body::Json(_) => Vec::new(),
            },
            child: None,
            header: block.header,
            name,
        })
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
pub(crate) fn passed_providers(expr: &Expr, found: &mut Diagnostics) -> Vec<PassedProvider> {
    let ExprKind::Object(items) = &expr.kind else {
        let detail = "A map of provider configurations is required here, such as { aws = aws.east }.";
        found.push(bad_argument("Invalid providers argument", detail, expr.span));
        return Vec::new();
    };
    let mut passed: Vec<PassedProvider> = Vec::new();
    for item in items.iter() {
        let inner = match &item.key {
            ObjectKey::Name(name) => Some(ProviderRef { name: name.clone(), alias: None, span: name.span }),
            ObjectKey::Expr(key) => ProviderRef::decode(key, found),
        };
        let (Some(inner), Some(outer)) = (inner, ProviderRef::decode(&item.value, found)) else { continue };
        if passed.iter().any(|earlier| earlier.inner.text() == inner.text()) {
            let detail = format!(
                "A provider configuration was already passed to {}. Each child provider configuration can be assigned only once.",
                inner.text()
            );
            found.push(duplicate("Duplicate provider address", detail, inner.span));
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
    };
    let argument = |attribute: Attribute| {
        (attribute.name.text.clone(), Argument { name: attribute.name, expr: attribute.expr })
    };
    attributes.into_iter().map(argument).collect()
}
