//! Changes to steps: all ordering of creation and destruction is here and only here.
//!
//! With "x uses y" from the configuration for what is made and from the state for what is destroyed:
//! 1. making x comes after making y;
//! 2. destroying y comes after destroying x;
//! 3. a replacement destroys, then makes; or, creating first, sets aside, makes, then destroys;
//! 4. what used y is changed after y is destroyed; where y creates first, before.
//!
//! Edges go to one step per resource (a join where it has several), and only to those resources that
//! others do not lead to already, so that the graph grows with instances, not with pairs of them. What names
//! one instance by its key comes after making that one, not after making the others.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use ordain_addr::{ConfigResource, Key};
use ordain_diag::{Diagnostic, codes};
use ordain_eval::{Dependencies, Named};
use ordain_plan::{Action, Change, Reason, Step, StepId, StepKind};

/// What each change depends on: by the configuration, and by the state.
#[derive(Default)]
pub(crate) struct Uses {
    /// By the configuration; none for what is only destroyed.
    pub(crate) wanted: Option<Dependencies>,
    /// By the state; empty for what is only made.
    pub(crate) stored: Arc<[ConfigResource]>,
}

/// Steps of one resource, by what waits for them.
#[derive(Default)]
struct Group<'c> {
    /// What it depends on by the configuration; its instances share that.
    wanted: Option<&'c Dependencies>,
    /// Steps that make or change instances.
    make: Vec<usize>,
    /// Steps that destroy instances before anything new is made.
    destroy: Vec<usize>,
    /// Steps that destroy what was replaced by something made first.
    late: Vec<usize>,
    /// One step that stands for all of `make`, of `destroy`, of `late`.
    joins: [Option<usize>; 3],
    /// One step that stands for those of `make` with a key, for keys that the configuration names.
    keyed: BTreeMap<Key, Option<usize>>,
}

/// Groups in the order of their resources.
struct Groups<'c>(Vec<(ConfigResource, Group<'c>)>);

impl<'c> Groups<'c> {
    fn place(&self, of: &ConfigResource) -> Option<usize> {
        self.0.binary_search_by(|(resource, _)| resource.cmp(of)).ok()
    }

    fn get(&self, of: &ConfigResource) -> Option<&Group<'c>> {
        self.0.get(self.place(of)?).map(|(_, group)| group)
    }

    fn get_mut(&mut self, of: &ConfigResource) -> Option<&mut Group<'c>> {
        let place = self.place(of)?;
        self.0.get_mut(place).map(|(_, group)| group)
    }
}

impl Group<'_> {
    /// Takes over what another instance of the module brought.
    fn join(&mut self, other: &mut Self) {
        self.wanted = other.wanted.or(self.wanted);
        self.make.append(&mut other.make);
        self.destroy.append(&mut other.destroy);
        self.late.append(&mut other.late);
    }
}

struct Builder<'c> {
    changes: &'c [Change],
    uses: &'c [Uses],
    kinds: Vec<StepKind>,
    after: Vec<Vec<usize>>,
    groups: Groups<'c>,
    /// Resources that have nothing but early destroying steps.
    only_destroyed: HashSet<ConfigResource>,
    /// Whether anything is destroyed.
    destroys: bool,
}

/// Orders changes; `uses` has an entry for each of them.
pub(crate) fn order(changes: &[Change], uses: &[Uses]) -> Result<Vec<Step>, Diagnostic> {
    let mut builder = Builder {
        changes,
        uses,
        kinds: Vec::new(),
        after: Vec::new(),
        groups: Groups(Vec::new()),
        only_destroyed: HashSet::new(),
        destroys: false,
    };
    builder.steps();
    builder.joins();
    builder.edges();
    builder.sorted()
}

const MAKE: usize = 0;
const DESTROY: usize = 1;
const LATE: usize = 2;

impl<'c> Builder<'c> {
    fn add(&mut self, kind: StepKind, after: Vec<usize>) -> usize {
        self.kinds.push(kind);
        self.after.push(after);
        self.kinds.len() - 1
    }

    /// The steps of every change, with the order among them.
    fn steps(&mut self) {
        let (changes, mut uses) = (self.changes, self.uses.iter());
        let mut groups: Vec<(ConfigResource, Group<'c>)> = Vec::new();
        let mut number = 0;
        // Instances of a block in one instance of its module stand together.
        let same = |a: &Change, b: &Change| {
            a.address.resource == b.address.resource && a.address.module == b.address.module
        };
        for instances in changes.chunk_by(same) {
            let mut acting = instances.iter().filter(|change| change.action != Action::NoOp);
            let resource = acting.next().map(|first| first.address.config());
            let mut group = Group::default();
            for (change, uses) in instances.iter().zip(uses.by_ref()) {
                group.wanted = uses.wanted.as_ref().or(group.wanted);
                self.steps_of(change, number, &mut group);
                number += 1;
            }
            groups.extend(resource.map(|resource| (resource, group)));
        }
        groups.sort_by(|(a, _), (b, _)| a.cmp(b));
        groups.dedup_by(|(other, more), (resource, group)| {
            let same = other == resource;
            if same {
                group.join(more);
            }
            same
        });
        self.groups = Groups(groups);
    }

    /// The steps of one change.
    fn steps_of(&mut self, change: &Change, number: u32, group: &mut Group<'_>) {
        match change.action {
            Action::NoOp => {}
            Action::Create => group.make.push(self.add(StepKind::Create(number), Vec::new())),
            Action::Update => group.make.push(self.add(StepKind::Update(number), Vec::new())),
            Action::Read => group.make.push(self.add(StepKind::Read(number), Vec::new())),
            Action::Forget => group.make.push(self.add(StepKind::Forget(number), Vec::new())),
            Action::CreateThenForget => {
                let forget = self.add(StepKind::Forget(number), Vec::new());
                group.make.push(self.add(StepKind::Create(number), vec![forget]));
            }
            Action::DeleteThenCreate => {
                let delete = self.add(StepKind::Delete(number), Vec::new());
                group.make.push(self.add(StepKind::Create(number), vec![delete]));
                group.destroy.push(delete);
            }
            Action::CreateThenDelete => {
                let depose = self.add(StepKind::Depose(number), Vec::new());
                let create = self.add(StepKind::Create(number), vec![depose]);
                group.make.push(create);
                group.late.push(self.add(StepKind::DeleteDeposed(number), vec![create]));
            }
            Action::Delete => {
                let delete = self.add(StepKind::Delete(number), Vec::new());
                let gone = if change.create_before_destroy { &mut group.late } else { &mut group.destroy };
                gone.push(delete);
            }
        }
    }

    fn joins(&mut self) {
        let mut groups = std::mem::replace(&mut self.groups, Groups(Vec::new()));
        for (_, group) in &mut groups.0 {
            for (slot, list) in group.joins.iter_mut().zip([&group.make, &group.destroy, &group.late]) {
                *slot = self.one_for(list);
            }
        }
        self.keyed(&mut groups);
        self.checks_last();
        let only = |of: &Group<'_>| !of.destroy.is_empty() && of.make.is_empty();
        self.only_destroyed =
            groups.0.iter().filter(|(_, of)| only(of)).map(|(name, _)| name.clone()).collect();
        self.destroys = groups.0.iter().any(|(_, of)| !of.destroy.is_empty() || !of.late.is_empty());
        self.groups = groups;
    }

    /// One step that comes after all of these.
    fn one_for(&mut self, list: &[usize]) -> Option<usize> {
        match list {
            [] => None,
            [one] => Some(*one),
            [first, ..] => {
                let change = self.kinds.get(*first).map_or(0, |kind| kind.change());
                Some(self.add(StepKind::Join(change), list.to_vec()))
            }
        }
    }

    /// Finds the steps of instances that the configuration names by their keys.
    fn keyed(&mut self, groups: &mut Groups<'c>) {
        let uses = self.uses;
        let mut named: BTreeMap<&ConfigResource, BTreeMap<&Key, Vec<usize>>> = BTreeMap::new();
        for (resource, key) in Dependencies::single_instances(uses.iter().filter_map(|of| of.wanted.as_ref()))
        {
            named.entry(resource).or_default().insert(key, Vec::new());
        }
        for (resource, mut keys) in named {
            let Some(group) = groups.get_mut(resource) else { continue };
            for step in &group.make {
                let kind = self.kinds.get(*step);
                let change = kind.and_then(|kind| self.changes.get(kind.change() as usize));
                let steps = change.and_then(|change| keys.get_mut(change.address.key.as_ref()?));
                steps.into_iter().for_each(|steps| steps.push(*step));
            }
            let one = keys.into_iter().map(|(key, steps)| (key.clone(), self.one_for(&steps)));
            group.keyed = one.collect();
        }
    }

    /// The step after which something, or the instances of it with a key, is made.
    fn made(&self, (resource, key): Named<'_>) -> Option<usize> {
        let group = self.groups.get(resource)?;
        match key {
            None => group.joins.get(MAKE).copied().flatten(),
            Some(key) => group.keyed.get(key).copied().flatten(),
        }
    }

    /// Data sources of check blocks are read when everything else is done: checks look at the result.
    fn checks_last(&mut self) {
        let nested = |kind: &StepKind| {
            let change = self.changes.get(kind.change() as usize);
            change.is_some_and(|change| change.reason == Some(Reason::ReadBecauseCheckNested))
        };
        let (reads, others): (Vec<usize>, Vec<usize>) =
            (0..self.kinds.len()).partition(|at| self.kinds.get(*at).is_some_and(nested));
        let (Some(first), false) = (others.first().and_then(|at| self.kinds.get(*at)), reads.is_empty())
        else {
            return;
        };
        let join = self.add(StepKind::Join(first.change()), others);
        for read in reads {
            if let Some(after) = self.after.get_mut(read) {
                after.push(join);
            }
        }
    }

    fn join(&self, resource: &ConfigResource, which: usize) -> Option<usize> {
        self.groups.get(resource)?.joins.get(which).copied().flatten()
    }

    fn edges(&mut self) {
        let stored = self.stored();
        let users = ByResource::of(&stored);
        let mut edges: Vec<(usize, usize)> = Vec::new();
        for (resource, group) in &self.groups.0 {
            let wanted = group.wanted;
            let stored = users.lists.get(resource).map_or(&[][..], |list| list);
            let made = |used: Named<'_>| self.made(used).filter(|_| used.0 != resource);
            for made in wanted.iter().flat_map(|uses| uses.nearest_of(made)) {
                edges.extend(group.make.iter().map(|at| (*at, made)));
            }
            let destroys = |of: &Group<'_>| !of.destroy.is_empty() || !of.late.is_empty();
            for used in self.reduce(resource, stored, &users, destroys) {
                let Some(of) = self.groups.get(used) else { continue };
                for gone in of.destroy.iter().chain(&of.late) {
                    let own = [DESTROY, LATE].into_iter().filter_map(|which| self.join(resource, which));
                    edges.extend(own.map(|own| (*gone, own)));
                }
            }
            self.change_after_destroy((resource, group), wanted, (stored, &users), &mut edges);
        }
        for (later, earlier) in edges {
            if let Some(after) = self.after.get_mut(later) {
                after.push(earlier);
            }
        }
    }

    /// What used y is changed after y is destroyed; where y creates first, before.
    fn change_after_destroy(
        &self,
        (resource, group): (&ConfigResource, &Group<'_>),
        wanted: Option<&'c Dependencies>,
        (stored, users): (&[ConfigResource], &ByResource<'_>),
        edges: &mut Vec<(usize, usize)>,
    ) {
        let Some(made) = group.joins.get(MAKE).copied().flatten() else { return };
        let late = |used: &ConfigResource| used != resource && self.has(used, |of| &of.late);
        // What is made anew as well orders itself: it is destroyed, made, and then this one is.
        let gone = |used: &ConfigResource| used != resource && self.only_destroyed.contains(used);
        let makes = |used: &ConfigResource| self.has(used, |of| &of.make);
        let uses = wanted.filter(|_| self.destroys);
        let mut replaced = self.reduce(resource, stored, users, |of| !of.late.is_empty());
        // What is destroyed is known by resources only, so of these each instance stands for all.
        let nearest =
            |uses: &&'c Dependencies| uses.nearest(|used| late(used.0), |used| late(used.0) && makes(used.0));
        replaced.extend(uses.iter().flat_map(nearest).map(|used| used.0));
        for used in replaced {
            let late = self.groups.get(used).map_or(&[][..], |of| &of.late);
            edges.extend(late.iter().map(|late| (*late, made)));
        }
        let nearest = |uses: &'c Dependencies| uses.nearest(|used| gone(used.0), |used| makes(used.0));
        let wanted = uses.into_iter().flat_map(nearest).map(|used| used.0);
        for gone in stored.iter().filter(|used| gone(used)).chain(wanted) {
            let destroyed = self.join(gone, DESTROY);
            edges.extend(group.make.iter().filter_map(|at| Some((*at, destroyed?))));
        }
    }

    /// Dependencies by the state; of the lists of a block's instances the longest counts.
    fn stored(&self) -> HashMap<ConfigResource, Arc<[ConfigResource]>> {
        let mut found: HashMap<ConfigResource, Arc<[ConfigResource]>> = HashMap::new();
        for (change, uses) in self.changes.iter().zip(self.uses).filter(|(_, uses)| !uses.stored.is_empty()) {
            let list = found.entry(change.address.config()).or_default();
            if uses.stored.len() > list.len() {
                *list = uses.stored.clone();
            }
        }
        found
    }

    fn has(&self, resource: &ConfigResource, steps: for<'g> fn(&'g Group<'c>) -> &'g Vec<usize>) -> bool {
        self.groups.get(resource).is_some_and(|group| !steps(group).is_empty())
    }

    /// Those of a transitive list of uses that have steps of a kind, without those that others lead to.
    fn reduce<'u>(
        &self,
        own: &ConfigResource,
        list: &'u [ConfigResource],
        by_resource: &'u ByResource<'_>,
        has_steps: impl Fn(&Group<'_>) -> bool,
    ) -> Vec<&'u ConfigResource> {
        let steps = |resource: &ConfigResource| self.groups.get(resource).is_some_and(&has_steps);
        // In a chain one of them uses all the others: no need to look at those.
        let last = by_resource.with_uses(list.len().wrapping_sub(1));
        if let Some(last) = last.iter().find(|last| **last != own && steps(last) && list.contains(last)) {
            return vec![*last];
        }
        let mut open: Vec<(&ConfigResource, &[ConfigResource])> = list
            .iter()
            .filter(|resource| *resource != own && steps(resource))
            .map(|resource| (resource, by_resource.lists.get(resource).map_or(&[][..], |list| list)))
            .collect();
        // Those that use most come first: what they use needs no edge of its own.
        open.sort_by_key(|(_, inner)| std::cmp::Reverse(inner.len()));
        let mut covered: HashSet<&ConfigResource> = HashSet::new();
        let mut kept = Vec::new();
        for (resource, inner) in open {
            if covered.contains(resource) {
                continue;
            }
            kept.push(resource);
            // In a chain the last link uses all the others.
            if inner.len() + kept.len() >= list.len() {
                break;
            }
            covered.extend(inner);
        }
        kept
    }

    /// Steps in an order in which they may be carried out; of those that may come next, the first made.
    fn sorted(self) -> Result<Vec<Step>, Diagnostic> {
        let mut after = self.after;
        let mut waits: Vec<usize> = Vec::with_capacity(after.len());
        let mut follows: Vec<Vec<usize>> = vec![Vec::new(); after.len()];
        for (later, earlier) in after.iter_mut().enumerate() {
            earlier.sort_unstable();
            earlier.dedup();
            waits.push(earlier.len());
            for earlier in earlier {
                follows.get_mut(*earlier).into_iter().for_each(|follows| follows.push(later));
            }
        }
        let free = waits.iter().enumerate().filter(|(_, count)| **count == 0).map(|(at, _)| Reverse(at));
        let mut ready: BinaryHeap<Reverse<usize>> = free.collect();
        let mut place: Vec<Option<u32>> = vec![None; after.len()];
        let mut steps = Vec::with_capacity(waits.len());
        while let Some(Reverse(at)) = ready.pop() {
            let Some((kind, after)) = self.kinds.get(at).zip(after.get(at)) else { continue };
            let places = after.iter().filter_map(|at| place.get(*at).copied().flatten());
            let mut after: Vec<StepId> = places.map(StepId).collect();
            after.sort();
            if let Some(place) = place.get_mut(at) {
                *place = Some(u32::try_from(steps.len()).unwrap_or(u32::MAX));
            }
            steps.push(Step { kind: *kind, after });
            for later in follows.get(at).into_iter().flatten() {
                if let Some(count) = waits.get_mut(*later) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        ready.push(Reverse(*later));
                    }
                }
            }
        }
        if steps.len() == waits.len() {
            return Ok(steps);
        }
        let stuck: BTreeSet<String> = self
            .kinds
            .iter()
            .enumerate()
            .filter(|(at, _)| place.get(*at).copied().flatten().is_none())
            .filter_map(|(_, kind)| self.changes.get(kind.change() as usize))
            .map(|change| format!("{} ({})", change.address, change.action.words().join(", ")))
            .collect();
        let stuck: Vec<String> = stuck.into_iter().collect();
        let detail = format!(
            "There is no order in which these changes can be carried out, because each waits for another: {}. What \
             the state remembers of their dependencies contradicts the configuration; apply some of them first with \
             -target.",
            stuck.join(", ")
        );
        Err(Diagnostic::error(codes::eval::CYCLE, "Cycle", detail))
    }
}

/// Lists of uses by resource, and resources by the length of their list.
struct ByResource<'l> {
    lists: &'l HashMap<ConfigResource, Arc<[ConfigResource]>>,
    lengths: HashMap<usize, Vec<&'l ConfigResource>>,
}

impl<'l> ByResource<'l> {
    fn of(lists: &'l HashMap<ConfigResource, Arc<[ConfigResource]>>) -> Self {
        let mut lengths: HashMap<usize, Vec<&ConfigResource>> = HashMap::new();
        for (resource, list) in lists {
            lengths.entry(list.len()).or_default().push(resource);
        }
        Self { lists, lengths }
    }

    /// Resources that use so many others, if they are few.
    fn with_uses(&self, count: usize) -> &[&'l ConfigResource] {
        self.lengths.get(&count).filter(|found| found.len() <= 4).map_or(&[], |found| found)
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
