//! Findings about single characters, each kind told only as often as it helps.

use ordain_diag::{Diagnostic, Span, codes};

/// What has been told already.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    bitwise: u8,
    semicolon: bool,
    backtick: u8,
    apostrophe: u8,
}

impl Told {
    /// A finding about a character that means nothing, unless it would be noise.
    pub(super) fn invalid(&mut self, text: &str, span: Span) -> Option<Diagnostic> {
        let (summary, detail) = match text {
            "&" | "|" | "^" | "~" => {
                self.bitwise += 1;
                if self.bitwise > 4 {
                    self.bitwise = 5;
                    return None;
                }
                let instead = match text {
                    "&" => " For logical AND write \"&&\".",
                    "|" => " For logical OR write \"||\".",
                    "~" => " For logical NOT write \"!\".",
                    _ => "",
                };
                ("Unsupported operator", format!("There are no bitwise operators.{instead}"))
            }
            "`" => {
                if !alternate(&mut self.backtick) {
                    return None;
                }
                let detail = "The \"`\" character is not valid here. Several lines of text are written as a heredoc, which starts with \"<<EOT\".";
                ("Invalid character", detail.to_owned())
            }
            "'" => {
                if !alternate(&mut self.apostrophe) {
                    return None;
                }
                (
                    "Invalid character",
                    "Strings are enclosed in double quotes (\"), not in single ones.".to_owned(),
                )
            }
            ";" => {
                if std::mem::replace(&mut self.semicolon, true) {
                    return None;
                }
                let detail = "The \";\" character is not valid. Arguments and blocks end with their line; items of collections are separated by commas.";
                ("Invalid character", detail.to_owned())
            }
            _ => ("Invalid character", "This character has no meaning in the language.".to_owned()),
        };
        Some(Diagnostic::error(codes::lang::SYNTAX, summary, detail).with_span(span))
    }
}

/// Tells the first and the third only, so that a pair of quotes is told once.
fn alternate(count: &mut u8) -> bool {
    let tell = count.is_multiple_of(2);
    if *count <= 2 {
        *count += 1;
    }
    tell
}

/// A line break between quotes.
pub(super) fn quoted_newline(span: Span) -> Diagnostic {
    let detail = "A quoted string ends on the line on which it begins. Write \\n for a line break inside it, or use a heredoc (\"<<EOT\") for text of several lines.";
    Diagnostic::error(codes::lang::SYNTAX, "Invalid multi-line string", detail).with_span(span)
}
