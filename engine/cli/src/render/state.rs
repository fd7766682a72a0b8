//! A state as people read it.

use ordain_addr::Mode;
use ordain_plan::Schemas;
use ordain_state::{Object, ResourceState, State};
use ordain_value::Value;

use super::object;
use super::style::Style;

/// All objects and outputs.
pub fn state(state: &State, schemas: &Schemas, style: Style) -> String {
    let mut out = String::new();
    let mut resources: Vec<_> = state.resources.iter().collect();
    // What is read comes before what is made of it, module by module.
    resources.sort_by_key(|(resource, _)| (&resource.module, resource.resource.mode != Mode::Data));
    for (resource, held) in resources {
        for (key, instance) in &held.instances {
            let address = resource.instance(key.clone());
            if let Some(object) = &instance.current {
                out.push_str(&one(&address.to_string(), &resource.resource, held, object, schemas, style));
            }
            for (deposed, object) in &instance.deposed {
                let name = format!("{address} (deposed object {deposed})");
                out.push_str(&one(&name, &resource.resource, held, object, schemas, style));
            }
        }
    }
    if state.outputs.is_empty() {
        out.truncate(out.trim_end_matches("\n\n").len());
        out.push_str(if out.is_empty() { "" } else { "\n" });
    } else {
        out.push_str("\nOutputs:\n\n");
        for (name, output) in &state.outputs {
            let value = if output.sensitive {
                "(sensitive value)".to_owned()
            } else {
                object::alone(&object::settled(&output.value), style)
            };
            out.push_str(&format!("{name} = {value}\n"));
        }
    }
    if out.is_empty() { "The state file is empty. No resources are represented.\n".to_owned() } else { out }
}

/// One object under its address.
pub fn one(
    title: &str,
    resource: &ordain_addr::Resource,
    held: &ResourceState,
    object: &Object,
    schemas: &Schemas,
    style: Style,
) -> String {
    let schema = schemas.get(&held.provider.provider, resource.mode, &resource.type_name);
    let value = decode(object, schema.map(|schema| &schema.ty));
    let kind = if resource.mode == Mode::Data { "data" } else { "resource" };
    let tainted = if object.status == ordain_state::Status::Tainted { " (tainted)" } else { "" };
    format!(
        "# {title}:{tainted}\n{kind} \"{}\" \"{}\" {{\n{}}}\n\n",
        resource.type_name,
        resource.name,
        object::whole(&value, schema.map(|schema| &**schema), style, false)
    )
}

/// The stored attributes as a value; without a schema, of the types that JSON itself has.
fn decode(object: &Object, ty: Option<&ordain_value::Type>) -> Value {
    let document = object.json().unwrap_or_default();
    let typed = ty.and_then(|ty| object.value(ty).ok());
    let value = typed.or_else(|| ordain_value::json::from_plain_json(&document).ok());
    object.mark(value.unwrap_or_else(|| Value::null(ordain_value::Type::Dynamic)))
}
