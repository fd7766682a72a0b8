//! Says what is known about unknown values, and collapses those that leave no choice.

use std::sync::Arc;

use crate::{Kind, Marks, Nullness, Number, Type, Unknown, Value, nfc, safe_prefix};

/// Collects what is known about a value. Known values pass through untouched, and so does an unknown
/// value of unknown type, about which nothing can be said yet. What contradicts or does not concern the
/// value's type is left out.
#[derive(Clone, Debug)]
#[must_use]
pub struct Refine {
    value: Value,
    wip: Option<Unknown>,
}

impl Value {
    /// Starts to say what is known about this value.
    pub fn refine(self) -> Refine {
        let wip = match self.kind() {
            Kind::Unknown(unknown) if unknown.ty != Type::Dynamic => Some(Unknown::clone(unknown)),
            _ => None,
        };
        Refine { value: self, wip }
    }

    /// The same value, known not to be null.
    #[must_use]
    pub fn refine_not_null(self) -> Value {
        match self.kind() {
            // Of no type, nothing can be said.
            Kind::Unknown(unknown) if unknown.nullness != Nullness::Never && unknown.ty != Type::Dynamic => {
                if unknown.ty.is_primitive() && unknown.is_plain() {
                    let shared = Unknown::shared(unknown.ty.clone(), Nullness::Never);
                    return Value::from_kind(Kind::Unknown(shared)).with_marks(self.marks());
                }
                self.refine().not_null().finish()
            }
            _ => self,
        }
    }

    /// Not known yet, of a type, but not null.
    pub fn unknown_not_null(ty: Type) -> Value {
        Value::unknown(ty).refine_not_null()
    }
}

impl Refine {
    /// It will not be null.
    pub fn not_null(mut self) -> Refine {
        if let Some(wip) = &mut self.wip {
            wip.nullness = Nullness::Never;
        }
        self
    }

    /// It begins with this text, cut where what follows could still change the last character.
    pub fn prefix(self, prefix: &str) -> Refine {
        self.prefix_full(&safe_prefix(prefix))
    }

    /// It begins with exactly this text.
    pub fn prefix_full(mut self, prefix: &str) -> Refine {
        if let Some(wip) = self.wip.as_mut().filter(|wip| wip.ty == Type::String && !prefix.is_empty()) {
            let longer = wip.prefix.as_ref().is_none_or(|have| prefix.len() > have.len());
            if longer {
                wip.prefix = Some(nfc(prefix).into());
            }
        }
        self
    }

    /// A number, at least (or, if not `inclusive`, more than) this.
    pub fn lower(mut self, bound: Number, inclusive: bool) -> Refine {
        if let Some(wip) = self.wip.as_mut().filter(|wip| wip.ty == Type::Number)
            && (!bound.is_infinite() || !bound.is_negative())
        {
            let tighter =
                wip.bounds.lower.as_ref().is_none_or(|(have, have_inclusive)| {
                    bound > *have || (bound == *have && *have_inclusive)
                });
            if tighter {
                wip.bounds.lower = Some((bound, inclusive));
            }
        }
        self
    }

    /// A number, at most (or, if not `inclusive`, less than) this.
    pub fn upper(mut self, bound: Number, inclusive: bool) -> Refine {
        if let Some(wip) = self.wip.as_mut().filter(|wip| wip.ty == Type::Number)
            && (!bound.is_infinite() || bound.is_negative())
        {
            let tighter =
                wip.bounds.upper.as_ref().is_none_or(|(have, have_inclusive)| {
                    bound < *have || (bound == *have && *have_inclusive)
                });
            if tighter {
                wip.bounds.upper = Some((bound, inclusive));
            }
        }
        self
    }

    /// A collection of at least so many elements.
    pub fn length_lower(mut self, length: u64) -> Refine {
        if let Some(wip) = self.wip.as_mut().filter(|wip| wip.ty.is_collection())
            && length > wip.length.lower.map_or(0, |(have, _)| have)
        {
            wip.length.lower = Some((length, true));
        }
        self
    }

    /// A collection of at most so many elements.
    pub fn length_upper(mut self, length: u64) -> Refine {
        if let Some(wip) = self.wip.as_mut().filter(|wip| wip.ty.is_collection())
            && wip.length.upper.is_none_or(|(have, _)| length < have)
        {
            wip.length.upper = Some((length, true));
        }
        self
    }

    /// A collection of exactly so many elements; a set of so many different ones.
    pub fn length(self, length: u64) -> Refine {
        self.length_lower(length).length_upper(length)
    }

    /// The value: a known one where what was said leaves only one.
    pub fn finish(self) -> Value {
        let Some(unknown) = self.wip else { return self.value };
        let marks: Marks = self.value.marks();
        collapse(&unknown).unwrap_or_else(|| Value::refined(unknown)).with_marks(marks)
    }
}

/// The one value that fits; also a list of known length, whose elements are then the unknown ones.
fn collapse(unknown: &Unknown) -> Option<Value> {
    // Longer lists are as rare as they are expensive.
    const LONGEST: u64 = 1 << 16;
    if unknown.nullness != Nullness::Never {
        return None;
    }
    if let (Some((lower, true)), Some((upper, true))) = (&unknown.bounds.lower, &unknown.bounds.upper)
        && lower == upper
    {
        return Some(Value::number(lower.clone()));
    }
    let (lower, upper) = unknown.length_bounds();
    if upper != Some(lower) || lower > LONGEST {
        return None;
    }
    match (&unknown.ty, lower) {
        (Type::Map(element), 0) => Some(Value::map::<Arc<str>>(Type::clone(element), [])),
        (Type::Set(element), 0) => Some(Value::set(Type::clone(element), [])),
        (Type::Set(element), 1) => {
            Some(Value::set(Type::clone(element), [Value::unknown(Type::clone(element))]))
        }
        (Type::List(element), length) => {
            let item = Value::unknown(Type::clone(element));
            let length = usize::try_from(length).ok()?;
            Some(Value::list(Type::clone(element), std::iter::repeat_n(item, length)))
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "refine_tests.rs"]
mod tests;
