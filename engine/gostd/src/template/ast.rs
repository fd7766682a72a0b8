//! The tree of a template; `Display` gives the text that errors show between `<` and `>`.

use std::fmt::{self, Display as _};

use crate::quote;

/// One named template.
#[derive(Debug)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Name of the text it was defined in, for error locations.
    pub parse_name: String,
    /// The whole text.
    pub text: std::rc::Rc<str>,
    /// What it consists of.
    pub root: Vec<Node>,
}

impl Template {
    /// `file:line:column` of a byte offset; the column counts bytes from 0, as Go counts it.
    #[must_use]
    pub fn location(&self, at: usize) -> String {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = 1 + before.matches('\n').count();
        let column = before.rfind('\n').map_or(at, |newline| at - newline - 1);
        format!("{}:{line}:{column}", self.parse_name)
    }

    /// Nothing but blanks, comments and definitions: such a template never replaces another.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.root.iter().all(|n| matches!(n, Node::Text { text, .. } if text.trim().is_empty()))
    }
}

/// What a template consists of.
#[derive(Debug)]
pub enum Node {
    /// Text outside actions.
    Text {
        /// Place in the text, in bytes.
        at: usize,
        /// The text.
        text: String,
    },
    /// `{{pipe}}`.
    Action {
        /// Place in the text, in bytes.
        at: usize,
        /// What is in it.
        pipe: Pipe,
    },
    /// `{{if}}`.
    If(Box<Branch>),
    /// `{{with}}`.
    With(Box<Branch>),
    /// `{{range}}`.
    Range(Box<Branch>),
    /// `{{template "name" pipe}}`.
    Template {
        /// Place in the text, in bytes.
        at: usize,
        /// The template called.
        name: String,
        /// Its argument.
        pipe: Option<Pipe>,
    },
    /// `{{break}}`.
    Break {
        /// Place in the text, in bytes.
        at: usize,
    },
    /// `{{continue}}`.
    Continue {
        /// Place in the text, in bytes.
        at: usize,
    },
}

/// The parts of `if`, `with` and `range`.
#[derive(Debug)]
pub struct Branch {
    /// Place in the text, in bytes.
    pub at: usize,
    /// What decides.
    pub pipe: Pipe,
    /// What follows.
    pub list: Vec<Node>,
    /// What stands after `else`.
    pub otherwise: Option<Vec<Node>>,
}

/// `$a, $b := cmd | cmd`.
#[derive(Debug, Default)]
pub struct Pipe {
    /// Place in the text, in bytes.
    pub at: usize,
    /// `=` rather than `:=`.
    pub assign: bool,
    /// Names with their `$`.
    pub decl: Vec<String>,
    /// The commands, each of which gets the result of the one before.
    pub cmds: Vec<Command>,
}

/// Words separated by blanks.
#[derive(Debug)]
pub struct Command {
    /// Place in the text, in bytes.
    pub at: usize,
    /// The words.
    pub args: Vec<Expr>,
}

/// An operand.
#[derive(Debug)]
pub struct Expr {
    /// Place in the text, in bytes.
    pub at: usize,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of operands.
#[derive(Debug)]
pub enum ExprKind {
    /// `.a.b`.
    Field(Vec<String>),
    /// First the variable with its `$`, then fields.
    Variable(Vec<String>),
    /// `(operand).a.b`.
    Chain(Box<Expr>, Vec<String>),
    /// The name of a function.
    Identifier(String),
    /// `.`.
    Dot,
    /// `nil`.
    Nil,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text {
        /// As written, in its quotes.
        literal: String,
        /// What it means.
        text: String,
    },
    /// `(pipe)`.
    Pipe(Pipe),
}

/// A numeric constant and every type it fits.
#[derive(Debug, Clone, Default)]
pub struct Number {
    /// As written.
    pub text: String,
    /// As an `int`.
    pub int: Option<i64>,
    /// As a `uint`.
    pub uint: Option<u64>,
    /// As a `float64`.
    pub float: Option<f64>,
}

impl Node {
    /// Place in the text, in bytes.
    #[must_use]
    pub fn at(&self) -> usize {
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
