//! Places in texts. Every term has one, so they are packed.

use std::fmt;

/// Where something stands: file by number, row and column from 1, the column in characters; bytes of the text.
///
/// The order is that of file, row, column and bytes. Numbers that are too large for their part (a row beyond the
/// sixteenth million, a column or a file beyond the first one) are the largest that fits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// File, row and column, from the highest bit on.
    place: u64,
    start: u32,
    end: u32,
}

const FILE_BITS: u32 = 20;
const ROW_BITS: u32 = 24;
const COL_BITS: u32 = 20;

/// The largest number of so many bits.
const fn most(bits: u32) -> u64 {
    (1 << bits) - 1
}

fn part(of: u64, bits: u32) -> u32 {
    u32::try_from(of & most(bits)).unwrap_or(u32::MAX)
}

impl Span {
    /// A place in a file: row and column, first byte and the byte after the last one. Row 0 is no place.
    #[must_use]
    pub fn new(file: u32, (row, col): (u32, u32), (start, end): (u32, u32)) -> Self {
        let file = u64::from(file).min(most(FILE_BITS)) << (ROW_BITS + COL_BITS);
        let row = u64::from(row).min(most(ROW_BITS)) << COL_BITS;
        Self { place: file | row | u64::from(col).min(most(COL_BITS)), start, end }
    }

    /// Number of the file, in the order in which the modules were given.
    #[must_use]
    pub fn file(self) -> u32 {
        part(self.place >> (ROW_BITS + COL_BITS), FILE_BITS)
    }

    /// Row, from 1; 0 where there is no place.
    #[must_use]
    pub fn row(self) -> u32 {
        part(self.place >> COL_BITS, ROW_BITS)
    }

    /// Column in characters, from 1.
    #[must_use]
    pub fn col(self) -> u32 {
        part(self.place, COL_BITS)
    }

    /// First byte.
    #[must_use]
    pub fn start(self) -> u32 {
        self.start
    }

    /// The byte after the last one.
    #[must_use]
    pub fn end(self) -> u32 {
        self.end
    }

    /// From the start of `self` to the end of `last`.
    pub(crate) fn to(self, last: Span) -> Span {
        self.until(self.end.max(last.end))
    }

    /// From the start of `self` to a byte.
    pub(crate) fn until(self, end: u32) -> Span {
        Span { end, ..self }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}({}..{})", self.file(), self.row(), self.col(), self.start, self.end)
    }
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
