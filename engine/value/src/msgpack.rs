//! Values to and from MessagePack, guided by a type: the wire form of the provider protocol.
//!
//! Integers are written in the shortest form, other numbers as doubles where that is exact and as
//! decimal text where not. An unknown value is extension 0, or extension 12 with a map of what is known
//! about it. A value in a place of type [`Type::Dynamic`] is an array of its type as JSON and itself.

mod read;
mod write;

pub use read::from_msgpack;
pub use write::to_msgpack;

/// Extension type of unknown values about which something is known.
const REFINED: i8 = 12;

/// Keys of the map in that extension.
mod key {
    pub(super) const NULLNESS: i64 = 1;
    pub(super) const PREFIX: i64 = 2;
    pub(super) const NUMBER_LOWER: i64 = 3;
    pub(super) const NUMBER_UPPER: i64 = 4;
    pub(super) const LENGTH_LOWER: i64 = 5;
    pub(super) const LENGTH_UPPER: i64 = 6;
}

#[cfg(test)]
#[path = "msgpack_tests.rs"]
mod tests;
