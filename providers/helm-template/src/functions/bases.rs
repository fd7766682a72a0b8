//! Base 64 and 32 as Go's `encoding` reads and writes them; errors name the byte at which its reader gives up.

use ordain_gostd::base64;
use ordain_gostd::bytes::{to_bytes, to_text};

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// `base64.StdEncoding.DecodeString`; line breaks are skipped.
pub(super) fn base64_decode(text: &str) -> Result<String, String> {
    base64_bytes(text).map(|bytes| to_text(&bytes))
}

/// As [`base64_decode`], before the bytes become text.
///
/// # Errors
/// Go's words.
pub(super) fn base64_bytes(text: &str) -> Result<Vec<u8>, String> {
    base64::decode(&to_bytes(text)).map_err(|at| format!("illegal base64 data at input byte {at}"))
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

pub(super) fn base32_encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let mut block = [0_u8; 8];
        for (slot, byte) in block.iter_mut().skip(3).zip(chunk) {
            *slot = *byte;
        }
        let number = u64::from_be_bytes(block);
        let used = (chunk.len() * 8).div_ceil(5);
        for i in 0..8_usize {
            let index = usize::try_from(number >> (35 - 5 * i) & 31).unwrap_or(0);
            let c = BASE32.get(index).map_or('A', |b| char::from(*b));
            out.push(if i < used { c } else { '=' });
        }
    }
    out
}

/// `base32.StdEncoding.DecodeString`.
///
/// # Errors
/// Go's words.
pub(super) fn base32_decode(text: &str) -> Result<String, String> {
    let clean: Vec<u8> = to_bytes(text).into_iter().filter(|b| !is_break(*b)).collect();
    let mut out = Vec::new();
    for (number, chunk) in clean.chunks(8).enumerate() {
        let digits = group_of_eight(chunk, clean.len().saturating_sub(number * 8))
            .map_err(|at| format!("illegal base32 data at input byte {}", number * 8 + at))?;
        let bits =
            digits.iter().chain([0; 8].iter()).take(8).fold(0_u64, |all, five| all << 5 | u64::from(*five));
        out.extend(bits.to_be_bytes().iter().skip(3).take(digits.len() * 5 / 8));
        if digits.len() < 8 {
            break;
        }
    }
    Ok(to_text(&out))
}

/// The digits of a group; `left` bytes stand from its start to the end of the text.
///
/// # Errors
/// The byte that Go names, counted from the start of the group.
fn group_of_eight(chunk: &[u8], left: usize) -> Result<Vec<u8>, usize> {
    let mut digits = Vec::new();
    for (i, byte) in chunk.iter().enumerate() {
        let after = left - i - 1;
        if *byte == b'=' && i >= 2 && after < 8 {
            if after + i < 7 {
                return Err(left);
            }
            let rest = chunk.get(i + 1..).unwrap_or_default();
            if let Some(wrong) = rest.iter().take(7 - i).position(|b| *b != b'=') {
                return Err(i + wrong);
            }
            // 1, 3 and 6 digits are no whole number of bytes.
            return if matches!(i, 1 | 3 | 6) { Err(i) } else { Ok(digits) };
        }
        match BASE32.iter().position(|b| b == byte) {
            Some(digit) => digits.extend(u8::try_from(digit)),
            None => return Err(i),
        }
    }
    // The text ends within the group: the byte named is where the group began.
    if digits.len() < 8 { Err(0) } else { Ok(digits) }
}
