//! Elements of XML as objects, in the form that Conftest gives them: attributes are members with a minus sign, text
//! beside members is `#content`, and what stands more than once is an array.
//!
//! What is not well formed is an error here; Conftest takes it for the part that could be read, or for nothing, and a
//! policy that denies would pass it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// How deep elements may stand in each other.
const DEEPEST: usize = 500;

/// An element that is not closed yet.
#[derive(Default)]
struct Element<'t> {
    name: &'t str,
    members: BTreeMap<String, Vec<Json>>,
    /// The last text in it: each piece replaces the one before, as there.
    text: String,
}

impl Element<'_> {
    fn add(&mut self, name: String, value: Json) {
        self.members.entry(name).or_default().push(value);
    }

    fn value(mut self) -> Json {
        if self.members.is_empty() {
            return Json::String(self.text);
        }
        if !self.text.is_empty() {
            self.add("#content".to_owned(), Json::String(self.text.clone()));
        }
        let single = |mut values: Vec<Json>| match values.pop() {
            Some(only) if values.is_empty() => only,
            last => {
                values.extend(last);
                Json::Array(values)
            }
        };
        Json::Object(self.members.into_iter().map(|(name, values)| (name, single(values))).collect())
    }
}

/// A document.
///
/// # Errors
/// What is wrong with it, and in which line.
pub(super) fn elements(text: &str) -> Result<Json, String> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = Reader { rest: &text, open: Vec::new(), document: Element::default() };
    reader.run().map_err(|why| {
        let read = text.len() - reader.rest.len();
        let line = text.get(..read).unwrap_or_default().matches('\n').count() + 1;
        format!("syntax error on line {line}: {why}")
    })?;
    Ok(reader.document.value())
}

struct Reader<'t> {
    rest: &'t str,
    open: Vec<Element<'t>>,
    document: Element<'t>,
}

impl<'t> Reader<'t> {
    fn run(&mut self) -> Result<(), String> {
        while !self.rest.is_empty() {
            if let Some(data) = self.after("<![CDATA[") {
                self.rest = data;
                let data = self.until("]]>")?.to_owned();
                self.say(&data)?;
            } else if let Some(comment) = self.after("<!--") {
                self.rest = comment;
                if self.until("--")?.is_empty() && self.rest.is_empty() || self.after(">").is_none() {
                    return Err("invalid sequence \"--\" not allowed in comments".to_owned());
                }
                self.rest = self.after(">").unwrap_or_default();
            } else if let Some(instruction) = self.after("<?") {
                self.rest = instruction;
                let instruction = self.until("?>")?;
                self.declared(instruction)?;
            } else if let Some(directive) = self.after("<!") {
                self.rest = directive;
                self.directive()?;
            } else if let Some(end) = self.after("</") {
                self.rest = end;
                let name = self.until(">")?.trim_end();
                self.close(name)?;
            } else if let Some(start) = self.after("<") {
                self.rest = start;
                self.start()?;
            } else {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (piece, rest) = self.rest.split_at(end);
                if piece.contains("]]>") {
                    return Err("unescaped ]]> not in CDATA section".to_owned());
                }
                let piece = unescaped(piece)?;
                self.say(&piece)?;
                self.rest = rest;
            }
        }
        match self.open.last() {
            None => Ok(()),
            Some(open) => Err(format!("unexpected EOF: <{}> is not closed", open.name)),
        }
    }

    fn after(&self, start: &str) -> Option<&'t str> {
        self.rest.strip_prefix(start)
    }

    /// What stands before `end`; goes on behind it.
    fn until(&mut self, end: &str) -> Result<&'t str, String> {
        let (before, behind) = self.rest.split_once(end).ok_or("unexpected EOF")?;
        self.rest = behind;
        Ok(before)
    }

    fn say(&mut self, text: &str) -> Result<(), String> {
        if let Some(c) =
            text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\u{7f}'..='\u{9f}'))
        {
            return Err(format!("illegal character code U+{:04X}", u32::from(c)));
        }
        let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || is_format(c));
        text.clone_into(&mut self.open.last_mut().unwrap_or(&mut self.document).text);
        Ok(())
    }

    /// What a processing instruction says of the text's encoding: it was read as UTF-8.
    fn declared(&self, instruction: &str) -> Result<(), String> {
        let Some(declaration) = instruction.strip_prefix("xml ") else { return Ok(()) };
        let said = |name: &str| {
            let (_, value) = declaration.split_once(name)?;
            let value = value.trim_start().strip_prefix('=')?.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            value.get(1..)?.split(quote).next()
        };
        if let Some(version) = said("version").filter(|version| *version != "1.0") {
            return Err(format!("unsupported version {version:?}; only version 1.0 is supported"));
        }
        match said("encoding") {
            Some(other) if !other.eq_ignore_ascii_case("utf-8") && !self.rest.is_ascii() => {
                Err(format!("the encoding {other:?} is not read here: write it as UTF-8"))
            }
            _ => Ok(()),
        }
    }

    /// `<!DOCTYPE …>`, with what it holds in brackets.
    fn directive(&mut self) -> Result<(), String> {
        let (mut depth, mut quote) = (1, None);
        for (at, c) in self.rest.char_indices() {
            match (quote, c) {
                (Some(open), _) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(c),
                (None, '<') => depth += 1,
                (None, '>') => depth -= 1,
                (None, _) => {}
            }
            if depth == 0 {
                self.rest = self.rest.get(at + 1..).unwrap_or_default();
                return Ok(());
            }
        }
        Err("unexpected EOF".to_owned())
    }

    fn close(&mut self, name: &str) -> Result<(), String> {
        match self.open.pop() {
            Some(open) if open.name == name => {
                let label = local(name).to_owned();
                self.open.last_mut().unwrap_or(&mut self.document).add(label, open.value());
                Ok(())
            }
            Some(open) => Err(format!("element <{}> closed by </{name}>", open.name)),
            None => Err(format!("unexpected end element </{name}>")),
        }
    }

    fn start(&mut self) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err(format!("elements stand in more than {DEEPEST} others"));
        }
        let name = self.name().ok_or("expected element name after <")?;
        let mut element = Element { name, ..Element::default() };
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.after("/>") {
                self.rest = rest;
                self.open.push(element);
                return self.close(name);
            }
            if let Some(rest) = self.after(">") {
                self.rest = rest;
                self.open.push(element);
                return Ok(());
            }
            let attribute = self.name().ok_or("expected attribute name in element")?;
            let value =
                self.rest.trim_start().strip_prefix('=').ok_or("attribute name without = in element")?;
            self.rest = value.trim_start();
            let quote = ["\"", "'"].into_iter().find(|quote| self.after(quote).is_some());
            let quote = quote.ok_or("unquoted or missing attribute value in element")?;
            self.rest = self.after(quote).unwrap_or_default();
            let value = self.until(quote)?;
            if value.contains('<') {
                return Err("unescaped < inside quoted string".to_owned());
            }
            element.add(format!("-{}", local(attribute)), Json::String(unescaped(value)?));
        }
    }

    fn name(&mut self) -> Option<&'t str> {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.' | '\u{b7}');
        let end = self.rest.find(|c| !is_name(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        let begins = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | ':'));
        (begins && name.matches(':').count() < 2).then(|| {
            self.rest = rest;
            name
        })
    }
}

/// A name without the name space before it.
fn local(name: &str) -> &str {
    match name.split_once(':') {
        Some((space, local)) if !space.is_empty() && !local.is_empty() => local,
        _ => name,
    }
}

fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let wrong = || format!("invalid character entity &{}", part.split(';').next().unwrap_or(part));
        let (name, rest) = part.split_once(';').ok_or_else(wrong)?;
        let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
        let found = match (name, name.strip_prefix("#x"), name.strip_prefix('#')) {
            ("lt", ..) => Some('<'),
            ("gt", ..) => Some('>'),
            ("amp", ..) => Some('&'),
            ("apos", ..) => Some('\''),
            ("quot", ..) => Some('"'),
            (_, Some(digits), _) => number(digits, 16),
            (_, None, Some(digits)) => number(digits, 10),
            _ => None,
        };
        out.push(found.ok_or_else(wrong)?);
        out.push_str(rest);
    }
    Ok(out)
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
