//! `terraform`, with `required_providers`, `backend`, `cloud` and `provider_meta`

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::ProviderAddr;
use ordain_diag::{Diagnostic, Diagnostics, Span};
use ordain_lang::ast::{Attribute, Block, Body, Expr, ExprKind, Ident, ObjectKey, TraversalStep};
use ordain_value::{Type, Value, convert};

use super::provider::{bad_local_name, is_provider_name};
use crate::Constraint;
use crate::constants::constant;
use crate::early::EarlyScope;
use crate::fields::{Fields, bad_argument, duplicate, schema};
use crate::module::implied_provider;
use crate::static_forms::address_in;

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
    /// Where its value stands.
    pub span: Span,
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
    /// The block that says them.
    pub(crate) required_block: Option<Span>,
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
            // Of the two it is the backend that is told.
            let at_earlier = &*kind.text == "cloud" && &*earlier.kind.text != "cloud";
            found.push(duplicate(summary, detail, if at_earlier { earlier.header } else { block.header }));
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

    /// Reads `required_providers`. Where anything in it is wrong, none of its entries count.
    fn add_required(&mut self, block: &Block, found: &mut Diagnostics) {
        let mut entries = BTreeMap::new();
        let before = found.error_count();
        let attributes = found.take(block.body.just_attributes());
        let readable = found.error_count() == before;
        let mut broken = false;
        for attribute in attributes {
            let before = found.error_count();
            let is_version = !matches!(attribute.expr.kind, ExprKind::Object(_));
            match RequiredProvider::decode(&block.body, attribute, found) {
                // A text that is no version still names the provider.
                Some(required) if is_version || found.error_count() == before => {
                    entries.insert(required.name.text.to_arc(), required);
                }
                _ => broken = true,
            }
        }
        if !readable {
            return;
        }
        if self.required_block.is_some() {
            let detail = "A module may have only one required providers configuration.";
            found.push(duplicate("Duplicate required providers configuration", detail, block.header));
            return;
        }
        self.required_block = Some(block.header);
        self.required_providers = if broken { BTreeMap::new() } else { entries };
    }
}

impl RequiredProvider {
    fn decode(body: &Body, attribute: Attribute, found: &mut Diagnostics) -> Option<RequiredProvider> {
        let span = attribute.expr.span;
        let name = attribute.name;
        let fits = is_provider_name(&name.text);
        // A text alone is a version, of a provider whose name may have capitals.
        let version = match attribute.expr.kind {
            ExprKind::Object(_) => None,
            _ => quiet_text(&attribute.expr),
        };
        let small = name.text.to_lowercase();
        if version.is_none() && (!fits || *name.text != *small) {
            let about = bad_local_name(&name.text, span);
            let capitals =
                format!("Names of providers have no capitals: write {small:?} in place of {:?}.", name.text);
            found.push(if fits { Diagnostic { detail: capitals, ..about } } else { about });
            return None;
        }
        if let Some(version) = version.as_ref().filter(|_| !fits) {
            let about = bad_local_name(&name.text, span);
            found.push(Diagnostic { summary: "Invalid provider name".to_owned(), ..about });
            check_constraint(version, span, found);
            return None;
        }
        let source = implied_provider(&name.text);
        let mut required = RequiredProvider { name, source, version: None, aliases: Vec::new(), span };
        let ExprKind::Object(items) = &attribute.expr.kind else {
            match version {
                Some(text) => required.set_version(&text, attribute.expr.span, found),
                None => {
                    let detail = "An entry of required_providers is a text or an object.";
                    found.push(bad_argument(
                        "Invalid required_providers object",
                        detail,
                        attribute.expr.span,
                    ));
                    return None;
                }
            }
            return Some(required);
        };
        for item in items.iter() {
            match key_text(&item.key).filter(|key| KEYS.contains(key)) {
                Some(key) => required.set(body, key, &item.value, found),
                None => {
                    found.push(invalid_object(item.key.span()));
                    break;
                }
            }
        }
        Some(required)
    }

    fn set(&mut self, body: &Body, key: &str, value: &Expr, found: &mut Diagnostics) {
        match key {
            "version" => match quiet(value).as_ref().and_then(|value| value.as_str()) {
                Some(text) => self.set_version(text, value.span, found),
                None => found.push(bad_argument(
                    "Invalid version constraint",
                    "Version must be specified as a string.",
                    value.span,
                )),
            },
            "source" => {
                let text = quiet(value);
                let Some(text) = text.as_ref().and_then(|value| value.as_str()) else {
                    let detail = "Source must be specified as a string.";
                    found.push(bad_argument("Invalid source", detail, value.span));
                    return;
                };
                match read_source(text) {
                    Ok(addr) => self.source = addr,
                    Err((summary, detail)) => found.push(bad_argument(summary, detail, value.span)),
                }
            }
            _ => {
                let ExprKind::Tuple(items) = &value.kind else {
                    let detail = "A static list expression is required.";
                    found.push(bad_argument("Invalid expression", detail, value.start_span()));
                    return;
                };
                for item in items.iter() {
                    self.add_alias(body, item, value.span, found);
                }
            }
        }
    }

    fn add_alias(&mut self, body: &Body, item: &Expr, list: Span, found: &mut Diagnostics) {
        let Some(alias) = address_in(body, item, found) else { return };
        let wrong = match (alias.root(), alias.steps()) {
            (root, _) if root.text != self.name.text => format!(
                "Configuration aliases must be prefixed with the provider name. Expected {:?}, but found {:?}.",
                self.name.text, root.text
            ),
            (_, []) => return,
            // What follows the alias means nothing, and is not refused.
            (_, [TraversalStep::Attr(alias), ..]) => return self.aliases.push(alias.clone()),
            _ => "An alias is written as provider.alias.".to_owned(),
        };
        found.push(bad_argument("Invalid configuration_aliases value", wrong, list));
    }

    fn set_version(&mut self, text: &str, span: Span, found: &mut Diagnostics) {
        check_constraint(text, span, found);
        self.version = Some(VersionRequirement { text: text.into(), span });
    }
}

/// What an entry of `required_providers` may say.
const KEYS: [&str; 3] = ["version", "source", "configuration_aliases"];

/// Value of a constant. What is wrong with it is told by the caller in its own words.
fn quiet(expr: &Expr) -> Option<Value> {
    constant(expr, &mut Diagnostics::new())
}

fn quiet_text(expr: &Expr) -> Option<String> {
    convert(quiet(expr)?, &Type::String).ok()?.as_str().map(str::to_owned)
}

/// The address that a `source` is, or what is wrong with it.
fn read_source(text: &str) -> Result<ProviderAddr, (&'static str, String)> {
    let form = || {
        let detail = "The \"source\" attribute must be in the format \"[hostname/][namespace/]name\"";
        ("Invalid provider source string", detail.to_owned())
    };
    let parts: Vec<&str> = text.split('/').collect();
    let (host, namespace, name) = match *parts {
        [name] => (None, None, name),
        [namespace, name] => (None, Some(namespace), name),
        [host, namespace, name] => (Some(host), Some(namespace), name),
        _ => return Err(form()),
    };
    if parts.contains(&"") {
        return Err(form());
    }
    let rule = "Letters, digits and single dashes between them may stand there.";
    if !is_address_part(name) {
        return Err((
            "Invalid provider type",
            format!("{name:?} in {text:?} is no name of a provider. {rule}"),
        ));
    }
    if let Some(namespace) = namespace.filter(|namespace| *namespace != "-" && !is_address_part(namespace)) {
        let detail = format!("{namespace:?} in {text:?} is no namespace of providers. {rule}");
        return Err(("Invalid provider namespace", detail));
    }
    if let Some(host) = host.filter(|host| !is_host(host)) {
        return Err((
            "Invalid provider source hostname",
            format!("{host:?} in {text:?} is no name of a host."),
        ));
    }
    if namespace.is_some()
        && let Some(rest) =
            ["terraform-provider-", "terraform-"].iter().find_map(|ahead| name.strip_prefix(ahead))
    {
        let detail = format!(
            "The source of a provider leaves out the prefix of its repository: write {rest:?} in place of {name:?}."
        );
        return Err(("Invalid provider type", detail));
    }
    ProviderAddr::parse(text).ok_or_else(form)
}

fn is_address_part(text: &str) -> bool {
    is_provider_name(text) && !text.contains("--")
}

fn is_host(text: &str) -> bool {
    let name = text.split_once(':').map_or(text, |(name, _)| name);
    name.split('.').all(|label| {
        !label.is_empty() && label.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || c == '-')
    })
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
    let (text, _) = constraint_of(attribute, "required_version", found)?;
    Some(VersionRequirement { text, span: attribute?.span() })
}

/// The constraint in an argument, and where it is written; what is none is told, and `None` only where it is no text.
pub(crate) fn constraint_of(
    attribute: Option<&Attribute>,
    name: &str,
    found: &mut Diagnostics,
) -> Option<(Arc<str>, Span)> {
    let expr = &attribute?.expr;
    let Ok(value) = convert(constant(expr, found)?, &Type::String) else {
        let detail = format!("A text is required for {name}.");
        found.push(bad_argument("Invalid version constraint", detail, expr.span));
        return None;
    };
    let text = value.as_str()?;
    check_constraint(text, expr.span, found);
    Some((text.into(), expr.span))
}

fn check_constraint(text: &str, span: Span, found: &mut Diagnostics) {
    if text.is_empty() || Constraint::parse(text).is_err() {
        let detail = "This string does not use correct version constraint syntax.";
        found.push(bad_argument("Invalid version constraint", detail, span));
    }
}

fn refuse_experiments(experiments: &Attribute, found: &mut Diagnostics) {
    let keyword = match &experiments.expr.kind {
        ExprKind::Tuple(items) => items.first().map(|item| item.keyword().unwrap_or("")).or(Some("")),
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
