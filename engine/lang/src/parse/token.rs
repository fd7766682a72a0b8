//! Tokens of native syntax.

/// Kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// End of the text.
    Eof,
    /// Line break outside of strings.
    Newline,
    /// `#`, `//` or `/* */`, without the line break that ends it.
    Comment,
    Ident,
    Number,
    /// Opening `"`
    OpenQuote,
    /// Closing `"`
    CloseQuote,
    /// `<<EOT` or `<<-EOT` with its line break.
    OpenHeredoc,
    /// The line of the closing marker, without its line break.
    CloseHeredoc,
    /// Text inside quotes, escapes as written.
    QuotedText,
    /// A line break inside quotes, which is an error already reported.
    QuotedNewline,
    /// Text inside a heredoc or of a template file; at most one line.
    PlainText,
    /// `${` or `${~`
    OpenInterpolation,
    /// `%{` or `%{~`
    OpenDirective,
    /// `}` or `~}` that ends either.
    CloseSequence,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    Comma,
    Dot,
    Ellipsis,
    Colon,
    DoubleColon,
    Question,
    Equal,
    FatArrow,
    EqualEqual,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Bang,
    AndAnd,
    OrOr,
    /// A character that means nothing; an error already reported.
    Invalid,
}

impl TokenKind {
    /// What closes an opening token.
    pub(crate) fn closer(self) -> Option<TokenKind> {
        Some(match self {
            TokenKind::OpenQuote => TokenKind::CloseQuote,
            TokenKind::OpenHeredoc => TokenKind::CloseHeredoc,
            TokenKind::OpenInterpolation | TokenKind::OpenDirective => TokenKind::CloseSequence,
            TokenKind::OpenBrace => TokenKind::CloseBrace,
            TokenKind::OpenBracket => TokenKind::CloseBracket,
            TokenKind::OpenParen => TokenKind::CloseParen,
            _ => return None,
        })
    }

    /// Whether this closes something.
    pub(crate) fn is_closer(self) -> bool {
        matches!(
            self,
            TokenKind::CloseQuote
                | TokenKind::CloseHeredoc
                | TokenKind::CloseSequence
                | TokenKind::CloseBrace
                | TokenKind::CloseBracket
                | TokenKind::CloseParen
        )
    }
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// Whether a template sequence is marked with `~` on this side.
    pub(crate) trim: bool,
    pub(crate) start: u32,
    pub(crate) end: u32,
}
