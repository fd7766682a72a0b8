//! References whose parts cannot exist.

use super::Ty;
use super::check::Checker;
use super::tree::Types;
use super::unify::unifies;
use crate::ast::{Node, Term};
use crate::value::Value;

/// A reference that leads nowhere.
pub(crate) struct Dangling {
    /// It leads to a function, which can only be called.
    pub(crate) function: bool,
}

impl Dangling {
    const NOWHERE: Self = Self { function: false };
    const FUNCTION: Self = Self { function: true };
}

impl Checker<'_> {
    /// The type of a reference; unknown if nothing is known.
    pub(crate) fn reference(&mut self, path: &[Term]) -> Ty {
        let Some((head, rest)) = path.split_first() else { return Ty::Unknown };
        match head.as_var().map(|name| &**name) {
            Some("data") => {
                let rules = self.rules.clone();
                match place(&rules, rest) {
                    Place::Within(node) => node.extent(),
                    Place::Below(of, rest) => self.selected(of, rest),
                    Place::Outside => Ty::any(),
                }
            }
            Some("input") => {
                let input = self.input.clone();
                self.selected(input, rest)
            }
            _ => {
                let of = self.of(head);
                self.selected(of, rest)
            }
        }
    }

    fn selected(&self, of: Ty, rest: &[Term]) -> Ty {
        rest.iter().fold(of, |of, part| match (&of, part.as_constant()) {
            (Ty::Unknown, _) => Ty::Unknown,
            (_, Some(key)) => of.select(key),
            (_, None) => of.values(),
        })
    }

    /// Tells whether a reference can have a value; gives types to the variables in its path.
    pub(crate) fn check_reference(&mut self, path: &[Term]) -> Result<(), Dangling> {
        let Some((head, rest)) = path.split_first() else { return Ok(()) };
        if matches!(self.reference(path), Ty::Function(..)) {
            return Err(Dangling::FUNCTION);
        }
        match head.as_var().map(|name| &**name) {
            Some("data") => {
                let rules = self.rules.clone();
                self.check_place(&rules, rest, 1)
            }
            Some("input") => {
                let input = self.input.clone();
                self.check_leaf(input, rest)
            }
            _ => {
                let mut of = self.of(head);
                if matches!(head.node, Node::Constant(_)) && of.keys() == Ty::Unknown {
                    // Members of a single value: whatever they are compared with tells.
                    return Ok(());
                }
                if of == Ty::Unknown {
                    of = Ty::any();
                    // What is looked into exists, whatever it is: a parameter that nothing else tells of.
                    if let Some(name) = head.as_var() {
                        self.learn(name, Ty::any());
                    }
                }
                self.check_leaf(of, rest)
            }
        }
    }

    fn check_place(&mut self, node: &Types, rest: &[Term], depth: usize) -> Result<(), Dangling> {
        if let Some(own) = &node.own {
            return self.check_leaf(own.clone(), rest);
        }
        let Some((part, after)) = rest.split_first() else { return Ok(()) };
        // Packages and the rules in them have names.
        let is_name = part.as_constant().is_some_and(|key| key.as_str().is_some());
        if depth <= 2 && !node.children.is_empty() && !is_name && !matches!(part.node, Node::Var(_)) {
            return Err(Dangling::NOWHERE);
        }
        if let Node::Var(name) = &part.node {
            let keys = node.extent().keys();
            match self.known(name) {
                Some(exist) if !unifies(&keys, &exist) => return Err(Dangling::NOWHERE),
                Some(_) => {}
                None => self.learn(name, keys),
            }
        }
        match part.as_constant().and_then(|key| node.child(key)) {
            Some(child) => self.check_place(child, after, depth + 1),
            // A base document, of which nothing is known.
            None => self.check_leaf(Ty::any(), rest),
        }
    }

    fn check_leaf(&mut self, of: Ty, rest: &[Term]) -> Result<(), Dangling> {
        let Some((part, after)) = rest.split_first() else { return Ok(()) };
        let keys = of.keys();
        if keys == Ty::Unknown {
            return Err(Dangling { function: matches!(of, Ty::Function(..)) });
        }
        match &part.node {
            Node::Var(name) => match self.known(name) {
                Some(exist) if !unifies(&exist, &keys) => return Err(Dangling::NOWHERE),
                Some(_) => {}
                None => self.learn(name, keys),
            },
            Node::Ref(path) => {
                let exist = self.reference(path);
                if exist != Ty::Unknown && !unifies(&exist, &keys) {
                    return Err(Dangling::NOWHERE);
                }
            }
            Node::Constant(key) => {
                let child = of.select(key);
                return if child == Ty::Unknown {
                    Err(Dangling::NOWHERE)
                } else {
                    self.check_leaf(child, after)
                };
            }
            _ => {
                if !self.fits(part, &keys, false) {
                    return Err(Dangling::NOWHERE);
                }
            }
        }
        self.check_leaf(of.values(), after)
    }
}

enum Place<'t, 'p> {
    Within(&'t Types),
    Below(Ty, &'p [Term]),
    Outside,
}

fn place<'t, 'p>(node: &'t Types, rest: &'p [Term]) -> Place<'t, 'p> {
    let Some((part, after)) = rest.split_first() else { return Place::Within(node) };
    let key: Option<&Value> = part.as_constant();
    if let Some(own) = &node.own {
        return match key.and_then(|key| node.child(key)) {
            Some(child) => place(child, after),
            None => Place::Below(own.clone(), rest),
        };
    }
    match key {
        None => Place::Below(node.extent(), rest),
        Some(key) => match node.child(key) {
            Some(child) => place(child, after),
            None => Place::Outside,
        },
    }
}
