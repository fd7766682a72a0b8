//! Evaluating pipelines, commands, fields and arguments: the second half of `text/template/exec.go`.

use super::call::{Function, Param};
use super::error::ExecError;
use super::exec::{At, State};
use crate::functions;
use crate::objects;
use crate::value::{ListKind, MapKind, Value};
use ordain_gostd::template::{Command, Expr, ExprKind, Number, Pipe};

/// A value and whether Go would see it as an `interface {}`: errors about nil and about types depend on it.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) value: Value,
    pub(crate) iface: bool,
}

impl Slot {
    pub(crate) fn plain(value: Value) -> Self {
        Self { value, iface: false }
    }

    /// Whether elements of such a list are interfaces.
    pub(super) fn typed_list_item(kind: ListKind) -> bool {
        kind == ListKind::Any
    }

    /// Whether elements of such a map are interfaces.
    pub(super) fn map_item(kind: MapKind) -> bool {
        kind != MapKind::Text
    }

    fn type_name(&self) -> String {
        if self.iface { "interface {}".into() } else { self.value.type_name() }
    }
}

type Eval = Result<Slot, ExecError>;

impl<'t> State<'_, '_, 't> {
    pub(super) fn pipeline(&mut self, dot: &Slot, pipe: &'t Pipe) -> Eval {
        self.at = At::Pipe(pipe);
        let mut last: Option<Slot> = None;
        for command in &pipe.cmds {
            let mut value = self.command(dot, command, last)?;
            // An interface gives way to what is in it.
            value.iface = false;
            last = Some(value);
        }
        let value = last.unwrap_or(Slot::plain(Value::Nil));
        for name in &pipe.decl {
            if pipe.assign {
                self.set_var(name, value.clone())?;
            } else {
                self.vars.push((name.clone(), value.clone()));
            }
        }
        Ok(value)
    }

    fn command(&mut self, dot: &Slot, command: &'t Command, last: Option<Slot>) -> Eval {
        self.charge(1)?;
        let Some((first, args)) = command.args.split_first() else {
            return self.fail("empty command");
        };
        match &first.kind {
            ExprKind::Field(idents) => {
                self.at = At::Expr(first);
                return self.chain(dot, dot.clone(), first, idents, args, last);
            }
            ExprKind::Chain(node, fields) => return self.chain_node(dot, first, node, fields, args, last),
            ExprKind::Identifier(name) => {
                self.at = At::Expr(first);
                return self.function(dot, name, At::Command(command), args, last);
            }
            ExprKind::Pipe(pipe) => {
                self.not_a_function(first, args, last.as_ref())?;
                return self.pipeline(dot, pipe);
            }
            ExprKind::Variable(idents) => return self.variable(dot, first, idents, args, last),
            _ => {}
        }
        self.at = At::Expr(first);
        self.not_a_function(first, args, last.as_ref())?;
        match &first.kind {
            ExprKind::Bool(b) => Ok(Slot::plain(Value::Bool(*b))),
            ExprKind::Dot => Ok(dot.clone()),
            ExprKind::Nil => self.fail("nil is not a command"),
            ExprKind::Number(number) => self.constant(first, number),
            ExprKind::Text { text, .. } => Ok(Slot::plain(Value::from(text.as_str()))),
            _ => self.fail(format!("can't evaluate command {first}")),
        }
    }

    fn not_a_function(&self, first: &Expr, args: &[Expr], last: Option<&Slot>) -> Result<(), ExecError> {
        if args.is_empty() && last.is_none() {
            return Ok(());
        }
        self.fail(format!("can't give argument to non-function {first}"))
    }

    fn constant(&mut self, expr: &'t Expr, number: &Number) -> Eval {
        self.at = At::Expr(expr);
        let text = &number.text;
        let hex = text.starts_with("0x") || text.starts_with("0X");
        // Of a hexadecimal number only the exponent makes a float; `e` is one of its digits.
        let marks: &[char] = if hex { &['p', 'P'] } else { &['.', 'e', 'E', 'p', 'P'] };
        let float_like = !text.starts_with('\'') && text.contains(marks);
        match (number.float, number.int) {
            (Some(float), _) if float_like => Ok(Slot::plain(Value::Float(float))),
            (_, Some(int)) => Ok(Slot::plain(Value::int(int))),
            _ => self.fail(format!("{text} overflows int")),
        }
    }

    fn chain_node(
        &mut self,
        dot: &Slot,
        whole: &'t Expr,
        node: &'t Expr,
        fields: &'t [String],
        args: &'t [Expr],
        last: Option<Slot>,
    ) -> Eval {
        self.at = At::Expr(whole);
        if matches!(node.kind, ExprKind::Nil) {
            return self.fail(format!("indirection through explicit nil in {whole}"));
        }
        let receiver = self.arg(dot, Param::Raw, node)?;
        self.chain(dot, receiver, whole, fields, args, last)
    }

    fn variable(
        &mut self,
        dot: &Slot,
        expr: &'t Expr,
        idents: &'t [String],
        args: &'t [Expr],
        last: Option<Slot>,
    ) -> Eval {
        self.at = At::Expr(expr);
        let Some((name, fields)) = idents.split_first() else { return self.fail("empty variable") };
        let Some(value) = self.vars.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.clone()) else {
            return self.fail(format!("undefined variable: {name}"));
        };
        if fields.is_empty() {
            self.not_a_function(expr, args, last.as_ref())?;
            return Ok(value);
        }
        self.chain(dot, value, expr, fields, args, last)
    }

    /// `.X.Y.Z`, the last of which may be a method with arguments.
    fn chain(
        &mut self,
        dot: &Slot,
        receiver: Slot,
        whole: &'t Expr,
        fields: &'t [String],
        args: &'t [Expr],
        last: Option<Slot>,
    ) -> Eval {
        let Some((end, inner)) = fields.split_last() else { return Ok(receiver) };
        let mut receiver = receiver;
        for field in inner {
            receiver = self.field(dot, field, whole, &[], None, receiver)?;
        }
        self.field(dot, end, whole, args, last, receiver)
    }

    fn field(
        &mut self,
        dot: &Slot,
        name: &str,
        whole: &'t Expr,
        args: &'t [Expr],
        last: Option<Slot>,
        receiver: Slot,
    ) -> Eval {
        if matches!(receiver.value, Value::Nil) {
            if receiver.iface {
                return self.fail(format!("nil pointer evaluating interface {{}}.{name}"));
            }
            return Ok(Slot::plain(Value::Nil));
        }
        if let Some(method) = objects::method(&receiver.value, name) {
            return self.method(dot, &method, receiver, At::Expr(whole), args, last);
        }
        let has_args = !args.is_empty() || last.is_some();
        match &receiver.value {
            Value::Map(map) => {
                if has_args {
                    return self.fail(format!("{name} is not a method but has arguments"));
                }
                let missing = if map.kind == MapKind::Text { Value::from("") } else { Value::Nil };
                return Ok(Slot { value: map.get(name).unwrap_or(missing), iface: Slot::map_item(map.kind) });
            }
            Value::Object(object) => {
                if let Some(value) = object.field(name) {
                    if has_args {
                        return self.fail(format!("{name} has arguments but cannot be invoked as function"));
                    }
                    return Ok(Slot::plain(value));
                }
            }
            _ => {}
        }
        self.fail(format!("can't evaluate field {name} in type {}", receiver.type_name()))
    }

    fn method(
        &mut self,
        dot: &Slot,
        method: &objects::Method,
        receiver: Slot,
        at: At<'t>,
        args: &'t [Expr],
        last: Option<Slot>,
    ) -> Eval {
        let values = self.arguments(dot, method.name, method.params, false, args, last)?;
        match (method.body)(&receiver.value, &values) {
            Ok(value) => Ok(Slot::plain(value)),
            Err(message) => {
                self.at = at;
                self.fail(format!("error calling {}: {message}", method.name))
            }
        }
    }

    fn function(&mut self, dot: &Slot, name: &str, at: At<'t>, args: &'t [Expr], last: Option<Slot>) -> Eval {
        let Some(function) = functions::find(name) else {
            return self.fail(format!("\"{name}\" is not a defined function"));
        };
        if matches!(name, "and" | "or") {
            return self.and_or(dot, function, args, last);
        }
        let values = self.arguments(dot, name, function.params, function.variadic, args, last)?;
        let result = (function.body)(self.engine, &values);
        match result {
            Ok(value) => Ok(Slot::plain(value)),
            Err(message) => {
                self.at = at;
                let message = match message.strip_prefix("non-function of type ") {
                    Some(kind) if name == "call" => {
                        let callee = callee(args, values.first());
                        format!("non-function {callee} of type {kind}")
                    }
                    _ => message,
                };
                self.fail(format!("error calling {name}: {message}"))
            }
        }
    }

    /// Stops at the first argument that decides.
    fn and_or(&mut self, dot: &Slot, function: &Function, args: &'t [Expr], last: Option<Slot>) -> Eval {
        let given = args.len() + usize::from(last.is_some());
        if given == 0 {
            return self.fail(format!("wrong number of args for {}: want at least 1 got 0", function.name));
        }
        let mut value = Slot::plain(Value::Nil);
        for arg in args {
            value = self.arg(dot, Param::Raw, arg)?;
            if value.value.truth() == (function.name == "or") {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    fn arguments(
        &mut self,
        dot: &Slot,
        name: &str,
        params: &'static [Param],
        variadic: bool,
        args: &'t [Expr],
        last: Option<Slot>,
    ) -> Result<Vec<Slot>, ExecError> {
        let given = args.len() + usize::from(last.is_some());
        let fixed = if variadic { params.len().saturating_sub(1) } else { params.len() };
        if variadic && given < fixed {
            return self
                .fail(format!("wrong number of args for {name}: want at least {fixed} got {}", args.len()));
        }
        if !variadic && given != fixed {
            return self.fail(format!("wrong number of args for {name}: want {fixed} got {given}"));
        }
        let param = |i: usize| params.get(i).or(params.last()).copied().unwrap_or(Param::Any);
        let mut values = Vec::with_capacity(given);
        for (i, arg) in args.iter().enumerate() {
            values.push(self.arg(dot, param(i), arg)?);
        }
        if let Some(last) = last {
            let checked = self.check(last, param(args.len()))?;
            values.push(checked);
        }
        Ok(values)
    }

    fn arg(&mut self, dot: &Slot, param: Param, expr: &'t Expr) -> Eval {
        self.at = At::Expr(expr);
        let value = match &expr.kind {
            ExprKind::Dot => dot.clone(),
            ExprKind::Nil if param.can_be_nil() => return Ok(Slot::plain(Value::Nil)),
            ExprKind::Nil => return self.fail(format!("cannot assign nil to {}", param.name())),
            ExprKind::Field(idents) => self.chain(dot, dot.clone(), expr, idents, &[], None)?,
            ExprKind::Variable(idents) => self.variable(dot, expr, idents, &[], None)?,
            ExprKind::Pipe(pipe) => self.pipeline(dot, pipe)?,
            ExprKind::Identifier(name) => self.function(dot, name, At::Expr(expr), &[], None)?,
            ExprKind::Chain(node, fields) => self.chain_node(dot, expr, node, fields, &[], None)?,
            ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text { .. } => {
                return self.literal(param, expr);
            }
        };
        self.check(value, param)
    }

    fn literal(&mut self, param: Param, expr: &'t Expr) -> Eval {
        let expected = match (param, &expr.kind) {
            (Param::Any | Param::Raw | Param::Bool, ExprKind::Bool(b)) => {
                return Ok(Slot::plain(Value::Bool(*b)));
            }
            (Param::Any | Param::Raw | Param::Text, ExprKind::Text { text, .. }) => {
                return Ok(Slot::plain(Value::from(text.as_str())));
            }
            (Param::Any | Param::Raw, ExprKind::Number(number)) => return self.constant(expr, number),
            (Param::Int, ExprKind::Number(Number { int: Some(i), .. })) => {
                return Ok(Slot::plain(Value::int(*i)));
            }
            (Param::Uint32, ExprKind::Number(Number { uint: Some(u), .. })) => {
                return Ok(Slot::plain(Value::int(i64::from(u32::try_from(*u).unwrap_or(u32::MAX)))));
            }
            (Param::Float, ExprKind::Number(Number { float: Some(f), .. })) => {
                return Ok(Slot::plain(Value::Float(*f)));
            }
            (Param::Text, _) => "string",
            (Param::Bool, _) => "bool",
            (Param::Int, _) => "integer",
            (Param::Uint32, _) => "unsigned integer",
            (Param::Float, _) => "float",
            _ => return self.fail(format!("can't handle {expr} for arg of type {}", param.name())),
        };
        self.fail(format!("expected {expected}; found {expr}"))
    }

    /// `validateType`: the value, if the parameter takes it.
    fn check(&self, slot: Slot, param: Param) -> Eval {
        use crate::value::IntKind;
        let fits = match (param, &slot.value) {
            (Param::Any | Param::Raw, _) => true,
            (_, Value::Nil) if slot.iface => false,
            (_, Value::Nil) if param.can_be_nil() => true,
            (_, Value::Nil) => return self.fail(format!("invalid value; expected {}", param.name())),
            (Param::Text, Value::Text(_))
            | (Param::Bool, Value::Bool(_))
            | (Param::Float, Value::Float(_)) => true,
            (Param::Int, Value::Int(_, IntKind::Int)) => true,
            (Param::Dict, Value::Map(map)) => map.kind != MapKind::Text,
            (Param::AnyList, Value::List(list)) => list.kind == ListKind::Any,
            (Param::Time | Param::Certificate, Value::Object(object)) => object.type_name() == param.name(),
            _ => false,
        };
        if fits {
            return Ok(slot);
        }
        let got =
            if matches!(slot.value, Value::Nil) { "interface {}".into() } else { slot.value.type_name() };
        self.fail(format!("wrong type for value; expected {}; got {got}", param.name()))
    }
}

/// How `call` names what is no function: as it is written, or by what came through the pipe.
fn callee(args: &[Expr], first: Option<&Slot>) -> String {
    match (args.first(), first.map(|slot| &slot.value)) {
        (Some(written), _) => written.to_string(),
        (None, Some(Value::Text(text))) => text.to_string(),
        (None, Some(value)) => format!("<{} Value>", value.type_name()),
        (None, None) => String::new(),
    }
}
