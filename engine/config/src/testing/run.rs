//! `run`

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::Target;
use ordain_diag::{Diagnostics, Sources, Span};
use ordain_lang::ast::{Attribute, Block, Body, Expr, ExprKind, Traversal};

use super::file::single;
use super::overriding::{self, OVERRIDES};
use super::{Command, PlanOptions, Run, RunModule, RunSettings};
use crate::address::target_of;
use crate::blocks::{Argument, Condition, ConditionKind, passed_providers, read_source};
use crate::constants::{bool_of, text_of};
use crate::fields::{Fields, bad_argument, bad_block, named, schema};
use crate::static_forms::as_written;

impl Run {
    pub(super) fn decode(block: &Block, sources: &Sources, found: &mut Diagnostics) -> Option<Run> {
        let name = named(block, "Invalid run block name", found);
        let arguments_known = ["command", "providers", "expect_failures", "state_key", "parallel"];
        let blocks: Vec<(&str, &[&'static str])> = ["plan_options", "assert", "variables", "module"]
            .into_iter()
            .chain(OVERRIDES)
            .map(|name| (name, &[][..]))
            .collect();
        let mut fields = Fields::exact(&block.body, &schema(&[], &arguments_known, &blocks), found);
        let settings = RunSettings {
            command: command(fields.take("command"), found),
            module: single(&fields.blocks, "module", sources, found).and_then(|body| module(body, found)),
            options: single(&fields.blocks, "plan_options", sources, found)
                .map(|body| plan_options(body, found))
                .unwrap_or_default(),
            state_key: text_of(fields.take("state_key").as_ref(), found).map(|(text, _)| text),
            parallel: bool_of(fields.take("parallel").as_ref(), found),
        };
        let variables = single(&fields.blocks, "variables", sources, found);
        let variables = variables.map(|body| arguments(body, found)).unwrap_or_default();
        let providers =
            fields.take("providers").map(|given| passed_providers(&block.body, &given.expr, found));
        let expected = fields.take("expect_failures");
        Some(Run {
            settings,
            variables,
            providers,
            overrides: overriding::decode_all(&fields.blocks, sources, found),
            asserts: Condition::decode_all(ConditionKind::Assert, &fields.blocks, found),
            expect_failures: expected.map(|given| references(&given.expr, found)).unwrap_or_default(),
            header: block.header,
            name: name?,
        })
    }
}

/// Arguments of a `variables` block.
pub(super) fn arguments(body: &Body, found: &mut Diagnostics) -> BTreeMap<Arc<str>, Argument> {
    let attributes = found.take(body.just_attributes());
    let argument = |attribute: Attribute| {
        (attribute.name.text.to_arc(), Argument { name: attribute.name, expr: attribute.expr })
    };
    attributes.into_iter().map(argument).collect()
}

fn command(attribute: Option<Attribute>, found: &mut Diagnostics) -> Command {
    let Some(attribute) = attribute else { return Command::default() };
    match attribute.expr.keyword() {
        Some("plan") => Command::Plan,
        Some("apply") => Command::Apply,
        _ => {
            let detail = "The \"command\" argument requires one of the following keywords without quotes: apply or plan.";
            found.push(bad_argument("Invalid \"command\" keyword", detail, attribute.expr.span));
            Command::default()
        }
    }
}

fn module(body: &Body, found: &mut Diagnostics) -> Option<RunModule> {
    let mut fields = Fields::exact(body, &schema(&[], &["source", "version"], &[]), found);
    let version = text_of(fields.take("version").as_ref(), found);
    let Some(source) = fields.take("source") else {
        let detail =
            "You must specify a source attribute when executing alternate modules during test executions.";
        found.push(bad_block("Missing \"source\" attribute for module block", detail, body.missing_item()));
        return None;
    };
    let (text, span) = text_of(Some(&source), found)?;
    let source = read_source(&text, span, version.is_some(), found)?;
    Some(RunModule { source, version })
}

fn plan_options(body: &Body, found: &mut Diagnostics) -> PlanOptions {
    let mut fields = Fields::exact(body, &schema(&[], &["mode", "refresh", "replace", "target"], &[]), found);
    let mode = fields.take("mode");
    let refresh_only = mode.as_ref().is_some_and(|mode| match mode.expr.keyword() {
        Some("refresh-only") => true,
        Some("normal") => false,
        _ => {
            let detail = "The \"mode\" argument requires one of the following keywords without quotes: normal or refresh-only";
            found.push(bad_argument("Invalid \"mode\" keyword", detail, mode.expr.span));
            false
        }
    });
    let refresh = fields.take("refresh");
    let refreshes = bool_of(refresh.as_ref(), found).unwrap_or(true);
    if let (Some(refresh), true, false) = (&refresh, refresh_only, refreshes) {
        let detail =
            "The \"refresh\" option cannot be set to false when running a test in \"refresh-only\" mode.";
        found.push(bad_argument("Incompatible plan options", detail, refresh.span()));
    }
    PlanOptions {
        refresh_only,
        refresh: refreshes,
        replace: targets(fields.take("replace"), found),
        targets: targets(fields.take("target"), found),
    }
}

fn targets(attribute: Option<Attribute>, found: &mut Diagnostics) -> Vec<Target> {
    let given = attribute.map(|attribute| references(&attribute.expr, found)).unwrap_or_default();
    let read = |(traversal, _): (Traversal, Span)| match target_of(&traversal, false) {
        Ok(target) => Some(target),
        Err(problem) => {
            found.push(*problem);
            None
        }
    };
    given.into_iter().filter_map(read).collect()
}

/// The references that a list is made of.
pub(super) fn references(expr: &Expr, found: &mut Diagnostics) -> Vec<(Traversal, Span)> {
    let ExprKind::Tuple(items) = &expr.unwrapped().kind else {
        let detail = "A static list expression is required.";
        found.push(bad_argument("Invalid expression", detail, expr.span));
        return Vec::new();
    };
    items.iter().filter_map(|item| Some((reference(item, found)?, item.span))).collect()
}

/// The one reference that an expression is.
pub(super) fn reference(expr: &Expr, found: &mut Diagnostics) -> Option<Traversal> {
    match as_written(expr, found).kind {
        ExprKind::Traversal(traversal) => Some(traversal),
        _ => {
            let detail = "A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.";
            found.push(bad_argument("Invalid expression", detail, expr.span));
            None
        }
    }
}
