//! Schemas: definitions put together and checked, as section 3 of the GraphQL specification wants them.

use super::model::{Definition, Directive, DirectiveDefinition, Input, Roots, Ty, items};
use super::parse::{self, kinds};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What every schema has.
const OWN: &str = "
scalar Int scalar Float scalar String scalar Boolean scalar ID
directive @defer(if: Boolean = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @deprecated(reason: String = \"No longer supported\")
  on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
directive @specifiedBy(url: String!) on SCALAR
directive @oneOf on INPUT_OBJECT
type __Schema {
  description: String types: [__Type!]! queryType: __Type! mutationType: __Type subscriptionType: __Type
  directives: [__Directive!]!
}
type __Type {
  kind: __TypeKind! name: String description: String specifiedByURL: String
  fields(includeDeprecated: Boolean = false): [__Field!] interfaces: [__Type!] possibleTypes: [__Type!]
  enumValues(includeDeprecated: Boolean = false): [__EnumValue!]
  inputFields(includeDeprecated: Boolean = false): [__InputValue!] ofType: __Type isOneOf: Boolean
}
enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL }
type __Field {
  name: String! description: String args(includeDeprecated: Boolean = false): [__InputValue!]! type: __Type!
  isDeprecated: Boolean! deprecationReason: String
}
type __InputValue {
  name: String! description: String type: __Type! defaultValue: String isDeprecated: Boolean!
  deprecationReason: String
}
type __EnumValue { name: String! description: String isDeprecated: Boolean! deprecationReason: String }
type __Directive {
  name: String! description: String locations: [__DirectiveLocation!]!
  args(includeDeprecated: Boolean = false): [__InputValue!]! isRepeatable: Boolean!
}
enum __DirectiveLocation {
  QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION SCHEMA
  SCALAR OBJECT FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE INPUT_OBJECT
  INPUT_FIELD_DEFINITION
}
";

static OWN_DOCUMENT: LazyLock<Value> = LazyLock::new(|| parse::schema(OWN).unwrap_or(Value::Null));

/// Directives that a schema may declare again.
const KNOWN: &[&str] = &["include", "skip", "deprecated", "specifiedBy", "defer", "oneOf"];

/// A schema that was checked.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) types: BTreeMap<String, Definition>,
    pub(super) directives: BTreeMap<String, DirectiveDefinition>,
    /// Types of `query`, `mutation`, `subscription`.
    pub(super) roots: BTreeMap<String, String>,
    /// Object types by the abstract type that they can stand for, themselves included.
    possible: BTreeMap<String, BTreeSet<String>>,
}

pub(super) type Checked<T = ()> = Result<T, String>;

impl Schema {
    /// Puts a document together with what every schema has.
    pub(super) fn new(document: &Value) -> Checked<Self> {
        let mut schema = Self::default();
        let documents = [(&*OWN_DOCUMENT, true), (document, false)];
        for (document, own) in documents {
            for value in items(document, "Definitions") {
                let definition = Definition::read(value, own);
                let name = definition.name.clone();
                if schema.types.insert(name.clone(), definition).is_some() {
                    return Err(format!("Cannot redeclare type {name}."));
                }
            }
        }
        for value in items(document, "Extensions") {
            schema.extend(Definition::read(value, false))?;
        }
        for (document, _) in documents {
            for value in items(document, "Directives") {
                let directive = DirectiveDefinition::read(value);
                let name = directive.name.clone();
                let before = schema.directives.insert(name.clone(), directive);
                if before.is_some() && !KNOWN.contains(&name.as_str()) {
                    return Err(format!("Cannot redeclare directive {name}."));
                }
            }
        }
        schema.note_possible();
        schema.take_roots(document)?;
        for definition in schema.types.values() {
            schema.check_definition(definition)?;
        }
        for directive in schema.directives.values() {
            plain_name(&directive.name)?;
            schema.check_inputs(&directive.arguments, Some(&directive.name))?;
        }
        Ok(schema)
    }

    fn extend(&mut self, more: Definition) -> Checked {
        let Some(base) = self.types.get_mut(&more.name) else {
            self.types.insert(more.name.clone(), more);
            return Ok(());
        };
        if base.kind != more.kind {
            let Definition { name, kind, .. } = &more;
            return Err(format!(
                "Cannot extend type {name} because the base type is a {}, not {kind}.",
                base.kind
            ));
        }
        base.directives.extend(more.directives);
        base.interfaces.extend(more.interfaces);
        base.fields.extend(more.fields);
        base.types.extend(more.types);
        base.values.extend(more.values);
        Ok(())
    }

    fn note_possible(&mut self) {
        for definition in self.types.values() {
            let mut note = |of: &str, one: &str| {
                self.possible.entry(of.to_owned()).or_default().insert(one.to_owned());
            };
            let name = definition.name.as_str();
            match definition.kind.as_str() {
                "UNION" => definition.types.iter().for_each(|one| note(name, one)),
                "OBJECT" | "INPUT_OBJECT" => {
                    definition.interfaces.iter().for_each(|of| note(of, name));
                    note(name, name);
                }
                "INTERFACE" => definition.interfaces.iter().for_each(|of| note(of, name)),
                _ => {}
            }
        }
    }

    fn take_roots(&mut self, document: &Value) -> Checked {
        let written = items(document, "Schema");
        if written.len() > 1 {
            return Err(
                "Cannot have multiple schema entry points, consider schema extensions instead.".into()
            );
        }
        for value in written.iter().chain(items(document, "SchemaExtension")) {
            let roots = Roots::read(value);
            for (operation, ty) in roots.operations {
                if !self.types.contains_key(&ty) {
                    return Err(format!(
                        "Schema root {operation} refers to a type {ty} that does not exist."
                    ));
                }
                self.roots.insert(operation, ty);
            }
            self.check_directives(&roots.directives, "SCHEMA", None, true)?;
        }
        if written.is_empty() {
            for (operation, ty) in
                [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")]
            {
                if self.types.contains_key(ty) {
                    self.roots.entry(operation.to_owned()).or_insert_with(|| ty.to_owned());
                }
            }
        }
        Ok(())
    }

    /// Object types that a type can stand for.
    pub(super) fn possible(&self, name: &str) -> impl Iterator<Item = &str> {
        self.possible.get(name).into_iter().flatten().map(String::as_str)
    }

    fn check_definition(&self, definition: &Definition) -> Checked {
        let Definition { kind, name, .. } = definition;
        let place = if kind == "INPUT_OBJECT" { "INPUT_FIELD_DEFINITION" } else { "FIELD_DEFINITION" };
        let mut seen = BTreeSet::new();
        for field in &definition.fields {
            plain_name(&field.input.name)?;
            let of = self.defined(&field.input.ty)?;
            self.check_inputs(&field.arguments, None)?;
            self.check_directives(&field.input.directives, place, None, true)?;
            let fits = if kind == "INPUT_OBJECT" { of.is_input() } else { of.kind != "INPUT_OBJECT" };
            if !fits {
                return Err(format!(
                    "{kind} {name}: field {} cannot be of type {}.",
                    field.input.name, of.name
                ));
            }
            if !seen.insert(&field.input.name) {
                return Err(format!("Field {name}.{} can only be defined once.", field.input.name));
            }
        }
        if matches!(kind.as_str(), "OBJECT" | "INTERFACE" | "INPUT_OBJECT") && definition.fields.is_empty() {
            let input = if kind == "INPUT_OBJECT" { "input " } else { "" };
            return Err(format!("{kind} {name}: must define one or more {input}fields."));
        }
        self.check_union(definition)?;
        for interface in &definition.interfaces {
            self.check_interface(definition, interface)?;
        }
        if kind == "ENUM" {
            self.check_enum(definition)?;
        }
        if !definition.own {
            plain_name(name)?;
        }
        // Of a type and its extensions together: each place for itself may repeat nothing.
        self.check_directives(&definition.directives, kind, None, false)
    }

    fn check_union(&self, definition: &Definition) -> Checked {
        let mut seen = BTreeSet::new();
        for ty in &definition.types {
            match self.types.get(ty) {
                None => return Err(format!("Undefined type \"{ty}\".")),
                Some(found) if found.kind != "OBJECT" => {
                    return Err(format!("{} type \"{ty}\" must be OBJECT.", definition.kind));
                }
                Some(_) => {}
            }
            if !seen.insert(ty) {
                return Err(format!("Union type {} can only include type {ty} once.", definition.name));
            }
        }
        Ok(())
    }

    fn check_enum(&self, definition: &Definition) -> Checked {
        let Definition { kind, name, values, .. } = definition;
        if values.is_empty() {
            return Err(format!("{kind} {name}: must define one or more unique enum values."));
        }
        let mut seen = BTreeSet::new();
        for value in values {
            if matches!(value.name.as_str(), "true" | "false" | "null") {
                return Err(format!("{kind} {name}: non-enum value {}.", value.name));
            }
            self.check_directives(&value.directives, "ENUM_VALUE", None, true)?;
            if !seen.insert(&value.name) {
                return Err(format!("Enum value {name}.{} can only be defined once.", value.name));
            }
        }
        Ok(())
    }

    /// What a type is, if it is declared.
    fn defined(&self, ty: &Ty) -> Checked<&Definition> {
        self.types.get(ty.name()).ok_or_else(|| format!("Undefined type {}.", ty.name()))
    }

    fn check_inputs(&self, inputs: &[Input], within: Option<&str>) -> Checked {
        for input in inputs {
            plain_name(&input.name)?;
            let of = self.defined(&input.ty)?;
            if !of.is_input() {
                let (ty, name, kind) = (&input.ty, &input.name, &of.kind);
                return Err(format!(
                    "cannot use {ty} as argument {name} because {kind} is not a valid input type"
                ));
            }
            self.check_directives(&input.directives, "ARGUMENT_DEFINITION", within, true)?;
        }
        Ok(())
    }

    /// `once`: all stand at one place, where one that cannot be repeated stands once.
    fn check_directives(
        &self,
        directives: &[Directive],
        place: &str,
        within: Option<&str>,
        once: bool,
    ) -> Checked {
        let mut seen = BTreeSet::new();
        for Directive { name, arguments } in directives {
            plain_name(name)?;
            if within == Some(name) {
                return Err(format!("Directive {name} cannot refer to itself."));
            }
            let Some(known) = self.directives.get(name) else {
                return Err(format!("Undefined directive {name}."));
            };
            if once && !seen.insert(name) && !known.repeatable {
                return Err(format!("The directive {name} can only be used once at this location."));
            }
            if !known.locations.iter().any(|location| location == place) {
                return Err(format!("Directive {name} is not applicable on {place}."));
            }
            for argument in arguments {
                if !known.arguments.iter().any(|known| known.name == argument.name) {
                    return Err(format!("Undefined argument {} for directive {name}.", argument.name));
                }
            }
            for wanted in known.arguments.iter().filter(|wanted| wanted.is_required()) {
                let given = arguments.iter().find(|argument| argument.name == wanted.name);
                if given.is_none_or(|given| given.value.kind == kinds::NULL) {
                    return Err(format!("Argument {} for directive {name} cannot be null.", wanted.name));
                }
            }
        }
        Ok(())
    }

    fn check_interface(&self, definition: &Definition, name: &str) -> Checked {
        let own = &definition.name;
        let Some(interface) = self.types.get(name) else { return Err(format!("Undefined type \"{name}\".")) };
        if interface.kind != "INTERFACE" {
            return Err(format!("\"{name}\" is a non interface type {}.", interface.kind));
        }
        let begin = format!("For {own} to implement {name}");
        for wanted in &interface.fields {
            let field = &wanted.input.name;
            let Some(found) = definition.field(field) else {
                return Err(format!("{begin} it must have a field called {field}."));
            };
            if !self.is_covariant(&wanted.input.ty, &found.input.ty) {
                return Err(format!("{begin} the field {field} must have type {}.", wanted.input.ty));
            }
            for argument in &wanted.arguments {
                let same = found.arguments.iter().find(|found| found.name == argument.name);
                if same.is_none_or(|same| !argument.ty.fits(&same.ty)) {
                    return Err(format!("{begin} the field {field} must have the same arguments."));
                }
            }
            let more = |found: &&Input| {
                found.is_required() && !wanted.arguments.iter().any(|wanted| wanted.name == found.name)
            };
            if let Some(found) = found.arguments.iter().find(more) {
                return Err(format!(
                    "{begin} any additional arguments on {field} must be optional or have a default value but {} is \
                     required.",
                    found.name
                ));
            }
        }
        for further in &interface.interfaces {
            if !definition.interfaces.contains(further) {
                return Err(if further == own {
                    format!(
                        "Type {own} cannot implement {name} because it would create a circular reference."
                    )
                } else {
                    format!("Type {own} must implement {further} because it is implemented by {name}.")
                });
            }
        }
        Ok(())
    }

    fn is_covariant(&self, wanted: &Ty, given: &Ty) -> bool {
        if wanted.not_null && !given.not_null {
            return false;
        }
        match (&wanted.of, &given.of) {
            (Ok(wanted), Ok(given)) => wanted == given || self.possible(wanted).any(|one| one == given),
            (Err(wanted), Err(given)) => self.is_covariant(wanted, given),
            _ => false,
        }
    }
}

/// Names that begin with two underscores are the specification's.
fn plain_name(name: &str) -> Checked {
    if name.starts_with("__") {
        return Err(format!(
            "Name \"{name}\" must not begin with \"__\", which is reserved by GraphQL introspection."
        ));
    }
    Ok(())
}

impl Schema {
    /// Type and arguments of a field that can be asked of a type.
    pub(super) fn field_of(&self, of: &Definition, name: &str) -> Option<(Ty, Vec<Input>)> {
        if name == "__typename" && of.is_composite() {
            return Some((Ty::named("String", true), Vec::new()));
        }
        if self.roots.get("query") == Some(&of.name) {
            match name {
                "__schema" => return Some((Ty::named("__Schema", true), Vec::new())),
                "__type" => {
                    let ty = Ty::named("String", true);
                    let name = Input { name: "name".to_owned(), ty, default: None, directives: Vec::new() };
                    return Some((Ty::named("__Type", false), vec![name]));
                }
                _ => {}
            }
        }
        if of.kind == "UNION" {
            return None;
        }
        of.field(name).map(|field| (field.input.ty.clone(), field.arguments.clone()))
    }
}
