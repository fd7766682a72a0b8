//! One resource object before and after: arguments, then nested blocks, as its schema has them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::Arc;

use ordain_plan::{PatternStep, TypeSchema};
use ordain_value::{Kind, Members, Path, Type, Value};

use super::style::Style;
use super::value::{Mark, Printer, TELLING, add, pad};

/// One object as it is, with everything that it has: `name = value` lines and nested blocks.
pub fn whole(object: &Value, schema: Option<&TypeSchema>, style: Style, show_sensitive: bool) -> String {
    let printer = Printer { style, replace: &[], show_sensitive, complete: true };
    let marked = schema.map_or_else(|| object.clone(), |schema| schema.mark(object));
    let shape = schema.map(Shape::of).unwrap_or_default();
    let marked = schema.map_or_else(
        || marked.clone(),
        |schema| as_seen(&settled_object(&marked, &schema.ty, &shape), &schema.ty, &shape).into_owned(),
    );
    let text = block(&printer, &marked, &marked, &shape, &Path::root(), 2);
    // Without symbols the four columns in front of them are not needed.
    text.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect()
}

/// A value of any type as it is, on lines of its own.
pub fn alone(value: &Value, style: Style) -> String {
    let printer = Printer { style, replace: &[], show_sensitive: false, complete: true };
    let text = printer.whole(value, 0, Mark::Same);
    let lines = text.lines().enumerate().map(|(at, line)| match at {
        0 => line,
        _ => line.strip_prefix("  ").unwrap_or(line),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Which members of an object are nested blocks, and which are texts, level by level.
#[derive(Debug, Default)]
pub struct Shape {
    blocks: BTreeMap<Arc<str>, Shape>,
    /// Arguments of type string. Providers made with the old plugin kit cannot say null there and store an
    /// empty text instead, so that is what an empty text is shown as.
    texts: BTreeSet<Arc<str>>,
    /// Arguments whose values only the provider sees.
    write_only: BTreeSet<Arc<str>>,
}

/// The shapes of types, each made once: many objects are of one type.
#[derive(Default)]
pub struct Shapes<'s> {
    /// By where the schema lies.
    known: BTreeMap<*const TypeSchema, Shape>,
    none: Shape,
    /// Schemas stay where they are as long as this is used.
    schemas: PhantomData<&'s TypeSchema>,
}

impl<'s> Shapes<'s> {
    /// The shape of a type; without a schema, one without nested blocks.
    pub fn of(&mut self, schema: Option<&'s TypeSchema>) -> &Shape {
        match schema {
            Some(schema) => self.known.entry(std::ptr::from_ref(schema)).or_insert_with(|| Shape::of(schema)),
            None => &self.none,
        }
    }
}

impl Shape {
    fn of(schema: &TypeSchema) -> Shape {
        let mut root = Shape::default();
        for pattern in &schema.blocks {
            root.at(pattern);
        }
        for pattern in &schema.write_only {
            if let Some((PatternStep::Attr(name), block)) = pattern.split_last() {
                root.at(block).write_only.insert(name.clone());
            }
        }
        root.find_texts(&schema.ty);
        root
    }

    /// The block that a pattern leads to.
    fn at(&mut self, pattern: &[PatternStep]) -> &mut Shape {
        let names = pattern.iter().filter_map(|step| match step {
            PatternStep::Attr(name) => Some(name),
            PatternStep::Each => None,
        });
        names.fold(self, |at, name| at.blocks.entry(name.clone()).or_default())
    }

    fn find_texts(&mut self, ty: &Type) {
        match ty {
            Type::List(element) | Type::Set(element) | Type::Map(element) => self.find_texts(element),
            Type::Object(members) => {
                for (name, member) in &members.attributes {
                    if let Some(nested) = self.blocks.get_mut(name) {
                        nested.find_texts(member);
                    } else if *member == Type::String {
                        self.texts.insert(name.clone());
                    }
                }
            }
            _ => {}
        }
    }
}

/// The body of a resource block without its braces. `indent` is the column of the block's own symbol.
pub fn body(
    printer: &Printer<'_>,
    (before, after): (&Value, &Value),
    schema: Option<&TypeSchema>,
    (shape, indent): (&Shape, usize),
    out: &mut String,
) {
    let Some(schema) = schema else {
        return add_block(printer, (before, after), shape, &Path::root(), indent, out);
    };
    let (before, after) = (schema.marked(before), schema.marked(after));
    let (before, after) = (as_seen(&before, &schema.ty, shape), as_seen(&after, &schema.ty, shape));
    add_block(printer, (&before, &after), shape, &Path::root(), indent, out);
}

/// A value as its JSON is read without a type: maps are objects, lists and sets are tuples, nulls are of no type. So
/// Terraform shows what may be of any type.
pub fn untyped(value: &Value) -> Cow<'_, Value> {
    let object = |members| Value::from_kind(Kind::Object(Arc::new(members)));
    let same = match value.kind() {
        Kind::Map(_, members) => object(members_seen(members, &|_, member| untyped(member)).into_owned()),
        Kind::Object(members) => match members_seen(members, &|_, member| untyped(member)) {
            Cow::Borrowed(_) => return Cow::Borrowed(value),
            Cow::Owned(members) => object(members),
        },
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            Value::tuple(items.iter().map(|item| untyped(item).into_owned()))
        }
        Kind::Null(ty) if *ty != Type::Dynamic => null(),
        _ => return Cow::Borrowed(value),
    };
    Cow::Owned(same.with_marks(value.marks()))
}

/// The members through `seen`; those that there are where that changes none of them.
fn members_seen<'v>(
    members: &'v Members,
    seen: &dyn Fn(&Arc<str>, &'v Value) -> Cow<'v, Value>,
) -> Cow<'v, Members> {
    let mut rest = members.iter().map(|(name, value)| seen(name, value)).enumerate();
    // Mostly all of them stay as they are.
    let Some((at, first)) = rest.find(|(_, value)| matches!(value, Cow::Owned(_))) else {
        return Cow::Borrowed(members);
    };
    let before = members.values().take(at).cloned();
    let values = before.chain([first.into_owned()]).chain(rest.map(|(_, value)| value.into_owned()));
    Cow::Owned(members.keys().cloned().zip(values).collect())
}

/// An object with what its schema leaves open as [`untyped`] has it, and empty texts inside its arguments as nothing:
/// providers made with the old plugin kit cannot say null there. Texts that are arguments themselves stay, as it
/// counts whether they were there.
fn as_seen<'v>(object: &'v Value, ty: &Type, shape: &Shape) -> Cow<'v, Value> {
    let Some((attributes, members)) = ty.attributes().zip(object.as_members()) else {
        return Cow::Borrowed(object);
    };
    let seen = |name: &Arc<str>, value: &'v Value| match (shape.blocks.get(name), attributes.get(name)) {
        (Some(nested), Some(ty)) => {
            Cow::Owned(each(value, ty, &|value, ty| as_seen(value, ty, nested).into_owned()))
        }
        (None, Some(Type::String)) | (_, None) => Cow::Borrowed(value),
        (None, Some(ty)) => argument(value, ty),
    };
    match members_seen(members, &seen) {
        Cow::Borrowed(_) if matches!(object.kind(), Kind::Object(_)) => Cow::Borrowed(object),
        members => {
            let seen = Value::from_kind(Kind::Object(Arc::new(members.into_owned())));
            Cow::Owned(seen.with_marks(object.marks()))
        }
    }
}

/// What is shown of an object that only stays as it is: arguments of a type [`settled`], those of any type as they are.
fn settled_object(object: &Value, ty: &Type, shape: &Shape) -> Value {
    let Some(attributes) = ty.attributes() else { return object.clone() };
    let (plain, marks) = object.clone().unmark();
    let Some(members) = plain.as_members() else { return object.clone() };
    let seen = |name: &Arc<str>, value: &Value| match (shape.blocks.get(name), attributes.get(name)) {
        (Some(nested), Some(ty)) => each(value, ty, &|value, ty| settled_object(value, ty, nested)),
        (None, Some(Type::Dynamic | Type::String)) | (_, None) => value.clone(),
        (None, Some(_)) => settled(value),
    };
    Value::object(members.iter().map(|(name, value)| (name.clone(), seen(name, value)))).with_marks(marks)
}

/// A value that only stays as it is, as it is shown: empty texts are null, and objects have no members that are.
pub fn settled(value: &Value) -> Value {
    if value.marks().is_sensitive() {
        return value.clone();
    }
    let (plain, marks) = value.clone().unmark();
    if plain.as_str() == Some("") {
        return Value::null(Type::String).with_marks(marks);
    }
    let shown = match plain.kind() {
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            Value::tuple(items.iter().map(settled))
        }
        Kind::Map(ty, members) => {
            let members = members.iter().map(|(name, member)| (name.clone(), settled(member)));
            Value::map((**ty).clone(), members)
        }
        Kind::Object(members) => {
            let members = members.iter().filter(|(_, member)| !member.is_null());
            Value::object(members.map(|(name, member)| (name.clone(), settled(member))))
        }
        _ => plain,
    };
    shown.with_marks(marks)
}

/// The elements of a collection, or the value itself, through `change`.
fn each(value: &Value, ty: &Type, change: &dyn Fn(&Value, &Type) -> Value) -> Value {
    let Some(element) = ty.element() else { return change(value, ty) };
    let (plain, marks) = value.clone().unmark();
    let changed = match plain.kind() {
        Kind::List(_, items) => Value::list(element.clone(), items.iter().map(|item| change(item, element))),
        Kind::Set(_, items) => Value::set(element.clone(), items.iter().map(|item| change(item, element))),
        Kind::Map(_, members) => {
            let members = members.iter().map(|(name, member)| (name.clone(), change(member, element)));
            Value::map(element.clone(), members)
        }
        _ => return value.clone(),
    };
    changed.with_marks(marks)
}

fn argument<'v>(value: &'v Value, ty: &Type) -> Cow<'v, Value> {
    match ty {
        Type::Dynamic => untyped(value),
        Type::String if value.as_str() == Some("") && !value.marks().is_sensitive() => {
            Cow::Owned(Value::null(Type::String))
        }
        Type::Object(object) => {
            let Some(members) = value.as_members() else { return Cow::Borrowed(value) };
            let seen = |name: &Arc<str>, member: &Value| match object.attributes.get(name) {
                Some(ty) => argument(member, ty).into_owned(),
                None => member.clone(),
            };
            // Of members without a value nothing is said, not even that they are hidden.
            let members = members.iter().filter(|(_, member)| !member.is_null());
            let shown = Value::object(members.map(|(name, member)| (name.clone(), seen(name, member))));
            Cow::Owned(shown.with_marks(value.marks()))
        }
        _ if ty.element().is_some() => {
            Cow::Owned(each(value, ty, &|value, ty| argument(value, ty).into_owned()))
        }
        _ => Cow::Borrowed(value),
    }
}

fn block(
    printer: &Printer<'_>,
    before: &Value,
    after: &Value,
    shape: &Shape,
    path: &Path,
    indent: usize,
) -> String {
    let mut out = String::new();
    add_block(printer, (before, after), shape, path, indent, &mut out);
    out
}

fn add_block(
    printer: &Printer<'_>,
    (before, after): (&Value, &Value),
    shape: &Shape,
    path: &Path,
    indent: usize,
    out: &mut String,
) {
    let start = out.len();
    attributes(printer, (before, after), shape, path, indent, out);
    // Blocks stand apart where there are attributes above them.
    let gap = if out.len() == start { "" } else { "\n" };
    let mut hidden = 0;
    for (name, nested) in &shape.blocks {
        let pair = Pair::at(before, after, name);
        hidden += blocks(printer, (&mut *out, gap), name, nested, &pair, &path.attr(name.clone()), indent);
    }
    if hidden > 0 {
        out.push('\n');
        out.push_str(&printer.hidden(hidden, "block", indent + 4));
    }
}

struct Pair<'v> {
    before: Cow<'v, Value>,
    after: Cow<'v, Value>,
}

impl<'v> Pair<'v> {
    fn at(before: &'v Value, after: &'v Value, name: &str) -> Self {
        // Inside an unknown object every part is unknown.
        let part = |value: &'v Value| match value.kind() {
            Kind::Unknown(_) => Cow::Owned(Value::unknown(Type::Dynamic)),
            _ => value.get(name).map_or_else(|| Cow::Owned(null()), Cow::Borrowed),
        };
        Pair { before: part(before), after: part(after) }
    }
}

impl Pair<'_> {
    fn both(&self) -> (Value, Value) {
        (self.before.clone().into_owned(), self.after.clone().into_owned())
    }

    /// Empty texts stand for none.
    fn without_empty_texts(&mut self) {
        for value in [&mut self.before, &mut self.after] {
            if value.as_str() == Some("") {
                *value = Cow::Owned(Value::null(Type::String));
            }
        }
    }
}

struct Row<'v> {
    name: &'v Arc<str>,
    mark: Mark,
    pair: Pair<'v>,
}

/// Names of the members of either, in their order.
fn names<'v>(before: &'v Value, after: &'v Value) -> Vec<&'v Arc<str>> {
    match (before.as_members(), after.as_members()) {
        (Some(one), None) | (None, Some(one)) => one.keys().collect(),
        (None, None) => Vec::new(),
        (Some(before), Some(after)) => {
            before.keys().chain(after.keys()).collect::<BTreeSet<_>>().into_iter().collect()
        }
    }
}

/// The rows that are shown, the width of all names, and how many rows are left out.
fn rows<'v>(
    before: &'v Value,
    after: &'v Value,
    shape: &Shape,
    complete: bool,
) -> (Vec<Row<'v>>, usize, usize) {
    let (mut hidden, mut width) = (0, 0);
    let mut rows = Vec::new();
    for name in names(before, after) {
        if shape.blocks.contains_key(name) {
            continue;
        }
        let mut pair = Pair::at(before, after, name);
        let write_only = shape.write_only.contains(name);
        if pair.before.is_null() && pair.after.is_null() && !write_only {
            continue;
        }
        if shape.texts.contains(name) && !complete {
            pair.without_empty_texts();
        }
        // Nobody stored a value to compare: what is said is what happens to the object that holds it.
        let mark = match write_only {
            true => Mark::of_whole(before, after),
            false => Mark::of(&pair.before, &pair.after),
        };
        width = width.max(name.chars().count());
        if mark == Mark::Same && !complete && !TELLING.contains(&&**name) {
            hidden += 1;
            continue;
        }
        rows.push(Row { name, mark, pair });
    }
    (rows, width, hidden)
}

fn attributes(
    printer: &Printer<'_>,
    (before, after): (&Value, &Value),
    shape: &Shape,
    path: &Path,
    indent: usize,
    out: &mut String,
) {
    let (rows, width, hidden) = rows(before, after, shape, printer.complete);
    for row in &rows {
        let (before, after): (&Value, &Value) = (&row.pair.before, &row.pair.after);
        out.push_str(&printer.disclosure(before, after, indent + 4));
        let (symbol, fill) = (row.mark.symbol(printer.style), pad(width - row.name.chars().count()));
        add(out, &[&pad(indent + 4), &symbol, row.name, &fill, " = "]);
        let at = || path.attr(row.name.clone());
        match row.mark {
            mark if shape.write_only.contains(row.name) => out.push_str(&printer.write_only(mark, &at())),
            Mark::Same if printer.complete && is_absent(shape, row) => out.push_str("null"),
            Mark::Same => printer.add_whole(out, after, indent + 4, Mark::Same),
            _ => {
                let complete = printer.complete || TELLING.contains(&&**row.name);
                let printer = Printer { complete, ..*printer };
                printer.add_change(out, (before, after), &at(), indent + 4, true);
            }
        }
        out.push('\n');
    }
    out.push_str(&printer.hidden(hidden, "attribute", indent + 4));
}

/// Whether a value is an empty text that stands for none.
fn is_absent(shape: &Shape, row: &Row<'_>) -> bool {
    let value = &row.pair.after;
    shape.texts.contains(row.name) && value.as_str() == Some("") && !value.marks().is_sensitive()
}

/// Prints the nested blocks of one type; gives the number of those left out.
fn blocks(
    printer: &Printer<'_>,
    (out, mut gap): (&mut String, &str),
    name: &str,
    nested: &Shape,
    pair: &Pair<'_>,
    path: &Path,
    indent: usize,
) -> usize {
    let mut hidden = 0;
    // Blocks of one type stand together.
    for (label, mark, before, after, at) in pairs(pair, path) {
        if mark == Mark::Same && !printer.complete {
            hidden += 1;
            continue;
        }
        // What forces a replacement may be a block or all blocks of its type.
        let forces = Some(printer.forces(&at)).filter(|own| !own.is_empty());
        let forces = forces.unwrap_or_else(|| printer.forces(path));
        if !after.is_known() {
            let symbol = if before.is_null() { Mark::Add } else { Mark::Change }.symbol(printer.style);
            let start = format!("{}{}{symbol}{name}{label}", std::mem::take(&mut gap), pad(indent + 4));
            out.push_str(&format!("{start} (known after apply){forces}\n"));
            continue;
        }
        let symbol = mark.symbol(printer.style);
        let start = format!("{}{}{symbol}{name}{label}", std::mem::take(&mut gap), pad(indent + 4));
        let content = block(printer, &before, &after, nested, &at, indent + 4);
        // Blocks inside it of which there may be many count even where there are none.
        let holds = |name: &Arc<str>| {
            [&before, &after].iter().any(|one| one.get(name).is_some_and(|value| !value.is_null()))
        };
        if content.is_empty() && !nested.blocks.keys().any(holds) {
            out.push_str(&format!("{start} {{}}{forces}\n"));
            continue;
        }
        out.push_str(&format!("{start} {{{forces}\n{content}{}}}\n", pad(indent + 6)));
    }
    hidden
}

type NestedChange = (String, Mark, Value, Value, Path);

fn null() -> Value {
    Value::null(Type::Dynamic)
}

/// The blocks of one type side by side. How they are kept follows from their values.
fn pairs(pair: &Pair<'_>, path: &Path) -> Vec<NestedChange> {
    let telling = if pair.after.is_null() || !pair.after.is_known() { &pair.before } else { &pair.after };
    match telling.kind() {
        _ if !pair.after.is_known() => {
            let (before, after) = pair.both();
            vec![(String::new(), Mark::Change, before, after, path.clone())]
        }
        Kind::Set(..) => set_pairs(pair, path),
        Kind::List(..) | Kind::Tuple(_) => list_pairs(pair, path),
        Kind::Map(..) => map_pairs(pair, path),
        Kind::Null(_) => Vec::new(),
        _ => {
            let mark = Mark::of(&pair.before, &pair.after);
            let (before, after) = pair.both();
            vec![(String::new(), mark, before, after, path.clone())]
        }
    }
}

fn set_pairs(pair: &Pair<'_>, path: &Path) -> Vec<NestedChange> {
    let (old, new) = (items(&pair.before), items(&pair.after));
    let gone = old.iter().filter(|item| !new.contains(item));
    let gone = gone.map(|item| (String::new(), Mark::Remove, item.clone(), null(), path.clone()));
    let now = new.iter().map(|item| {
        let (mark, before) =
            if old.contains(item) { (Mark::Same, item.clone()) } else { (Mark::Add, null()) };
        (String::new(), mark, before, item.clone(), path.clone())
    });
    gone.chain(now).collect()
}

fn list_pairs(pair: &Pair<'_>, path: &Path) -> Vec<NestedChange> {
    let (old, new) = (items(&pair.before), items(&pair.after));
    (0..old.len().max(new.len()))
        .map(|at| {
            let before = old.get(at).cloned().unwrap_or_else(null);
            let after = new.get(at).cloned().unwrap_or_else(null);
            let key = i64::try_from(at).unwrap_or(i64::MAX);
            (String::new(), Mark::of(&before, &after), before, after, path.index(key))
        })
        .collect()
}

fn map_pairs(pair: &Pair<'_>, path: &Path) -> Vec<NestedChange> {
    let members = [&pair.before, &pair.after].into_iter().filter_map(|v| v.as_members());
    let keys: BTreeSet<&Arc<str>> = members.flat_map(|m| m.keys()).collect();
    keys.into_iter()
        .map(|key| {
            let before = pair.before.get(key).cloned().unwrap_or_else(null);
            let after = pair.after.get(key).cloned().unwrap_or_else(null);
            let label = format!(" {}", ordain_gostd::quote(key));
            (label, Mark::of(&before, &after), before, after, path.index(&**key))
        })
        .collect()
}

fn items(value: &Value) -> &[Value] {
    value.as_items().unwrap_or(&[])
}

#[cfg(test)]
#[path = "object_tests.rs"]
mod tests;
