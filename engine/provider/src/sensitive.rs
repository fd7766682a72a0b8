//! Which parts of an object a schema declares sensitive.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_value::{Kind, Marks, Path, Step, Value};

use crate::{Attribute, AttributeType, Block, Nesting};

impl Block {
    /// Whether any attribute, nested ones included, is declared sensitive.
    pub fn has_sensitive(&self) -> bool {
        attributes_have(&self.attributes) || self.blocks.values().any(|nested| nested.block.has_sensitive())
    }

    /// The value with the attributes marked that the schema declares sensitive. Those inside sets mark
    /// the set.
    #[must_use]
    pub fn mark_sensitive(&self, value: Value) -> Value {
        if !self.has_sensitive() {
            return value;
        }
        let mut paths = Vec::new();
        self.collect(&value, &Path::root(), &mut paths);
        value.with_marks_at(paths.iter().map(|path| (path, Marks::SENSITIVE)))
    }

    fn collect(&self, value: &Value, path: &Path, paths: &mut Vec<Path>) {
        attributes(&self.attributes, value, path, paths);
        for (name, nested) in self.blocks.iter().filter(|(_, nested)| nested.block.has_sensitive()) {
            let Some(part) = value.get(name) else { continue };
            each(nested.nesting, part, &path.attr(name.clone()), paths, &|object, path, paths| {
                nested.block.collect(object, path, paths);
            });
        }
    }
}

fn attributes_have(attributes: &BTreeMap<Arc<str>, Attribute>) -> bool {
    attributes.values().any(|attribute| {
        attribute.flags.sensitive
            || matches!(&attribute.ty, AttributeType::Nested(nested) if attributes_have(&nested.attributes))
    })
}

fn attributes(schema: &BTreeMap<Arc<str>, Attribute>, value: &Value, path: &Path, paths: &mut Vec<Path>) {
    for (name, attribute) in schema {
        let path = || path.attr(name.clone());
        match (&attribute.ty, value.get(name)) {
            (_, Some(_)) if attribute.flags.sensitive => paths.push(path()),
            (AttributeType::Nested(nested), Some(part)) if attributes_have(&nested.attributes) => {
                each(nested.nesting, part, &path(), paths, &|object, path, paths| {
                    attributes(&nested.attributes, object, path, paths);
                });
            }
            _ => {}
        }
    }
}

type Visit<'v> = &'v dyn Fn(&Value, &Path, &mut Vec<Path>);

fn each(nesting: Nesting, value: &Value, path: &Path, paths: &mut Vec<Path>, visit: Visit<'_>) {
    match (nesting, value.kind()) {
        (Nesting::Single | Nesting::Group, Kind::Object(_)) => visit(value, path, paths),
        (_, Kind::Set(_, items)) if !items.is_empty() => paths.push(path.clone()),
        (_, Kind::List(_, items) | Kind::Tuple(items)) => {
            for (at, item) in items.iter().enumerate() {
                visit(item, &path.index(i64::try_from(at).unwrap_or(i64::MAX)), paths);
            }
        }
        (_, Kind::Map(_, members)) => {
            for (key, item) in members.iter() {
                visit(item, &path.index(&**key), paths);
            }
        }
        (_, Kind::Object(members)) => {
            for (key, item) in members.iter() {
                visit(item, &path.then(Step::Attr(key.clone())), paths);
            }
        }
        _ => {}
    }
}
