//! `strings.render_template`: Go's `text/template` over an object.

mod functions;

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;
use functions::{call, is_known};
use ordain_gostd::Arg;
use ordain_gostd::template::{Branch, Command, Expr, ExprKind, Node, Number, Pipe, Template, parse};
use std::collections::HashMap;

pub(super) const ROWS: &[Row] =
    &[("strings.render_template", "(string, object[string: any]) -> string", render)];

/// Most nodes and commands run.
const STEPS: u64 = 5_000_000;
/// Deepest nesting of templates that call templates.
const DEPTH: usize = 100;

fn render(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let text = args::text(args, 1)?;
    args::object(args, 2)?;
    let variables = args::any(args, 2)?;
    // As in OPA, which reads the printed object as JSON: neither sets nor what Go alone escapes get through.
    serde_json::from_str::<serde_json::Value>(&variables.to_string())
        .map_err(|error| BuiltinError::failed(error.to_string()))?;
    let data = Item::Data(variables.clone());
    let parsed = parse("template", text, &is_known).map_err(BuiltinError::failed)?;
    let templates: HashMap<&str, &Template> = parsed.iter().map(|t| (t.name.as_str(), t)).collect();
    let mut run = Run { env, templates, out: String::new(), vars: Vec::new(), steps: 0, depth: 0 };
    run.template("template", data)?;
    Ok(Some(run.out.into()))
}

/// A value of a running template: data, or a number that the template itself made.
#[derive(Debug, Clone)]
enum Item {
    Data(Value),
    Int(i64),
    Float(f64),
}

impl Item {
    /// Go's truth: not empty. A number of the data is text to Go, and never empty.
    fn truth(&self) -> bool {
        match self {
            Self::Data(Value::Null) => false,
            Self::Data(Value::Bool(bool)) => *bool,
            Self::Data(Value::Number(_)) => true,
            Self::Data(Value::String(text)) => !text.is_empty(),
            Self::Data(Value::Array(items)) => !items.is_empty(),
            Self::Data(Value::Set(set)) => !set.is_empty(),
            Self::Data(Value::Object(object)) => !object.is_empty(),
            // Calls with these go another way.
            Self::Data(Value::Unknown(_) | Value::Secret(_)) => true,
            Self::Int(int) => *int != 0,
            Self::Float(float) => *float != 0.0,
        }
    }

    /// What `fmt` prints.
    fn arg(&self) -> Arg {
        match self {
            Self::Data(value) => argument(value),
            Self::Int(int) => Arg::Int(*int, "int"),
            Self::Float(float) => Arg::Float(*float),
        }
    }

    fn type_name(&self) -> String {
        self.arg().type_name().to_owned()
    }
}

fn argument(value: &Value) -> Arg {
    let list = |items: &[Value]| Arg::List("[]interface {}".into(), items.iter().map(argument).collect());
    match value {
        Value::Null => Arg::Nil,
        Value::Bool(bool) => Arg::Bool(*bool),
        Value::Number(number) => Arg::Stringer("json.Number".into(), number.text()),
        Value::String(text) => Arg::Text(text.to_string()),
        Value::Array(items) => list(items),
        Value::Set(set) => list(set.members()),
        Value::Object(object) => {
            let pairs = object.iter().map(|(key, value)| (Arg::Text(key.json_key()), argument(value)));
            Arg::Map("map[string]interface {}".into(), pairs.collect())
        }
        veiled @ (Value::Unknown(_) | Value::Secret(_)) => Arg::Text(veiled.to_string()),
    }
}

type Eval = Result<Item, BuiltinError>;

fn failed<T>(message: impl Into<String>) -> Result<T, BuiltinError> {
    Err(BuiltinError::failed(format!("template: {}", message.into())))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

struct Run<'r> {
    env: &'r BuiltinEnv,
    templates: HashMap<&'r str, &'r Template>,
    out: String,
    vars: Vec<(String, Item)>,
    steps: u64,
    depth: usize,
}

impl<'r> Run<'r> {
    fn step(&mut self) -> Result<(), BuiltinError> {
        self.steps += 1;
        if self.steps > STEPS {
            return Err(BuiltinError::limit("the template runs too long"));
        }
        self.env.fits(self.out.len())
    }

    fn template(&mut self, name: &str, dot: Item) -> Result<(), BuiltinError> {
        let Some(template) = self.templates.get(name).copied() else {
            return failed(format!("template {} not defined", ordain_gostd::quote(name)));
        };
        if self.depth >= DEPTH {
            return Err(BuiltinError::limit("exceeded maximum template depth"));
        }
        self.depth += 1;
        let outer = std::mem::replace(&mut self.vars, vec![("$".into(), dot.clone())]);
        self.list(&dot, &template.root)?;
        self.vars = outer;
        self.depth -= 1;
        Ok(())
    }

    fn list(&mut self, dot: &Item, nodes: &'r [Node]) -> Result<Flow, BuiltinError> {
        for node in nodes {
            let flow = self.node(dot, node)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn node(&mut self, dot: &Item, node: &'r Node) -> Result<Flow, BuiltinError> {
        self.step()?;
        match node {
            Node::Text { text, .. } => self.out.push_str(text),
            Node::Action { pipe, .. } => {
                let item = self.pipe(dot, pipe)?;
                if pipe.decl.is_empty() {
                    let shown = match &item {
                        Item::Data(Value::Null) => "<undefined>".to_owned(),
                        item => ordain_gostd::sprint(&[item.arg()]),
                    };
                    self.out.push_str(&shown);
                }
            }
            Node::If(branch) => return self.choose(dot, branch, false),
            Node::With(branch) => return self.choose(dot, branch, true),
            Node::Range(branch) => return self.range(dot, branch),
            Node::Template { name, pipe, .. } => {
                let dot = match pipe {
                    Some(pipe) => self.pipe(dot, pipe)?,
                    None => Item::Data(Value::Null),
                };
                self.template(name, dot)?;
            }
            Node::Break { .. } => return Ok(Flow::Break),
            Node::Continue { .. } => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }

    fn choose(&mut self, dot: &Item, branch: &'r Branch, with: bool) -> Result<Flow, BuiltinError> {
        let mark = self.vars.len();
        let item = self.pipe(dot, &branch.pipe)?;
        let flow = if item.truth() {
            self.list(if with { &item } else { dot }, &branch.list)?
        } else {
            self.list(dot, branch.otherwise.as_deref().unwrap_or_default())?
        };
        self.vars.truncate(mark);
        Ok(flow)
    }

    fn range(&mut self, dot: &Item, branch: &'r Branch) -> Result<Flow, BuiltinError> {
        let outer = self.vars.len();
        let over = self.pipe(dot, &branch.pipe)?;
        let numbered = |items: &[Value]| {
            (0_i64..).map(Item::Int).zip(items.iter().cloned().map(Item::Data)).collect::<Vec<_>>()
        };
        let pairs: Vec<(Item, Item)> = match &over {
            Item::Data(Value::Null) => Vec::new(),
            Item::Data(Value::Array(items)) => numbered(items),
            Item::Data(Value::Set(set)) => numbered(set.members()),
            Item::Data(Value::Object(object)) => {
                let pair = |(key, value): &(Value, Value)| {
                    (Item::Data(key.json_key().into()), Item::Data(value.clone()))
                };
                object.iter().map(pair).collect()
            }
            Item::Int(count) if u64::try_from(*count).is_ok_and(|count| count > STEPS) => {
                return Err(BuiltinError::limit("the template runs too long"));
            }
            Item::Int(count) => (0..*count).map(|at| (Item::Int(at), Item::Int(at))).collect(),
            other => {
                return failed(format!("range can't iterate over {}", ordain_gostd::sprint(&[other.arg()])));
            }
        };
        let mark = self.vars.len();
        if pairs.is_empty() {
            let flow = self.list(dot, branch.otherwise.as_deref().unwrap_or_default())?;
            self.vars.truncate(outer);
            return Ok(flow);
        }
        for (key, item) in pairs {
            match branch.pipe.decl.as_slice() {
                [] => {}
                [one] => self.set(one, item.clone())?,
                [first, second, ..] => {
                    self.set(first, key)?;
                    self.set(second, item.clone())?;
                }
            }
            let flow = self.list(&item, &branch.list)?;
            self.vars.truncate(mark);
            if flow == Flow::Break {
                break;
            }
        }
        self.vars.truncate(outer);
        Ok(Flow::On)
    }

    fn set(&mut self, name: &str, item: Item) -> Result<(), BuiltinError> {
        match self.vars.iter_mut().rev().find(|(known, _)| known == name) {
            Some(slot) => slot.1 = item,
            None => return failed(format!("undefined variable: {name}")),
        }
        Ok(())
    }

    fn pipe(&mut self, dot: &Item, pipe: &'r Pipe) -> Eval {
        let mut last = None;
        for command in &pipe.cmds {
            last = Some(self.command(dot, command, last)?);
        }
        let item = last.unwrap_or(Item::Data(Value::Null));
        for name in &pipe.decl {
            if pipe.assign {
                self.set(name, item.clone())?;
            } else {
                self.vars.push((name.clone(), item.clone()));
            }
        }
        Ok(item)
    }

    fn command(&mut self, dot: &Item, command: &'r Command, last: Option<Item>) -> Eval {
        self.step()?;
        let Some((first, rest)) = command.args.split_first() else { return failed("empty command") };
        if let ExprKind::Identifier(name) = &first.kind {
            return self.function(dot, name, rest, last);
        }
        if !rest.is_empty() || last.is_some() {
            return failed(format!("can't give argument to non-function {first}"));
        }
        match &first.kind {
            ExprKind::Nil => failed("nil is not a command"),
            _ => self.operand(dot, first),
        }
    }

    fn operand(&mut self, dot: &Item, expr: &'r Expr) -> Eval {
        match &expr.kind {
            ExprKind::Dot => Ok(dot.clone()),
            ExprKind::Nil => Ok(Item::Data(Value::Null)),
            ExprKind::Bool(bool) => Ok(Item::Data(Value::Bool(*bool))),
            ExprKind::Number(number) => constant(number),
            ExprKind::Text { text, .. } => Ok(Item::Data(text.as_str().into())),
            ExprKind::Pipe(pipe) => self.pipe(dot, pipe),
            ExprKind::Identifier(name) => self.function(dot, name, &[], None),
            ExprKind::Field(fields) => follow(dot.clone(), fields),
            ExprKind::Chain(inner, fields) => {
                let start = self.operand(dot, inner)?;
                follow(start, fields)
            }
            ExprKind::Variable(names) => {
                let Some((name, fields)) = names.split_first() else { return failed("empty variable") };
                let found = self.vars.iter().rev().find(|(known, _)| known == name);
                match found.map(|(_, item)| item.clone()) {
                    Some(item) => follow(item, fields),
                    None => failed(format!("undefined variable: {name}")),
                }
            }
        }
    }

    /// `and` and `or` stop at the first argument that decides.
    fn function(&mut self, dot: &Item, name: &str, rest: &'r [Expr], last: Option<Item>) -> Eval {
        let lazy = matches!(name, "and" | "or");
        let mut items = Vec::with_capacity(rest.len() + 1);
        for expr in rest {
            let item = self.operand(dot, expr)?;
            if lazy && item.truth() == (name == "or") {
                return Ok(item);
            }
            items.push(item);
        }
        items.extend(last);
        call(name, &items)
    }
}

fn constant(number: &Number) -> Eval {
    let text = &number.text;
    let hex = text.starts_with("0x") || text.starts_with("0X");
    let float_like = !text.starts_with('\'') && !hex && text.contains(['.', 'e', 'E', 'p', 'P']);
    match (number.float, number.int) {
        (Some(float), _) if float_like => Ok(Item::Float(float)),
        (_, Some(int)) => Ok(Item::Int(int)),
        _ => failed(format!("{text} overflows int")),
    }
}

/// `.a.b`: keys of maps; one that is missing has no value, and what is looked for in that has none either.
fn follow(item: Item, fields: &[String]) -> Eval {
    let mut item = item;
    for field in fields {
        item = match &item {
            Item::Data(Value::Object(object)) => match object.get_str(field) {
                Some(value) => Item::Data(value.clone()),
                None => return Ok(Item::Data(Value::Null)),
            },
            Item::Data(Value::Null) => {
                return failed(format!("nil pointer evaluating interface {{}}.{field}"));
            }
            other => {
                return failed(format!("can't evaluate field {field} in type {}", other.type_name()));
            }
        };
    }
    Ok(item)
}
