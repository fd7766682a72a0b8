//! `source[*].each` and `source.*.each`

use ordain_value::{Kind, Nullness, Type, Value};

use super::evaluator::Evaluator;
use crate::ast::{Expr, Splat};

impl Evaluator<'_> {
    pub(super) fn splat(&mut self, expr: &Expr, splat: &Splat) -> Value {
        let before = self.errors();
        let source = self.value(&splat.source);
        let unknown = Value::unknown(Type::Dynamic);
        if self.errors() > before {
            return unknown;
        }
        let marks = source.marks();
        let ty = source.ty();
        let sequence = matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_));
        if source.is_null() {
            if !sequence {
                return Value::tuple([]).with_marks(marks);
            }
            let detail = "This list, set or tuple is null, so it has no elements to go through.";
            self.error_in(expr, &splat.source, splat.source.span, "Splat of null value", detail);
            return unknown;
        }
        if ty == Type::Dynamic {
            return unknown.with_marks(marks);
        }
        if !sequence {
            // A single value stands for a tuple of it; whether there is one depends on null.
            let certain = match source.kind() {
                Kind::Unknown(unknown) => unknown.nullness == Nullness::Never,
                _ => true,
            };
            let (source, marks) = source.unmark();
            let value = if certain { self.tuple(splat, &[source]) } else { self.each(splat, source) };
            return if certain { value } else { unknown }.with_marks(marks);
        }
        let (source, marks) = source.unmark();
        let value = match source.kind() {
            Kind::List(element, items) => self.list(splat, items, element),
            Kind::Set(element, items) => self.list(splat, items, element),
            Kind::Tuple(items) => self.tuple(splat, items),
            _ => self.unknown_sequence(splat, &source, &ty),
        };
        value.with_marks(marks)
    }

    fn each(&mut self, splat: &Splat, item: Value) -> Value {
        self.items.push(item);
        let value = self.value(&splat.each);
        self.items.pop();
        value
    }

    /// The type of what an element of this type becomes.
    fn each_type(&mut self, splat: &Splat, element: &Type) -> Type {
        self.each(splat, Value::unknown(element.clone())).ty()
    }

    fn tuple(&mut self, splat: &Splat, items: &[Value]) -> Value {
        let before = self.errors();
        let values: Vec<Value> = items.iter().map(|item| self.each(splat, item.clone())).collect();
        if self.errors() == before {
            return Value::tuple(values);
        }
        // The same errors again, of which the first are told.
        let count = self.found.len();
        let types: Vec<Type> = items.iter().map(|item| self.each_type(splat, &item.ty())).collect();
        self.take_back(count);
        Value::unknown(Type::tuple(types))
    }

    fn list(&mut self, splat: &Splat, items: &[Value], element: &Type) -> Value {
        let before = self.errors();
        let values: Vec<Value> = items.iter().map(|item| self.each(splat, item.clone())).collect();
        if self.errors() > before {
            let count = self.found.len();
            let ty = self.each_type(splat, element);
            self.take_back(count);
            return Value::unknown(Type::list(ty));
        }
        let Some(first) = values.first() else {
            let ty = self.each_type(splat, element);
            return Value::list(ty, []);
        };
        let ty = first.ty();
        if values.iter().all(|value| value.ty() == ty) {
            Value::list(ty, values)
        } else {
            Value::tuple(values)
        }
    }

    fn unknown_sequence(&mut self, splat: &Splat, source: &Value, ty: &Type) -> Value {
        if let Type::Tuple(types) = ty {
            let types: Vec<Type> = types.iter().map(|ty| self.each_type(splat, ty)).collect();
            return Value::unknown(Type::tuple(types)).refine_not_null();
        }
        let element = ty.element().cloned().unwrap_or(Type::Dynamic);
        let element = self.each_type(splat, &element);
        let mut refined = Value::unknown(Type::list(element)).refine().not_null();
        if let Kind::Unknown(unknown) = source.kind() {
            let (least, most) = unknown.length_bounds();
            refined = refined.length_lower(least);
            if let Some(most) = most {
                refined = refined.length_upper(most);
            }
        }
        refined.finish()
    }
}
