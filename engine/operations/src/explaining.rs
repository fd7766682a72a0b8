//! `explain`: why an instance changes, told from a stored plan alone.
//!
//! The plan says what changes; the configuration that is stored with it says what each value is made from.
//! From the attributes that force the action the search goes back through references, nearest first, until it
//! meets where a change came from: something changed outside, a value that only an apply makes known, an input
//! of the root module, or the text of the configuration itself. What is known to have changed goes before what
//! may have: a plan does not hold the inputs of the apply before it.

mod search;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_addr::{AbsResource, ResourceInstance};
use ordain_config::ModuleTree;
use ordain_config::blocks::Repetition;
use ordain_diag::{Sources, Span};
use ordain_plan::{Action, Change, Plan, Reason};
use ordain_value::{Step, Value};
use serde_json::{Value as Json, json};

use search::{Node, Search};

/// Why an instance changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Address of the instance.
    pub address: String,
    /// What is done, in the words of the JSON plan.
    pub actions: &'static [&'static str],
    /// The reason in one sentence.
    pub because: String,
    /// The attribute that forces it, where there is one.
    pub attribute: Option<String>,
    /// From that attribute to where the change came from.
    pub chain: Vec<Link>,
    /// What is not known before apply, each with the way to what makes it so.
    pub unknown: BTreeMap<String, Vec<Link>>,
}

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Name of the value, such as `local.size`.
    pub subject: String,
    /// Where it is written: `main.tf:3`.
    pub place: Option<String>,
    /// What is to be said of it; empty for what only passes a value on.
    pub says: String,
}

impl Cause {
    /// As `ordain.cause` in the JSON of a plan.
    pub fn json(&self) -> Json {
        let unknown: serde_json::Map<String, Json> =
            self.unknown.iter().map(|(name, way)| (name.clone(), links(way))).collect();
        json!({
            "because": self.because,
            "attribute": self.attribute,
            "chain": links(&self.chain),
            "unknown": unknown,
        })
    }
}

fn links(way: &[Link]) -> Json {
    way.iter()
        .map(|link| json!({ "subject": link.subject, "place": link.place, "says": link.says }))
        .collect()
}

/// A plan with the configuration that it was made from.
pub struct Explainer<'e> {
    pub(crate) tree: &'e ModuleTree,
    sources: &'e Sources,
    pub(crate) by_resource: BTreeMap<AbsResource, Vec<&'e Change>>,
    pub(crate) drift: BTreeMap<&'e ResourceInstance, &'e Change>,
}

impl<'e> Explainer<'e> {
    /// Gets ready: linear in the number of changes.
    pub fn new(plan: &'e Plan, tree: &'e ModuleTree, sources: &'e Sources) -> Self {
        let mut by_resource: BTreeMap<AbsResource, Vec<&Change>> = BTreeMap::new();
        for change in plan.changes.iter().filter(|change| change.deposed.is_none()) {
            by_resource.entry(change.address.abs_resource().clone()).or_default().push(change);
        }
        let drift = plan.drift.iter().map(|change| (&change.address, change)).collect();
        Self { tree, sources, by_resource, drift }
    }

    /// The change of an instance, if the plan has any word on it.
    pub fn change(&self, address: &ResourceInstance) -> Option<&'e Change> {
        let all = self.by_resource.get(address.abs_resource())?;
        all.iter().find(|change| change.address == *address).copied()
    }

    /// Why a change is made.
    pub fn cause(&self, change: &Change) -> Cause {
        let start = self.start(change);
        let chain = Search::new(self).run(start.iter().cloned());
        let attribute = match chain.first() {
            Some(Node::Attribute(_, name)) => Some(name.to_string()),
            _ => None,
        };
        Cause {
            address: change.address.to_string(),
            actions: change.action.words(),
            because: self.because(change, attribute.as_deref()),
            attribute,
            chain: self.links(&chain),
            unknown: self.unknown(change),
        }
    }

    /// Where the search begins: the attributes that force the action, or the expression that says which
    /// instances there are.
    fn start(&self, change: &Change) -> Vec<Node> {
        let attribute = |name: Arc<str>| Node::Attribute(change.address.clone(), name);
        let instances = || match self.tree.resource(&change.address.config()).map(|block| &block.repetition) {
            Some(Repetition::Count(_) | Repetition::ForEach(_) | Repetition::Enabled(_)) => {
                vec![Node::Instances(change.address.module.clone(), change.address.config())]
            }
            _ => Vec::new(),
        };
        match (change.action, change.reason) {
            (Action::NoOp, _) => Vec::new(),
            (_, Some(Reason::ReplaceByTriggers)) => vec![Node::Triggers(change.address.clone())],
            (Action::Create | Action::Delete | Action::Forget, _) => instances(),
            (_, Some(Reason::ReplaceBecauseTainted | Reason::ReplaceByRequest)) => Vec::new(),
            (action, _) if action.is_replace() && !change.replace_paths.is_empty() => {
                let names = change.replace_paths.iter().filter_map(|path| match path.0.first() {
                    Some(Step::Attr(name)) => Some(name.clone()),
                    _ => None,
                });
                names.collect::<BTreeSet<_>>().into_iter().map(attribute).collect()
            }
            _ => {
                let changed = changed(change);
                let written: Vec<Arc<str>> =
                    changed.iter().filter(|name| self.is_written(change, name)).cloned().collect();
                let chosen = if written.is_empty() { changed } else { written };
                chosen.into_iter().map(attribute).collect()
            }
        }
    }

    pub(crate) fn is_written(&self, change: &Change, name: &str) -> bool {
        let block = self.tree.resource(&change.address.config());
        block.is_some_and(|block| search::member(&block.body, name).is_some())
    }

    fn because(&self, change: &Change, attribute: Option<&str>) -> String {
        let address = &change.address;
        let key = address.key.as_ref().map(ToString::to_string).unwrap_or_default();
        match (change.action, change.reason) {
            (Action::NoOp, _) if change.previous_address.is_some() => {
                "It was moved; nothing else changes.".into()
            }
            (Action::NoOp, _) if change.importing.is_some() => "It is imported; nothing else changes.".into(),
            (Action::NoOp, _) => "It does not change.".into(),
            (_, Some(Reason::ReplaceBecauseTainted)) => {
                "The object is tainted: it was not made wholly, or somebody marked it.".into()
            }
            (_, Some(Reason::ReplaceByRequest)) => "-replace names it.".into(),
            (_, Some(Reason::ReplaceByTriggers)) => {
                "Something that its replace_triggered_by names changes.".into()
            }
            (_, Some(Reason::DeleteBecauseNoResourceConfig)) => "No block declares it any more.".into(),
            (_, Some(Reason::DeleteBecauseWrongRepetition)) => {
                "Its block has count or for_each now where it had not, or the other way round.".into()
            }
            (_, Some(Reason::DeleteBecauseCountIndex)) => {
                format!("The index {key} is out of the range of count.")
            }
            (_, Some(Reason::DeleteBecauseEachKey)) => format!("The key {key} is not in for_each any more."),
            (_, Some(Reason::DeleteBecauseNotEnabled)) => "Its enabled is false now.".into(),
            (_, Some(Reason::DeleteBecauseNoModule)) => format!("{} is not there any more.", address.module),
            (_, Some(Reason::DeleteBecauseNoMoveTarget)) => {
                "A moved block names a place that does not exist.".into()
            }
            (_, Some(Reason::ReadBecauseConfigUnknown)) => {
                "It can only be read at apply: its arguments are not known yet.".into()
            }
            (_, Some(Reason::ReadBecauseDependencyPending)) => {
                "It can only be read at apply: something it depends on changes.".into()
            }
            (_, Some(Reason::ReadBecauseCheckNested)) => "A check block reads it again at apply.".into(),
            (Action::Create, None) => "The state has no object at this address.".into(),
            (Action::Delete, None) => "Everything is destroyed, or something that it needs is.".into(),
            (action, _) if action.is_replace() => match attribute {
                Some(name) => format!("{name} cannot change in place."),
                None => "An attribute cannot change in place.".into(),
            },
            _ => match attribute {
                Some(name) => format!("{name} is not what it was."),
                None => "The object is not what it was.".into(),
            },
        }
    }

    /// What is not known before apply, and why.
    fn unknown(&self, change: &Change) -> BTreeMap<String, Vec<Link>> {
        let members = change.after.as_members().into_iter().flatten();
        members
            .filter(|(_, value)| !is_wholly_known(value))
            .map(|(name, _)| {
                let node = Node::Attribute(change.address.clone(), name.clone());
                if !self.is_written(change, name) {
                    let link = Link { says: "decided by the provider".to_owned(), ..self.link(&node) };
                    return (name.to_string(), vec![link]);
                }
                let way = Search::unknown(self).run([node]);
                (name.to_string(), self.links(&way))
            })
            .collect()
    }

    fn links(&self, way: &[Node]) -> Vec<Link> {
        let mut links: Vec<Link> = way.iter().map(|node| self.link(node)).collect();
        if let (Some(last), Some(node)) = (links.last_mut(), way.last()) {
            last.says = self.origin(node);
        }
        links
    }

    fn link(&self, node: &Node) -> Link {
        let place = node.place(self.tree).and_then(|span| self.place(span));
        Link { subject: node.to_string(), place, says: String::new() }
    }

    fn place(&self, span: Span) -> Option<String> {
        let source = self.sources.get(span.file)?;
        Some(format!("{}:{}", source.name, source.position(span.start as usize).line))
    }

    /// What is to be said of the end of a way.
    fn origin(&self, node: &Node) -> String {
        match node {
            Node::Attribute(address, name) => {
                if self.drifted(address, name) {
                    return "changed outside of Ordain".to_owned();
                }
                let Some(change) = self.change(address) else { return "read from the state".to_owned() };
                let unknown = change.after.get(name).is_some_and(|value| !is_wholly_known(value));
                if unknown && !self.is_written(change, name) {
                    let doing = match change.action {
                        Action::Create => "is created",
                        Action::Update => "is changed",
                        Action::Read => "is read",
                        _ => "is replaced",
                    };
                    return format!("not known before apply: {address} {doing}");
                }
                "written here".to_owned()
            }
            Node::Variable(module, _) if module.is_root() => "input of the root module".to_owned(),
            Node::Triggers(_) => "named by replace_triggered_by".to_owned(),
            _ => "written here".to_owned(),
        }
    }

    pub(crate) fn drifted(&self, address: &ResourceInstance, name: &str) -> bool {
        self.drift.get(address).is_some_and(|drift| differs(drift, name))
    }
}

/// Names of the members that change.
pub(crate) fn changed(change: &Change) -> Vec<Arc<str>> {
    let members = [&change.before, &change.after].into_iter().filter_map(|value| value.as_members());
    let names: BTreeSet<Arc<str>> = members.flat_map(|members| members.keys().cloned()).collect();
    names.into_iter().filter(|name| differs(change, name)).collect()
}

/// Whether a member is not known to stay.
pub(crate) fn differs(change: &Change, name: &str) -> bool {
    let part = |value: &Value| value.get(name).map(|value| value.clone().unmark_deep().0);
    let after = part(&change.after);
    after.as_ref().is_some_and(|value| !is_wholly_known(value)) || part(&change.before) != after
}

pub(crate) fn is_wholly_known(value: &Value) -> bool {
    value.is_wholly_known()
}

#[cfg(test)]
#[path = "explaining_tests.rs"]
mod tests;
