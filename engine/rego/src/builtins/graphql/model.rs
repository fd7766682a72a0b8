//! GraphQL documents as rules ask about them; made of the objects that [`super::parse`] gives.

use super::parse::kinds;
use crate::value::Value;
use std::fmt;

/// A text member; empty if there is none.
pub(super) fn text(value: &Value, name: &str) -> String {
    let found = value.as_object().and_then(|object| object.get_str(name));
    found.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A member that is a list; empty if there is none.
pub(super) fn items<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    let found = value.as_object().and_then(|object| object.get_str(name));
    found.and_then(Value::as_array).unwrap_or_default()
}

fn flag(value: &Value, name: &str) -> bool {
    value.as_object().and_then(|object| object.get_str(name)) == Some(&Value::Bool(true))
}

fn part<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.as_object()?.get_str(name).filter(|found| !matches!(found, Value::Null))
}

fn texts(value: &Value, name: &str) -> Vec<String> {
    items(value, name).iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn all<T>(value: &Value, name: &str, of: impl Fn(&Value) -> T) -> Vec<T> {
    items(value, name).iter().map(of).collect()
}

/// A type as it is referred to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ty {
    /// The name, or the type of the elements of a list.
    pub(super) of: Result<String, Box<Ty>>,
    pub(super) not_null: bool,
}

impl Ty {
    pub(super) fn named(name: &str, not_null: bool) -> Self {
        Self { of: Ok(name.to_owned()), not_null }
    }

    fn read(value: &Value) -> Self {
        let of = match part(value, "Elem") {
            Some(inner) => Err(Box::new(Self::read(inner))),
            None => Ok(text(value, "NamedType")),
        };
        Self { of, not_null: flag(value, "NonNull") }
    }

    /// The name of the innermost type.
    pub(super) fn name(&self) -> &str {
        match &self.of {
            Ok(name) => name,
            Err(inner) => inner.name(),
        }
    }

    /// Whether a value of this type fits where another is expected.
    pub(super) fn fits(&self, wanted: &Self) -> bool {
        if wanted.not_null && !self.not_null {
            return false;
        }
        match (&self.of, &wanted.of) {
            (Ok(own), Ok(wanted)) => own == wanted,
            (Err(own), Err(wanted)) => own.fits(wanted),
            _ => false,
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.of {
            Ok(name) => f.write_str(name)?,
            Err(inner) => write!(f, "[{inner}]")?,
        }
        f.write_str(if self.not_null { "!" } else { "" })
    }
}

/// A value as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) kind: i64,
    pub(super) raw: String,
    /// Items without, fields with names.
    pub(super) children: Vec<(String, Written)>,
}

impl Written {
    fn read(value: &Value) -> Self {
        let kind = part(value, "Kind").and_then(|kind| kind.as_number()?.as_i64());
        let child = |child: &Value| {
            let value = part(child, "Value").map_or_else(Self::null, Self::read);
            (text(child, "Name"), value)
        };
        Self {
            kind: kind.unwrap_or(kinds::VARIABLE),
            raw: text(value, "Raw"),
            children: all(value, "Children", child),
        }
    }

    fn null() -> Self {
        Self { kind: kinds::NULL, raw: "null".to_owned(), children: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) value: Written,
}

impl Argument {
    fn read(value: &Value) -> Self {
        let given = part(value, "Value").map_or_else(Written::null, Written::read);
        Self { name: text(value, "Name"), value: given }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Directive {
    pub(super) name: String,
    pub(super) arguments: Vec<Argument>,
}

fn directives(value: &Value) -> Vec<Directive> {
    all(value, "Directives", |directive| Directive {
        name: text(directive, "Name"),
        arguments: all(directive, "Arguments", Argument::read),
    })
}

/// An argument or a field of an input object, as it is declared.
#[derive(Debug, Clone)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) ty: Ty,
    pub(super) default: Option<Written>,
    pub(super) directives: Vec<Directive>,
}

impl Input {
    fn read(value: &Value) -> Self {
        Self {
            name: text(value, "Name"),
            ty: part(value, "Type").map_or_else(|| Ty::named("", false), Ty::read),
            default: part(value, "DefaultValue").map(Written::read),
            directives: directives(value),
        }
    }

    /// Whether something must be given for it.
    pub(super) fn is_required(&self) -> bool {
        self.ty.not_null && self.default.is_none()
    }
}

#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) input: Input,
    pub(super) arguments: Vec<Input>,
}

#[derive(Debug, Clone)]
pub(super) struct EnumValue {
    pub(super) name: String,
    pub(super) directives: Vec<Directive>,
}

/// A type as it is declared.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) interfaces: Vec<String>,
    pub(super) fields: Vec<Member>,
    pub(super) types: Vec<String>,
    pub(super) values: Vec<EnumValue>,
    pub(super) directives: Vec<Directive>,
    /// From the specification, not from the schema.
    pub(super) own: bool,
}

impl Definition {
    pub(super) fn read(value: &Value, own: bool) -> Self {
        let member = |field: &Value| Member {
            input: Input::read(field),
            arguments: all(field, "Arguments", Input::read),
        };
        Self {
            kind: text(value, "Kind"),
            name: text(value, "Name"),
            interfaces: texts(value, "Interfaces"),
            fields: all(value, "Fields", member),
            types: texts(value, "Types"),
            values: all(value, "EnumValues", |value| EnumValue {
                name: text(value, "Name"),
                directives: directives(value),
            }),
            directives: directives(value),
            own: own || flag(value, "BuiltIn"),
        }
    }

    pub(super) fn is_input(&self) -> bool {
        matches!(self.kind.as_str(), "SCALAR" | "ENUM" | "INPUT_OBJECT")
    }

    pub(super) fn is_leaf(&self) -> bool {
        matches!(self.kind.as_str(), "SCALAR" | "ENUM")
    }

    pub(super) fn is_composite(&self) -> bool {
        matches!(self.kind.as_str(), "OBJECT" | "INTERFACE" | "UNION")
    }

    pub(super) fn field(&self, name: &str) -> Option<&Member> {
        self.fields.iter().find(|field| field.input.name == name)
    }
}

/// A directive as it is declared.
#[derive(Debug, Clone)]
pub(super) struct DirectiveDefinition {
    pub(super) name: String,
    pub(super) arguments: Vec<Input>,
    pub(super) locations: Vec<String>,
    pub(super) repeatable: bool,
}

impl DirectiveDefinition {
    pub(super) fn read(value: &Value) -> Self {
        Self {
            name: text(value, "Name"),
            arguments: all(value, "Arguments", Input::read),
            locations: texts(value, "Locations"),
            repeatable: flag(value, "IsRepeatable"),
        }
    }
}

/// Types of operations, and directives, of one `schema { … }`.
pub(super) struct Roots {
    pub(super) operations: Vec<(String, String)>,
    pub(super) directives: Vec<Directive>,
}

impl Roots {
    pub(super) fn read(value: &Value) -> Self {
        let operations = all(value, "OperationTypes", |root| (text(root, "Operation"), text(root, "Type")));
        Self { operations, directives: directives(value) }
    }
}

#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) ty: Ty,
    pub(super) default: Option<Written>,
    pub(super) directives: Vec<Directive>,
}

/// What is asked of an object.
#[derive(Debug)]
pub(super) enum Selection {
    Field(Field),
    Spread { name: String, directives: Vec<Directive> },
    Inline { condition: String, directives: Vec<Directive>, set: Vec<Selection> },
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) alias: String,
    pub(super) name: String,
    pub(super) arguments: Vec<Argument>,
    pub(super) directives: Vec<Directive>,
    pub(super) set: Vec<Selection>,
}

impl Selection {
    fn read(value: &Value) -> Self {
        if part(value, "TypeCondition").is_some() {
            return Self::Inline {
                condition: text(value, "TypeCondition"),
                directives: directives(value),
                set: all(value, "SelectionSet", Self::read),
            };
        }
        if part(value, "Alias").is_none() {
            return Self::Spread { name: text(value, "Name"), directives: directives(value) };
        }
        Self::Field(Field {
            alias: text(value, "Alias"),
            name: text(value, "Name"),
            arguments: all(value, "Arguments", Argument::read),
            directives: directives(value),
            set: all(value, "SelectionSet", Self::read),
        })
    }
}

#[derive(Debug)]
pub(super) struct Operation {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) variables: Vec<Variable>,
    pub(super) directives: Vec<Directive>,
    pub(super) set: Vec<Selection>,
}

#[derive(Debug)]
pub(super) struct Fragment {
    pub(super) name: String,
    pub(super) condition: String,
    pub(super) directives: Vec<Directive>,
    pub(super) set: Vec<Selection>,
}

/// What is asked.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) operations: Vec<Operation>,
    pub(super) fragments: Vec<Fragment>,
}

impl Query {
    pub(super) fn read(value: &Value) -> Self {
        let variable = |value: &Value| {
            let Input { ty, default, directives, .. } = Input::read(value);
            Variable { name: text(value, "Variable"), ty, default, directives }
        };
        let operation = |value: &Value| Operation {
            kind: text(value, "Operation"),
            name: text(value, "Name"),
            variables: all(value, "VariableDefinitions", variable),
            directives: directives(value),
            set: all(value, "SelectionSet", Selection::read),
        };
        let fragment = |value: &Value| Fragment {
            name: text(value, "Name"),
            condition: text(value, "TypeCondition"),
            directives: directives(value),
            set: all(value, "SelectionSet", Selection::read),
        };
        Self { operations: all(value, "Operations", operation), fragments: all(value, "Fragments", fragment) }
    }

    pub(super) fn fragment(&self, name: &str) -> Option<&Fragment> {
        self.fragments.iter().find(|fragment| fragment.name == name)
    }
}
