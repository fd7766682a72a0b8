//! Colour, or none.

/// Whether and how text is coloured.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether the output is a terminal that shows colours.
    pub color: bool,
}

/// The colours in use, as terminals number them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Errors and removals.
    Red,
    /// Additions and success.
    Green,
    /// Changes and warnings.
    Yellow,
    /// Reads.
    Cyan,
    /// Side remarks.
    Grey,
}

impl Style {
    /// No colour at all.
    #[cfg(test)]
    pub const PLAIN: Style = Style { color: false };

    fn wrap(self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// Heavy text.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// Underlined text.
    pub fn underline(self, text: &str) -> String {
        self.wrap("4", text)
    }

    /// Coloured text.
    pub fn paint(self, color: Color, text: &str) -> String {
        let code = match color {
            Color::Red => "31",
            Color::Green => "32",
            Color::Yellow => "33",
            Color::Cyan => "36",
            Color::Grey => "90",
        };
        self.wrap(code, text)
    }
}
