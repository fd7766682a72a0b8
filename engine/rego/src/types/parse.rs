//! Signatures from text, so that the table of functions reads as OPA's documentation does.

use super::{Signature, Type};

/// `(string, any<array[string], set[string]>) -> string`; `None` when the text is no signature.
pub(crate) fn signature(text: &str) -> Option<Signature> {
    let mut reader = Reader { rest: text };
    reader.eat("(").then_some(())?;
    let args = reader.list(")")?;
    if reader.rest.trim().is_empty() {
        return Some(Signature { args, variadic: false, result: None });
    }
    reader.eat("->").then_some(())?;
    let result = reader.one()?;
    reader.rest.trim().is_empty().then_some(Signature { args, variadic: false, result: Some(result) })
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest.trim_start().strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn word(&mut self) -> &'a str {
        let text = self.rest.trim_start();
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.rest = rest;
        word
    }

    fn list(&mut self, close: &str) -> Option<Vec<Type>> {
        let mut types = Vec::new();
        while !self.eat(close) {
            if !types.is_empty() && !self.eat(",") {
                return None;
            }
            types.push(self.one()?);
        }
        Some(types)
    }

    fn one(&mut self) -> Option<Type> {
        Some(match self.word() {
            "any" if self.eat("<") => Type::OneOf(self.list(">")?),
            "any" => Type::Any,
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "number" => Type::Number,
            "string" => Type::String,
            "set" => {
                self.eat("[").then_some(())?;
                let of = self.one()?;
                self.eat("]").then(|| Type::set(of))?
            }
            "array" => {
                let first = if self.eat("<") { self.list(">")? } else { Vec::new() };
                let rest = if self.eat("[") {
                    let of = self.one()?;
                    self.eat("]").then(|| Some(Box::new(of)))?
                } else {
                    None
                };
                Type::Array(first, rest)
            }
            "object" => {
                let known = if self.eat("<") { self.properties()? } else { Vec::new() };
                let rest = if self.eat("[") { Some(Box::new(self.pair("]")?)) } else { None };
                Type::Object(known, rest)
            }
            _ => return None,
        })
    }

    fn pair(&mut self, close: &str) -> Option<(Type, Type)> {
        let key = self.one()?;
        self.eat(":").then_some(())?;
        let value = self.one()?;
        self.eat(close).then_some((key, value))
    }

    fn properties(&mut self) -> Option<Vec<(String, Type)>> {
        let mut known = Vec::new();
        while !self.eat(">") {
            if !known.is_empty() && !self.eat(",") {
                return None;
            }
            let name = self.word().to_owned();
            self.eat(":").then_some(())?;
            known.push((name, self.one()?));
        }
        Some(known)
    }
}
