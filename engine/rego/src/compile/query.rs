//! Queries: a body whose expressions' values and variables are the answer.

use super::lower::{Frame, Lowering};
use super::resolve::{Globals, Resolver};
use super::{Compiler, locals, safety, vars};
use crate::ast::{Expr, Kind, List, Name, Node, Term, is_generated};
use crate::error::Error;
use crate::ir::{Block, Slot};
use std::collections::BTreeSet;
use vars::{Names, Skip};

/// A compiled query.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) body: Block,
    pub(crate) slots: usize,
    /// Per expression: where its value is; `None` for those that only hold.
    pub(crate) values: Vec<Option<Slot>>,
    /// Variables that the user wrote.
    pub(crate) bindings: Vec<(Name, Slot)>,
}

impl Compiler {
    /// Compiles a query against the modules.
    pub(crate) fn query(&mut self, body: Vec<Expr>) -> Result<Query, Vec<Error>> {
        // A query may assign what nothing uses, whatever modules may not.
        let strict = std::mem::take(&mut self.options.strict);
        let compiled = self.query_as_written(body);
        self.options.strict = strict;
        compiled
    }

    fn query_as_written(&mut self, body: Vec<Expr>) -> Result<Query, Vec<Error>> {
        let mut body = body;
        let mut globals = Globals::new();
        let mut resolver = Resolver { globals: &mut globals, hidden: Vec::new() };
        resolver.body(&mut body);
        let mut scopes = locals::Scopes::new();
        self.errors_before = self.errors.len();
        body = self.rename_body(body, &mut scopes, &Names::new());
        self.settled()?;
        self.texts_in_body(&mut body, &Names::new());
        self.settled()?;
        let captures = self.capture(&mut body);
        body = self.expand_body(body);
        for expr in &body {
            for with in &expr.with {
                if let Err((code, message)) = self.allowed(&with.target) {
                    self.fail(code, with.at, message);
                }
            }
        }
        self.settled()?;
        self.check_functions(&body);
        self.settled()?;
        let mut lacking = BTreeSet::new();
        safety::reorder(&mut body, &self.arity, &Names::new(), &mut lacking);
        self.report_lacking(lacking);
        self.settled()?;
        body = self.hoist_body(body);
        self.check_called(&body);
        self.settled()?;
        self.check_query_types(&body);
        self.settled()?;
        let written = vars::of_body(&body, Skip::CLOSURES);
        let mut lowering = Lowering { compiler: self, frame: Frame::default() };
        let block = lowering.block(&body);
        let frame = std::mem::take(&mut lowering.frame);
        self.settled()?;
        let values = captures.iter().map(|name| frame.find(name.as_ref()?)).collect();
        let bindings = written
            .iter()
            .filter_map(|name| {
                let shown = self.rewritten.get(name).unwrap_or(name);
                let slot = frame.find(name)?;
                (!is_generated(shown)).then(|| (shown.clone(), slot))
            })
            .collect();
        Ok(Query { body: block, slots: frame.count(), values, bindings })
    }

    /// Keeps the value of each expression that has one. With one expression that tries nothing, `false` is an
    /// answer; otherwise it is a failure.
    fn capture(&mut self, body: &mut Vec<Expr>) -> Vec<Option<Name>> {
        let checked = body.len() > 1 || body.iter().any(tries);
        let mut captures = Vec::new();
        let mut out = Vec::new();
        for mut expr in std::mem::take(body) {
            let name = if expr.negated || expr.is_equality() { None } else { self.capture_one(&mut expr) };
            let at = expr.at;
            out.push(expr);
            if let (Some(name), true) = (&name, checked) {
                let mut test = Expr::new(Kind::Term(Box::new(Term::var(name.clone(), at))), at);
                test.generated = true;
                out.push(test);
            }
            captures.push(name);
        }
        *body = out;
        captures
    }

    fn capture_one(&mut self, expr: &mut Expr) -> Option<Name> {
        let at = expr.at;
        match &mut expr.kind {
            Kind::Term(_) => {
                let name = self.generate(None);
                let whole = std::mem::replace(&mut expr.kind, Kind::Some(List::new()));
                if let Kind::Term(term) = whole {
                    let operator = Term::operator("eq", at);
                    expr.kind = Kind::Call([operator, Term::var(name.clone(), at), *term].into());
                }
                Some(name)
            }
            Kind::Call(terms) => {
                let operator = terms.first()?;
                let void = super::functions::signature(&crate::ast::operator_name(operator))
                    .is_some_and(|signature| signature.result.is_none());
                if void || self.arity.of(operator)? != terms.len() - 1 {
                    return None;
                }
                let name = self.generate(None);
                terms.push(Term::var(name.clone(), at));
                Some(name)
            }
            _ => None,
        }
    }
}

/// Whether an expression goes through several possibilities.
fn tries(expr: &Expr) -> bool {
    let mut found = false;
    let mut look = |term: &Term| found |= tries_term(term);
    match &expr.kind {
        Kind::Term(term) => look(term),
        Kind::Call(terms) => {
            found = expr.is_call_of("walk");
            terms.iter().skip(1).for_each(|term| found |= tries_term(term));
        }
        _ => {}
    }
    found
}

fn tries_term(term: &Term) -> bool {
    match &term.node {
        Node::Ref(path) => path.iter().skip(1).any(|part| part.as_var().is_some() || tries_term(part)),
        Node::Array(items) | Node::Set(items) => items.iter().any(tries_term),
        Node::Object(pairs) => pairs.iter().any(|(key, value)| tries_term(key) || tries_term(value)),
        Node::Call(terms) => {
            let walks = terms.first().is_some_and(|operator| crate::ast::operator_name(operator) == "walk");
            walks || terms.iter().skip(1).any(tries_term)
        }
        Node::Constant(_) | Node::Var(_) | Node::Comprehension(_) | Node::Template(_) => false,
    }
}
