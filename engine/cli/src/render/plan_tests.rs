use super::*;

#[test]
fn the_line_that_tools_parse() {
    let counts = Counts { add: 1, change: 2, destroy: 3, ..Counts::default() };
    assert_eq!(counts.line(), "1 to add, 2 to change, 3 to destroy.");
    let counts = Counts { import: 4, forget: 5, ..counts };
    assert_eq!(counts.line(), "4 to import, 1 to add, 2 to change, 3 to destroy.");
}
