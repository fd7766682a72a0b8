//! Objects as rows and columns, for clients such as `kubectl get` that show them so.

mod cells;
mod columns;
mod workloads;

use super::kinds::Resource;
use crate::clock::Clock;
use crate::json;
use columns::{Column, columns};
use serde_json::{Value, json};

/// What of an object stands beside its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Include {
    None,
    Metadata,
    Object,
}

impl Include {
    /// As the parameter `includeObject` says.
    pub(crate) fn read(given: Option<&str>) -> Include {
        match given {
            Some("None") => Include::None,
            Some("Object") => Include::Object,
            _ => Include::Metadata,
        }
    }
}

/// Makes tables of the objects of one resource.
#[derive(Clone)]
pub(crate) struct Tables {
    columns: Vec<Column>,
    /// Version and kind of the objects: in lists of built-in kinds they do not repeat them.
    of: (String, String),
    include: Include,
    clock: Clock,
}

impl Tables {
    pub(crate) fn new(resource: &Resource, include: Include, clock: Clock) -> Tables {
        let columns = match &resource.custom {
            Some(custom) => columns::declared(&custom.columns),
            None => columns(&resource.group, &resource.kind),
        };
        let of = (resource.api_version(), resource.kind.to_string());
        Tables { columns, of, include, clock }
    }

    /// The table of an object or a list; anything else stays as it is.
    pub(crate) fn of(&self, value: Value) -> Value {
        let items = value.get("items").and_then(Value::as_array);
        let metadata = match items {
            Some(_) => value["metadata"].clone(),
            None if json::text(&value, "kind") == "Status" || value["metadata"]["name"].is_null() => {
                return value;
            }
            None => json!({"resourceVersion": value["metadata"]["resourceVersion"]}),
        };
        let rows: Vec<Value> = match items {
            Some(items) => items.iter().map(|object| self.row(object)).collect(),
            None => vec![self.row(&value)],
        };
        let head: Vec<Value> = self.columns.iter().map(Column::definition).collect();
        json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "columnDefinitions": head, "rows": rows})
    }

    fn row(&self, object: &Value) -> Value {
        let now = self.clock.unix();
        let cells: Vec<Value> = self.columns.iter().map(|column| column.value(object, now)).collect();
        let beside = match self.include {
            Include::None => return json!({"cells": cells}),
            Include::Metadata => {
                json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"]})
            }
            Include::Object => {
                let mut whole = object.clone();
                json::set(&mut whole, "apiVersion", self.of.0.clone());
                json::set(&mut whole, "kind", self.of.1.clone());
                whole
            }
        };
        json!({"cells": cells, "object": beside})
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
