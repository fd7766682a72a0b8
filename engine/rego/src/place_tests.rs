use super::Span;

#[test]
fn gives_back_what_it_was_made_of() {
    let at = Span::new(7, (123, 45), (1000, 1003));
    assert_eq!((at.file(), at.row(), at.col(), at.start(), at.end()), (7, 123, 45, 1000, 1003));
    let none = Span::default();
    assert_eq!((none.file(), none.row(), none.col(), none.start(), none.end()), (0, 0, 0, 0, 0));
}

#[test]
fn keeps_the_order_of_file_row_and_column() {
    let places = [(0, 9, 9), (1, 1, 1), (1, 1, 2), (1, 2, 1), (2, 0, 0)];
    let spans: Vec<Span> = places.map(|(file, row, col)| Span::new(file, (row, col), (0, 0))).to_vec();
    assert!(spans.is_sorted());
    assert!(Span::new(1, (1, 1), (5, 6)) < Span::new(1, (1, 1), (5, 7)));
}

#[test]
fn what_is_too_large_does_not_spill_into_other_parts() {
    let at = Span::new(u32::MAX, (u32::MAX, u32::MAX), (1, u32::MAX));
    assert_eq!((at.file(), at.row(), at.col()), ((1 << 20) - 1, (1 << 24) - 1, (1 << 20) - 1));
    assert_eq!((at.start(), at.end()), (1, u32::MAX));
    let long = Span::new(3, (4, u32::MAX), (0, 0));
    assert_eq!((long.file(), long.row()), (3, 4));
}

#[test]
fn trees_of_thousands_of_rules_stay_small() {
    assert_eq!(size_of::<Span>(), 16);
    assert_eq!(size_of::<crate::ast::Term>(), 40);
    assert_eq!(size_of::<crate::ast::Expr>(), 56);
    assert_eq!(size_of::<crate::value::Object>(), 40);
    assert_eq!(size_of::<crate::ir::Op>(), 32);
}
