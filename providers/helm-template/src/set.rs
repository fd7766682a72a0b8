//! `--set` and its relatives: `a.b[0].c=x,d={1,2}` (`pkg/strvals`).

use serde_json::Value as Json;

use crate::data::{Data, Table};
use crate::go_json;

/// Which flag an expression came with; decides how values are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetKind {
    /// `--set`: booleans, null and whole numbers are recognised.
    Typed,
    /// `--set-string`: everything is text.
    Text,
    /// `--set-json`: values are JSON.
    Json,
    /// `--set-file`: values are paths of files whose content is the value.
    File,
    /// `--set-literal`: everything after `=` is the value.
    Literal,
}

/// Longest list that an index makes.
const MAX_INDEX: usize = 65_536;
/// Deepest dotted name.
const MAX_LEVEL: usize = 30;

/// Why parsing stopped: the end of the text, which is success at the top, or a real error.
enum Stop {
    End,
    Error(String),
}

type Step<T> = Result<T, Stop>;

fn error<T>(message: impl Into<String>) -> Step<T> {
    Err(Stop::Error(message.into()))
}

/// Applies one expression to a table. `read` gives the content of a file for [`SetKind::File`].
///
/// # Errors
/// The library's words; the caller adds which flag it was.
pub fn set_into(
    kind: SetKind,
    text: &str,
    table: &mut Table,
    read: &dyn Fn(&str) -> Result<String, String>,
) -> Result<(), String> {
    let mut parser = Parser { chars: text.chars().collect(), at: 0, kind, read };
    loop {
        match parser.key(table, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Error(message)) => return Err(message),
        }
    }
}

struct Parser<'r> {
    chars: Vec<char>,
    at: usize,
    kind: SetKind,
    read: &'r dyn Fn(&str) -> Result<String, String>,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied();
        self.at += usize::from(c.is_some());
        c
    }

    /// Text up to one of the stops, and which it was; backslashes escape unless the kind is literal.
    fn until(&mut self, stops: &str) -> (String, Option<char>) {
        let mut out = String::new();
        loop {
            match self.next() {
                None => return (out, None),
                Some(c) if stops.contains(c) => return (out, Some(c)),
                Some('\\') if self.kind != SetKind::Literal => match self.next() {
                    None => return (out, None),
                    Some(escaped) => out.push(escaped),
                },
                Some(c) => out.push(c),
            }
        }
    }

    fn key(&mut self, table: &mut Table, level: usize) -> Step<()> {
        let stops = if self.kind == SetKind::Literal { "=[." } else { "=[,." };
        let (name, last) = self.until(stops);
        match last {
            None if name.is_empty() => Err(Stop::End),
            None => error(format!("key {} has no value", ordain_gostd::quote(&name))),
            Some('[') => self.indexed(table, name, level),
            Some('=') => self.assigned(table, name),
            Some(',') => {
                put(table, &name, Data::Text(String::new()));
                error(format!("key {} has no value (cannot end with ,)", ordain_gostd::quote(&name)))
            }
            Some(_) => self.nested(table, name, level),
        }
    }

    fn indexed(&mut self, table: &mut Table, name: String, level: usize) -> Step<()> {
        let index = self.index()?;
        let mut list = match table.get(&name) {
            None => Vec::new(),
            Some(Data::List(list)) => list.clone(),
            Some(other) => return error(conversion(other, "[]interface {}")),
        };
        let outcome = self.item(&mut list, index, level);
        put(table, &name, Data::List(list));
        outcome
    }

    fn nested(&mut self, table: &mut Table, name: String, level: usize) -> Step<()> {
        if level + 1 > MAX_LEVEL {
            return error(format!(
                "value name nested level is greater than maximum supported nested level of {MAX_LEVEL}"
            ));
        }
        let mut inner = match table.get(&name) {
            None => Table::new(),
            Some(Data::Map(map)) => map.clone(),
            Some(other) => return error(conversion(other, "map[string]interface {}")),
        };
        let outcome = self.key(&mut inner, level + 1);
        if outcome.is_ok() && inner.is_empty() {
            return error(format!("key map {} has no value", ordain_gostd::quote(&name)));
        }
        if !inner.is_empty() {
            put(table, &name, Data::Map(inner));
        }
        outcome
    }

    fn assigned(&mut self, table: &mut Table, name: String) -> Step<()> {
        match self.value() {
            Ok((value, ended)) => {
                put(table, &name, value);
                if ended { Err(Stop::End) } else { Ok(()) }
            }
            Err(stop) => Err(stop),
        }
    }

    /// A value, and whether the text ended in the middle of it.
    fn value(&mut self) -> Step<(Data, bool)> {
        match self.kind {
            SetKind::Json => self.json().map(|v| (v, false)),
            SetKind::Literal => Ok((Data::Text(self.until("").0), false)),
            _ => {
                if self.at >= self.chars.len() {
                    return Ok((Data::Text(String::new()), true));
                }
                if self.chars.get(self.at) == Some(&'{') {
                    self.at += 1;
                    return self.list().map(|v| (Data::List(v), false));
                }
                let (text, _) = self.until(",");
                self.scalar(text).map(|v| (v, false))
            }
        }
    }

    fn scalar(&self, text: String) -> Step<Data> {
        match self.kind {
            SetKind::Typed => Ok(typed(text)),
            SetKind::File => (self.read)(&text).map(Data::Text).map_err(Stop::Error),
            _ => Ok(Data::Text(text)),
        }
    }

    fn list(&mut self) -> Step<Vec<Data>> {
        let mut out = Vec::new();
        loop {
            let (text, last) = self.until(",}");
            if last.is_none() {
                return error("list must terminate with '}'");
            }
            out.push(self.scalar(text)?);
            if last == Some('}') {
                if self.chars.get(self.at) == Some(&',') {
                    self.at += 1;
                }
                return Ok(out);
            }
        }
    }

    /// Whether nothing but blanks stands before a comma or the end; both are passed.
    fn empty_value(&mut self) -> bool {
        loop {
            match self.chars.get(self.at) {
                None => return true,
                Some(',') => {
                    self.at += 1;
                    return true;
                }
                Some(c) if c.is_whitespace() => self.at += 1,
                Some(_) => return false,
            }
        }
    }

    fn json(&mut self) -> Step<Data> {
        if self.empty_value() {
            return Ok(Data::Null);
        }
        let rest: String = self.chars.get(self.at..).unwrap_or_default().iter().collect();
        let mut stream = serde_json::Deserializer::from_str(&rest).into_iter::<Json>();
        let Some(Ok(value)) = stream.next() else {
            let message = go_json::parse(&rest).err().unwrap_or_else(|| "unexpected EOF".into());
            return error(message);
        };
        let read = stream.byte_offset();
        self.at += rest.get(..read).unwrap_or_default().chars().count();
        self.empty_value();
        Ok(Data::from_json(value))
    }

    /// An index as it stands there; it may be below zero.
    fn index(&mut self) -> Step<i64> {
        let (text, last) = self.until("]");
        if last.is_none() {
            return error("error parsing index: EOF");
        }
        match text.parse::<i64>() {
            Ok(i) => Ok(i),
            Err(_) => {
                let quoted = ordain_gostd::quote(&text);
                error(format!("error parsing index: strconv.Atoi: parsing {quoted}: invalid syntax"))
            }
        }
    }

    fn item(&mut self, list: &mut Vec<Data>, index: i64, level: usize) -> Step<()> {
        if index < 0 {
            return error(format!("negative {index} index not allowed"));
        }
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let (text, last) = self.until("[.=");
        if !text.is_empty() {
            let shown: Vec<String> = text.chars().map(|c| ordain_gostd::quote_char(c, false)).collect();
            return error(format!("unexpected data at end of array index: [{}]", shown.join(" ")));
        }
        match last {
            None => Err(Stop::End),
            Some('=') => {
                let (value, _) = self.value()?;
                set_index(list, index, value)
            }
            Some('[') => {
                let next = self.index()?;
                let mut inner = match list.get(index) {
                    None | Some(Data::Null) => Vec::new(),
                    Some(Data::List(inner)) => inner.clone(),
                    Some(other) => return error(conversion(other, "[]interface {}")),
                };
                self.item(&mut inner, next, level)?;
                set_index(list, index, Data::List(inner))
            }
            Some(_) => {
                let mut inner = list.get(index).and_then(Data::table).cloned().unwrap_or_default();
                let outcome = self.key(&mut inner, level);
                // At the end of the text only a table that was there already has what was read.
                if matches!(outcome, Ok(())) || index < list.len() {
                    set_index(list, index, Data::Map(inner))?;
                }
                outcome
            }
        }
    }
}

fn conversion(found: &Data, wanted: &str) -> String {
    let found = match found {
        Data::Null => "nil".into(),
        found => found.to_value().type_name(),
    };
    format!("unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}")
}

fn put(table: &mut Table, name: &str, value: Data) {
    if !name.is_empty() {
        table.insert(name.to_owned(), value);
    }
}

fn set_index(list: &mut Vec<Data>, index: usize, value: Data) -> Step<()> {
    if index > MAX_INDEX {
        return error(format!("index of {index} is greater than maximum supported index of {MAX_INDEX}"));
    }
    if list.len() <= index {
        list.resize(index + 1, Data::Null);
    }
    if let Some(slot) = list.get_mut(index) {
        *slot = value;
    }
    Ok(())
}

/// What `--set` makes of a text.
fn typed(text: String) -> Data {
    if text.eq_ignore_ascii_case("true") {
        return Data::Bool(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Data::Bool(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Data::Null;
    }
    if text == "0" {
        return Data::Int(0);
    }
    if !text.starts_with('0')
        && let Ok(number) = text.parse::<i64>()
    {
        return Data::Int(number);
    }
    Data::Text(text)
}

#[cfg(test)]
#[path = "set_tests.rs"]
mod tests;
