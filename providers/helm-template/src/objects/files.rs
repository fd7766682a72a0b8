//! `.Files`: the files of a chart that are neither templates nor metadata.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_gostd::bytes::{replaced, to_text};
use serde_json::{Map as JsonMap, Value as Json};

use crate::glob::Glob;
use crate::value::{IntKind, ListKind, Value};

/// Path to content; paths are relative to the chart. Nothing outside the chart is ever in here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files(pub(crate) BTreeMap<String, Arc<[u8]>>);

impl Files {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn text(&self, path: &str) -> String {
        self.0.get(path).map_or_else(String::new, |bytes| to_text(bytes))
    }

    pub(crate) fn bytes(&self, path: &str) -> Value {
        byte_list(self.0.get(path).map_or(&[], |b| b))
    }

    pub(crate) fn pairs(&self) -> Vec<(Value, Value)> {
        self.0.iter().map(|(path, bytes)| (Value::from(path.as_str()), byte_list(bytes))).collect()
    }

    /// A pattern that cannot be read matches everything at the top, as in Helm.
    pub(crate) fn glob(&self, pattern: &str) -> Self {
        let glob = Glob::new(pattern).unwrap_or_else(|_| Glob::everything());
        let kept = self.0.iter().filter(|(path, _)| glob.matches(path));
        Self(kept.map(|(path, bytes)| (path.clone(), Arc::clone(bytes))).collect())
    }

    pub(crate) fn lines(&self, path: &str) -> Vec<String> {
        let Some(bytes) = self.0.get(path) else { return Vec::new() };
        let text = to_text(bytes);
        text.strip_suffix('\n').unwrap_or(&text).split('\n').map(str::to_owned).collect()
    }

    pub(crate) fn as_config(&self) -> String {
        self.yaml(|bytes| replaced(to_text(bytes)))
    }

    pub(crate) fn as_secrets(&self) -> String {
        self.yaml(|bytes| STANDARD.encode(bytes))
    }

    /// File name to content; of two files with one name the last path stays.
    fn yaml(&self, content: impl Fn(&[u8]) -> String) -> String {
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let map: JsonMap<String, Json> =
            self.0.iter().map(|(path, bytes)| (name(path), Json::String(content(bytes)))).collect();
        let text = ordain_yaml::to_yaml(&Json::Object(map));
        text.strip_suffix('\n').unwrap_or(&text).to_owned()
    }

    pub(crate) fn to_json(&self) -> Json {
        Json::Object(self.0.iter().map(|(k, v)| (k.clone(), Json::String(STANDARD.encode(v)))).collect())
    }
}

pub(crate) fn byte_list(bytes: &[u8]) -> Value {
    Value::typed_list(
        ListKind::Bytes,
        bytes.iter().map(|b| Value::Int(i64::from(*b), IntKind::Byte)).collect(),
    )
}
