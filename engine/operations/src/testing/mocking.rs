//! Values of computed attributes that nobody computes: given ones, else made up ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_lang::World;
use ordain_provider::{Attribute, AttributeType, Block, NestedObject, Nesting};
use ordain_value::{Kind, Type, Value, convert};

/// What becomes of computed attributes that have no value yet.
#[derive(Clone, Copy)]
pub(super) enum Decide<'d> {
    /// They stay open until apply.
    Later,
    /// They take these values (an object; what is not there is made up).
    Now(&'d Value),
}

/// Fills in what a provider would compute.
pub(super) struct Filler<'f> {
    pub(super) world: &'f dyn World,
    pub(super) found: Diagnostics,
}

impl Filler<'_> {
    /// The object with every computed attribute decided that is null or unknown.
    pub(super) fn fill(&mut self, block: &Block, object: &Value, decide: Decide<'_>) -> Value {
        let Some(members) = object.as_members() else { return object.clone() };
        let mut out = members.clone();
        for (name, attribute) in &block.attributes {
            let value =
                self.attribute(name, attribute, member(object, name, &attribute.value_type()), decide);
            out.insert(name.clone(), value);
        }
        for (name, nested) in &block.blocks {
            let Some(value) = members.get(name) else { continue };
            let inner = inner(decide, name);
            let filled = self.each(value, &mut |filler, one| filler.fill(&nested.block, one, inner.decide()));
            out.insert(name.clone(), filled);
        }
        Value::object(out)
    }

    fn attribute(
        &mut self,
        name: &Arc<str>,
        attribute: &Attribute,
        value: Value,
        decide: Decide<'_>,
    ) -> Value {
        let open = value.is_null() || !value.is_known();
        if open && attribute.flags.computed {
            return match decide {
                Decide::Later => Value::unknown(attribute.value_type()),
                Decide::Now(given) => self.decided(name, attribute, given),
            };
        }
        match &attribute.ty {
            AttributeType::Nested(nested) if !open => {
                let inner = inner(decide, name);
                self.each(&value, &mut |filler, one| filler.nested(nested, one, inner.decide()))
            }
            _ => value,
        }
    }

    fn nested(&mut self, nested: &NestedObject, object: &Value, decide: Decide<'_>) -> Value {
        let Some(members) = object.as_members() else { return object.clone() };
        let mut out = members.clone();
        for (name, attribute) in &nested.attributes {
            let value =
                self.attribute(name, attribute, member(object, name, &attribute.value_type()), decide);
            out.insert(name.clone(), value);
        }
        Value::object(out)
    }

    /// Goes through the objects of a nested block or attribute, however they are kept.
    fn each(&mut self, value: &Value, change: &mut dyn FnMut(&mut Self, &Value) -> Value) -> Value {
        match value.kind() {
            Kind::List(ty, items) => {
                let items: Vec<Value> = items.iter().map(|item| change(self, item)).collect();
                Value::list((**ty).clone(), items)
            }
            Kind::Set(ty, items) => {
                let items: Vec<Value> = items.iter().map(|item| change(self, item)).collect();
                Value::set((**ty).clone(), items)
            }
            Kind::Tuple(items) => {
                Value::tuple(items.iter().map(|item| change(self, item)).collect::<Vec<_>>())
            }
            Kind::Map(ty, members) => {
                let members: Vec<_> =
                    members.iter().map(|(name, item)| (name.clone(), change(self, item))).collect();
                Value::map((**ty).clone(), members)
            }
            Kind::Object(_) => change(self, value),
            _ => value.clone(),
        }
    }

    fn decided(&mut self, name: &Arc<str>, attribute: &Attribute, given: &Value) -> Value {
        let ty = attribute.value_type();
        match given.get(name) {
            Some(value) => convert(value.clone(), &ty).unwrap_or_else(|problem| {
                let detail =
                    format!("The value given for the attribute {name:?} does not fit its type: {problem}.");
                let summary = "Failed to compute attribute";
                self.found.push(Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail));
                Value::unknown(ty.clone())
            }),
            None => match &attribute.ty {
                AttributeType::Nested(nested)
                    if matches!(nested.nesting, Nesting::Single | Nesting::Group) =>
                {
                    let empty = Value::object(
                        nested
                            .attributes
                            .iter()
                            .map(|(name, inner)| (name.clone(), Value::null(inner.value_type()))),
                    );
                    self.nested(nested, &empty, Decide::Now(given))
                }
                _ => self.made_up(&ty),
            },
        }
    }

    /// A value of a type that says nothing.
    fn made_up(&mut self, ty: &Type) -> Value {
        match ty {
            Type::String => Value::string(self.word()),
            Type::Number => Value::number(0),
            Type::Bool => Value::bool(false),
            Type::List(element) => Value::list((**element).clone(), []),
            Type::Set(element) => Value::set((**element).clone(), []),
            Type::Map(element) => Value::map((**element).clone(), Vec::<(&str, Value)>::new()),
            Type::Object(_) => {
                let members: BTreeMap<Arc<str>, Value> = ty
                    .attributes()
                    .into_iter()
                    .flatten()
                    .map(|(name, ty)| (name.clone(), self.made_up(ty)))
                    .collect();
                Value::object(members)
            }
            Type::Tuple(elements) => {
                Value::tuple(elements.iter().map(|element| self.made_up(element)).collect::<Vec<_>>())
            }
            Type::Dynamic => Value::null(Type::Dynamic),
        }
    }

    /// Eight letters and digits by chance.
    fn word(&self) -> String {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let mut bytes = [0u8; 8];
        self.world.random(&mut bytes);
        let letter =
            |byte: &u8| LETTERS.get(usize::from(*byte) % LETTERS.len()).copied().map_or('a', char::from);
        bytes.iter().map(letter).collect()
    }
}

fn member(object: &Value, name: &str, ty: &Type) -> Value {
    object.get(name).cloned().unwrap_or_else(|| Value::null(ty.clone()))
}

/// What is given for a nested part.
enum Inner {
    Later,
    Now(Value),
}

impl Inner {
    fn decide(&self) -> Decide<'_> {
        match self {
            Inner::Later => Decide::Later,
            Inner::Now(value) => Decide::Now(value),
        }
    }
}

fn inner(decide: Decide<'_>, name: &str) -> Inner {
    match decide {
        Decide::Later => Inner::Later,
        Decide::Now(given) => {
            Inner::Now(given.get(name).cloned().unwrap_or_else(|| Value::object(Vec::<(&str, Value)>::new())))
        }
    }
}

/// An object in which nothing is set.
pub(super) fn empty_object(block: &Block) -> Value {
    let attributes =
        block.attributes.iter().map(|(name, attribute)| (name.clone(), Value::null(attribute.value_type())));
    let blocks = block.blocks.iter().map(|(name, nested)| {
        let ty = nested.block.value_type();
        let none = Vec::<(&str, Value)>::new;
        let value = match nested.nesting {
            Nesting::Single => Value::null(ty),
            Nesting::Group => empty_object(&nested.block),
            Nesting::List if ty.has_dynamic() => Value::tuple([]),
            Nesting::Map if ty.has_dynamic() => Value::object(none()),
            Nesting::List => Value::list(ty, []),
            Nesting::Set => Value::set(ty, []),
            Nesting::Map => Value::map(ty, none()),
        };
        (name.clone(), value)
    });
    Value::object(attributes.chain(blocks))
}
