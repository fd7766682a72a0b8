//! Which elements of two lists are shown side by side.

use std::collections::{BTreeMap, BTreeSet};

use ordain_value::{Kind, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// One row of two lists, by the indices of their elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Stays; index in the new list.
    Same(usize),
    /// Goes; index in the old list.
    Removed(usize),
    /// Comes; index in the new list.
    Added(usize),
    /// Becomes another: old index, new index.
    Changed(usize, usize),
}

/// Pairs that are looked at to find the longest common part; beyond, a quicker way finds a part that is long enough.
const MOST_PAIRS: usize = 4_000_000;

/// Two lists of one length are shown element by element, unless they have the same elements in another order; others
/// by their longest common part. Between its parts, objects are shown as changed in pairs, and other elements as
/// removed and added.
pub fn steps(old: &[Value], new: &[Value]) -> Vec<Step> {
    let (old_ids, new_ids) = numbered(old, new);
    let set = |ids: &[usize]| ids.iter().copied().collect::<BTreeSet<usize>>();
    if old.len() == new.len() && set(&old_ids) != set(&new_ids) {
        let pairs = old_ids.iter().zip(&new_ids).enumerate();
        return pairs
            .map(|(at, (a, b))| if a == b { Step::Same(at) } else { Step::Changed(at, at) })
            .collect();
    }
    let is_object = |items: &[Value], at: usize| {
        items.get(at).is_some_and(|item| matches!(item.kind(), Kind::Object(_) | Kind::Map(..)))
    };
    let mut rows = Vec::new();
    let (mut before, mut after) = (0, 0);
    for id in common(&old_ids, &new_ids).into_iter().map(Some).chain([None]) {
        // Each stands at the first place where it can.
        let first = |ids: &[usize], from: usize| {
            ids.iter().skip(from).position(|other| Some(*other) == id).map_or(ids.len(), |at| from + at)
        };
        let (old_at, new_at) = (first(&old_ids, before), first(&new_ids, after));
        while before < old_at {
            if after < new_at && is_object(old, before) && is_object(new, after) {
                rows.push(Step::Changed(before, after));
                after += 1;
            } else {
                rows.push(Step::Removed(before));
            }
            before += 1;
        }
        rows.extend((after..new_at).map(Step::Added));
        if new_at < new.len() {
            rows.push(Step::Same(new_at));
        }
        (before, after) = (old_at + 1, new_at + 1);
    }
    rows
}

/// A number for each distinct value, since values themselves cannot be hashed.
fn numbered(old: &[Value], new: &[Value]) -> (Vec<usize>, Vec<usize>) {
    let mut ids: BTreeMap<&Value, usize> = BTreeMap::new();
    let mut number = |value| {
        let next = ids.len();
        *ids.entry(value).or_insert(next)
    };
    (old.iter().map(&mut number).collect(), new.iter().map(&mut number).collect())
}

/// The longest common part. Of several, the one that takes the later elements of the old list.
fn common(old: &[usize], new: &[usize]) -> Vec<usize> {
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        let ops = capture_diff_slices(Algorithm::Myers, old, new);
        let equal = ops.into_iter().flat_map(|op| match op {
            DiffOp::Equal { old_index, len, .. } => old.get(old_index..old_index + len).unwrap_or(&[]),
            _ => &[],
        });
        return equal.copied().collect();
    }
    let width = old.len() + 1;
    // Lengths for the first so many elements of each, row by row.
    let mut lengths = vec![0u32; width * (new.len() + 1)];
    let length = |lengths: &[u32], a: usize, b: usize| lengths.get(b * width + a).copied().unwrap_or(0);
    for (b, id) in new.iter().enumerate() {
        for (a, other) in old.iter().enumerate() {
            let best = match id == other {
                true => length(&lengths, a, b) + 1,
                false => length(&lengths, a, b + 1).max(length(&lengths, a + 1, b)),
            };
            if let Some(slot) = lengths.get_mut((b + 1) * width + a + 1) {
                *slot = best;
            }
        }
    }
    let (mut a, mut b) = (old.len(), new.len());
    let mut part = Vec::new();
    while a > 0 && b > 0 {
        if old.get(a - 1) == new.get(b - 1) {
            (a, b) = (a - 1, b - 1);
            part.extend(old.get(a));
        } else if length(&lengths, a - 1, b) > length(&lengths, a, b - 1) {
            a -= 1;
        } else {
            b -= 1;
        }
    }
    part.reverse();
    part
}

#[cfg(test)]
#[path = "alignment_tests.rs"]
mod tests;
