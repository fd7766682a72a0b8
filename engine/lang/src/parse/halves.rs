//! Long files are read in two halves at once.
//!
//! A file is one item after the other, each complete in itself. So where a text falls into two that are both files
//! without fault, the whole is the items of the first and then those of the second; where one of them has a fault, it
//! may be that it was cut at a wrong place, and the whole is read as ever.

use std::thread;

use ordain_diag::{Diagnostics, FileId, Span};

use super::part_of_file;
use crate::ast::{List, NativeBody};

/// What is shorter is read nearly as soon as a second thread has begun.
const LONG: usize = 1 << 18;

/// The end of a block, as it is usually written, which is where a text is cut.
const END: &str = "\n}\n";

/// The body of a long file without faults.
pub(super) fn read(file: FileId, text: &str) -> Option<(NativeBody, Diagnostics)> {
    if text.len() < LONG || !has_two_cores() {
        return None;
    }
    cut(file, text)
}

/// The same, however long the file and on however many cores.
pub(super) fn cut(file: FileId, text: &str) -> Option<(NativeBody, Diagnostics)> {
    cut_at(file, text, middle(text)?)
}

/// On one core a second thread only costs.
fn has_two_cores() -> bool {
    thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
}

/// The offset after the first block that ends somewhat behind the middle, as far as can be seen: what comes next looks
/// like another, and not like the end of a heredoc. Who reads the second half begins later, and in memory that nothing
/// was kept in yet.
fn middle(text: &str) -> Option<usize> {
    let half = text.len() / 16 * 9;
    let rest = text.as_bytes().get(half..)?;
    let mut ends = memchr::memmem::find_iter(rest, END.as_bytes()).map(|at| at + END.len());
    let begins = |at: &usize| {
        let next = rest.get(*at..)?.iter().find(|byte| **byte != b'\n')?;
        (next.is_ascii_lowercase() || matches!(next, b'#' | b'/')).then_some(())
    };
    ends.find(|at| begins(at).is_some()).map(|at| half + at)
}

/// The whole out of what stands before an offset and after it, unless one of both has a fault or arguments, which might
/// have the same name.
pub(super) fn cut_at(file: FileId, text: &str, at: usize) -> Option<(NativeBody, Diagnostics)> {
    let (first, second) = text.split_at_checked(at)?;
    let offset = u32::try_from(at).ok()?;
    let sound = |read: (NativeBody, Diagnostics)| {
        let (body, found) = read;
        (found.is_empty() && body.attributes.is_empty()).then_some(body)
    };
    let (first, second) = thread::scope(|scope| {
        let helper = thread::Builder::new().spawn_scoped(scope, || part_of_file(file, offset, second));
        let helper = helper.ok()?;
        let first = part_of_file(file, 0, first);
        Some((sound(first)?, sound(helper.join().ok()?)?))
    })?;
    let span = Span { end: second.span.end, ..first.span };
    let count = first.blocks.len() + second.blocks.len();
    let mut blocks = Vec::with_capacity(count);
    blocks.extend_from_slice(&first.blocks);
    blocks.extend_from_slice(&second.blocks);
    Some((NativeBody { attributes: List::default(), blocks: blocks.into(), span }, Diagnostics::new()))
}
