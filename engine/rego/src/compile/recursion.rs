//! Rules that need themselves.

use super::{Compiler, RuleKey, tree, vars};
use crate::ast::{Node, Rule, Term};
use crate::error::Code;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Compiler {
    /// The rules that each rule may need, by what its references may mean.
    pub(crate) fn needs(&self) -> BTreeMap<RuleKey, BTreeSet<RuleKey>> {
        let mut out = BTreeMap::new();
        for (module, file) in self.modules.iter().enumerate() {
            for (number, rule) in file.rules.iter().enumerate() {
                out.insert(RuleKey { module, rule: number }, self.needs_of(rule));
            }
        }
        out
    }

    fn needs_of(&self, rule: &Rule) -> BTreeSet<RuleKey> {
        let mut found = BTreeSet::new();
        let mut note = |term: &Term| {
            if let Node::Ref(path) = &term.node
                && path.first().and_then(Term::as_var).is_some_and(|name| &**name == "data")
            {
                let path: Vec<Option<Value>> = path.iter().map(key_of).collect();
                self.tree.meant(&path, &mut found);
            }
        };
        for branch in rule.branches() {
            let head = &branch.head;
            let terms = head.args.iter().chain(head.path.iter().skip(1)).chain(&head.key).chain(&head.value);
            terms.for_each(|term| vars::within(term, &mut note));
            vars::each_term(&branch.body, &mut note);
        }
        found
    }

    /// Tells each rule that can reach itself.
    pub(crate) fn check_recursion(&mut self) {
        let mut needs = self.needs();
        needs.retain(|_, needed| !needed.is_empty());
        let order = components(&needs);
        let mut sizes: HashMap<usize, usize> = HashMap::new();
        order.values().for_each(|number| *sizes.entry(*number).or_default() += 1);
        let mut faults = Vec::new();
        for key in needs.keys() {
            let itself = needs.get(key).is_some_and(|set| set.contains(key));
            let together = order.get(key).and_then(|number| sizes.get(number)).copied();
            if itself || together > Some(1) {
                let Some(circle) = circle(*key, &needs, &order) else { continue };
                let names: Vec<String> = circle.iter().map(|key| self.name_of(*key)).collect();
                let at = self.rule(*key).map(|rule| rule.at).unwrap_or_default();
                let name = self.name_of(*key);
                faults.push((at, format!("rule {name} is recursive: {}", names.join(" -> "))));
            }
        }
        for (at, message) in faults {
            self.fail(Code::Recursion, at, message);
        }
    }

    fn name_of(&self, key: RuleKey) -> String {
        let package =
            self.modules.get(key.module).map(|module| module.package.as_slice()).unwrap_or_default();
        self.rule(key).map(|rule| crate::print::path(&tree::ground_path(package, rule))).unwrap_or_default()
    }
}

/// A part of a path as a key; nothing where it may be any. A collection is one that no rule has.
fn key_of(part: &Term) -> Option<Value> {
    match &part.node {
        Node::Array(_) | Node::Object(_) | Node::Set(_) if part.is_ground() => Some(Value::array(Vec::new())),
        _ => part.as_constant().cloned(),
    }
}

type Graph = BTreeMap<RuleKey, BTreeSet<RuleKey>>;

/// A number for each rule; rules that reach each other have the same one (Tarjan, without recursion).
fn components(graph: &Graph) -> BTreeMap<RuleKey, usize> {
    let mut index: BTreeMap<RuleKey, usize> = BTreeMap::new();
    let mut low: BTreeMap<RuleKey, usize> = BTreeMap::new();
    let mut out = BTreeMap::new();
    let mut stack = Vec::new();
    for start in graph.keys() {
        if index.contains_key(start) {
            continue;
        }
        let mut work = vec![(*start, graph.get(start).map(|next| next.iter().copied().collect::<Vec<_>>()))];
        index.insert(*start, index.len());
        low.insert(*start, index.len() - 1);
        stack.push(*start);
        while let Some((key, next)) = work.last_mut() {
            let key = *key;
            match next.as_mut().and_then(Vec::pop) {
                Some(child) => {
                    if !index.contains_key(&child) {
                        let number = index.len();
                        index.insert(child, number);
                        low.insert(child, number);
                        stack.push(child);
                        work.push((child, graph.get(&child).map(|next| next.iter().copied().collect())));
                    } else if !out.contains_key(&child) {
                        let least =
                            low.get(&key).copied().min(index.get(&child).copied()).unwrap_or_default();
                        low.insert(key, least);
                    }
                }
                None => {
                    work.pop();
                    close(key, &index, &low, &mut stack, &mut out);
                    if let Some((parent, _)) = work.last() {
                        let least = low.get(parent).copied().min(low.get(&key).copied()).unwrap_or_default();
                        low.insert(*parent, least);
                    }
                }
            }
        }
    }
    out
}

fn close(
    key: RuleKey,
    index: &BTreeMap<RuleKey, usize>,
    low: &BTreeMap<RuleKey, usize>,
    stack: &mut Vec<RuleKey>,
    out: &mut BTreeMap<RuleKey, usize>,
) {
    if index.get(&key) != low.get(&key) {
        return;
    }
    let number = index.get(&key).copied().unwrap_or_default();
    while let Some(top) = stack.pop() {
        out.insert(top, number);
        if top == key {
            return;
        }
    }
}

/// A shortest way from a rule back to itself.
fn circle(start: RuleKey, graph: &Graph, order: &BTreeMap<RuleKey, usize>) -> Option<Vec<RuleKey>> {
    let mut from: BTreeMap<RuleKey, RuleKey> = BTreeMap::new();
    let mut open = std::collections::VecDeque::from([start]);
    while let Some(key) = open.pop_front() {
        for next in graph.get(&key).into_iter().flatten() {
            if *next == start {
                let mut way = vec![start, key];
                let mut at = key;
                while at != start {
                    at = *from.get(&at)?;
                    way.push(at);
                }
                way.reverse();
                return Some(if key == start { vec![start, start] } else { way });
            }
            if order.get(next) == order.get(&start) && !from.contains_key(next) {
                from.insert(*next, key);
                open.push_back(*next);
            }
        }
    }
    None
}
