//! The order in which statements are carried out: whoever fills a place goes before whoever empties it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use ordain_addr::Key;

use super::Move;
use super::pattern::{last_key, parts};

/// Statements that wait for each other, as numbers into the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveCycle(pub Vec<usize>);

/// Puts statements in order; independent ones keep theirs. Linear in their number unless many share an
/// address.
pub fn order_moves(moves: &[Move]) -> Result<Vec<Move>, MoveCycle> {
    let follows = followers(moves);
    let mut waiting: Vec<usize> = vec![0; moves.len()];
    for later in follows.values().flatten() {
        if let Some(slot) = waiting.get_mut(*later) {
            *slot += 1;
        }
    }
    let mut ready: BTreeSet<usize> =
        waiting.iter().enumerate().filter(|(_, count)| **count == 0).map(|(at, _)| at).collect();
    let mut order = Vec::with_capacity(moves.len());
    let mut done = BTreeSet::new();
    while let Some(next) = ready.pop_first() {
        done.insert(next);
        order.extend(moves.get(next).cloned());
        for later in follows.get(&next).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(*later) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.insert(*later);
                }
            }
        }
    }
    if order.len() == moves.len() {
        Ok(order)
    } else {
        Err(MoveCycle((0..moves.len()).filter(|at| !done.contains(at)).collect()))
    }
}

/// An end of a statement without keys: names of modules from the root, then the resource if one is meant.
type Place = Vec<Arc<str>>;

/// What an end means of its place: all of it, or one instance.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Part {
    Whole,
    One(Option<Key>),
}

fn end(statement: &Move, from: bool) -> (Place, Part) {
    let target = if from { &statement.from } else { &statement.to };
    let single = last_key(&statement.from).is_some() || last_key(&statement.to).is_some();
    let (module, resource) = parts(target);
    let mut place: Place = statement.module.0.clone();
    place.extend(module.0.iter().map(|step| step.name.clone()));
    if let Some((resource, _)) = resource {
        place.push(resource.to_string().into());
    }
    let part = if single { Part::One(last_key(target).cloned()) } else { Part::Whole };
    (place, part)
}

/// For every statement those that come after it.
fn followers(moves: &[Move]) -> BTreeMap<usize, BTreeSet<usize>> {
    let mut at_place: HashMap<Place, HashMap<Part, Vec<usize>>> = HashMap::new();
    let mut inside: HashMap<Place, Vec<usize>> = HashMap::new();
    for (number, statement) in moves.iter().enumerate() {
        let (place, part) = end(statement, true);
        for length in 0..place.len() {
            inside.entry(place.iter().take(length).cloned().collect()).or_default().push(number);
        }
        at_place.entry(place).or_default().entry(part).or_default().push(number);
    }
    let mut follows: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (number, statement) in moves.iter().enumerate() {
        let (place, part) = end(statement, false);
        let later = follows.entry(number).or_default();
        if let Some(parts) = at_place.get(&place) {
            match &part {
                Part::Whole => later.extend(parts.values().flatten()),
                one => {
                    later.extend(parts.get(one).into_iter().flatten());
                    later.extend(parts.get(&Part::Whole).into_iter().flatten());
                }
            }
        }
        // Into a module that moves on, and out of a module that arrives.
        for length in 1..place.len() {
            let outer: Place = place.iter().take(length).cloned().collect();
            later.extend(at_place.get(&outer).into_iter().flat_map(HashMap::values).flatten());
        }
        later.extend(inside.get(&place).into_iter().flatten());
        later.remove(&number);
    }
    follows
}
