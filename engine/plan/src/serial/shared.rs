//! Names and types that occur again and again in one document, held once.
//!
//! Every instance of a resource brings the same attribute names and object types. Serde hands no place for a
//! table down to the values, so it lies beside the thread for as long as one document is read or written.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ordain_value::{ObjectType, Type};
use serde_json::Value as Json;
use serde_json::value::RawValue;

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

/// Of how many types texts are kept: many plans have few, and all of them are looked at for each.
const TEXTS: usize = 32;

/// A type and its text. While it is held here no other type can come to lie in its place.
type TypeText = (Arc<ObjectType>, Arc<RawValue>);

thread_local! {
    static WRITING: RefCell<Option<Vec<TypeText>>> = const { RefCell::new(None) };
}

/// Texts of types are kept as long as this is there.
pub struct Writing(());

impl Writing {
    pub fn begin() -> Self {
        WRITING.set(Some(Vec::new()));
        Self(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        WRITING.set(None);
    }
}

/// The text of a type, as `write` made it once for the document that is being written; none where it makes none or
/// there are too many.
pub fn text_of(ty: &Arc<ObjectType>, write: impl FnOnce() -> Option<Box<RawValue>>) -> Option<Arc<RawValue>> {
    let known = |texts: &Vec<TypeText>| {
        let known = texts.iter().find(|(known, _)| Arc::ptr_eq(known, ty));
        known.map(|(_, text)| Arc::clone(text)).ok_or(texts.len() < TEXTS)
    };
    match WRITING.with_borrow(|texts| texts.as_ref().map_or(Err(false), known)) {
        Ok(text) => Some(text),
        Err(false) => None,
        Err(true) => {
            let text: Arc<RawValue> = write()?.into();
            WRITING.with_borrow_mut(|texts| {
                texts.iter_mut().for_each(|texts| texts.push((ty.clone(), text.clone())))
            });
            Some(text)
        }
    }
}
