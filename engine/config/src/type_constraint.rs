//! Type constraints of variables, with the defaults of optional attributes.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, Span};
use ordain_lang::ast::{Call, Expr, ExprKind, ObjectItem, ObjectKey};
use ordain_value::{Defaults, ObjectType, PathError, Type, Value, convert};

use crate::constant;
use crate::fields::bad_argument;

/// What values a variable takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeConstraint {
    /// The type; attributes may be optional.
    pub ty: Type,
    /// Defaults of optional attributes.
    pub defaults: Defaults,
    /// Whether it is written: without one, any value is taken, but texts are not read as expressions.
    pub written: bool,
}

impl Default for TypeConstraint {
    fn default() -> Self {
        Self { ty: Type::Dynamic, defaults: Defaults::of(Type::Dynamic), written: false }
    }
}

impl TypeConstraint {
    /// The value with defaults filled in, as one of the type.
    ///
    /// # Errors
    /// What is wrong with the value, and which part of it.
    pub fn convert(&self, value: Value) -> Result<Value, PathError> {
        let value = if value.is_null() { value } else { self.defaults.apply(value) };
        convert(value, &self.ty)
    }
}

/// Reading.
impl TypeConstraint {
    /// Reads a type expression. What is wrong is reported; the result is then of any type.
    pub fn parse(expr: &Expr, found: &mut Diagnostics) -> TypeConstraint {
        let (native, problems) = expr.native();
        // A text of JSON syntax that cannot be read is told as a whole.
        if matches!(expr.kind, ExprKind::Json(_)) && problems.has_errors() {
            found.push(invalid(NO_TYPE, expr.span));
            return TypeConstraint::default();
        }
        found.append(problems);
        // The text of a string in JSON syntax is told as a whole where it is no call.
        let expr = Expr { span: expr.span, ..native };
        // Names of collections alone are an old way to say that elements are of any one type.
        match expr.keyword() {
            Some("list") => return TypeConstraint::plain(Type::list(Type::Dynamic)),
            Some("map") => return TypeConstraint::plain(Type::map(Type::Dynamic)),
            _ => {}
        }
        let before = found.error_count();
        let read = read(&expr, found);
        if found.error_count() == before { read } else { TypeConstraint::default() }
    }

    fn plain(ty: Type) -> TypeConstraint {
        TypeConstraint { defaults: Defaults::of(ty.clone()), ty, written: true }
    }

    /// The constraint on a collection of such elements.
    fn collection(self, wrap: impl FnOnce(Type) -> Type) -> TypeConstraint {
        let ty = wrap(self.ty);
        let mut defaults = Defaults::of(ty.clone());
        if !self.defaults.is_empty() {
            defaults.children.insert("".into(), self.defaults);
        }
        TypeConstraint { ty, defaults, written: true }
    }
}

const NO_TYPE: &str = "A type specification is either a primitive type keyword (bool, number, string) or a complex type constructor call, like list(string).";

fn invalid(detail: impl Into<String>, span: Span) -> Diagnostic {
    bad_argument("Invalid type specification", detail, span)
}

/// The constraint that an expression is. What cannot be read is of any type, and what stands around it is read all the
/// same: defaults are held against it.
fn read(expr: &Expr, found: &mut Diagnostics) -> TypeConstraint {
    let wrong = match (&expr.unwrapped().kind, expr.keyword()) {
        (_, Some("any")) => return TypeConstraint::plain(Type::Dynamic),
        (_, Some("string")) => return TypeConstraint::plain(Type::String),
        (_, Some("number")) => return TypeConstraint::plain(Type::Number),
        (_, Some("bool")) => return TypeConstraint::plain(Type::Bool),
        (_, Some(word @ ("list" | "set" | "map"))) => {
            format!("The {word} type constructor requires one argument specifying the element type.")
        }
        (_, Some("object")) => {
            "The object type constructor requires one argument specifying the attribute types and values as a map.".to_owned()
        }
        (_, Some("tuple")) => {
            "The tuple type constructor requires one argument specifying the element types as a list.".to_owned()
        }
        (_, Some(word)) => format!("The keyword {word:?} is not a valid type specification."),
        (ExprKind::Call(call), _) => return read_call(call, expr.unwrapped().span, found),
        _ => NO_TYPE.to_owned(),
    };
    found.push(invalid(wrong, expr.span));
    TypeConstraint::plain(Type::Dynamic)
}

/// A call that makes a type. What is wrong is reported at its parentheses when there are too few arguments or none
/// may be, at those that are too many, or at the one that is wrong.
fn read_call(call: &Call, whole: Span, found: &mut Diagnostics) -> TypeConstraint {
    let parentheses = call.open.to(call.close);
    let extra = match (call.args.get(1), call.args.last()) {
        (Some(second), Some(last)) => second.span.to(last.span),
        _ => parentheses,
    };
    let (wrong, span) = match (&*call.name, &*call.args) {
        ("list", [element]) => return read(element, found).collection(Type::list),
        ("set", [element]) => return read(element, found).collection(Type::set),
        ("map", [element]) => return read(element, found).collection(Type::map),
        ("object", [members]) => match &members.kind {
            ExprKind::Object(items) => return read_object(items, members.span, found),
            _ => ("Object type constructor requires a map whose keys are attribute names and whose values are the corresponding attribute types.".to_owned(), members.span),
        },
        ("tuple", [members]) => match &members.kind {
            ExprKind::Tuple(items) => return read_tuple(items, found),
            _ => ("Tuple type constructor requires a list of element types.".to_owned(), members.span),
        },
        ("optional", _) => {
            ("Keyword \"optional\" is valid only as a modifier for object type attributes.".to_owned(), call.name_span)
        }
        (word @ ("any" | "bool" | "number" | "string"), _) => {
            (format!("Primitive type keyword {word:?} does not expect arguments."), parentheses)
        }
        (word @ ("list" | "set" | "map"), _) => {
            (format!("The {word} type constructor requires one argument specifying the element type."), extra)
        }
        ("object", _) => ("The object type constructor requires one argument specifying the attribute types and values as a map.".to_owned(), extra),
        ("tuple", _) => ("The tuple type constructor requires one argument specifying the element types as a list.".to_owned(), extra),
        (word, _) => (format!("Keyword {word:?} is not a valid type constructor."), whole),
    };
    found.push(invalid(wrong, span).with_around(whole));
    TypeConstraint::plain(Type::Dynamic)
}

fn read_tuple(items: &[Expr], found: &mut Diagnostics) -> TypeConstraint {
    let elements: Vec<TypeConstraint> = items.iter().map(|item| read(item, found)).collect();
    let ty = Type::tuple(elements.iter().map(|element| element.ty.clone()));
    let mut defaults = Defaults::of(ty.clone());
    for (at, element) in elements.into_iter().enumerate().filter(|(_, element)| !element.defaults.is_empty())
    {
        defaults.children.insert(at.to_string().into(), element.defaults);
    }
    TypeConstraint { ty, defaults, written: true }
}

fn read_object(items: &[ObjectItem], whole: Span, found: &mut Diagnostics) -> TypeConstraint {
    let mut object = ObjectType::default();
    let (mut values, mut children) = (BTreeMap::new(), BTreeMap::new());
    for item in items {
        let name = match &item.key {
            ObjectKey::Name(name) => Some(name.text.clone()),
            ObjectKey::Expr(_) => None,
        };
        let Some(name) = name else {
            let detail = "Object constructor map keys must be attribute names.";
            found.push(invalid(detail, item.key.span()).with_around(whole));
            continue;
        };
        if object.attributes.contains_key(&name) {
            let detail = format!("The attribute {name:?} has a type already; an attribute is named once.");
            found.push(invalid(detail, item.key.span()).with_around(whole));
            continue;
        }
        let member = match &item.value.kind {
            ExprKind::Call(call) if &*call.name == "optional" => {
                let Some(optional) = read_optional(call, found) else { continue };
                if optional.left_out {
                    object.optional.insert(name.clone());
                }
                values.extend(optional.default.map(|value| (name.clone(), value)));
                optional.member
            }
            _ => read(&item.value, found),
        };
        if !member.defaults.is_empty() {
            children.insert(name.clone(), member.defaults);
        }
        object.attributes.insert(name, member.ty);
    }
    let ty = Type::Object(Arc::new(object));
    TypeConstraint { defaults: Defaults { ty: ty.clone(), values, children }, ty, written: true }
}

/// What `optional` makes of an attribute.
struct Optional {
    member: TypeConstraint,
    /// Whether the attribute may be left out.
    left_out: bool,
    default: Option<Value>,
}

/// `optional(type)` or `optional(type, default)`.
fn read_optional(call: &Call, found: &mut Diagnostics) -> Option<Optional> {
    let span = call.open.to(call.close);
    let (ty, default) = match &*call.args {
        [ty] => return Some(Optional { member: read(ty, found), left_out: true, default: None }),
        [ty, default] => (ty, default),
        [] => {
            let detail = "Optional attribute modifier requires the attribute type as its argument.";
            found.push(invalid(detail, span));
            return None;
        }
        [ty, ..] => {
            let detail = "Optional attribute modifier expects no more than two arguments: the attribute type, and a default value.";
            found.push(invalid(detail, span));
            return Some(Optional { member: read(ty, found), left_out: false, default: None });
        }
    };
    let given = constant(default, found);
    let member = read(ty, found);
    let left_out = given.is_some();
    let default = given.and_then(|value| match member.convert(value) {
        Ok(value) => Some(value),
        Err(error) => {
            let detail = format!(
                "This default value is not compatible with the attribute's type constraint: {error}."
            );
            found.push(bad_argument("Invalid default value for optional attribute", detail, default.span));
            None
        }
    });
    Some(Optional { member, left_out, default })
}
