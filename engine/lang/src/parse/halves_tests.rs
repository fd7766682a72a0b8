use ordain_diag::Sources;

use super::{halves, part_of_file};

const TEXT: &str = "# a\nlocals {\n  a = <<E\n}\nE\n}\n\nvariable \"b\" {\n  default = [1, \"${2}\"]\n}\n// c\noutput \"é\" {\n}\n";

/// Wherever a text is cut: if both parts are sound, they are together what the whole is.
#[test]
fn two_halves_make_the_whole() {
    let mut sources = Sources::new();
    let file = sources.add("a.tf", TEXT);
    let whole = part_of_file(file, 0, TEXT);
    let mut sound = 0;
    for at in (0..=TEXT.len()).filter(|at| TEXT.is_char_boundary(*at)) {
        if let Some(joined) = halves::cut_at(file, TEXT, at) {
            assert_eq!(format!("{joined:?}"), format!("{whole:?}"), "cut at {at}");
            sound += 1;
        }
    }
    assert!(sound > 3, "{sound}");
}

#[test]
fn a_long_text_is_read_the_same_in_halves() {
    let text = TEXT.repeat(40_000);
    let mut sources = Sources::new();
    let file = sources.add("a.tf", text.as_str());
    let (joined, found) = halves::cut(file, &text).unwrap();
    let (whole, same) = part_of_file(file, 0, &text);
    assert_eq!((found.len(), joined.span, joined.blocks.len()), (same.len(), whole.span, whole.blocks.len()));
    assert_eq!(format!("{:?}", joined.blocks.last()), format!("{:?}", whole.blocks.last()));
    // One fault anywhere, and the whole is read as ever.
    assert!(halves::cut(file, &format!("{text}b {{\n")).is_none());
    assert!(halves::cut(file, &format!("a = 1\n{text}")).is_none());
}
