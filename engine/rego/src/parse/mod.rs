//! Text to syntax tree: versions 0 and 1, all faults of a file at once.

mod annotations;
mod body;
mod rule;
mod state;
mod term;
mod text;
mod token;

use crate::ast::{Expr, Import, List, Module, Node, Span, Term};
use crate::value::Value;
use state::{Fault, Parsed, Parser, Words};

pub(crate) use state::Names;
use token::Lexeme;

/// The version of the language that a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// `deny[msg] { … }`: keywords only when imported.
    V0,
    /// `deny contains msg if { … }`.
    #[default]
    V1,
}

/// Message and place of what is wrong with a text.
pub(crate) type Issue = (String, Span);

/// Parses a file. Either a module or at least one issue.
pub(crate) fn module(text: &str, file: u32, version: Version) -> Result<Module, Vec<Issue>> {
    module_with(text, file, version, false, &mut Names::default())
}

/// Parses a file in which `and` and `or` may be imported, if `logical` says so. Its names are shared with other files.
pub(crate) fn module_with(
    text: &str,
    file: u32,
    version: Version,
    logical: bool,
    names: &mut Names,
) -> Result<Module, Vec<Issue>> {
    let v1 = version == Version::V1;
    let words = if v1 { Words::V1 } else { Words::default() };
    let mut parser = Parser::new(text, file, words, v1, names);
    parser.logical = logical;
    let mut reader = Reader { module: None, faults: Vec::new(), strict: v1, bare: None };
    if parser.at_end() {
        return Err(vec![("empty module".to_owned(), Span::new(file, (0, 0), (0, 0)))]);
    }
    while !parser.at_end() {
        let start = parser.at;
        // What was read while trying is of the statement before.
        parser.forget_tries();
        parser.lexemes.forget(start.saturating_sub(1));
        let read = parser.faults.is_empty() && reader.statement(&mut parser).is_ok();
        if !read || !parser.faults.is_empty() {
            // Of the first statement all is told, of others how it begins: the rest may only come from there.
            let told = if reader.faults.is_empty() { parser.faults.len() } else { 1 };
            reader.faults.extend(parser.faults.drain(..).take(told));
            recover(&mut parser, start);
        }
    }
    let Reader { module, mut faults, strict, bare } = reader;
    faults.append(&mut parser.faults);
    let mut unfit = std::mem::take(&mut parser.unfit);
    let annotations = match faults.is_empty() {
        true => annotations::read_all(&parser.lexemes.comments(), &mut faults),
        false => Vec::new(),
    };
    if faults.is_empty() {
        if let Some(at) = bare {
            faults.push(Fault { message: "package expected".to_owned(), at });
            unfit.retain(|fault| fault.at != at);
        }
        faults.append(&mut unfit);
    }
    let mut module = module.map(|module| Module { strict_names: strict, ..module });
    if let Some(module) = &mut module {
        module.rules.shrink_to_fit();
        if strict {
            module.rules.iter().for_each(|rule| rule::check_v1(rule, &mut faults));
        }
        if faults.is_empty() {
            annotations::attach(module, annotations, &mut faults);
        }
    }
    match module {
        Some(module) if faults.is_empty() => Ok(module),
        _ => Err(faults.into_iter().map(|fault| (fault.message, fault.at)).collect()),
    }
}

/// Parses a query.
pub(crate) fn query(text: &str, file: u32, version: Version) -> Result<Vec<Expr>, Vec<Issue>> {
    let v1 = version == Version::V1;
    let words = if v1 { Words::V1 } else { Words::default() };
    let mut names = Names::default();
    let mut parser = Parser::new(text, file, words, v1, &mut names);
    match parser.query() {
        Ok(query) if parser.faults.is_empty() => Ok(query),
        _ => Err(parser.faults.into_iter().map(|fault| (fault.message, fault.at)).collect()),
    }
}

/// Goes on at the next line that begins a statement.
fn recover(parser: &mut Parser<'_>, start: usize) {
    let begins = |lexeme: &Lexeme| {
        lexeme.broken
            && lexeme.at.col() == 1
            && !matches!(lexeme.token, token::Token::Mark("}" | "]" | ")") | token::Token::Illegal)
    };
    // At least the token at the start is left: it is not the last one.
    parser.at = parser.at.max(start + 1);
    while !parser.at_end() && !begins(&parser.peek()) {
        parser.bump();
    }
    parser.faults.clear();
}

struct Reader {
    module: Option<Module>,
    faults: Vec<Fault>,
    strict: bool,
    /// Where a text without a package begins.
    bare: Option<Span>,
}

impl Reader {
    fn statement(&mut self, parser: &mut Parser<'_>) -> Parsed<()> {
        let at = parser.peek().at;
        let named = parser.keyword_names();
        if parser.is_word("package") && !named {
            let package = self.package(parser)?;
            if self.module.is_some() {
                parser.unfit.push(Fault { message: "unexpected package".to_owned(), at });
                return Ok(());
            }
            self.module = Some(Module {
                package,
                package_at: at,
                imports: Vec::new(),
                rules: Vec::new(),
                annotations: Vec::new(),
                strict_names: false,
            });
            return Ok(());
        }
        if self.module.is_none() {
            self.bare = Some(at);
            self.module = Some(Module {
                package: Vec::new(),
                package_at: at,
                imports: Vec::new(),
                rules: Vec::new(),
                annotations: Vec::new(),
                strict_names: false,
            });
        }
        if parser.is_word("import") && !named {
            let import = self.import(parser)?;
            if let Some(module) = &mut self.module {
                module.imports.push(import);
            }
            return Ok(());
        }
        let rules = parser.rules()?;
        if let Some(module) = &mut self.module {
            module.rules.extend(rules);
        }
        Ok(())
    }

    fn package(&self, parser: &mut Parser<'_>) -> Parsed<Vec<Value>> {
        parser.bump();
        let Some(path) = name_path(parser)? else { return parser.illegal("") };
        let mut package = vec![Value::from("data")];
        for (at, part) in path.iter().enumerate() {
            match (&part.node, at) {
                (Node::Var(name), 0) => package.push(Value::from(&**name)),
                (Node::Constant(value @ Value::String(_)), 1..) => package.push(value.clone()),
                _ => {
                    let message = format!("unexpected {} token: expecting string", part.kind_name());
                    return parser.fail(part.at, message);
                }
            }
        }
        Ok(package)
    }

    fn import(&mut self, parser: &mut Parser<'_>) -> Parsed<Import> {
        let start = parser.bump().at;
        let Ok(Some(path)) = name_path(parser) else {
            return parser.fail(parser.place(), "expected path");
        };
        let head = path.first().and_then(Term::as_var).cloned().unwrap_or_else(|| "".into());
        if let Some(part) =
            path.iter().skip(1).find(|part| !matches!(part.as_constant(), Some(Value::String(_))))
        {
            return parser.fail(part.at, format!("unexpected {} token: expecting string", part.kind_name()));
        }
        if !matches!(&*head, "data" | "input" | "future" | "rego") {
            let message = format!(
                "unexpected import path, must begin with one of: {{data, future, input, rego}}, got: {head} (hint: if this is unexpected, try updating OPA)"
            );
            return parser.fail(place(&path), message);
        }
        let mut alias = None;
        if parser.eat_word("as") {
            let Some(word) = parser.word().filter(|word| !parser.is_word(word)) else {
                return parser.illegal("expected var");
            };
            parser.bump();
            if matches!(word, "input" | "data") {
                return parser.illegal("expected var");
            }
            alias = Some(parser.shared(word));
        } else if &*head != "future"
            && let Some(Value::String(last)) = path.last().and_then(Term::as_constant)
            && parser.is_keyword(last)
        {
            let message = format!(
                "unexpected import path, must not end with a keyword, got: {last} (hint: import a different path or use an alias)"
            );
            return parser.fail(path.last().map_or(start, |last| last.at), message);
        }
        let import = Import { path, alias, at: start.to(parser.last()) };
        match &*head {
            "rego" => self.import_rego(parser, &import)?,
            "future" => import_keywords(parser, &import)?,
            _ => {}
        }
        Ok(import)
    }

    fn import_rego(&mut self, parser: &mut Parser<'_>, import: &Import) -> Parsed<()> {
        if !matches!(names(&import.path).as_slice(), ["v1"]) {
            let shown = crate::print::term(&Term::new(Node::Ref(import.path.clone()), import.at));
            return parser.fail(place(&import.path), format!("invalid import `{shown}`, must be `rego.v1`"));
        }
        if !parser.v1 {
            if import.alias.is_some() {
                return parser.fail(place(&import.path), "`rego` imports cannot be aliased");
            }
            parser.words = Words { and: parser.words.and, or: parser.words.or, ..Words::V1 };
            parser.v1 = true;
            parser.forget_tries();
            self.strict = true;
        }
        Ok(())
    }
}

/// Where a path begins.
fn place(path: &[Term]) -> Span {
    path.first().map(|head| head.at).unwrap_or_default()
}

fn import_keywords(parser: &mut Parser<'_>, import: &Import) -> Parsed<()> {
    let at = place(&import.path);
    let path = names(&import.path);
    if path.first() != Some(&"keywords") {
        return parser.fail(at, "invalid import, must be `future.keywords`");
    }
    if import.alias.is_some() {
        return parser.fail(at, "`future` imports cannot be aliased");
    }
    parser.forget_tries();
    let logical = parser.logical;
    let words = &mut parser.words;
    match path.get(1).copied() {
        None => *words = Words { wide_not: words.wide_not, and: logical, or: logical, ..Words::V1 },
        Some("if") => words.if_ = true,
        Some("contains") => words.contains = true,
        Some("in") => words.in_ = true,
        Some("every") => (words.every, words.in_) = (true, true),
        Some("not") => words.wide_not = true,
        Some("and") if logical => words.and = true,
        Some("or") if logical => words.or = true,
        Some(_) => {
            let known =
                if logical { "[and contains every if in not or]" } else { "[contains every if in not]" };
            return parser.fail(at, format!("unexpected keyword, must be one of {known}"));
        }
    }
    Ok(())
}

fn names(path: &[Term]) -> Vec<&str> {
    path.iter().skip(1).filter_map(|part| part.as_constant().and_then(Value::as_str)).collect()
}

/// The path after `package` and `import`; its first name may be a keyword.
fn name_path(parser: &mut Parser<'_>) -> Parsed<Option<List<Term>>> {
    let next = parser.peek();
    if next.token != token::Token::Name {
        return parser.illegal("");
    }
    parser.bump();
    let name = parser.shared(parser.slice(next.at));
    let head = Term::var(name, next.at);
    let whole = parser.path_after(head, false)?;
    match whole.node {
        Node::Ref(path) => Ok(Some(path)),
        Node::Var(_) => Ok(Some([whole].into())),
        _ => Ok(None),
    }
}
