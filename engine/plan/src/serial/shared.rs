//! Names and types that occur again and again in one document, held once.
//!
//! Every instance of a resource brings the same attribute names and object types. Serde hands no place for a
//! table down to the values, so it lies beside the thread for as long as one document is read.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ordain_value::Type;
use serde_json::Value as Json;

use super::Broken;

#[derive(Default)]
struct Table {
    names: HashSet<Arc<str>>,
    types: HashMap<Json, Type>,
}

thread_local! {
    static TABLE: RefCell<Option<Table>> = const { RefCell::new(None) };
}

/// The table is there as long as this is.
pub struct Reading(());

impl Reading {
    pub fn begin() -> Self {
        TABLE.set(Some(Table::default()));
        Self(())
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        TABLE.set(None);
    }
}

/// The name, shared with equal ones of the document that is being read.
pub fn name(text: &str) -> Arc<str> {
    TABLE.with_borrow_mut(|table| {
        let Some(table) = table else { return text.into() };
        match table.names.get(text) {
            Some(name) => Arc::clone(name),
            None => {
                let name: Arc<str> = text.into();
                table.names.insert(Arc::clone(&name));
                name
            }
        }
    })
}

/// The type that `read` makes of `json`, shared with equal ones of the document that is being read.
pub fn of_type(json: &Json, read: impl FnOnce(&Json) -> Result<Type, Broken>) -> Result<Type, Broken> {
    if json.is_string() {
        return read(json);
    }
    let known = TABLE.with_borrow(|table| table.as_ref().and_then(|table| table.types.get(json).cloned()));
    if let Some(ty) = known {
        return Ok(ty);
    }
    let ty = read(json)?;
    TABLE.with_borrow_mut(|table| {
        if let Some(table) = table {
            table.types.insert(json.clone(), ty.clone());
        }
    });
    Ok(ty)
}
