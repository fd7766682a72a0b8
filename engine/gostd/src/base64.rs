//! Base 64 as Go's `encoding/base64` reads it; errors name the byte at which its reader gives up.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `base64.StdEncoding.Decode`: line breaks are skipped, padding is needed, spare bits may be anything.
///
/// # Errors
/// The byte that Go names.
pub fn decode(source: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(source.len());
    let mut at = 0;
    while let Some(group) = group_of_four(source, &mut at)? {
        let bits =
            group.iter().chain([0; 4].iter()).take(4).fold(0_u32, |all, six| all << 6 | u32::from(*six));
        let whole = bits.to_be_bytes();
        out.extend(whole.iter().skip(1).take(group.len().saturating_sub(1)));
    }
    Ok(out)
}

/// The next up to four digits; none at the end.
///
/// # Errors
/// The byte that Go names.
fn group_of_four(source: &[u8], at: &mut usize) -> Result<Option<Vec<u8>>, usize> {
    let mut group = Vec::new();
    while group.len() < 4 {
        let Some(byte) = source.get(*at) else {
            return if group.is_empty() { Ok(None) } else { Err(*at - group.len()) };
        };
        *at += 1;
        if let Some(digit) = DIGITS.iter().position(|b| b == byte) {
            group.extend(u8::try_from(digit));
        } else if *byte == b'=' {
            return padded(source, at, &group).map(|()| Some(group));
        } else if !is_break(*byte) {
            return Err(*at - 1);
        }
    }
    Ok(Some(group))
}

/// What may follow the first sign of padding: its second where one is due, and line breaks.
fn padded(source: &[u8], at: &mut usize, group: &[u8]) -> Result<(), usize> {
    let skip = |at: &mut usize| {
        while source.get(*at).is_some_and(|b| is_break(*b)) {
            *at += 1;
        }
    };
    match group.len() {
        0 | 1 => return Err(*at - 1),
        2 => {
            skip(at);
            match source.get(*at) {
                None => return Err(source.len()),
                Some(b'=') => *at += 1,
                Some(_) => return Err(*at - 1),
            }
        }
        _ => {}
    }
    skip(at);
    if *at < source.len() { Err(*at) } else { Ok(()) }
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}
