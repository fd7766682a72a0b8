//! What a planned value may be: what configuration says, what it was, or what the provider computes.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_value::{Kind, Path, Type, Value};

use super::Violation;
use super::same::{element, member, same};
use crate::{Attribute, AttributeType, Block, NestedBlock, NestedObject, Nesting};

/// Checks a planned object against its configuration and the prior object.
pub fn plan_valid(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut check = Check { found: &mut found };
    check.block(block, prior, config, planned, &Path::root());
    found
}

struct Check<'f> {
    found: &'f mut Vec<Violation>,
}

impl Check<'_> {
    fn fail(&mut self, path: &Path, message: &str) {
        self.found.push(Violation::new(path, message));
    }

    fn block(&mut self, block: &Block, prior: &Value, config: &Value, planned: &Value, path: &Path) {
        match (config.is_null(), planned.is_null()) {
            (false, true) => return self.fail(path, "planned for absence but config wants existence"),
            (true, false) => return self.fail(path, "planned for existence but config wants absence"),
            (true, true) => return,
            (false, false) => {}
        }
        if !planned.is_known() {
            if config.is_known() {
                self.fail(path, "planned as wholly unknown, only its attributes may be");
            }
            return;
        }
        self.attributes(&block.attributes, prior, config, planned, path);
        for (name, nested) in &block.blocks {
            let ty = || nested.nesting.wrap(nested.block.value_type());
            let [prior, config, planned] = [prior, config, planned].map(|value| member(value, name, ty));
            self.nested_block(nested, &prior, &config, &planned, &path.attr(name.clone()));
        }
    }

    fn nested_block(
        &mut self,
        nested: &NestedBlock,
        prior: &Value,
        config: &Value,
        planned: &Value,
        path: &Path,
    ) {
        if matches!(nested.nesting, Nesting::Single | Nesting::Group) {
            return self.block(&nested.block, prior, config, planned, path);
        }
        // `dynamic` over an unknown collection: how many blocks there will be is open.
        if !config.is_known() {
            return;
        }
        if planned.is_null() {
            return self.fail(path, "nested blocks must be an empty collection to say none, not null");
        }
        if !planned.is_known() {
            return self.fail(path, "nested blocks must not be unknown as a whole, only their attributes");
        }
        match nested.nesting {
            Nesting::Set => {}
            _ => self.elements(prior, config, planned, path, "block", &mut |check, p, c, n, path| {
                check.block(&nested.block, p, c, n, path);
            }),
        }
    }

    fn attributes(
        &mut self,
        schema: &BTreeMap<Arc<str>, Attribute>,
        prior: &Value,
        config: &Value,
        planned: &Value,
        path: &Path,
    ) {
        for (name, attribute) in schema {
            // Most is right as it stands.
            if let (Some(config), Some(planned)) = (config.get(name), planned.get(name))
                && is_right(attribute, prior.get(name), config, planned)
            {
                continue;
            }
            let ty = || attribute.value_type();
            let [prior, config, planned] = [prior, config, planned].map(|value| member(value, name, ty));
            // Paths are made for what may be wrong: most is not.
            if !is_right(attribute, Some(&prior), &config, &planned) {
                self.attribute(attribute, &prior, &config, &planned, &path.attr(name.clone()));
            }
        }
    }

    fn attribute(
        &mut self,
        attribute: &Attribute,
        prior: &Value,
        config: &Value,
        planned: &Value,
        path: &Path,
    ) {
        if attribute.flags.write_only {
            return self.fail(path, "a write-only attribute must be planned as null");
        }
        if config.is_null() {
            return self
                .fail(path, "planned a value for an attribute that is not computed and not configured");
        }
        match &attribute.ty {
            AttributeType::Nested(nested) => self.nested(nested, prior, config, planned, path),
            AttributeType::Plain(_) => {
                self.fail(path, "the planned value is neither the configured one nor the prior one");
            }
        }
    }

    fn nested(&mut self, nested: &NestedObject, prior: &Value, config: &Value, planned: &Value, path: &Path) {
        if planned.is_null() {
            return self.fail(path, "planned as null although it is configured");
        }
        if !config.is_known() {
            return;
        }
        if !planned.is_known() {
            return self.fail(path, "planned as unknown although it is configured");
        }
        match nested.nesting {
            Nesting::Single | Nesting::Group => {
                self.attributes(&nested.attributes, prior, config, planned, path);
            }
            Nesting::Set => {
                if length(planned) > length(config) && config.is_wholly_known() {
                    self.fail(path, "more elements are planned than configured");
                }
            }
            Nesting::List | Nesting::Map => {
                self.elements(prior, config, planned, path, "element", &mut |check, p, c, n, path| {
                    if c.is_null() || n.is_null() || !c.is_known() {
                        if !same(c, n) && c.is_known() {
                            check.fail(
                                path,
                                "the planned value is neither the configured one nor the prior one",
                            );
                        }
                    } else {
                        check.attributes(&nested.attributes, p, c, n, path);
                    }
                });
            }
        }
    }

    /// Elements by index or key: the plan must have those of the configuration.
    fn elements(
        &mut self,
        prior: &Value,
        config: &Value,
        planned: &Value,
        path: &Path,
        what: &str,
        each: &mut dyn FnMut(&mut Self, &Value, &Value, &Value, &Path),
    ) {
        let absent = Value::null(Type::Dynamic);
        if length(planned) != length(config) {
            return self.fail(
                path,
                &format!(
                    "{what} count in plan ({}) disagrees with count in config ({})",
                    length(planned),
                    length(config)
                ),
            );
        }
        match (config.kind(), planned.kind()) {
            (Kind::List(_, c) | Kind::Tuple(c), Kind::List(_, n) | Kind::Tuple(n)) => {
                for (at, (c, n)) in c.iter().zip(n.iter()).enumerate() {
                    let path = path.index(i64::try_from(at).unwrap_or(i64::MAX));
                    each(self, element(prior, at).unwrap_or(&absent), c, n, &path);
                }
            }
            (Kind::Map(_, c) | Kind::Object(c), Kind::Map(_, n) | Kind::Object(n)) => {
                for (key, c) in c.iter() {
                    let path = path.index(&**key);
                    match n.get(key) {
                        Some(n) => each(self, prior.get(key).unwrap_or(&absent), c, n, &path),
                        None => self.fail(&path, &format!("the configured {what} is missing in the plan")),
                    }
                }
            }
            _ => {}
        }
    }
}

fn length(value: &Value) -> usize {
    match value.kind() {
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => items.len(),
        Kind::Map(_, members) | Kind::Object(members) => members.len(),
        _ => 0,
    }
}

/// Whether what is planned for an attribute needs no closer look.
fn is_right(attribute: &Attribute, prior: Option<&Value>, config: &Value, planned: &Value) -> bool {
    let flags = attribute.flags;
    if flags.write_only {
        return planned.is_null();
    }
    same(planned, config)
        || prior.is_some_and(|prior| !prior.is_null() && !config.is_null() && same(planned, prior))
        || (flags.computed && (!flags.optional || config.is_null()))
}
