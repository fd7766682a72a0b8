//! Tokens to trees, as `text/template/parse/parse.go` reads them, with its messages.

use std::collections::HashMap;
use std::rc::Rc;

use crate::{quote, unquote};

use super::ast::{Branch, Command, Expr, ExprKind, Node, Pipe, Template};
use super::lex::{Kind, Token, lex};
use super::number::number;

/// Deepest nesting of parentheses and control blocks; Go's own limit (10000) is for a growing stack.
const MAX_DEPTH: usize = 200;

/// The templates of a text: the text itself under `name` last, its definitions by their names.
///
/// # Errors
/// `template: name:line: …` as Go words it. `known` says which functions exist.
pub fn parse(name: &str, text: &str, known: &dyn Fn(&str) -> bool) -> Result<Vec<Template>, String> {
    let text: Rc<str> = text.into();
    let mut parser = Parser {
        name,
        text: Rc::clone(&text),
        tokens: lex(&text),
        next: 0,
        lexed: 0,
        vars: vec!["$".into()],
        known,
        action_line: 0,
        range_depth: 0,
        depth: 0,
        defined: Vec::new(),
        places: HashMap::new(),
    };
    let root = parser.top()?;
    parser.add(name.to_owned(), root)?;
    Ok(parser.defined)
}

/// How a list of nodes ended.
enum End {
    End,
    Else,
}

enum Item {
    Node(Node),
    End(End, usize),
}

struct Parser<'p> {
    name: &'p str,
    text: Rc<str>,
    tokens: Vec<Token>,
    next: usize,
    /// Index of the last token looked at; errors name its line.
    lexed: usize,
    vars: Vec<String>,
    known: &'p dyn Fn(&str) -> bool,
    action_line: usize,
    range_depth: usize,
    depth: usize,
    defined: Vec<Template>,
    places: HashMap<String, usize>,
}

type Parsed<T> = Result<T, String>;

impl Parser<'_> {
    fn token(&self, index: usize) -> Token {
        let eof = || Token { kind: Kind::Eof, at: self.text.len(), text: "EOF".into(), line: 0 };
        self.tokens.get(index).or(self.tokens.last()).cloned().unwrap_or_else(eof)
    }

    fn next(&mut self) -> Token {
        let token = self.token(self.next);
        self.lexed = self.lexed.max(self.next);
        self.next += 1;
        token
    }

    fn peek(&mut self) -> Token {
        self.lexed = self.lexed.max(self.next);
        self.token(self.next)
    }

    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.next -= 1;
        token
    }

    fn fail<T>(&self, message: impl std::fmt::Display) -> Parsed<T> {
        let line = self.token(self.lexed).line;
        Err(format!("template: {}:{line}: {message}", self.name))
    }

    fn unexpected<T>(&self, token: &Token, place: &str) -> Parsed<T> {
        if token.kind == Kind::Error {
            let mut extra = String::new();
            if self.action_line != 0 && self.action_line != token.line {
                let word = if token.text.ends_with(" action") { "" } else { " in action" };
                extra = format!("{word} started at {}:{}", self.name, self.action_line);
            }
            return self.fail(format!("{}{extra}", token.text));
        }
        self.fail(format!("unexpected {} in {place}", show(token)))
    }

    fn expect(&mut self, kind: Kind, place: &str) -> Parsed<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { self.unexpected(&token, place) }
    }

    /// Registers a template; an empty one gives way to a full one of the same name.
    fn add(&mut self, name: String, root: Vec<Node>) -> Parsed<()> {
        let template = Template {
            name: name.clone(),
            parse_name: self.name.to_owned(),
            text: Rc::clone(&self.text),
            root,
        };
        match self.places.get(&name).and_then(|i| self.defined.get_mut(*i)) {
            Some(old) if old.is_empty() => *old = template,
            Some(_) if template.is_empty() => {}
            Some(_) => {
                return self.fail(format!("template: multiple definition of template {}", quote(&name)));
            }
            None => {
                self.places.insert(name, self.defined.len());
                self.defined.push(template);
            }
        }
        Ok(())
    }

    fn top(&mut self) -> Parsed<Vec<Node>> {
        let mut list = Vec::new();
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelim {
                let mark = self.next;
                self.next();
                if is_word(&self.next_non_space(), "define") {
                    self.definition()?;
                    continue;
                }
                self.next = mark;
            }
            match self.text_or_action()? {
                Item::Node(node) => list.push(node),
                Item::End(End::End, _) => return self.fail("unexpected {{end}}"),
                Item::End(End::Else, _) => return self.fail("unexpected {{else}}"),
            }
        }
        Ok(list)
    }

    fn definition(&mut self) -> Parsed<()> {
        const PLACE: &str = "define clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, PLACE)?;
        self.expect(Kind::RightDelim, PLACE)?;
        let root = self.body(PLACE)?;
        self.add(name, root)
    }

    /// The body of `define` and `block`: variables and loops outside are not visible inside.
    fn body(&mut self, place: &str) -> Parsed<Vec<Node>> {
        let vars = std::mem::replace(&mut self.vars, vec!["$".into()]);
        let range_depth = std::mem::take(&mut self.range_depth);
        let (root, end, _) = self.item_list()?;
        self.vars = vars;
        self.range_depth = range_depth;
        match end {
            End::End => Ok(root),
            End::Else => self.fail(format!("unexpected {{{{else}}}} in {place}")),
        }
    }

    fn item_list(&mut self) -> Parsed<(Vec<Node>, End, usize)> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail("control structures are nested too deeply");
        }
        let mut list = Vec::new();
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Item::Node(node) => list.push(node),
                Item::End(end, at) => {
                    self.depth -= 1;
                    return Ok((list, end, at));
                }
            }
        }
        self.fail("unexpected EOF")
    }

    fn text_or_action(&mut self) -> Parsed<Item> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => Ok(Item::Node(Node::Text { at: token.at, text: token.text })),
            Kind::LeftDelim => {
                self.action_line = token.line;
                let item = self.action()?;
                self.action_line = 0;
                Ok(item)
            }
            _ => self.unexpected(&token, "input"),
        }
    }

    fn action(&mut self) -> Parsed<Item> {
        let token = self.next_non_space();
        let word = if token.kind == Kind::Keyword { token.text.as_str() } else { "" };
        let node = match word {
            "block" => self.block()?,
            "break" | "continue" => self.jump(&token)?,
            "else" => return self.else_control(),
            "end" => {
                let at = self.expect(Kind::RightDelim, "end")?.at;
                return Ok(Item::End(End::End, at));
            }
            "if" => Node::If(Box::new(self.control("if")?)),
            "with" => Node::With(Box::new(self.control("with")?)),
            "range" => Node::Range(Box::new(self.control("range")?)),
            "template" => self.template()?,
            _ => {
                self.next -= 1;
                let at = self.peek().at;
                Node::Action { at, pipe: self.pipeline("command", Kind::RightDelim)? }
            }
        };
        Ok(Item::Node(node))
    }

    fn jump(&mut self, word: &Token) -> Parsed<Node> {
        let shown = format!("{{{{{}}}}}", word.text);
        let token = self.next_non_space();
        if token.kind != Kind::RightDelim {
            return self.unexpected(&token, &shown);
        }
        if self.range_depth == 0 {
            return self.fail(format!("{shown} outside {{{{range}}}}"));
        }
        Ok(if word.text == "break" { Node::Break { at: word.at } } else { Node::Continue { at: word.at } })
    }

    fn else_control(&mut self) -> Parsed<Item> {
        let peek = self.peek_non_space();
        if is_word(&peek, "if") || is_word(&peek, "with") {
            return Ok(Item::End(End::Else, peek.at));
        }
        let at = self.expect(Kind::RightDelim, "else")?.at;
        Ok(Item::End(End::Else, at))
    }

    fn control(&mut self, place: &str) -> Parsed<Branch> {
        let mark = self.vars.len();
        let pipe = self.pipeline(place, Kind::RightDelim)?;
        self.range_depth += usize::from(place == "range");
        let (list, end, _) = self.item_list()?;
        self.range_depth -= usize::from(place == "range");
        let otherwise = match end {
            End::End => None,
            End::Else => Some(self.otherwise(place)?),
        };
        self.vars.truncate(mark);
        Ok(Branch { at: pipe.at, pipe, list, otherwise })
    }

    fn otherwise(&mut self, place: &str) -> Parsed<Vec<Node>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail("control structures are nested too deeply");
        }
        let peek = self.peek();
        let list = if place == "if" && is_word(&peek, "if") {
            self.next();
            vec![Node::If(Box::new(self.control("if")?))]
        } else if place == "with" && is_word(&peek, "with") {
            self.next();
            vec![Node::With(Box::new(self.control("with")?))]
        } else {
            let (list, end, _) = self.item_list()?;
            if matches!(end, End::Else) {
                return self.fail("expected end; found {{else}}");
            }
            list
        };
        self.depth -= 1;
        Ok(list)
    }

    fn block(&mut self) -> Parsed<Node> {
        const PLACE: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, PLACE)?;
        let pipe = self.pipeline(PLACE, Kind::RightDelim)?;
        let root = self.body(PLACE)?;
        self.add(name.clone(), root)?;
        Ok(Node::Template { at: token.at, name, pipe: Some(pipe) })
    }

    fn template(&mut self) -> Parsed<Node> {
        const PLACE: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, PLACE)?;
        let pipe = if self.next_non_space().kind == Kind::RightDelim {
            None
        } else {
            self.next -= 1;
            Some(self.pipeline(PLACE, Kind::RightDelim)?)
        };
        Ok(Node::Template { at: token.at, name, pipe })
    }

    fn template_name(&mut self, token: &Token, place: &str) -> Parsed<String> {
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return self.unexpected(token, place);
        }
        unquote(&token.text).map_or_else(|| self.fail("invalid syntax"), Ok)
    }

    fn pipeline(&mut self, place: &str, end: Kind) -> Parsed<Pipe> {
        let mut pipe = Pipe { at: self.peek_non_space().at, ..Pipe::default() };
        self.declarations(&mut pipe, place)?;
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => return self.check(pipe, place),
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier => {}
                Kind::Number | Kind::RawString | Kind::String | Kind::Variable | Kind::LeftParen => {}
                Kind::Keyword if token.text == "nil" => {}
                _ => return self.unexpected(&token, place),
            }
            self.next -= 1;
            let command = self.command()?;
            pipe.cmds.push(command);
        }
    }

    fn declarations(&mut self, pipe: &mut Pipe, place: &str) -> Parsed<()> {
        loop {
            let mark = self.next;
            let variable = self.peek_non_space();
            if variable.kind != Kind::Variable {
                return Ok(());
            }
            self.next_non_space();
            let next = self.peek_non_space();
            let comma = next.kind == Kind::Char && next.text == ",";
            if !comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
                self.next = mark;
                return Ok(());
            }
            self.next_non_space();
            pipe.decl.push(variable.text.clone());
            self.vars.push(variable.text);
            if !comma {
                pipe.assign = next.kind == Kind::Assign;
                return Ok(());
            }
            if place != "range" || pipe.decl.len() >= 2 {
                return self.fail(format!("too many declarations in {place}"));
            }
            let after = self.peek_non_space().kind;
            if !matches!(after, Kind::Variable | Kind::RightDelim | Kind::RightParen) {
                return self.fail("range can only initialize variables");
            }
        }
    }

    fn check(&self, pipe: Pipe, place: &str) -> Parsed<Pipe> {
        if pipe.cmds.is_empty() {
            return self.fail(format!("missing value for {place}"));
        }
        for (i, command) in pipe.cmds.iter().enumerate().skip(1) {
            let constant = command.args.first().is_some_and(|arg| {
                matches!(
                    arg.kind,
                    ExprKind::Bool(_)
                        | ExprKind::Dot
                        | ExprKind::Nil
                        | ExprKind::Number(_)
                        | ExprKind::Text { .. }
                )
            });
            if constant {
                return self.fail(format!("non executable command in pipeline stage {}", i + 1));
            }
        }
        Ok(pipe)
    }

    fn command(&mut self) -> Parsed<Command> {
        let mut command = Command { at: self.peek_non_space().at, args: Vec::new() };
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                command.args.push(operand);
            }
            let token = self.next();
            match token.kind {
                Kind::Space => {}
                Kind::RightDelim | Kind::RightParen => {
                    self.next -= 1;
                    break;
                }
                Kind::Pipe => break,
                _ => return self.unexpected(&token, "operand"),
            }
        }
        if command.args.is_empty() { self.fail("empty command") } else { Ok(command) }
    }

    fn operand(&mut self) -> Parsed<Option<Expr>> {
        let Some(mut node) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(node));
        }
        let at = self.peek().at;
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            fields.push(self.next().text.trim_start_matches('.').to_owned());
        }
        match &mut node.kind {
            ExprKind::Field(idents) | ExprKind::Variable(idents) => {
                idents.append(&mut fields);
                node.at = at;
            }
            ExprKind::Bool(_)
            | ExprKind::Text { .. }
            | ExprKind::Number(_)
            | ExprKind::Nil
            | ExprKind::Dot => {
                return self.fail(format!("unexpected . after term {}", quote(&node.to_string())));
            }
            _ => node = Expr { at, kind: ExprKind::Chain(Box::new(node), fields) },
        }
        Ok(Some(node))
    }

    fn term(&mut self) -> Parsed<Option<Expr>> {
        let token = self.next_non_space();
        let kind = match token.kind {
            Kind::Identifier => {
                if !(self.known)(&token.text) {
                    return self.fail(format!("function {} not defined", quote(&token.text)));
                }
                ExprKind::Identifier(token.text)
            }
            Kind::Dot => ExprKind::Dot,
            Kind::Keyword if token.text == "nil" => ExprKind::Nil,
            Kind::Variable => {
                if !self.vars.contains(&token.text) {
                    return self.fail(format!("undefined variable {}", quote(&token.text)));
                }
                ExprKind::Variable(vec![token.text])
            }
            Kind::Field => ExprKind::Field(vec![token.text.trim_start_matches('.').to_owned()]),
            Kind::Bool => ExprKind::Bool(token.text == "true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                let read = number(&token.text, token.kind == Kind::CharConstant);
                ExprKind::Number(read.or_else(|e| self.fail(e))?)
            }
            Kind::LeftParen => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return self.fail("max expression depth exceeded");
                }
                let pipe = self.pipeline("parenthesized pipeline", Kind::RightParen)?;
                self.depth -= 1;
                ExprKind::Pipe(pipe)
            }
            Kind::String | Kind::RawString => {
                let Some(text) = unquote(&token.text) else { return self.fail("invalid syntax") };
                ExprKind::Text { literal: token.text, text }
            }
            _ => {
                self.next -= 1;
                return Ok(None);
            }
        };
        Ok(Some(Expr { at: token.at, kind }))
    }
}

fn is_word(token: &Token, word: &str) -> bool {
    token.kind == Kind::Keyword && token.text == word
}

/// How Go shows a token in "unexpected …".
fn show(token: &Token) -> String {
    match token.kind {
        Kind::Eof => "EOF".into(),
        Kind::Error => token.text.clone(),
        Kind::Keyword => format!("<{}>", token.text),
        Kind::Dot => "<.>".into(),
        _ if token.text.len() > 10 => {
            let cut: String = token.text.chars().take(10).collect();
            format!("{}...", quote(&cut))
        }
        _ => quote(&token.text),
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
