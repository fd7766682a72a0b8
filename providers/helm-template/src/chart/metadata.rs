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
}

/// Reads fields of a JSON object as Go's decoder fills a struct: text fields take numbers and booleans as text, because
/// the YAML reader converts scalars for them.
struct Reader<'j> {
    map: &'j JsonMap<String, Json>,
    owner: &'static str,
}

impl Reader<'_> {
    fn wrong(&self, found: &Json, field: &str, wanted: &str) -> String {
        let kind = go_json::kind(found);
        let owner = self.owner;
        format!(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go struct field {owner}.{field} of type {wanted}"
        )
    }

    fn text(&self, field: &str) -> Result<String, String> {
        match self.map.get(field) {
            None | Some(Json::Null) => Ok(String::new()),
            Some(value) => scalar_text(value).ok_or_else(|| self.wrong(value, field, "string")),
        }
    }

    fn flag(&self, field: &str) -> Result<bool, String> {
        match self.map.get(field) {
            None | Some(Json::Null) => Ok(false),
            Some(Json::Bool(b)) => Ok(*b),
            Some(other) => Err(self.wrong(other, field, "bool")),
        }
    }

    fn list(&self, field: &str, wanted: &str) -> Result<&[Json], String> {
        match self.map.get(field) {
            None | Some(Json::Null) => Ok(&[]),
            Some(Json::Array(items)) => Ok(items),
            Some(other) => Err(self.wrong(other, field, wanted)),
        }
    }

    fn texts(&self, field: &str) -> Result<Vec<String>, String> {
        let items = self.list(field, "[]string")?;
        let text = |v: &Json| match v {
            Json::Null => Ok(String::new()),
            other => scalar_text(other).ok_or_else(|| self.wrong(other, field, "string")),
        };
        items.iter().map(text).collect()
    }
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

impl Metadata {
    /// Reads a document over what is there already: `requirements.yaml` adds its dependencies to `Chart.yaml`.
    pub(crate) fn read(&mut self, json: &Json) -> Result<(), String> {
        let empty = JsonMap::new();
        let map = match json {
            Json::Null => &empty,
            Json::Object(map) => map,
            other => {
                let kind = go_json::kind(other);
                return Err(format!(
                    "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type chart.Metadata"
                ));
            }
        };
        let reader = Reader { map, owner: "Metadata" };
        let texts: [(&str, &mut String); 12] = [
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
            ("", &mut String::new()),
        ];
        for (field, target) in texts {
            if map.contains_key(field) {
                *target = reader.text(field)?;
            }
        }
        if map.contains_key("deprecated") {
            self.deprecated = reader.flag("deprecated")?;
        }
        if map.contains_key("sources") {
            self.sources = reader.texts("sources")?;
        }
        if map.contains_key("keywords") {
            self.keywords = reader.texts("keywords")?;
        }
        self.read_lists(&reader)
    }

    fn read_lists(&mut self, reader: &Reader<'_>) -> Result<(), String> {
        if let Some(Json::Object(annotations)) = reader.map.get("annotations") {
            let text = |(k, v): (&String, &Json)| {
                let text = scalar_text(v).or(matches!(v, Json::Null).then(String::new));
                text.map(|t| (k.clone(), t)).ok_or_else(|| reader.wrong(v, "annotations", "string"))
            };
            self.annotations = annotations.iter().map(text).collect::<Result<_, _>>()?;
        }
        if reader.map.contains_key("maintainers") {
            let items = reader.list("maintainers", "[]*chart.Maintainer")?;
            self.maintainers = items.iter().map(maintainer).collect::<Result<_, _>>()?;
        }
        if reader.map.contains_key("dependencies") {
            let items = reader.list("dependencies", "[]*chart.Dependency")?;
            self.dependencies = items.iter().map(dependency).collect::<Result<_, _>>()?;
        }
        Ok(())
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
        let mut seen = std::collections::BTreeSet::new();
        for dependency in &mut self.dependencies {
            dependency.name = sanitize(&dependency.name);
            let alias_fits =
                dependency.alias.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
            if !alias_fits {
                let name = ordain_gostd::quote(&dependency.name);
                return fail(format!("dependency {name} has disallowed characters in the alias"));
            }
            let key = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if !seen.insert(key.clone()) {
                let key = ordain_gostd::quote(key);
                return fail(format!("more than one dependency with name or alias {key}"));
            }
        }
        Ok(())
    }
}

fn maintainer(json: &Json) -> Result<Maintainer, String> {
    let Json::Object(map) = json else {
        return Err("validation: maintainers must not contain empty or null nodes".into());
    };
    let reader = Reader { map, owner: "Maintainer" };
    Ok(Maintainer { name: reader.text("name")?, email: reader.text("email")?, url: reader.text("url")? })
}

fn dependency(json: &Json) -> Result<Dependency, String> {
    let Json::Object(map) = json else {
        return Err("validation: dependencies must not contain empty or null nodes".into());
    };
    let reader = Reader { map, owner: "Dependency" };
    let imports = reader.list("import-values", "[]interface {}")?;
    Ok(Dependency {
        name: reader.text("name")?,
        version: reader.text("version")?,
        repository: reader.text("repository")?,
        condition: reader.text("condition")?,
        tags: reader.texts("tags")?,
        enabled: reader.flag("enabled")?,
        import_values: imports.iter().cloned().map(Data::from_json).collect(),
        alias: reader.text("alias")?,
    })
}

/// Blanks become spaces, what cannot be printed goes.
fn sanitize(text: &str) -> String {
    let kept = text
        .chars()
        .filter_map(|c| if c.is_whitespace() { Some(' ') } else { ordain_gostd::is_print(c).then_some(c) });
    kept.collect()
}
