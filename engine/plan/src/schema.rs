//! Trimmed schemas: what the JSON views and a stored plan need to know of a resource type.
//!
//! A full provider schema runs to megabytes; a plan only needs the type of the values (to read state
//! attributes whose type is decided at run time) and which attributes must not be shown.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use ordain_addr::{Mode, ProviderAddr};
use ordain_value::{Kind, Marks, Type, Value};

/// One step of a pattern of attributes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PatternStep {
    /// Attribute or nested block of this name.
    Attr(Arc<str>),
    /// Every element of a list, set or map.
    Each,
}

/// What a stored plan keeps of the schema of one resource type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeSchema {
    /// Version that stored objects carry.
    pub version: u64,
    /// Type of the values.
    pub ty: Type,
    /// Attributes that the schema declares sensitive.
    pub sensitive: Vec<Vec<PatternStep>>,
    /// Members that are nested blocks rather than arguments, outer ones first. For renderers.
    pub blocks: Vec<Vec<PatternStep>>,
    /// Arguments of the object and its nested blocks that only the provider sees: their values are stored nowhere.
    /// For renderers.
    pub write_only: Vec<Vec<PatternStep>>,
}

impl TypeSchema {
    /// The value with the sensitive mark on every attribute that the schema declares sensitive.
    #[must_use]
    pub fn mark(&self, value: &Value) -> Value {
        self.sensitive.iter().fold(value.clone(), |value, pattern| mark(value, pattern))
    }

    /// The same, made only where the schema declares something sensitive.
    pub fn marked<'v>(&self, value: &'v Value) -> Cow<'v, Value> {
        if self.sensitive.is_empty() { Cow::Borrowed(value) } else { Cow::Owned(self.mark(value)) }
    }

    /// Names of the attributes and blocks below a path of names, elements of lists, sets and maps left aside;
    /// `None` where that cannot be said: the path leads to nothing, into a map or into a value whose type is
    /// decided at run time.
    pub fn names_below(&self, path: &[&str]) -> Option<Vec<Arc<str>>> {
        let mut ty = elements(&self.ty);
        for name in path {
            let Type::Object(object) = ty else { return None };
            ty = elements(object.attributes.get(name)?);
        }
        match ty {
            Type::Object(object) => Some(object.attributes.keys().cloned().collect()),
            _ => None,
        }
    }
}

/// The type of what stands inside lists and sets.
fn elements(ty: &Type) -> &Type {
    match ty {
        Type::List(element) | Type::Set(element) => elements(element),
        ty => ty,
    }
}

fn mark(value: Value, pattern: &[PatternStep]) -> Value {
    let Some((step, rest)) = pattern.split_first() else { return value.with_marks(Marks::SENSITIVE) };
    let marks = value.marks();
    let each = |items: &[Value]| items.iter().map(|item| mark(item.clone(), rest)).collect::<Arc<[Value]>>();
    let kind = match (value.kind(), step) {
        (Kind::Object(members), PatternStep::Attr(name)) => match members.get(name) {
            None => return value,
            Some(member) => {
                let mut members = (**members).clone();
                members.insert(name.clone(), mark(member.clone(), rest));
                Kind::Object(Arc::new(members))
            }
        },
        (Kind::Map(element, members), PatternStep::Each) => {
            let members = members.iter().map(|(name, value)| (name.clone(), mark(value.clone(), rest)));
            Kind::Map(element.clone(), Arc::new(members.collect()))
        }
        (Kind::Object(members), PatternStep::Each) => {
            let members = members.iter().map(|(name, value)| (name.clone(), mark(value.clone(), rest)));
            Kind::Object(Arc::new(members.collect()))
        }
        (Kind::List(element, items), PatternStep::Each) => Kind::List(element.clone(), each(items)),
        (Kind::Tuple(items), PatternStep::Each) => Kind::Tuple(each(items)),
        // Elements of a set have no place of their own: a mark inside is a mark on the whole.
        (Kind::Set(_, items), PatternStep::Each) if !items.is_empty() => {
            return value.with_marks(Marks::SENSITIVE);
        }
        _ => return value,
    };
    Value::from_kind(kind).with_marks(marks)
}

/// Trimmed schemas of all resource types that a plan or state talks about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schemas {
    /// In order of their keys.
    types: Vec<(SchemaKey, Arc<TypeSchema>)>,
}

/// What names a schema: the provider, the kind of block, and the resource type.
pub type SchemaKey = (ProviderAddr, Mode, Arc<str>);

impl Schemas {
    /// No schemas.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the schema of one type.
    pub fn insert(
        &mut self,
        provider: ProviderAddr,
        mode: Mode,
        type_name: Arc<str>,
        schema: Arc<TypeSchema>,
    ) {
        let found = self.find(&provider, mode, &type_name);
        match found.map(|at| self.types.get_mut(at)) {
            Ok(Some((_, kept))) => *kept = schema,
            Ok(None) => {}
            Err(at) => self.types.insert(at, ((provider, mode, type_name), schema)),
        }
    }

    /// The schema of one type. It is asked for each object, so nothing is copied to find it.
    pub fn get(&self, provider: &ProviderAddr, mode: Mode, type_name: &str) -> Option<&Arc<TypeSchema>> {
        let at = self.find(provider, mode, type_name).ok()?;
        self.types.get(at).map(|(_, schema)| schema)
    }

    fn find(&self, provider: &ProviderAddr, mode: Mode, type_name: &str) -> Result<usize, usize> {
        self.types.binary_search_by(|((its_provider, its_mode, its_name), _)| -> Ordering {
            its_provider.cmp(provider).then(its_mode.cmp(&mode)).then_with(|| (**its_name).cmp(type_name))
        })
    }

    /// All schemas in order.
    pub fn iter(&self) -> impl Iterator<Item = (&SchemaKey, &Arc<TypeSchema>)> {
        self.types.iter().map(|(key, schema)| (key, schema))
    }
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
