//! `yamlencode` and `yamldecode`.

use ordain_value::{Type, Value};

use super::spec::{Param, Returns, Spec, Ty};
use super::{yaml_decode, yaml_encode};

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    Spec {
        name: "yamlencode",
        description: "Encodes a given value to a string using YAML 1.1 block syntax.",
        params: &[Param::new("value", Ty::Any).null().unknown().dynamic()],
        variadic: None,
        returns: Returns::Type(Ty::String),
        not_null: true,
        body: |call| {
            let value = call.arg(0)?;
            if !value.is_wholly_known() {
                return Ok(call.unknown());
            }
            yaml_encode::encode(value).map(Value::string)
        },
    },
    Spec {
        name: "yamldecode",
        description: "Parses a string as a subset of YAML 1.1, and produces a representation of its value.",
        params: &[Param::new("src", Ty::String)],
        variadic: None,
        returns: Returns::By(|args| match args.first().and_then(Value::as_str) {
            Some(text) => yaml_decode::decode(text).map(|value| value.ty()),
            None => Ok(Type::Dynamic),
        }),
        not_null: false,
        body: |call| yaml_decode::decode(call.text(0)?),
    },
];
