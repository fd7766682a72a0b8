//! The tree of a template; `Display` gives the text that errors show between `<` and `>`.

use std::fmt::{self, Display as _};

use ordain_gostd::quote;

/// One named template.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) name: String,
    /// Name of the text it was defined in, for error locations.
    pub(crate) parse_name: String,
    pub(crate) text: std::rc::Rc<str>,
    pub(crate) root: Vec<Node>,
}

impl Template {
    /// `file:line:column` of a byte offset; the column counts bytes from 0, as Go counts it.
    pub(crate) fn location(&self, at: usize) -> String {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = 1 + before.matches('\n').count();
        let column = before.rfind('\n').map_or(at, |newline| at - newline - 1);
        format!("{}:{line}:{column}", self.parse_name)
    }

    /// Nothing but blanks, comments and definitions: such a template never replaces another.
    pub(crate) fn is_empty(&self) -> bool {
        self.root.iter().all(|n| matches!(n, Node::Text { text, .. } if text.trim().is_empty()))
    }
}

/// What a template consists of.
#[derive(Debug)]
pub(crate) enum Node {
    Text { at: usize, text: String },
    Action { at: usize, pipe: Pipe },
    If(Box<Branch>),
    With(Box<Branch>),
    Range(Box<Branch>),
    Template { at: usize, name: String, pipe: Option<Pipe> },
    Break { at: usize },
    Continue { at: usize },
}

/// The parts of `if`, `with` and `range`.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) at: usize,
    pub(crate) pipe: Pipe,
    pub(crate) list: Vec<Node>,
    pub(crate) otherwise: Option<Vec<Node>>,
}

/// `$a, $b := cmd | cmd`.
#[derive(Debug, Default)]
pub(crate) struct Pipe {
    pub(crate) at: usize,
    /// `=` rather than `:=`.
    pub(crate) assign: bool,
    /// Names with their `$`.
    pub(crate) decl: Vec<String>,
    pub(crate) cmds: Vec<Command>,
}

/// Words separated by blanks.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) at: usize,
    pub(crate) args: Vec<Expr>,
}

/// An operand.
#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) at: usize,
    pub(crate) kind: ExprKind,
}

#[derive(Debug)]
pub(crate) enum ExprKind {
    Field(Vec<String>),
    /// First the variable with its `$`, then fields.
    Variable(Vec<String>),
    Chain(Box<Expr>, Vec<String>),
    Identifier(String),
    Dot,
    Nil,
    Bool(bool),
    Number(Number),
    Text {
        literal: String,
        text: String,
    },
    Pipe(Pipe),
}

/// A numeric constant and every type it fits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Number {
    pub(crate) text: String,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
}

impl Node {
    pub(crate) fn at(&self) -> usize {
        match self {
            Self::Text { at, .. } | Self::Action { at, .. } | Self::Template { at, .. } => *at,
            Self::Break { at } | Self::Continue { at } => *at,
            Self::If(b) | Self::With(b) | Self::Range(b) => b.at,
        }
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, list: &[Node]) -> fmt::Result {
    list.iter().try_for_each(|node| node.fmt(f))
}

impl Branch {
    fn write(&self, f: &mut fmt::Formatter<'_>, word: &str) -> fmt::Result {
        write!(f, "{{{{{word} {}}}}}", self.pipe)?;
        write_list(f, &self.list)?;
        if let Some(list) = &self.otherwise {
            f.write_str("{{else}}")?;
            write_list(f, list)?;
        }
        f.write_str("{{end}}")
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { text, .. } => f.write_str(text),
            Self::Action { pipe, .. } => write!(f, "{{{{{pipe}}}}}"),
            Self::If(b) => b.write(f, "if"),
            Self::With(b) => b.write(f, "with"),
            Self::Range(b) => b.write(f, "range"),
            Self::Template { name, pipe, .. } => {
                write!(f, "{{{{template {}", quote(name))?;
                if let Some(pipe) = pipe {
                    write!(f, " {pipe}")?;
                }
                f.write_str("}}")
            }
            Self::Break { .. } => f.write_str("{{break}}"),
            Self::Continue { .. } => f.write_str("{{continue}}"),
        }
    }
}

impl fmt::Display for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.decl.is_empty() {
            f.write_str(&self.decl.join(", "))?;
            f.write_str(if self.assign { " = " } else { " := " })?;
        }
        for (i, cmd) in self.cmds.iter().enumerate() {
            if i > 0 {
                f.write_str(" | ")?;
            }
            cmd.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, arg) in self.args.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            match &arg.kind {
                ExprKind::Pipe(pipe) => write!(f, "({pipe})")?,
                _ => arg.fmt(f)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Field(idents) => idents.iter().try_for_each(|i| write!(f, ".{i}")),
            ExprKind::Variable(idents) => f.write_str(&idents.join(".")),
            ExprKind::Chain(node, fields) => {
                match &node.kind {
                    ExprKind::Pipe(pipe) => write!(f, "({pipe})")?,
                    _ => node.fmt(f)?,
                }
                fields.iter().try_for_each(|i| write!(f, ".{i}"))
            }
            ExprKind::Identifier(name) => f.write_str(name),
            ExprKind::Dot => f.write_str("."),
            ExprKind::Nil => f.write_str("nil"),
            ExprKind::Bool(b) => b.fmt(f),
            ExprKind::Number(n) => f.write_str(&n.text),
            ExprKind::Text { literal, .. } => f.write_str(literal),
            ExprKind::Pipe(pipe) => pipe.fmt(f),
        }
    }
}
