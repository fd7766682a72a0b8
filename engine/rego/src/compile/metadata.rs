//! `rego.metadata`: what annotations say about a rule, put in place of the calls.

use super::{Compiler, RuleKey, tree};
use crate::ast::{Annotation, Comprehension, Expr, Kind, Node, Rule, Scope, Term, operator_name};
use crate::error::Code;
use crate::value::Value;
use std::collections::BTreeMap;

/// All annotations, by what they are about.
#[derive(Default)]
pub(crate) struct Annotations {
    rules: BTreeMap<RuleKey, Vec<Annotation>>,
    documents: BTreeMap<Vec<Value>, Annotation>,
    packages: BTreeMap<Vec<Value>, Annotation>,
    subpackages: BTreeMap<Vec<Value>, Annotation>,
}

impl Compiler {
    /// Gathers the annotations of all modules.
    pub(crate) fn gather_annotations(&mut self) -> Annotations {
        let mut out = Annotations::default();
        let mut again = Vec::new();
        for (number, module) in self.modules.iter().enumerate() {
            for annotation in &module.annotations {
                let rule = annotation.rule.and_then(|rule| module.rules.get(rule));
                let place = match annotation.scope {
                    Some(Scope::Rule) => {
                        let key = RuleKey { module: number, rule: annotation.rule.unwrap_or_default() };
                        out.rules.entry(key).or_default().push(annotation.clone());
                        continue;
                    }
                    Some(Scope::Document) => {
                        let path =
                            rule.map(|rule| tree::ground_path(&module.package, rule)).unwrap_or_default();
                        out.documents.insert(path, annotation.clone())
                    }
                    Some(Scope::Subpackages) => {
                        out.subpackages.insert(module.package.clone(), annotation.clone())
                    }
                    Some(Scope::Package) | None => {
                        out.packages.insert(module.package.clone(), annotation.clone())
                    }
                };
                if place.is_some() {
                    let name = annotation.scope.map_or("package", Scope::name);
                    again.push((annotation.at, format!("{name} annotation redeclared")));
                }
            }
        }
        for (at, message) in again {
            self.fail(Code::Type, at, message);
        }
        out
    }

    /// Replaces the calls in all rules.
    pub(crate) fn place_metadata(&mut self, annotations: &Annotations) {
        for module in 0..self.modules.len() {
            let Some(file) = self.modules.get_mut(module) else { continue };
            let package = file.package.clone();
            let mut rules = std::mem::take(&mut file.rules);
            for (number, rule) in rules.iter_mut().enumerate() {
                let key = RuleKey { module, rule: number };
                let path = tree::ground_path(&package, rule);
                let own = annotations.rules.get(&key).cloned().unwrap_or_default();
                annotations.put(rule, &own, &path, &package);
                let mut next = rule.otherwise.as_deref_mut();
                while let Some(branch) = next {
                    annotations.put(branch, &[], &path, &package);
                    next = branch.otherwise.as_deref_mut();
                }
            }
            if let Some(file) = self.modules.get_mut(module) {
                file.rules = rules;
            }
        }
    }
}

impl Annotations {
    fn put(&self, rule: &mut Rule, own: &[Annotation], path: &[Value], package: &[Value]) {
        let said = own.last().map_or_else(|| Value::object(Vec::new()), |last| last.value.clone());
        let mut chain: Vec<Value> = own.iter().rev().map(|one| link(path, Some(&one.value))).collect();
        if chain.is_empty() {
            chain.push(link(path, None));
        }
        chain.extend(self.documents.get(path).map(|one| link(path, Some(&one.value))));
        chain.extend(self.packages.get(package).map(|one| link(package, Some(&one.value))));
        for length in (1..=package.len()).rev() {
            let outer = package.get(..length).unwrap_or_default();
            chain.extend(self.subpackages.get(outer).map(|one| link(outer, Some(&one.value))));
        }
        let placing = Placing { rule: said, chain: Value::array(chain) };
        placing.body(&mut rule.body);
        let head = &mut rule.head;
        let terms =
            head.args.iter_mut().chain(head.path.iter_mut()).chain(&mut head.key).chain(&mut head.value);
        terms.for_each(|term| placing.term(term));
    }

    /// The schemas that hold in a rule, outermost first.
    pub(crate) fn schemas(
        &self,
        key: RuleKey,
        path: &[Value],
        package: &[Value],
    ) -> Vec<(Vec<Value>, Value)> {
        let mut out = Vec::new();
        for length in 1..=package.len() {
            let outer = package.get(..length).unwrap_or_default();
            out.extend(self.subpackages.get(outer).into_iter().flat_map(|one| one.schemas.clone()));
        }
        out.extend(self.packages.get(package).into_iter().flat_map(|one| one.schemas.clone()));
        out.extend(self.documents.get(path).into_iter().flat_map(|one| one.schemas.clone()));
        out.extend(self.rules.get(&key).into_iter().flatten().flat_map(|one| one.schemas.clone()));
        out
    }
}

fn link(path: &[Value], annotations: Option<&Value>) -> Value {
    let path = Value::array(path.get(1..).unwrap_or_default().to_vec());
    let mut pairs = vec![(Value::from("path"), path)];
    pairs.extend(annotations.map(|value| (Value::from("annotations"), value.clone())));
    Value::object(pairs)
}

struct Placing {
    rule: Value,
    chain: Value,
}

impl Placing {
    fn body(&self, body: &mut [Expr]) {
        body.iter_mut().for_each(|expr| self.expr(expr));
    }

    fn expr(&self, expr: &mut Expr) {
        let at = expr.at;
        match &mut expr.kind {
            Kind::Term(term) => self.term(term),
            Kind::Call(terms) => {
                let value = match terms.first().map(operator_name).as_deref() {
                    Some("rego.metadata.rule") => Some(&self.rule),
                    Some("rego.metadata.chain") => Some(&self.chain),
                    _ => None,
                };
                match value {
                    Some(value) => {
                        let value = Term::constant(value.clone(), at);
                        let output = terms.get(1).cloned();
                        expr.kind = match output {
                            Some(output) => Kind::Call([Term::operator("eq", at), output, value].into()),
                            None => Kind::Term(Box::new(value)),
                        };
                    }
                    None => terms.iter_mut().for_each(|term| self.term(term)),
                }
            }
            Kind::Some(terms) => terms.iter_mut().for_each(|term| self.term(term)),
            Kind::Every(every) => {
                self.term(&mut every.domain);
                self.body(&mut every.body);
            }
            Kind::Not { body, .. } => self.body(body),
            Kind::And(sides) | Kind::Or(sides) => {
                self.body(&mut sides.left);
                self.body(&mut sides.right);
            }
        }
        expr.with.iter_mut().for_each(|with| self.term(&mut with.value));
    }

    fn term(&self, term: &mut Term) {
        match &mut term.node {
            Node::Comprehension(inner) => {
                let Comprehension { key, value, body, .. } = &mut **inner;
                key.iter_mut().for_each(|key| self.term(key));
                self.term(value);
                self.body(body);
            }
            _ => super::vars::each_child_mut(term, &mut |child| self.term(child)),
        }
    }
}
