//! The indentation of `<<-` heredocs.

use std::borrow::Cow;

use ordain_diag::{cluster_count, clusters};

use super::template_tree::Piece;

/// Takes from every line that begins with text the white space that all of them have in common,
/// counted in characters as people see them. A line of white space alone does not count; a line that
/// begins with a sequence counts as not indented at all.
pub(super) fn strip_indent(pieces: &mut [Piece<'_>]) {
    let Some(width) = common_indent(pieces) else { return };
    if width == 0 {
        return;
    }
    let mut at_line_start = true;
    for piece in pieces {
        let Piece::Text(text, _) = piece else {
            at_line_start = false;
            continue;
        };
        let ends_line = text.ends_with('\n');
        if at_line_start && !is_blank_line(text) {
            let cut = clusters(text).into_iter().take(width).map(str::len).sum::<usize>();
            without_first(text, cut);
        }
        at_line_start = ends_line;
    }
}

/// Takes so many bytes from the beginning of a text.
fn without_first(text: &mut Cow<'_, str>, length: usize) {
    *text = match std::mem::take(text) {
        Cow::Borrowed(whole) => Cow::Borrowed(whole.get(length..).unwrap_or("")),
        Cow::Owned(mut whole) => {
            whole.drain(..length);
            Cow::Owned(whole)
        }
    };
}

fn is_blank_line(text: &str) -> bool {
    text.ends_with('\n') && text.trim_start().is_empty()
}

fn common_indent(pieces: &[Piece<'_>]) -> Option<usize> {
    let mut least: Option<usize> = None;
    let mut at_line_start = true;
    for piece in pieces {
        let Piece::Text(text, _) = piece else {
            if at_line_start {
                return Some(0);
            }
            continue;
        };
        if at_line_start && !is_blank_line(text) {
            let spaces = text.len() - text.trim_start().len();
            let width = cluster_count(text.get(..spaces).unwrap_or(""));
            least = Some(least.map_or(width, |least| least.min(width)));
        }
        at_line_start = text.ends_with('\n');
    }
    least
}
