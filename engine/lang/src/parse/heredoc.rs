//! The indentation of `<<-` heredocs.

use ordain_value::{cluster_count, clusters};

use super::template_tree::Piece;

/// Takes from every line that begins with text the white space that all of them have in common,
/// counted in characters as people see them. A line of white space alone does not count; a line that
/// begins with a sequence counts as not indented at all.
pub(super) fn strip_indent(pieces: &mut [Piece]) {
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
            text.drain(..cut);
        }
        at_line_start = ends_line;
    }
}

fn is_blank_line(text: &str) -> bool {
    text.ends_with('\n') && text.trim_start().is_empty()
}

fn common_indent(pieces: &[Piece]) -> Option<usize> {
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
