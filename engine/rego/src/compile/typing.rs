//! Types of all rules, each after those that it needs.

use super::metadata::Annotations;
use super::types::{Checker, Ty, Types, of_schema};
use super::{Compiler, RuleKey, tree};
use crate::ast::{Expr, Rule, Span};
use crate::error::Code;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Compiler {
    /// Checks the types of a rule, and notes what type it gives.
    pub(super) fn check_types(
        &self,
        key: RuleKey,
        rule: &Rule,
        annotations: &Annotations,
        types: &mut Arc<Types>,
        faults: &mut Vec<(Span, String)>,
    ) {
        let Some(module) = self.modules.get(key.module) else { return };
        let path = tree::ground_path(&module.package, rule);
        let said = annotations.schemas(key, &path, &module.package);
        for branch in rule.branches() {
            let (input, known) = schemas(types, &said);
            let mut checker = Checker::new(known, input, &self.rewritten);
            let of = checker.rule(branch);
            faults.append(&mut checker.faults);
            drop(checker);
            if let Some(of) = of {
                Arc::make_mut(types).insert(path.get(1..).unwrap_or_default(), &of);
            }
        }
    }

    /// Checks the types of a query's body.
    pub(crate) fn check_query_types(&mut self, body: &[Expr]) {
        let mut checker = Checker::new(self.types.clone(), Ty::any(), &self.rewritten);
        checker.body(body);
        let faults = checker.faults;
        for (at, message) in faults {
            self.fail(Code::Type, at, message);
        }
    }
}

/// The type of `input`, and the types of rules with those that schemas give to documents.
fn schemas(types: &Arc<Types>, schemas: &[(Vec<Value>, Value)]) -> (Ty, Arc<Types>) {
    let schemas: Vec<&(Vec<Value>, Value)> =
        schemas.iter().filter(|(_, schema)| schema.as_object().is_some()).collect();
    if schemas.is_empty() {
        return (Ty::any(), types.clone());
    }
    let mut input = Types::default();
    let mut known = Types::clone(types);
    for (path, schema) in &schemas {
        let of = of_schema(schema);
        let rest = path.get(1..).unwrap_or_default();
        match path.first().and_then(Value::as_str) {
            Some("input") => input.put(rest, of),
            _ => known.put(rest, of),
        }
    }
    let said = schemas.iter().any(|(path, _)| path.first().and_then(Value::as_str) == Some("input"));
    (if said { input.extent() } else { Ty::any() }, Arc::new(known))
}

/// Rules in an order in which each stands after those that it needs.
pub(super) fn sorted(needs: &BTreeMap<RuleKey, BTreeSet<RuleKey>>) -> Vec<RuleKey> {
    let mut out = Vec::with_capacity(needs.len());
    let mut seen = BTreeSet::new();
    for start in needs.keys() {
        let mut work = vec![(*start, false)];
        while let Some((key, done)) = work.pop() {
            if done {
                out.push(key);
                continue;
            }
            if !seen.insert(key) {
                continue;
            }
            work.push((key, true));
            work.extend(
                needs
                    .get(&key)
                    .into_iter()
                    .flatten()
                    .filter(|need| !seen.contains(need))
                    .map(|need| (*need, false)),
            );
        }
    }
    out
}
