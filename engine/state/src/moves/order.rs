//! The order in which statements are carried out: whoever fills a place goes before whoever empties it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use ordain_addr::{Key, Resource, Target};

use super::Move;
use super::pattern::{last_key, parts};

/// Groups of statements that wait for each other, as numbers into the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveCycles(pub Vec<Vec<usize>>);

/// Puts statements in order; independent ones keep theirs. Linear in their number unless many share an
/// address.
pub fn order_moves(moves: &[Move]) -> Result<Vec<Move>, MoveCycles> {
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
        Err(circles(&follows, (0..moves.len()).filter(|at| !done.contains(at))))
    }
}

/// Those of the given statements that come after themselves, by what they share a circle with.
fn circles(follows: &BTreeMap<usize, BTreeSet<usize>>, stuck: impl Iterator<Item = usize>) -> MoveCycles {
    let after = |start: usize| {
        let mut seen = BTreeSet::new();
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            open.extend(follows.get(&at).into_iter().flatten().filter(|later| seen.insert(**later)));
        }
        seen
    };
    let after: BTreeMap<usize, BTreeSet<usize>> = stuck.map(|at| (at, after(at))).collect();
    let reaches = |from: usize, to: usize| after.get(&from).is_some_and(|after| after.contains(&to));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in after.keys().copied().filter(|at| reaches(*at, *at)) {
        let shared = |group: &&mut Vec<usize>| {
            group.first().is_some_and(|first| reaches(at, *first) && reaches(*first, at))
        };
        match groups.iter_mut().find(shared) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    MoveCycles(groups)
}

/// An end of a statement without keys: names of modules from the root, then the resource if one is meant.
type Place = Vec<Arc<str>>;

/// Keys of a step: any, because the statement holds in every instance of its module or is about the whole call.
type StepKey<'m> = Option<Option<&'m Key>>;

/// One end of a statement.
struct End<'m> {
    steps: Vec<(&'m Arc<str>, StepKey<'m>)>,
    resource: Option<(&'m Resource, Option<&'m Key>)>,
    /// Whether single instances are meant: one of the statement's ends has a key.
    single: bool,
}

impl<'m> End<'m> {
    fn of(statement: &'m Move, target: &'m Target) -> Self {
        let single = last_key(&statement.from).is_some() || last_key(&statement.to).is_some();
        let (module, resource) = parts(target);
        let own = statement.module.0.iter().map(|name| (name, None));
        let inner = module.0.iter().map(|step| (&step.name, Some(step.key.as_ref())));
        let mut steps: Vec<_> = own.chain(inner).collect();
        if let (None, false, Some((_, key))) = (resource, single, steps.last_mut()) {
            *key = None;
        }
        Self { steps, resource, single }
    }

    fn place(&self) -> Place {
        let modules = self.steps.iter().map(|(name, _)| Arc::clone(name));
        modules.chain(self.resource.map(|(resource, _)| resource.to_string().into())).collect()
    }

    /// Whether the steps that both have could be the same module instance.
    fn could_be(&self, other: &End<'_>) -> bool {
        self.steps.iter().zip(&other.steps).all(|((name, key), (other_name, other_key))| {
            name == other_name && (key.is_none() || other_key.is_none() || key == other_key)
        })
    }

    /// Whether what one statement moves to the other end, this one could take up.
    fn chains(&self, other: &End<'_>) -> bool {
        if self.steps.len() != other.steps.len() || !self.could_be(other) {
            return false;
        }
        match (self.resource, other.resource) {
            (None, None) => true,
            (Some(own), Some(other_resource)) => {
                let keys = !self.single || own.1 == other_resource.1;
                self.single == other.single && own.0 == other_resource.0 && keys
            }
            _ => false,
        }
    }

    /// Whether this is inside of what the other end could be.
    fn nested(&self, other: &End<'_>) -> bool {
        if other.steps.len() > self.steps.len() || !self.could_be(other) {
            return false;
        }
        let deeper = self.steps.len() > other.steps.len();
        match (self.resource, other.resource) {
            (Some(_), None) => true,
            // An instance is inside of its call.
            (None, None) => deeper || (self.single && !other.single),
            (Some(own), Some(outer)) => !deeper && self.single && !other.single && own.0 == outer.0,
            (None, Some(_)) => false,
        }
    }
}

/// A statement with its ends.
struct Ends<'m> {
    declared: usize,
    from: End<'m>,
    to: End<'m>,
}

impl<'m> Ends<'m> {
    fn of(statement: &'m Move) -> Self {
        let (from, to) = (End::of(statement, &statement.from), End::of(statement, &statement.to));
        Self { declared: statement.module.0.len(), from, to }
    }

    /// Whether nothing but the key of a module changes.
    fn gives_key(&self) -> bool {
        let names = |end: &End<'m>| end.steps.iter().map(|(name, _)| Arc::clone(name)).collect::<Vec<_>>();
        let modules = self.from.resource.is_none() && self.to.resource.is_none();
        modules && (self.from.single || self.to.single) && names(&self.from) == names(&self.to)
    }

    /// Whether this statement is carried out after another.
    fn follows(&self, other: &Ends<'_>) -> bool {
        if self.from.chains(&other.to) {
            return true;
        }
        let nested = self.from.nested(&other.to)
            || self.to.nested(&other.to)
            || other.from.nested(&self.from)
            || other.to.nested(&self.from);
        // What is inside of a module that only gets another key is at home before and after.
        nested && !(self.declared < other.declared && self.gives_key())
    }
}

/// For every statement those that come after it.
fn followers(moves: &[Move]) -> BTreeMap<usize, BTreeSet<usize>> {
    let ends: Vec<Ends<'_>> = moves.iter().map(Ends::of).collect();
    let mut from: HashMap<Place, Vec<usize>> = HashMap::new();
    let mut inside: HashMap<Place, Vec<usize>> = HashMap::new();
    for (number, statement) in ends.iter().enumerate() {
        from.entry(statement.from.place()).or_default().push(number);
        for place in [statement.from.place(), statement.to.place()] {
            for length in 1..=place.len() {
                inside.entry(place.iter().take(length).cloned().collect()).or_default().push(number);
            }
        }
    }
    let mut follows: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (number, statement) in ends.iter().enumerate() {
        let (source, target) = (statement.from.place(), statement.to.place());
        let outer = [&source, &target].into_iter().flat_map(|place| {
            (1..=place.len()).filter_map(|length| from.get(place.get(..length)?)).flatten()
        });
        let near = inside.get(&target).into_iter().flatten().chain(outer);
        let after = |later: &&usize| {
            **later != number && ends.get(**later).is_some_and(|later| later.follows(statement))
        };
        follows.insert(number, near.filter(after).copied().collect());
    }
    follows
}
