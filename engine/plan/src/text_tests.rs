use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::*;

#[derive(Serialize)]
enum Shape {
    Unit,
    New(u8),
    Tuple(i64, char),
    Fields { a: Option<f64>, b: () },
}

#[derive(Serialize)]
struct New(&'static str);

#[derive(Serialize)]
struct All {
    shapes: Vec<Shape>,
    new: New,
    numbers: (u64, i64, u32, i8, f32, f64),
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    ty: Option<String>,
    map: BTreeMap<String, Json>,
    raw: Box<serde_json::value::RawValue>,
    #[serde(flatten)]
    more: BTreeMap<String, bool>,
    texts: Vec<String>,
}

fn all() -> All {
    let json = serde_json::from_str(
        r#"{"n":1.50,"big":123456789012345678901234567890,"e":-1e400,"s":"a\"b","l":[null,true,{}]}"#,
    );
    let every: String = (0..0x100).filter_map(char::from_u32).collect();
    let mut texts: Vec<String> =
        ["", "a", "\"", "é😀", "\u{2028}<\u{2029}>&\u{2030}", "end \\"].map(str::to_owned).into();
    // What must be escaped at each place of texts of each length.
    for length in 1..40 {
        for at in 0..length {
            let special = ['"', '\n', '<', '\u{1}'].into_iter().nth((at + length) % 4).unwrap();
            texts.push((0..length).map(|place| if place == at { special } else { 'x' }).collect());
        }
    }
    texts.push(every.clone());
    All {
        shapes: vec![
            Shape::Unit,
            Shape::New(7),
            Shape::Tuple(-9, '"'),
            Shape::Fields { a: Some(0.1), b: () },
        ],
        new: New("n"),
        numbers: (u64::MAX, i64::MIN, 0, -10, 1.5, f64::NAN),
        ty: None,
        map: [(every, json.unwrap()), (String::new(), Json::Null)].into(),
        raw: serde_json::value::RawValue::from_string("{\"a\":  [1, 2.0]}".to_owned()).unwrap(),
        more: [("x\"".to_owned(), true)].into(),
        texts,
    }
}

fn text(html: bool, document: &impl Serialize) -> String {
    let mut out = Vec::new();
    if html { html_safe(document, &mut out) } else { compact(document, &mut out) }.unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn writes_what_the_general_writer_writes() {
    assert_eq!(text(false, &all()), serde_json::to_string(&all()).unwrap());
}

#[test]
fn html_safe_texts_say_the_same_without_what_html_reads() {
    let safe = text(true, &all().texts);
    assert!(!safe.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{safe}");
    assert!(safe.contains("\"\\u2028\\u003c\\u2029\\u003e\\u0026\u{2030}\""), "{safe}");
    assert_eq!(serde_json::from_str::<Vec<String>>(&safe).unwrap(), all().texts);
}

#[test]
fn documents_longer_than_a_piece_are_whole() {
    let many: Vec<All> = (0..40).map(|_| all()).collect();
    let whole = text(false, &many);
    assert!(whole.len() > 4 * PIECE);
    assert_eq!(whole, serde_json::to_string(&many).unwrap());
    // Texts that are longer than a piece themselves, and JSON that is.
    let long: Vec<String> = (0..4).map(|shift| "x".repeat(shift) + &"é\u{2028}\"".repeat(PIECE)).collect();
    assert_eq!(text(false, &long), serde_json::to_string(&long).unwrap());
    assert_eq!(serde_json::from_str::<Vec<String>>(&text(true, &long)).unwrap(), long);
    assert!(!text(true, &long).contains('\u{2028}'));
    let names: BTreeMap<&str, usize> = long.iter().map(|name| (&**name, name.len())).collect();
    assert_eq!(text(false, &(&names, &names)), serde_json::to_string(&(&names, &names)).unwrap());
    let raw = serde_json::value::RawValue::from_string(serde_json::to_string(&long).unwrap()).unwrap();
    assert_eq!(text(true, &(1, &raw, 2)), format!("[1,{raw},2]"));
}

#[test]
fn what_fails_is_told() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    assert!(compact(&"x", &mut Full).unwrap_err().to_string().contains("full"));
    let keys = BTreeMap::from([(1, 2)]);
    assert!(compact(&keys, &mut Vec::new()).unwrap_err().to_string().contains("key"));
}
