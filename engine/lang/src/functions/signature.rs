//! What can be said of every call of a function: its parameters and its result.

use ordain_value::json::type_to_json;
use ordain_value::{Type, Value};
use serde_json::{Map, json};

use super::spec::{Param, Returns, Spec};

impl Spec {
    /// The type of the result of a call about whose arguments nothing is known but their types: open where
    /// an argument may be anything and the function does not look at such arguments itself.
    pub fn result_type(&self) -> Type {
        // A form of the evaluator: it alone has a result whatever its argument is.
        if self.name == "can" {
            return Type::Bool;
        }
        let params = || self.params.iter().chain(&self.variadic);
        if params().any(|param| param.ty.to_type() == Type::Dynamic && !param.dynamic) {
            return Type::Dynamic;
        }
        match self.returns {
            Returns::Type(ty) => ty.to_type(),
            Returns::By(decide) => {
                let unknown: Vec<Value> = params().map(|param| Value::unknown(param.ty.to_type())).collect();
                decide(&unknown).unwrap_or(Type::Dynamic)
            }
        }
    }

    /// Name, parameters and result as findings about calls have them in Terraform's JSON form.
    pub fn signature(&self) -> String {
        let mut row = Map::new();
        row.insert("name".into(), self.name.into());
        row.insert("params".into(), self.params.iter().map(parameter).collect());
        if let Some(variadic) = &self.variadic {
            row.insert("variadic_param".into(), parameter(variadic));
        }
        row.insert("return_type".into(), type_to_json(&self.result_type()));
        serde_json::Value::Object(row).to_string()
    }

    /// Names of the parameters, as `list, value` or `maps...`.
    pub fn parameter_names(&self) -> String {
        let plain = self.params.iter().map(|param| param.name.to_owned());
        let rest = self.variadic.iter().map(|param| format!("{}...", param.name));
        plain.chain(rest).collect::<Vec<_>>().join(", ")
    }
}

fn parameter(param: &Param) -> serde_json::Value {
    json!({ "name": param.name, "type": type_to_json(&param.ty.to_type()) })
}
