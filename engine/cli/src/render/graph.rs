//! Graphs as text: DOT as Terraform prints it, and Mermaid.

use std::collections::{BTreeMap, BTreeSet};

use ordain_operations::graphing::{Outline, OutlineKind};
use ordain_plan::{Plan, StepKind};

/// Node that everything of the root module comes after: no picture gains by it.
const BEGINNING: &str = "root (expand)";

/// Edges from who needs to what is needed, by name.
pub type Edges = BTreeSet<(String, String)>;

/// Resources by module, and which needs which.
#[derive(Debug, Default)]
pub struct Resources {
    /// Full address and address in its module, by address of the module.
    modules: BTreeMap<String, BTreeMap<String, String>>,
    edges: Vec<(String, String)>,
}

impl Resources {
    /// What lies between resources is passed over, and edges that follow from others are left out. The last
    /// costs as much as resources times edges: a picture of more than some thousands serves nobody.
    pub fn of(outline: &Outline) -> Resources {
        let mut out = Resources::default();
        let name_of = |at: usize| match &outline.nodes.get(at)?.kind {
            OutlineKind::Resource(address) => Some(address),
            _ => None,
        };
        let mut needs: Vec<Vec<usize>> = vec![Vec::new(); outline.nodes.len()];
        for (user, needed) in &outline.edges {
            if let Some(list) = needs.get_mut(*user) {
                list.push(*needed);
            }
        }
        let mut direct: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for at in 0..outline.nodes.len() {
            let Some(address) = name_of(at) else { continue };
            let module = address.module.to_string();
            out.modules.entry(module).or_default().insert(address.to_string(), address.resource.to_string());
            let found = walk(at, &needs, &|at| name_of(at).is_some());
            direct.insert(at, found);
        }
        let key = |at: usize| name_of(at).map(|address| (&address.module.0, address.resource.to_string()));
        let mut edges = reduced(&direct);
        edges.sort_by_key(|(user, needed)| (key(*user), key(*needed)));
        let text = |at: usize| name_of(at).map(ToString::to_string).unwrap_or_default();
        out.edges = edges.into_iter().map(|(user, needed)| (text(user), text(needed))).collect();
        out
    }

    /// DOT, as `graph` without a type prints it.
    pub fn dot(&self) -> String {
        let mut out = String::from(
            "digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n",
        );
        for (module, resources) in &self.modules {
            let pad = if module.is_empty() { "  " } else { "    " };
            if !module.is_empty() {
                let head = format!(
                    "  subgraph {} {{\n    label = {}\n    fontname = \"sans-serif\"\n",
                    quote(&format!("cluster_{module}")),
                    quote(module)
                );
                out.push_str(&head);
            }
            for (address, label) in resources {
                out.push_str(&format!("{pad}{} [label={}];\n", quote(address), quote(label)));
            }
            if !module.is_empty() {
                out.push_str("  }\n");
            }
        }
        if self.modules.is_empty() {
            out.push_str("  /* This configuration does not contain any resources.         */\n");
            out.push_str("  /* For a more detailed graph, try: ordain graph -type=plan    */\n");
        }
        for (user, needed) in &self.edges {
            out.push_str(&format!("  {} -> {};\n", quote(user), quote(needed)));
        }
        out.push_str("}\n");
        out
    }

    /// A Mermaid flow chart.
    pub fn mermaid(&self) -> String {
        let mut ids = BTreeMap::new();
        let mut out = String::from("flowchart RL\n");
        for (module, resources) in &self.modules {
            let pad = if module.is_empty() { "  " } else { "    " };
            if !module.is_empty() {
                out.push_str(&format!("  subgraph {}\n", mermaid_text(module)));
            }
            for (address, label) in resources {
                let id = format!("n{}", ids.len());
                out.push_str(&format!("{pad}{id}[{}]\n", mermaid_text(label)));
                ids.insert(address.clone(), id);
            }
            if !module.is_empty() {
                out.push_str("  end\n");
            }
        }
        push_arrows(&mut out, &ids, self.edges.iter().map(|(user, needed)| (user, needed)));
        out
    }
}

/// The edges that do not follow from others.
fn reduced(direct: &BTreeMap<usize, BTreeSet<usize>>) -> Vec<(usize, usize)> {
    let mut edges = Vec::new();
    for (user, needed) in direct {
        let beyond: BTreeSet<usize> = needed.iter().flat_map(|at| reach(*at, direct)).collect();
        edges.extend(needed.difference(&beyond).map(|at| (*user, *at)));
    }
    edges
}

/// The first nodes of a kind on every way from a node.
fn walk(from: usize, needs: &[Vec<usize>], wanted: &dyn Fn(usize) -> bool) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<usize> = needs.get(from).cloned().unwrap_or_default();
    while let Some(at) = open.pop() {
        if !seen.insert(at) {
            continue;
        }
        if wanted(at) {
            found.insert(at);
        } else {
            open.extend(needs.get(at).into_iter().flatten());
        }
    }
    found
}

/// Everything beyond a node, itself left out.
fn reach(from: usize, direct: &BTreeMap<usize, BTreeSet<usize>>) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<usize> = direct.get(&from).into_iter().flatten().copied().collect();
    while let Some(at) = open.pop() {
        if seen.insert(at) {
            open.extend(direct.get(&at).into_iter().flatten());
        }
    }
    seen
}

/// A graph of operations: every node that takes part, in the form of `graph -type=…`.
#[derive(Debug, Default)]
pub struct Operations {
    /// Label and shape by name; nodes without one are only ends of edges.
    shown: BTreeMap<String, (String, &'static str)>,
    edges: Edges,
}

impl Operations {
    /// The graph that the evaluator works through, with reports of checks or without.
    pub fn of_outline(outline: &Outline, reports: bool) -> Operations {
        let taken = |at: &usize| {
            outline.nodes.get(*at).filter(|node| reports || node.kind != OutlineKind::CheckReport)
        };
        let name = |at: &usize| taken(at).map(|node| node.name.clone());
        let shown = outline.nodes.iter().filter_map(|node| {
            let (label, shape) = match &node.kind {
                OutlineKind::Resource(address) => (address.to_string(), "box"),
                OutlineKind::Provider => (node.name.clone(), "diamond"),
                OutlineKind::RootVariable | OutlineKind::StoredOutput => (node.name.clone(), "note"),
                OutlineKind::ProviderEnd | OutlineKind::CheckReport | OutlineKind::Other => return None,
            };
            Some((node.name.clone(), (label, shape)))
        });
        let begins = |at: &usize| outline.nodes.get(*at).is_some_and(|node| node.name == BEGINNING);
        let mut direct: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (user, needed) in outline.edges.iter().filter(|(_, needed)| !begins(needed)) {
            direct.entry(*user).or_default().insert(*needed);
        }
        direct.retain(|user, _| taken(user).is_some());
        direct.values_mut().for_each(|needed| needed.retain(|at| taken(at).is_some()));
        let edges = reduced(&direct);
        let edges = edges.iter().filter_map(|(user, needed)| Some((name(user)?, name(needed)?)));
        Operations { shown: shown.collect(), edges: edges.collect() }
    }

    /// The steps of a plan, in the order in which an apply may carry them out.
    pub fn of_plan(plan: &Plan) -> Operations {
        let names: Vec<String> = plan.steps.iter().map(|step| step_name(plan, step.kind)).collect();
        let shown = names.iter().map(|name| (name.clone(), (name.clone(), "box")));
        let mut edges = Edges::new();
        for (step, user) in plan.steps.iter().zip(&names) {
            let before = step.after.iter().filter_map(|id| names.get(id.0 as usize));
            edges.extend(before.map(|needed| (user.clone(), needed.clone())));
        }
        Operations { shown: shown.collect(), edges }
    }

    /// DOT, as `graph -type=…` prints it.
    pub fn dot(&self) -> String {
        let mut out =
            String::from("digraph {\n\tcompound = \"true\"\n\tnewrank = \"true\"\n\tsubgraph \"root\" {\n");
        let root = |name: &str| quote(&format!("[root] {name}"));
        for (name, (label, shape)) in &self.shown {
            out.push_str(&format!("\t\t{} [label = {}, shape = \"{shape}\"]\n", root(name), quote(label)));
        }
        for (user, needed) in &self.edges {
            out.push_str(&format!("\t\t{} -> {}\n", root(user), root(needed)));
        }
        out.push_str("\t}\n}\n");
        out
    }

    /// A Mermaid flow chart.
    pub fn mermaid(&self) -> String {
        let ends = self.edges.iter().flat_map(|(user, needed)| [user, needed]);
        let names: BTreeSet<&String> = self.shown.keys().chain(ends).collect();
        let mut out = String::from("flowchart RL\n");
        let mut ids = BTreeMap::new();
        for name in names {
            let id = format!("n{}", ids.len());
            out.push_str(&format!("  {id}[{}]\n", mermaid_text(name)));
            ids.insert(name.clone(), id);
        }
        push_arrows(&mut out, &ids, self.edges.iter().map(|(user, needed)| (user, needed)));
        out
    }
}

fn step_name(plan: &Plan, kind: StepKind) -> String {
    let change = plan.changes.get(kind.change() as usize);
    let address = change.map(|change| change.address.to_string()).unwrap_or_default();
    let word = match kind {
        StepKind::Create(_) => "create",
        StepKind::Update(_) => "update",
        StepKind::Delete(_) => "destroy",
        StepKind::Depose(_) => "set aside",
        StepKind::DeleteDeposed(_) => "destroy what was set aside",
        StepKind::Read(_) => "read",
        StepKind::Forget(_) => "forget",
        StepKind::Record(_) => "record",
        StepKind::Join(_) => {
            let resource = change.map(|change| change.address.config().to_string()).unwrap_or_default();
            return format!("{resource} (all instances)");
        }
    };
    format!("{address} ({word})")
}

fn push_arrows<'e>(
    out: &mut String,
    ids: &BTreeMap<String, String>,
    edges: impl Iterator<Item = (&'e String, &'e String)>,
) {
    for (user, needed) in edges {
        if let (Some(user), Some(needed)) = (ids.get(user), ids.get(needed)) {
            out.push_str(&format!("  {user} --> {needed}\n"));
        }
    }
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn mermaid_text(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "#quot;"))
}
