//! The syntax of CLI configuration files: the first version of HCL, or JSON.
//!
//! It is older than the language of configurations: keys may be quoted, labels of blocks are nested keys,
//! and there are no expressions. Only what such files consist of is read.

use serde_json::Value as Json;

/// A value of a setting.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// A string, or the text of a number.
    Text(String),
    /// `true` or `false`
    Bool(bool),
    /// `[…]`
    List(Vec<Node>),
    /// A block or an object; a key may occur more than once.
    Object(Vec<Item>),
}

/// A key with its value. `a "b" { … }` is `a = { b = { … } }`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) key: String,
    pub(crate) value: Node,
    /// Line of the key, from 1; 0 in JSON.
    pub(crate) line: usize,
}

impl Node {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What a `host` block says about a service: a text, or an object as the text of its JSON document.
    pub(crate) fn service(&self) -> String {
        self.text().map_or_else(|| self.json().to_string(), str::to_owned)
    }

    fn json(&self) -> Json {
        match self {
            Node::Text(text) => Json::from(text.as_str()),
            Node::Bool(value) => Json::from(*value),
            Node::List(items) => items.iter().map(Node::json).collect(),
            Node::Object(items) => items.iter().map(|item| (item.key.clone(), item.value.json())).collect(),
        }
    }

    pub(crate) fn items(&self) -> &[Item] {
        match self {
            Node::Object(items) => items,
            _ => &[],
        }
    }

    /// The texts of a list, or one text by itself.
    pub(crate) fn texts(&self) -> Option<Vec<String>> {
        match self {
            Node::Text(text) => Some(vec![text.clone()]),
            Node::List(items) => items.iter().map(|item| item.text().map(str::to_owned)).collect(),
            _ => None,
        }
    }
}

/// Nesting deeper than this is refused.
const DEEPEST: usize = 20;

/// Reads a file.
///
/// # Errors
/// Where and why it cannot be read, without a full stop.
pub(crate) fn parse(text: &str) -> Result<Vec<Item>, String> {
    if text.trim_start().starts_with('{') {
        let document: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
        return Ok(json_items(&document));
    }
    let mut parser = Parser { chars: text.chars().collect(), at: 0, line: 1 };
    let items = parser.items(None, 0)?;
    Ok(items)
}

fn json_items(document: &Json) -> Vec<Item> {
    let Json::Object(members) = document else { return Vec::new() };
    let mut items = Vec::new();
    for (key, value) in members {
        let item = |value: &Json| Item { key: key.clone(), value: json_node(value), line: 0 };
        match value {
            Json::Array(rows) if rows.iter().any(Json::is_object) => items.extend(rows.iter().map(item)),
            value => items.push(item(value)),
        }
    }
    items
}

fn json_node(value: &Json) -> Node {
    match value {
        Json::Bool(value) => Node::Bool(*value),
        Json::String(text) => Node::Text(text.clone()),
        Json::Array(items) => Node::List(items.iter().map(json_node).collect()),
        Json::Object(_) => Node::Object(json_items(value)),
        other => Node::Text(other.to_string()),
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn fail<T>(&self, why: &str) -> Result<T, String> {
        Err(format!("line {}: {why}", self.line))
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|c| c != '\n') {
            self.next();
        }
    }

    /// Skips white space, commas where items may be separated by them, and comments.
    fn skip(&mut self) -> Result<(), String> {
        loop {
            let after = self.chars.get(self.at + 1).copied();
            match self.peek() {
                Some(c) if c.is_whitespace() || c == '\u{feff}' => {
                    self.next();
                }
                Some('#') => self.skip_line(),
                Some('/') if after == Some('/') => self.skip_line(),
                Some('/') if after == Some('*') => {
                    self.at += 2;
                    while self.peek() != Some('*') || self.chars.get(self.at + 1) != Some(&'/') {
                        if self.next().is_none() {
                            return self.fail("a comment has no end");
                        }
                    }
                    self.at += 2;
                }
                _ => return Ok(()),
            }
        }
    }

    fn items(&mut self, end: Option<char>, depth: usize) -> Result<Vec<Item>, String> {
        if depth > DEEPEST {
            return self.fail("blocks are nested too deeply");
        }
        let mut items = Vec::new();
        loop {
            self.skip()?;
            match self.peek() {
                None if end.is_none() => return Ok(items),
                None => return self.fail("a block has no end"),
                Some(c) if Some(c) == end => {
                    self.next();
                    return Ok(items);
                }
                Some(',') => {
                    self.next();
                }
                Some(_) => items.push(self.item(depth)?),
            }
        }
    }

    fn item(&mut self, depth: usize) -> Result<Item, String> {
        let line = self.line;
        let key = self.key()?;
        if depth > DEEPEST {
            return self.fail("a block has too many labels");
        }
        self.skip()?;
        let value = match self.peek() {
            Some('=') => {
                self.next();
                self.value(depth + 1)?
            }
            Some('{') => self.value(depth + 1)?,
            Some(c) if c == '"' || c.is_alphanumeric() => Node::Object(vec![self.item(depth + 1)?]),
            _ => return self.fail("expected \"=\", a label or \"{\" after a name"),
        };
        Ok(Item { key, value, line })
    }

    fn key(&mut self) -> Result<String, String> {
        match self.peek() {
            Some('"') => self.string(),
            Some(c) if c.is_alphanumeric() || c == '_' => Ok(self.word()),
            Some(c) => self.fail(&format!("unexpected character {c:?}")),
            None => self.fail("the file ends too early"),
        }
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.peek().filter(|c| c.is_alphanumeric() || "_-.".contains(*c)) {
            word.push(c);
            self.next();
        }
        word
    }

    fn string(&mut self) -> Result<String, String> {
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some(c @ ('"' | '\\')) => text.push(c),
                    _ => return self.fail("a string has an unknown escape in it"),
                },
                Some('\n') | None => return self.fail("a string has no end"),
                Some(c) => text.push(c),
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, String> {
        self.skip()?;
        match self.peek() {
            Some('"') => Ok(Node::Text(self.string()?)),
            Some('{') => {
                self.next();
                Ok(Node::Object(self.items(Some('}'), depth)?))
            }
            Some('[') => {
                self.next();
                self.list(depth)
            }
            Some(c) if c.is_alphanumeric() || c == '-' => Ok(match self.word().as_str() {
                "true" => Node::Bool(true),
                "false" => Node::Bool(false),
                word => Node::Text(word.to_owned()),
            }),
            _ => self.fail("expected a value"),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Node, String> {
        if depth > DEEPEST {
            return self.fail("lists are nested too deeply");
        }
        let mut items = Vec::new();
        loop {
            self.skip()?;
            match self.peek() {
                Some(']') => {
                    self.next();
                    return Ok(Node::List(items));
                }
                Some(',') => {
                    self.next();
                }
                None => return self.fail("a list has no end"),
                Some(_) => items.push(self.value(depth + 1)?),
            }
        }
    }
}
