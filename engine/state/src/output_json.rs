//! Root module outputs between value and document: a type constraint in JSON, and the value beside it.

use ordain_value::json::{from_json, to_json, type_from_json, type_to_json};
use serde_json::Value as Json;
use serde_json::value::{RawValue, to_raw_value};

use crate::OutputState;
use crate::v4::document::Output;

/// Reads an output; the error is a clause for a sentence.
pub(crate) fn from_document(output: &Output) -> Result<OutputState, String> {
    let ty: Json = serde_json::from_str(output.ty.get()).map_err(|error| error.to_string())?;
    let ty = type_from_json(&ty).ok_or_else(|| format!("{ty} is no type"))?;
    let json: Json = serde_json::from_str(output.value.get()).map_err(|error| error.to_string())?;
    let value = from_json(&json, &ty).map_err(|error| error.to_string())?;
    Ok(OutputState { value, sensitive: output.sensitive })
}

/// Writes an output; unknown values are an error, as a state is wholly known.
pub(crate) fn to_document(output: &OutputState) -> Result<Output, String> {
    let raw = |json: &Json| -> Result<Box<RawValue>, String> {
        to_raw_value(json).map_err(|error| error.to_string())
    };
    let ty = output.value.ty();
    let (value, marks) = output.value.clone().unmark_deep();
    let value = to_json(&value, &ty).map_err(|error| error.to_string())?;
    Ok(Output {
        ty: raw(&type_to_json(&ty))?,
        value: raw(&value)?,
        sensitive: output.sensitive || marks.is_sensitive(),
    })
}
