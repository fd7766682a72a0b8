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
    // What is no reference at all is told before what makes it no address.
    Reader { text, at: 0 }.whole()?;
    let mut reader = Reader { text, at: 0 };
    let mut module = ModuleInstance::root();
    loop {
        let word = reader.word()?;
        if &*word != "module" {
            return resource(&mut reader, module, word);
        }
        if reader.done() || reader.at_key() {
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
        return Err(error(reader.at, "Unexpected text after the resource address."));
    }
    let resource = Resource { mode, type_name, name };
    Ok(match key {
        None => Target::Resource(AbsResource { module, resource }),
        Some(key) => Target::Instance(ResourceInstance::new(module, resource, Some(key))),
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

    /// Reads names and keys to the end.
    fn whole(mut self) -> Result<(), ParseError> {
        self.word()?;
        while !self.done() {
            match self.key()? {
                Some(_) => {}
                None => {
                    self.dot()?;
                    self.word()?;
                }
            }
        }
        Ok(())
    }

    /// Blanks may stand between the parts.
    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    fn done(&mut self) -> bool {
        self.skip_blanks();
        self.rest().is_empty()
    }

    fn at_key(&mut self) -> bool {
        self.skip_blanks();
        self.rest().starts_with('[')
    }

    fn dot(&mut self) -> Result<(), ParseError> {
        self.skip_blanks();
        if !self.rest().starts_with('.') {
            let missing = error(self.at, "A dot is expected here.");
            let step = self.done() || self.rest().starts_with('[');
            return Err(if step { missing } else { ParseError { summary: "Invalid character", ..missing } });
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self) -> Result<Arc<str>, ParseError> {
        let first = self.at == 0;
        self.skip_blanks();
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
        let starts_well = rest.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        if end == 0 || !starts_well {
            let summary = if first { "Variable name required" } else { "Attribute name required" };
            let unnamed = error(self.at, "A name is expected here: a letter, then letters, digits, _ or -.");
            return Err(ParseError { summary, ..unnamed });
        }
        let word = Arc::from(rest.get(..end).unwrap_or(""));
        self.at += end;
        Ok(word)
    }

    fn key(&mut self) -> Result<Option<Key>, ParseError> {
        if !self.at_key() {
            return Ok(None);
        }
        let open = self.at;
        self.at += 1;
        self.skip_blanks();
        let key = if self.rest().starts_with('"') { self.text_key()? } else { self.number_key(open)? };
        self.skip_blanks();
        if !self.rest().starts_with(']') {
            return Err(ParseError { summary: UNCLOSED, ..error(open, "The key lacks its ].") });
        }
        self.at += 1;
        Ok(Some(key))
    }

    fn number_key(&mut self, open: usize) -> Result<Key, ParseError> {
        let rest = self.rest();
        let unfit = |summary| {
            let message = "An instance key is a whole number or a quoted text, such as [0] or [\"a\"].";
            ParseError { summary, ..error(open, message) }
        };
        if !rest.starts_with(|c: char| c.is_ascii_digit()) {
            let splat = rest.starts_with('*');
            return Err(unfit(if splat { "Attribute name required" } else { "Index value required" }));
        }
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).unwrap_or(rest.len());
        let digits = rest.get(..end).unwrap_or("");
        // A name or a second dot ends the number, too soon for the bracket.
        let number: f64 = digits
            .parse()
            .map_err(|_| ParseError { summary: UNCLOSED, ..error(open, "The key lacks its ].") })?;
        let whole = digits.parse().ok().or_else(|| whole_number(number));
        self.at += end;
        whole.map(Key::Int).ok_or_else(|| unfit("Invalid address"))
    }

    fn text_key(&mut self) -> Result<Key, ParseError> {
        let start = self.at;
        let mut chars = self.rest().char_indices().skip(1);
        let mut text = String::new();
        let wrong = |at: usize, summary, message| ParseError { summary, ..error(start + at, message) };
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at = start + at + 1;
                    return Ok(Key::Str(text.into()));
                }
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('n') => text.push('\n'),
                    Some('r') => text.push('\r'),
                    Some('t') => text.push('\t'),
                    Some(c @ ('"' | '\\')) => text.push(c),
                    _ => return Err(wrong(at, "Invalid escape sequence", "Unknown escape in the key.")),
                },
                '$' | '%' => match marked(self.text.get(start + at..).unwrap_or(""), c) {
                    // `$${` stands for `${`, whatever stands before it.
                    Mark::Escaped => {
                        text.extend([c, '{']);
                        chars.by_ref().nth(1);
                    }
                    Mark::Opens => {
                        let why = "A key stands as it is: write $${ for ${ and %%{ for %{.";
                        return Err(wrong(at, "Invalid string literal", why));
                    }
                    Mark::Plain => text.push(c),
                },
                c => text.push(c),
            }
        }
        Err(wrong(0, "Unterminated string literal", "The quoted key is not closed."))
    }
}

/// What a `$` or `%` in a quoted key is.
enum Mark {
    Escaped,
    Opens,
    Plain,
}

/// What the mark is that a text begins with.
fn marked(text: &str, mark: char) -> Mark {
    let rest = text.strip_prefix(mark).unwrap_or(text);
    match rest.strip_prefix(mark) {
        Some(after) if after.starts_with('{') => Mark::Escaped,
        None if rest.starts_with('{') => Mark::Opens,
        _ => Mark::Plain,
    }
}

/// A number written with a fraction or an exponent, where it is whole.
fn whole_number(number: f64) -> Option<u64> {
    // Beyond this not every whole number can be told from its neighbours.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, not negative, and within what is exact"
    )]
    (number.fract() == 0.0 && number <= EXACT).then_some(number as u64)
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
