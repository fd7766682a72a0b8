//! Terms: scalars, references, calls, collections, comprehensions and operators between them.

use super::state::{LONGEST_CHAIN, Parsed, Parser, Stopped, mark_name};
use super::text;
use super::token::Token;
use crate::ast::{Collects, Comprehension, Expr, Kind, List, Node, Part, Span, Term};
use crate::number::Number;
use crate::value::Value;

/// Largest power of ten that a literal may have; the cost of computing with it grows with the power.
const LARGEST_EXPONENT: i64 = 30_000;

impl Parser<'_> {
    /// A term with operators; `k, v in xs` too.
    pub(crate) fn infix(&mut self) -> Parsed<Term> {
        self.nested(|p| p.membership(true))
    }

    /// A term with operators, where a comma ends it.
    pub(crate) fn infix_in_list(&mut self) -> Parsed<Term> {
        self.nested(|p| p.membership(false))
    }

    fn membership(&mut self, with_key: bool) -> Parsed<Term> {
        let first = self.term()?;
        self.membership_from(first, with_key)
    }

    fn membership_from(&mut self, first: Term, with_key: bool) -> Parsed<Term> {
        let mut left = self.operators(first, 1)?;
        for _ in 0..LONGEST_CHAIN {
            if with_key && self.is_mark(",") {
                match self.keyed_membership(&left) {
                    Some(found) => left = found,
                    None => return Ok(left),
                }
            } else if self.follows("in") {
                let at = self.bump().at;
                let Ok(right) = self.relation() else { return Ok(left) };
                left = call("internal.member_2", at, vec![left, right]);
            } else {
                return Ok(left);
            }
        }
        self.fail(left.at, "expression too long")
    }

    /// `, v in xs` after a key, if that is what stands here.
    fn keyed_membership(&mut self, key: &Term) -> Option<Term> {
        let back = self.here();
        self.bump();
        let found = self.relation().ok().and_then(|value| {
            if !self.is_word("in") {
                return None;
            }
            let at = self.bump().at;
            let domain = self.relation().ok()?;
            Some(call("internal.member_3", at, vec![key.clone(), value, domain]))
        });
        if found.is_none() {
            self.back(back);
        }
        found
    }

    fn relation(&mut self) -> Parsed<Term> {
        let first = self.term()?;
        self.operators(first, 1)
    }

    /// Operators of at least this precedence after `left`; all group to the left. Where nothing can be read behind an
    /// operator, those that bind less are looked for behind what is left.
    fn operators(&mut self, mut left: Term, lowest: u8) -> Parsed<Term> {
        let (mut count, mut highest) = (0, u8::MAX);
        while let Some((mark, precedence)) = self.operator()
            && (lowest..=highest).contains(&precedence)
        {
            count += 1;
            if count > LONGEST_CHAIN {
                return self.fail(left.at, "expression too long");
            }
            let at = self.bump().at;
            let Ok(mut right) = self.term() else {
                highest = precedence.saturating_sub(1);
                continue;
            };
            while self.operator().is_some_and(|(_, next)| next > precedence) {
                right = self.nested(|p| p.operators(right, precedence + 1))?;
            }
            left = call(mark_name(mark), at, vec![left, right]);
        }
        Ok(left)
    }

    fn operator(&self) -> Option<(&'static str, u8)> {
        let Token::Mark(mark) = self.peek().token else { return None };
        let precedence = match mark {
            "==" | "!=" | "<" | ">" | "<=" | ">=" => 1,
            "|" => 2,
            "&" => 3,
            "+" | "-" => 4,
            "*" | "/" | "%" => 5,
            _ => return None,
        };
        Some((mark, precedence))
    }

    /// A term without operators around it.
    pub(crate) fn term(&mut self) -> Parsed<Term> {
        if let Some(outcome) = self.tried() {
            return outcome;
        }
        let start = self.here();
        let bracket = matches!(self.peek().token, Token::Mark("[" | "{" | "("));
        let outcome = self.nested(Self::fresh_term);
        if bracket {
            self.keep_try(start, &outcome);
        }
        outcome
    }

    fn fresh_term(&mut self) -> Parsed<Term> {
        if self.is_mark("-") && self.nth_is_name(1) {
            let at = self.bump().at;
            let operand = self.head_and_path()?;
            return Ok(call("minus", at, vec![Term::constant(0_i64, at), operand]));
        }
        self.head_and_path()
    }

    /// Whether a token ahead is a name and no keyword; `contains` is a function as well.
    fn nth_is_name(&self, ahead: usize) -> bool {
        let next = self.nth(ahead);
        let word = self.slice(next.at);
        next.token == Token::Name && (word == "contains" || !self.words.has(word))
    }

    fn head_and_path(&mut self) -> Parsed<Term> {
        let head = self.primary()?;
        self.path_after(head, false)
    }

    fn primary(&mut self) -> Parsed<Term> {
        let next = self.peek();
        match next.token {
            Token::Name => self.name(),
            Token::Number | Token::Mark("-" | ".") => self.number(),
            Token::Text | Token::Raw => {
                self.bump();
                let slice = self.slice(next.at);
                let inner = slice.get(1..slice.len().saturating_sub(1)).unwrap_or_default();
                let plain = next.token == Token::Raw || !inner.contains('\\');
                let value = if plain { self.shared(inner) } else { self.shared(&text::unescape(inner)) };
                Ok(Term::constant(Value::String(value), next.at))
            }
            Token::Piece { .. } | Token::RawPiece { .. } => self.template(),
            Token::Mark("[") => self.array(),
            Token::Mark("{") => self.set_or_object(),
            Token::Mark("(") => {
                self.bump();
                let inner = self.infix()?;
                if !self.eat(")") {
                    return self.fail(self.peek().at, "non-terminated expression");
                }
                Ok(inner)
            }
            _ => self.illegal(""),
        }
    }

    fn name(&mut self) -> Parsed<Term> {
        let at = self.peek().at;
        let word = self.slice(at);
        let named = self.is_named();
        let constant = match word {
            _ if named => None,
            "null" => Some(Value::Null),
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        };
        if let Some(value) = constant {
            self.bump();
            return Ok(Term::constant(value, at));
        }
        // `contains` is the name of a function as well; only rule heads treat it as a keyword.
        if self.is_word(word) && !named && word != "contains" {
            return self.illegal("");
        }
        self.bump();
        Ok(self.variable(word, at))
    }

    fn variable(&mut self, word: &str, at: Span) -> Term {
        Term::var(self.name_of(word), at)
    }

    fn number(&mut self) -> Parsed<Term> {
        let start = self.peek().at;
        let mut text = String::new();
        if self.eat("-") {
            text.push('-');
        }
        if self.eat(".") {
            text.push_str("0.");
        }
        let next = self.peek();
        if next.token != Token::Number {
            return self.illegal("expected number");
        }
        let digits = self.slice(next.at);
        let follows = digits.as_bytes().get(1);
        let exponent = digits.len() > 2 && matches!(follows, Some(b'e' | b'E'));
        if !text.ends_with('.')
            && digits.len() > 1
            && digits.starts_with('0')
            && follows != Some(&b'.')
            && !exponent
        {
            return self.illegal("expected number without leading zero");
        }
        text.push_str(digits);
        let at = start.to(next.at);
        match Number::parse(&text) {
            Some(number) if exponent_of(&text).abs() <= LARGEST_EXPONENT => {
                self.bump();
                Ok(Term::constant(number, at))
            }
            Some(_) => self.fail(next.at, "number too big"),
            None => self.illegal("invalid float"),
        }
    }

    /// `.name`, `[key]` and `(operands)` after a term. With `apart`, white space may stand before the first.
    pub(crate) fn path_after(&mut self, head: Term, apart: bool) -> Parsed<Term> {
        let opens = |p: &Self| matches!(p.peek().token, Token::Mark("." | "[" | "("));
        if !opens(self) || (self.peek().spaced && !apart) {
            return Ok(root_reference(head));
        }
        if matches!(head.node, Node::Constant(_) | Node::Template(_)) {
            self.tell(head.at, format!("illegal ref (head cannot be {})", head.kind_name()));
        }
        let mut path = match head.node {
            Node::Ref(path) => path.into_vec(0),
            _ => vec![head],
        };
        let start = path.first().map(|term| term.at).unwrap_or_default();
        let mut first = apart;
        while opens(self) && (first || !self.peek().spaced) {
            first = false;
            if self.is_mark("(") {
                let operator = operator_at(path, start.to(self.last()));
                let made = self.operands(operator)?;
                if !matches!(self.peek().token, Token::Mark("." | "[")) || self.peek().spaced {
                    return Ok(made);
                }
                path = vec![made];
                continue;
            }
            path.push(self.path_part()?);
        }
        Ok(Term::new(Node::Ref(path.into()), start.to(self.last())))
    }

    fn path_part(&mut self) -> Parsed<Term> {
        if self.is_mark(".") {
            let before = self.here();
            let dot = self.bump().at;
            let next = self.peek();
            if next.spaced {
                self.back(before);
                self.stop_at_blank(dot);
                return self.illegal("expected identifier");
            }
            if next.token != Token::Name {
                return self.illegal("expected identifier");
            }
            let word = self.slice(next.at);
            if matches!(word, "null" | "true" | "false") && !self.is_keyword(word) {
                return self.illegal("expected identifier");
            }
            self.bump();
            return Ok(Term::constant(Value::String(self.shared(word)), next.at));
        }
        self.bump();
        let key = self.infix()?;
        if !self.eat("]") {
            return self.illegal("expected [");
        }
        Ok(key)
    }

    fn operands(&mut self, operator: Term) -> Parsed<Term> {
        self.bump();
        let start = operator.at;
        let is_set = operator.is_named("set");
        let mut terms = vec![operator];
        self.list(")", &mut terms)?;
        let at = start.to(self.last());
        if is_set && terms.len() == 1 {
            return Ok(Term::new(Node::Set(List::new()), at));
        }
        Ok(Term::new(Node::Call(terms.into()), at))
    }

    /// Terms up to `end`; a comma may stand after the last one.
    fn list(&mut self, end: &'static str, out: &mut Vec<Term>) -> Parsed<()> {
        while !self.eat(end) {
            out.push(self.infix_in_list()?);
            if !self.eat(",") && !self.is_mark(end) {
                return self.illegal(&format!("expected \",\" or \"{end}\""));
            }
        }
        Ok(())
    }

    fn array(&mut self) -> Parsed<Term> {
        let start = self.bump().at;
        let mut items = Vec::new();
        if self.eat("]") {
            return Ok(Term::new(Node::Array(items.into()), start.to(self.last())));
        }
        let comprehension = !self.eat(",");
        let head = self.term()?;
        if comprehension
            && self.is_mark("|")
            && let Some(made) = self.comprehension(Collects::Array, None, &head, "]", start)?
        {
            return Ok(made);
        }
        items.push(self.membership_from(head, false)?);
        if !self.eat(",") && !self.is_mark("]") {
            return self.illegal("expected \",\" or \"]\"");
        }
        self.list("]", &mut items)?;
        Ok(Term::new(Node::Array(items.into()), start.to(self.last())))
    }

    /// The body of a comprehension after its head; nothing if what follows `|` is an operand instead.
    fn comprehension(
        &mut self,
        collects: Collects,
        key: Option<&Term>,
        value: &Term,
        end: &'static str,
        start: Span,
    ) -> Parsed<Option<Term>> {
        let back = self.here();
        self.bump();
        if let Ok(body) = self.nested(|p| p.body(end)) {
            self.bump();
            let inner = Comprehension { collects, key: key.cloned(), value: value.clone(), body };
            let at = start.to(self.last());
            return Ok(Some(Term::new(Node::Comprehension(Box::new(inner)), at)));
        }
        // `{a | b, c}` is a set of a union: the body ended at a comma.
        if self.is_mark(",") {
            self.back(back);
            return Ok(None);
        }
        Err(Stopped)
    }

    fn set_or_object(&mut self) -> Parsed<Term> {
        let start = self.bump().at;
        if self.eat("}") {
            return Ok(Term::new(Node::Object(List::new()), start.to(self.last())));
        }
        let comprehension = !self.eat(",");
        let head = self.term()?;
        if comprehension
            && self.is_mark("|")
            && let Some(made) = self.comprehension(Collects::Set, None, &head, "}", start)?
        {
            return Ok(made);
        }
        let head = self.membership_from(head, false)?;
        if self.is_mark(":") {
            return self.object(head, comprehension, start);
        }
        if !self.eat(",") && !self.is_mark("}") {
            return self.illegal("non-terminated set");
        }
        let mut items = vec![head];
        self.list("}", &mut items)?;
        Ok(Term::new(Node::Set(items.into()), start.to(self.last())))
    }

    fn object(&mut self, key: Term, comprehension: bool, start: Span) -> Parsed<Term> {
        self.bump();
        let back = self.here();
        let value = self.term()?;
        // A value without operators, or what a comprehension collects.
        let ended = self.is_mark("}") || self.is_mark(",");
        if comprehension && (ended || self.is_mark("|")) {
            let made = if ended {
                self.pairs((key.clone(), value), start).ok()
            } else {
                self.comprehension(Collects::Object, Some(&key), &value, "}", start).ok().flatten()
            };
            if let Some(made) = made {
                return Ok(made);
            }
        }
        self.back(back);
        if !comprehension || !ended {
            let value = self.infix_in_list()?;
            if self.is_mark("}") || self.is_mark(",") {
                return self.pairs((key, value), start);
            }
        }
        self.illegal("non-terminated object")
    }

    /// The rest of an object after its first pair.
    fn pairs(&mut self, first: (Term, Term), start: Span) -> Parsed<Term> {
        let mut pairs = vec![first];
        loop {
            let more = self.eat(",");
            if self.eat("}") {
                return Ok(Term::new(Node::Object(unrepeated(pairs)), start.to(self.last())));
            }
            if !more {
                return self.illegal("expected \",\" or \"}\"");
            }
            let key = self.infix_in_list()?;
            if !self.eat(":") {
                return self.illegal("expected \":\"");
            }
            pairs.push((key, self.infix_in_list()?));
        }
    }

    fn template(&mut self) -> Parsed<Term> {
        let start = self.peek().at;
        let mut parts = Vec::new();
        loop {
            let next = self.bump();
            let (raw, last) = match next.token {
                Token::Piece { last } => (false, last),
                Token::RawPiece { last } => (true, last),
                _ => return self.fail(next.at, "expected } to end template string expression"),
            };
            let slice = self.slice(next.at);
            let inner = text::piece(slice, raw);
            if !inner.is_empty() {
                parts.push(Part::Text(Term::constant(inner, next.at)));
            }
            if last {
                return Ok(Term::new(Node::Template(parts.into()), start.to(next.at)));
            }
            parts.push(self.template_part()?);
        }
    }

    fn template_part(&mut self) -> Parsed<Part> {
        let Ok(expr) = self.nested(Self::literal) else {
            return self.fail(self.peek().at, "invalid template-string expression");
        };
        let unexpected = if expr.negated {
            "negation ('not')"
        } else if expr.is_equality() {
            "unification ('=')"
        } else if expr.is_assignment() {
            "assignment (':=')"
        } else if matches!(expr.kind, Kind::Every(_)) {
            "'every'"
        } else if matches!(expr.kind, Kind::Some(_)) {
            "'some'"
        } else if !matches!(expr.kind, Kind::Term(_) | Kind::Call(_)) {
            "statement"
        } else {
            return Ok(constant_part(expr));
        };
        self.fail(expr.at, format!("unexpected {unexpected} in template-string expression"))
    }
}

fn constant_part(expr: Expr) -> Part {
    match expr.kind {
        Kind::Term(term) if matches!(term.node, Node::Constant(_)) && expr.with.is_empty() => {
            Part::Text(*term)
        }
        kind => Part::Expr(Box::new(Expr { kind, ..expr })),
    }
}

fn exponent_of(text: &str) -> i64 {
    text.split_once(['e', 'E']).map_or(0, |(_, power)| power.parse().unwrap_or(i64::MAX / 2))
}

/// The operator at a path: a plain name is no reference.
fn operator_at(mut path: Vec<Term>, at: Span) -> Term {
    match path.pop() {
        Some(Term { node: node @ Node::Var(_), .. }) if path.is_empty() => Term::new(node, at),
        last => Term::new(Node::Ref(path.into_iter().chain(last).collect()), at),
    }
}

/// `input` and `data` alone are references.
fn root_reference(head: Term) -> Term {
    match head.as_var() {
        Some(name) if matches!(&**name, "input" | "data") => {
            let at = head.at;
            Term::new(Node::Ref([head].into()), at)
        }
        _ => head,
    }
}

/// A call of a named function.
pub(crate) fn call(name: &str, at: Span, operands: Vec<Term>) -> Term {
    let whole = match (operands.first(), operands.last()) {
        (Some(first), Some(last)) => first.at.to(last.at),
        _ => at,
    };
    let mut terms = Vec::with_capacity(operands.len() + 1);
    terms.push(Term::operator(name, at));
    terms.extend(operands);
    Term::new(Node::Call(terms.into()), whole)
}

/// Of pairs with one constant as their key the last one counts, at the place of the first.
fn unrepeated(pairs: Vec<(Term, Term)>) -> List<(Term, Term)> {
    let mut places = std::collections::BTreeMap::new();
    let mut out: Vec<(Term, Term)> = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        let before = key.as_constant().and_then(|key| places.insert(key.clone(), out.len()));
        match before.and_then(|at| out.get_mut(at)) {
            Some(pair) => {
                places.extend(key.as_constant().cloned().zip(before));
                pair.1 = value;
            }
            None => out.push((key, value)),
        }
    }
    out.into()
}
