//! `expect_failures`: which findings of conditions a run wants, and which of them came.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_addr::{Key, Resource};
use ordain_config::blocks::Condition;
use ordain_config::testing::Run;
use ordain_config::{ModuleTree, Reference, Subject, key_of};
use ordain_diag::{Diagnostic, Diagnostics, FileId, Severity, Span, codes};
use ordain_lang::ast::{Traversal, TraversalStep};

use super::names::error;

/// Something in the root module that carries conditions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Checkable {
    Variable(Arc<str>),
    Output(Arc<str>),
    Check(Arc<str>),
    Resource(Resource),
}

/// What a run expects to fail.
#[derive(Default)]
pub(super) struct Expected {
    wanted: Vec<(Checkable, Option<Key>, String, Span)>,
    came: BTreeSet<usize>,
    header: Option<Span>,
}

impl Expected {
    /// Reads what a run expects; what carries no conditions is reported.
    pub(super) fn read(run: &Run) -> (Expected, Diagnostics) {
        let mut found = Diagnostics::new();
        let mut expected = Expected { header: Some(run.header), ..Expected::default() };
        for (traversal, span) in &run.expect_failures {
            match checkable(traversal) {
                Some((object, key)) => {
                    let text = match &key {
                        Some(key) => format!("{}{key}", object.text()),
                        None => object.text(),
                    };
                    expected.wanted.push((object, key, text, *span));
                }
                None => {
                    let detail = format!(
                        "You cannot expect failures from {}. You can only expect failures from checkable objects such as input variables, output values, check blocks, managed resources and data sources.",
                        text(traversal)
                    );
                    let problem = error("Invalid `expect_failures` reference", detail, *span);
                    found.push(problem.with_context(run.header));
                }
            }
        }
        (expected, found)
    }

    /// Takes out what was expected, and notes that it came. Other findings of check blocks become errors: a
    /// test has nobody who would read a warning.
    pub(super) fn sift(&mut self, found: Diagnostics, owners: &Owners) -> Diagnostics {
        let mut kept = Diagnostics::new();
        for mut finding in found {
            let Some(owner) = owners.of(&finding) else {
                kept.push(finding);
                continue;
            };
            let hits = self.hits(owner, &finding);
            if !hits.is_empty() {
                self.came.extend(hits);
                continue;
            }
            if matches!(owner, Checkable::Check(_)) {
                finding.severity = Severity::Error;
            }
            kept.push(finding);
        }
        kept
    }

    /// Says of what was expected that it kept the apply from being tried.
    pub(super) fn too_early(&self, found: &Diagnostics, owners: &Owners) -> Diagnostics {
        let mut warnings = Diagnostics::new();
        for finding in found.iter().filter(|finding| finding.is_error()) {
            let Some(owner) = owners.of(finding) else { continue };
            for hit in self.hits(owner, finding) {
                let Some((_, _, text, span)) = self.wanted.get(hit) else { continue };
                let detail = format!(
                    "A custom condition within {text} failed during the planning stage and prevented the requested apply operation. While this was an expected failure, the apply operation could not be executed and so the overall test case will be marked as a failure and the original diagnostic included in the test report."
                );
                let code = codes::eval::CHECK_FAILED;
                let warning = Diagnostic::warning(code, "Expected failure while planning", detail);
                warnings.push(self.placed(warning, *span));
            }
        }
        warnings
    }

    /// What was expected and did not come.
    pub(super) fn missing(&self) -> Diagnostics {
        let came = |text: &str| {
            self.wanted.iter().enumerate().any(|(at, (_, _, of, _))| of == text && self.came.contains(&at))
        };
        let mut told: BTreeSet<&str> = BTreeSet::new();
        let missing = self.wanted.iter().filter(|(_, _, text, _)| !came(text) && told.insert(text));
        missing
            .map(|(_, _, text, span)| {
                let detail =
                    format!("The checkable object, {text}, was expected to report an error but did not.");
                let code = codes::eval::CHECK_FAILED;
                self.placed(Diagnostic::error(code, "Missing expected failure", detail), *span)
            })
            .collect()
    }

    fn placed(&self, finding: Diagnostic, span: Span) -> Diagnostic {
        match self.header {
            Some(header) => finding.with_span(span).with_context(header),
            None => finding.with_span(span),
        }
    }

    fn hits(&self, owner: &Checkable, finding: &Diagnostic) -> Vec<usize> {
        let wanted = self.wanted.iter().enumerate().filter(|(_, (object, key, text, _))| {
            // An instance is told by the address of the finding.
            object == owner && (key.is_none() || finding.address.as_deref() == Some(text))
        });
        wanted.map(|(at, _)| at).collect()
    }
}

impl Checkable {
    fn text(&self) -> String {
        match self {
            Checkable::Variable(name) => format!("var.{name}"),
            Checkable::Output(name) => format!("output.{name}"),
            Checkable::Check(name) => format!("check.{name}"),
            Checkable::Resource(resource) => resource.to_string(),
        }
    }
}

fn checkable(traversal: &Traversal) -> Option<(Checkable, Option<Key>)> {
    let name = match traversal.steps().first() {
        Some(TraversalStep::Attr(name)) => Some(name.text.to_arc()),
        _ => None,
    };
    match &*traversal.root().text {
        "output" => Some((Checkable::Output(name?), None)),
        "check" => Some((Checkable::Check(name?), None)),
        _ => match Reference::parse(traversal).ok()?.subject {
            Subject::Variable(name) => Some((Checkable::Variable(name.into()), None)),
            Subject::Resource(resource, key) => Some((Checkable::Resource(resource.to_resource()), key)),
            _ => None,
        },
    }
}

/// A reference as written, without what follows the name.
fn text(traversal: &Traversal) -> String {
    let mut out = traversal.root().text.to_string();
    for step in traversal.steps() {
        match step {
            TraversalStep::Attr(name) => out.push_str(&format!(".{}", name.text)),
            TraversalStep::Index(step) => {
                let key = &step.key;
                out.push_str(&key_of(key).map(|key| key.to_string()).unwrap_or_default());
            }
        }
    }
    out
}

/// Which object of the root module each condition belongs to, by where it stands.
pub(super) struct Owners {
    by_place: BTreeMap<(FileId, u32), Checkable>,
    /// Data sources of check blocks, by address.
    scoped: BTreeMap<String, Checkable>,
}

impl Owners {
    pub(super) fn of_tree(tree: &ModuleTree) -> Owners {
        let root = &tree.root;
        let mut owners = Owners { by_place: BTreeMap::new(), scoped: BTreeMap::new() };
        for (name, variable) in &root.variables {
            owners.add(&variable.validations, &Checkable::Variable(name.clone()));
        }
        for (name, output) in &root.outputs {
            owners.add(&output.preconditions, &Checkable::Output(name.clone()));
        }
        for (name, check) in &root.checks {
            owners.add(&check.asserts, &Checkable::Check(name.clone()));
        }
        for (resource, block) in &root.resources {
            let owner = Checkable::Resource(resource.clone());
            owners.add(&block.lifecycle.preconditions, &owner);
            owners.add(&block.lifecycle.postconditions, &owner);
            if let Some(check) = &block.check {
                owners.scoped.insert(resource.to_string(), Checkable::Check(check.clone()));
            }
        }
        owners
    }

    fn add(&mut self, conditions: &[Condition], owner: &Checkable) {
        for condition in conditions {
            for span in [condition.condition.span, condition.header] {
                self.by_place.insert((span.file, span.start), owner.clone());
            }
        }
    }

    fn of(&self, finding: &Diagnostic) -> Option<&Checkable> {
        let by_address = finding.address.as_ref().and_then(|address| self.scoped.get(address));
        by_address.or_else(|| {
            // A refused value is told where it was given; the rule is the other place then.
            let rule = finding.related.as_ref().map(|related| related.span);
            let span = rule.or(finding.span).filter(|_| finding.code == codes::eval::CHECK_FAILED)?;
            self.by_place.get(&(span.file, span.start))
        })
    }

    /// Findings without those of check blocks, which are evaluated again while applying.
    pub(super) fn without_checks(&self, found: Diagnostics) -> Diagnostics {
        found.into_iter().filter(|finding| !matches!(self.of(finding), Some(Checkable::Check(_)))).collect()
    }
}
