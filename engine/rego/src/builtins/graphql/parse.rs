//! GraphQL documents to the objects that OPA gives: empty lists are left out, empty texts are not.

use super::tokens::{Fault, Place, Token, tokens};
use crate::value::Value;

/// Deepest nesting of selections, values and types.
const DEPTH: usize = 200;

/// Where directives may stand.
const LOCATIONS: &[&str] = &[
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
    "SCHEMA",
    "SCALAR",
    "OBJECT",
    "FIELD_DEFINITION",
    "ARGUMENT_DEFINITION",
    "INTERFACE",
    "UNION",
    "ENUM",
    "ENUM_VALUE",
    "INPUT_OBJECT",
    "INPUT_FIELD_DEFINITION",
];

/// The kinds of values, as numbers.
pub(super) mod kinds {
    pub(in super::super) const VARIABLE: i64 = 0;
    pub(in super::super) const INT: i64 = 1;
    pub(in super::super) const FLOAT: i64 = 2;
    pub(in super::super) const STRING: i64 = 3;
    pub(in super::super) const BLOCK: i64 = 4;
    pub(in super::super) const BOOLEAN: i64 = 5;
    pub(in super::super) const NULL: i64 = 6;
    pub(in super::super) const ENUM: i64 = 7;
    pub(in super::super) const LIST: i64 = 8;
    pub(in super::super) const OBJECT: i64 = 9;
}

type Parsed<T> = Result<T, Fault>;

/// A document with operations and fragments.
pub(super) fn query(text: &str) -> Parsed<Value> {
    let mut parser = Parser::new(text)?;
    let (mut operations, mut fragments) = (Vec::new(), Vec::new());
    loop {
        match parser.peek() {
            Token::End => break,
            Token::Mark("{") => operations.push(parser.shorthand()?),
            Token::Name(name) if matches!(name.as_str(), "query" | "mutation" | "subscription") => {
                operations.push(parser.operation()?);
            }
            Token::Name(name) if name == "fragment" => fragments.push(parser.fragment()?),
            _ => return parser.unexpected(),
        }
    }
    Ok(object([("Operations", list(operations)), ("Fragments", list(fragments))]))
}

/// A document with definitions.
pub(super) fn schema(text: &str) -> Parsed<Value> {
    let mut parser = Parser::new(text)?;
    let names = ["Schema", "SchemaExtension", "Directives", "Definitions", "Extensions"];
    let mut parts: [Vec<Value>; 5] = Default::default();
    while *parser.peek() != Token::End {
        let (part, made) = parser.definition()?;
        if let Some(list) = parts.get_mut(part) {
            list.push(made);
        }
    }
    Ok(object(names.into_iter().zip(parts.map(list))))
}

/// An object without what is empty.
fn object(pairs: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(pairs) => pairs.is_empty(),
        _ => false,
    };
    Value::object(
        pairs
            .into_iter()
            .filter(|(_, value)| !is_empty(value))
            .map(|(name, value)| (name.into(), value))
            .collect(),
    )
}

fn list(items: Vec<Value>) -> Value {
    Value::array(items)
}

struct Parser {
    tokens: Vec<(Token, Place)>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn new(text: &str) -> Parsed<Self> {
        Ok(Self { tokens: tokens(text)?, at: 0, depth: 0 })
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn fault<T>(&self, message: String) -> Parsed<T> {
        let at = self.tokens.get(self.at).or(self.tokens.last()).map(|(_, at)| *at);
        Err(Fault { message, at: at.unwrap_or(Place { row: 1, column: 1 }) })
    }

    fn unexpected<T>(&self) -> Parsed<T> {
        self.fault(format!("Unexpected {}", self.peek()))
    }

    fn skip(&mut self, mark: &str) -> bool {
        let found = matches!(self.peek(), Token::Mark(found) if *found == mark);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, mark: &str) -> Parsed<()> {
        if self.skip(mark) { Ok(()) } else { self.fault(format!("Expected {mark}, found {}", self.peek())) }
    }

    fn name(&mut self) -> Parsed<String> {
        match self.peek() {
            Token::Name(name) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            other => self.fault(format!("Expected Name, found {other}")),
        }
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(name) if name == word)
    }

    fn word(&mut self, word: &str) -> Parsed<()> {
        if self.is_word(word) {
            self.at += 1;
            return Ok(());
        }
        self.fault(format!("Expected \"{word}\", found {}", self.peek()))
    }

    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEPTH {
            return self.fault("the document is nested too deeply".to_owned());
        }
        self.depth += 1;
        let out = f(self);
        self.depth -= 1;
        out
    }

    /// Items between two marks, if the first one is there.
    fn between(
        &mut self,
        (open, close): (&str, &str),
        mut item: impl FnMut(&mut Self) -> Parsed<Value>,
    ) -> Parsed<Option<Vec<Value>>> {
        if !self.skip(open) {
            return Ok(None);
        }
        let mut out = Vec::new();
        while !self.skip(close) {
            if *self.peek() == Token::End {
                // The item says what it misses.
                item(self)?;
                return self.unexpected();
            }
            out.push(item(self)?);
        }
        Ok(Some(out))
    }

    /// The same, with at least one.
    fn some(
        &mut self,
        marks: (&str, &str),
        item: impl FnMut(&mut Self) -> Parsed<Value>,
    ) -> Parsed<Vec<Value>> {
        let out = self.between(marks, item)?;
        if out.as_ref().is_some_and(Vec::is_empty) {
            self.at -= 1;
            return self.fault(format!("expected at least one definition, found {}", self.peek()));
        }
        Ok(out.unwrap_or_default())
    }

    fn shorthand(&mut self) -> Parsed<Value> {
        let set = self.selections()?;
        Ok(object([("Operation", "query".into()), ("Name", "".into()), ("SelectionSet", list(set))]))
    }

    fn operation(&mut self) -> Parsed<Value> {
        let operation = self.name()?;
        let name = if matches!(self.peek(), Token::Name(_)) { self.name()? } else { String::new() };
        let variables = self.some(("(", ")"), Self::variable)?;
        let directives = self.directives(false)?;
        let set = self.selections()?;
        Ok(object([
            ("Operation", operation.into()),
            ("Name", name.into()),
            ("VariableDefinitions", list(variables)),
            ("Directives", list(directives)),
            ("SelectionSet", list(set)),
        ]))
    }

    fn variable(&mut self) -> Parsed<Value> {
        self.expect("$")?;
        let name = self.name()?;
        self.expect(":")?;
        let ty = self.ty()?;
        let default = if self.skip("=") { self.value(true)? } else { Value::Null };
        let directives = self.directives(false)?;
        Ok(object([
            ("Variable", name.into()),
            ("Type", ty),
            ("DefaultValue", default),
            ("Directives", list(directives)),
            ("Used", false.into()),
        ]))
    }

    fn ty(&mut self) -> Parsed<Value> {
        self.deeper(|parser| {
            let (name, inner) = if parser.skip("[") {
                let inner = parser.ty()?;
                parser.expect("]")?;
                (String::new(), inner)
            } else {
                (parser.name()?, Value::Null)
            };
            let not_null = parser.skip("!");
            Ok(object([("NamedType", name.into()), ("Elem", inner), ("NonNull", not_null.into())]))
        })
    }

    fn selections(&mut self) -> Parsed<Vec<Value>> {
        self.deeper(|parser| {
            if !matches!(parser.peek(), Token::Mark("{")) {
                parser.expect("{")?;
            }
            parser.some(("{", "}"), Self::selection)
        })
    }

    fn selection(&mut self) -> Parsed<Value> {
        if self.skip("...") {
            return self.spread();
        }
        let mut name = self.name()?;
        let alias = name.clone();
        if self.skip(":") {
            name = self.name()?;
        }
        let arguments = self.arguments(false)?;
        let directives = self.directives(false)?;
        let set = if matches!(self.peek(), Token::Mark("{")) { self.selections()? } else { Vec::new() };
        Ok(object([
            ("Alias", alias.into()),
            ("Name", name.into()),
            ("Arguments", list(arguments)),
            ("Directives", list(directives)),
            ("SelectionSet", list(set)),
        ]))
    }

    fn spread(&mut self) -> Parsed<Value> {
        if matches!(self.peek(), Token::Name(name) if name != "on") {
            let name = self.name()?;
            let directives = self.directives(false)?;
            return Ok(object([("Name", name.into()), ("Directives", list(directives))]));
        }
        let mut condition = String::new();
        if self.is_word("on") {
            self.at += 1;
            condition = self.name()?;
        }
        let directives = self.directives(false)?;
        let set = self.selections()?;
        Ok(object([
            ("TypeCondition", condition.into()),
            ("Directives", list(directives)),
            ("SelectionSet", list(set)),
        ]))
    }

    fn fragment(&mut self) -> Parsed<Value> {
        self.word("fragment")?;
        if self.is_word("on") {
            return self.unexpected();
        }
        let name = self.name()?;
        let variables = self.some(("(", ")"), Self::variable)?;
        self.word("on")?;
        let condition = self.name()?;
        let directives = self.directives(false)?;
        let set = self.selections()?;
        Ok(object([
            ("Name", name.into()),
            ("VariableDefinition", list(variables)),
            ("TypeCondition", condition.into()),
            ("Directives", list(directives)),
            ("SelectionSet", list(set)),
        ]))
    }

    fn arguments(&mut self, constant: bool) -> Parsed<Vec<Value>> {
        self.some(("(", ")"), |parser| parser.named_value(constant))
    }

    fn named_value(&mut self, constant: bool) -> Parsed<Value> {
        let name = self.name()?;
        self.expect(":")?;
        let value = self.value(constant)?;
        Ok(object([("Name", name.into()), ("Value", value)]))
    }

    fn directives(&mut self, constant: bool) -> Parsed<Vec<Value>> {
        let mut out = Vec::new();
        while self.skip("@") {
            let name = self.name()?;
            let arguments = self.arguments(constant)?;
            out.push(object([
                ("Name", name.into()),
                ("Arguments", list(arguments)),
                ("Location", "".into()),
            ]));
        }
        Ok(out)
    }

    fn value(&mut self, constant: bool) -> Parsed<Value> {
        self.deeper(|parser| parser.value_here(constant))
    }

    fn value_here(&mut self, constant: bool) -> Parsed<Value> {
        let (kind, raw, children) = match self.peek().clone() {
            Token::Mark("[") => {
                let item =
                    |parser: &mut Self| Ok(object([("Name", "".into()), ("Value", parser.value(constant)?)]));
                (kinds::LIST, String::new(), self.between(("[", "]"), item)?)
            }
            Token::Mark("{") => {
                let field = |parser: &mut Self| parser.named_value(constant);
                (kinds::OBJECT, String::new(), self.between(("{", "}"), field)?)
            }
            Token::Mark("$") if !constant => {
                self.at += 1;
                (kinds::VARIABLE, self.name()?, None)
            }
            token => {
                let (kind, raw) = match token {
                    Token::Int(raw) => (kinds::INT, raw),
                    Token::Float(raw) => (kinds::FLOAT, raw),
                    Token::String(raw) => (kinds::STRING, raw),
                    Token::Block(raw) => (kinds::BLOCK, raw),
                    Token::Name(raw) => match raw.as_str() {
                        "true" | "false" => (kinds::BOOLEAN, raw),
                        "null" => (kinds::NULL, raw),
                        _ => (kinds::ENUM, raw),
                    },
                    Token::Mark(_) | Token::End => return self.unexpected(),
                };
                self.at += 1;
                (kind, raw, None)
            }
        };
        Ok(object([
            ("Kind", kind.into()),
            ("Raw", raw.into()),
            ("Children", list(children.unwrap_or_default())),
            ("ExpectedTypeHasDefault", false.into()),
        ]))
    }

    fn description(&mut self) -> String {
        match self.peek() {
            Token::String(text) | Token::Block(text) => {
                let text = text.clone();
                self.at += 1;
                text
            }
            _ => String::new(),
        }
    }

    /// A definition, and the number of the list that it belongs to.
    fn definition(&mut self) -> Parsed<(usize, Value)> {
        let described = matches!(self.peek(), Token::String(_) | Token::Block(_));
        let begin = self.at;
        let description = self.description();
        let Token::Name(word) = self.peek().clone() else { return self.unexpected() };
        match word.as_str() {
            "schema" => self.schema_definition(description, false).map(|made| (0, made)),
            "directive" => self.directive_definition(description).map(|made| (2, made)),
            "extend" if described => {
                self.at = begin;
                self.unexpected()
            }
            "extend" => {
                self.at += 1;
                if self.is_word("schema") {
                    return self.schema_definition(String::new(), true).map(|made| (1, made));
                }
                self.type_definition(String::new(), true).map(|made| (4, made))
            }
            _ => self.type_definition(description, false).map(|made| (3, made)),
        }
    }

    fn schema_definition(&mut self, description: String, extends: bool) -> Parsed<Value> {
        self.word("schema")?;
        let directives = self.directives(true)?;
        let roots = self.some(("{", "}"), |parser| {
            let operation = parser.name()?;
            if !matches!(operation.as_str(), "query" | "mutation" | "subscription") {
                parser.at -= 1;
                return parser.unexpected();
            }
            parser.expect(":")?;
            let ty = parser.name()?;
            Ok(object([("Operation", operation.into()), ("Type", ty.into())]))
        })?;
        if extends && directives.is_empty() && roots.is_empty() {
            return self.unexpected();
        }
        Ok(object([
            ("Description", description.into()),
            ("Directives", list(directives)),
            ("OperationTypes", list(roots)),
        ]))
    }

    fn directive_definition(&mut self, description: String) -> Parsed<Value> {
        self.word("directive")?;
        self.expect("@")?;
        let name = self.name()?;
        let arguments = self.some(("(", ")"), Self::input)?;
        let repeatable = self.is_word("repeatable");
        self.at += usize::from(repeatable);
        self.word("on")?;
        let begin = self.at;
        let locations = self.separated("|")?;
        let known = |name: &Value| name.as_str().is_some_and(|name| LOCATIONS.contains(&name));
        if let Some(at) = locations.iter().position(|name| !known(name)) {
            // The marks between the names, and perhaps one before.
            let leading = usize::from(matches!(self.tokens.get(begin), Some((Token::Mark("|"), _))));
            self.at = begin + leading + 2 * at;
            return self.unexpected();
        }
        Ok(object([
            ("Description", description.into()),
            ("Name", name.into()),
            ("Arguments", list(arguments)),
            ("Locations", list(locations)),
            ("IsRepeatable", repeatable.into()),
        ]))
    }

    /// Names with a mark between them, and perhaps before the first.
    fn separated(&mut self, mark: &str) -> Parsed<Vec<Value>> {
        self.skip(mark);
        let mut out = vec![Value::from(self.name()?)];
        while self.skip(mark) {
            out.push(self.name()?.into());
        }
        Ok(out)
    }

    fn type_definition(&mut self, description: String, extends: bool) -> Parsed<Value> {
        let kind = match self.peek() {
            Token::Name(word) => match word.as_str() {
                "scalar" => "SCALAR",
                "type" => "OBJECT",
                "interface" => "INTERFACE",
                "union" => "UNION",
                "enum" => "ENUM",
                "input" => "INPUT_OBJECT",
                _ => return self.unexpected(),
            },
            _ => return self.unexpected(),
        };
        self.at += 1;
        let name = self.name()?;
        let (mut interfaces, mut fields, mut types, mut values) = Default::default();
        if matches!(kind, "OBJECT" | "INTERFACE") && self.is_word("implements") {
            self.at += 1;
            interfaces = self.separated("&")?;
        }
        let directives = self.directives(true)?;
        match kind {
            "OBJECT" | "INTERFACE" => fields = self.some(("{", "}"), Self::field_definition)?,
            "INPUT_OBJECT" => fields = self.some(("{", "}"), Self::input)?,
            "UNION" if self.skip("=") => types = self.separated("|")?,
            "ENUM" => values = self.some(("{", "}"), Self::enum_value)?,
            _ => {}
        }
        let parts: [&Vec<Value>; 5] = [&interfaces, &directives, &fields, &types, &values];
        if extends && parts.iter().all(|part| part.is_empty()) {
            return self.unexpected();
        }
        Ok(object([
            ("Kind", kind.into()),
            ("Description", description.into()),
            ("Name", name.into()),
            ("Directives", list(directives)),
            ("Interfaces", list(interfaces)),
            ("Fields", list(fields)),
            ("Types", list(types)),
            ("EnumValues", list(values)),
            ("BuiltIn", false.into()),
        ]))
    }

    fn field_definition(&mut self) -> Parsed<Value> {
        let description = self.description();
        let name = self.name()?;
        let arguments = self.some(("(", ")"), Self::input)?;
        self.expect(":")?;
        let ty = self.ty()?;
        let directives = self.directives(true)?;
        Ok(object([
            ("Description", description.into()),
            ("Name", name.into()),
            ("Arguments", list(arguments)),
            ("Type", ty),
            ("Directives", list(directives)),
        ]))
    }

    /// An argument, or a field of an input object.
    fn input(&mut self) -> Parsed<Value> {
        let description = self.description();
        let name = self.name()?;
        self.expect(":")?;
        let ty = self.ty()?;
        let default = if self.skip("=") { self.value(true)? } else { Value::Null };
        let directives = self.directives(true)?;
        Ok(object([
            ("Description", description.into()),
            ("Name", name.into()),
            ("DefaultValue", default),
            ("Type", ty),
            ("Directives", list(directives)),
        ]))
    }

    fn enum_value(&mut self) -> Parsed<Value> {
        let description = self.description();
        let name = self.name()?;
        let directives = self.directives(true)?;
        Ok(object([
            ("Description", description.into()),
            ("Name", name.into()),
            ("Directives", list(directives)),
        ]))
    }
}
