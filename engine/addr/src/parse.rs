//! Addresses as users write them.

use std::fmt;
use std::sync::Arc;

use crate::{AbsResource, Key, Mode, ModuleInstance, Resource, ResourceInstance, Target};

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Byte offset of the place.
    pub at: usize,
    /// What is wrong in a few words, as Terraform says it.
    pub summary: &'static str,
    /// A sentence for the user.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}

/// Reads a module instance; the empty text is the root.
pub fn parse_module(text: &str) -> Result<ModuleInstance, ParseError> {
    if text.is_empty() {
        return Ok(ModuleInstance::root());
    }
    match parse_target(text)? {
        Target::Module(module) => Ok(module),
        _ => Err(error(0, "A module address is needed here, such as module.name or module.name[0].")),
    }
}

/// Reads all instances of a resource; a key at the end is an error.
pub fn parse_resource(text: &str) -> Result<AbsResource, ParseError> {
    match parse_target(text)? {
        Target::Resource(resource) => Ok(resource),
        _ => Err(error(0, "A resource address without instance key is needed here, such as type.name.")),
    }
}

/// Reads one instance of a resource.
pub fn parse_instance(text: &str) -> Result<ResourceInstance, ParseError> {
    match parse_target(text)? {
        Target::Instance(instance) => Ok(instance),
        Target::Resource(resource) => Ok(resource.instance(None)),
        Target::Module(_) => {
            Err(error(0, "A resource instance address is needed here, such as type.name or type.name[0]."))
        }
    }
}

/// Reads one key in brackets with nothing after it: `["a"]` or `[0]`.
pub(crate) fn parse_key(text: &str) -> Option<Key> {
    let mut reader = Reader { text, at: 0 };
    let key = reader.key().ok().flatten()?;
    reader.rest().is_empty().then_some(key)
}

/// First words of references that are no resources.
pub(crate) const RESERVED: [&str; 10] =
    ["arg", "count", "each", "lazy", "local", "path", "self", "template", "terraform", "var"];

const UNCLOSED: &str = "Unclosed index brackets";

pub(crate) fn parse_target(text: &str) -> Result<Target, ParseError> {
    let mut reader = Reader { text, at: 0 };
    let mut module = ModuleInstance::root();
    loop {
        let word = reader.word()?;
        if &*word != "module" {
            return resource(&mut reader, module, word);
        }
        if reader.done() || reader.rest().starts_with('[') {
            let incomplete = error(reader.at, "The name of a module call is expected after \"module.\".");
            return Err(ParseError { summary: "Invalid address operator", ..incomplete });
        }
        reader.dot()?;
        let name = reader.word()?;
        let key = reader.key()?;
        module = module.child(name, key);
        if reader.done() {
            return Ok(Target::Module(module));
        }
        reader.dot()?;
    }
}

fn resource(reader: &mut Reader<'_>, module: ModuleInstance, word: Arc<str>) -> Result<Target, ParseError> {
    let (mode, type_name) = match &*word {
        "data" | "ephemeral" | "resource" => {
            reader.dot()?;
            let mode = match &*word {
                "data" => Mode::Data,
                "ephemeral" => Mode::Ephemeral,
                _ => Mode::Managed,
            };
            (mode, reader.word()?)
        }
        _ if RESERVED.contains(&&*word) => {
            let message = format!(
                "{word:?} stands for something else; a resource type of this name is written resource.{word}."
            );
            return Err(error(reader.at, &message));
        }
        _ => (Mode::Managed, word),
    };
    if reader.done() {
        return Err(error(reader.at, "A resource address needs a type and a name, such as type.name."));
    }
    reader.dot()?;
    let name = reader.word()?;
    let key = reader.key()?;
    if !reader.done() {
        let extra = error(reader.at, "Unexpected text after the resource address.");
        let steps = reader.rest().starts_with(['.', '[']);
        return Err(if steps { extra } else { ParseError { summary: "Invalid character", ..extra } });
    }
    let resource = Resource { mode, type_name, name };
    Ok(match key {
        None => Target::Resource(AbsResource { module, resource }),
        Some(key) => Target::Instance(ResourceInstance { module, resource, key: Some(key) }),
    })
}

fn error(at: usize, message: &str) -> ParseError {
    ParseError { at, summary: "Invalid address", message: message.to_owned() }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn done(&self) -> bool {
        self.rest().is_empty()
    }

    fn dot(&mut self) -> Result<(), ParseError> {
        if !self.rest().starts_with('.') {
            let missing = error(self.at, "A dot is expected here.");
            let step = self.done() || self.rest().starts_with('[');
            return Err(if step { missing } else { ParseError { summary: "Invalid character", ..missing } });
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self) -> Result<Arc<str>, ParseError> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
        let starts_well = rest.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        if end == 0 || !starts_well {
            let summary = if self.at == 0 { "Variable name required" } else { "Attribute name required" };
            let unnamed = error(self.at, "A name is expected here: a letter, then letters, digits, _ or -.");
            return Err(ParseError { summary, ..unnamed });
        }
        let word = Arc::from(rest.get(..end).unwrap_or(""));
        self.at += end;
        Ok(word)
    }

    fn key(&mut self) -> Result<Option<Key>, ParseError> {
        let Some(rest) = self.rest().strip_prefix('[') else { return Ok(None) };
        if rest.starts_with('"') {
            return self.text_key().map(Some);
        }
        let number = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(number);
        let unfit = |summary| {
            let message = "An instance key is a whole number or a quoted text, such as [0] or [\"a\"].";
            ParseError { summary, ..error(self.at, message) }
        };
        if digits.is_empty() {
            let splat = after.starts_with('*');
            return Err(unfit(if splat { "Attribute name required" } else { "Index value required" }));
        }
        if !after.starts_with(']') {
            return Err(ParseError { summary: UNCLOSED, ..error(self.at, "The key lacks its ].") });
        }
        let number = digits.parse().map_err(|_| unfit("Invalid address"))?;
        self.at += digits.len() + 2;
        Ok(Some(Key::Int(number)))
    }

    fn text_key(&mut self) -> Result<Key, ParseError> {
        let start = self.at;
        let body: Vec<(usize, char)> = self.rest().char_indices().skip(2).collect();
        let mut text = String::new();
        let mut chars = body.into_iter().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    if chars.next().map(|(_, c)| c) != Some(']') {
                        return Err(ParseError {
                            summary: UNCLOSED,
                            ..error(start + at, "The key lacks its ].")
                        });
                    }
                    self.at = start + at + 2;
                    return Ok(Key::Str(text.into()));
                }
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('n') => text.push('\n'),
                    Some('r') => text.push('\r'),
                    Some('t') => text.push('\t'),
                    Some(c @ ('"' | '\\')) => text.push(c),
                    _ => return Err(error(start + at, "Unknown escape in the key.")),
                },
                '$' | '%' if chars.peek().map(|(_, next)| *next) == Some(c) => {
                    text.push(c);
                    // `$${` stands for `${`; two marks without a brace are two marks.
                    chars.next();
                    if chars.peek().map(|(_, next)| *next) != Some('{') {
                        text.push(c);
                    }
                }
                c => text.push(c),
            }
        }
        let summary = "Unterminated string literal";
        Err(ParseError { summary, ..error(start, "The quoted key is not closed.") })
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
