//! `lifecycle`

use ordain_addr::{Mode, Resource};
use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Attribute, Block, Body, Expr, ExprKind, Traversal};
use ordain_lang::refs::references;

use super::{Condition, ConditionKind};
use crate::constants::bool_of;
use crate::fields::{Fields, bad_argument, schema};
use crate::static_forms::{as_traversal, static_text};
use crate::{Reference, Subject};

/// `ignore_changes`
#[derive(Clone, Debug, Default)]
pub enum IgnoreChanges {
    /// Nothing is ignored.
    #[default]
    Nothing,
    /// `all`
    All,
    /// Paths from the object: root name and constant steps.
    Paths(Vec<Traversal>),
}

/// The `lifecycle` block of a resource.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// `create_before_destroy`; `None` when not written.
    pub create_before_destroy: Option<bool>,
    /// `prevent_destroy`
    pub prevent_destroy: bool,
    /// `ignore_changes`
    pub ignore_changes: IgnoreChanges,
    /// `replace_triggered_by`
    pub replace_triggered_by: Vec<Expr>,
    /// `precondition` blocks.
    pub preconditions: Vec<Condition>,
    /// `postcondition` blocks.
    pub postconditions: Vec<Condition>,
    /// `enabled`, until the resource takes it.
    pub(crate) enabled: Option<Attribute>,
    /// The block's type, when there is one.
    pub header: Option<Span>,
}

const ARGUMENTS: [&str; 4] =
    ["create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by"];

impl Lifecycle {
    /// Reads the `lifecycle` block of a resource.
    pub(crate) fn decode(resource: &Resource, block: &Block, found: &mut Diagnostics) -> Lifecycle {
        let blocks: [(&str, &[&'static str]); 2] = [("precondition", &[]), ("postcondition", &[])];
        let arguments: Vec<&str> = ARGUMENTS.into_iter().chain(["enabled"]).collect();
        let mut fields = Fields::exact(&block.body, &schema(&[], &arguments, &blocks), found);
        if resource.mode != Mode::Managed {
            refuse_managed_only(resource.mode, &mut fields, found);
        }
        let preconditions = Condition::decode_all(ConditionKind::Precondition, &fields.blocks, found);
        let postconditions = Condition::decode_all(ConditionKind::Postcondition, &fields.blocks, found);
        for condition in preconditions.iter().chain(&postconditions) {
            condition.refuse_self_reference(resource, found);
        }
        Lifecycle {
            create_before_destroy: bool_of(fields.take("create_before_destroy").as_ref(), found),
            prevent_destroy: bool_of(fields.take("prevent_destroy").as_ref(), found).unwrap_or(false),
            ignore_changes: ignore_changes(&block.body, fields.take("ignore_changes"), found),
            replace_triggered_by: triggers(&block.body, fields.take("replace_triggered_by"), found),
            preconditions,
            postconditions,
            enabled: fields.take("enabled"),
            header: Some(block.header),
        }
    }
}

impl Condition {
    /// A condition of a resource may name the object itself only as `self`.
    fn refuse_self_reference(&self, resource: &Resource, found: &mut Diagnostics) {
        for traversal in references(&self.condition).into_iter().chain(references(&self.error_message)) {
            let Ok(reference) = Reference::parse(&traversal) else { continue };
            if matches!(&reference.subject, Subject::Resource(named, _) if named == resource) {
                let summary = format!("Invalid reference in {}", self.kind.word());
                let detail = format!("Configuration for {resource} may not refer to itself.");
                found.push(bad_argument(summary, detail, traversal.span()));
            }
        }
    }
}

fn refuse_managed_only(mode: Mode, fields: &mut Fields, found: &mut Diagnostics) {
    for name in ARGUMENTS {
        let Some(attribute) = fields.take(name) else { continue };
        let word = mode.word();
        let detail = format!(
            "The lifecycle argument \"{name}\" is defined only for managed resources (\"resource\" blocks), and is not valid for {word} resources."
        );
        found.push(bad_argument(
            format!("Invalid {word} resource lifecycle argument"),
            detail,
            attribute.name.span,
        ));
    }
}

fn ignore_changes(body: &Body, attribute: Option<Attribute>, found: &mut Diagnostics) -> IgnoreChanges {
    let Some(attribute) = attribute else { return IgnoreChanges::Nothing };
    if attribute.expr.keyword() == Some("all") {
        return IgnoreChanges::All;
    }
    let ExprKind::Tuple(items) = &attribute.expr.kind else {
        let detail = "A list of attribute names, or the word all, is required here.";
        found.push(bad_argument("Invalid expression", detail, attribute.expr.start_span()));
        return IgnoreChanges::Nothing;
    };
    if items.iter().any(|item| item.as_text() == Some("*")) {
        let detail = "The [\"*\"] form of ignore_changes wildcard is was deprecated and is now invalid. Use \"ignore_changes = all\" to ignore changes to all attributes.";
        found.push(bad_argument("Invalid ignore_changes wildcard", detail, attribute.expr.span));
        return IgnoreChanges::All;
    }
    let path = |item: &Expr, found: &mut Diagnostics| {
        let traversal = as_traversal(body, item, found);
        if traversal.is_none() {
            let detail = "A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.";
            found.push(bad_argument("Invalid expression", detail, item.span));
        }
        traversal
    };
    IgnoreChanges::Paths(items.iter().filter_map(|item| path(item, found)).collect())
}

fn triggers(body: &Body, attribute: Option<Attribute>, found: &mut Diagnostics) -> Vec<Expr> {
    let Some(attribute) = attribute else { return Vec::new() };
    let ExprKind::Tuple(items) = &attribute.expr.kind else {
        let detail = "A static list expression is required.";
        found.push(bad_argument("Invalid expression", detail, attribute.expr.start_span()));
        return Vec::new();
    };
    let items: Vec<Expr> = items.iter().filter_map(|item| static_text(body, item, found)).collect();
    // As Terraform does, only the first bad one is reported.
    items.into_iter().take_while(|item| trigger_is_good(item, found)).collect()
}

/// Whether an element of `replace_triggered_by` names one resource and nothing else but its key.
fn trigger_is_good(item: &Expr, found: &mut Diagnostics) -> bool {
    let mut resources = 0;
    let before = found.error_count();
    for traversal in references(item) {
        match Reference::parse(&traversal).map(|reference| reference.subject) {
            Ok(Subject::Resource(..)) => resources += 1,
            Ok(Subject::CountIndex | Subject::EachKey) => {}
            Ok(_) => {
                let summary = "Invalid reference in replace_triggered_by expression";
                let detail = "Only resources, count.index, and each.key may be used in replace_triggered_by.";
                found.push(bad_argument(summary, detail, item.span));
            }
            Err(error) => found.push(*error),
        }
    }
    let detail = match resources {
        0 => "Missing resource reference in replace_triggered_by expression.",
        1 => return found.error_count() == before,
        _ => "Multiple resource references in replace_triggered_by expression.",
    };
    found.push(bad_argument("Invalid replace_triggered_by expression", detail, item.span));
    false
}
