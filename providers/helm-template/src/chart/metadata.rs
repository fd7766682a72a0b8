//! `Chart.yaml`: reading and Helm's checks.

use serde_json::{Map as JsonMap, Value as Json};

use crate::data::Data;
use crate::go_json;
use crate::semver::Version;

/// Somebody who looks after a chart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Maintainer {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Page.
    pub url: String,
}

/// A chart this one needs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dependency {
    /// Name of the chart; after processing its alias.
    pub name: String,
    /// Range of versions.
    pub version: String,
    /// Where it comes from.
    pub repository: String,
    /// Comma-separated value paths; the first that is a boolean decides.
    pub condition: String,
    /// Names below `tags` in the values.
    pub tags: Vec<String>,
    /// Set while dependencies are processed.
    pub enabled: bool,
    /// Values taken over from it: names below its `exports`, or tables of `child` and `parent`.
    pub import_values: Vec<Data>,
    /// Name to use instead.
    pub alias: String,
    /// Which line of which `Chart.yaml` it is, while dependencies are processed; copies of a chart share their lines.
    pub line: usize,
}

/// What `Chart.yaml` says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata {
    /// Name.
    pub name: String,
    /// Home page.
    pub home: String,
    /// Addresses of sources.
    pub sources: Vec<String>,
    /// Version of the chart.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Keywords.
    pub keywords: Vec<String>,
    /// Maintainers.
    pub maintainers: Vec<Maintainer>,
    /// Address of an icon.
    pub icon: String,
    /// `v1` or `v2`; not checked, as in Helm.
    pub api_version: String,
    /// Condition of its own use.
    pub condition: String,
    /// Tags.
    pub tags: String,
    /// Version of the application.
    pub app_version: String,
    /// No longer maintained.
    pub deprecated: bool,
    /// Annotations.
    pub annotations: Vec<(String, String)>,
    /// Range of Kubernetes versions.
    pub kube_version: String,
    /// Charts it needs.
    pub dependencies: Vec<Dependency>,
    /// `application`, `library` or empty.
    pub kind: String,
    /// One of the maintainers is null.
    pub(super) empty_maintainer: bool,
    /// The first dependency that is null.
    pub(super) empty_dependency: Option<usize>,
}

/// What a field of `Chart.yaml` holds.
enum Shape {
    Text,
    Flag,
    Any,
    /// Elements, and the name of Go's type.
    List(&'static Shape, &'static str),
    TextByName,
    /// Fields, the name of the struct, and the name of Go's type.
    Struct(&'static [(&'static str, Shape)], &'static str, &'static str),
}

const TEXTS: Shape = Shape::List(&Shape::Text, "[]string");

const MAINTAINER: Shape = Shape::Struct(
    &[("name", Shape::Text), ("email", Shape::Text), ("url", Shape::Text)],
    "Maintainer",
    "chart.Maintainer",
);

const DEPENDENCY: Shape = Shape::Struct(
    &[
        ("name", Shape::Text),
        ("version", Shape::Text),
        ("repository", Shape::Text),
        ("condition", Shape::Text),
        ("tags", TEXTS),
        ("enabled", Shape::Flag),
        ("import-values", Shape::List(&Shape::Any, "[]interface {}")),
        ("alias", Shape::Text),
    ],
    "Dependency",
    "chart.Dependency",
);

const METADATA: Shape = Shape::Struct(
    &[
        ("name", Shape::Text),
        ("home", Shape::Text),
        ("sources", TEXTS),
        ("version", Shape::Text),
        ("description", Shape::Text),
        ("keywords", TEXTS),
        ("maintainers", Shape::List(&MAINTAINER, "[]*chart.Maintainer")),
        ("icon", Shape::Text),
        ("apiVersion", Shape::Text),
        ("condition", Shape::Text),
        ("tags", Shape::Text),
        ("appVersion", Shape::Text),
        ("deprecated", Shape::Flag),
        ("annotations", Shape::TextByName),
        ("kubeVersion", Shape::Text),
        ("dependencies", Shape::List(&DEPENDENCY, "[]*chart.Dependency")),
        ("type", Shape::Text),
    ],
    "Metadata",
    "chart.Metadata",
);

/// Where a decoder is: the innermost struct and the fields that lead there.
#[derive(Clone)]
struct Place {
    owner: &'static str,
    path: String,
}

impl Place {
    fn refuse(&self, found: &Json, wanted: &str) -> String {
        let kind = go_json::kind(found);
        let what = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal";
        if self.path.is_empty() {
            return format!("{what} {kind} into Go value of type {wanted}");
        }
        format!("{what} {kind} into Go struct field {}.{} of type {wanted}", self.owner, self.path)
    }
}

/// A document as Go's decoder fills a struct with it, in the order of its keys: text fields take numbers and booleans
/// as text, because the YAML reader converts scalars for them; names of fields fit in any case; null changes nothing.
fn conform(found: &Json, shape: &Shape, place: &Place) -> Result<Json, String> {
    Ok(match (shape, found) {
        (_, Json::Null) | (Shape::Any, _) => found.clone(),
        (Shape::Text, _) => {
            let text = scalar_text(found).ok_or_else(|| place.refuse(found, "string"))?;
            Json::String(text)
        }
        (Shape::Flag, Json::Bool(_)) => found.clone(),
        (Shape::Flag, _) => return Err(place.refuse(found, "bool")),
        (Shape::List(inner, _), Json::Array(items)) => {
            items.iter().map(|item| conform(item, inner, place)).collect::<Result<_, _>>()?
        }
        (Shape::List(_, name), _) => return Err(place.refuse(found, name)),
        (Shape::TextByName, Json::Object(map)) => {
            let text =
                |(name, value): (&String, &Json)| Ok((name.clone(), conform(value, &Shape::Text, place)?));
            Json::Object(map.iter().map(text).collect::<Result<_, String>>()?)
        }
        (Shape::TextByName, _) => return Err(place.refuse(found, "map[string]string")),
        (Shape::Struct(fields, owner, _), Json::Object(map)) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let mut out = JsonMap::new();
            for key in keys {
                let exact = fields.iter().find(|(name, _)| name == key);
                let field = exact.or_else(|| fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)));
                let (Some((name, shape)), Some(value)) = (field, map.get(key)) else { continue };
                let path =
                    if place.path.is_empty() { (*name).to_owned() } else { format!("{}.{name}", place.path) };
                let value = conform(value, shape, &Place { owner, path })?;
                if !value.is_null() {
                    out.insert((*name).to_owned(), value);
                }
            }
            Json::Object(out)
        }
        (Shape::Struct(_, _, name), _) => return Err(place.refuse(found, name)),
    })
}

fn scalar_text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(b) => Some(b.to_string()),
        Json::Number(n) => Some(number_text(&n.to_string())),
        _ => None,
    }
}

/// Whole numbers as they are, floats in Go's general form at 32 bits.
#[allow(clippy::cast_possible_truncation, reason = "the YAML library formats with 32 bits")]
fn number_text(digits: &str) -> String {
    match digits.parse::<i128>() {
        Ok(whole) => whole.to_string(),
        Err(_) => {
            let narrow = ordain_gostd::parse_float(digits).unwrap_or(0.0) as f32;
            ordain_gostd::parse_float(&narrow.to_string())
                .map_or_else(|| digits.to_owned(), ordain_gostd::format_g)
        }
    }
}

fn text_of(map: &Json, field: &str) -> String {
    map.get(field).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn texts_of(map: &Json, field: &str) -> Vec<String> {
    items_of(map, field).iter().map(|item| item.as_str().unwrap_or_default().to_owned()).collect()
}

fn items_of<'j>(map: &'j Json, field: &str) -> &'j [Json] {
    map.get(field).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

impl Metadata {
    /// Reads a document over what is there already: `requirements.yaml` adds its dependencies to `Chart.yaml`.
    pub(crate) fn read(&mut self, json: &Json) -> Result<(), String> {
        let json = conform(json, &METADATA, &Place { owner: "Metadata", path: String::new() })?;
        let texts: [(&str, &mut String); 11] = [
            ("name", &mut self.name),
            ("home", &mut self.home),
            ("version", &mut self.version),
            ("description", &mut self.description),
            ("icon", &mut self.icon),
            ("apiVersion", &mut self.api_version),
            ("condition", &mut self.condition),
            ("tags", &mut self.tags),
            ("appVersion", &mut self.app_version),
            ("kubeVersion", &mut self.kube_version),
            ("type", &mut self.kind),
        ];
        for (field, target) in texts {
            if json.get(field).is_some() {
                *target = text_of(&json, field);
            }
        }
        if let Some(Json::Bool(deprecated)) = json.get("deprecated") {
            self.deprecated = *deprecated;
        }
        if json.get("sources").is_some() {
            self.sources = texts_of(&json, "sources");
        }
        if json.get("keywords").is_some() {
            self.keywords = texts_of(&json, "keywords");
        }
        self.read_lists(&json);
        Ok(())
    }

    fn read_lists(&mut self, json: &Json) {
        if let Some(Json::Object(annotations)) = json.get("annotations") {
            let text = |(k, v): (&String, &Json)| (k.clone(), v.as_str().unwrap_or_default().to_owned());
            self.annotations = annotations.iter().map(text).collect();
        }
        if json.get("maintainers").is_some() {
            let items = items_of(json, "maintainers");
            self.maintainers = items.iter().map(maintainer).collect();
            self.empty_maintainer = items.iter().any(Json::is_null);
        }
        if json.get("dependencies").is_some() {
            let items = items_of(json, "dependencies");
            self.dependencies = items.iter().map(dependency).collect();
            self.empty_dependency = items.iter().position(Json::is_null);
        }
    }

    /// Helm's checks, in its order and words.
    pub(super) fn validate(&mut self) -> Result<(), String> {
        let fail = |message: String| Err(format!("validation: {message}"));
        for text in [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ] {
            *text = sanitize(text);
        }
        self.sources.iter_mut().chain(&mut self.keywords).for_each(|text| *text = sanitize(text));
        if self.name.is_empty() {
            return fail("chart.metadata.name is required".into());
        }
        if self.name.contains('/') || self.name == "." {
            return fail(format!("chart.metadata.name {} is invalid", ordain_gostd::quote(&self.name)));
        }
        if self.version.is_empty() {
            return fail("chart.metadata.version is required".into());
        }
        if Version::parse(&self.version).is_err() {
            return fail(format!("chart.metadata.version {} is invalid", ordain_gostd::quote(&self.version)));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return fail("chart.metadata.type must be application or library".into());
        }
        if self.empty_maintainer {
            return fail("maintainers must not contain empty or null nodes".into());
        }
        for maintainer in &mut self.maintainers {
            for text in [&mut maintainer.name, &mut maintainer.email, &mut maintainer.url] {
                *text = sanitize(text);
            }
        }
        self.validate_dependencies().map_err(|message| format!("validation: {message}"))
    }

    fn validate_dependencies(&mut self) -> Result<(), String> {
        let mut seen = std::collections::BTreeSet::new();
        for (at, dependency) in self.dependencies.iter_mut().enumerate() {
            if self.empty_dependency == Some(at) {
                return Err("dependencies must not contain empty or null nodes".into());
            }
            for text in [
                &mut dependency.name,
                &mut dependency.version,
                &mut dependency.repository,
                &mut dependency.condition,
            ] {
                *text = sanitize(text);
            }
            dependency.tags.iter_mut().for_each(|tag| *tag = sanitize(tag));
            let alias_fits =
                dependency.alias.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
            if !alias_fits {
                let name = ordain_gostd::quote(&dependency.name);
                return Err(format!("dependency {name} has disallowed characters in the alias"));
            }
            let key = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if !seen.insert(key.clone()) {
                let key = ordain_gostd::quote(key);
                return Err(format!("more than one dependency with name or alias {key}"));
            }
        }
        Ok(())
    }
}

impl Dependency {
    /// As JSON, in which what is empty is left out but for the name and the repository.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut out = JsonMap::new();
        let mut put = |key: &str, value: Json, empty: bool| {
            if !empty {
                out.insert(key.to_owned(), value);
            }
        };
        put("name", self.name.as_str().into(), false);
        put("version", self.version.as_str().into(), self.version.is_empty());
        put("repository", self.repository.as_str().into(), false);
        put("condition", self.condition.as_str().into(), self.condition.is_empty());
        put("tags", self.tags.clone().into(), self.tags.is_empty());
        put("enabled", true.into(), !self.enabled);
        let imports = self.import_values.iter().map(Data::to_json).collect();
        put("import-values", Json::Array(imports), self.import_values.is_empty());
        put("alias", self.alias.as_str().into(), self.alias.is_empty());
        Json::Object(out)
    }
}

/// `Chart.lock` as a release keeps it: what there is of its three fields.
pub(super) fn lock(json: &Json) -> Json {
    let generated = match text_of(json, "generated") {
        none if none.is_empty() => "0001-01-01T00:00:00Z".to_owned(),
        text => text,
    };
    let needs: Vec<Json> = items_of(json, "dependencies").iter().map(|d| dependency(d).to_json()).collect();
    let needs = if json.get("dependencies").is_none_or(Json::is_null) { Json::Null } else { needs.into() };
    serde_json::json!({"generated": generated, "digest": text_of(json, "digest"), "dependencies": needs})
}

fn maintainer(json: &Json) -> Maintainer {
    Maintainer { name: text_of(json, "name"), email: text_of(json, "email"), url: text_of(json, "url") }
}

fn dependency(json: &Json) -> Dependency {
    Dependency {
        name: text_of(json, "name"),
        version: text_of(json, "version"),
        repository: text_of(json, "repository"),
        condition: text_of(json, "condition"),
        tags: texts_of(json, "tags"),
        enabled: json.get("enabled") == Some(&Json::Bool(true)),
        import_values: items_of(json, "import-values").iter().cloned().map(Data::from_json).collect(),
        alias: text_of(json, "alias"),
        line: 0,
    }
}

/// Blanks become spaces, what cannot be printed goes.
fn sanitize(text: &str) -> String {
    let kept = text
        .chars()
        .filter_map(|c| if c.is_whitespace() { Some(' ') } else { ordain_gostd::is_print(c).then_some(c) });
    kept.collect()
}
