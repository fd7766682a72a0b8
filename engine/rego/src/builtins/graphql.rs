//! `graphql.*`: documents as objects, and whether queries fit schemas.

mod merge;
mod model;
mod parse;
mod schema;
mod tokens;
mod validate;

use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row, args};
use crate::value::Value;
use model::Query;
use schema::Schema;

pub(super) const ROWS: &[Row] = &[
    (
        "graphql.parse",
        "(any<string, object[any: any]>, any<string, object[any: any]>) -> array<object[any: any], object[any: any]>",
        parse_both,
    ),
    (
        "graphql.parse_and_verify",
        "(any<string, object[any: any]>, any<string, object[any: any]>) -> \
         array<boolean, object[any: any], object[any: any]>",
        parse_and_verify,
    ),
    ("graphql.parse_query", "(string) -> object[any: any]", |_, args| {
        parse::query(args::text(args, 1)?).map(Some).map_err(|fault| BuiltinError::failed(fault.to_string()))
    }),
    ("graphql.parse_schema", "(string) -> object[any: any]", |_, args| {
        parse::schema(args::text(args, 1)?).map(Some).map_err(|fault| BuiltinError::failed(fault.to_string()))
    }),
    (
        "graphql.is_valid",
        "(any<string, object[any: any]>, any<string, object[any: any]>) -> boolean",
        |_, args| Ok(Some(Value::Bool(checked(args).is_ok()))),
    ),
    ("graphql.schema_is_valid", "(any<string, object[any: any]>) -> boolean", |_, args| {
        let valid = schema_of(args, 1).and_then(|document| fits(&document)).is_ok();
        Ok(Some(Value::Bool(valid)))
    }),
];

type Found<T> = Result<T, BuiltinError>;

const QUERY: [&str; 2] = ["Operations", "Fragments"];
const SCHEMA: [&str; 5] = ["Schema", "SchemaExtension", "Directives", "Definitions", "Extensions"];

/// A document: of an object what such documents have.
fn of(
    args: &[Value],
    at: usize,
    members: &[&str],
    parse: fn(&str) -> Result<Value, tokens::Fault>,
) -> Found<Value> {
    match args::any(args, at)? {
        Value::Object(whole) => {
            let known = |(key, _): &&(Value, Value)| key.as_str().is_some_and(|key| members.contains(&key));
            Ok(Value::object(whole.iter().filter(known).cloned().collect()))
        }
        other => match other.as_str() {
            Some(text) => parse(text).map_err(|fault| BuiltinError::failed(fault.to_string())),
            None => Err(BuiltinError::operand(at, "one of {string, object}", other)),
        },
    }
}

fn schema_of(args: &[Value], at: usize) -> Found<Value> {
    of(args, at, &SCHEMA, parse::schema)
}

fn fits(document: &Value) -> Found<Schema> {
    Schema::new(document).map_err(|why| {
        BuiltinError::failed(format!("Error in gqlparser SchemaDocument to Schema conversion: {why}"))
    })
}

/// Query and schema, if the query fits.
fn checked(args: &[Value]) -> Found<(Value, Value)> {
    let query = of(args, 1, &QUERY, parse::query)?;
    let document = schema_of(args, 2)?;
    let schema = fits(&document)?;
    validate::check(&schema, &Query::read(&query))
        .map_err(|why| BuiltinError::failed(format!("GraphQL parse error: {why}")))?;
    Ok((query, document))
}

fn parse_both(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    checked(args).map(|(query, schema)| Some(Value::array(vec![query, schema])))
}

fn parse_and_verify(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let parts = match checked(args) {
        Ok((query, schema)) => vec![true.into(), query, schema],
        Err(_) => vec![false.into(), Value::object(Vec::new()), Value::object(Vec::new())],
    };
    Ok(Some(Value::array(parts)))
}
