//! Go's formatting, quoting, regular expressions and time layouts, which three languages here inherit.
//!
//! Each file names the Go package it follows; texts of errors are Go's own, because users of those languages know
//! them and search for them.

pub mod base64;
pub mod bytes;
mod duration;
pub mod escape;
pub mod flate;
mod number;
mod quote;
pub mod regexp;
mod sprintf;
pub mod template;
pub mod time;

pub use duration::{format_duration, parse_duration};
pub use number::{format_e, format_f, format_g, format_g_digits, format_json, parse_float, parse_int};
pub use quote::{can_backquote, is_print, quote, quote_ascii, quote_char, unquote};
pub use sprintf::{Arg, sprint, sprintf, sprintln};
