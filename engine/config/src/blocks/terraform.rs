//! `terraform`, with `required_providers`, `backend`, `cloud` and `provider_meta`

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::ProviderAddr;
use ordain_diag::{Diagnostic, Diagnostics, Span};
use ordain_lang::ast::{Attribute, Block, Body, Expr, ExprKind, Ident, ObjectKey};
use ordain_value::{Type, Value, convert};

use super::ProviderRef;
use super::provider::{bad_local_name, is_provider_name};
use crate::Constraint;
use crate::constants::constant;
use crate::early::EarlyScope;
use crate::fields::{Fields, bad_argument, duplicate, schema};
use crate::module::implied_provider;

/// A version constraint as text, checked for form; [`crate::blocks`] keeps the text because installers
/// and lock files compare it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRequirement {
    /// Such as `~> 4.0, != 4.2.1`.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// One entry of `required_providers`.
#[derive(Clone, Debug)]
pub struct RequiredProvider {
    /// Local name.
    pub name: Ident,
    /// Source address; implied by the name when not written.
    pub source: ProviderAddr,
    /// `version`
    pub version: Option<VersionRequirement>,
    /// Aliases that the module expects to be given: `configuration_aliases`.
    pub aliases: Vec<Ident>,
    /// Where it stands.
    pub span: Span,
    /// The `required_providers` block it stands in.
    pub(crate) block: Span,
}

/// `backend "type"` or `cloud`
#[derive(Clone, Debug)]
pub struct BackendBlock {
    /// Type of the backend; `cloud` for a `cloud` block.
    pub kind: Ident,
    /// Its content.
    pub(crate) body: Body,
    /// Its settings, filled in by the loader; nested blocks there are none.
    pub settings: Vec<(Ident, Value)>,
    /// What is wrong with them. It matters to those who use the backend only.
    pub problems: Diagnostics,
    /// Type and labels.
    pub header: Span,
}

/// All `terraform` blocks of a module, merged.
#[derive(Clone, Debug, Default)]
pub struct TerraformSettings {
    /// `required_version` of each block.
    pub required_versions: Vec<VersionRequirement>,
    /// `required_providers` by local name.
    pub required_providers: BTreeMap<Arc<str>, RequiredProvider>,
    /// `backend` or `cloud`; only the root's counts.
    pub backend: Option<BackendBlock>,
    /// `provider_meta` bodies by the provider's local name.
    pub provider_meta: BTreeMap<Arc<str>, (Body, Span)>,
}

impl BackendBlock {
    /// Evaluates the settings.
    pub(crate) fn settle(&mut self, scope: &EarlyScope<'_>) {
        let mut found = Diagnostics::new();
        let attributes = found.take(self.body.just_attributes());
        let value = |attribute: Attribute| {
            let value = scope.value(&attribute.expr, &mut found)?;
            Some((attribute.name, value.unmark_deep().0))
        };
        self.settings = attributes.into_iter().filter_map(value).collect();
        self.problems = found;
    }
}

impl TerraformSettings {
    /// Adds what a `terraform` block says.
    pub(crate) fn decode_into(&mut self, block: &Block, found: &mut Diagnostics) {
        let blocks: [(&str, &[&'static str]); 4] = [
            ("backend", &["type"]),
            ("cloud", &[]),
            ("required_providers", &[]),
            ("provider_meta", &["provider"]),
        ];
        let optional = ["required_version", "experiments", "language"];
        let mut fields = Fields::exact(&block.body, &schema(&[], &optional, &blocks), found);
        let required = required_version(fields.take("required_version").as_ref(), found);
        self.required_versions.extend(required);
        if let Some(experiments) = fields.take("experiments") {
            refuse_experiments(&experiments, found);
        }
        for inner in &fields.blocks {
            match &*inner.block_type.text {
                "backend" | "cloud" => self.add_backend(inner, found),
                "required_providers" => self.add_required(inner, found),
                _ => {
                    let Some(label) = inner.labels.first() else { continue };
                    let meta = (inner.body.clone(), inner.header);
                    if self.provider_meta.insert(label.text.to_arc(), meta).is_some() {
                        let detail = format!(
                            "A provider_meta block for provider {:?} was already declared. Providers may only have one provider_meta block per module.",
                            label.text
                        );
                        found.push(duplicate("Duplicate provider_meta block", detail, inner.header));
                    }
                }
            }
        }
    }

    fn add_backend(&mut self, block: &Block, found: &mut Diagnostics) {
        let label = block.labels.first();
        let kind = label.map_or_else(
            || block.block_type.clone(),
            |label| Ident { text: label.text.clone(), span: label.span },
        );
        if let Some(earlier) = &self.backend {
            let (summary, detail) = match (&*earlier.kind.text, &*kind.text) {
                ("cloud", "cloud") => (
                    "Duplicate HCP Terraform configurations",
                    "A module may have only one 'cloud' block configuring HCP Terraform or Terraform Enterprise.",
                ),
                ("cloud", _) | (_, "cloud") => (
                    "Both a backend and cloud configuration are present",
                    "A module may declare either one 'cloud' block OR one 'backend' block.",
                ),
                _ => ("Duplicate backend configuration", "A module may have only one backend configuration."),
            };
            found.push(duplicate(summary, detail, block.header));
            return;
        }
        self.backend = Some(BackendBlock {
            kind,
            body: block.body.clone(),
            settings: Vec::new(),
            problems: Diagnostics::new(),
            header: block.header,
        });
    }

    fn add_required(&mut self, block: &Block, found: &mut Diagnostics) {
        if let Some(earlier) = self.required_providers.values().next()
            && earlier.block != block.header
        {
            let detail = "A module may have only one required providers configuration.";
            found.push(duplicate("Duplicate required providers configuration", detail, block.header));
            return;
        }
        for attribute in found.take(block.body.just_attributes()) {
            if let Some(required) = RequiredProvider::decode(attribute, block.header, found) {
                self.required_providers.insert(required.name.text.to_arc(), required);
            }
        }
    }
}

impl RequiredProvider {
    fn decode(attribute: Attribute, block: Span, found: &mut Diagnostics) -> Option<RequiredProvider> {
        let span = attribute.span();
        let name = attribute.name;
        if !is_provider_name(&name.text) {
            found.push(bad_local_name(&name.text, name.span));
            return None;
        }
        let source = implied_provider(&name.text);
        let mut required = RequiredProvider { name, source, version: None, aliases: Vec::new(), span, block };
        let ExprKind::Object(items) = &attribute.expr.kind else {
            let value = constant(&attribute.expr, found)?;
            match value.as_str() {
                Some(text) => required.set_version(text, attribute.expr.span, found),
                None => found.push(invalid_object(attribute.expr.span)),
            }
            return Some(required);
        };
        let items: Vec<_> =
            items.iter().filter_map(|item| Some((key_text(&item.key)?, &item.value))).collect();
        for (key, value) in items {
            required.set(key, value, found);
        }
        Some(required)
    }

    fn set(&mut self, key: &str, value: &Expr, found: &mut Diagnostics) {
        match key {
            "version" => match constant(value, found).as_ref().and_then(|value| value.as_str()) {
                Some(text) => self.set_version(text, value.span, found),
                None => found.push(bad_argument(
                    "Invalid version constraint",
                    "Version must be specified as a string.",
                    value.span,
                )),
            },
            "source" => {
                let text = constant(value, found);
                let Some(text) = text.as_ref().and_then(|value| value.as_str()) else {
                    let detail = "Source must be specified as a string.";
                    found.push(bad_argument("Invalid source", detail, value.span));
                    return;
                };
                match ProviderAddr::parse(text) {
                    Some(addr) if is_provider_name(&addr.name) => self.source = addr,
                    _ => {
                        let detail =
                            "The \"source\" attribute must be in the format \"[hostname/][namespace/]name\"";
                        found.push(bad_argument("Invalid provider source string", detail, value.span));
                    }
                }
            }
            "configuration_aliases" => {
                let ExprKind::Tuple(items) = &value.kind else {
                    let detail = "A static list expression is required.";
                    found.push(bad_argument("Invalid expression", detail, value.start_span()));
                    return;
                };
                for item in items.iter() {
                    self.add_alias(item, found);
                }
            }
            _ => found.push(invalid_object(value.span)),
        }
    }

    fn add_alias(&mut self, item: &Expr, found: &mut Diagnostics) {
        let Some(provider) = ProviderRef::decode(item, found) else { return };
        if provider.name.text != self.name.text {
            let detail = format!(
                "Configuration aliases must be prefixed with the provider name. Expected {:?}, but found {:?}.",
                self.name.text, provider.name.text
            );
            found.push(bad_argument("Invalid configuration_aliases value", detail, item.span));
            return;
        }
        self.aliases.extend(provider.alias);
    }

    fn set_version(&mut self, text: &str, span: Span, found: &mut Diagnostics) {
        check_constraint(text, span, found);
        self.version = Some(VersionRequirement { text: text.into(), span });
    }
}

fn key_text(key: &ObjectKey) -> Option<&str> {
    match key {
        ObjectKey::Name(name) => Some(&name.text),
        ObjectKey::Expr(expr) => expr.as_text(),
    }
}

fn invalid_object(span: Span) -> Diagnostic {
    let detail = "required_providers objects can only contain \"version\", \"source\" and \"configuration_aliases\" attributes. To configure a provider, use a \"provider\" block.";
    bad_argument("Invalid required_providers object", detail, span)
}

/// The constraint in `required_version`; what it does not allow is told at the whole argument.
fn required_version(attribute: Option<&Attribute>, found: &mut Diagnostics) -> Option<VersionRequirement> {
    let attribute = attribute?;
    let expr = &attribute.expr;
    let Ok(value) = convert(constant(expr, found)?, &Type::String) else {
        let detail = "A text is required for required_version.";
        found.push(bad_argument("Invalid version constraint", detail, expr.span));
        return None;
    };
    let text = value.as_str()?;
    check_constraint(text, expr.span, found);
    Some(VersionRequirement { text: text.into(), span: attribute.span() })
}

fn check_constraint(text: &str, span: Span, found: &mut Diagnostics) {
    if Constraint::parse(text).is_err() {
        let detail = "This string does not use correct version constraint syntax.";
        found.push(bad_argument("Invalid version constraint", detail, span));
    }
}

fn refuse_experiments(experiments: &Attribute, found: &mut Diagnostics) {
    let keyword = match &experiments.expr.kind {
        ExprKind::Tuple(items) => items.first().map(|item| item.keyword().unwrap_or("")),
        // A single word is told as an experiment, too; anything else is no list of them.
        _ => match experiments.expr.keyword().or_else(|| experiments.expr.as_text()) {
            Some(word) => Some(word),
            None => {
                let detail = "A static list expression is required.";
                found.push(bad_argument("Invalid expression", detail, experiments.expr.start_span()));
                return;
            }
        },
    };
    if let Some(keyword) = keyword {
        let detail = format!(
            "Experimental features of the language come and go, and this engine has none: {:?} cannot be used.",
            keyword
        );
        found.push(bad_argument("Module uses experimental features", detail, experiments.name.span));
    }
}
