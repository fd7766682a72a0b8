use super::*;
use crate::{Marks, Members, Number, Path, Type, Value};

/// A small generator of values, so that round trips see many shapes without a crate for it.
struct Seed(u64);

impl Seed {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn ty(&mut self, depth: u32) -> Type {
        match self.next(if depth == 0 { 4 } else { 9 }) {
            0 => Type::Bool,
            1 => Type::Number,
            2 => Type::String,
            3 => Type::Dynamic,
            4 => Type::list(self.settled(depth - 1)),
            5 => Type::set(self.settled(depth - 1)),
            6 => Type::map(self.settled(depth - 1)),
            7 => Type::tuple((0..self.next(3)).map(|_| self.ty(depth - 1)).collect::<Vec<_>>()),
            _ => Type::object(
                (0..self.next(3)).map(|at| (format!("a{at}"), self.ty(depth - 1))).collect::<Vec<_>>(),
            ),
        }
    }

    /// A type without open parts, for elements.
    fn settled(&mut self, depth: u32) -> Type {
        loop {
            let ty = self.ty(depth);
            if !ty.has_dynamic() {
                return ty;
            }
        }
    }

    fn value(&mut self, ty: &Type) -> Value {
        match self.next(10) {
            0 => return Value::null(ty.clone()),
            1 => return self.unknown(ty),
            _ => {}
        }
        let count = self.next(4);
        match ty {
            Type::Dynamic => {
                let ty = self.settled(1);
                self.value(&ty)
            }
            Type::Bool => Value::bool(self.next(2) == 0),
            Type::Number => Value::number(self.number()),
            Type::String => Value::string(["", "a", "größer", "🤷🏽", "\0\n\""][self.next(5) as usize]),
            Type::List(element) => {
                Value::list((**element).clone(), (0..count).map(|_| self.value(element)).collect::<Vec<_>>())
            }
            Type::Set(element) => {
                Value::set((**element).clone(), (0..count).map(|_| self.value(element)).collect::<Vec<_>>())
            }
            Type::Map(element) => Value::map(
                (**element).clone(),
                (0..count).map(|at| (format!("k{at}"), self.value(element))).collect::<Vec<_>>(),
            ),
            Type::Tuple(elements) => {
                Value::tuple(elements.iter().map(|ty| self.value(ty)).collect::<Vec<_>>())
            }
            Type::Object(object) => Value::object(
                object.attributes.iter().map(|(name, ty)| (name.clone(), self.value(ty))).collect::<Vec<_>>(),
            ),
        }
    }

    fn unknown(&mut self, ty: &Type) -> Value {
        let bare = Value::unknown(ty.clone()).refine();
        match self.next(4) {
            0 => bare.not_null(),
            1 => bare.prefix("pre-").length_lower(1).length_upper(4),
            2 => bare.lower(Number::from(-1), true).upper("1e30".parse().unwrap(), false).length_upper(9),
            _ => bare,
        }
        .finish()
    }

    fn number(&mut self) -> Number {
        let texts = [
            "0",
            "-1",
            "127",
            "-32769",
            "4294967296",
            "9223372036854775808",
            "0.5",
            "0.1",
            "1e400",
            "-Inf",
            "2.5e-7",
        ];
        texts[self.next(texts.len() as u64) as usize].parse().unwrap()
    }
}

#[test]
fn round_trips() {
    let mut seed = Seed(20);
    for _ in 0..4000 {
        let ty = seed.ty(3);
        let value = seed.value(&ty);
        let bytes = to_msgpack(&value, &ty).unwrap();
        let back = from_msgpack(&bytes, &ty).unwrap();
        assert_eq!(to_msgpack(&back, &ty).unwrap(), bytes, "{ty} {value:?}");
        if !ty.has_dynamic() {
            assert_eq!(back, value, "{ty}");
        }
        for cut in 0..bytes.len() {
            assert!(from_msgpack(&bytes[..cut], &ty).is_err());
        }
    }
}

#[test]
fn broken_bytes_are_errors() {
    let mut seed = Seed(7);
    for _ in 0..20000 {
        let bytes: Vec<u8> = (0..seed.next(12)).map(|_| seed.next(256) as u8).collect();
        let ty = seed.ty(2);
        let _ = from_msgpack(&bytes, &ty);
    }
    let huge = [0xdd, 0xff, 0xff, 0xff, 0xff];
    assert!(from_msgpack(&huge, &Type::list(Type::Bool)).is_err());
}

#[test]
fn known_forms() {
    let check = |value: Value, ty: Type, want: &[u8]| assert_eq!(to_msgpack(&value, &ty).unwrap(), want);
    check(Value::unknown(Type::String), Type::String, &[0xd4, 0, 0]);
    check(Value::unknown_not_null(Type::String), Type::String, &[0xc7, 3, 12, 0x81, 1, 0xc2]);
    check(1.into(), Type::Number, &[1]);
    check(Value::number(0.5), Type::Number, &[0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0]);
    check(Value::number("0.1".parse::<Number>().unwrap()), Type::Number, &[0xa3, b'0', b'.', b'1']);
    check(true.into(), Type::Dynamic, &[0x92, 0xc4, 6, b'"', b'b', b'o', b'o', b'l', b'"', 0xc3]);
    assert!(to_msgpack(&Value::from(1).with_marks(Marks::SENSITIVE), &Type::Number).is_err());
    assert_eq!(from_msgpack(&[0xa1, b'7'], &Type::Number).unwrap(), 7.into());
}

/// A map of the given keys, as another process would write it.
fn written(keys: impl ExactSizeIterator<Item = String>) -> Vec<u8> {
    let mut bytes = vec![0xdf];
    bytes.extend(u32::try_from(keys.len()).unwrap().to_be_bytes());
    for (at, key) in keys.enumerate() {
        bytes.push(0xa0 | u8::try_from(key.len()).unwrap());
        bytes.extend(key.as_bytes());
        bytes.push(u8::try_from(at % 100).unwrap());
    }
    bytes
}

#[test]
fn keys_come_in_any_order() {
    let ty = Type::map(Type::Number);
    let count = 100_000;
    let key = |at: usize| format!("k{at:06}");
    let value = |at: usize| Value::from(i64::try_from((count - 1 - at) % 100).unwrap());
    let sorted =
        Value::map(Type::Number, (0..count).map(|at| (key(at).into(), value(at))).collect::<Members>());
    assert_eq!(from_msgpack(&written((0..count).rev().map(key)), &ty).unwrap(), sorted);
    let twice = written(["b", "a", "b"].into_iter().map(String::from).collect::<Vec<_>>().into_iter());
    let last: Members = [("a".into(), 1.into()), ("b".into(), 2.into())].into();
    assert_eq!(from_msgpack(&twice, &ty).unwrap(), Value::map(Type::Number, last));
}

#[test]
fn attributes_come_in_any_order_and_once() {
    let ty = Type::object([("a", Type::Number), ("b", Type::Number), ("c", Type::Number)]);
    let read = |keys: [&str; 3]| {
        let keys: Vec<String> = keys.into_iter().map(String::from).collect();
        from_msgpack(&written(keys.into_iter()), &ty)
    };
    let want: Members = [("a".into(), 2.into()), ("b".into(), 1.into()), ("c".into(), 0.into())].into();
    assert_eq!(read(["c", "b", "a"]).unwrap(), Value::object(want));
    for keys in [["c", "b", "c"], ["a", "c", "c"]] {
        let error = read(keys).unwrap_err();
        assert_eq!((error.path, &*error.message), (Path::root().attr("c"), "attribute given twice"));
    }
}
