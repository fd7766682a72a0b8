//! `*big.Int` under a verb (https://pkg.go.dev/math/big#Int.Format).

use super::Arg;
use super::verbs::{self, Flags};
use dashu_int::{IBig, Sign, UBig};

/// `Int.Format`.
pub(super) fn print(out: &mut String, int: &IBig, verb: char, flags: &Flags) {
    let (sign, magnitude) = int.clone().into_parts();
    let sharp = flags.sharp || flags.sharp_v;
    let (radix, prefix) = match verb {
        'b' => (2, if sharp { "0b" } else { "" }),
        'o' => (8, if sharp { "0" } else { "" }),
        'O' => (8, "0o"),
        'd' | 's' | 'v' => (10, ""),
        'x' => (16, if sharp { "0x" } else { "" }),
        'X' => (16, if sharp { "0X" } else { "" }),
        _ => return out.push_str(&format!("%!{verb}(big.Int={int})")),
    };
    let mut digits = magnitude.in_radix(radix).to_string();
    if verb == 'X' {
        digits.make_ascii_uppercase();
    }
    let sign = match sign {
        Sign::Negative => "-",
        Sign::Positive if flags.plus || flags.plus_v => "+",
        Sign::Positive if flags.space => " ",
        Sign::Positive => "",
    };
    let mut zeros = flags.precision.unwrap_or(0).saturating_sub(digits.len());
    if flags.precision == Some(0) && digits == "0" {
        return;
    }
    let length = sign.len() + prefix.len() + zeros + digits.len();
    let missing = flags.width.unwrap_or(0).saturating_sub(length);
    let (mut left, mut right) = (0, 0);
    if flags.minus {
        right = missing;
    } else if flags.zero && flags.precision.is_none() {
        zeros += missing;
    } else {
        left = missing;
    }
    out.extend(std::iter::repeat_n(' ', left));
    out.push_str(sign);
    out.push_str(prefix);
    out.extend(std::iter::repeat_n('0', zeros));
    out.push_str(&digits);
    out.extend(std::iter::repeat_n(' ', right));
}

/// `%w` outside `Errorf`: a mistake that shows the innards of a big integer.
pub(super) fn wrong_wrap(out: &mut String, arg: &Arg, flags: &Flags) {
    let Arg::Big(int) = arg else { return verbs::bad(out, arg, 'w', flags) };
    let (sign, magnitude) = int.clone().into_parts();
    let words = words(&magnitude).into_iter().map(|word| Arg::Uint(word, "uint")).collect();
    let fields = vec![
        ("neg".into(), Arg::Bool(sign == Sign::Negative)),
        ("abs".into(), Arg::List("big.nat".into(), words)),
    ];
    out.push_str("%!w(*big.Int=&");
    verbs::print(out, &Arg::Struct("big.Int".into(), fields), 'v', flags);
    out.push(')');
}

/// Words of 64 bits, the lowest first.
fn words(magnitude: &UBig) -> Vec<u64> {
    magnitude
        .to_le_bytes()
        .chunks(8)
        .map(|chunk| chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)))
        .collect()
}
