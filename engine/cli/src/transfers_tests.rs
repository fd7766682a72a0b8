use ordain_operations::init::Transfer;

use super::{Transfers, line, size};

fn at(name: &str, have: u64, total: Option<u64>) -> Transfer {
    Transfer { name: name.to_owned(), have, total, over: false }
}

#[test]
fn sizes_are_for_people() {
    let shown = [0, 999, 1_000, 1_550, 999_999, 85_100_000, 2_000_000_000].map(size);
    assert_eq!(shown, ["0 bytes", "999 bytes", "1.0 kB", "1.5 kB", "999.9 kB", "85.1 MB", "2.0 GB"]);
}

#[test]
fn a_line_says_how_far_each_is() {
    let rows = [at("a.zip", 1, Some(3)), at("b.zip", 4_200, None), at("c.zip", 9, Some(3))];
    assert_eq!(line(&rows), "a.zip: 33 % of 3 bytes, b.zip: 4.2 kB, c.zip: 9 bytes");
    let many: Vec<Transfer> = (0..9).map(|n| at(&format!("package-{n}.zip"), n, None)).collect();
    assert_eq!(line(&many).chars().count(), 79);
    assert!(line(&many).ends_with("..."));
    assert_eq!(line(&[at("x", u64::MAX, Some(u64::MAX))]), "x: 100 % of 18446744073.7 GB");
}

#[test]
fn a_line_is_written_over_and_taken_away() {
    let mut transfers = Transfers::default();
    assert_eq!(transfers.clear(), "");
    assert_eq!(transfers.update(&at("a", 1, Some(2))), "a: 50 % of 2 bytes");
    assert_eq!(
        transfers.update(&at("b", 1, None)),
        format!("\r{}\ra: 50 % of 2 bytes, b: 1 bytes", " ".repeat(18))
    );
    assert_eq!(transfers.clear(), format!("\r{}\r", " ".repeat(30)));
    let over = |name: &str| Transfer { over: true, ..at(name, 0, None) };
    assert_eq!(transfers.update(&over("a")), "b: 1 bytes");
    assert_eq!(transfers.update(&over("b")), format!("\r{}\r", " ".repeat(10)));
    assert_eq!(transfers.update(&over("c")), "");
}
