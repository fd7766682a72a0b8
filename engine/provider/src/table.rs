//! Schemas by name, some of them not worked out before somebody asks.

use std::collections::BTreeMap;
use std::collections::btree_map::{Iter, Keys};
use std::sync::{Arc, OnceLock};

use crate::Schema;

/// Works out the schema of a name that is in the table.
pub type Load = Arc<dyn Fn(&str) -> Schema + Send + Sync>;

/// Schemas by name. Those of an external provider with a thousand types are worked out one by one, as they
/// are asked for.
#[derive(Clone, Default)]
pub struct SchemaTable {
    entries: BTreeMap<Arc<str>, OnceLock<Arc<Schema>>>,
    load: Option<Load>,
}

impl SchemaTable {
    /// A table of these names, whose schemas `load` works out.
    pub fn lazy(names: impl IntoIterator<Item = Arc<str>>, load: Load) -> Self {
        Self { entries: names.into_iter().map(|name| (name, OnceLock::new())).collect(), load: Some(load) }
    }

    fn made<'t>(&'t self, name: &str, cell: &'t OnceLock<Arc<Schema>>) -> &'t Arc<Schema> {
        cell.get_or_init(|| Arc::new(self.load.as_ref().map(|load| load(name)).unwrap_or_default()))
    }

    /// The schema of a name.
    pub fn get(&self, name: &str) -> Option<&Arc<Schema>> {
        let (name, cell) = self.entries.get_key_value(name)?;
        Some(self.made(name, cell))
    }

    /// Whether there is a schema of that name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// All names, in order.
    pub fn keys(&self) -> Keys<'_, Arc<str>, OnceLock<Arc<Schema>>> {
        self.entries.keys()
    }

    /// All names and schemas, in order. Works out all of them.
    pub fn iter(&self) -> Entries<'_> {
        Entries { table: self, inner: self.entries.iter() }
    }

    /// All schemas, in the order of their names. Works out all of them.
    pub fn values(&self) -> impl Iterator<Item = &Arc<Schema>> {
        self.iter().map(|(_, schema)| schema)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds or replaces one.
    pub fn insert(&mut self, name: Arc<str>, schema: Arc<Schema>) {
        self.entries.insert(name, OnceLock::from(schema));
    }
}

impl std::fmt::Debug for SchemaTable {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_set().entries(self.entries.keys()).finish()
    }
}

impl FromIterator<(Arc<str>, Arc<Schema>)> for SchemaTable {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Arc<Schema>)>>(items: I) -> Self {
        let entries = items.into_iter().map(|(name, schema)| (name, OnceLock::from(schema)));
        Self { entries: entries.collect(), load: None }
    }
}

impl<const N: usize> From<[(Arc<str>, Arc<Schema>); N]> for SchemaTable {
    fn from(items: [(Arc<str>, Arc<Schema>); N]) -> Self {
        items.into_iter().collect()
    }
}

/// Names and schemas of a [`SchemaTable`].
pub struct Entries<'t> {
    table: &'t SchemaTable,
    inner: Iter<'t, Arc<str>, OnceLock<Arc<Schema>>>,
}

impl<'t> Iterator for Entries<'t> {
    type Item = (&'t Arc<str>, &'t Arc<Schema>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, cell) = self.inner.next()?;
        Some((name, self.table.made(name, cell)))
    }
}

impl<'t> IntoIterator for &'t SchemaTable {
    type Item = (&'t Arc<str>, &'t Arc<Schema>);
    type IntoIter = Entries<'t>;

    fn into_iter(self) -> Entries<'t> {
        self.iter()
    }
}
