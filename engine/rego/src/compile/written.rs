//! What variables were called before the compiler gave them names of their own.

use crate::ast::Name;

/// Names by the number in the generated one: there are thousands of them.
#[derive(Debug, Default)]
pub(crate) struct Written(Vec<Option<Name>>);

impl Written {
    /// Notes what the variable with this number was called.
    pub(crate) fn insert(&mut self, number: usize, name: &Name) {
        if self.0.len() <= number {
            self.0.resize(number + 1, None);
        }
        if let Some(place) = self.0.get_mut(number) {
            *place = Some(name.clone());
        }
    }

    /// What a generated variable was called; nothing for those that stand for no written one.
    pub(crate) fn get(&self, name: &str) -> Option<&Name> {
        let number = name.strip_prefix("__local")?.strip_suffix("__")?;
        self.0.get(number.parse::<usize>().ok()?)?.as_ref()
    }
}
