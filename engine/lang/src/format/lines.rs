//! Lines: their indentation, and the columns that neighbours share.

use super::Word;
use crate::parse::token::TokenKind;

/// A line in up to three cells.
#[derive(Debug, Default)]
pub(super) struct Line<'t> {
    /// Everything, or what stands before an assignment.
    pub(super) lead: Vec<Word<'t>>,
    /// The equals sign and a value that is complete on the line.
    pub(super) assign: Vec<Word<'t>>,
    /// A comment that ends the line.
    pub(super) comment: Vec<Word<'t>>,
}

/// Cuts tokens into lines and lines into cells. A heredoc is part of the line on which it begins.
pub(super) fn split(words: Vec<Word<'_>>) -> Vec<Line<'_>> {
    let mut lines = vec![Line::default()];
    for word in words {
        let ends = word.ends_line();
        if let Some(line) = lines.last_mut() {
            line.lead.push(word);
        }
        if ends {
            lines.push(Line::default());
        }
    }
    for line in &mut lines {
        if line.lead.len() > 1 && line.lead.last().is_some_and(|word| word.kind == TokenKind::Comment) {
            line.comment.extend(line.lead.pop());
        }
        let equals = line.lead.iter().skip(1).position(|word| word.kind == TokenKind::Equal);
        if let Some(at) = equals.map(|at| at + 1) {
            let net: i64 = line.lead.iter().skip(at).map(Word::brackets).sum();
            if net == 0 {
                line.assign = line.lead.split_off(at);
            }
        }
    }
    lines
}

/// Sets the indentation: two columns for every line above that opened more brackets than it closed.
/// What stands in a heredoc does not count on the line on which the heredoc begins.
pub(super) fn indent(lines: &mut [Line<'_>]) {
    let mut open: Vec<i64> = Vec::new();
    for line in lines {
        let net = brackets(&line.lead) + brackets(&line.assign);
        if net < 0 {
            close(&mut open, -net);
        }
        if let Some(first) = line.lead.first_mut() {
            first.spaces = if first.kind == TokenKind::Newline { 0 } else { 2 * open.len() };
        }
        if net > 0 {
            open.push(net);
        }
    }
}

/// Brackets that a cell opens, less those that it closes, up to a heredoc.
fn brackets(cell: &[Word<'_>]) -> i64 {
    cell.iter().take_while(|word| word.kind != TokenKind::OpenHeredoc).map(Word::brackets).sum()
}

/// Closes so many brackets, line by line.
fn close(open: &mut Vec<i64>, mut count: i64) {
    while count > 0
        && let Some(last) = open.last_mut()
    {
        if count < *last {
            *last -= count;
            return;
        }
        count -= *last;
        open.pop();
    }
}

/// Puts the equals signs of neighbouring lines below each other, and their comments.
pub(super) fn align(lines: &mut [Line<'_>]) {
    let lead = |line: &Line<'_>| line.lead.iter().map(Word::columns).sum::<usize>();
    align_cell(lines, lead, |line| line.assign.first_mut());
    let both = |line: &Line<'_>| line.lead.iter().chain(&line.assign).map(Word::columns).sum::<usize>();
    align_cell(lines, both, |line| line.comment.first_mut());
}

fn align_cell<'l, 't: 'l>(
    lines: &'l mut [Line<'t>],
    width: impl Fn(&Line<'t>) -> usize,
    cell: impl for<'a> Fn(&'a mut Line<'t>) -> Option<&'a mut Word<'t>>,
) {
    let mut rest = lines;
    while !rest.is_empty() {
        let count = rest.iter_mut().map(&cell).take_while(Option::is_some).count();
        let (chain, after) = rest.split_at_mut(count.max(1));
        let widest = chain.iter().map(&width).max().unwrap_or(0);
        for line in chain {
            let columns = width(line);
            if let Some(word) = cell(line) {
                word.spaces = widest - columns + 1;
            }
        }
        rest = after;
    }
}
