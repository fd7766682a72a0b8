//! Nested calls and references to expressions of their own, so that every operand is a value, a variable or a pattern.
//!
//! `f(g(x)) == data.a` becomes `g(x, t0); f(t0, t1); t2 = data.a; t1 == t2`. What is taken out of a negated expression
//! stands before it: `not count(input.x) > 0` is undefined when `input.x` is.

use super::vars::{self, Names, Skip};
use super::{Compiler, safety};
use crate::ast::{Collects, Comprehension, Expr, Kind, List, Node, Part, Rare, Rule, Term};
use crate::error::Code;

impl Compiler {
    /// Template strings and `print` to calls that an undefined operand does not stop.
    pub(crate) fn expand_texts(&mut self, rule: &mut Rule) {
        let args: Names = rule.head.args.iter().flat_map(|arg| vars::of_term(arg, Skip::NOTHING)).collect();
        let mut known = safety::outputs_of_body(&rule.body, &self.arity, &args);
        known.extend(args.iter().cloned());
        self.texts_in_body(&mut rule.body, &args);
        let head = &mut rule.head;
        let terms = head.path.iter_mut().skip(1).chain(head.key.iter_mut()).chain(head.value.iter_mut());
        let terms = terms.chain(head.args.iter_mut());
        terms.for_each(|term| self.texts_in_term(term, &known));
    }

    pub(crate) fn texts_in_body(&mut self, body: &mut [Expr], outer: &Names) {
        let mut known = safety::outputs_of_body(body, &self.arity, outer);
        known.extend(outer.iter().cloned());
        let mut before = outer.clone();
        let mut faulty = false;
        for expr in body {
            // Of the prints of a body, the first one that shows what is not known is told.
            if expr.is_call_of("print") && !faulty {
                let errors = self.errors.len();
                self.expand_print(expr, &before);
                faulty = self.errors.len() > errors;
            }
            let new = safety::outputs(expr, &self.arity, &before);
            before.extend(new);
            before.extend(
                vars::of_expr(expr, Skip::CLOSURES).into_iter().filter(|name| name.starts_with("__local")),
            );
            self.texts_in_expr(expr, &known);
        }
    }

    fn texts_in_expr(&mut self, expr: &mut Expr, known: &Names) {
        match &mut expr.kind {
            Kind::Term(term) => self.texts_in_term(term, known),
            Kind::Call(terms) | Kind::Some(terms) => {
                terms.iter_mut().for_each(|term| self.texts_in_term(term, known));
            }
            Kind::Every(every) => {
                self.texts_in_term(&mut every.domain, known);
                let mut inner = known.clone();
                every.key.iter().for_each(|key| vars::term_into(key, Skip::NOTHING, &mut inner));
                vars::term_into(&every.value, Skip::NOTHING, &mut inner);
                self.texts_in_body(&mut every.body, &inner);
            }
            Kind::Not { body, .. } => self.texts_in_body(body, known),
            Kind::And(sides) | Kind::Or(sides) => {
                self.texts_in_body(&mut sides.left, known);
                self.texts_in_body(&mut sides.right, known);
            }
        }
        expr.with.iter_mut().for_each(|with| self.texts_in_term(&mut with.value, known));
    }

    fn texts_in_term(&mut self, term: &mut Term, known: &Names) {
        match &mut term.node {
            Node::Comprehension(inner) => {
                let Comprehension { key, value, body, .. } = &mut **inner;
                let mut visible = safety::outputs_of_body(body, &self.arity, known);
                visible.extend(known.iter().cloned());
                self.texts_in_body(body, known);
                key.iter_mut().for_each(|key| self.texts_in_term(key, &visible));
                self.texts_in_term(value, &visible);
            }
            Node::Template(parts) => {
                let at = term.at;
                let parts = std::mem::take(parts);
                let parts: List<Term> =
                    parts.into_iter().map(|part| self.template_part(part, known)).collect();
                let parts = if parts.is_empty() { [Term::constant("", at)].into() } else { parts };
                let operand = Term::new(Node::Array(parts), at);
                term.node = Node::Call([Term::operator("internal.template_string", at), operand].into());
            }
            _ => vars::each_child_mut(term, &mut |child| self.texts_in_term(child, known)),
        }
    }

    /// A set of the part's value, empty if it is undefined.
    fn template_part(&mut self, part: Part, known: &Names) -> Term {
        let expr = match part {
            Part::Text(text) => return text,
            Part::Expr(expr) => *expr,
        };
        let mut term = match expr.kind {
            Kind::Term(term) => *term,
            Kind::Call(terms) => Term::new(Node::Call(terms), expr.at),
            _ => return Term::constant("", expr.at),
        };
        if let Node::Call(terms) = &term.node
            && let Some(name) = terms.first().map(crate::ast::operator_name)
            && crate::builtins::find(&name).is_some_and(|builtin| builtin.relation)
        {
            let message =
                format!("illegal call to relation built-in '{name}' that may cause multiple outputs");
            self.fail(Code::Compile, term.at, message);
        }
        if matches!(term.node, Node::Var(_)) {
            return Term { at: term.at, node: Node::Set([term].into()) };
        }
        // What a text within the text shows is looked at with that one.
        self.check_known(&term, known);
        self.texts_in_term(&mut term, known);
        self.captured(term, expr.with)
    }

    fn check_known(&mut self, term: &Term, known: &Names) {
        for name in vars::of_term(term, Skip::CLOSURES).difference(known) {
            let written = self.rewritten.get(name).unwrap_or(name);
            let shown = if crate::ast::is_wildcard(written) { "_" } else { written };
            let message = format!("var {shown} is undeclared");
            self.fail(Code::Compile, term.at, message);
        }
    }

    /// `{x | x = term}`.
    fn captured(&mut self, term: Term, with: Rare<crate::ast::With>) -> Term {
        let at = term.at;
        let name = Term::var(self.generate(None), at);
        let mut expr = Expr::equality(name.clone(), term, at);
        expr.with = with;
        let inner = Comprehension { collects: Collects::Set, key: None, value: name, body: vec![expr] };
        Term::new(Node::Comprehension(Box::new(inner)), at)
    }

    fn expand_print(&mut self, expr: &mut Expr, known: &Names) {
        let at = expr.at;
        let Kind::Call(terms) = &mut expr.kind else { return };
        let operands: Vec<Term> = std::mem::take(terms).into_iter().skip(1).collect();
        operands.iter().for_each(|operand| self.check_known(operand, known));
        let operands = operands.into_iter().map(|operand| self.captured(operand, Rare::new())).collect();
        let list = Term::new(Node::Array(operands), at);
        expr.kind = Kind::Call([Term::operator("internal.print", at), list].into());
    }

    /// Takes nested calls out of a rule.
    pub(crate) fn expand_rule(&mut self, rule: &mut Rule) {
        let mut support = Vec::new();
        let head = &mut rule.head;
        for term in head.args.iter_mut().chain(head.key.iter_mut()).chain(head.value.iter_mut()) {
            self.expand_term(term, &mut support);
        }
        for part in rule.head.path.iter_mut().skip(1) {
            // A part of the path that is no constant becomes a variable.
            if part.as_constant().is_none() && part.as_var().is_none() {
                self.expand_term(part, &mut support);
                self.name_term(part, &mut support);
            }
        }
        append(&mut rule.body, support);
        rule.body = self.expand_body(std::mem::take(&mut rule.body));
        self.name_head(rule);
    }

    /// Heads hold variables and constants only: what needs evaluation is named in the body.
    fn name_head(&mut self, rule: &mut Rule) {
        let mut support = Vec::new();
        let head = &mut rule.head;
        for term in head.key.iter_mut().chain(head.value.iter_mut()).chain(head.args.iter_mut()) {
            if needs_evaluation(term) {
                self.name_term(term, &mut support);
            }
        }
        append(&mut rule.body, support);
    }

    /// Puts a variable in place of a term, and `variable = term` in `support`.
    fn name_term(&mut self, term: &mut Term, support: &mut Vec<Expr>) {
        let at = term.at;
        let name = Term::var(self.generate(None), at);
        let whole = std::mem::replace(term, name.clone());
        support.push(Expr::equality(name, whole, at));
    }

    pub(crate) fn expand_body(&mut self, body: Vec<Expr>) -> Vec<Expr> {
        let mut out = Vec::with_capacity(body.len());
        for mut expr in body {
            let mut support = Vec::new();
            for with in &mut expr.with {
                self.expand_term(&mut with.value, &mut support);
                // What goes through all members of a document does so before, once for each of them.
                let open = with.value.as_ref().is_some_and(|path| !path.iter().skip(1).all(Term::is_ground));
                if open || self.stands_for_document(with) {
                    self.name_term(&mut with.value, &mut support);
                }
            }
            out.append(&mut support);
            self.expand_expr(&mut expr, &mut support);
            for mut made in support {
                if made.with.is_empty() {
                    made.with.clone_from(&expr.with);
                }
                out.push(made);
            }
            out.push(expr);
        }
        out.shrink_to_fit();
        out
    }

    fn expand_expr(&mut self, expr: &mut Expr, support: &mut Vec<Expr>) {
        match &mut expr.kind {
            Kind::Term(term) => self.expand_term(term, support),
            Kind::Call(terms) => {
                terms.iter_mut().skip(1).for_each(|operand| self.expand_term(operand, support));
            }
            Kind::Every(every) => {
                let at = every.domain.at;
                let name = Term::var(self.generate(None), at);
                let mut domain = std::mem::replace(&mut every.domain, name.clone());
                self.expand_term(&mut domain, support);
                support.push(Expr::equality(name, domain, at));
                every.body = self.expand_body(std::mem::take(&mut every.body));
            }
            Kind::Not { body, .. } => *body = self.expand_body(std::mem::take(body).into_vec(0)).into(),
            Kind::And(sides) | Kind::Or(sides) => {
                sides.left = self.expand_body(std::mem::take(&mut sides.left));
                sides.right = self.expand_body(std::mem::take(&mut sides.right));
            }
            Kind::Some(_) => {}
        }
    }

    fn expand_term(&mut self, term: &mut Term, support: &mut Vec<Expr>) {
        match &mut term.node {
            Node::Constant(_) | Node::Var(_) | Node::Template(_) => {}
            Node::Call(terms) => {
                terms.iter_mut().skip(1).for_each(|operand| self.expand_term(operand, support));
                let at = term.at;
                let output = Term::var(self.generate(None), at);
                let node = std::mem::replace(&mut term.node, output.node.clone());
                if let Node::Call(mut terms) = node {
                    terms.push(output);
                    let mut made = Expr::new(Kind::Call(terms), at);
                    made.generated = true;
                    support.push(made);
                }
            }
            Node::Ref(path) => {
                path.iter_mut().for_each(|part| self.expand_term(part, support));
                if let Some(head) = path.first_mut()
                    && matches!(
                        head.node,
                        Node::Array(_) | Node::Object(_) | Node::Set(_) | Node::Comprehension(_)
                    )
                {
                    self.name_term(head, support);
                }
            }
            Node::Array(_) | Node::Set(_) | Node::Object(_) => {
                vars::each_child_mut(term, &mut |child| self.expand_term(child, support));
            }
            Node::Comprehension(inner) => self.expand_comprehension(inner),
        }
    }

    fn expand_comprehension(&mut self, inner: &mut Comprehension) {
        let mut support = Vec::new();
        inner.key.iter_mut().for_each(|key| self.expand_term(key, &mut support));
        self.expand_term(&mut inner.value, &mut support);
        append(&mut inner.body, support);
        inner.body = self.expand_body(std::mem::take(&mut inner.body));
        let mut support = Vec::new();
        for term in inner.key.iter_mut().chain(std::iter::once(&mut inner.value)) {
            if needs_evaluation(term) {
                self.name_term(term, &mut support);
            }
        }
        append(&mut inner.body, support);
    }

    /// Takes references and comprehensions out of operands; runs once bodies are ordered.
    pub(crate) fn hoist_body(&mut self, body: Vec<Expr>) -> Vec<Expr> {
        let mut out = Vec::with_capacity(body.len());
        for mut expr in body {
            let mut support = Vec::new();
            self.hoist_expr(&mut expr, &mut support);
            for mut made in support {
                made.with.clone_from(&expr.with);
                out.push(made);
            }
            out.push(expr);
        }
        out
    }

    fn hoist_expr(&mut self, expr: &mut Expr, support: &mut Vec<Expr>) {
        let equality = expr.is_equality();
        match &mut expr.kind {
            Kind::Term(term) => self.hoist_shallow(term, support),
            Kind::Call(terms) => {
                for operand in terms.iter_mut().skip(1) {
                    if equality {
                        self.hoist_shallow(operand, support);
                    } else {
                        self.hoist(operand, support);
                    }
                }
            }
            Kind::Every(every) => {
                self.hoist(&mut every.domain, support);
                every.body = self.hoist_body(std::mem::take(&mut every.body));
            }
            Kind::Not { body, .. } => *body = self.hoist_body(std::mem::take(body).into_vec(0)).into(),
            Kind::And(sides) | Kind::Or(sides) => {
                sides.left = self.hoist_body(std::mem::take(&mut sides.left));
                sides.right = self.hoist_body(std::mem::take(&mut sides.right));
            }
            Kind::Some(_) => {}
        }
    }

    /// A reference or comprehension may stand here; only what is inside of it is taken out.
    fn hoist_shallow(&mut self, term: &mut Term, support: &mut Vec<Expr>) {
        match &mut term.node {
            Node::Ref(path) => path.iter_mut().skip(1).for_each(|part| self.hoist(part, support)),
            Node::Comprehension(inner) => {
                inner.body = self.hoist_body(std::mem::take(&mut inner.body));
            }
            _ => self.hoist(term, support),
        }
    }

    fn hoist(&mut self, term: &mut Term, support: &mut Vec<Expr>) {
        match &mut term.node {
            Node::Ref(path) => {
                path.iter_mut().skip(1).for_each(|part| self.hoist(part, support));
                self.name_term(term, support);
            }
            Node::Comprehension(inner) => {
                inner.body = self.hoist_body(std::mem::take(&mut inner.body));
                self.name_term(term, support);
            }
            _ => vars::each_child_mut(term, &mut |child| self.hoist(child, support)),
        }
    }
}

/// Whether a term holds references or comprehensions.
fn needs_evaluation(term: &Term) -> bool {
    match &term.node {
        Node::Constant(_) | Node::Var(_) => false,
        Node::Ref(_) | Node::Comprehension(_) | Node::Template(_) | Node::Call(_) => true,
        Node::Array(items) | Node::Set(items) => items.iter().any(needs_evaluation),
        Node::Object(pairs) => {
            pairs.iter().any(|(key, value)| needs_evaluation(key) || needs_evaluation(value))
        }
    }
}

/// `a == b` as an expression of its own is `a = b`: then an undefined side makes it fail, and not what it stands in.
pub(crate) fn equals(body: &mut [Expr]) {
    for expr in body {
        if let Kind::Call(terms) = &mut expr.kind
            && terms.len() == 3
            && let Some(operator) = terms.first_mut()
            && operator.is_named("equal")
        {
            *operator = Term::operator("eq", operator.at);
        }
        match &mut expr.kind {
            Kind::Term(term) => equals_in_term(term),
            Kind::Call(terms) | Kind::Some(terms) => terms.iter_mut().for_each(equals_in_term),
            Kind::Every(every) => {
                equals_in_term(&mut every.domain);
                equals(&mut every.body);
            }
            Kind::Not { body, .. } => equals(body),
            Kind::And(sides) | Kind::Or(sides) => {
                equals(&mut sides.left);
                equals(&mut sides.right);
            }
        }
    }
}

pub(crate) fn equals_in_term(term: &mut Term) {
    match &mut term.node {
        Node::Comprehension(inner) => {
            inner.key.iter_mut().for_each(equals_in_term);
            equals_in_term(&mut inner.value);
            equals(&mut inner.body);
        }
        _ => vars::each_child_mut(term, &mut equals_in_term),
    }
}

/// Adds to a body; the first addition takes the place of a lone `true`.
fn append(body: &mut Vec<Expr>, support: Vec<Expr>) {
    let lone = matches!(body.as_slice(), [only] if only.with.is_empty() && !only.negated
        && matches!(&only.kind, Kind::Term(term) if term.as_constant() == Some(&true.into())));
    if lone && !support.is_empty() {
        body.clear();
    }
    body.extend(support);
}
