//! Paths into values.

use std::fmt;
use std::sync::Arc;

use crate::{Kind, Value};

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Attribute of an object.
    Attr(Arc<str>),
    /// Element by key: a number for lists and tuples, a string for maps, the element itself for sets.
    Index(Value),
}

/// Steps from a value to a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The value itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// One attribute further.
    #[must_use]
    pub fn attr(&self, name: impl Into<Arc<str>>) -> Self {
        self.then(Step::Attr(name.into()))
    }

    /// One element further.
    #[must_use]
    pub fn index(&self, key: impl Into<Value>) -> Self {
        self.then(Step::Index(key.into()))
    }

    /// One step further.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }

    /// The part of `value` at this path; `None` where there is nothing, or nothing known, on the way.
    pub fn get<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, step| value.step(step))
    }
}

/// As diagnostics show it: `.default_node_pool[0].vm_size`.
impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                Step::Attr(name) => write!(out, ".{name}")?,
                Step::Index(key) => match key.kind() {
                    Kind::Number(number) => write!(out, "[{number}]")?,
                    Kind::String(text) => write!(out, "[{text:?}]")?,
                    _ => out.write_str("[…]")?,
                },
            }
        }
        Ok(())
    }
}
