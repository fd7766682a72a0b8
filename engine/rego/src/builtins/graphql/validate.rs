//! Queries against schemas: section 5 of the GraphQL specification. The first fault is the answer.

use super::merge;
use super::model::{
    Argument, Definition, Directive, Field, Input, Operation, Query, Selection, Ty, Variable, Written,
};
use super::parse::kinds;
use super::schema::{Checked, Schema};
use std::collections::{BTreeMap, BTreeSet};

/// Deepest chain of lists that a query may follow through the schema itself.
const INTROSPECTION: usize = 3;

/// A variable where it is used.
struct Use {
    name: String,
    /// What is expected there, and whether that has a default.
    wanted: Option<(Ty, bool)>,
    /// The `@oneOf` object that it stands in.
    only_of: Option<String>,
}

/// What a selection refers to.
#[derive(Default)]
struct Refers {
    variables: Vec<Use>,
    fragments: BTreeSet<String>,
}

/// Checks a query.
pub(super) fn check(schema: &Schema, query: &Query) -> Checked {
    let checker = Checker { schema, query };
    checker.names()?;
    let mut fragments: BTreeMap<&str, Refers> = BTreeMap::new();
    for fragment in &query.fragments {
        let mut refers = Refers::default();
        let of = checker.condition(&fragment.condition)?;
        checker.directives(&fragment.directives, "FRAGMENT_DEFINITION", &mut refers)?;
        checker.selections(&fragment.set, of, &mut refers)?;
        fragments.insert(&fragment.name, refers);
    }
    checker.cycles(&fragments)?;
    let mut used = BTreeSet::new();
    for operation in &query.operations {
        checker.operation(operation, &fragments, &mut used)?;
    }
    if let Some(unused) = query.fragments.iter().find(|fragment| !used.contains(fragment.name.as_str())) {
        return Err(format!("Fragment \"{}\" is never used.", unused.name));
    }
    for operation in &query.operations {
        let root = checker.root(operation)?;
        merge::check(schema, query, &operation.set, Some(root))?;
    }
    for fragment in &query.fragments {
        merge::check(schema, query, &fragment.set, schema.types.get(&fragment.condition))?;
    }
    Ok(())
}

struct Checker<'q> {
    schema: &'q Schema,
    query: &'q Query,
}

/// That no two have one name.
fn unique<'n>(names: impl Iterator<Item = &'n str>, what: &str) -> Checked {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(format!("There can be only one {what} named \"{name}\"."));
        }
    }
    Ok(())
}

impl<'q> Checker<'q> {
    fn names(&self) -> Checked {
        let operations = &self.query.operations;
        if operations.len() > 1 && operations.iter().any(|operation| operation.name.is_empty()) {
            return Err("This anonymous operation must be the only defined operation.".to_owned());
        }
        unique(operations.iter().map(|operation| operation.name.as_str()), "operation")?;
        unique(self.query.fragments.iter().map(|fragment| fragment.name.as_str()), "fragment")
    }

    /// The type of a fragment.
    fn condition(&self, name: &str) -> Checked<&'q Definition> {
        match self.schema.types.get(name) {
            None => Err(format!("Unknown type \"{name}\".")),
            Some(of) if !of.is_composite() => {
                Err(format!("Fragment cannot condition on non composite type \"{name}\"."))
            }
            Some(of) => Ok(of),
        }
    }

    fn cycles(&self, fragments: &BTreeMap<&str, Refers>) -> Checked {
        for fragment in &self.query.fragments {
            let own = fragments.get(fragment.name.as_str());
            let first: BTreeSet<String> = own.map(|refers| refers.fragments.clone()).unwrap_or_default();
            if reached(first, fragments).contains(&fragment.name) {
                return Err(format!("Cannot spread fragment \"{}\" within itself.", fragment.name));
            }
        }
        Ok(())
    }

    fn root(&self, operation: &Operation) -> Checked<&'q Definition> {
        let name = self.schema.roots.get(&operation.kind);
        name.and_then(|name| self.schema.types.get(name))
            .ok_or_else(|| format!("Schema does not support operation type \"{}\"", operation.kind))
    }

    fn operation(
        &self,
        operation: &Operation,
        fragments: &BTreeMap<&str, Refers>,
        used: &mut BTreeSet<String>,
    ) -> Checked {
        let root = self.root(operation)?;
        unique(operation.variables.iter().map(|variable| variable.name.as_str()), "variable")?;
        let mut own = Refers::default();
        for variable in &operation.variables {
            self.variable(variable, &mut own)?;
        }
        self.directives(&operation.directives, &operation.kind.to_uppercase(), &mut own)?;
        self.selections(&operation.set, root, &mut own)?;
        if operation.kind == "subscription" {
            self.subscription(operation)?;
        }
        let all = reached(own.fragments.clone(), fragments);
        let further = all.iter().filter_map(|name| fragments.get(name.as_str())).flat_map(|of| &of.variables);
        let mut seen = BTreeSet::new();
        for found in own.variables.iter().chain(further) {
            seen.insert(found.name.as_str());
            let Some(variable) = operation.variables.iter().find(|variable| variable.name == found.name)
            else {
                return Err(format!("Variable \"${}\" is not defined.", found.name));
            };
            in_place(variable, found)?;
        }
        if let Some(unused) =
            operation.variables.iter().find(|variable| !seen.contains(variable.name.as_str()))
        {
            return Err(format!("Variable \"${}\" is never used.", unused.name));
        }
        used.extend(all);
        Ok(())
    }

    fn variable(&self, variable: &Variable, refers: &mut Refers) -> Checked {
        let Variable { name, ty, default, directives } = variable;
        match self.schema.types.get(ty.name()) {
            None => return Err(format!("Unknown type \"{}\".", ty.name())),
            Some(of) if !of.is_input() => {
                return Err(format!("Variable \"${name}\" cannot be non-input type \"{ty}\"."));
            }
            Some(_) => {}
        }
        if let Some(default) = default {
            self.value(default, ty, false, refers)?;
        }
        self.directives(directives, "VARIABLE_DEFINITION", refers)
    }

    fn subscription(&self, operation: &Operation) -> Checked {
        let mut names = BTreeSet::new();
        self.top_fields(&operation.set, &mut BTreeSet::new(), &mut names);
        let whose = match operation.name.as_str() {
            "" => "Anonymous Subscription".to_owned(),
            name => format!("Subscription \"{name}\""),
        };
        if names.len() > 1 {
            return Err(format!("{whose} must select only one top level field."));
        }
        if names.iter().any(|name| name.starts_with("__")) {
            return Err(format!("{whose} must not select an introspection top level field."));
        }
        Ok(())
    }

    fn top_fields<'s>(
        &'s self,
        set: &'s [Selection],
        seen: &mut BTreeSet<&'s str>,
        out: &mut BTreeSet<&'s str>,
    ) {
        for selection in set {
            match selection {
                Selection::Field(field) => {
                    out.insert(&field.name);
                }
                Selection::Inline { set, .. } => self.top_fields(set, seen, out),
                Selection::Spread { name, .. } => {
                    if seen.insert(name)
                        && let Some(fragment) = self.query.fragment(name)
                    {
                        self.top_fields(&fragment.set, seen, out);
                    }
                }
            }
        }
    }

    fn selections(&self, set: &[Selection], of: &Definition, refers: &mut Refers) -> Checked {
        for selection in set {
            match selection {
                Selection::Field(field) => self.field(field, of, refers)?,
                Selection::Spread { name, directives } => {
                    let Some(fragment) = self.query.fragment(name) else {
                        return Err(format!("Unknown fragment \"{name}\"."));
                    };
                    refers.fragments.insert(name.clone());
                    self.overlap(of, self.condition(&fragment.condition)?)?;
                    self.directives(directives, "FRAGMENT_SPREAD", refers)?;
                }
                Selection::Inline { condition, directives, set } => {
                    let inner = if condition.is_empty() { of } else { self.condition(condition)? };
                    self.overlap(of, inner)?;
                    self.directives(directives, "INLINE_FRAGMENT", refers)?;
                    self.selections(set, inner, refers)?;
                }
            }
        }
        Ok(())
    }

    /// Whether an object can be of both types.
    fn overlap(&self, outer: &Definition, inner: &Definition) -> Checked {
        if outer.name == inner.name
            || self
                .schema
                .possible(&outer.name)
                .any(|one| self.schema.possible(&inner.name).any(|two| one == two))
        {
            return Ok(());
        }
        Err(format!(
            "Fragment cannot be spread here as objects of type \"{}\" can never be of type \"{}\".",
            outer.name, inner.name
        ))
    }

    fn field(&self, field: &Field, of: &Definition, refers: &mut Refers) -> Checked {
        let Some((ty, arguments)) = self.schema.field_of(of, &field.name) else {
            return Err(format!("Cannot query field \"{}\" on type \"{}\".", field.name, of.name));
        };
        let whose = format!("field \"{}.{}\"", of.name, field.name);
        self.arguments(&field.arguments, &arguments, &whose, refers)?;
        self.directives(&field.directives, "FIELD", refers)?;
        if matches!(field.name.as_str(), "__schema" | "__type")
            && self.goes_deep(&field.set, &mut Vec::new(), 0)
        {
            return Err("Maximum introspection depth exceeded".to_owned());
        }
        let Some(inner) = self.schema.types.get(ty.name()) else { return Ok(()) };
        if inner.is_leaf() {
            if field.set.is_empty() {
                return Ok(());
            }
            let name = &field.name;
            return Err(format!(
                "Field \"{name}\" must not have a selection since type \"{ty}\" has no subfields."
            ));
        }
        if field.set.is_empty() {
            let name = &field.name;
            return Err(format!("Field \"{name}\" of type \"{ty}\" must have a selection of subfields."));
        }
        self.selections(&field.set, inner, refers)
    }

    fn goes_deep<'s>(&'s self, set: &'s [Selection], within: &mut Vec<&'s str>, depth: usize) -> bool {
        set.iter().any(|selection| match selection {
            Selection::Field(field) => {
                let lists = ["fields", "interfaces", "possibleTypes", "inputFields"];
                let depth = depth + usize::from(lists.contains(&field.name.as_str()));
                depth >= INTROSPECTION || self.goes_deep(&field.set, within, depth)
            }
            Selection::Inline { set, .. } => self.goes_deep(set, within, depth),
            Selection::Spread { name, .. } => {
                if within.contains(&name.as_str()) {
                    return false;
                }
                let Some(fragment) = self.query.fragment(name) else { return false };
                within.push(name);
                let deep = self.goes_deep(&fragment.set, within, depth);
                within.pop();
                deep
            }
        })
    }

    fn directives(&self, directives: &[Directive], place: &str, refers: &mut Refers) -> Checked {
        let mut seen = BTreeSet::new();
        for Directive { name, arguments } in directives {
            let Some(known) = self.schema.directives.get(name) else {
                return Err(format!("Unknown directive \"@{name}\"."));
            };
            if !known.locations.iter().any(|location| location == place) {
                return Err(format!("Directive \"@{name}\" may not be used on {place}."));
            }
            if !seen.insert(name) && !known.repeatable {
                return Err(format!("The directive \"@{name}\" can only be used once at this location."));
            }
            self.arguments(arguments, &known.arguments, &format!("directive \"@{name}\""), refers)?;
        }
        Ok(())
    }

    fn arguments(&self, given: &[Argument], known: &[Input], whose: &str, refers: &mut Refers) -> Checked {
        unique(given.iter().map(|argument| argument.name.as_str()), "argument")?;
        for argument in given {
            let Some(input) = known.iter().find(|known| known.name == argument.name) else {
                return Err(format!("Unknown argument \"{}\" on {whose}.", argument.name));
            };
            self.value(&argument.value, &input.ty, input.default.is_some(), refers)?;
        }
        let missing = known
            .iter()
            .find(|known| known.is_required() && !given.iter().any(|argument| argument.name == known.name));
        if let Some(Input { name, ty, .. }) = missing {
            let whose = whose.split_once(' ').map_or(whose, |(_, name)| name);
            return Err(format!(
                "Argument \"{name}\" of type \"{ty}\" is required, but it was not provided at {whose}."
            ));
        }
        Ok(())
    }

    fn value(&self, value: &Written, ty: &Ty, default: bool, refers: &mut Refers) -> Checked {
        if value.kind == kinds::VARIABLE {
            let wanted = Some((ty.clone(), default));
            refers.variables.push(Use { name: value.raw.clone(), wanted, only_of: None });
            return Ok(());
        }
        let Some(of) = self.schema.types.get(ty.name()) else { return Ok(()) };
        let wrong = || Err(format!("Expected value of type \"{ty}\", found {}.", value.raw));
        if value.kind == kinds::NULL {
            return if ty.not_null { wrong() } else { Ok(()) };
        }
        if value.kind == kinds::LIST {
            return match &ty.of {
                Err(item) => {
                    value.children.iter().try_for_each(|(_, child)| self.value(child, item, false, refers))
                }
                // What a scalar of one's own is, nobody knows.
                Ok(_) if is_custom(of) => self.any(value, refers),
                Ok(_) => wrong(),
            };
        }
        if value.kind == kinds::OBJECT {
            return match of.kind.as_str() {
                "INPUT_OBJECT" => self.input_object(value, of, refers),
                _ if is_custom(of) => self.any(value, refers),
                _ => wrong(),
            };
        }
        let fits = match (of.kind.as_str(), value.kind) {
            _ if is_custom(of) => true,
            ("ENUM", kinds::ENUM) => of.values.iter().any(|known| known.name == value.raw),
            ("SCALAR", kinds::INT) => {
                matches!(of.name.as_str(), "Int" | "Float" | "ID") && value.raw.parse::<i64>().is_ok()
            }
            ("SCALAR", kinds::FLOAT) => of.name == "Float",
            ("SCALAR", kinds::STRING | kinds::BLOCK) => matches!(of.name.as_str(), "String" | "ID"),
            ("SCALAR", kinds::BOOLEAN) => of.name == "Boolean",
            _ => false,
        };
        if fits { Ok(()) } else { wrong() }
    }

    /// Values of which no type is known: only their variables and names count.
    fn any(&self, value: &Written, refers: &mut Refers) -> Checked {
        if value.kind == kinds::VARIABLE {
            refers.variables.push(Use { name: value.raw.clone(), wanted: None, only_of: None });
        }
        if value.kind == kinds::OBJECT {
            unique(value.children.iter().map(|(name, _)| name.as_str()), "input field")?;
        }
        value.children.iter().try_for_each(|(_, child)| self.any(child, refers))
    }

    fn input_object(&self, value: &Written, of: &Definition, refers: &mut Refers) -> Checked {
        unique(value.children.iter().map(|(name, _)| name.as_str()), "input field")?;
        let given = |name: &str| value.children.iter().any(|(given, _)| given == name);
        for field in &of.fields {
            let Input { name, ty, .. } = &field.input;
            if field.input.is_required() && !given(name) {
                let of = &of.name;
                return Err(format!("Field \"{of}.{name}\" of required type \"{ty}\" was not provided."));
            }
        }
        let only = of.directives.iter().any(|directive| directive.name == "oneOf");
        if only {
            match value.children.as_slice() {
                [(name, child)] if child.kind == kinds::NULL => {
                    return Err(format!("Field \"{}.{name}\" must be non-null.", of.name));
                }
                [_] => {}
                _ => {
                    let of = &of.name;
                    return Err(format!("OneOf Input Object \"{of}\" must specify exactly one key."));
                }
            }
        }
        for (name, child) in &value.children {
            let Some(field) = of.field(name) else {
                return Err(format!("Field \"{name}\" is not defined by type \"{}\".", of.name));
            };
            self.value(child, &field.input.ty, field.input.default.is_some(), refers)?;
            if only && child.kind == kinds::VARIABLE {
                let only_of = Some(of.name.clone());
                refers.variables.push(Use { name: child.raw.clone(), wanted: None, only_of });
            }
        }
        Ok(())
    }
}

/// A scalar that the schema declares.
fn is_custom(of: &Definition) -> bool {
    of.kind == "SCALAR" && !matches!(of.name.as_str(), "Int" | "Float" | "String" | "Boolean" | "ID")
}

/// Whether a variable may stand where it does.
fn in_place(variable: &Variable, found: &Use) -> Checked {
    if let Some(of) = &found.only_of
        && !variable.ty.not_null
    {
        let Variable { name, ty, .. } = variable;
        return Err(format!(
            "Variable \"${name}\" is of type \"{ty}\" but must be non-nullable to be used for OneOf Input Object \"{of}\"."
        ));
    }
    let Some((wanted, default)) = &found.wanted else { return Ok(()) };
    let has_value = variable.default.as_ref().is_some_and(|value| value.kind != kinds::NULL);
    let lenient = Ty { not_null: wanted.not_null && !default && !has_value, ..wanted.clone() };
    if variable.ty.fits(&lenient) {
        return Ok(());
    }
    let Variable { name, ty, .. } = variable;
    Err(format!("Variable \"${name}\" of type \"{ty}\" used in position expecting type \"{wanted}\"."))
}

/// All fragments that some lead to, themselves included.
fn reached(first: BTreeSet<String>, fragments: &BTreeMap<&str, Refers>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut left: Vec<String> = first.into_iter().collect();
    while let Some(next) = left.pop() {
        if let Some(refers) = fragments.get(next.as_str())
            && !out.contains(&next)
        {
            left.extend(refers.fragments.iter().cloned());
        }
        out.insert(next);
    }
    out
}
