//! Names of rules and imports to full references: `p` in package `a` is `data.a.p`.

use super::vars::{self, Names, Skip};
use crate::ast::{Comprehension, Expr, Kind, List, Name, Node, Part, Rule, Span, Term};
use crate::value::Value;
use std::collections::HashMap;

/// What a name stands for in a module.
pub(crate) struct Global {
    pub(crate) path: List<Term>,
    pub(crate) used: bool,
}

pub(crate) type Globals = HashMap<Name, Global>;

/// The names of a module: rules of its package (by name), then imports, which win.
pub(crate) fn globals<'r>(
    package: &[Value],
    rules: impl Iterator<Item = &'r Name>,
    imports: &[crate::ast::Import],
) -> Globals {
    let mut out = Globals::new();
    for name in rules {
        let at = Span::default();
        let mut path = package_path(package, at);
        path.push(Term::constant(&**name, at));
        out.insert(name.clone(), Global { path: path.into(), used: false });
    }
    for import in imports {
        let head = import.path.first().and_then(Term::as_var).map(|name| name.to_string());
        if matches!(head.as_deref(), Some("future" | "rego")) {
            continue;
        }
        out.insert(import_name(import), Global { path: import.path.clone(), used: false });
    }
    out
}

/// The name under which an import is known.
pub(crate) fn import_name(import: &crate::ast::Import) -> Name {
    if let Some(alias) = &import.alias {
        return alias.clone();
    }
    match import.path.last().map(|part| &part.node) {
        Some(Node::Constant(Value::String(name)) | Node::Var(name)) => name.clone(),
        _ => "".into(),
    }
}

pub(crate) fn package_path(package: &[Value], at: Span) -> Vec<Term> {
    let rest = package.iter().skip(1).map(|part| Term::constant(part.clone(), at));
    std::iter::once(Term::var("data", at)).chain(rest).collect()
}

/// Resolves names; those in `hidden` are declared where they stand.
pub(crate) struct Resolver<'g> {
    pub(crate) globals: &'g mut Globals,
    pub(crate) hidden: Vec<Names>,
}

impl Resolver<'_> {
    /// A rule; `Err` names a parameter that shadows a document.
    pub(crate) fn rule(&mut self, rule: &mut Rule) -> Result<(), String> {
        let mut args = Names::new();
        for arg in &rule.head.args {
            shadowing(arg)?;
            vars::term_into(arg, Skip { sets: true, keys: true, closures: true, heads: false }, &mut args);
        }
        self.hidden = vec![args, vars::declared(&rule.body)];
        let head = &mut rule.head;
        head.path.iter_mut().skip(1).for_each(|part| self.term(part));
        head.key.iter_mut().for_each(|key| self.term(key));
        head.value.iter_mut().for_each(|value| self.term(value));
        self.body(&mut rule.body);
        self.hidden.clear();
        if let Some(otherwise) = &mut rule.otherwise {
            self.rule(otherwise)?;
        }
        Ok(())
    }

    fn hides(&self, name: &Name) -> bool {
        self.hidden.iter().any(|names| names.contains(name))
    }

    fn global(&mut self, name: &Name, at: Span) -> Option<List<Term>> {
        if self.hides(name) {
            return None;
        }
        let global = self.globals.get_mut(name)?;
        global.used = true;
        let place = |part: &Term| Term { at, ..part.clone() };
        Some(global.path.iter().map(place).collect())
    }

    pub(crate) fn body(&mut self, body: &mut [Expr]) {
        body.iter_mut().for_each(|expr| self.expr(expr));
    }

    /// A body with names of its own.
    fn scope(&mut self, names: Names, body: &mut [Expr], heads: &mut [&mut Term]) {
        self.hidden.push(names);
        heads.iter_mut().for_each(|head| self.term(head));
        self.body(body);
        self.hidden.pop();
    }

    fn expr(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            Kind::Term(term) => self.term(term),
            Kind::Call(terms) => terms.iter_mut().for_each(|term| self.term(term)),
            Kind::Some(terms) => {
                for term in terms {
                    if let Node::Call(operands) = &mut term.node {
                        operands.iter_mut().skip(1).for_each(|operand| self.term(operand));
                    }
                }
            }
            Kind::Every(every) => {
                let mut own = Names::new();
                every.key.iter().for_each(|key| vars::term_into(key, Skip::NOTHING, &mut own));
                vars::term_into(&every.value, Skip::NOTHING, &mut own);
                let mut names = vars::declared(&every.body);
                names.extend(own.iter().cloned());
                self.scope(own, &mut [], &mut [&mut every.domain]);
                self.scope(names, &mut every.body, &mut []);
            }
            Kind::Not { body, .. } => self.scope(vars::declared(body), body, &mut []),
            Kind::And(sides) | Kind::Or(sides) => {
                self.scope(vars::declared(&sides.left), &mut sides.left, &mut []);
                self.scope(vars::declared(&sides.right), &mut sides.right, &mut []);
            }
        }
        for with in &mut expr.with {
            self.term(&mut with.target);
            self.term(&mut with.value);
        }
    }

    pub(crate) fn term(&mut self, term: &mut Term) {
        match &mut term.node {
            Node::Constant(_) => {}
            Node::Var(name) => {
                if let Some(path) = self.global(&name.clone(), term.at) {
                    term.node = Node::Ref(path);
                }
            }
            Node::Ref(path) => self.path(path),
            Node::Comprehension(inner) => {
                let Comprehension { key, value, body, .. } = &mut **inner;
                let mut heads: Vec<&mut Term> = key.iter_mut().collect();
                heads.push(value);
                self.scope(vars::declared(body), body, &mut heads);
            }
            Node::Template(parts) => {
                for part in parts {
                    if let Part::Expr(expr) = part {
                        self.expr(expr);
                    }
                }
            }
            Node::Array(_) | Node::Set(_) | Node::Object(_) | Node::Call(_) => {
                vars::each_child_mut(term, &mut |child| self.term(child));
            }
        }
    }

    fn path(&mut self, path: &mut List<Term>) {
        let resolved = match path.first() {
            Some(Term { node: Node::Var(name), at }) => self.global(&name.clone(), *at),
            _ => None,
        };
        let from = usize::from(matches!(path.first().map(|head| &head.node), Some(Node::Var(_))));
        // Texts within brackets see no names of the module.
        let parts = path.iter_mut().skip(from).filter(|part| !matches!(part.node, Node::Template(_)));
        parts.for_each(|part| self.term(part));
        if let Some(whole) = resolved {
            *path = whole.into_iter().chain(std::mem::take(path).into_iter().skip(1)).collect();
        }
    }
}

fn shadowing(arg: &Term) -> Result<(), String> {
    match &arg.node {
        Node::Ref(path) if path.len() == 1 => {
            Err(format!("args must not shadow {} (use a different variable name)", crate::print::term(arg)))
        }
        Node::Array(items) => items.iter().try_for_each(shadowing),
        Node::Object(pairs) => pairs.iter().try_for_each(|(_, value)| shadowing(value)),
        _ => Ok(()),
    }
}
