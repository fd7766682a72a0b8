//! What a function is, and how it is called.

use std::fmt;

use ordain_diag::{CallParameter, FunctionCall};
use ordain_value::json::type_to_json;
use ordain_value::{Kind, Marks, Number, Type, Value, convert};

use crate::World;

/// A type that can stand in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    /// Any type.
    Any,
    /// bool
    Bool,
    /// number
    Number,
    /// string
    String,
    /// list of
    List(&'static Ty),
    /// set of
    Set(&'static Ty),
    /// map of
    Map(&'static Ty),
}

impl Ty {
    /// As a type of values.
    pub fn to_type(self) -> Type {
        match self {
            Ty::Any => Type::Dynamic,
            Ty::Bool => Type::Bool,
            Ty::Number => Type::Number,
            Ty::String => Type::String,
            Ty::List(element) => Type::list(element.to_type()),
            Ty::Set(element) => Type::set(element.to_type()),
            Ty::Map(element) => Type::map(element.to_type()),
        }
    }
}

/// A parameter: its name, its type, and which unusual arguments the body wants to see itself.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Name, as messages and documentation show it.
    pub name: &'static str,
    /// What it is for; one sentence, or empty where the function's description says it.
    pub description: &'static str,
    /// Arguments are converted to this.
    pub ty: Ty,
    /// Null is passed to the body; an error otherwise.
    pub null: bool,
    /// Unknown values are passed to the body; otherwise the result is unknown.
    pub unknown: bool,
    /// Values of unknown type are passed to the body and to the type function; otherwise the result is
    /// unknown and of unknown type.
    pub dynamic: bool,
    /// Marks are passed to the body; otherwise all of them move to the result.
    pub marked: bool,
}

impl Param {
    /// A parameter that leaves null, unknown and marked arguments to the framework.
    pub const fn new(name: &'static str, ty: Ty) -> Param {
        Param { name, description: "", ty, null: false, unknown: false, dynamic: false, marked: false }
    }

    /// With a description.
    #[must_use]
    pub const fn about(self, description: &'static str) -> Param {
        Param { description, ..self }
    }

    /// The body sees null.
    #[must_use]
    pub const fn null(self) -> Param {
        Param { null: true, ..self }
    }

    /// The body sees unknown values.
    #[must_use]
    pub const fn unknown(self) -> Param {
        Param { unknown: true, ..self }
    }

    /// The body sees values of unknown type.
    #[must_use]
    pub const fn dynamic(self) -> Param {
        Param { dynamic: true, ..self }
    }

    /// The body sees marks.
    #[must_use]
    pub const fn marked(self) -> Param {
        Param { marked: true, ..self }
    }
}

/// What a function answers with.
#[derive(Clone, Copy)]
pub enum Returns {
    /// Always this type.
    Type(Ty),
    /// A type that depends on the arguments, which may be unknown or null as the parameters allow.
    By(Decide),
}

/// What functions may ask of the place where they are called.
#[derive(Clone, Copy)]
pub struct Environment<'w> {
    /// Files, clock and ids.
    pub world: &'w dyn World,
    /// How many templates this call is inside of; templates do not call each other.
    pub template_depth: u32,
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// Index of the argument at fault, if it is one alone.
    pub arg: Option<usize>,
    /// What is wrong, without full stop.
    pub message: String,
}

impl FunctionError {
    /// An error of the call as a whole.
    pub fn call(message: impl Into<String>) -> FunctionError {
        FunctionError { arg: None, message: message.into() }
    }

    /// An error of one argument.
    pub fn arg(arg: usize, message: impl Into<String>) -> FunctionError {
        FunctionError { arg: Some(arg), message: message.into() }
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for FunctionError {}

/// Result of a function.
pub type FunctionResult = Result<Value, FunctionError>;

/// A call as its body sees it.
#[derive(Clone, Copy)]
pub struct Call<'c> {
    /// Arguments, converted to the types of their parameters.
    pub args: &'c [Value],
    /// The type that the function said it will return.
    pub returns: &'c Type,
    /// Where it is called.
    pub environment: &'c Environment<'c>,
}

/// A function.
#[derive(Clone, Copy)]
pub struct Spec {
    /// Name without namespace.
    pub name: &'static str,
    /// What it does, in a sentence or two.
    pub description: &'static str,
    /// Parameters that every call gives.
    pub params: &'static [Param],
    /// The parameter that all further arguments belong to.
    pub variadic: Option<Param>,
    /// What it answers with.
    pub returns: Returns,
    /// Whether the result is never null, which is then known of an unknown result too.
    pub not_null: bool,
    /// What it does.
    pub body: Body,
}

/// What a function does with a call.
pub type Body = fn(&Call<'_>) -> FunctionResult;

/// How a function finds the type of its result.
pub type Decide = fn(&[Value]) -> Result<Type, FunctionError>;

/// The usual row: no further arguments, always the same type, never null.
pub(super) const fn fixed(
    name: &'static str,
    description: &'static str,
    params: &'static [Param],
    ty: Ty,
    body: Body,
) -> Spec {
    Spec { name, description, params, variadic: None, returns: Returns::Type(ty), not_null: true, body }
}

/// As [`fixed`], of a function that answers with text.
pub(super) const fn text(
    name: &'static str,
    description: &'static str,
    params: &'static [Param],
    body: Body,
) -> Spec {
    fixed(name, description, params, Ty::String, body)
}

/// As [`fixed`], with a type that depends on the arguments.
pub(super) const fn by(
    name: &'static str,
    description: &'static str,
    params: &'static [Param],
    decide: Decide,
    body: Body,
) -> Spec {
    Spec { returns: Returns::By(decide), ..fixed(name, description, params, Ty::Any, body) }
}

impl Spec {
    /// The least number of arguments.
    pub fn min_args(&self) -> usize {
        self.params.len()
    }

    /// The greatest number of arguments; `None` for any.
    pub fn max_args(&self) -> Option<usize> {
        if self.variadic.is_some() { None } else { Some(self.params.len()) }
    }

    /// The parameter that an argument belongs to.
    pub fn param(&self, index: usize) -> Option<&Param> {
        self.params.get(index).or(self.variadic.as_ref())
    }

    /// Calls the function with arguments that [`Spec::converted`] has given.
    pub fn call(&self, args: &[Value], environment: &Environment<'_>) -> FunctionResult {
        let mut marks = Marks::NONE;
        let mut unknown = false;
        let mut plain = Vec::with_capacity(args.len());
        for (param, arg) in self.pairs(args) {
            unknown = unknown || (!arg.is_known() && !param.unknown);
            if param.marked {
                plain.push(arg.clone());
            } else {
                let (arg, found) = arg.clone().unmark_deep();
                marks = marks.union(found);
                plain.push(arg);
            }
        }
        let (returns, untyped) = self.return_type(&plain)?;
        let result = if unknown || untyped {
            Value::unknown(returns)
        } else {
            (self.body)(&Call { args: &plain, returns: &returns, environment })?
        };
        let result = if self.not_null && !untyped { result.refine_not_null() } else { result };
        Ok(result.with_marks(marks))
    }

    fn pairs<'v>(&'v self, args: &'v [Value]) -> impl Iterator<Item = (&'v Param, &'v Value)> {
        args.iter().enumerate().filter_map(|(index, arg)| Some((self.param(index)?, arg)))
    }

    /// An argument as what its parameter takes.
    pub fn converted(&self, index: usize, arg: Value) -> FunctionResult {
        match self.param(index) {
            Some(param) => one_converted(index, param.ty, arg),
            None => Err(FunctionError::call("there is no parameter for this argument")),
        }
    }

    /// What a finding about a call of it says of the function.
    pub fn called_as(&self, name: &str) -> FunctionCall {
        let json = |ty: &Type| type_to_json(ty).to_string();
        let parameter =
            |param: &Param| CallParameter { name: param.name.to_owned(), ty: json(&param.ty.to_type()) };
        FunctionCall {
            called_as: name.to_owned(),
            name: self.name.to_owned(),
            parameters: self.params.iter().map(parameter).collect(),
            variadic: self.variadic.as_ref().map(parameter),
            returns: json(&self.result_type()),
        }
    }

    /// The type of the result for arguments with the marks that its body sees, and whether it is open because an
    /// argument's type is.
    fn return_type(&self, args: &[Value]) -> Result<(Type, bool), FunctionError> {
        for (index, (param, arg)) in self.pairs(args).enumerate() {
            if arg.is_null() && !param.null {
                return Err(FunctionError::arg(index, "argument must not be null"));
            }
            let untyped = match arg.kind() {
                Kind::Null(ty) => *ty == Type::Dynamic,
                Kind::Unknown(unknown) => unknown.ty == Type::Dynamic,
                _ => false,
            };
            if untyped && !param.dynamic {
                return Ok((Type::Dynamic, true));
            }
        }
        match self.returns {
            Returns::Type(ty) => Ok((ty.to_type(), false)),
            Returns::By(decide) => decide(args).map(|ty| (ty, false)),
        }
    }
}

fn one_converted(index: usize, ty: Ty, arg: Value) -> FunctionResult {
    if ty == Ty::Any {
        return Ok(arg);
    }
    let ty = ty.to_type();
    // Where in the argument the part is that does not fit is not told, as in Terraform.
    let value = convert(arg, &ty).map_err(|error| FunctionError::arg(index, error.message))?;
    // A set with unknown elements becomes a list of what it was a set of.
    let have = value.ty();
    if have != ty && !ty.has_dynamic() && !value.is_known() && have != Type::Dynamic {
        let message = format!("{} required, but received {}", ty.friendly(), have.friendly());
        return Err(FunctionError::arg(index, message));
    }
    Ok(value)
}

/// Arguments as Rust values. The framework has made sure that what a parameter does not allow is not
/// there, so the errors below show a mistake in a table.
impl<'c> Call<'c> {
    /// An argument.
    pub fn arg(&self, index: usize) -> Result<&'c Value, FunctionError> {
        self.args.get(index).ok_or_else(|| FunctionError::call("missing argument"))
    }

    /// A known string.
    pub fn text(&self, index: usize) -> Result<&'c str, FunctionError> {
        self.arg(index)?.as_str().ok_or_else(|| FunctionError::arg(index, "string required"))
    }

    /// A known number.
    pub fn number(&self, index: usize) -> Result<&'c Number, FunctionError> {
        self.arg(index)?.as_number().ok_or_else(|| FunctionError::arg(index, "number required"))
    }

    /// A known whole number that fits a machine word.
    pub fn int(&self, index: usize) -> Result<i64, FunctionError> {
        whole(self.number(index)?)
    }

    /// A known number as a double.
    pub fn float(&self, index: usize) -> Result<f64, FunctionError> {
        let number = self.number(index)?;
        let float = number.as_f64();
        if float.is_infinite() && !number.is_infinite() {
            let most = f64::MAX;
            return Err(FunctionError::call(format!("value must be between {} and {most} inclusive", -most)));
        }
        Ok(float)
    }

    /// Elements of a known list, set or tuple.
    pub fn items(&self, index: usize) -> Result<&'c [Value], FunctionError> {
        self.arg(index)?.as_items().ok_or_else(|| FunctionError::arg(index, "list required"))
    }

    /// An unknown value of the type that the function returns.
    pub fn unknown(&self) -> Value {
        Value::unknown(self.returns.clone())
    }
}

/// A whole number that fits a machine word.
pub(super) fn whole(number: &Number) -> Result<i64, FunctionError> {
    number.as_i64().ok_or_else(|| {
        FunctionError::call(format!("value must be a whole number, between {} and {}", i64::MIN, i64::MAX))
    })
}
