//! Operators.

use ordain_value::ops::{self, OpResult};
use ordain_value::{Type, Value, convert};

use super::evaluator::Evaluator;
use crate::ast::{BinaryOp, Expr, UnaryOp};

/// Type that operands are brought to (none: any), type of the result, and what is done.
type Operator = (Option<Type>, Type, fn(&Value, &Value) -> OpResult);

fn operator(op: BinaryOp) -> Operator {
    let number = || Some(Type::Number);
    match op {
        BinaryOp::Or => (Some(Type::Bool), Type::Bool, ops::or),
        BinaryOp::And => (Some(Type::Bool), Type::Bool, ops::and),
        BinaryOp::Equal => (None, Type::Bool, |left, right| Ok(ops::equal(left, right))),
        BinaryOp::NotEqual => (None, Type::Bool, |left, right| Ok(ops::not_equal(left, right))),
        BinaryOp::Less => (number(), Type::Bool, ops::less),
        BinaryOp::LessEqual => (number(), Type::Bool, ops::less_or_equal),
        BinaryOp::Greater => (number(), Type::Bool, ops::greater),
        BinaryOp::GreaterEqual => (number(), Type::Bool, ops::greater_or_equal),
        BinaryOp::Add => (number(), Type::Number, ops::add),
        BinaryOp::Subtract => (number(), Type::Number, ops::subtract),
        BinaryOp::Multiply => (number(), Type::Number, ops::multiply),
        BinaryOp::Divide => (number(), Type::Number, ops::divide),
        BinaryOp::Modulo => (number(), Type::Number, ops::modulo),
    }
}

impl Evaluator<'_> {
    pub(super) fn binary(&mut self, expr: &Expr, op: BinaryOp, left: &Expr, right: &Expr) -> Value {
        let (wanted, result, run) = operator(op);
        let before = self.errors();
        let left_value = self.value(left);
        let right_value = self.value(right);
        let left_value = self.operand(expr, left, left_value, wanted.as_ref(), "left");
        let right_value = self.operand(expr, right, right_value, wanted.as_ref(), "right");
        if self.errors() > before {
            return Value::unknown(result);
        }
        match run(&left_value, &right_value) {
            Ok(value) => value,
            Err(why) => {
                self.failed(expr, &why.to_string());
                Value::unknown(result)
            }
        }
    }

    pub(super) fn unary(&mut self, expr: &Expr, op: UnaryOp, operand: &Expr) -> Value {
        let (ty, run): (Type, fn(&Value) -> OpResult) = match op {
            UnaryOp::Not => (Type::Bool, ops::not),
            UnaryOp::Negate => (Type::Number, ops::negate),
        };
        let before = self.errors();
        let value = self.value(operand);
        let value = self.operand(expr, operand, value, Some(&ty), "unary");
        if self.errors() > before {
            return Value::unknown(ty);
        }
        match run(&value) {
            Ok(value) => value,
            Err(why) => {
                self.failed(expr, &why.to_string());
                Value::unknown(ty)
            }
        }
    }

    fn failed(&mut self, expr: &Expr, why: &str) {
        self.error(expr, expr.span, "Operation failed", format!("The operation has no result: {why}."));
    }

    fn operand(&mut self, expr: &Expr, operand: &Expr, value: Value, ty: Option<&Type>, side: &str) -> Value {
        let Some(ty) = ty else { return value };
        match convert(value, ty) {
            Ok(value) => value,
            Err(why) => {
                let detail = format!("Unsuitable value for {side} operand: {why}.");
                self.error_in(expr, operand, operand.span, "Invalid operand", detail);
                Value::unknown(ty.clone())
            }
        }
    }
}
