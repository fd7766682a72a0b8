//! Parser events to trees: aliases are expanded here, within the limits.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

use crate::anchors::Anchors;
use crate::characters::{self, Readable};
use crate::separators::Separators;
use crate::tabs::{self, TabCheck};
use crate::tree::{Kind, Limits, Node, Position, Style, YamlError};

/// Every document of a text; an empty text has none.
///
/// # Errors
/// Broken YAML, an undefined alias, or more than `limits` allow.
pub fn parse_documents(text: &str, limits: &Limits) -> Result<Vec<Node>, YamlError> {
    parse(text, limits, usize::MAX)
}

/// The first documents of a text, at most so many; what comes after them is not looked at.
fn parse(text: &str, limits: &Limits, most: usize) -> Result<Vec<Node>, YamlError> {
    if text.len() > limits.bytes {
        let message = format!("document of {} bytes is longer than the {} allowed", text.len(), limits.bytes);
        return Err(YamlError::new(Position::default(), message));
    }
    let mut text = Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text));
    for _ in 0..TIGHT_COMMENTS {
        match attempt(&text, limits, most) {
            Err(Broken::TightComment(at)) => text = Cow::Owned(parted(&text, at)),
            Err(Broken::Wrong(error)) => return Err(error),
            Ok(nodes) => return Ok(nodes),
        }
    }
    Err(YamlError::new(Position::default(), "too many comments that nothing separates from what they follow"))
}

/// Most comments that stand right behind a token: the text is read again for each.
const TIGHT_COMMENTS: usize = 100;

/// Why a text could not be read.
enum Broken {
    /// A comment stands right behind a token, which `libyaml` allows: the character at which it begins.
    TightComment(usize),
    Wrong(YamlError),
}

impl From<YamlError> for Broken {
    fn from(error: YamlError) -> Self {
        Self::Wrong(error)
    }
}

impl From<ScanError> for Broken {
    fn from(error: ScanError) -> Self {
        match error.info().starts_with("comments must be separated") {
            true => Self::TightComment(error.marker().index()),
            false => Self::Wrong(as_libyaml(&error)),
        }
    }
}

/// A text with a blank before a character.
fn parted(text: &str, at: usize) -> String {
    let at = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    format!("{before} {after}")
}

fn attempt(text: &str, limits: &Limits, most: usize) -> Result<Vec<Node>, Broken> {
    let separators = Separators::of(text);
    let readable = characters::readable(text)?;
    let text = &*readable.text;
    let unended = if text.ends_with(['\n', '\r']) { None } else { Some(text.chars().count()) };
    let mut builder = Builder {
        limits: *limits,
        readable: &readable,
        nodes: 0,
        open: Vec::new(),
        anchors: HashMap::new(),
        names: HashMap::new(),
        written: Anchors::of(text),
        done: Vec::new(),
        ended: 0,
    };
    let text = &*tabs::spaced(text);
    let mut parser = Parser::new_from_str(text);
    let mut tabs = TabCheck::new(text);
    while let Some(event) = parser.next_event() {
        let (mut event, span) = event?;
        if let Some(tabs) = &mut tabs {
            tabs.accept(&event, span)?;
        }
        if let Some(anchors) = &builder.written {
            anchors.accept(&event, span)?;
        }
        // A block that ends with the text has the line break that stands there, not one more.
        if let Event::Scalar(text, ScalarStyle::Literal | ScalarStyle::Folded, ..) = &mut event
            && unended.is_some_and(|end| span.end.index() >= end)
            && text.ends_with('\n')
        {
            text.to_mut().pop();
        }
        if let (Some(separators), Event::Scalar(text, style, ..)) = (&separators, &mut event)
            && let Some(restored) = separators.scalar(span, *style, text)
        {
            *text.to_mut() = restored;
        }
        builder.accept(event, span)?;
        if builder.ended >= most {
            break;
        }
    }
    Ok(builder.done)
}

/// The first document of a text, `None` when there is none; what comes after it is not looked at, as Go's YAML
/// libraries do.
///
/// # Errors
/// As [`parse_documents`].
pub fn parse_one(text: &str, limits: &Limits) -> Result<Option<Node>, YamlError> {
    Ok(parse(text, limits, 1)?.into_iter().next())
}

/// The same failure in the words users of Go's library know; it shows a parser's context one line up.
fn as_libyaml(error: &ScanError) -> YamlError {
    let info = error.info();
    let parsing = info.starts_with("while parsing") || info.contains("<document start>");
    let line = error.marker().line().saturating_sub(usize::from(parsing));
    let problem =
        if info.starts_with("while ") { info.split_once(", ").map_or(info, |(_, p)| p) } else { info };
    let message = if problem.starts_with("unexpected character") || problem.starts_with("tabs disallowed") {
        "found character that cannot start any token".to_owned()
    } else if problem.starts_with("simple key expect") {
        "could not find expected ':'".to_owned()
    } else if let Some(what) = problem.strip_prefix("expected ") {
        format!("did not find expected {what}")
    } else {
        // Spelt as there.
        problem.replace("hexadecimal number", "hexdecimal number")
    };
    let at = Position { line, column: error.marker().col() + 1 };
    if error.marker().line() == 1 { YamlError::unplaced(at, message) } else { YamlError::new(at, message) }
}

/// A sequence or mapping whose end has not come yet.
struct Open {
    node: Node,
    /// A mapping's key that waits for its value.
    key: Option<Node>,
    anchor: usize,
}

struct Anchored {
    node: Node,
    nodes: usize,
    depth: usize,
}

struct Builder<'t> {
    limits: Limits,
    readable: &'t Readable<'t>,
    nodes: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    /// What names of anchors mean where those of keys mean nothing: the parser gives the last one.
    names: HashMap<Vec<char>, usize>,
    written: Option<Anchors>,
    done: Vec<Node>,
    /// Documents that have ended.
    ended: usize,
}

impl Builder<'_> {
    fn accept(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let at = Position { line: span.start.line(), column: span.start.col() + 1 };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.count(at, 1)?;
                let kind =
                    Kind::Scalar { text: self.readable.restored(text.into_owned()), style: style_of(style) };
                let anchor = self.meant(anchor, span);
                self.close(Node { kind, tag: tag_of(tag.as_deref()), at }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                let anchor = self.meant(anchor, span);
                self.start(Kind::Sequence(Vec::new()), anchor, tag_of(tag.as_deref()), at)
            }
            Event::MappingStart(anchor, tag) => {
                let anchor = self.meant(anchor, span);
                self.start(Kind::Mapping(Vec::new()), anchor, tag_of(tag.as_deref()), at)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => self.close(open.node, open.anchor),
                None => Err(YamlError::new(at, "did not find expected node content")),
            },
            Event::Alias(id) => self.alias(self.aliased(id, span, at)?, at),
            Event::DocumentStart(_) => {
                self.anchors.clear();
                self.names.clear();
                Ok(())
            }
            Event::DocumentEnd => {
                self.ended += 1;
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd => Ok(()),
        }
    }

    /// Whether the next node is the key of a mapping.
    fn is_key(&self) -> bool {
        let is_mapping = |open: &Open| matches!(open.node.kind, Kind::Mapping(_)) && open.key.is_none();
        self.open.last().is_some_and(is_mapping)
    }

    /// The anchor of a node; none where it means nothing.
    fn meant(&mut self, anchor: usize, span: Span) -> usize {
        if anchor == 0 || !self.limits.plain_keys {
            return anchor;
        }
        let name = self.written.as_ref().and_then(|written| written.name(span.start.index()));
        match name.filter(|_| !self.is_key()) {
            Some(name) => {
                self.names.insert(name.to_vec(), anchor);
                anchor
            }
            None => 0,
        }
    }

    /// The anchor that an alias means.
    fn aliased(&self, id: usize, span: Span, at: Position) -> Result<usize, YamlError> {
        if !self.limits.plain_keys {
            return Ok(id);
        }
        if self.is_key() {
            return Err(YamlError::new(at, "only strings are allowed as mapping keys"));
        }
        let name = self.written.as_ref().and_then(|written| written.name(span.start.index()));
        let name = name.unwrap_or_default();
        self.names.get(name).copied().ok_or_else(|| {
            let name: String = name.iter().collect();
            YamlError::new(at, format!("reference to undefined anchor {name:?}"))
        })
    }

    fn count(&mut self, at: Position, nodes: usize) -> Result<(), YamlError> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > self.limits.nodes {
            return Err(YamlError::new(at, "document contains excessive aliasing or too many nodes"));
        }
        Ok(())
    }

    fn start(
        &mut self,
        kind: Kind,
        anchor: usize,
        tag: Option<String>,
        at: Position,
    ) -> Result<(), YamlError> {
        self.count(at, 1)?;
        if self.open.len() >= self.limits.depth {
            return Err(YamlError::new(at, format!("exceeded max depth of {}", self.limits.depth)));
        }
        self.open.push(Open { node: Node { kind, tag, at }, key: None, anchor });
        Ok(())
    }

    fn alias(&mut self, id: usize, at: Position) -> Result<(), YamlError> {
        let Some(anchored) = self.anchors.get(&id) else {
            return Err(YamlError::new(at, "anchor contains itself or is not defined"));
        };
        let (nodes, depth) = (anchored.nodes, anchored.depth);
        if self.open.len() + depth > self.limits.depth {
            return Err(YamlError::new(at, format!("exceeded max depth of {}", self.limits.depth)));
        }
        self.count(at, nodes)?;
        let Some(anchored) = self.anchors.get(&id) else { return Ok(()) };
        let mut node = anchored.node.clone();
        node.at = at;
        self.close(node, 0)
    }

    /// Puts a finished node where it belongs.
    fn close(&mut self, node: Node, anchor: usize) -> Result<(), YamlError> {
        if anchor > 0 {
            let (nodes, depth) = measure(&node);
            self.count(node.at, nodes)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), nodes, depth });
        }
        let Some(parent) = self.open.last_mut() else {
            self.done.push(node);
            return Ok(());
        };
        match &mut parent.node.kind {
            Kind::Sequence(items) => items.push(node),
            Kind::Mapping(pairs) => match parent.key.take() {
                Some(key) => pairs.push((key, node)),
                None => parent.key = Some(node),
            },
            Kind::Scalar { .. } => return Err(YamlError::new(node.at, "a scalar cannot contain a node")),
        }
        Ok(())
    }
}

/// Number of nodes and height of a tree whose height the limits already bound.
fn measure(node: &Node) -> (usize, usize) {
    let fold = |(nodes, depth): (usize, usize), child: &Node| {
        let (n, d) = measure(child);
        (nodes + n, depth.max(d))
    };
    match &node.kind {
        Kind::Scalar { .. } => (1, 0),
        Kind::Sequence(items) => {
            let (nodes, depth) = items.iter().fold((1, 0), fold);
            (nodes, depth + 1)
        }
        Kind::Mapping(pairs) => {
            let (nodes, depth) = pairs.iter().flat_map(|(k, v)| [k, v]).fold((1, 0), fold);
            (nodes, depth + 1)
        }
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn tag_of(tag: Option<&Tag>) -> Option<String> {
    tag.map(|tag| format!("{}{}", tag.handle, tag.suffix))
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
