//! What can be said of every call of a function: the type of its result.

use ordain_value::{Type, Value};

use super::spec::{Returns, Spec};

impl Spec {
    /// The type of the result of a call about whose arguments nothing is known but their types: open where
    /// an argument may be anything and the function does not look at such arguments itself.
    pub fn result_type(&self) -> Type {
        // Forms of the evaluator: they have a result of this type whatever their arguments are.
        match self.name {
            "can" => return Type::Bool,
            "templatestring" => return Type::String,
            _ => {}
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
}
