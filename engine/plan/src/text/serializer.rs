//! What serde hands over, as JSON.

use std::fmt::{Display, Write as _};

use serde::ser::{self, Error as _};
use serde::{Serialize, Serializer};
use serde_json::Error;

use super::Pieces;

/// The names under which `serde_json` hands over numbers and texts that are JSON already.
const NUMBER: &str = "$serde_json::private::Number";
const RAW: &str = "$serde_json::private::RawValue";

type Written = Result<(), Error>;

impl<'p, 'a> Serializer for &'p mut Pieces<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Parts<'p, 'a>;
    type SerializeTuple = Parts<'p, 'a>;
    type SerializeTupleStruct = Parts<'p, 'a>;
    type SerializeTupleVariant = Parts<'p, 'a>;
    type SerializeMap = Parts<'p, 'a>;
    type SerializeStruct = Parts<'p, 'a>;
    type SerializeStructVariant = Parts<'p, 'a>;

    #[inline]
    fn serialize_bool(self, value: bool) -> Written {
        self.put(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Written {
        self.digits(value < 0, value.unsigned_abs());
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Written {
        self.digits(false, value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Written {
        serde_json::to_writer(&mut self.piece, &value)
    }

    fn serialize_f64(self, value: f64) -> Written {
        serde_json::to_writer(&mut self.piece, &value)
    }

    fn serialize_char(self, value: char) -> Written {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Written {
        if self.verbatim { self.verbatim(value) } else { self.text(value) }
    }

    fn serialize_bytes(self, value: &[u8]) -> Written {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Written {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.put(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Written {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _name: &'static str, _at: u32, variant: &'static str) -> Written {
        self.text(variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _name: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _name: &'static str,
        _at: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        self.begin_variant(variant)?;
        value.serialize(&mut *self)?;
        self.put(b"}");
        Ok(())
    }

    #[inline]
    fn serialize_seq(self, _length: Option<usize>) -> Result<Parts<'p, 'a>, Error> {
        Ok(Parts::begin(self, b"[", b"]"))
    }

    #[inline]
    fn serialize_tuple(self, _length: usize) -> Result<Parts<'p, 'a>, Error> {
        Ok(Parts::begin(self, b"[", b"]"))
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Parts<'p, 'a>, Error> {
        Ok(Parts::begin(self, b"[", b"]"))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _at: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Parts<'p, 'a>, Error> {
        self.begin_variant(variant)?;
        Ok(Parts::begin(self, b"[", b"]}"))
    }

    #[inline]
    fn serialize_map(self, _length: Option<usize>) -> Result<Parts<'p, 'a>, Error> {
        Ok(Parts::begin(self, b"{", b"}"))
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _length: usize) -> Result<Parts<'p, 'a>, Error> {
        let verbatim = name == NUMBER || name == RAW;
        let (begin, end): (&[u8], &'static [u8]) = if verbatim { (b"", b"") } else { (b"{", b"}") };
        Ok(Parts { verbatim, ..Parts::begin(self, begin, end) })
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _at: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Parts<'p, 'a>, Error> {
        self.begin_variant(variant)?;
        Ok(Parts::begin(self, b"{", b"}}"))
    }

    fn collect_str<T: ?Sized + Display>(self, value: &T) -> Written {
        // Made of many short parts, which are looked at together.
        let mut made = std::mem::take(&mut self.made);
        made.clear();
        let written = write!(made, "{value}").map_err(|_| Error::custom("a text could not be made"));
        let written = written.and_then(|()| self.text(&made));
        self.made = made;
        written
    }
}

impl Pieces<'_> {
    fn begin_variant(&mut self, variant: &'static str) -> Written {
        self.put(b"{");
        self.text(variant)?;
        self.put(b":");
        Ok(())
    }
}

/// A list or an object of which the parts follow.
pub struct Parts<'p, 'a> {
    out: &'p mut Pieces<'a>,
    first: bool,
    end: &'static [u8],
    /// Whether it is no object, but hands over a text that is JSON already.
    verbatim: bool,
}

impl<'p, 'a> Parts<'p, 'a> {
    #[inline]
    fn begin(out: &'p mut Pieces<'a>, begin: &[u8], end: &'static [u8]) -> Self {
        out.put(begin);
        Self { out, first: true, end, verbatim: false }
    }

    #[inline]
    fn next(&mut self) -> Written {
        self.out.relieve()?;
        if !std::mem::take(&mut self.first) {
            self.out.put(b",");
        }
        Ok(())
    }

    #[inline]
    fn element<T: ?Sized + Serialize>(&mut self, value: &T) -> Written {
        self.next()?;
        value.serialize(&mut *self.out)
    }

    /// Names of fields have nothing in them that must be escaped.
    #[inline]
    fn field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Written {
        if self.verbatim {
            self.out.verbatim = true;
            let written = value.serialize(&mut *self.out);
            self.out.verbatim = false;
            return written;
        }
        self.next()?;
        let out = &mut *self.out;
        out.piece.reserve(name.len() + 3);
        out.put(b"\"");
        out.put(name.as_bytes());
        out.put(b"\":");
        value.serialize(out)
    }

    #[inline]
    fn finish(self) -> Written {
        self.out.put(self.end);
        Ok(())
    }
}

impl ser::SerializeSeq for Parts<'_, '_> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Written {
        self.element(value)
    }

    #[inline]
    fn end(self) -> Written {
        self.finish()
    }
}

impl ser::SerializeTuple for Parts<'_, '_> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Written {
        self.element(value)
    }

    #[inline]
    fn end(self) -> Written {
        self.finish()
    }
}

impl ser::SerializeTupleStruct for Parts<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, value: &T) -> Written {
        self.element(value)
    }

    fn end(self) -> Written {
        self.finish()
    }
}

impl ser::SerializeTupleVariant for Parts<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, value: &T) -> Written {
        self.element(value)
    }

    fn end(self) -> Written {
        self.finish()
    }
}

impl ser::SerializeMap for Parts<'_, '_> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Written {
        self.next()?;
        let at = self.out.piece.len();
        self.out.in_name = true;
        key.serialize(&mut *self.out)?;
        self.out.in_name = false;
        match self.out.piece.get(at) {
            Some(b'"') => Ok(()),
            _ => Err(Error::custom("key must be a string")),
        }
    }

    #[inline]
    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Written {
        self.out.put(b":");
        value.serialize(&mut *self.out)
    }

    #[inline]
    fn end(self) -> Written {
        self.finish()
    }
}

impl ser::SerializeStruct for Parts<'_, '_> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Written {
        self.field(name, value)
    }

    #[inline]
    fn end(self) -> Written {
        self.finish()
    }
}

impl ser::SerializeStructVariant for Parts<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Written {
        self.field(name, value)
    }

    fn end(self) -> Written {
        self.finish()
    }
}
