//! Prefix codes of limited length, as Go's `compress/flate` chooses them among those that are equally
//! short.

#![allow(clippy::indexing_slicing, reason = "levels and symbols are bounded by the sizes of their tables")]

/// A code, its first bit lowest, and its length in bits; length 0 for symbols that do not occur.
#[derive(Clone, Copy, Default)]
pub(super) struct Code {
    pub(super) bits: u16,
    pub(super) length: u8,
}

fn reversed(bits: u16, length: u8) -> u16 {
    if length == 0 { 0 } else { (bits << (16 - length)).reverse_bits() }
}

/// The code of fixed blocks for literals and lengths.
pub(super) fn fixed_literals() -> Vec<Code> {
    let code = |symbol: u16| {
        let (bits, length) = match symbol {
            0..144 => (symbol + 48, 8),
            144..256 => (symbol + 400 - 144, 9),
            256..280 => (symbol - 256, 7),
            _ => (symbol + 192 - 280, 8),
        };
        Code { bits: reversed(bits, length), length }
    };
    (0..286).map(code).collect()
}

/// The code of fixed blocks for distances.
pub(super) fn fixed_distances() -> Vec<Code> {
    (0..30).map(|symbol| Code { bits: reversed(symbol, 5), length: 5 }).collect()
}

/// Bits that so many of each symbol take.
pub(super) fn cost(codes: &[Code], counts: &[u32]) -> usize {
    codes.iter().zip(counts).map(|(code, count)| usize::from(code.length) * *count as usize).sum()
}

/// The code for symbols that occur so often, no symbol longer than `longest` bits.
pub(super) fn generate(counts: &[u32], longest: usize) -> Vec<Code> {
    let mut codes = vec![Code::default(); counts.len()];
    let mut used: Vec<(u32, u16)> = counts
        .iter()
        .zip(0u16..)
        .filter(|(count, _)| **count > 0)
        .map(|(count, symbol)| (*count, symbol))
        .collect();
    if used.len() <= 2 {
        for ((_, symbol), bits) in used.iter().zip(0u16..) {
            codes[usize::from(*symbol)] = Code { bits, length: 1 };
        }
        return codes;
    }
    used.sort_unstable();
    let frequencies: Vec<i64> = used.iter().map(|(count, _)| i64::from(*count)).collect();
    let mut left = used.as_mut_slice();
    let mut bits = 0u16;
    for (length, count) in (0u8..).zip(lengths(&frequencies, longest)) {
        bits <<= 1;
        if length == 0 || count == 0 {
            continue;
        }
        // The most frequent symbols left get the shortest codes left, in the order of the symbols.
        let (rest, chunk) = left.split_at_mut(left.len() - count);
        chunk.sort_unstable_by_key(|(_, symbol)| *symbol);
        for (_, symbol) in chunk.iter() {
            codes[usize::from(*symbol)] = Code { bits: reversed(bits, length), length };
            bits += 1;
        }
        left = rest;
    }
    codes
}

/// One row of the search: pairs and leaves of one depth.
#[derive(Clone, Copy)]
struct Level {
    last: i64,
    next_leaf: i64,
    next_pair: i64,
    needed: i64,
}

/// More than any frequency.
const NEVER: i64 = i32::MAX as i64;

/// How many symbols get a code of each length, for three or more frequencies in rising order
/// (Katajainen, Moffat, Turpin: a fast and space-economical algorithm for length-limited coding).
fn lengths(frequencies: &[i64], longest: usize) -> Vec<usize> {
    const DEPTH: usize = 16;
    let count = frequencies.len();
    let longest = longest.min(count - 1);
    let leaf = |at: usize| frequencies.get(at).copied().unwrap_or(NEVER);
    let start = Level { last: leaf(1), next_leaf: leaf(2), next_pair: leaf(0) + leaf(1), needed: 0 };
    let mut levels = [start; DEPTH + 1];
    // leaves[a][b]: how many leaves of depth b the best trees of level a hold.
    let mut leaves = [[0usize; DEPTH]; DEPTH];
    leaves.iter_mut().enumerate().skip(1).take(longest).for_each(|(level, row)| row[level] = 2);
    levels[1].next_pair = NEVER;
    levels[longest].needed = 2 * i64::try_from(count).unwrap_or(0) - 4;
    let mut level = longest;
    loop {
        let row = levels[level];
        if row.next_pair == NEVER && row.next_leaf == NEVER {
            // Nothing is left at this depth, so nothing pairs up above it either.
            levels[level].needed = 0;
            levels[level + 1].next_pair = NEVER;
            level += 1;
            continue;
        }
        let before = row.last;
        if row.next_leaf < row.next_pair {
            let taken = leaves[level][level] + 1;
            levels[level].last = row.next_leaf;
            leaves[level][level] = taken;
            levels[level].next_leaf = leaf(taken);
        } else {
            levels[level].last = row.next_pair;
            let below = leaves[level - 1];
            leaves[level][..level].copy_from_slice(&below[..level]);
            levels[level - 1].needed = 2;
        }
        levels[level].needed -= 1;
        if levels[level].needed == 0 {
            if level == longest {
                break;
            }
            levels[level + 1].next_pair = before + levels[level].last;
            level += 1;
        } else {
            while levels[level - 1].needed > 0 {
                level -= 1;
            }
        }
    }
    let found = leaves[longest];
    let mut result = vec![0; longest + 1];
    for (length, depth) in (1..=longest).zip((1..=longest).rev()) {
        result[length] = found[depth] - found[depth - 1];
    }
    result
}
