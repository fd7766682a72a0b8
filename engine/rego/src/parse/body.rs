//! Bodies: expressions, negation, `some`, `every`, `with`.

use super::state::{LONGEST_CHAIN, Parsed, Parser, Stopped};
use super::token::Token;
use crate::ast::{Every, Expr, Kind, Node, Operands, Rare, Span, Term, With};

impl Parser<'_> {
    /// Expressions up to `end`, which is left.
    pub(crate) fn body(&mut self, end: &'static str) -> Parsed<Vec<Expr>> {
        let mut body = Vec::new();
        if self.is_mark(end) {
            return self.fail(self.peek().at, "found empty body");
        }
        loop {
            body.push(self.literal()?);
            let separated = self.eat(";");
            if self.is_mark(end) && !separated {
                body.shrink_to_fit();
                return Ok(body);
            }
            if !separated && !self.peek().broken {
                // What is wrong already is enough.
                if !self.faults.is_empty() {
                    return Err(Stopped);
                }
                return self.illegal(&format!("expected \\n or ; or {end}"));
            }
        }
    }

    /// The expressions of a query: the whole text, statement by statement.
    pub(crate) fn query(&mut self) -> Parsed<Vec<Expr>> {
        let mut body = vec![self.literal()?];
        while !self.at_end() {
            self.eat(";");
            body.push(self.literal()?);
        }
        Ok(body)
    }

    /// One expression.
    pub(crate) fn literal(&mut self) -> Parsed<Expr> {
        let start = self.peek().at;
        let mut left = self.operand(start)?;
        if !self.is_word("and") && !self.is_word("or") {
            return Ok(left.0);
        }
        for _ in 0..LONGEST_CHAIN {
            let is_or = self.is_word("or");
            if !is_or && !self.is_word("and") {
                return Ok(Expr { with: self.withs()?, ..left.0 });
            }
            left = self.logical(left, is_or, start)?;
        }
        self.fail(start, "expression too long")
    }

    /// `left and right`, `left or right`; `and` binds tighter.
    fn logical(&mut self, left: (Expr, bool), is_or: bool, start: Span) -> Parsed<(Expr, bool)> {
        if !left.0.with.is_empty() {
            return self.fail(left.0.at, "`with` modifier is not allowed on operand of `and`, `or`");
        }
        self.bump();
        let at = self.peek().at;
        let mut right = self.nested(|p| p.operand(at))?;
        while is_or && self.is_word("and") {
            right = self.logical(right, false, at)?;
        }
        let explicit = (left.1, right.1);
        let operands = Operands { left: operand_body(left), right: operand_body(right), explicit };
        let kind = if is_or { Kind::Or(Box::new(operands)) } else { Kind::And(Box::new(operands)) };
        Ok((Expr::new(kind, start.to(self.last())), false))
    }

    /// An expression, or a body in braces as a side of `and`, `or`; whether it was the latter.
    fn operand(&mut self, start: Span) -> Parsed<(Expr, bool)> {
        if (self.words.and || self.words.or) && self.is_mark("{") {
            let back = self.here();
            self.bump();
            if let Ok(body) = self.nested(|p| p.body("}")) {
                self.bump();
                if self.is_word("and") || self.is_word("or") {
                    let kind = Kind::Not { body: body.into(), explicit: true };
                    return Ok((Expr::new(kind, start.to(self.last())), true));
                }
            }
            self.back(back);
        }
        self.negation(start).map(|expr| (expr, false))
    }

    fn negation(&mut self, start: Span) -> Parsed<Expr> {
        if self.begins_with_name() {
            return self.plain(start, false);
        }
        let negated = self.eat_word("not");
        if negated && self.words.wide_not && self.is_mark("{") {
            self.bump();
            let body = self.nested(|p| p.body("}"))?;
            self.bump();
            let mut made = Expr::new(Kind::Not { body: body.into(), explicit: true }, start.to(self.last()));
            made.with = self.withs()?;
            return Ok(made);
        }
        if self.is_word("some") || self.is_word("every") {
            let some = self.is_word("some");
            if negated {
                let word = if some { "some" } else { "every" };
                return self.illegal(&format!("illegal negation of '{word}'"));
            }
            return if some { self.some(start) } else { self.every(start) };
        }
        self.plain(start, negated)
    }

    fn plain(&mut self, start: Span, negated: bool) -> Parsed<Expr> {
        let first = self.here();
        let left = self.infix()?;
        let operator = match self.peek().token {
            Token::Mark(":=") => Some("assign"),
            Token::Mark("=") => Some("eq"),
            _ => None,
        };
        let kind = match (operator, left.node) {
            (Some(operator), node) => {
                let at = self.bump().at;
                let right = self.infix()?;
                Kind::Call([Term::operator(operator, at), Term::new(node, left.at), right].into())
            }
            (None, Node::Call(terms)) => Kind::Call(terms),
            (None, node) => Kind::Term(Box::new(Term::new(node, left.at))),
        };
        let mut expr = Expr::new(kind, start.to(self.last()));
        expr.with = self.withs()?;
        expr.at = start.to(self.last());
        if matches!(&expr.kind, Kind::Term(term) if term.as_var().is_some_and(|name| &**name == "every")) {
            self.hint_if("`import future.keywords.every` for `every x in xs { ... }` expressions", |p| {
                p.back(first);
                p.every(start).is_ok()
            });
        }
        if negated && self.words.wide_not {
            let with = std::mem::take(&mut expr.with);
            let at = expr.at;
            expr = Expr::new(Kind::Not { body: [expr].into(), explicit: false }, at);
            expr.with = with;
        } else {
            expr.negated = negated;
        }
        Ok(expr)
    }

    /// `with x as y with …`, if any stands here.
    fn withs(&mut self) -> Parsed<Rare<With>> {
        let mut withs = Vec::new();
        while self.follows("with") {
            let start = self.bump().at;
            if self.peek().token != Token::Name || self.is_word(self.word().unwrap_or("")) {
                return self.illegal("expected ident");
            }
            let target = self.term()?;
            if !matches!(target.node, Node::Ref(_) | Node::Var(_)) {
                self.misplaced("expected with target path");
            }
            if !self.eat_word("as") {
                return self.illegal("expected as keyword");
            }
            let value = self.infix()?;
            withs.push(With { target, value, at: start.to(self.last()) });
        }
        Ok(withs.into())
    }

    fn some(&mut self, start: Span) -> Parsed<Expr> {
        self.bump();
        let back = self.here();
        if let Ok(term) = self.infix()
            && let Node::Call(terms) = &term.node
        {
            let name = terms.first().map(crate::ast::operator_name).unwrap_or_default();
            if !matches!(name.as_str(), "internal.member_2" | "internal.member_3") {
                return self.illegal("expected `x in xs` or `x, y in xs` expression");
            }
            let mut expr = Expr::new(Kind::Some([term].into()), start.to(self.last()));
            expr.with = self.withs()?;
            return Ok(expr);
        }
        self.back(back);
        self.hint_if("`import future.keywords.in` for `some x in xs` expressions", |p| {
            p.infix().is_ok_and(|term| is_membership(&term))
        });
        let mut names = Vec::new();
        loop {
            let Some(word) = self.word().filter(|word| !self.is_word(word)) else {
                return self.illegal("expected var");
            };
            let at = self.bump().at;
            let name = self.name_of(word);
            names.push(Term::var(name, at));
            if !self.eat(",") {
                return Ok(Expr::new(Kind::Some(names.into()), start.to(self.last())));
            }
        }
    }

    fn every(&mut self, start: Span) -> Parsed<Expr> {
        self.bump();
        let wanted = "expected `x[, y] in xs { ... }` expression";
        let Node::Call(terms) = self.infix()?.node else { return self.illegal(wanted) };
        let name = terms.first().map(crate::ast::operator_name).unwrap_or_default();
        let is_member = matches!(name.as_str(), "internal.member_2" | "internal.member_3");
        let mut terms = terms.into_vec(0);
        let (Some(domain), Some(value), true) = (terms.pop(), terms.pop(), is_member) else {
            return self.illegal(wanted);
        };
        let key = if terms.len() > 1 { terms.pop() } else { None };
        if key.as_ref().is_some_and(|key| key.as_var().is_none()) {
            return self.illegal("expected key to be a variable");
        }
        if value.as_var().is_none() {
            return self.illegal("expected value to be a variable");
        }
        if !self.eat("{") {
            return self.illegal("missing body");
        }
        let body = self.nested(|p| p.body("}"))?;
        self.bump();
        let every = Every { key, value, domain, body };
        let mut expr = Expr::new(Kind::Every(Box::new(every)), start.to(self.last()));
        expr.with = self.withs()?;
        Ok(expr)
    }
}

fn is_membership(term: &Term) -> bool {
    let Node::Call(terms) = &term.node else { return false };
    let name = terms.first().map(crate::ast::operator_name).unwrap_or_default();
    matches!(name.as_str(), "internal.member_2" | "internal.member_3")
}

fn operand_body((expr, explicit): (Expr, bool)) -> Vec<Expr> {
    match expr.kind {
        Kind::Not { body, .. } if explicit => body.into_vec(0),
        kind => vec![Expr { kind, ..expr }],
    }
}
