//! Type constraints of variables, with the defaults of optional attributes.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, Span};
use ordain_lang::ast::{Call, Expr, ExprKind, ObjectItem, ObjectKey, is_identifier};
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
        read(&expr, found).unwrap_or_default()
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

fn read(expr: &Expr, found: &mut Diagnostics) -> Option<TypeConstraint> {
    let wrong = match (&expr.unwrapped().kind, expr.keyword()) {
        (_, Some("any")) => return Some(TypeConstraint::plain(Type::Dynamic)),
        (_, Some("string")) => return Some(TypeConstraint::plain(Type::String)),
        (_, Some("number")) => return Some(TypeConstraint::plain(Type::Number)),
        (_, Some("bool")) => return Some(TypeConstraint::plain(Type::Bool)),
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
    None
}

/// A call that makes a type. What is wrong is reported at its parentheses when there are too few arguments or none
/// may be, at those that are too many, or at the one that is wrong.
fn read_call(call: &Call, whole: Span, found: &mut Diagnostics) -> Option<TypeConstraint> {
    let parentheses = call.open.to(call.close);
    let extra = match (call.args.get(1), call.args.last()) {
        (Some(second), Some(last)) => second.span.to(last.span),
        _ => parentheses,
    };
    let (wrong, span) = match (&*call.name, &*call.args) {
        ("list", [element]) => return read(element, found).map(|element| element.collection(Type::list)),
        ("set", [element]) => return read(element, found).map(|element| element.collection(Type::set)),
        ("map", [element]) => return read(element, found).map(|element| element.collection(Type::map)),
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
    None
}

fn read_tuple(items: &[Expr], found: &mut Diagnostics) -> Option<TypeConstraint> {
    let elements: Vec<Option<TypeConstraint>> = items.iter().map(|item| read(item, found)).collect();
    let elements: Vec<TypeConstraint> = elements.into_iter().collect::<Option<_>>()?;
    let ty = Type::tuple(elements.iter().map(|element| element.ty.clone()));
    let mut defaults = Defaults::of(ty.clone());
    for (at, element) in elements.into_iter().enumerate().filter(|(_, element)| !element.defaults.is_empty())
    {
        defaults.children.insert(at.to_string().into(), element.defaults);
    }
    Some(TypeConstraint { ty, defaults, written: true })
}

fn read_object(items: &[ObjectItem], whole: Span, found: &mut Diagnostics) -> Option<TypeConstraint> {
    let mut object = ObjectType::default();
    let (mut values, mut children) = (BTreeMap::new(), BTreeMap::new());
    let mut whole_object = true;
    for item in items {
        let name = match &item.key {
            ObjectKey::Name(name) => Some(name.text.to_arc()),
            ObjectKey::Expr(key) => key.as_text().filter(|text| is_identifier(text)).map(Arc::from),
        };
        let Some(name) = name else {
            let detail = "Object constructor map keys must be attribute names.";
            found.push(invalid(detail, item.key.span()).with_around(whole));
            whole_object = false;
            continue;
        };
        if object.attributes.contains_key(&name) {
            let detail = format!("The attribute {name:?} has a type already; an attribute is named once.");
            found.push(invalid(detail, item.key.span()).with_around(whole));
            whole_object = false;
            continue;
        }
        let member = match &item.value.kind {
            ExprKind::Call(call) if &*call.name == "optional" => {
                object.optional.insert(name.clone());
                read_optional(call, found).map(|(member, default)| {
                    values.extend(default.map(|value| (name.clone(), value)));
                    member
                })
            }
            _ => read(&item.value, found),
        };
        let Some(member) = member else {
            whole_object = false;
            object.attributes.insert(name, Type::Dynamic);
            continue;
        };
        if !member.defaults.is_empty() {
            children.insert(name.clone(), member.defaults);
        }
        object.attributes.insert(name, member.ty);
    }
    if !whole_object {
        return None;
    }
    let ty = Type::Object(Arc::new(object));
    Some(TypeConstraint { defaults: Defaults { ty: ty.clone(), values, children }, ty, written: true })
}

/// `optional(type)` or `optional(type, default)`.
fn read_optional(call: &Call, found: &mut Diagnostics) -> Option<(TypeConstraint, Option<Value>)> {
    let span = call.open.to(call.close);
    let (ty, default) = match &*call.args {
        [ty] => (ty, None),
        [ty, default] => (ty, Some(default)),
        [] => {
            let detail = "Optional attribute modifier requires the attribute type as its argument.";
            found.push(invalid(detail, span));
            return None;
        }
        [ty, ..] => {
            read(ty, found)?;
            let detail = "Optional attribute modifier expects no more than two arguments: the attribute type, and a default value.";
            found.push(invalid(detail, span));
            return None;
        }
    };
    let member = read(ty, found)?;
    let Some(default) = default else { return Some((member, None)) };
    let value = constant(default, found)?;
    match member.convert(value) {
        Ok(value) => Some((member, Some(value))),
        Err(error) => {
            let detail = format!(
                "This default value is not compatible with the attribute's type constraint: {error}."
            );
            found.push(bad_argument("Invalid default value for optional attribute", detail, default.span));
            None
        }
    }
}
