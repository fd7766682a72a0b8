//! Types of rules by their place under `data`.

use super::Ty;
use crate::value::Value;
use std::collections::BTreeMap;

/// A place: its type, if rules stand there, and what is below.
#[derive(Debug, Clone, Default)]
pub(crate) struct Types {
    pub(crate) own: Option<Ty>,
    pub(crate) children: BTreeMap<Value, Types>,
}

impl Types {
    pub(crate) fn child(&self, key: &Value) -> Option<&Types> {
        self.children.get(key)
    }

    /// The type of all that is here. Base documents may add anything.
    pub(crate) fn extent(&self) -> Ty {
        if let Some(own) = &self.own {
            return own.clone();
        }
        let known = self.children.iter().map(|(key, child)| (key.clone(), child.extent())).collect();
        Ty::Object(known, Some(Box::new((Ty::String, Ty::any()))))
    }

    /// Adds the type of a rule at a path.
    pub(crate) fn insert(&mut self, path: &[Value], of: &Ty) {
        let Some((key, rest)) = path.split_first() else {
            let own = self.own.take();
            let merged = match own {
                Some(own) => merged(own, of.clone()),
                None => of.clone(),
            };
            let mut below = Vec::new();
            leaves(self, &mut Vec::new(), &mut below);
            self.own =
                Some(below.into_iter().fold(merged, |whole, (path, leaf)| extended(whole, &path, &leaf)));
            return;
        };
        let child = self.children.entry(key.clone()).or_default();
        if !rest.is_empty()
            && let Some(own @ Ty::Object(..)) = child.own.take_if(|own| matches!(own, Ty::Object(..)))
        {
            child.own = Some(extended(own, rest, of));
        }
        child.insert(rest, of);
    }

    /// Sets the type at a path.
    pub(crate) fn put(&mut self, path: &[Value], of: Ty) {
        match path.split_first() {
            None => self.own = Some(of),
            Some((key, rest)) => self.children.entry(key.clone()).or_default().put(rest, of),
        }
    }
}

fn leaves(types: &Types, path: &mut Vec<Value>, out: &mut Vec<(Vec<Value>, Ty)>) {
    for (key, child) in &types.children {
        path.push(key.clone());
        match &child.own {
            Some(own) => out.push((path.clone(), own.clone())),
            None => leaves(child, path, out),
        }
        path.pop();
    }
}

/// An object that has something at a path as well; other types stay.
fn extended(whole: Ty, path: &[Value], of: &Ty) -> Ty {
    let (Ty::Object(known, rest), Some((key, below))) = (whole.clone(), path.split_first()) else {
        return whole;
    };
    let inner = if below.is_empty() { of.clone() } else { extended(Ty::Object(Vec::new(), None), below, of) };
    let key = Ty::of_value(key);
    let rest = match rest {
        Some(rest) => (rest.0.or(key), rest.1.or(inner)),
        None => (key, inner),
    };
    Ty::Object(known, Some(Box::new(rest)))
}

/// The type of two rules at one place.
fn merged(a: Ty, b: Ty) -> Ty {
    match (a, b) {
        (Ty::Object(ka, Some(a)), Ty::Object(kb, Some(b))) if ka.is_empty() && kb.is_empty() => {
            let (a, b) = (*a, *b);
            Ty::Object(Vec::new(), Some(Box::new((a.0.or(b.0), merged(a.1, b.1)))))
        }
        (Ty::Set(a), Ty::Set(b)) => Ty::Set(Box::new(a.or(*b))),
        (a, b) => a.or(b),
    }
}
