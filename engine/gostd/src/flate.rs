//! DEFLATE (RFC 1951) exactly as Go's `compress/flate` writes it at its default level: which matches are
//! taken, where blocks end and how their codes are built decide every byte, and users compare the bytes.

#![allow(clippy::indexing_slicing, reason = "indices are masked or bounded by the input; the inner loop")]

mod block;
mod huffman;

use block::BlockWriter;

const WINDOW: usize = 1 << 15;
const MASK: usize = WINDOW - 1;
const MIN_MATCH: usize = 4;
const MAX_MATCH: usize = 258;
/// Tokens per block.
const MAX_TOKENS: usize = 1 << 14;
const HASH_BITS: u32 = 17;
/// Level 6: when a match is good enough to look less for better ones, when it is so good that none is
/// looked for at the next byte, when the search ends, and how many candidates are looked at.
const GOOD: usize = 8;
const LAZY: usize = 16;
const NICE: usize = 128;
const CHAIN: usize = 128;

/// A literal byte, or a match of a length some distance back.
#[derive(Clone, Copy)]
pub(super) enum Token {
    Literal(u8),
    Match { length: usize, distance: usize },
}

/// The stream that `Write(data)`, `Flush()` and `Close()` give: data, an empty stored block, and an
/// empty last one.
#[must_use]
pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut matcher = Matcher::new(data);
    while matcher.end < data.len() {
        matcher.step(false);
        matcher.fill();
    }
    matcher.step(true);
    let mut out = matcher.out;
    out.stored_header(0, false);
    out.align();
    out.stored_header(0, true);
    out.align();
    out.bytes
}

/// Positions are offsets in the data; what Go's sliding window has forgotten lies before `base`.
struct Matcher<'d> {
    data: &'d [u8],
    base: usize,
    end: usize,
    index: usize,
    /// Where the current block starts; `None` when its beginning has left the window.
    block_start: Option<usize>,
    tokens: Vec<Token>,
    /// The byte before `index` is not yet a token.
    pending: bool,
    length: usize,
    distance: usize,
    /// Position plus one of the last candidate; 0 for none.
    chain: usize,
    /// Last position plus one by hash of four bytes.
    head: Vec<u32>,
    /// The one before, by position.
    previous: Vec<u32>,
    out: BlockWriter,
}

impl<'d> Matcher<'d> {
    fn new(data: &'d [u8]) -> Self {
        Self {
            data,
            base: 0,
            end: 0,
            index: 0,
            block_start: Some(0),
            tokens: Vec::with_capacity(MAX_TOKENS + 1),
            pending: false,
            length: MIN_MATCH - 1,
            distance: 0,
            chain: 0,
            head: vec![0; 1 << HASH_BITS],
            previous: vec![0; WINDOW],
            out: BlockWriter::default(),
        }
    }

    /// Takes in as much as the window has room for.
    fn fill(&mut self) {
        if self.index - self.base >= 2 * WINDOW - (MIN_MATCH + MAX_MATCH) {
            self.block_start = self.block_start.filter(|start| start - self.base >= WINDOW);
            self.base += WINDOW;
        }
        self.end = self.data.len().min(self.base + 2 * WINDOW);
    }

    /// Enters a position into the hash chains; gives the head it replaces.
    fn insert(&mut self, at: usize) -> u32 {
        let four = [self.data[at], self.data[at + 1], self.data[at + 2], self.data[at + 3]];
        let hash = u32::from_be_bytes(four).wrapping_mul(0x1e35_a7bd) >> (32 - HASH_BITS);
        let head = &mut self.head[hash as usize];
        let before = *head;
        self.previous[at & MASK] = before;
        *head = u32::try_from(at + 1).unwrap_or(0);
        before
    }

    fn step(&mut self, flush: bool) {
        if self.end - self.index < MIN_MATCH + MAX_MATCH && !flush {
            return;
        }
        let insert_end = self.end.saturating_sub(MIN_MATCH - 1);
        loop {
            let ahead = self.end - self.index;
            if ahead < MIN_MATCH + MAX_MATCH && !flush {
                return;
            }
            if ahead == 0 {
                self.finish();
                return;
            }
            if self.index < insert_end {
                self.chain = self.insert(self.index) as usize;
            }
            let (length, distance) = (self.length, self.distance);
            self.length = MIN_MATCH - 1;
            self.distance = 0;
            let oldest = self.index.saturating_sub(WINDOW).max(self.base);
            if self.chain > oldest && ahead > length && length < LAZY {
                self.find(ahead);
            }
            if length >= MIN_MATCH && self.length <= length {
                self.take(length, distance, insert_end);
            } else {
                self.pass();
            }
        }
    }

    /// The match found at the byte before is not bettered here: it is taken.
    fn take(&mut self, length: usize, distance: usize, insert_end: usize) {
        self.tokens.push(Token::Match { length, distance });
        let next = self.index + length - 1;
        for at in self.index + 1..next {
            if at < insert_end {
                self.insert(at);
            }
        }
        self.index = next;
        self.pending = false;
        self.length = MIN_MATCH - 1;
        if self.tokens.len() == MAX_TOKENS {
            self.write_block(self.index);
        }
    }

    /// The byte before becomes a literal, this one is looked at again with the next.
    fn pass(&mut self) {
        if self.pending {
            self.tokens.push(Token::Literal(self.data[self.index - 1]));
            if self.tokens.len() == MAX_TOKENS {
                self.write_block(self.index);
            }
        }
        self.index += 1;
        self.pending = true;
    }

    fn finish(&mut self) {
        if self.pending {
            self.tokens.push(Token::Literal(self.data[self.index - 1]));
            self.pending = false;
        }
        if !self.tokens.is_empty() {
            self.write_block(self.index);
        }
    }

    fn write_block(&mut self, index: usize) {
        let raw = self.block_start.map(|start| &self.data[start..index]);
        self.out.write_block(&self.tokens, raw);
        self.block_start = Some(index);
        self.tokens.clear();
    }

    /// Looks for a match longer than three bytes along the chain.
    fn find(&mut self, ahead: usize) {
        let most = ahead.min(MAX_MATCH);
        let nice = NICE.min(most);
        let oldest = self.index.checked_sub(WINDOW);
        let here = &self.data[self.index..self.index + most];
        let mut length = MIN_MATCH - 1;
        let mut tries = if length >= GOOD { CHAIN >> 2 } else { CHAIN };
        let mut at = self.chain - 1;
        while tries > 0 {
            if here[length] == self.data[at + length] {
                let there = &self.data[at..at + most];
                let same = here.iter().zip(there).take_while(|(a, b)| a == b).count();
                if same > length && (same > MIN_MATCH || self.index - at <= 4096) {
                    length = same;
                    self.length = same;
                    self.distance = self.index - at;
                    if same >= nice {
                        return;
                    }
                }
            }
            if Some(at) == oldest {
                return;
            }
            let before = self.previous[at & MASK] as usize;
            if before == 0 || before - 1 < oldest.unwrap_or(0).max(self.base) {
                return;
            }
            at = before - 1;
            tries -= 1;
        }
    }
}

#[cfg(test)]
#[path = "flate_tests.rs"]
mod tests;
