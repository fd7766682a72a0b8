//! The walk over schema and values, in the order of the original so that messages come in its order.

use ordain_gostd::regexp;
use serde_json::{Map as JsonMap, Value as Json};

use crate::formats;
use crate::numbers::{Exact, canonical};
use crate::verify::{Draft, draft_of, follow};

type Object = JsonMap<String, Json>;

/// Deepest nesting of schemas within schemas; references may go round in circles.
const MAX_DEPTH: usize = 128;

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: keys and places with points between, or the name of the root.
    pub field: String,
    /// The library's name for the kind, such as `invalid_type`.
    pub kind: &'static str,
    /// What is wrong.
    pub reason: String,
}

/// Findings in the library's order. `root` is how the document itself is called (`(root)`, in newer releases
/// `(Root)`).
///
/// # Errors
/// A schema that cannot be used: a reference that leads nowhere or outside.
pub fn validate(schema: &Json, document: &Json, root: &str) -> Result<Vec<Finding>, String> {
    let mut run = Run { root: schema, draft: draft_of(schema), broken: None, depth: 0 };
    let outcome = run.check(schema, document, root);
    match run.broken {
        Some(message) => Err(message),
        None => Ok(outcome.findings),
    }
}

/// What checking one value against one schema gave; the score tells which alternative came closest.
#[derive(Default)]
struct Outcome {
    findings: Vec<Finding>,
    score: i64,
}

impl Outcome {
    fn valid(&self) -> bool {
        self.findings.is_empty()
    }

    fn add(&mut self, path: &str, kind: &'static str, reason: impl Into<String>) {
        let reason = reason.into();
        self.findings.push(Finding { field: field_of(path).to_owned(), kind, reason });
        self.score -= 2;
    }

    fn merge(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.score += other.score;
    }
}

/// The path without the root before it.
fn field_of(path: &str) -> &str {
    path.split_once(").").map_or(path, |(_, field)| field)
}

struct Run<'s> {
    root: &'s Json,
    draft: Draft,
    broken: Option<String>,
    depth: usize,
}

fn list<'j>(schema: &'j Object, key: &str) -> &'j [Json] {
    schema.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// A count of the schema; fractions and signs, which make no sense in one, are cut off.
fn count(schema: &Object, key: &str) -> Option<usize> {
    let Some(Json::Number(n)) = schema.get(key) else { return None };
    let float = ordain_gostd::parse_float(&n.to_string())?.max(0.0).trunc();
    ordain_gostd::format_f(float, Some(0)).parse().ok()
}

fn exact(schema: &Object, key: &str) -> Option<Exact> {
    match schema.get(key) {
        Some(Json::Number(n)) => Exact::of(n),
        _ => None,
    }
}

fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(n) if Exact::of(n).is_some_and(|e| e.is_whole()) => "integer",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

impl<'s> Run<'s> {
    fn check(&mut self, schema: &'s Json, value: &Json, path: &str) -> Outcome {
        let mut out = Outcome::default();
        if self.depth >= MAX_DEPTH {
            self.broken.get_or_insert_with(|| "schema is nested too deeply or refers to itself".into());
            return out;
        }
        self.depth += 1;
        match schema {
            Json::Bool(false) => out.add(path, "false", "False always fails validation"),
            Json::Object(schema) => self.object_schema(schema, value, path, &mut out),
            _ => {}
        }
        self.depth -= 1;
        out
    }

    fn object_schema(&mut self, schema: &'s Object, value: &Json, path: &str, out: &mut Outcome) {
        if let Some(Json::String(reference)) = schema.get("$ref") {
            if let Some(target) = self.resolve(reference) {
                let inner = self.check(target, value, path);
                out.merge(inner);
            }
            return;
        }
        if let Some(reason) = type_mismatch(schema, value) {
            out.add(path, "invalid_type", reason);
            return;
        }
        self.combined(schema, value, path, out);
        match value {
            Json::Array(items) => {
                self.array(schema, items, path, out);
                common(schema, self.draft, value, path, out);
            }
            Json::Object(map) => {
                self.object(schema, map, path, out);
                common(schema, self.draft, value, path, out);
                self.properties(schema, map, path, out);
            }
            Json::Number(n) => {
                number(schema, n, path, out);
                common(schema, self.draft, value, path, out);
            }
            Json::String(text) => {
                common(schema, self.draft, value, path, out);
                string(schema, text, path, out);
            }
            Json::Null | Json::Bool(_) => common(schema, self.draft, value, path, out),
        }
        out.score += 1;
    }

    /// A reference inside the schema: `#`, `#/a/b`, or the `$id` of a part.
    fn resolve(&mut self, reference: &str) -> Option<&'s Json> {
        let found = match reference.strip_prefix('#') {
            Some("") => Ok(self.root),
            Some(pointer) if pointer.starts_with('/') => follow(self.root, pointer),
            _ => find_id(self.root, reference, 0).ok_or_else(|| match reference.strip_prefix('#') {
                Some(name) => format!("Object has no key '{name}'"),
                None => format!(
                    "Could not read schema from {reference}: only references inside the schema are followed"
                ),
            }),
        };
        found.map_err(|message| self.broken.get_or_insert(message)).ok()
    }

    fn combined(&mut self, schema: &'s Object, value: &Json, path: &str, out: &mut Outcome) {
        self.any_of(list(schema, "anyOf"), value, path, out);
        self.one_of(list(schema, "oneOf"), value, path, out);
        let all = list(schema, "allOf");
        let mut passed = 0;
        for part in all {
            let inner = self.check(part, value, path);
            passed += usize::from(inner.valid());
            out.merge(inner);
        }
        if passed != all.len() {
            out.add(path, "number_all_of", "Must validate all the schemas (allOf)");
        }
        if let Some(not) = schema.get("not")
            && self.check(not, value, path).valid()
        {
            out.add(path, "number_not", "Must not validate the schema (not)");
        }
        self.dependencies(schema, value, path, out);
        self.conditional(schema, value, path, out);
        out.score += 1;
    }

    fn any_of(&mut self, parts: &'s [Json], value: &Json, path: &str, out: &mut Outcome) {
        let mut best: Option<Outcome> = None;
        for part in parts {
            let inner = self.check(part, value, path);
            if inner.valid() {
                return;
            }
            if best.as_ref().is_none_or(|b| inner.score > b.score) {
                best = Some(inner);
            }
        }
        if let Some(best) = best {
            out.add(path, "number_any_of", "Must validate at least one schema (anyOf)");
            out.merge(best);
        }
    }

    fn one_of(&mut self, parts: &'s [Json], value: &Json, path: &str, out: &mut Outcome) {
        let mut best: Option<Outcome> = None;
        let mut passed = 0;
        for part in parts {
            let inner = self.check(part, value, path);
            if inner.valid() {
                passed += 1;
            } else if passed == 0 && best.as_ref().is_none_or(|b| inner.score > b.score) {
                best = Some(inner);
            }
        }
        if parts.is_empty() || passed == 1 {
            return;
        }
        out.add(path, "number_one_of", "Must validate one and only one schema (oneOf)");
        if passed == 0
            && let Some(best) = best
        {
            out.merge(best);
        }
    }

    fn dependencies(&mut self, schema: &'s Object, value: &Json, path: &str, out: &mut Outcome) {
        let (Some(Json::Object(dependencies)), Json::Object(map)) = (schema.get("dependencies"), value)
        else {
            return;
        };
        for key in map.keys() {
            match dependencies.get(key) {
                Some(Json::Array(names)) => {
                    for name in names.iter().filter_map(Json::as_str).filter(|n| !map.contains_key(*n)) {
                        out.add(path, "missing_dependency", format!("Has a dependency on {name}"));
                    }
                }
                Some(part) => {
                    let inner = self.check(part, value, path);
                    out.merge(inner);
                }
                None => {}
            }
        }
    }

    fn conditional(&mut self, schema: &'s Object, value: &Json, path: &str, out: &mut Outcome) {
        if self.draft < Draft::Seven {
            return;
        }
        let Some(condition) = schema.get("if") else { return };
        let holds = self.check(condition, value, path).valid();
        let (branch, kind, reason) = if holds {
            (schema.get("then"), "condition_then", "Must validate \"then\" as \"if\" was valid")
        } else {
            (schema.get("else"), "condition_else", "Must validate \"else\" as \"if\" was not valid")
        };
        let Some(branch) = branch else { return };
        let inner = self.check(branch, value, path);
        if !inner.valid() {
            out.add(path, kind, reason);
            out.merge(inner);
        }
    }

    fn array(&mut self, schema: &'s Object, items: &[Json], path: &str, out: &mut Outcome) {
        match schema.get("items") {
            Some(Json::Array(parts)) => {
                for (i, (part, item)) in parts.iter().zip(items).enumerate() {
                    let inner = self.check(part, item, &format!("{path}.{i}"));
                    out.merge(inner);
                }
                self.additional_items(schema, items, parts.len(), path, out);
            }
            Some(part) => {
                for (i, item) in items.iter().enumerate() {
                    let inner = self.check(part, item, &format!("{path}.{i}"));
                    out.merge(inner);
                }
            }
            None => {}
        }
        if let Some(min) = count(schema, "minItems").filter(|min| items.len() < *min) {
            out.add(path, "array_min_items", format!("Array must have at least {min} items"));
        }
        if let Some(max) = count(schema, "maxItems").filter(|max| items.len() > *max) {
            out.add(path, "array_max_items", format!("Array must have at most {max} items"));
        }
        if schema.get("uniqueItems") == Some(&Json::Bool(true)) {
            unique(items, path, out);
        }
        if let Some(contains) = schema.get("contains").filter(|_| self.draft >= Draft::Six) {
            self.contains(contains, items, path, out);
        }
        out.score += 1;
    }

    fn additional_items(
        &mut self,
        schema: &'s Object,
        items: &[Json],
        known: usize,
        path: &str,
        out: &mut Outcome,
    ) {
        if known == 0 || items.len() <= known {
            return;
        }
        match schema.get("additionalItems") {
            Some(Json::Bool(false)) => {
                out.add(path, "array_no_additional_items", "No additional items allowed on array")
            }
            Some(part @ Json::Object(_)) => {
                for (i, item) in items.iter().enumerate().skip(known) {
                    let inner = self.check(part, item, &format!("{path}.{i}"));
                    out.merge(inner);
                }
            }
            _ => {}
        }
    }

    fn contains(&mut self, part: &'s Json, items: &[Json], path: &str, out: &mut Outcome) {
        let mut best: Option<Outcome> = None;
        for (i, item) in items.iter().enumerate() {
            let inner = self.check(part, item, &format!("{path}.{i}"));
            if inner.valid() {
                return;
            }
            if best.as_ref().is_none_or(|b| inner.score > b.score) {
                best = Some(inner);
            }
        }
        out.add(path, "contains", "At least one of the items must match");
        if let Some(best) = best {
            out.merge(best);
        }
    }

    fn object(&mut self, schema: &'s Object, map: &Object, path: &str, out: &mut Outcome) {
        if let Some(min) = count(schema, "minProperties").filter(|min| map.len() < *min) {
            out.add(path, "array_min_properties", format!("Must have at least {min} properties"));
        }
        if let Some(max) = count(schema, "maxProperties").filter(|max| map.len() > *max) {
            out.add(path, "array_max_properties", format!("Must have at most {max} properties"));
        }
        for name in list(schema, "required").iter().filter_map(Json::as_str) {
            if map.contains_key(name) {
                out.score += 1;
            } else {
                out.add(path, "required", format!("{name} is required"));
            }
        }
        let known = schema.get("properties").and_then(Json::as_object);
        for (key, value) in map {
            let matched = self.pattern_properties(schema, key, value, path, out);
            if !matched && !known.is_some_and(|k| k.contains_key(key)) {
                self.additional(schema, key, value, path, out);
            }
        }
        if let Some(names) = schema.get("propertyNames").filter(|_| self.draft >= Draft::Six) {
            for key in map.keys() {
                let inner = self.check(names, &Json::String(key.clone()), path);
                if !inner.valid() {
                    out.add(
                        path,
                        "invalid_property_name",
                        format!("Property name of \"{key}\" does not match"),
                    );
                    out.merge(inner);
                }
            }
        }
        out.score += 1;
    }

    fn pattern_properties(
        &mut self,
        schema: &'s Object,
        key: &str,
        value: &Json,
        path: &str,
        out: &mut Outcome,
    ) -> bool {
        let Some(Json::Object(patterns)) = schema.get("patternProperties") else { return false };
        let mut matched = false;
        for (pattern, part) in patterns {
            if regexp::compile(pattern).is_ok_and(|r| r.is_match(key)) {
                matched = true;
                let inner = self.check(part, value, &format!("{path}.{key}"));
                out.merge(inner);
            }
        }
        matched
    }

    fn additional(&mut self, schema: &'s Object, key: &str, value: &Json, path: &str, out: &mut Outcome) {
        match schema.get("additionalProperties") {
            Some(Json::Bool(false)) => out.add(
                path,
                "additional_property_not_allowed",
                format!("Additional property {key} is not allowed"),
            ),
            Some(part @ Json::Object(_)) => {
                let inner = self.check(part, value, &format!("{path}.{key}"));
                out.merge(inner);
            }
            _ => {}
        }
    }

    fn properties(&mut self, schema: &'s Object, map: &Object, path: &str, out: &mut Outcome) {
        let Some(Json::Object(properties)) = schema.get("properties") else { return };
        for (key, part) in properties {
            if let Some(value) = map.get(key) {
                let inner = self.check(part, value, &format!("{path}.{key}"));
                out.merge(inner);
            }
        }
    }
}

fn find_id<'s>(schema: &'s Json, wanted: &str, depth: usize) -> Option<&'s Json> {
    let children: Vec<&Json> = match schema {
        Json::Object(map) => {
            if ["$id", "id"].iter().any(|k| map.get(*k).and_then(Json::as_str) == Some(wanted)) {
                return Some(schema);
            }
            map.values().collect()
        }
        Json::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    if depth >= MAX_DEPTH {
        return None;
    }
    children.into_iter().find_map(|child| find_id(child, wanted, depth + 1))
}

fn type_mismatch(schema: &Object, value: &Json) -> Option<String> {
    let wanted: Vec<&str> = match schema.get("type")? {
        Json::String(name) => vec![name],
        Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
        _ => return None,
    };
    let given = type_of(value);
    let fits = wanted.contains(&given) || (given == "integer" && wanted.contains(&"number"));
    if fits || wanted.is_empty() {
        return None;
    }
    let expected = match wanted.as_slice() {
        [one] => (*one).to_owned(),
        several => format!("[{}]", several.join(",")),
    };
    Some(format!("Invalid type. Expected: {expected}, given: {given}"))
}

fn common(schema: &Object, draft: Draft, value: &Json, path: &str, out: &mut Outcome) {
    let field = field_of(path);
    let shown = canonical(value);
    if draft >= Draft::Six
        && let Some(wanted) = schema.get("const").map(canonical)
        && wanted != shown
    {
        out.add(path, "const", format!("{field} does not match: {wanted}"));
    }
    let allowed: Vec<String> = list(schema, "enum").iter().map(canonical).collect();
    if !allowed.is_empty() && !allowed.contains(&shown) {
        out.add(path, "enum", format!("{field} must be one of the following: {}", allowed.join(", ")));
    }
    out.score += 1;
}

fn unique(items: &[Json], path: &str, out: &mut Outcome) {
    let mut seen = std::collections::HashMap::new();
    for (j, item) in items.iter().enumerate() {
        if let Some(i) = seen.insert(canonical(item), j) {
            out.add(path, "unique", format!("array items[{i},{j}] must be unique"));
        }
    }
}

fn string(schema: &Object, text: &str, path: &str, out: &mut Outcome) {
    let length = text.chars().count();
    if let Some(min) = count(schema, "minLength").filter(|min| length < *min) {
        out.add(path, "string_gte", format!("String length must be greater than or equal to {min}"));
    }
    if let Some(max) = count(schema, "maxLength").filter(|max| length > *max) {
        out.add(path, "string_lte", format!("String length must be less than or equal to {max}"));
    }
    if let Some(Json::String(pattern)) = schema.get("pattern")
        && !regexp::compile(pattern).is_ok_and(|r| r.is_match(text))
    {
        out.add(path, "pattern", format!("Does not match pattern '{pattern}'"));
    }
    if let Some(Json::String(format)) = schema.get("format")
        && !formats::fits(format, text)
    {
        out.add(path, "format", format!("Does not match format '{format}'"));
    }
    out.score += 1;
}

fn number(schema: &Object, value: &serde_json::Number, path: &str, out: &mut Outcome) {
    let Some(value) = Exact::of(value) else { return };
    if let Some(unit) = exact(schema, "multipleOf").filter(|unit| !value.is_multiple_of(unit)) {
        out.add(path, "multiple_of", format!("Must be a multiple of {}", unit.show()));
    }
    // Draft 4 says with a boolean that the bound itself is excluded.
    let excluded = |key: &str| schema.get(key) == Some(&Json::Bool(true));
    let bounds = |key: &str, flag: &str| {
        let bound = exact(schema, key);
        if excluded(flag) { (None, bound) } else { (bound, exact(schema, flag)) }
    };
    let (max, below) = bounds("maximum", "exclusiveMaximum");
    if let Some(max) = max.filter(|max| value.compare(max).is_gt()) {
        out.add(path, "number_lte", format!("Must be less than or equal to {}", max.show()));
    }
    if let Some(below) = below.filter(|below| value.compare(below).is_ge()) {
        out.add(path, "number_lt", format!("Must be less than {}", below.show()));
    }
    let (min, above) = bounds("minimum", "exclusiveMinimum");
    if let Some(min) = min.filter(|min| value.compare(min).is_lt()) {
        out.add(path, "number_gte", format!("Must be greater than or equal to {}", min.show()));
    }
    if let Some(above) = above.filter(|above| value.compare(above).is_le()) {
        out.add(path, "number_gt", format!("Must be greater than {}", above.show()));
    }
    if let Some(Json::String(format)) = schema.get("format")
        && formats::is_known(format)
    {
        out.add(path, "format", format!("Does not match format '{format}'"));
    }
    out.score += 1;
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
