use super::deflate;

#[test]
fn writes_what_go_writes() {
    // gzip.NewWriter, Write, Flush, Close of Go 1.23, without header and trailer.
    assert_eq!(deflate(b"hi"), [0xca, 0xc8, 0x04, 0, 0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff]);
    assert_eq!(deflate(b""), [0, 0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff]);
}

#[test]
fn long_inputs_end() {
    let noise: Vec<u8> = (0u32..200_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert!(deflate(&noise).len() <= noise.len() + 200);
    assert!(deflate(&vec![b'a'; 300_000]).len() < 2000);
}
