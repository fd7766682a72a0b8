//! Collections by what stands in their members: a thousand rules that each look for one type among the resources of a
//! plan go through the plan once.

use super::Machine;
use super::run::Members;
use crate::ir::Wanted;
use crate::value::Value;
use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::Arc;

/// Going through fewer members costs less than looking them up.
const FEW: usize = 16;
/// Collections that are kept in mind.
const MOST: usize = 64;

/// What is known of the collections that were gone through last.
#[derive(Default)]
pub(crate) struct Indexes(VecDeque<Index>);

/// One collection, by one path into its members.
struct Index {
    /// Kept, so that no other takes its place in memory.
    of: Value,
    path: Vec<Value>,
    /// From the second time on.
    places: Option<Places>,
}

/// Places of members. Those where the same stands make a chain: a collection has thousands of members, and most of
/// them have something of their own. A tree takes many small pieces of room where a table would take a large one.
#[derive(Default)]
struct Places {
    /// The first place of each scalar.
    first: BTreeMap<Value, u32>,
    /// Of each place the next one with the same scalar.
    next: Box<[Option<NonZeroU32>]>,
    /// Where it is not known what stands at the path.
    unclear: Vec<u32>,
}

impl Machine<'_> {
    /// Leaves those members out that cannot have what is wanted.
    pub(super) fn narrowed(&mut self, members: Members, wanted: &[Wanted]) -> Members {
        // Who asks how far a body came wants to hear of all members.
        if wanted.is_empty() || self.cover || self.watch.is_some() {
            return members;
        }
        let (Members::Array(of, 0) | Members::Object(of, 0) | Members::Set(of, 0)) = &members else {
            return members;
        };
        if length(of) < FEW {
            return members;
        }
        let mut least: Option<Vec<u32>> = None;
        for Wanted { path, value } in wanted {
            let found = self.picked.places(of, path, value);
            if found.as_ref().is_some_and(|new| least.as_ref().is_none_or(|old| new.len() < old.len())) {
                least = found;
            }
        }
        match least {
            Some(places) => Members::Picked(of.clone(), places.into_iter()),
            None => members,
        }
    }
}

impl Indexes {
    /// Places where a value stands, or may stand; `None` if this collection was never gone through before.
    fn places(&mut self, of: &Value, path: &[Value], value: &Value) -> Option<Vec<u32>> {
        let known = self.0.iter_mut().find(|index| same_place(&index.of, of) && index.path == path);
        let Some(index) = known else {
            if self.0.len() == MOST {
                self.0.pop_front();
            }
            self.0.push_back(Index { of: of.clone(), path: path.to_vec(), places: None });
            return None;
        };
        let places = index.places.get_or_insert_with(|| Places::of(of, path));
        let mut out = places.having(value);
        if !places.unclear.is_empty() {
            out.extend(&places.unclear);
            out.sort_unstable();
        }
        Some(out)
    }
}

impl Places {
    fn of(collection: &Value, path: &[Value]) -> Self {
        let (mut first, mut unclear) = (BTreeMap::new(), Vec::new());
        let mut next = vec![None; length(collection)];
        // From behind, so that each chain begins with its first place.
        for at in (0..length(collection)).rev() {
            let (Some((_, member)), Ok(place)) = (member(collection, at), u32::try_from(at)) else {
                continue;
            };
            match end_of(&member, path) {
                End::Nothing => {}
                End::Unclear => unclear.push(place),
                End::At(value) => {
                    let after = first.insert(value.clone(), place).and_then(NonZeroU32::new);
                    next.get_mut(at).into_iter().for_each(|next| *next = after);
                }
            }
        }
        Self { first, next: next.into(), unclear }
    }

    /// Where a value stands.
    fn having(&self, value: &Value) -> Vec<u32> {
        let mut out = Vec::new();
        let mut at = self.first.get(value).copied();
        while let Some(place) = at {
            out.push(place);
            let next = usize::try_from(place).ok().and_then(|place| *self.next.get(place)?);
            at = next.map(NonZeroU32::get);
        }
        out
    }
}

/// What stands at the end of a path.
enum End<'v> {
    Nothing,
    Unclear,
    At(&'v Value),
}

fn end_of<'v>(member: &'v Value, path: &[Value]) -> End<'v> {
    let mut at = member;
    for key in path {
        match at {
            // Members of sets may be unknown.
            Value::Unknown(_) | Value::Set(_) => return End::Unclear,
            _ => {}
        }
        match at.get(key) {
            Some(next) => at = next,
            None => return End::Nothing,
        }
    }
    match at {
        Value::Unknown(_) => End::Unclear,
        Value::Array(_) | Value::Object(_) | Value::Set(_) => End::Nothing,
        scalar => End::At(scalar),
    }
}

fn length(of: &Value) -> usize {
    match of {
        Value::Array(items) => items.len(),
        Value::Object(object) => object.len(),
        Value::Set(set) => set.len(),
        _ => 0,
    }
}

/// Key and value of a member by its place.
pub(super) fn member(of: &Value, at: usize) -> Option<(Value, Value)> {
    match of {
        Value::Array(items) => Some((Value::from(at), items.get(at)?.clone())),
        Value::Object(object) => object.pairs().get(at).cloned(),
        Value::Set(set) => set.members().get(at).map(|member| (member.clone(), member.clone())),
        _ => None,
    }
}

/// Whether two are one collection, not only equal.
fn same_place(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b),
        (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
        (Value::Set(a), Value::Set(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}
