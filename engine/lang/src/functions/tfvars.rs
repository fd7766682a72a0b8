//! The functions of the built-in provider `terraform`: values as configuration text and back.
//!
//! They stand here because they need the parser; whoever resolves `provider::NAME::…` asks
//! [`terraform_provider`](super::terraform_provider) when `NAME` stands for that provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_diag::{Diagnostic, Sources, codes};
use ordain_value::{Kind, Nullness, Type, Value};

use super::spec::{Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty};
use super::template::fail_on_errors;
use crate::ast::{Body, Traversal};
use crate::eval::evaluate;
use crate::format::quoted;
use crate::parse::parse_native;
use crate::{Functions, Resolution, Scope, World};

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    Spec {
        name: "encode_tfvars",
        description: "An object in the form of a `.tfvars` file, an attribute a line.",
        params: &[Param::new("value", Ty::Any).dynamic()],
        variadic: None,
        returns: Returns::Type(Ty::String),
        not_null: true,
        body: encode_tfvars,
    },
    Spec {
        name: "decode_tfvars",
        description: "The object that the text of a `.tfvars` file stands for.",
        params: &[Param::new("src", Ty::String)],
        variadic: None,
        returns: Returns::Type(Ty::Any),
        not_null: true,
        body: decode_tfvars,
    },
    Spec {
        name: "encode_expr",
        description: "A value as an expression of the language that gives it.",
        params: &[Param::new("value", Ty::Any).unknown().dynamic()],
        variadic: None,
        returns: Returns::Type(Ty::String),
        not_null: true,
        body: encode_expr,
    },
];

fn encode_expr(call: &Call<'_>) -> FunctionResult {
    let value = call.arg(0)?;
    if !value.is_wholly_known() {
        let prefix = match value.ty() {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => "[",
            Type::Map(_) | Type::Object(_) => "{",
            Type::String => "\"",
            _ => "",
        };
        let certain = match value.kind() {
            Kind::Unknown(unknown) => unknown.nullness == Nullness::Never,
            _ => true,
        };
        let prefix = if certain { prefix } else { "" };
        return Ok(call.unknown().refine().prefix_full(prefix).finish());
    }
    let mut writer = Writer::default();
    writer.value(value)?;
    Ok(Value::string(writer.finish()))
}

fn encode_tfvars(call: &Call<'_>) -> FunctionResult {
    let value = call.arg(0)?;
    if !value.is_wholly_known() {
        return Ok(call.unknown());
    }
    let Some(members) = value.as_members() else {
        return Err(FunctionError::call(
            "invalid value to encode: must be an object whose attribute names will become the encoded variable names",
        ));
    };
    let mut writer = Writer::default();
    for (name, member) in members.iter() {
        if !is_name(name) {
            return Err(FunctionError::call(format!(
                "invalid variable name {name:?}: must be a valid identifier, per Terraform's rules for input variable declarations"
            )));
        }
        writer.entry(name, member)?;
    }
    Ok(Value::string(writer.finish()))
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(unicode_ident::is_xid_start)
        && chars.all(|c| unicode_ident::is_xid_continue(c) || c == '-')
}

fn decode_tfvars(call: &Call<'_>) -> FunctionResult {
    let text = call.text(0)?;
    let mut sources = Sources::new();
    let file = sources.add("<decode_tfvars argument>", text);
    let invalid =
        |error: FunctionError| FunctionError::call(format!("invalid tfvars syntax: {}", error.message));
    let (body, found) = parse_native(file, text);
    fail_on_errors(&sources, &found).map_err(invalid)?;
    let Body::Native(body) = body else { return Err(FunctionError::call("invalid tfvars syntax")) };
    if let Some(block) = body.blocks.first() {
        let found = Diagnostic::error(codes::lang::SYNTAX, "Unexpected block", "Blocks are not allowed here")
            .with_span(block.header);
        fail_on_errors(&sources, &found.into()).map_err(invalid)?;
    }
    let scope = Constants { world: call.environment.world };
    let mut members: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    for attribute in body.attributes.iter() {
        let (value, found) = evaluate(&attribute.expr, &scope);
        fail_on_errors(&sources, &found).map_err(|error| {
            let name = &attribute.name.text;
            FunctionError::call(format!("invalid expression for variable {name:?}: {}", error.message))
        })?;
        members.insert(attribute.name.text.to_arc(), value);
    }
    Ok(Value::object(members))
}

/// Sees no names and no functions.
struct Constants<'c> {
    world: &'c dyn World,
}

impl Scope for Constants<'_> {
    fn resolve(&self, traversal: &Traversal) -> Resolution {
        let finding = Diagnostic::error(
            codes::eval::UNDECLARED,
            "Variables not allowed",
            "Variables may not be used here.",
        );
        Resolution::Failed(Box::new(finding.with_span(traversal.root().span)))
    }

    fn functions(&self) -> Option<&dyn Functions> {
        None
    }

    fn world(&self) -> &dyn World {
        self.world
    }

    fn allows_calls(&self) -> bool {
        false
    }
}

/// A line: what comes before `=`, `=` and the value when there is one, and how many brackets it leaves
/// open.
#[derive(Default)]
struct Line {
    lead: String,
    assign: Option<String>,
    open: i64,
}

/// Writes expressions as the formatter lays them out: indentation by brackets left open on the lines
/// before, `=` of neighbouring lines below each other.
#[derive(Default)]
struct Writer {
    lines: Vec<Line>,
    line: Line,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.line.assign.as_mut().unwrap_or(&mut self.line.lead).push_str(text);
    }

    fn bracket(&mut self, text: &str, change: i64) {
        self.put(text);
        self.line.open += change;
    }

    fn end_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
    }

    fn entry(&mut self, name: &str, value: &Value) -> Result<(), FunctionError> {
        if is_name(name) {
            self.put(name)
        } else {
            self.put(&quoted(name))
        }
        self.line.assign = Some("= ".to_owned());
        self.value(value)?;
        self.end_line();
        Ok(())
    }

    fn value(&mut self, value: &Value) -> Result<(), FunctionError> {
        match value.kind() {
            Kind::Null(_) => self.put("null"),
            Kind::Bool(flag) => self.put(if *flag { "true" } else { "false" }),
            // Nothing reads an infinity, but this is how Terraform writes one.
            Kind::Number(number) if number.is_infinite() => {
                self.put(if number.is_negative() { "-Inf" } else { "+Inf" });
            }
            Kind::Number(number) => self.put(&number.to_string()),
            Kind::String(text) => self.put(&quoted(text)),
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
                self.bracket("[", 1);
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.put(", ");
                    }
                    self.value(item)?;
                }
                self.bracket("]", -1);
            }
            Kind::Map(_, members) | Kind::Object(members) => {
                self.bracket("{", 1);
                if !members.is_empty() {
                    self.end_line();
                    for (name, member) in members.iter() {
                        self.entry(name, member)?;
                    }
                }
                self.bracket("}", -1);
            }
            Kind::Unknown(_) => return Err(FunctionError::call("value is not known")),
        }
        Ok(())
    }

    fn finish(mut self) -> String {
        let ended = self.line.lead.is_empty() && self.line.assign.is_none();
        if !ended {
            self.end_line();
        }
        let mut out = String::new();
        let mut levels: Vec<i64> = Vec::new();
        let widths = aligned(&self.lines);
        for (line, width) in self.lines.iter().zip(widths) {
            let indent = if line.open < 0 {
                close(&mut levels, -line.open);
                levels.len()
            } else {
                let indent = levels.len();
                if line.open > 0 {
                    levels.push(line.open);
                }
                indent
            };
            out.push_str(&"  ".repeat(indent));
            out.push_str(&line.lead);
            if let Some(assign) = &line.assign {
                let gap = width.saturating_sub(line.lead.chars().count()) + 1;
                out.push_str(&" ".repeat(gap));
                out.push_str(assign);
            }
            out.push('\n');
        }
        if !ended {
            out.pop();
        }
        out
    }
}

fn close(levels: &mut Vec<i64>, mut closed: i64) {
    while closed > 0
        && let Some(last) = levels.last_mut()
    {
        if closed < *last {
            *last -= closed;
            return;
        }
        closed -= *last;
        levels.pop();
    }
}

/// Width of the column before `=`, per line. Lines whose value ends on another line stand alone.
fn aligned(lines: &[Line]) -> Vec<usize> {
    let in_column = |line: &Line| line.assign.is_some() && line.open == 0;
    let mut widths = vec![0; lines.len()];
    let mut start = 0;
    while start < lines.len() {
        let run = lines.iter().skip(start).take_while(|line| in_column(line)).count();
        let column = || lines.iter().skip(start).take(run);
        let widest = column().map(|line| line.lead.chars().count()).max().unwrap_or(0);
        widths.iter_mut().skip(start).take(run).for_each(|width| *width = widest);
        start += run + 1;
    }
    widths
}
