//! Logarithm and power of doubles, computed step by step as Go's `math` package does, so that the last
//! digit agrees. The series for the logarithm is that of FreeBSD's `e_log.c`.

/// `x = fraction * 2^exponent` with the fraction in [1/2, 1).
fn split(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (x, extra) = if x.abs() < f64::MIN_POSITIVE { (x * 2f64.powi(52), -52) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1022;
    (f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52)), exponent + extra)
}

/// `fraction * 2^exponent`.
fn join(fraction: f64, exponent: i32) -> f64 {
    let half = (exponent / 2).clamp(-1020, 1020);
    let rest = (exponent - half).clamp(-2000, 2000);
    fraction * 2f64.powi(half) * 2f64.powi(rest / 2) * 2f64.powi(rest - rest / 2)
}

/// Natural logarithm.
#[allow(clippy::excessive_precision, reason = "constants as published")]
pub(super) fn log(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.93147180369123816490e-01;
    const LN2_LOW: f64 = 1.90821492927058770002e-10;
    const L1: f64 = 6.666666666666735130e-01;
    const L2: f64 = 3.999999999940941908e-01;
    const L3: f64 = 2.857142874366239149e-01;
    const L4: f64 = 2.222219843214978396e-01;
    const L5: f64 = 1.818357216161805012e-01;
    const L6: f64 = 1.531383769920937332e-01;
    const L7: f64 = 1.479819860511658591e-01;
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    // Go's code for this machine does not look for numbers below the normal ones.
    let (mut fraction, mut exponent) = match x < f64::MIN_POSITIVE {
        true => (f64::from_bits(x.to_bits() | (1022 << 52)), -1022),
        false => split(x),
    };
    if fraction < std::f64::consts::SQRT_2 / 2.0 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = f64::from(exponent);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let t1 = s2 * (L1 + s4 * (L3 + s4 * (L5 + s4 * L7)));
    let t2 = s4 * (L2 + s4 * (L4 + s4 * L6));
    let half = 0.5 * f * f;
    k * LN2_HIGH - ((half - (s * (half + (t1 + t2)) + k * LN2_LOW)) - f)
}

/// e to the power of `x`, for results that are normal numbers (method: Shibata, "Efficient evaluation
/// methods of elementary functions suitable for SIMD computation", with fused multiplication and
/// addition).
#[allow(clippy::excessive_precision, reason = "constants as published")]
fn exp(x: f64) -> f64 {
    const LN2_HIGH: f64 = 0.69314718055966295651160180568695068359375;
    const LN2_LOW: f64 = 0.28235290563031577122588448175013436025525412068e-12;
    const SERIES: [f64; 7] = [
        1.9841269841269841270e-4,
        1.3888888888888888889e-3,
        8.3333333333333333333e-3,
        4.1666666666666666667e-2,
        1.6666666666666666667e-1,
        0.5,
        1.0,
    ];
    let exponent = (x * std::f64::consts::LOG2_E).round_ties_even();
    let rest = (-exponent).mul_add(LN2_HIGH, x);
    let mut rest = (-exponent).mul_add(LN2_LOW, rest) * 0.0625;
    rest *= SERIES.iter().fold(2.4801587301587301587e-5, |sum: f64, term| sum.mul_add(rest, *term));
    // e^r - 1 for 16 times the argument: (1 + r)^2 - 1 = r (r + 2), four times.
    for _ in 0..3 {
        rest *= rest + 2.0;
    }
    join((rest + 2.0).mul_add(rest, 1.0), exponent as i32)
}

fn is_odd(y: f64) -> bool {
    y.abs() < 2f64.powi(53) && y % 2.0 != 0.0 && y.fract() == 0.0
}

/// What powers of zero and with infinities are, and the plain cases; `None` for all others.
fn special(x: f64, y: f64) -> Option<f64> {
    if y == 0.0 || x == 1.0 {
        return Some(1.0);
    }
    if y == 1.0 {
        return Some(x);
    }
    if x.is_nan() || y.is_nan() {
        return Some(f64::NAN);
    }
    if x == 0.0 {
        let signed = x.is_sign_negative() && is_odd(y);
        let size = if y < 0.0 { f64::INFINITY } else { 0.0 };
        return Some(if signed { -size } else { size });
    }
    if y.is_infinite() {
        return Some(match x {
            -1.0 => 1.0,
            x if (x.abs() < 1.0) == (y > 0.0) => 0.0,
            _ => f64::INFINITY,
        });
    }
    if x == f64::NEG_INFINITY {
        return Some(pow(-0.0, -y));
    }
    if x == f64::INFINITY {
        return Some(if y < 0.0 { 0.0 } else { f64::INFINITY });
    }
    match y {
        0.5 => Some(x.sqrt()),
        -0.5 => Some(1.0 / x.sqrt()),
        _ => None,
    }
}

/// `x` to the power of `y`.
pub(super) fn pow(x: f64, y: f64) -> f64 {
    if let Some(result) = special(x, y) {
        return result;
    }
    let (mut whole, mut part) = (y.abs().trunc(), y.abs().fract());
    if part != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    if whole >= 2f64.powi(63) {
        return match x {
            -1.0 => 1.0,
            x if (x.abs() < 1.0) == (y > 0.0) => 0.0,
            _ => f64::INFINITY,
        };
    }
    let (mut result, mut scale) = (1.0, 0i32);
    if part != 0.0 {
        if part > 0.5 {
            part -= 1.0;
            whole += 1.0;
        }
        result = exp(part * log(x));
    }
    let (mut square, mut exponent) = split(x);
    let mut left = whole as i64;
    while left != 0 {
        if !(-(1 << 12)..=1 << 12).contains(&exponent) {
            scale += exponent;
            break;
        }
        if left & 1 == 1 {
            result *= square;
            scale += exponent;
        }
        square *= square;
        exponent <<= 1;
        if square < 0.5 {
            square += square;
            exponent -= 1;
        }
        left >>= 1;
    }
    if y < 0.0 { join(1.0 / result, -scale) } else { join(result, scale) }
}
