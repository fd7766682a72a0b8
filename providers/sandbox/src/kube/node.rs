//! A document as it was written: members in order, doubles kept, for strict decoding.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// A parsed document.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Scalar(Value),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The value; of doubles the last one counts.
    pub fn value(&self) -> Value {
        match self {
            Node::Scalar(v) => v.clone(),
            Node::List(items) => Value::Array(items.iter().map(Node::value).collect()),
            Node::Object(members) => {
                Value::Object(members.iter().map(|(k, v)| (k.clone(), v.value())).collect())
            }
        }
    }

    /// From a value, whose members are sorted.
    pub fn of(value: &Value) -> Node {
        match value {
            Value::Array(items) => Node::List(items.iter().map(Node::of).collect()),
            Value::Object(map) => Node::Object(map.iter().map(|(k, v)| (k.clone(), Node::of(v))).collect()),
            other => Node::Scalar(other.clone()),
        }
    }

    /// Parses JSON; the error is worded as Go's.
    pub fn json(bytes: &[u8]) -> Result<Node, String> {
        serde_json::from_slice(bytes).map_err(|e| go_error(bytes, &e))
    }
}

/// The key under which serde_json passes numbers of arbitrary precision.
const NUMBER: &str = "$serde_json::private::Number";

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Node;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_bool<E>(self, v: bool) -> Result<Node, E> {
                Ok(Node::Scalar(v.into()))
            }

            fn visit_i64<E>(self, v: i64) -> Result<Node, E> {
                Ok(Node::Scalar(v.into()))
            }

            fn visit_u64<E>(self, v: u64) -> Result<Node, E> {
                Ok(Node::Scalar(v.into()))
            }

            fn visit_f64<E>(self, v: f64) -> Result<Node, E> {
                Ok(Node::Scalar(v.into()))
            }

            fn visit_str<E>(self, v: &str) -> Result<Node, E> {
                Ok(Node::Scalar(v.into()))
            }

            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Scalar(Value::Null))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
                let mut out = Vec::new();
                while let Some(item) = seq.next_element()? {
                    out.push(item);
                }
                Ok(Node::List(out))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut out = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    if key == NUMBER {
                        let text: String = map.next_value()?;
                        let number: Number = text.parse().map_err(serde::de::Error::custom)?;
                        return Ok(Node::Scalar(Value::Number(number)));
                    }
                    out.push((key, map.next_value()?));
                }
                Ok(Node::Object(out))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A syntax error in the words of Go's decoder.
fn go_error(bytes: &[u8], error: &serde_json::Error) -> String {
    if bytes.iter().all(u8::is_ascii_whitespace) || error.is_eof() {
        return "unexpected end of JSON input".into();
    }
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let at = line.chars().nth(error.column().saturating_sub(1)).unwrap_or(' ');
    let said = error.to_string();
    let place = if said.contains("key must be a string") {
        "looking for beginning of object key string"
    } else if said.contains("expected `,` or `}`") {
        "after object key:value pair"
    } else if said.contains("expected `,` or `]`") {
        "after array element"
    } else if said.contains("expected `:`") {
        "after object key"
    } else if said.contains("trailing characters") {
        "after top-level value"
    } else {
        "looking for beginning of value"
    };
    format!("invalid character {} {place}", go_char(at))
}

/// A character as Go's `%q` shows it.
pub(crate) fn go_char(c: char) -> String {
    match c {
        '\'' => "'\\''".into(),
        '"' => "'\"'".into(),
        '\n' => "'\\n'".into(),
        '\t' => "'\\t'".into(),
        c => format!("'{c}'"),
    }
}

/// The JSON kind of a value in Go's words.
pub(crate) fn kind(value: &Node) -> &'static str {
    match value {
        Node::Scalar(Value::Bool(_)) => "bool",
        Node::Scalar(Value::Number(_)) => "number",
        Node::Scalar(Value::String(_)) => "string",
        Node::Scalar(_) => "null",
        Node::List(_) => "array",
        Node::Object(_) => "object",
    }
}
