//! Blocks: the shortest of stored, fixed and dynamic form, written bit by bit.

#![allow(clippy::indexing_slicing, reason = "symbols are bounded by the sizes of their tables")]

use super::Token;
use super::huffman::{Code, cost, fixed_distances, fixed_literals, generate};

const END: usize = 256;
const LENGTHS: usize = 257;
const LONGEST_STORED: usize = 65_535;

const LENGTH_EXTRA: [u8; 29] =
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
/// Length less three from which each symbol counts.
const LENGTH_BASE: [u16; 29] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192,
    224, 255,
];
const DISTANCE_EXTRA: [u8; 30] =
    [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
/// The order in which lengths of the code of code lengths are written.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Symbol and remainder of a length.
fn length_symbol(length: usize) -> (usize, u32) {
    let less = u16::try_from(length - 3).unwrap_or(0);
    let symbol = LENGTH_BASE.partition_point(|base| *base <= less) - 1;
    (symbol, u32::from(less - LENGTH_BASE[symbol]))
}

/// Symbol and remainder of a distance.
fn distance_symbol(distance: usize) -> (usize, u32) {
    let less = u32::try_from(distance - 1).unwrap_or(0);
    if less < 4 {
        return (less as usize, 0);
    }
    // Two symbols for every power of two.
    let power = 31 - less.leading_zeros();
    let half = (less >> (power - 1)) & 1;
    let symbol = (2 * power + half) as usize;
    (symbol, less & ((1 << (power - 1)) - 1))
}

/// A symbol of the code of code lengths with its extra bits.
struct Run {
    symbol: usize,
    extra: u32,
    width: u8,
}

/// Code lengths as runs.
fn runs(lengths: &[u8]) -> Vec<Run> {
    let mut out = Vec::new();
    let mut rest = lengths;
    while let Some(&length) = rest.first() {
        let mut count = rest.iter().take_while(|next| **next == length).count();
        rest = &rest[count..];
        let one = || Run { symbol: usize::from(length), extra: 0, width: 0 };
        let extra = |count: usize, least: usize| u32::try_from(count - least).unwrap_or(0);
        if length != 0 {
            out.push(one());
            count -= 1;
            while count >= 3 {
                let part = count.min(6);
                out.push(Run { symbol: 16, extra: extra(part, 3), width: 2 });
                count -= part;
            }
        } else {
            while count >= 11 {
                let part = count.min(138);
                out.push(Run { symbol: 18, extra: extra(part, 11), width: 7 });
                count -= part;
            }
            if count >= 3 {
                out.push(Run { symbol: 17, extra: extra(count, 3), width: 3 });
                count = 0;
            }
        }
        out.extend((0..count).map(|_| one()));
    }
    out
}

/// How often each symbol occurs in a block.
struct Counts {
    literals: Vec<u32>,
    distances: Vec<u32>,
    /// Bits that follow the symbols.
    extra: usize,
}

impl Counts {
    fn of(tokens: &[Token]) -> Counts {
        let mut counts = Counts { literals: vec![0; 286], distances: vec![0; 30], extra: 0 };
        for token in tokens {
            match *token {
                Token::Literal(byte) => counts.literals[usize::from(byte)] += 1,
                Token::Match { length, distance } => {
                    let (length, _) = length_symbol(length);
                    let (distance, _) = distance_symbol(distance);
                    counts.literals[LENGTHS + length] += 1;
                    counts.distances[distance] += 1;
                    counts.extra += usize::from(LENGTH_EXTRA[length]) + usize::from(DISTANCE_EXTRA[distance]);
                }
            }
        }
        counts.literals[END] += 1;
        if used(&counts.distances) == 0 {
            // A decoder wants one distance even where none occurs.
            counts.distances[0] = 1;
        }
        counts
    }

    fn cost(&self, literals: &[Code], distances: &[Code]) -> usize {
        cost(literals, &self.literals) + cost(distances, &self.distances) + self.extra
    }
}

/// Number of symbols up to the last one that occurs.
fn used(counts: &[u32]) -> usize {
    counts.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1)
}

/// Codes made for one block, and how they are told.
struct Dynamic {
    literals: Vec<Code>,
    distances: Vec<Code>,
    literal_count: usize,
    distance_count: usize,
    runs: Vec<Run>,
    run_counts: [u32; 19],
    run_codes: Vec<Code>,
    order_count: usize,
}

impl Dynamic {
    fn new(counts: &Counts) -> Dynamic {
        let literals = generate(&counts.literals, 15);
        let distances = generate(&counts.distances, 15);
        let (literal_count, distance_count) = (used(&counts.literals), used(&counts.distances));
        let told = literals[..literal_count].iter().chain(&distances[..distance_count]);
        let runs = runs(&told.map(|code| code.length).collect::<Vec<u8>>());
        let mut run_counts = [0u32; 19];
        runs.iter().for_each(|run| run_counts[run.symbol] += 1);
        let run_codes = generate(&run_counts, 7);
        let mut order_count = ORDER.len();
        while order_count > 4 && run_counts[ORDER[order_count - 1]] == 0 {
            order_count -= 1;
        }
        Dynamic {
            literals,
            distances,
            literal_count,
            distance_count,
            runs,
            run_counts,
            run_codes,
            order_count,
        }
    }

    fn header_size(&self) -> usize {
        let extra: usize = self.runs.iter().map(|run| usize::from(run.width)).sum();
        3 + 5 + 5 + 4 + 3 * self.order_count + cost(&self.run_codes, &self.run_counts) + extra
    }
}

/// Collects the stream.
#[derive(Default)]
pub(super) struct BlockWriter {
    pub(super) bytes: Vec<u8>,
    bits: u64,
    count: u8,
}

impl BlockWriter {
    fn put(&mut self, bits: u32, width: u8) {
        self.bits |= u64::from(bits) << self.count;
        self.count += width;
        while self.count >= 8 {
            self.bytes.push((self.bits & 0xff) as u8);
            self.bits >>= 8;
            self.count -= 8;
        }
    }

    fn code(&mut self, code: Code) {
        self.put(u32::from(code.bits), code.length);
    }

    /// Fills the byte that was begun.
    pub(super) fn align(&mut self) {
        if self.count > 0 {
            self.bytes.push((self.bits & 0xff) as u8);
        }
        self.bits = 0;
        self.count = 0;
    }

    /// The header of a block that is not compressed.
    pub(super) fn stored_header(&mut self, length: u16, last: bool) {
        self.put(u32::from(last), 3);
        self.align();
        self.put(u32::from(length), 16);
        self.put(u32::from(!length), 16);
    }

    /// A block of tokens that stand for `raw`, where that is still known.
    pub(super) fn write_block(&mut self, tokens: &[Token], raw: Option<&[u8]>) {
        let mut counts = Counts::of(tokens);
        let raw = raw.filter(|raw| raw.len() <= LONGEST_STORED);
        if raw.is_none() {
            // Extra bits only matter against the stored form.
            counts.extra = 0;
        }
        let (fixed, fixed_far) = (fixed_literals(), fixed_distances());
        let fixed_size = 3 + counts.cost(&fixed, &fixed_far);
        let dynamic = Dynamic::new(&counts);
        let dynamic_size = dynamic.header_size() + counts.cost(&dynamic.literals, &dynamic.distances);
        let size = fixed_size.min(dynamic_size);
        if let Some(raw) = raw.filter(|raw| (raw.len() + 5) * 8 < size) {
            self.stored_header(u16::try_from(raw.len()).unwrap_or(0), false);
            self.align();
            self.bytes.extend_from_slice(raw);
        } else if dynamic_size < fixed_size {
            self.dynamic_header(&dynamic);
            self.tokens(tokens, &dynamic.literals, &dynamic.distances);
        } else {
            self.put(2, 3);
            self.tokens(tokens, &fixed, &fixed_far);
        }
    }

    fn dynamic_header(&mut self, dynamic: &Dynamic) {
        let small = |count: usize| u32::try_from(count).unwrap_or(0);
        self.put(4, 3);
        self.put(small(dynamic.literal_count - 257), 5);
        self.put(small(dynamic.distance_count - 1), 5);
        self.put(small(dynamic.order_count - 4), 4);
        for symbol in &ORDER[..dynamic.order_count] {
            self.put(u32::from(dynamic.run_codes[*symbol].length), 3);
        }
        for run in &dynamic.runs {
            self.code(dynamic.run_codes[run.symbol]);
            self.put(run.extra, run.width);
        }
    }

    fn tokens(&mut self, tokens: &[Token], literals: &[Code], distances: &[Code]) {
        for token in tokens {
            match *token {
                Token::Literal(byte) => self.code(literals[usize::from(byte)]),
                Token::Match { length, distance } => {
                    let (symbol, rest) = length_symbol(length);
                    self.code(literals[LENGTHS + symbol]);
                    self.put(rest, LENGTH_EXTRA[symbol]);
                    let (symbol, rest) = distance_symbol(distance);
                    self.code(distances[symbol]);
                    self.put(rest, DISTANCE_EXTRA[symbol]);
                }
            }
        }
        self.code(literals[END]);
    }
}
