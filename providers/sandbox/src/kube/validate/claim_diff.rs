//! What a refusal of a changed claim shows: the two specs side by side, as the server's Go library prints them.
//!
//! Source of the form: recorded answers. Fields stand in the order of the server's structure; two unchanged ones are shown
//! around a change, others are counted; names of fields are aligned over lines that follow each other.

use super::super::quantity;
use super::super::status::go_quote;
use crate::json::items;
use serde_json::Value;

/// A Go value as text.
struct Shown {
    /// With its type, as lines: more than one when it is long.
    full: Vec<String>,
    /// Without types.
    brief: String,
}

/// A field of both structures.
struct Field {
    name: &'static str,
    old: Shown,
    new: Shown,
    /// Lines of a change within, where the field is shown open.
    inner: Option<(String, Vec<Line>)>,
}

struct Line {
    mark: char,
    name: String,
    /// One line takes part in aligning, more do not.
    text: Vec<String>,
}

const MODES: &str = "[]core.PersistentVolumeAccessMode";
/// Longest value on one line.
const WIDTH: usize = 80;

/// The difference of two specs, with a line break before and after.
pub(super) fn spec(old: &Value, new: &Value) -> String {
    let of = |value: &Value, key: &str| pointer(&value[key]);
    let plain = |name, key: &str| field(name, of(old, key), of(new, key));
    let fields = [
        field("AccessModes", modes(&old["accessModes"]), modes(&new["accessModes"])),
        field("Selector", selector(&old["selector"]), selector(&new["selector"])),
        resources(&old["resources"], &new["resources"]),
        field("VolumeName", text(&old["volumeName"]), text(&new["volumeName"])),
        plain("StorageClassName", "storageClassName"),
        plain("VolumeMode", "volumeMode"),
        field("DataSource", reference(&old["dataSource"]), reference(&new["dataSource"])),
        field("DataSourceRef", reference(&old["dataSourceRef"]), reference(&new["dataSourceRef"])),
        plain("VolumeAttributesClassName", "volumeAttributesClassName"),
    ];
    let mut out = vec!["\u{a0}\u{a0}core.PersistentVolumeClaimSpec{".to_owned()];
    out.extend(print(&lines(fields.into()), 1));
    out.push("\u{a0}\u{a0}}".to_owned());
    format!("\n{}\n", out.join("\n"))
}

fn one(full: String, brief: String) -> Shown {
    Shown { full: vec![full], brief }
}

fn nil() -> Shown {
    one("nil".into(), "nil".into())
}

fn text(value: &Value) -> Shown {
    let quoted = go_quote(value.as_str().unwrap_or_default());
    one(quoted.clone(), quoted)
}

fn pointer(value: &Value) -> Shown {
    match value.as_str() {
        Some(text) => one(format!("&{}", go_quote(text)), format!("&{}", go_quote(text))),
        None => nil(),
    }
}

fn modes(value: &Value) -> Shown {
    if items(value).is_empty() {
        return nil();
    }
    let all: Vec<String> = items(value).iter().map(|v| go_quote(v.as_str().unwrap_or_default())).collect();
    let brief = format!("{{{}}}", all.join(", "));
    one(format!("{MODES}{brief}"), brief)
}

fn selector(value: &Value) -> Shown {
    if value.is_null() {
        return nil();
    }
    let labels = value["matchLabels"].as_object().into_iter().flatten();
    let labels: String = labels.map(|(k, v)| format!("{k}: {},", v.as_str().unwrap_or_default())).collect();
    let said = format!(
        "s\"&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{}},}}\""
    );
    one(said.clone(), said)
}

fn reference(value: &Value) -> Shown {
    let Some(members) = value.as_object() else { return nil() };
    let part = |name: &str, key: &str| {
        let value = members.get(key)?.as_str()?;
        let sign = if key == "apiGroup" { "&" } else { "" };
        Some(format!("{name}: {sign}{}", go_quote(value)))
    };
    let parts = [part("APIGroup", "apiGroup"), part("Kind", "kind"), part("Name", "name")];
    let brief = format!("{{{}}}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "));
    one(format!("&core.TypedLocalObjectReference{brief}"), format!("&{brief}"))
}

/// A quantity: its amount, text and family.
fn amount(value: &Value, brief: bool) -> String {
    let said = value.as_str().unwrap_or_default();
    let parsed = quantity::parse(said);
    let milli = parsed.map_or(0, |quantity| quantity.milli);
    let inner = match (brief, milli % 1000) {
        (true, _) => "{...}".to_owned(),
        (false, 0) => format!("resource.int64Amount{{value: {}}}", milli / 1000),
        (false, _) => format!("resource.int64Amount{{value: {milli}, scale: -3}}"),
    };
    let family = if said.ends_with('i') { "BinarySI" } else { "DecimalSI" };
    format!("{{i: {inner}, s: {}, Format: \"{family}\"}}", go_quote(said))
}

/// A list of quantities by name.
fn quantities(value: &Value) -> Shown {
    let Some(members) = value.as_object().filter(|members| !members.is_empty()) else { return nil() };
    let entry = |brief: bool| -> Vec<String> {
        members.iter().map(|(name, value)| format!("s{}: {}", go_quote(name), amount(value, brief))).collect()
    };
    let inline = format!("core.ResourceList{{{}}}", entry(false).join(", "));
    let full = if inline.chars().count() <= WIDTH {
        vec![inline]
    } else {
        let mut lines = vec!["core.ResourceList{".to_owned()];
        lines.extend(entry(false).into_iter().map(|entry| format!("\t{entry},")));
        lines.push("}".to_owned());
        lines
    };
    Shown { full, brief: format!("{{{}}}", entry(true).join(", ")) }
}

fn resources(old: &Value, new: &Value) -> Field {
    let brief = |value: &Value| {
        let part = |name: &str, key: &str| {
            let shown = quantities(&value[key]).brief;
            (shown != "nil").then(|| format!("{name}: {shown}"))
        };
        let parts = [part("Limits", "limits"), part("Requests", "requests")];
        format!("{{{}}}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    };
    let parts = vec![
        field("Limits", quantities(&old["limits"]), quantities(&new["limits"])),
        field("Requests", quantities(&old["requests"]), quantities(&new["requests"])),
    ];
    let differs = brief(old) != brief(new);
    let inner = differs.then(|| ("core.VolumeResourceRequirements{".to_owned(), lines(parts)));
    Field { name: "Resources", old: one(brief(old), brief(old)), new: one(brief(new), brief(new)), inner }
}

fn field(name: &'static str, old: Shown, new: Shown) -> Field {
    Field { name, old, new, inner: None }
}

fn is_same(field: &Field) -> bool {
    field.old.full == field.new.full
}

/// Fields as lines: what changed, two neighbours of it, and how many others there are.
fn lines(fields: Vec<Field>) -> Vec<Line> {
    let mut out = Vec::new();
    let same: Vec<bool> = fields.iter().map(is_same).collect();
    let mut fields = fields.into_iter().enumerate().peekable();
    while let Some((at, first)) = fields.next() {
        if same.get(at) == Some(&false) {
            out.extend(changed(first));
            continue;
        }
        let mut run = vec![first];
        while let Some((_, next)) = fields.next_if(|(at, _)| same.get(*at) == Some(&true)) {
            run.push(next);
        }
        let low = if at == 0 { 0 } else { run.len().min(2) };
        let mut high = if fields.peek().is_none() { 0 } else { (run.len() - low).min(2) };
        if run.len() - low - high == 1 {
            high += 1;
        }
        let (hidden, total) = (run.len() - low - high, run.len());
        for (number, field) in run.into_iter().enumerate() {
            if number == low && hidden > 0 {
                let text = vec![format!("... // {hidden} identical fields")];
                out.push(Line { mark: ' ', name: String::new(), text });
            }
            if number < low || number >= total - high {
                out.push(Line { mark: ' ', name: field.name.into(), text: vec![field.old.brief] });
            }
        }
    }
    out
}

fn changed(field: Field) -> Vec<Line> {
    let name = field.name.to_owned();
    if let Some((head, inner)) = field.inner {
        let mut text = vec![head];
        text.extend(print(&inner, 1));
        text.push("}".to_owned());
        return vec![Line { mark: ' ', name, text }];
    }
    let line = |mark, shown: Shown| Line { mark, name: name.clone(), text: shown.full };
    vec![line('-', field.old), line('+', field.new)]
}

/// Lines as text, `depth` tabs in. A nested structure brings its lines with marks of their own.
fn print(lines: &[Line], depth: usize) -> Vec<String> {
    let tabs = "\t".repeat(depth);
    let mut out = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let mark = if line.mark == ' ' { '\u{a0}' } else { line.mark };
        let name = match line.name.as_str() {
            "" => String::new(),
            name => format!("{name}:{}", " ".repeat(padding(lines, at) + 1)),
        };
        let count = line.text.len();
        for (number, text) in line.text.iter().enumerate() {
            let begin = if number == 0 { name.as_str() } else { "" };
            let end = if number + 1 == count && !line.name.is_empty() { "," } else { "" };
            let mut inner = text.chars();
            // A nested line: its mark stands at the margin, its tabs come on top.
            match (inner.next(), inner.next()) {
                (Some(own @ ('-' | '+' | '\u{a0}')), Some('\u{a0}')) => {
                    out.push(format!("{own}\u{a0}{tabs}{}", inner.as_str()));
                }
                _ => out.push(format!("{mark}\u{a0}{tabs}{begin}{text}{end}")),
            }
        }
    }
    out
}

/// Blanks that bring a line's value under those of the lines around it.
fn padding(lines: &[Line], at: usize) -> usize {
    let fits = |line: &&Line| !line.name.is_empty() && line.text.len() == 1;
    let Some(own) = lines.get(at).filter(fits) else { return 0 };
    let before = lines.iter().take(at).rev().take_while(fits);
    let after = lines.iter().skip(at).take_while(fits);
    let longest = before.chain(after).map(|line| line.name.len()).max().unwrap_or(0);
    longest - own.name.len()
}
