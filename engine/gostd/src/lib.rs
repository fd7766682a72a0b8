//! Go's formatting, quoting, regular expressions and time layouts, which three languages here inherit.

mod number;

pub use number::{format_e, format_f, format_g, format_g_digits, format_json, parse_float, parse_int};
