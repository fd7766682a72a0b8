//! Arguments in, text and exit code out.

mod render;

fn main() {}
