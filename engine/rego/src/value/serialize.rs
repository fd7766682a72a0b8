//! Values straight from what can be serialised, without a text in between.

use super::Value;
use crate::number::Number;
use serde::ser::{self, Serialize};
use std::fmt;

/// Why something is no value: what its own serialisation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerializeError(pub String);

impl fmt::Display for SerializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SerializeError {}

impl ser::Error for SerializeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

type Outcome = Result<Value, SerializeError>;

/// The name under which `serde_json` hands over numbers with their digits.
const NUMBER: &str = "$serde_json::private::Number";

/// The name under which it hands over text of JSON.
const RAW: &str = "$serde_json::private::RawValue";

/// Makes values of what is serialised with it; the value is that of the JSON text that `serde_json` would write.
#[derive(Debug, Clone, Copy, Default)]
pub struct ValueSerializer;

impl Value {
    /// The value that the JSON text of something would have.
    ///
    /// # Errors
    ///
    /// What its serialisation says.
    pub fn serialized(of: &impl Serialize) -> Outcome {
        of.serialize(ValueSerializer)
    }
}

fn parsed(text: &str) -> Outcome {
    Number::parse(text).map(Value::Number).ok_or_else(|| SerializeError(format!("{text} is no number")))
}

impl ser::Serializer for ValueSerializer {
    type Ok = Value;
    type Error = SerializeError;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Pairs;
    type SerializeStruct = Pairs;
    type SerializeStructVariant = Pairs;

    fn serialize_bool(self, value: bool) -> Outcome {
        Ok(Value::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Outcome {
        Ok(i64::from(value).into())
    }

    fn serialize_i16(self, value: i16) -> Outcome {
        Ok(i64::from(value).into())
    }

    fn serialize_i32(self, value: i32) -> Outcome {
        Ok(i64::from(value).into())
    }

    fn serialize_i64(self, value: i64) -> Outcome {
        Ok(value.into())
    }

    fn serialize_u8(self, value: u8) -> Outcome {
        Ok(i64::from(value).into())
    }

    fn serialize_u16(self, value: u16) -> Outcome {
        Ok(i64::from(value).into())
    }

    fn serialize_u32(self, value: u32) -> Outcome {
        Ok(i64::from(value).into())
    }

    fn serialize_u64(self, value: u64) -> Outcome {
        i64::try_from(value).map_or_else(|_| parsed(&value.to_string()), |value| Ok(value.into()))
    }

    fn serialize_f32(self, value: f32) -> Outcome {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Outcome {
        if value.is_finite() {
            parsed(
                &serde_json::Number::from_f64(value)
                    .map_or_else(|| "0".to_owned(), |number| number.to_string()),
            )
        } else {
            Ok(Value::Null)
        }
    }

    fn serialize_char(self, value: char) -> Outcome {
        Ok(Value::from(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Outcome {
        Ok(Value::from(value))
    }

    fn serialize_bytes(self, value: &[u8]) -> Outcome {
        Ok(Value::array(value.iter().map(|byte| i64::from(*byte).into()).collect()))
    }

    fn serialize_none(self) -> Outcome {
        Ok(Value::Null)
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Outcome {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Outcome {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Outcome {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _name: &'static str, _at: u32, variant: &'static str) -> Outcome {
        Ok(Value::from(variant))
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _name: &'static str, value: &T) -> Outcome {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _name: &'static str,
        _at: u32,
        variant: &'static str,
        value: &T,
    ) -> Outcome {
        Ok(Value::object(vec![(Value::from(variant), value.serialize(self)?)]))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items, SerializeError> {
        Ok(Items { items: Vec::with_capacity(length.unwrap_or(0).min(1 << 20)), variant: None })
    }

    fn serialize_tuple(self, length: usize) -> Result<Items, SerializeError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _name: &'static str, length: usize) -> Result<Items, SerializeError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _at: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Items, SerializeError> {
        Ok(Items { items: Vec::with_capacity(length), variant: Some(variant) })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Pairs, SerializeError> {
        let pairs = Vec::with_capacity(length.unwrap_or(0).min(1 << 20));
        Ok(Pairs { pairs, key: None, special: None, variant: None })
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Pairs, SerializeError> {
        let special = (name == NUMBER || name == RAW).then_some(name);
        Ok(Pairs { pairs: Vec::with_capacity(length), key: None, special, variant: None })
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _at: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Pairs, SerializeError> {
        Ok(Pairs { pairs: Vec::with_capacity(length), key: None, special: None, variant: Some(variant) })
    }
}

/// An array in the making.
pub struct Items {
    items: Vec<Value>,
    variant: Option<&'static str>,
}

impl Items {
    fn push<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), SerializeError> {
        self.items.push(value.serialize(ValueSerializer)?);
        Ok(())
    }

    fn finish(self) -> Outcome {
        Ok(within(self.variant, Value::array(self.items)))
    }
}

/// A value under the name of its variant.
fn within(variant: Option<&'static str>, value: Value) -> Value {
    match variant {
        Some(name) => Value::object(vec![(Value::from(name), value)]),
        None => value,
    }
}

/// The four kinds of arrays differ in the name of one method.
macro_rules! items {
    ($kind:ident, $add:ident) => {
        impl ser::$kind for Items {
            type Ok = Value;
            type Error = SerializeError;

            fn $add<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), SerializeError> {
                self.push(value)
            }

            fn end(self) -> Outcome {
                self.finish()
            }
        }
    };
}

items!(SerializeSeq, serialize_element);
items!(SerializeTuple, serialize_element);
items!(SerializeTupleStruct, serialize_field);
items!(SerializeTupleVariant, serialize_field);

/// An object in the making.
pub struct Pairs {
    pairs: Vec<(Value, Value)>,
    key: Option<Value>,
    /// What the one member stands for, if it is none.
    special: Option<&'static str>,
    variant: Option<&'static str>,
}

impl Pairs {
    fn push<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), SerializeError> {
        self.pairs.push((Value::from(name), value.serialize(ValueSerializer)?));
        Ok(())
    }

    fn finish(mut self) -> Outcome {
        match (self.special, self.pairs.pop()) {
            (Some(NUMBER), Some((_, Value::String(text)))) => parsed(&text),
            (Some(_), Some((_, Value::String(text)))) => {
                Value::parse_json(&text).map_err(|error| SerializeError(error.to_string()))
            }
            (_, last) => {
                self.pairs.extend(last);
                Ok(within(self.variant, Value::object(self.pairs)))
            }
        }
    }
}

impl ser::SerializeMap for Pairs {
    type Ok = Value;
    type Error = SerializeError;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), SerializeError> {
        let key = key.serialize(ValueSerializer)?;
        self.key = Some(if key.as_str().is_some() { key } else { Value::from(key.json_key()) });
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), SerializeError> {
        let Some(key) = self.key.take() else { return Err(SerializeError("a value without key".to_owned())) };
        self.pairs.push((key, value.serialize(ValueSerializer)?));
        Ok(())
    }

    fn end(self) -> Outcome {
        self.finish()
    }
}

impl ser::SerializeStruct for Pairs {
    type Ok = Value;
    type Error = SerializeError;

    fn serialize_field<T: ?Sized + Serialize>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), SerializeError> {
        self.push(name, value)
    }

    fn end(self) -> Outcome {
        self.finish()
    }
}

impl ser::SerializeStructVariant for Pairs {
    type Ok = Value;
    type Error = SerializeError;

    fn serialize_field<T: ?Sized + Serialize>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), SerializeError> {
        self.push(name, value)
    }

    fn end(self) -> Outcome {
        self.finish()
    }
}

#[cfg(test)]
#[path = "serialize_tests.rs"]
mod tests;
