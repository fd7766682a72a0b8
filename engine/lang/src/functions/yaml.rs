//! `yamlencode` and `yamldecode`.

use ordain_value::{Type, Value};

use super::spec::{Param, Returns, Spec, Ty};
use super::{yaml_decode, yaml_encode};

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    Spec {
        name: "yamlencode",
        description: "A value as YAML in block style.",
        params: &[Param::new("value", Ty::Any).null().unknown().dynamic()],
        variadic: None,
        returns: Returns::Type(Ty::String),
        not_null: false,
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
        description: "The value that a YAML text stands for.",
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
