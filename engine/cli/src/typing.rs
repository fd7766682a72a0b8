//! Lines typed into the console: editing, history of the session, more lines while something is open, and
//! completion of names and functions.

use std::borrow::Cow;
use std::cell::Cell;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
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
        editor.set_helper(Some(Names::new(names)));
        Ok(Typing { editor })
    }

    /// The next expression.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub fn next(&mut self) -> Result<Typed, String> {
        loop {
            if let Some(names) = self.editor.helper_mut() {
                names.typed.set(false);
            }
            match self.editor.readline("> ") {
                Ok(line) => {
                    // A line that cannot be remembered can be evaluated all the same.
                    let _remembered = self.editor.add_history_entry(line.as_str());
                    return Ok(Typed::Text(whole(line)));
                }
                // An interrupt takes back what was typed; where nothing was, it is the end.
                Err(ReadlineError::Interrupted)
                    if self.editor.helper().is_some_and(|names| names.typed.get()) => {}
                Err(ReadlineError::Eof | ReadlineError::Interrupted) => return Ok(Typed::End),
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}

/// Text of several lines ends with a line end, as the marker at the end of a heredoc must.
fn whole(mut line: String) -> String {
    if line.contains('\n') {
        line.push('\n');
    }
    line
}

/// Names in order, and what is known of the line that is typed.
struct Names {
    names: Vec<String>,
    /// Whether anything stands in it.
    typed: Cell<bool>,
}

impl Names {
    fn new(names: Vec<String>) -> Names {
        Names { names, typed: Cell::new(false) }
    }

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
        let from = self.names.partition_point(|name| name.as_str() < part);
        let fitting = self.names.iter().skip(from).take_while(|name| name.starts_with(part));
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

    fn highlight_char(&self, line: &str, _at: usize, _kind: CmdKind) -> bool {
        self.typed.set(!line.is_empty());
        false
    }
}

impl Helper for Names {}

#[cfg(test)]
#[path = "typing_tests.rs"]
mod tests;
