//! What providers made with the old plugin kit may do.

use ordain_value::{Kind, Type, Value};

use crate::{Block, Nesting};

/// Turns null collections of nested blocks into empty ones, all the way down.
pub fn normalize_blocks(block: &Block, value: &Value) -> Value {
    let Kind::Object(members) = value.kind() else { return value.clone() };
    if block.blocks.is_empty() {
        return value.clone();
    }
    let mut members = (**members).clone();
    for (name, nested) in &block.blocks {
        let Some(part) = members.get_mut(name) else { continue };
        let object = nested.block.value_type();
        *part = match (nested.nesting, part.kind()) {
            (Nesting::List, Kind::Null(Type::Dynamic)) => Value::tuple([]),
            (Nesting::Map, Kind::Null(Type::Dynamic)) => Value::object::<&str>([]),
            (Nesting::List, Kind::Null(_)) => Value::list(object, []),
            (Nesting::Set, Kind::Null(_)) => Value::set(object, []),
            (Nesting::Map, Kind::Null(_)) => Value::map::<&str>(object, []),
            (Nesting::Single | Nesting::Group, _) => normalize_blocks(&nested.block, part),
            (_, Kind::List(ty, items)) => {
                Value::list((**ty).clone(), items.iter().map(|item| normalize_blocks(&nested.block, item)))
            }
            (_, Kind::Set(ty, items)) => {
                Value::set((**ty).clone(), items.iter().map(|item| normalize_blocks(&nested.block, item)))
            }
            (_, Kind::Tuple(items)) => {
                Value::tuple(items.iter().map(|item| normalize_blocks(&nested.block, item)))
            }
            (_, Kind::Map(ty, items)) => {
                let items =
                    items.iter().map(|(key, item)| (key.clone(), normalize_blocks(&nested.block, item)));
                Value::map((**ty).clone(), items)
            }
            (_, Kind::Object(items)) => Value::object(
                items.iter().map(|(k, item)| (k.clone(), normalize_blocks(&nested.block, item))),
            ),
            _ => continue,
        };
    }
    Value::object(members)
}
