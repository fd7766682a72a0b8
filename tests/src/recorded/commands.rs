//! One recorded command: how it is called, and what is compared of it.

use serde_json::{Map, Value as Json, json};

use super::console;
use super::engine::{Engine, Outcome};
use super::mask::{Dialect, Masker};
use super::shapes;

/// Commands that change the state.
const MUTATING: [&str; 8] =
    ["apply", "destroy", "refresh", "import", "state mv", "state rm", "state push", "taint"];
/// Commands whose output is what they are for.
const SHOWING: [&str; 4] = ["output", "state list", "state show", "show"];

/// A case under way.
#[derive(Debug)]
pub struct Run {
    /// The program.
    pub engine: Engine,
    /// What differs from run to run.
    pub masker: Masker,
    /// Which corpus the case is of.
    pub dialect: Dialect,
}

impl Run {
    /// The recorded words of a step as a command line, and the plan file that it writes.
    fn words(&self, step: &Json) -> (Vec<String>, Option<String>) {
        let text = |key: &str| step.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let own = step.get("args").and_then(Json::as_array).into_iter().flatten();
        let own: Vec<String> = own.filter_map(|word| word.as_str().map(str::to_owned)).collect();
        let mut words: Vec<String> = text("cmd").split(' ').map(str::to_owned).collect();
        let mut say = |more: &[&str]| words.extend(more.iter().map(|word| (*word).to_owned()));
        let mut file = None;
        match text("cmd").as_str() {
            "init" | "refresh" | "import" => say(&["-input=false", "-no-color"]),
            "plan" => {
                let name = Some(text("out")).filter(|name| !name.is_empty());
                let name = name.unwrap_or_else(|| "default.tfplan".to_owned());
                let _absent = std::fs::remove_file(self.engine.work.join(&name));
                say(&["-input=false", "-no-color", &format!("-out={name}")]);
                file = Some(name);
            }
            "apply" | "destroy" if !text("plan").is_empty() => say(&["-input=false", "-no-color"]),
            "apply" | "destroy" => say(&["-input=false", "-no-color", "-auto-approve"]),
            "validate" if self.dialect == Dialect::Azure => say(&["-json"]),
            _ => {}
        }
        words.extend(own);
        words.extend(Some(text("plan")).filter(|plan| !plan.is_empty()));
        (words, file)
    }

    /// Runs a step's command; what came of it in the shape of a recording, and the end of what it said.
    pub fn command(&mut self, step: &Json) -> (Map<String, Json>, String) {
        let (words, file) = self.words(step);
        let command = step["cmd"].as_str().unwrap_or_default();
        let outcome = self.engine.run(&words, &step["env"]);
        let mut got = Map::new();
        got.insert("exit".to_owned(), json!(outcome.exit));
        self.findings(command, &outcome, &mut got);
        let well = matches!(outcome.exit, 0 | 2);
        if matches!(command, "plan" | "apply" | "destroy") && well {
            got.extend(console::summary(&outcome.out).map(|summary| ("summary".to_owned(), summary)));
        }
        if let (Some(file), true) = (file, well) {
            let plan = self.plan(&file);
            got.insert("plan".to_owned(), plan);
        }
        if MUTATING.contains(&command) {
            let state = self.engine.state();
            if self.dialect == Dialect::Azure {
                self.masker.meet(&shapes::state_ids(&state));
            }
            got.insert("state".to_owned(), self.masker.document(&shapes::state(&state)));
        }
        if step["order"] == json!(true) {
            got.insert("order".to_owned(), json!(console::operations(&outcome.out)));
        }
        if SHOWING.contains(&command) {
            self.shown(&words, &outcome, &mut got);
        }
        let said = if outcome.err.trim().is_empty() { &outcome.out } else { &outcome.err };
        let said: Vec<&str> = said.split_whitespace().collect();
        let said = said.join(" ");
        let cut = said.char_indices().rev().nth(400).map_or(0, |(at, _)| at);
        (got, said.get(cut..).unwrap_or_default().to_owned())
    }

    fn plan(&mut self, file: &str) -> Json {
        let shown = self.engine.run(&["show", "-json", file].map(str::to_owned), &Json::Null);
        let Ok(document) = serde_json::from_str(&shown.out) else {
            return json!({"error": format!("show -json: exit {}, not JSON", shown.exit)});
        };
        let mut plan = shapes::plan(&document);
        if self.dialect == Dialect::Azure {
            self.masker.meet(&shapes::plan_ids(&document));
        }
        plan = self.masker.document(&plan);
        if let (Dialect::Cluster, Some(members)) = (self.dialect, plan.as_object_mut()) {
            members.remove("variables");
        }
        plan
    }

    /// Errors and warnings.
    fn findings(&mut self, command: &str, outcome: &Outcome, got: &mut Map<String, Json>) {
        if command == "init" {
            return;
        }
        let azure = self.dialect == Dialect::Azure;
        let document: Json = serde_json::from_str(&outcome.out).unwrap_or(Json::Null);
        let (errors, mut warnings) = match document.get("diagnostics").and_then(Json::as_array) {
            Some(found) if azure && command == "validate" => {
                got.insert("valid".to_owned(), document["valid"].clone());
                let of = |severity: &str| -> Vec<String> {
                    let found = found.iter().filter(|one| one["severity"] == severity);
                    found.filter_map(|one| one["summary"].as_str()).map(first_paragraph).collect()
                };
                (of("error"), of("warning"))
            }
            _ => {
                let both = if azure && SHOWING.contains(&command) {
                    outcome.err.clone()
                } else {
                    format!("{}\n{}", outcome.err, outcome.out)
                };
                console::summaries(&both, azure)
            }
        };
        warnings.dedup();
        for (key, found) in [("errors", errors), ("warnings", warnings)] {
            let mut found: Vec<String> = found.iter().map(|summary| self.masker.text(summary)).collect();
            found.sort();
            if !found.is_empty() {
                got.insert(key.to_owned(), json!(found));
            }
        }
    }

    /// What a command that shows something showed.
    fn shown(&mut self, words: &[String], outcome: &Outcome, got: &mut Map<String, Json>) {
        let azure = self.dialect == Dialect::Azure;
        let document: Option<Json> = serde_json::from_str(&outcome.out).ok();
        let asked = words.iter().any(|word| word == "-json");
        if let (Some(document), true) = (&document, asked || !azure) {
            let document = match words.first().map(String::as_str) {
                Some("show") if document.get("resource_changes").is_some() => shapes::plan(document),
                Some("show") => shapes::shown_state(document),
                _ => document.clone(),
            };
            got.insert("json".to_owned(), self.masker.document(&document));
        } else if azure && asked {
            got.insert("json".to_owned(), Json::Null);
        } else if !azure || outcome.exit == 0 {
            let bare = if azure { console::bare(&outcome.out) } else { outcome.out.clone() };
            let text = self.masker.text(bare.trim());
            got.insert("stdout".to_owned(), json!(text));
        }
    }
}

/// The first paragraph of a text on one line.
pub fn first_paragraph(text: &str) -> String {
    let first = text.trim().split("\n\n").next().unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}
