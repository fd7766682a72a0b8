//! Charts: metadata, files and sub-charts.

mod archive;
mod directory;
mod ignore;
mod load;
mod metadata;

use std::sync::Arc;

use crate::data::Table;

pub use archive::ArchiveError;
pub(crate) use directory::reason;
pub use ignore::match_path;
pub use load::values as read_values;
pub(crate) use load::yaml;
pub use metadata::{Dependency, Maintainer, Metadata};

/// A file of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path inside the chart, with slashes.
    pub name: String,
    /// Content.
    pub data: Arc<[u8]>,
}

/// A chart as it was packed; sub-charts inside.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chart {
    /// `Chart.yaml` (and `requirements.yaml` of old charts).
    pub metadata: Metadata,
    /// `values.yaml`.
    pub values: Table,
    /// `values.schema.json`, unread.
    pub schema: Option<Arc<[u8]>>,
    /// Files below `templates/`.
    pub templates: Vec<File>,
    /// Everything else but sub-charts.
    pub files: Vec<File>,
    /// Charts below `charts/`.
    pub dependencies: Vec<Chart>,
}

impl Chart {
    /// The chart's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Library charts only lend their named templates.
    #[must_use]
    pub fn is_library(&self) -> bool {
        self.metadata.kind.eq_ignore_ascii_case("library")
    }

    /// Names of charts that `Chart.yaml` demands and `charts/` does not hold.
    #[must_use]
    pub fn missing_dependencies(&self) -> Vec<&str> {
        crate::dependencies::missing(self)
    }
}
