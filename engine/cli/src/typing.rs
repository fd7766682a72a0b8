//! Lines typed into the console: editing, history of the session, more lines while something is open, and
//! completion of names and functions.

use std::borrow::Cow;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};

/// Reads lines of a person. Nothing of what is typed is kept when the session ends.
pub struct Typing {
    editor: Editor<Names, MemHistory>,
}

/// What a person says.
pub enum Typed {
    /// An expression, of one or more lines.
    Text(String),
    /// Nothing more.
    End,
}

impl Typing {
    /// A session on the terminal; `names` are what Tab completes.
    ///
    /// # Errors
    /// The terminal cannot be used.
    pub fn new(names: Vec<String>) -> Result<Typing, String> {
        let config = Config::builder().completion_type(CompletionType::List).build();
        let history = MemHistory::with_config(&config);
        let mut editor: Editor<Names, MemHistory> =
            Editor::with_history(config, history).map_err(|error| error.to_string())?;
        editor.set_helper(Some(Names(names)));
        Ok(Typing { editor })
    }

    /// The next expression.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub fn next(&mut self) -> Result<Typed, String> {
        match self.editor.readline("> ") {
            Ok(line) => {
                // A line that cannot be remembered can be evaluated all the same.
                let _remembered = self.editor.add_history_entry(line.as_str());
                Ok(Typed::Text(line))
            }
            Err(ReadlineError::Eof | ReadlineError::Interrupted) => Ok(Typed::End),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Names in order.
struct Names(Vec<String>);

impl Names {
    /// Where the name before the cursor begins, and what it may become.
    fn candidates(&self, line: &str, cursor: usize) -> (usize, Vec<String>) {
        let before = line.get(..cursor).unwrap_or(line);
        let begins = before
            .char_indices()
            .rev()
            .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
            .last()
            .map_or(before.len(), |(at, _)| at);
        let part = before.get(begins..).unwrap_or_default();
        if part.is_empty() {
            return (begins, Vec::new());
        }
        let from = self.0.partition_point(|name| name.as_str() < part);
        let fitting = self.0.iter().skip(from).take_while(|name| name.starts_with(part));
        (begins, fitting.take(100).cloned().collect())
    }
}

impl Completer for Names {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        cursor: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.candidates(line, cursor))
    }
}

impl Validator for Names {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match ordain_lang::console::is_incomplete(context.input()) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}

impl Hinter for Names {
    type Hint = String;
}

impl Highlighter for Names {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _default: bool) -> Cow<'b, str> {
        Cow::Borrowed(prompt)
    }
}

impl Helper for Names {}

#[cfg(test)]
#[path = "typing_tests.rs"]
mod tests;
