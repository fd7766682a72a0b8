//! Values before and after, as text in the shape that Terraform users read.
//!
//! Everything here gives the text that follows `name = `; the first line carries no indentation, later
//! lines carry their own. `indent` is the column of the action symbol of the line that the text starts on.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use ordain_gostd::quote;
use ordain_value::{Kind, Path, Type, Value};

use super::style::{Color, Style};
use super::{sequence, text};

/// What happens to a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Stays.
    Same,
    /// Comes.
    Add,
    /// Goes.
    Remove,
    /// Becomes something else.
    Change,
}

impl Mark {
    /// What happens between two values, absent ones being null.
    pub fn of(before: &Value, after: &Value) -> Mark {
        match (before.is_null(), after.is_null()) {
            (true, true) => Mark::Same,
            _ if before == after => Mark::Same,
            (true, false) => Mark::Add,
            (false, true) => Mark::Remove,
            _ => Mark::Change,
        }
    }

    /// What happens to what an object holds without saying so: it comes and goes with the object.
    pub fn of_whole(before: &Value, after: &Value) -> Mark {
        match (before.is_null(), after.is_null()) {
            (true, false) => Mark::Add,
            (false, true) => Mark::Remove,
            _ => Mark::Same,
        }
    }

    /// What happens between two values that are both there, though they may be null.
    pub fn of_parts(before: &Value, after: &Value) -> Mark {
        if before.is_null() && !after.is_known() { Mark::Add } else { Mark::Change }
    }

    /// Symbol in two columns.
    pub fn symbol(self, style: Style) -> Cow<'static, str> {
        let painted = |color, plain: &'static str| match style.color {
            true => format!("{} ", style.paint(color, plain.trim_end())).into(),
            false => plain.into(),
        };
        match self {
            Mark::Same => "  ".into(),
            Mark::Add => painted(Color::Green, "+ "),
            Mark::Remove => painted(Color::Red, "- "),
            Mark::Change => painted(Color::Yellow, "~ "),
        }
    }
}

/// How one value is printed: what is around it.
#[derive(Clone, Copy, Debug)]
pub struct Printer<'a> {
    /// Colours.
    pub style: Style,
    /// Paths that force a replacement.
    pub replace: &'a [Path],
    /// Whether sensitive values are shown.
    pub show_sensitive: bool,
    /// Whether parts that stay are shown too.
    pub complete: bool,
}

/// Attributes that are shown even when they stay, because they say which object it is.
pub const TELLING: [&str; 3] = ["id", "name", "tags"];

/// Text of a line's start.
pub fn pad(indent: usize) -> Cow<'static, str> {
    const BLANKS: &str = "                                                                ";
    BLANKS.get(..indent).map_or_else(|| " ".repeat(indent).into(), Cow::Borrowed)
}

/// What is said instead of a value that is not shown.
const HIDDEN: &str = "(sensitive value)";

/// Adds these parts: a plan has a great many lines, and a text of its own for each is work.
pub fn add(out: &mut String, parts: &[&str]) {
    parts.iter().for_each(|part| out.push_str(part));
}

/// Adds a line of these parts.
pub fn line(out: &mut String, parts: &[&str]) {
    add(out, parts);
    out.push('\n');
}

impl Printer<'_> {
    /// The remark on a line whose path forces a replacement.
    pub fn forces(&self, path: &Path) -> String {
        if self.replace.contains(path) {
            format!(" {}", self.style.paint(Color::Red, "# forces replacement"))
        } else {
            String::new()
        }
    }

    fn hides(&self, before: &Value, after: &Value) -> bool {
        !self.show_sensitive && (before.marks().is_sensitive() || after.marks().is_sensitive())
    }

    /// Before and after at a path. `ends` adds ` -> null` to what goes.
    pub fn change(&self, before: &Value, after: &Value, path: &Path, indent: usize, ends: bool) -> String {
        let mut out = String::new();
        self.add_change(&mut out, (before, after), path, indent, ends);
        out
    }

    /// The same at the end of a text.
    pub fn add_change(
        &self,
        out: &mut String,
        (before, after): (&Value, &Value),
        path: &Path,
        indent: usize,
        ends: bool,
    ) {
        let mark = Mark::of(before, after);
        if self.hides(before, after) {
            out.push_str(HIDDEN);
        } else {
            match mark {
                Mark::Same | Mark::Add => self.add_whole(out, after, indent, mark),
                Mark::Remove => self.add_whole(out, before, indent, mark),
                Mark::Change => return out.push_str(&self.changed(before, after, path, indent)),
            }
        }
        if mark == Mark::Remove && ends && (self.hides(before, after) || !text::is_empty_json(before)) {
            out.push_str(&self.arrow_null());
        }
        if mark != Mark::Same || self.hides(before, after) {
            out.push_str(&self.forces(path));
        }
    }

    /// An element that is there before and after, either of which may be null.
    pub fn becomes(&self, before: &Value, after: &Value, path: &Path, indent: usize) -> String {
        if self.hides(before, after) || after.is_null() {
            return self.change(before, after, path, indent, true);
        }
        self.changed(before, after, path, indent)
    }

    /// An argument whose value only the provider sees.
    pub fn write_only(&self, mark: Mark, path: &Path) -> String {
        let tail = if mark == Mark::Remove { self.arrow_null() } else { String::new() };
        format!("(write-only attribute){tail}{}", self.forces(path))
    }

    fn arrow(&self) -> String {
        format!(" {} ", self.style.paint(Color::Yellow, "->"))
    }

    fn arrow_null(&self) -> String {
        format!("{}{}", self.arrow(), self.style.paint(Color::Grey, "null"))
    }

    fn changed(&self, before: &Value, after: &Value, path: &Path, indent: usize) -> String {
        let forces = self.forces(path);
        if !after.is_known() {
            let before = self.whole(before, indent, Mark::Remove);
            return format!("{before}{}(known after apply){forces}", self.arrow());
        }
        match (before.kind(), after.kind()) {
            (Kind::String(old), Kind::String(new)) => {
                let body = text::changed(self, old, new, path, indent);
                body.unwrap_or_else(|| {
                    let old = self.whole(before, indent, Mark::Remove);
                    format!("{old}{}{}{forces}", self.arrow(), self.whole(after, indent, Mark::Add))
                })
            }
            (Kind::Map(..) | Kind::Object(_), Kind::Map(..) | Kind::Object(_)) => {
                self.members_changed(before, after, path, indent)
            }
            (Kind::List(..) | Kind::Tuple(_), Kind::List(..) | Kind::Tuple(_)) => {
                sequence::list_changed(self, before, after, path, indent)
            }
            (Kind::Set(..), Kind::Set(..)) => sequence::set_changed(self, before, after, path, indent),
            _ => {
                let old = self.whole(before, indent, Mark::Remove);
                let new = self.whole(after, indent, Mark::Add);
                format!("{old}{}{new}{forces}", self.arrow())
            }
        }
    }

    /// Members of two maps or objects side by side.
    fn members_changed(&self, before: &Value, after: &Value, path: &Path, indent: usize) -> String {
        let empty = Value::null(Type::Dynamic);
        let sides = [before, after].into_iter().filter_map(Value::as_members);
        let names: BTreeSet<&Arc<str>> = sides.flat_map(|members| members.keys()).collect();
        let is_map = matches!(after.kind(), Kind::Map(..));
        // What is left out has its part in the width, as in resource blocks.
        let width = names.iter().map(|name| label(name, is_map).chars().count()).max().unwrap_or(0);
        let mut rows = Vec::new();
        let mut hidden = 0usize;
        for name in names {
            // Elements of a map are there, whatever they are; members of an object are not where they are null.
            let old = before.get(name).filter(|value| is_map || !is_nothing(value));
            let new = after.get(name).filter(|value| is_map || !is_nothing(value));
            let mark = match (old, new) {
                (Some(old), Some(new)) if old == new => Mark::Same,
                (None, None) => Mark::Same,
                (None, _) => Mark::Add,
                (_, None) => Mark::Remove,
                (Some(old), Some(new)) => Mark::of_parts(old, new),
            };
            let told = indent == 0 || self.complete || (!is_map && TELLING.contains(&&**name));
            if mark == Mark::Same && !(told && new.is_some()) {
                hidden += 1;
                continue;
            }
            let step = if is_map { path.index(&**name) } else { path.attr(name.clone()) };
            rows.push((label(name, is_map), mark, old.unwrap_or(&empty), new.unwrap_or(&empty), step));
        }
        let mut out = format!("{{{}\n", self.forces(path));
        for (name, mark, old, new, step) in rows {
            let fill = pad(width - name.chars().count());
            let value = self.member(old, new, mark, &step, indent + 4, is_map);
            out.push_str(&self.disclosure(old, new, indent + 4));
            line(&mut out, &[&pad(indent + 4), &mark.symbol(self.style), &name, &fill, " = ", &value]);
        }
        out.push_str(&self.hidden(hidden, if is_map { "element" } else { "attribute" }, indent + 4));
        out.push_str(&format!("{}  }}", pad(indent)));
        out
    }

    fn member(
        &self,
        old: &Value,
        new: &Value,
        mark: Mark,
        path: &Path,
        indent: usize,
        is_map: bool,
    ) -> String {
        match mark {
            Mark::Remove if is_map && !old.is_null() => self.change(old, new, path, indent, true),
            // A member that goes or comes may itself be null, which `change` would take for absent.
            Mark::Remove if !self.hides(old, new) => self.whole(old, indent, Mark::Remove),
            Mark::Add if !self.hides(old, new) => self.whole(new, indent, Mark::Add),
            Mark::Change => self.becomes(old, new, path, indent),
            _ => self.change(old, new, path, indent, true),
        }
    }

    /// The remark above a part that is sensitive either before or after a change, and not both times.
    pub fn disclosure(&self, before: &Value, after: &Value, indent: usize) -> String {
        let was = before.marks().is_sensitive();
        if before.is_null() || after.is_null() || was == after.marks().is_sensitive() {
            return String::new();
        }
        let warning = self.style.paint(Color::Yellow, "# Warning:");
        let (first, second) = if was {
            ("this attribute value will no longer be marked as sensitive", "# after applying this change.")
        } else {
            (
                "this attribute value will be marked as sensitive and will not",
                "# display in UI output after applying this change.",
            )
        };
        let plain = |value: &Value| value.clone().unmark_deep().0;
        let same = if plain(before) == plain(after) { " The value is unchanged." } else { "" };
        format!("{0}{warning} {first}\n{0}{second}{same}\n", pad(indent))
    }

    /// The remark on parts left out.
    pub fn hidden(&self, count: usize, what: &str, indent: usize) -> String {
        if count == 0 {
            return String::new();
        }
        let plural = if count == 1 { "" } else { "s" };
        let remark = format!("# ({count} unchanged {what}{plural} hidden)");
        format!("{}  {}\n", pad(indent), self.style.paint(Color::Grey, &remark))
    }

    /// One value as a whole, every line of it under the same mark.
    pub fn whole(&self, value: &Value, indent: usize, mark: Mark) -> String {
        let mut out = String::new();
        self.add_whole(&mut out, value, indent, mark);
        out
    }

    /// The same at the end of a text.
    pub fn add_whole(&self, out: &mut String, value: &Value, indent: usize, mark: Mark) {
        if !self.show_sensitive && value.marks().is_sensitive() {
            return out.push_str(HIDDEN);
        }
        match value.kind() {
            Kind::Null(_) if !self.style.color => out.push_str("null"),
            Kind::Null(_) => out.push_str(&self.style.paint(Color::Grey, "null")),
            Kind::Unknown(_) => out.push_str("(known after apply)"),
            Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Kind::Number(number) => out.push_str(&number.to_string()),
            Kind::String(content) => {
                let text = text::whole(self, content, indent, mark).unwrap_or_else(|| quote(content));
                out.push_str(&text);
            }
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
                sequence::add_whole(self, out, items, indent, mark);
            }
            Kind::Map(_, members) => self.add_members(out, members.iter(), indent, mark, true),
            Kind::Object(members) => self.add_members(out, members.iter(), indent, mark, false),
        }
    }

    fn add_members<'v>(
        &self,
        out: &mut String,
        members: impl ExactSizeIterator<Item = (&'v Arc<str>, &'v Value)>,
        indent: usize,
        mark: Mark,
        is_map: bool,
    ) {
        let all = members.len();
        if all == 0 {
            return out.push_str("{}");
        }
        let mut rows: Vec<(Cow<'_, str>, &Value)> = Vec::with_capacity(all);
        rows.extend(members.map(|(name, value)| (label(name, is_map), value)));
        let width = rows.iter().map(|row| row.0.chars().count()).max().unwrap_or(0);
        rows.retain(|(name, value)| {
            is_map || self.complete || !is_nothing(value) || TELLING.contains(&&**name)
        });
        let hidden = all - rows.len();
        out.push_str("{\n");
        for (name, value) in rows {
            let fill = pad(width - name.chars().count());
            let mark = if !is_map && is_nothing(value) { Mark::Same } else { mark };
            add(out, &[&pad(indent + 4), &mark.symbol(self.style), &name, &fill, " = "]);
            self.add_whole(out, value, indent + 4, mark);
            out.push('\n');
        }
        out.push_str(&self.hidden(hidden, "attribute", indent + 4));
        add(out, &[&pad(indent), "  }"]);
    }
}

/// Whether an attribute that its type knows has no value: what is of any type may hold null as a value.
fn is_nothing(value: &Value) -> bool {
    matches!(value.kind(), Kind::Null(ty) if *ty != Type::Dynamic) && !value.marks().is_sensitive()
}

/// Name of a member: map keys are quoted, attribute names only where they must be.
fn label(name: &str, is_map: bool) -> Cow<'_, str> {
    let plain = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if is_map || !plain { quote(name).into() } else { name.into() }
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;
