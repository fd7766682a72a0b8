//! Rules: heads, bodies, `else`, and what version 1 demands of them.

use super::state::{Fault, Parsed, Parser};
use super::token::Token;
use crate::ast::{Expr, Head, Node, Rule, Span, Term};

/// What was read of a head.
struct Started {
    head: Head,
    has_contains: bool,
    /// `f()`: parentheses without parameters.
    hollow: bool,
}

impl Parser<'_> {
    /// One statement that is neither a package nor an import: one rule, or several with one head.
    pub(crate) fn rules(&mut self) -> Parsed<Vec<Rule>> {
        let start = self.peek().at;
        let default = self.is_word("default") && !self.keyword_names();
        if default {
            self.bump();
        }
        if !self.starts_head() {
            return self.no_rule();
        }
        let Started { mut head, has_contains, hollow } = self.head(start)?;
        if default {
            return self.default_rule(head, start).map(|rule| vec![rule]);
        }
        let has_if = self.follows("if");
        if !has_if && !self.is_mark("{") {
            if hollow && head.value.is_none() {
                return self.fail(start, "rule argument list must take at least one argument");
            }
            return self.bodiless(head, has_contains, start).map(|rule| vec![rule]);
        }
        self.settle(&mut head, has_if, has_contains);
        let body = self.rule_body(has_if)?;
        let mut rule = with_body(head, body, (has_if, has_contains), start.to(self.last()));
        if self.follows("else") {
            self.check_else(&rule)?;
            rule.otherwise = Some(Box::new(self.otherwise(&rule.head)?));
        }
        rule.at = start.to(self.last());
        self.chained(rule)
    }

    fn starts_head(&self) -> bool {
        let Some(word) = self.word() else { return false };
        !self.is_word(word) || self.keyword_names()
    }

    /// A statement that begins like an expression: says why it is no rule.
    fn no_rule<T>(&mut self) -> Parsed<T> {
        let at = self.peek().at;
        let expr = self.literal()?;
        let message = match &expr.kind {
            _ if !expr.with.is_empty() => {
                "expressions using with keyword cannot be used for rule head".to_owned()
            }
            _ if expr.negated => "negated expressions cannot be used for rule head".to_owned(),
            crate::ast::Kind::Some(_) => "'some' declarations cannot be used for rule head".to_owned(),
            crate::ast::Kind::Term(term) => format!("{} cannot be used for rule name", term.kind_name()),
            crate::ast::Kind::Call(_) if expr.is_equality() || expr.is_assignment() => {
                format!("{} cannot be used for rule name", assigned_kind(&expr))
            }
            crate::ast::Kind::Call(_) => "rule name conflicts with built-in function".to_owned(),
            _ => "expression cannot be used for rule head".to_owned(),
        };
        self.fail(at, message)
    }

    fn head(&mut self, start: Span) -> Parsed<Started> {
        let next = self.bump();
        let word = self.slice(next.at);
        let name = if word == "_" { self.wildcard() } else { word.into() };
        let name = Term::var(name, next.at);
        if let Token::Mark("+" | "-" | "*" | "/" | "%" | "&" | "|" | "==" | "!=" | "<" | ">" | "<=" | ">=") =
            self.peek().token
        {
            return self.illegal("");
        }
        let whole = self.path_after(name, true)?;
        let mut hollow = false;
        let (path, args) = match whole.node {
            Node::Ref(path) => (path, Vec::new()),
            Node::Call(mut terms) => {
                let args = terms.split_off(1.min(terms.len()));
                let path = terms.pop().and_then(|operator| operator.as_ref().map(<[Term]>::to_vec));
                let path = path.unwrap_or_default();
                if path.first().is_none_or(|head| head.as_var().is_none()) {
                    return self.illegal("rule head ref invalid");
                }
                hollow = args.is_empty();
                (path, args)
            }
            node => (vec![Term::new(node, whole.at)], Vec::new()),
        };
        let at = start.to(self.last());
        let mut head = Head { path, args, key: None, value: None, assigned: false, implied: false, at };
        let has_contains = self.is_word("contains");
        if has_contains {
            if !head.args.is_empty() {
                return self
                    .illegal("the contains keyword can only be used with multi-value rule definitions");
            }
            self.bump();
            head.key = Some(self.infix()?);
        } else if self.is_mark("=") || self.is_mark(":=") {
            head.assigned = self.is_mark(":=");
            self.bump();
            head.value = Some(self.infix()?);
        }
        head.at = start.to(self.last());
        Ok(Started { head, has_contains, hollow })
    }

    fn default_rule(&mut self, head: Head, start: Span) -> Parsed<Rule> {
        let at = start.to(self.last());
        if head.key.is_some() {
            return self.fail(at, "illegal default rule (must have a value)");
        }
        let value = head.value.clone().unwrap_or_else(|| Term::constant(true, at));
        if let Some(kind) = not_constant(&value) {
            return self.fail(at, format!("illegal default rule (value cannot contain {kind})"));
        }
        let mut seen = Vec::new();
        for arg in &head.args {
            match arg.as_var() {
                Some(name) if seen.contains(name) => {
                    let message = format!("illegal default rule (arguments cannot be repeated {name})");
                    return self.fail(at, message);
                }
                Some(name) => seen.push(name.clone()),
                None => {
                    let kind = arg.kind_name();
                    return self.fail(at, format!("illegal default rule (arguments cannot contain {kind})"));
                }
            }
        }
        let head = Head { value: Some(value), key: None, ..head };
        Ok(Rule {
            head,
            body: vec![Expr::truth(at)],
            otherwise: None,
            default: true,
            bodiless: true,
            has_if: false,
            has_contains: false,
            at,
        })
    }

    /// A rule without a body: `p := 1`, `p contains 1`, `p.q.r`.
    fn bodiless(&mut self, mut head: Head, has_contains: bool, start: Span) -> Parsed<Rule> {
        if self.follows("with") {
            return self.fail(start, "expressions using with keyword cannot be used for rule head");
        }
        if self.is_mark(";") {
            return self.fail(start, "multiple expressions cannot be used for rule head");
        }
        let at = start.to(self.last());
        if !has_contains && head.value.is_none() {
            match head.path.len() {
                _ if !head.args.is_empty() => head.implied = true,
                1 => return self.fail(start, "var cannot be used for rule name"),
                2 => head.key = head.path.pop(),
                _ => head.implied = true,
            }
            if head.key.is_none() {
                head.value = Some(Term::constant(true, at));
            }
        }
        Ok(Rule {
            head,
            body: vec![Expr::truth(at)],
            otherwise: None,
            default: false,
            bodiless: true,
            has_if: false,
            has_contains,
            at,
        })
    }

    /// Decides whether `p[x]` names a member of a set or a key, now that it is known how the body begins.
    fn settle(&self, head: &mut Head, has_if: bool, has_contains: bool) {
        if has_contains {
            return;
        }
        if !has_if && head.args.is_empty() && head.path.len() == 2 && head.value.is_none() {
            head.key = head.path.pop();
            return;
        }
        if head.value.is_none() {
            head.implied = true;
            head.value = Some(Term::constant(true, head.at));
        }
    }

    fn rule_body(&mut self, has_if: bool) -> Parsed<Vec<Expr>> {
        if has_if {
            self.bump();
            let back = self.at;
            let single = self.literal();
            let braces = self.lexemes.get(back).is_some_and(|lexeme| lexeme.token == Token::Mark("{"));
            match single {
                // `if { true }` is a body, not a set.
                Ok(expr) if !is_set(&expr) => return Ok(vec![expr]),
                Err(fault) if !braces => return Err(fault),
                _ => self.at = back,
            }
        }
        if !self.eat("{") {
            return self.illegal("rule body expected");
        }
        let body = self.nested(|p| p.body("}"))?;
        self.bump();
        Ok(body)
    }

    fn check_else(&self, rule: &Rule) -> Parsed<()> {
        let at = self.peek().at;
        if rule.head.path.len() > 1 && !rule.head.path.iter().skip(1).all(Term::is_ground) {
            return self.fail(at, "else keyword cannot be used on rules with variables in head");
        }
        if rule.head.key.is_some() {
            return self.fail(at, "else keyword cannot be used on multi-value rules");
        }
        Ok(())
    }

    fn otherwise(&mut self, head: &Head) -> Parsed<Rule> {
        let start = self.bump().at;
        let mut head = Head { implied: false, at: start, ..head.clone() };
        self.fresh_wildcards(&mut head);
        if self.is_mark(":=") || self.is_mark("=") {
            head.assigned = self.is_mark(":=");
            self.bump();
            head.value = Some(self.infix()?);
        } else if self.follows("if") || self.is_mark("{") {
            head.implied = true;
            head.value = Some(Term::constant(true, start));
        } else {
            return self.illegal("expected else value term or rule body");
        }
        head.at = start.to(self.last());
        let has_if = self.follows("if");
        let bodiless = !has_if && !self.is_mark("{");
        let body = if bodiless { vec![Expr::truth(start)] } else { self.rule_body(has_if)? };
        let mut rule = Rule {
            head,
            body,
            otherwise: None,
            default: false,
            bodiless,
            has_if,
            has_contains: false,
            at: start.to(self.last()),
        };
        if !bodiless && self.follows("else") {
            rule.otherwise = Some(Box::new(self.nested(|p| p.otherwise(&rule.head.clone()))?));
        }
        Ok(rule)
    }

    fn fresh_wildcards(&mut self, head: &mut Head) {
        for arg in &mut head.args {
            if arg.as_var().is_some_and(|name| name.starts_with('$')) {
                arg.node = Node::Var(self.wildcard());
            }
        }
    }

    /// Further bodies after the first one: `p { … } { … }`.
    fn chained(&mut self, first: Rule) -> Parsed<Vec<Rule>> {
        let head = first.head.clone();
        let mut rules = vec![first];
        while self.is_mark("{") {
            if rules.first().is_some_and(|rule| rule.otherwise.is_some()) {
                return self.fail(self.peek().at, "expected else keyword");
            }
            let start = self.peek().at;
            let mut head = Head { at: start, ..head.clone() };
            self.fresh_wildcards(&mut head);
            let body = self.rule_body(false)?;
            let words = rules.first().map(|rule| (rule.has_if, rule.has_contains)).unwrap_or_default();
            rules.push(with_body(head, body, words, start.to(self.last())));
        }
        Ok(rules)
    }
}

/// A rule with a body; `words` says whether it has `if` and `contains`.
fn with_body(head: Head, body: Vec<Expr>, words: (bool, bool), at: Span) -> Rule {
    let (has_if, has_contains) = words;
    Rule { head, body, otherwise: None, default: false, bodiless: false, has_if, has_contains, at }
}

fn is_set(expr: &Expr) -> bool {
    matches!(&expr.kind, crate::ast::Kind::Term(Term { node: Node::Set(_), .. }))
}

fn assigned_kind(expr: &Expr) -> &'static str {
    match &expr.kind {
        crate::ast::Kind::Call(terms) => terms.get(1).map_or("expression", Term::kind_name),
        _ => "expression",
    }
}

/// What in a default's value needs evaluation; comprehensions may stand there.
fn not_constant(term: &Term) -> Option<&'static str> {
    match &term.node {
        Node::Constant(_) | Node::Comprehension(_) => None,
        Node::Array(items) | Node::Set(items) => items.iter().find_map(not_constant),
        Node::Object(pairs) => {
            pairs.iter().find_map(|(key, value)| not_constant(key).or_else(|| not_constant(value)))
        }
        Node::Var(_) | Node::Ref(_) | Node::Call(_) | Node::Template(_) => Some(term.kind_name()),
    }
}

/// What version 1 refuses in a rule.
pub(crate) fn check_v1(rule: &Rule, faults: &mut Vec<Fault>) {
    let is_function = !rule.head.args.is_empty();
    let what = if is_function { "function" } else { "rule" };
    for branch in rule.branches() {
        let mut fault = |message: String| faults.push(Fault { message, at: branch.at });
        if branch.bodiless && branch.head.implied && !is_function {
            fault(format!("{what} must have value assignment and/or body declaration"));
        }
        if !branch.bodiless && !branch.has_if && !branch.default {
            fault(format!("`if` keyword is required before {what} body"));
        }
        if branch.is_set() && !branch.has_contains {
            fault("`contains` keyword is required for partial set rules".to_owned());
        }
    }
}
