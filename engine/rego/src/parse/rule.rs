//! Rules: heads, bodies, `else`, and what version 1 demands of them.

use super::state::{Fault, Parsed, Parser, Stopped, Words};
use super::token::Token;
use crate::ast::{Expr, Head, Kind, List, Node, Part, Rule, Span, Term};

/// What was read of a head.
struct Started {
    head: Head,
    has_contains: bool,
}

impl Parser<'_> {
    /// One statement that is neither a package nor an import: one rule, or several with one head.
    pub(crate) fn rules(&mut self) -> Parsed<Vec<Rule>> {
        let (start, back) = (self.peek().at, self.at);
        let default = self.is_word("default") && !self.keyword_names();
        if default {
            self.bump();
        }
        if !self.starts_head() {
            self.at = back;
            return self.restated();
        }
        let Some(Started { mut head, has_contains }) = self.head(start, default)? else {
            self.at = back;
            return self.restated();
        };
        if default {
            return self.default_rule(head, start).map(|rule| vec![rule]);
        }
        let has_if = self.follows("if");
        if !has_if && !self.is_mark("{") {
            if has_contains {
                return Ok(vec![bodiless(head, true, start.to(self.last()))]);
            }
            if !self.faults.is_empty() {
                return Err(Stopped);
            }
            self.at = back;
            return self.restated();
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

    /// A statement without a body: an expression, which is read as a rule (`p := 1`, `f(x) = 1`, `p.q.r`) or refused.
    fn restated(&mut self) -> Parsed<Vec<Rule>> {
        let at = self.peek().at;
        let expr = self.literal()?;
        let mut single = true;
        while self.eat(";") {
            single = false;
            self.literal()?;
        }
        if !single {
            let message = "multiple expressions cannot be used for rule head".to_owned();
            self.unfit.push(Fault { message, at });
            return Ok(Vec::new());
        }
        let whole = expr.at;
        match head_of(expr) {
            Ok(head) => Ok(vec![bodiless(head, false, whole)]),
            Err(message) => {
                self.unfit.push(Fault { message, at });
                Ok(Vec::new())
            }
        }
    }

    /// `None` where what stands there is no head.
    fn head(&mut self, start: Span, default: bool) -> Parsed<Option<Started>> {
        let next = self.bump();
        let word = self.slice(next.at);
        let name = self.name_of(word);
        let name = Term::var(name, next.at);
        if let Token::Mark("+" | "-" | "*" | "/" | "%" | "&" | "|" | "==" | "!=" | "<" | ">" | "<=" | ">=") =
            self.peek().token
            && !self.peek().spaced
        {
            return self.illegal("");
        }
        let Ok(whole) = self.path_after(name, true) else { return self.illegal("expected rule head name") };
        let (path, args) = match whole.node {
            Node::Ref(path) => (path, List::new()),
            Node::Call(terms) => {
                let mut terms = terms.into_vec(0);
                let args = terms.split_off(1.min(terms.len()));
                let path = match terms.pop() {
                    Some(Term { node: Node::Ref(path), .. }) => path,
                    name => name.into_iter().collect(),
                };
                if path.first().is_none_or(|head| head.as_var().is_none()) {
                    return self.illegal("rule head ref invalid");
                }
                (path, args.into())
            }
            node @ Node::Var(_) => ([Term::new(node, whole.at)].into(), List::new()),
            _ => return Ok(None),
        };
        let at = start.to(self.last());
        let mut head = Head { path, args, key: None, value: None, assigned: false, implied: false, at };
        let has_contains = self.is_word("contains");
        if has_contains {
            if !head.args.is_empty() {
                let name = shown(&head);
                self.misplaced(&format!("the contains keyword can only be used with multi-value rule definitions (e.g., {name} contains <VALUE> {{ ... }})"));
            }
            self.bump();
            head.key = self.infix().ok();
            if head.key.is_none() {
                let wanted =
                    format!("expected rule key term (e.g., {} contains <VALUE> {{ ... }})", shown(&head));
                self.misplaced(&wanted);
            }
        } else if self.is_mark("=") || self.is_mark(":=") {
            head.assigned = self.is_mark(":=");
            self.bump();
            head.value = self.infix().ok();
            if head.value.is_none() {
                self.misplaced(&wanted_value(&head, default));
            }
        }
        head.at = start.to(self.last());
        Ok(Some(Started { head, has_contains }))
    }

    fn default_rule(&mut self, head: Head, start: Span) -> Parsed<Rule> {
        let at = start.to(self.last());
        if head.key.is_some() || (head.value.is_none() && head.path.len() == 2 && head.args.is_empty()) {
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
            let back = self.here();
            // `if { true }` is a body, not a set.
            if let Ok(expr) = self.literal()
                && !is_set(&expr)
            {
                return Ok(vec![expr]);
            }
            self.back(back);
        }
        // As in OPA, any token may stand for the brace where no expression does.
        self.bump();
        let body = self.nested(|p| p.body("}"))?;
        self.bump();
        Ok(body)
    }

    /// The body after `else`: a brace always opens one.
    fn otherwise_body(&mut self, has_if: bool) -> Parsed<Vec<Expr>> {
        if has_if {
            self.bump();
        }
        if self.is_mark("{") {
            return self.rule_body(false);
        }
        if self.at_end() {
            return self.illegal("rule body expected");
        }
        self.literal().map(|expr| vec![expr])
    }

    fn check_else(&mut self, rule: &Rule) -> Parsed<()> {
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
        let body = if bodiless { vec![Expr::truth(start)] } else { self.otherwise_body(has_if)? };
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

/// What stands before a rule's value, as messages show it.
fn shown(head: &Head) -> String {
    crate::print::term(&Term::new(Node::Ref(head.path.clone()), head.at))
}

fn wanted_value(head: &Head, default: bool) -> String {
    let name = shown(head);
    match () {
        () if !head.assigned => format!("expected rule value term (e.g., {name}[<nil>] = <VALUE> {{ ... }})"),
        () if !head.args.is_empty() => {
            format!("expected function value term (e.g., {name}(...) := <VALUE> {{ ... }})")
        }
        () if default => format!("expected default rule value term (e.g., default {name} := <VALUE>)"),
        () => format!("expected rule value term (e.g., {name} := <VALUE> {{ ... }})"),
    }
}

/// A rule with a body; `words` says whether it has `if` and `contains`.
fn with_body(head: Head, body: Vec<Expr>, words: (bool, bool), at: Span) -> Rule {
    let (has_if, has_contains) = words;
    Rule { head, body, otherwise: None, default: false, bodiless: false, has_if, has_contains, at }
}

fn is_set(expr: &Expr) -> bool {
    matches!(&expr.kind, Kind::Term(term) if matches!(term.node, Node::Set(_)))
}

fn bodiless(head: Head, has_contains: bool, at: Span) -> Rule {
    Rule {
        head,
        body: vec![Expr::truth(at)],
        otherwise: None,
        default: false,
        bodiless: true,
        has_if: false,
        has_contains,
        at,
    }
}

/// The head that an expression is read as, or why it is none.
fn head_of(expr: Expr) -> Result<Head, String> {
    let at = expr.at;
    if !expr.with.is_empty() {
        return Err("expressions using with keyword cannot be used for rule head".to_owned());
    }
    if expr.negated {
        return Err("negated expressions cannot be used for rule head".to_owned());
    }
    let (equals, assigned) = (expr.is_equality(), expr.is_assignment());
    let plain = |path| Head { path, args: List::new(), key: None, value: None, assigned, implied: false, at };
    let implied = |head| Head { value: Some(Term::constant(true, at)), implied: true, ..head };
    let terms = match expr.kind {
        Kind::Term(term) => {
            let Term { node: Node::Ref(mut path), at: place } = *term else {
                return Err(format!("{} cannot be used for rule name", term.kind_name()));
            };
            if path.len() < 2 {
                return Err("refs cannot be used for rule head".to_owned());
            }
            if path.first().is_none_or(|head| head.as_var().is_none()) {
                return Err(invalid_head(path, place));
            }
            let key = if path.len() == 2 { path.pop() } else { None };
            let head = Head { key, ..plain(path) };
            return Ok(if head.key.is_some() { head } else { implied(head) });
        }
        Kind::Some(_) => return Err("'some' declarations cannot be used for rule head".to_owned()),
        Kind::Call(terms) => terms,
        _ => return Err("expression cannot be used for rule head".to_owned()),
    };
    if (equals || assigned) && terms.len() == 3 {
        let mut terms = terms.into_vec(0);
        let value = terms.pop();
        let Some(name) = terms.pop() else { return Err("assignment requires two operands".to_owned()) };
        return Ok(Head { value, ..named_head(name, plain)? });
    }
    let operator = terms.first().map(crate::ast::operator_name).unwrap_or_default();
    if operator == "print" || crate::compile::arity(&operator, false).is_some() {
        return Err("rule name conflicts with built-in function".to_owned());
    }
    if terms.len() < 2 {
        return Err("rule argument list must take at least one argument".to_owned());
    }
    named_head(Term::new(Node::Call(terms), at), plain).map(implied)
}

/// The head on the left of `=` and `:=`.
fn named_head(name: Term, plain: impl Fn(List<Term>) -> Head) -> Result<Head, String> {
    let (kind, at) = (name.kind_name(), name.at);
    let is_var = |path: &[Term]| path.first().is_some_and(|head| head.as_var().is_some());
    match name.node {
        node @ Node::Var(_) => Ok(plain([Term::new(node, at)].into())),
        Node::Ref(path) if is_var(&path) => Ok(plain(path)),
        Node::Ref(path) => Err(invalid_head(path, at)),
        Node::Call(terms) => {
            let mut terms = terms.into_vec(0);
            let args = terms.split_off(1.min(terms.len())).into();
            let path = match terms.pop().map(|operator| (operator.at, operator.node)) {
                Some((_, Node::Ref(path))) => path,
                Some((at, node @ Node::Var(_))) => [Term::new(node, at)].into(),
                _ => List::new(),
            };
            if is_var(&path) {
                Ok(Head { args, ..plain(path) })
            } else {
                Err(format!("{kind} cannot be used for rule name"))
            }
        }
        _ => Err(format!("{kind} cannot be used for rule name")),
    }
}

fn invalid_head(path: List<Term>, at: Span) -> String {
    format!("invalid rule head: {}", crate::print::term(&Term::new(Node::Ref(path), at)))
}

/// What in a default's value needs evaluation; comprehensions may stand there.
fn not_constant(term: &Term) -> Option<&'static str> {
    match &term.node {
        Node::Constant(_) | Node::Comprehension(_) => None,
        Node::Array(items) | Node::Set(items) => items.iter().find_map(not_constant),
        Node::Object(pairs) => {
            pairs.iter().find_map(|(key, value)| not_constant(key).or_else(|| not_constant(value)))
        }
        Node::Template(parts) => parts.iter().find_map(|part| match part {
            Part::Text(_) => None,
            Part::Expr(expr) => match &expr.kind {
                Kind::Term(term) => not_constant(term),
                _ => Some("call"),
            },
        }),
        Node::Var(_) | Node::Ref(_) | Node::Call(_) => Some(term.kind_name()),
    }
}

/// What version 1 refuses in a rule.
pub(crate) fn check_v1(rule: &Rule, faults: &mut Vec<Fault>) {
    let is_function = !rule.head.args.is_empty();
    let what = if is_function { "function" } else { "rule" };
    for branch in rule.branches() {
        let mut fault = |message: String| faults.push(Fault { message, at: branch.at });
        if let [name] = branch.head.path.as_slice()
            && let Some(name) = name.as_var().filter(|name| Words::V1.has(name))
        {
            fault(format!("{name} keyword cannot be used for rule name"));
        }
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
