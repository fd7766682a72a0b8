//! Templates.

use std::fmt::Write;

use ordain_diag::Span;
use ordain_value::{Kind, Marks, Number, Type, Value, convert};

use super::evaluator::Evaluator;
use crate::ast::{Expr, TemplateFor, TemplateIf, TemplatePart};

const INVALID: &str = "Invalid template interpolation value";

/// A known beginning longer than this is cut: it only serves comparisons.
const LONGEST_PREFIX: usize = 128;

/// Text that is being put together.
#[derive(Default)]
struct Text {
    known: String,
    unknown: bool,
    /// An error was found; nothing is put behind what was there before it.
    broken: bool,
    marks: Marks,
}

impl Text {
    fn push(&mut self, part: &str) {
        if !self.unknown && !self.broken {
            self.known.push_str(part);
        }
    }

    /// The same text that a conversion of the number gives.
    fn push_number(&mut self, number: &Number) {
        if !self.unknown && !self.broken {
            // Writing to a text does not fail.
            write!(self.known, "{number}").unwrap_or_default();
        }
    }

    fn finish(self) -> Value {
        let value = if self.unknown {
            let mut refined = Value::unknown(Type::String).refine();
            if !self.broken && !self.known.is_empty() {
                let mut end = self.known.len().min(LONGEST_PREFIX);
                while !self.known.is_char_boundary(end) {
                    end -= 1;
                }
                refined = refined.prefix(self.known.get(..end).unwrap_or(""));
            }
            refined.not_null().finish()
        } else {
            Value::string(self.known)
        };
        value.with_marks(self.marks)
    }
}

impl Evaluator<'_> {
    /// A template; an interpolation that stands alone is its value, whatever its type.
    pub(super) fn template(&mut self, expr: &Expr, parts: &[TemplatePart]) -> Value {
        if let [TemplatePart::Interpolation(inner)] = parts {
            return self.value(inner);
        }
        self.text(expr, parts)
    }

    fn text(&mut self, expr: &Expr, parts: &[TemplatePart]) -> Value {
        let before = self.errors();
        let mut text = Text::default();
        for part in parts {
            // What directives give is text, and always fits.
            let (value, source) = match part {
                TemplatePart::Literal(literal, _) => {
                    text.push(literal);
                    continue;
                }
                TemplatePart::Interpolation(inner) => (self.value(inner), inner),
                TemplatePart::If(directive) => (self.template_if(expr, directive), expr),
                TemplatePart::For(directive) => (self.template_for(expr, directive), expr),
            };
            text.broken |= self.errors() > before;
            self.add(expr, source, &mut text, value);
        }
        text.finish()
    }

    fn add(&mut self, expr: &Expr, source: &Expr, text: &mut Text, value: Value) {
        if value.is_null() {
            let detail = "The value is null, which cannot be put into a text.";
            self.error_in(expr, source, source.span, INVALID, detail);
            text.broken = true;
            return;
        }
        let (value, marks) = value.unmark();
        text.marks = text.marks.union(marks);
        if !value.is_known() {
            text.unknown = true;
            return;
        }
        match value.kind() {
            Kind::String(part) => return text.push(part),
            Kind::Number(number) => return text.push_number(number),
            _ => {}
        }
        match convert(value, &Type::String) {
            Ok(part) => text.push(part.as_str().unwrap_or("")),
            Err(why) => {
                let detail = format!("This value cannot be put into a text: {why}.");
                self.error_in(expr, source, source.span, INVALID, detail);
                text.broken = true;
            }
        }
    }

    fn template_if(&mut self, expr: &Expr, directive: &TemplateIf) -> Value {
        let then = self.branch(|this| this.text(expr, &directive.then));
        let otherwise = self.branch(|this| this.text(expr, &directive.otherwise));
        let whole = Expr { span: directive.span, kind: expr.kind.clone() };
        let branches = Span { start: directive.condition.span.end.min(directive.span.end), ..directive.span };
        self.choose((&whole, [branches; 2]), &directive.condition, then, otherwise)
    }

    fn template_for(&mut self, expr: &Expr, directive: &TemplateFor) -> Value {
        let (collection, marks) = self.value(&directive.collection).unmark();
        let Some(elements) = self.iterate(expr, &directive.collection, &collection) else {
            return Value::unknown(Type::String).with_marks(marks);
        };
        let before = self.errors();
        let mut text = Text { marks, ..Text::default() };
        for (key, element) in elements {
            let bound = self.bind(directive.key.as_ref(), &directive.value, key, element);
            let value = self.text(expr, &directive.body);
            self.unbind(bound);
            let (value, marks) = value.unmark();
            text.marks = text.marks.union(marks);
            match value.as_str() {
                Some(part) => text.known.push_str(part),
                None => text.unknown = true,
            }
            if self.errors() > before + super::for_expr::MOST_ERRORS {
                break;
            }
        }
        if text.unknown {
            return Value::unknown(Type::String).with_marks(text.marks);
        }
        Value::string(text.known).with_marks(text.marks)
    }
}
