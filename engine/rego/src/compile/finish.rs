//! The last stages, rule by rule: types, then operations. A rule's tree goes when its operations are there, so that no
//! moment has both of all rules.

use super::lower::{Frame, Lowering};
use super::metadata::Annotations;
use super::shared::Shared;
use super::types::Types;
use super::written::Written;
use super::{Compiler, RuleKey, cases, tree, typing};
use crate::ast::{Head, List, Rule};
use crate::error::{Code, Error};
use crate::ir;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Compiler {
    /// Types of all rules, each after those that it needs, and their operations.
    pub(super) fn finish(&mut self, annotations: &Annotations) -> Result<ir::Program, Vec<Error>> {
        let deprecated = self.deprecated();
        let order = typing::sorted(&self.needs());
        let begins = self.names_begin();
        let mut types = Arc::new(Types::default());
        let mut faults = Vec::new();
        let mut made = BTreeMap::new();
        for key in order {
            let Some(mut rule) = self.taken_out(key) else { continue };
            let begin = begins.get(key.module).and_then(|begins| begins.get(key.rule));
            self.generated = begin.copied().unwrap_or(self.generated);
            self.hoist_rule(&mut rule);
            self.check_types(key, &rule, annotations, &mut types, &mut faults);
            if faults.is_empty() && deprecated.is_empty() {
                made.insert(key, Arc::new(self.lower_rule(rule)));
            }
        }
        self.types = types;
        for faults in [faults, deprecated].into_iter().filter(|faults| !faults.is_empty()) {
            self.errors.clear();
            faults.into_iter().for_each(|(at, message)| self.fail(Code::Type, at, message));
            self.settled()?;
        }
        self.settled()?;
        self.rewritten = Written::default();
        self.shared = Shared::default();
        // Queries ask for places, numbers of operands and types only.
        self.modules.iter_mut().for_each(|module| module.rules = Vec::new());
        let here = |place: &tree::Place| place.rules.iter().filter_map(|key| made.remove(key)).collect();
        let rules = self.tree.places.iter().map(here).collect();
        Ok(ir::Program { tree: self.tree.clone(), rules })
    }

    /// At which number the names begin that a rule's references get, by module and rule: rules get them in this order.
    fn names_begin(&mut self) -> Vec<Vec<usize>> {
        let counts: Vec<usize> = self.modules.iter().map(|module| module.rules.len()).collect();
        let mut out = Vec::with_capacity(counts.len());
        for (module, count) in counts.into_iter().enumerate() {
            let mut begins = Vec::with_capacity(count);
            for rule in 0..count {
                begins.push(self.generated);
                if let Some(mut rule) = self.rule(RuleKey { module, rule }).cloned() {
                    self.hoist_rule(&mut rule);
                }
            }
            out.push(begins);
        }
        out
    }

    /// Gives names to what stands in operands.
    fn hoist_rule(&mut self, rule: &mut Rule) {
        let mut next = Some(rule);
        while let Some(rule) = next {
            rule.body = self.hoist_body(std::mem::take(&mut rule.body));
            if self.options.test_names {
                cases::note_cases(rule);
            }
            next = rule.otherwise.as_deref_mut();
        }
    }

    /// The rule, which leaves an empty one: others know of it by its place and its number of operands.
    fn taken_out(&mut self, key: RuleKey) -> Option<Rule> {
        let rule = self.modules.get_mut(key.module)?.rules.get_mut(key.rule)?;
        let (path, args) = (List::new(), List::new());
        let head =
            Head { path, args, key: None, value: None, assigned: false, implied: false, at: rule.head.at };
        let (default, at) = (rule.default, rule.at);
        let left = Rule {
            head,
            body: Vec::new(),
            otherwise: None,
            default,
            bodiless: true,
            has_if: false,
            has_contains: false,
            at,
        };
        Some(std::mem::replace(rule, left))
    }

    fn lower_rule(&mut self, rule: Rule) -> ir::Rule {
        let default = rule.default;
        let mut branches = Vec::with_capacity(rule.branches().count());
        let mut next = Some(rule);
        while let Some(mut branch) = next {
            next = branch.otherwise.take().map(|otherwise| *otherwise);
            let mut lowering = Lowering { compiler: self, frame: Frame::default() };
            branches.push(lowering.branch(&branch));
        }
        ir::Rule { branches: branches.into(), default }
    }
}
