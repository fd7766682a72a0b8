//! Walking a template: the control structures of `text/template/exec.go`.

use std::collections::HashMap;
use std::rc::Rc;

use ordain_gostd::quote;

use super::error::ExecError;
use super::eval::Slot;
use super::set::TemplateSet;
use crate::limits::Limits;
use crate::outside::Outside;
use crate::value::Value;
use ordain_gostd::template::{Branch, Command, Expr, Node, Pipe, Template};

/// What all templates of one rendering share.
pub(crate) struct Engine<'e> {
    /// The templates visible now; `tpl` puts an overlay here while it runs.
    pub(crate) set: Rc<TemplateSet>,
    /// Where the clock, random numbers and cluster objects come from.
    pub(crate) outside: &'e dyn Outside,
    /// How often each name is being included right now.
    pub(crate) included: HashMap<String, usize>,
    /// The template being executed, for `tpl` to name its text after.
    pub(crate) limits: Limits,
    /// Nesting of templates.
    pub(crate) depth: usize,
    /// Whether demands of templates are let pass.
    pub(crate) lint: bool,
}

/// How deep templates may call templates; bounded by the stack the rendering thread gets.
const MAX_TEMPLATE_DEPTH: usize = 1500;

/// Runs a template on a value.
pub(crate) fn execute(engine: &mut Engine<'_>, template: &Template, dot: Value) -> Result<String, ExecError> {
    let mut out = String::new();
    execute_into(engine, template, Slot::plain(dot), &mut out)?;
    Ok(out)
}

fn execute_into(
    engine: &mut Engine<'_>,
    template: &Template,
    dot: Slot,
    out: &mut String,
) -> Result<(), ExecError> {
    if engine.depth >= MAX_TEMPLATE_DEPTH {
        let text =
            format!("template: {}: exceeded maximum template depth ({MAX_TEMPLATE_DEPTH})", template.name);
        return Err(ExecError(text));
    }
    engine.depth += 1;
    let vars = vec![("$".to_owned(), dot.clone())];
    let mut state = State { engine, template, vars, at: At::Nowhere, out };
    let walked = state.list(&dot, &template.root);
    engine.depth -= 1;
    walked.map(|_| ())
}

/// The place an error names.
#[derive(Clone, Copy)]
pub(super) enum At<'t> {
    Nowhere,
    Node(&'t Node),
    Branch(&'t Branch),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Expr(&'t Expr),
}

/// How a list of nodes was left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

pub(super) struct State<'s, 'e, 't> {
    pub(super) engine: &'s mut Engine<'e>,
    pub(super) template: &'t Template,
    pub(super) vars: Vec<(String, Slot)>,
    pub(super) at: At<'t>,
    out: &'s mut String,
}

impl<'t> State<'_, '_, 't> {
    /// An error at the present place.
    pub(super) fn fail<T>(&self, message: impl std::fmt::Display) -> Result<T, ExecError> {
        let (at, context) = match self.at {
            At::Nowhere => return Err(ExecError(format!("template: {}: {message}", self.template.name))),
            At::Node(node) => (node.at(), node.to_string()),
            At::Branch(branch) => (branch.at, format!("{{{{range {}}}}}", branch.pipe)),
            At::Pipe(pipe) => (pipe.at, pipe.to_string()),
            At::Command(command) => (command.at, command.to_string()),
            At::Expr(expr) => (expr.at, expr.to_string()),
        };
        let location = self.template.location(at);
        let name = quote(&self.template.name);
        Err(ExecError(format!("template: {location}: executing {name} at <{context}>: {message}")))
    }

    /// Counts work done; refuses when the rendering has had its share.
    pub(super) fn charge(&mut self, steps: u64) -> Result<(), ExecError> {
        self.engine.limits.charge(steps).or_else(|e| self.fail(e))
    }

    fn write(&mut self, text: &str) -> Result<(), ExecError> {
        self.engine.limits.produce(text.len()).or_else(|e| self.fail(e))?;
        self.out.push_str(text);
        Ok(())
    }

    fn list(&mut self, dot: &Slot, list: &'t [Node]) -> Result<Flow, ExecError> {
        for node in list {
            let flow = self.node(dot, node)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn node(&mut self, dot: &Slot, node: &'t Node) -> Result<Flow, ExecError> {
        self.at = At::Node(node);
        self.charge(1)?;
        match node {
            Node::Text { text, .. } => self.write(text)?,
            Node::Action { pipe, .. } => {
                let value = self.pipeline(dot, pipe)?;
                if pipe.decl.is_empty() {
                    self.at = At::Node(node);
                    self.print(&value)?;
                }
            }
            Node::If(branch) => return self.if_or_with(dot, branch, false),
            Node::With(branch) => return self.if_or_with(dot, branch, true),
            Node::Range(branch) => return self.range(dot, branch),
            Node::Template { name, pipe, .. } => self.call_template(dot, name, pipe.as_ref())?,
            Node::Break { .. } => return Ok(Flow::Break),
            Node::Continue { .. } => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }

    fn print(&mut self, value: &Slot) -> Result<(), ExecError> {
        match &value.value {
            Value::Nil => self.write("<no value>"),
            Value::Text(text) => self.write(text),
            Value::Object(object) => {
                let text = object.printed();
                self.write(&text)
            }
            other => {
                let text = other.show();
                self.write(&text)
            }
        }
    }

    fn if_or_with(&mut self, dot: &Slot, branch: &'t Branch, with: bool) -> Result<Flow, ExecError> {
        let mark = self.vars.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let flow = if value.value.truth() {
            self.list(if with { &value } else { dot }, &branch.list)
        } else if let Some(list) = &branch.otherwise {
            self.list(dot, list)
        } else {
            Ok(Flow::On)
        };
        self.vars.truncate(mark);
        flow
    }

    fn range(&mut self, dot: &Slot, branch: &'t Branch) -> Result<Flow, ExecError> {
        self.at = At::Branch(branch);
        let outer = self.vars.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let pairs = self.range_items(&value.value, branch)?;
        let mark = self.vars.len();
        let mut flow = Flow::On;
        let empty = pairs.is_empty();
        for (index, item) in pairs {
            self.charge(1)?;
            self.bind(branch, index, &item)?;
            let left = self.list(&item, &branch.list)?;
            self.vars.truncate(mark);
            if left == Flow::Break {
                break;
            }
        }
        if empty && let Some(list) = &branch.otherwise {
            flow = self.list(dot, list)?;
        }
        self.vars.truncate(outer);
        Ok(flow)
    }

    /// Index and element of everything a `range` goes through.
    fn range_items(&mut self, value: &Value, branch: &Branch) -> Result<Vec<(Slot, Slot)>, ExecError> {
        Ok(match value {
            Value::Nil => Vec::new(),
            Value::List(list) => {
                let typed = Slot::typed_list_item(list.kind);
                let index = (0_i64..).map(|i| Slot::plain(Value::int(i)));
                index.zip(list.items.iter().map(|v| Slot { value: v.clone(), iface: typed })).collect()
            }
            Value::Map(map) => {
                let iface = Slot::map_item(map.kind);
                let pair = |(k, v): (String, Value)| (Slot::plain(Value::from(k)), Slot { value: v, iface });
                map.snapshot().into_iter().map(pair).collect()
            }
            Value::Int(count, kind) => {
                if branch.pipe.decl.len() > 1 {
                    return self.fail(format!("can't use {count} to iterate over more than one variable"));
                }
                self.charge(u64::try_from(*count).unwrap_or(0))?;
                (0..*count).map(|i| (Slot::plain(Value::Nil), Slot::plain(Value::Int(i, *kind)))).collect()
            }
            Value::Object(object) => match object.range() {
                Some(pairs) => pairs.into_iter().map(|(k, v)| (Slot::plain(k), Slot::plain(v))).collect(),
                None => return self.fail(format!("range can't iterate over {}", value.show())),
            },
            Value::Bool(_) | Value::Float(_) | Value::Text(_) => {
                return self.fail(format!("range can't iterate over {}", value.show()));
            }
        })
    }

    fn bind(&mut self, branch: &Branch, index: Slot, item: &Slot) -> Result<(), ExecError> {
        let pipe = &branch.pipe;
        let values = match pipe.decl.as_slice() {
            [] => return Ok(()),
            [one] => vec![(one, item.clone())],
            [first, second, ..] => vec![(first, index), (second, item.clone())],
        };
        for (name, value) in values {
            if pipe.assign {
                self.set_var(name, value)?;
            } else if let Some(slot) = self.vars.iter_mut().rev().find(|(n, _)| n == name) {
                slot.1 = value;
            }
        }
        Ok(())
    }

    fn call_template(&mut self, dot: &Slot, name: &str, pipe: Option<&'t Pipe>) -> Result<(), ExecError> {
        let Some(template) = self.engine.set.get(name) else {
            return self.fail(format!("template {} not defined", quote(name)));
        };
        let dot = match pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Slot::plain(Value::Nil),
        };
        execute_into(self.engine, &template, dot, self.out)
    }

    pub(super) fn set_var(&mut self, name: &str, value: Slot) -> Result<(), ExecError> {
        match self.vars.iter_mut().rev().find(|(n, _)| n == name) {
            Some(slot) => {
                slot.1 = value;
                Ok(())
            }
            None => self.fail(format!("undefined variable: {name}")),
        }
    }
}
