//! Equality and order of values that may not be known: yes, no, or what they wait for.

use super::{Unknown, Waits, is_known, kinds, kinds_of_value};
use crate::value::{Set, Value};
use std::cmp::Ordering;
use std::sync::Arc;

/// An answer of three.
#[derive(Debug, Clone)]
pub(crate) enum Truth {
    Yes,
    No,
    Maybe(Waits),
}

impl Truth {
    pub(crate) fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    pub(crate) fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            maybe => maybe,
        }
    }
}

/// Whether all hold. Stops at the first that does not.
fn every(truths: impl Iterator<Item = Truth>) -> Truth {
    let mut open = Vec::new();
    for truth in truths {
        match truth {
            Truth::Yes => {}
            Truth::No => return Truth::No,
            Truth::Maybe(waits) => open.push(waits),
        }
    }
    if open.is_empty() { Truth::Yes } else { Truth::Maybe(Waits::all(open)) }
}

/// Whether two values are equal.
pub(crate) fn same(left: &Value, right: &Value) -> Truth {
    match (left, right) {
        (Value::Secret(secret), other) | (other, Value::Secret(secret)) => same(&secret.value, other),
        (Value::Unknown(a), Value::Unknown(b)) if a.id() == b.id() => Truth::Yes,
        (Value::Unknown(a), Value::Unknown(b)) => match a.excludes_unknown(b) {
            true => Truth::No,
            false => Truth::Maybe(Waits::all(vec![a.waits.clone(), b.waits.clone()])),
        },
        (Value::Unknown(unknown), other) | (other, Value::Unknown(unknown)) => {
            match unknown.excludes(other) {
                true => Truth::No,
                false => Truth::Maybe(unknown.waits.clone()),
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            if Arc::ptr_eq(a, b) {
                return Truth::Yes;
            }
            if a.len() != b.len() {
                return Truth::No;
            }
            every(a.iter().zip(b.iter()).map(|(a, b)| same(a, b)))
        }
        (Value::Object(a), Value::Object(b)) => {
            if Arc::ptr_eq(a, b) {
                return Truth::Yes;
            }
            if a.len() != b.len() || a.iter().zip(b.iter()).any(|((a, _), (b, _))| a != b) {
                return Truth::No;
            }
            every(a.iter().zip(b.iter()).map(|((_, a), (_, b))| same(a, b)))
        }
        (Value::Set(a), Value::Set(b)) => same_sets(a, b),
        (a, b) => Truth::of(a == b),
    }
}

fn same_sets(a: &Set, b: &Set) -> Truth {
    if a == b {
        return Truth::Yes;
    }
    let open: Vec<Waits> =
        a.iter().chain(b.iter()).flat_map(|member| super::Seen::of(member).waits).collect();
    if open.is_empty() {
        return Truth::No;
    }
    let lacks = |of: &Set, other: &Set| {
        of.iter()
            .filter(|member| is_known(member))
            .any(|member| other.iter().all(|other| matches!(same(member, other), Truth::No)))
    };
    if lacks(a, b) || lacks(b, a) { Truth::No } else { Truth::Maybe(Waits::all(open)) }
}

impl Unknown {
    /// Whether it will not be this value.
    fn excludes(&self, value: &Value) -> bool {
        if kinds_of_value(value) & self.kinds() == 0 {
            return true;
        }
        let too = |length: usize| length < self.length.0 || self.length.1.is_some_and(|most| length > most);
        match value {
            Value::String(text) => self.prefix.as_ref().is_some_and(|prefix| !text.starts_with(&**prefix)),
            Value::Number(number) => {
                let (lower, upper) = &self.bounds;
                lower.as_ref().is_some_and(|(bound, own)| number < bound || (number == bound && !own))
                    || upper.as_ref().is_some_and(|(bound, own)| number > bound || (number == bound && !own))
            }
            Value::Array(items) => too(items.len()),
            Value::Object(object) => too(object.len()),
            Value::Set(set) => is_known(value) && too(set.len()),
            _ => false,
        }
    }

    fn excludes_unknown(&self, other: &Self) -> bool {
        let common = self.kinds() & other.kinds();
        if common == 0 {
            return true;
        }
        if common == kinds::STRING
            && let (Some(a), Some(b)) = (&self.prefix, &other.prefix)
        {
            return !a.starts_with(&**b) && !b.starts_with(&**a);
        }
        if common == kinds::NUMBER {
            return below(&self.bounds.1, &other.bounds.0) || below(&other.bounds.1, &self.bounds.0);
        }
        false
    }
}

/// Whether everything up to one end is less than everything from the other on.
fn below(upper: &super::Bound, lower: &super::Bound) -> bool {
    match (upper, lower) {
        (Some((upper, own)), Some((lower, other))) => upper < lower || (upper == lower && !(*own && *other)),
        _ => false,
    }
}

/// How two values may compare.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Possible {
    pub(crate) less: bool,
    pub(crate) equal: bool,
    pub(crate) greater: bool,
}

const ANYHOW: Possible = Possible { less: true, equal: true, greater: true };

impl From<Ordering> for Possible {
    fn from(order: Ordering) -> Self {
        Self { less: order.is_lt(), equal: order.is_eq(), greater: order.is_gt() }
    }
}

impl Possible {
    fn reversed(self) -> Self {
        Self { less: self.greater, equal: self.equal, greater: self.less }
    }
}

/// How two values may compare.
pub(crate) fn order(left: &Value, right: &Value) -> Possible {
    match (left, right) {
        (Value::Secret(secret), other) => order(&secret.value, other),
        (other, Value::Secret(secret)) => order(other, &secret.value),
        (Value::Unknown(a), Value::Unknown(b)) if a.id() == b.id() => Ordering::Equal.into(),
        (Value::Unknown(a), Value::Unknown(b)) => {
            let (low, high) = (ranks(a.kinds()), ranks(b.kinds()));
            if low.1 < high.0 {
                return Ordering::Less.into();
            }
            if low.0 > high.1 {
                return Ordering::Greater.into();
            }
            if (a.kinds() | b.kinds()) == kinds::NUMBER {
                if below(&a.bounds.1, &b.bounds.0) {
                    return Ordering::Less.into();
                }
                if below(&b.bounds.1, &a.bounds.0) {
                    return Ordering::Greater.into();
                }
            }
            ANYHOW
        }
        (Value::Unknown(unknown), other) => unknown.against(other),
        (other, Value::Unknown(unknown)) => unknown.against(other).reversed(),
        (a, b) if is_known(a) && is_known(b) => a.cmp(b).into(),
        (a, b) if kinds_of_value(a) != kinds_of_value(b) => a.cmp(b).into(),
        _ => ANYHOW,
    }
}

/// Places of the first and the last kind in the order of kinds.
fn ranks(bits: u8) -> (u32, u32) {
    (bits.trailing_zeros(), 7 - bits.leading_zeros().min(7))
}

impl Unknown {
    /// How it may compare with a value.
    fn against(&self, value: &Value) -> Possible {
        let (own, other) = (self.kinds(), kinds_of_value(value));
        let ((low, high), (at, _)) = (ranks(own), ranks(other));
        if high < at {
            return Ordering::Less.into();
        }
        if low > at {
            return Ordering::Greater.into();
        }
        let mut possible =
            Possible { less: low < at, greater: high > at, equal: own & other != 0 && !self.excludes(value) };
        if own & other == 0 {
            return possible;
        }
        let (less, greater) = self.against_own_kind(value);
        possible.less |= less;
        possible.greater |= greater;
        possible
    }

    /// Whether it may be less, and greater, than a value if it is of the same kind.
    fn against_own_kind(&self, value: &Value) -> (bool, bool) {
        match value {
            Value::Null => (false, false),
            Value::Bool(truth) => (*truth, !*truth),
            Value::Number(number) => {
                let (lower, upper) = &self.bounds;
                (
                    lower.as_ref().is_none_or(|(bound, _)| bound < number),
                    upper.as_ref().is_none_or(|(bound, _)| bound > number),
                )
            }
            Value::String(text) => match &self.prefix {
                Some(prefix) if prefix.starts_with(&**text) => (false, true),
                Some(prefix) if !text.starts_with(&**prefix) => (**prefix < **text, **prefix > **text),
                _ => (true, true),
            },
            _ => (true, true),
        }
    }
}
