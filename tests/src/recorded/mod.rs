//! Recorded behaviour of other programs, run against this one: what all corpora of command lines share.
//!
//! A recording holds commands and what came of them. What differs from run to run (identifiers, moments, addresses)
//! was replaced by tokens when it was recorded; [`mask`] does the same to what comes now, [`shapes`] brings plans and
//! states into the recorded shape, [`console`] reads what a terminal shows, [`compare`] says what differs.

#![allow(
    clippy::indexing_slicing,
    reason = "reading an absent member of a serde_json::Value gives null; a capture that a pattern has is there"
)]

pub mod api;
pub mod azure;
pub mod charts;
pub mod client;
pub mod cluster;
pub mod commands;
pub mod compare;
pub mod console;
pub mod engine;
pub mod mask;
pub mod moving;
pub mod shapes;
pub mod traffic;
