//! Patterns of namespaces, as Go's `path.Match` has them.

/// What a letter of a name is held against.
enum Piece {
    /// `*`: any letters but `/`.
    Many,
    /// `?`
    One,
    /// A letter that stands for itself.
    Just(char),
    /// `[a-z]`, `[^a-z]`
    Among { negated: bool, ranges: Vec<(char, char)> },
}

impl Piece {
    fn takes(&self, letter: char) -> bool {
        match self {
            Piece::Many | Piece::One => letter != '/',
            Piece::Just(own) => *own == letter,
            Piece::Among { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&letter)) != *negated
            }
        }
    }
}

/// A pattern.
pub(super) struct Wildcard(Vec<Piece>);

impl Wildcard {
    /// Reads a pattern; `None` if it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.chars().peekable();
        let mut pieces = Vec::new();
        while let Some(letter) = rest.next() {
            pieces.push(match letter {
                '*' => Piece::Many,
                '?' => Piece::One,
                '\\' => Piece::Just(rest.next()?),
                '[' => among(&mut rest)?,
                letter => Piece::Just(letter),
            });
        }
        Some(Self(pieces))
    }

    /// Whether the whole of a name fits.
    pub(super) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        // Rows of the usual table: which beginnings of the name the pattern so far can be.
        let mut reach = vec![false; name.len() + 1];
        if let Some(first) = reach.first_mut() {
            *first = true;
        }
        for piece in &self.0 {
            let many = matches!(piece, Piece::Many);
            let mut next = vec![false; name.len() + 1];
            let mut before = false;
            for (place, slot) in next.iter_mut().enumerate() {
                let open = reach.get(place) == Some(&true);
                *slot = before || (many && open);
                let taken = name.get(place).is_some_and(|letter| piece.takes(*letter));
                before = taken && (open || (many && *slot));
            }
            reach = next;
        }
        reach.last() == Some(&true)
    }
}

fn among(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<Piece> {
    let negated = rest.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    while ranges.is_empty() || rest.next_if_eq(&']').is_none() {
        let low = member(rest)?;
        let high = if rest.next_if_eq(&'-').is_some() { member(rest)? } else { low };
        ranges.push((low, high));
    }
    Some(Piece::Among { negated, ranges })
}

fn member(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    match rest.next()? {
        '-' | ']' => None,
        '\\' => rest.next(),
        letter => Some(letter),
    }
}

#[cfg(test)]
#[path = "wildcard_tests.rs"]
mod tests;
