//! What variables were called before the compiler gave them names of their own.

use crate::ast::Name;
use std::collections::HashMap;

/// Names by the number in the generated one. There are thousands of numbers, and few names.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Of each number the place of its name, from 1; 0 for none.
    places: Vec<u32>,
    names: Vec<Name>,
    known: HashMap<Name, u32>,
}

impl Written {
    /// Notes what the variable with this number was called.
    pub(crate) fn insert(&mut self, number: usize, name: &Name) {
        if self.places.len() <= number {
            self.places.resize(number + 1, 0);
        }
        let new = u32::try_from(self.names.len() + 1).unwrap_or(0);
        let at = *self.known.entry(name.clone()).or_insert(new);
        if at == new {
            self.names.push(name.clone());
        }
        if let Some(place) = self.places.get_mut(number) {
            *place = at;
        }
    }

    /// What a generated variable was called; nothing for those that stand for no written one.
    pub(crate) fn get(&self, name: &str) -> Option<&Name> {
        let number = name.strip_prefix("__local")?.strip_suffix("__")?;
        let place = *self.places.get(number.parse::<usize>().ok()?)?;
        self.names.get(usize::try_from(place).ok()?.checked_sub(1)?)
    }
}
