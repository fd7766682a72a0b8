//! Blobs kept on disk and in object stores.
//!
//! A backend is a [`Blobs`](ordain_state::Blobs) implementation and the names it gives to workspaces;
//! lineage, serial, locks and journals are written once, in `ordain_state`. Adding one: a file here and
//! a row in [`table`].

pub mod azurerm;
mod local;
mod memory;
pub mod table;

pub use local::Local;
pub use memory::Memory;
