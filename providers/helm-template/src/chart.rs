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
pub(crate) use load::yaml;
pub use load::{any as read_yaml, values as read_values};
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
    /// `Chart.lock`, as a release keeps it.
    pub lock: Option<serde_json::Value>,
    /// Everything else but sub-charts.
    pub files: Vec<File>,
    /// Charts below `charts/`.
    pub dependencies: Vec<Chart>,
    /// Where the paths of its sub-charts begin.
    pub(crate) parentage: Parentage,
}

/// What sub-charts take for their parent. Helm copies a declared sub-chart to give it its alias; what lies within goes on
/// pointing at the original until the copy declares dependencies of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Parentage {
    /// The chart as it was read.
    #[default]
    Own,
    /// A copy; its sub-charts point at the original of this name.
    Original(String),
    /// A copy that its sub-charts point at.
    Copy(String),
}

/// Where a chart stands among its parents.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Where its own files are.
    pub(crate) path: String,
    /// The path of the chart that was read, which copies leave behind.
    original: String,
}

impl Place {
    pub(crate) fn root(chart: &Chart) -> Self {
        Self { path: chart.name().to_owned(), original: chart.name().to_owned() }
    }

    /// The place of a sub-chart of `chart`, which stands here.
    pub(crate) fn of(&self, chart: &Chart, child: &Chart) -> Self {
        let above = match &chart.parentage {
            Parentage::Original(_) => &self.original,
            Parentage::Own | Parentage::Copy(_) => &self.path,
        };
        let path = format!("{above}/charts/{}", child.name());
        let original = match &child.parentage {
            Parentage::Own => path.clone(),
            Parentage::Original(name) | Parentage::Copy(name) => format!("{}/charts/{name}", self.original),
        };
        Self { path, original }
    }
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

    /// The chart with its dependencies processed for these values: those that are off are gone, the others have their
    /// aliases, and what they export is among the values.
    ///
    /// # Errors
    /// Values of the wrong shape.
    pub fn processed(&self, values: &Table) -> Result<Self, String> {
        let mut chart = self.clone();
        crate::dependencies::process(&mut chart, values)?;
        Ok(chart)
    }

    /// Names of charts that `Chart.yaml` demands and `charts/` does not hold.
    #[must_use]
    pub fn missing_dependencies(&self) -> Vec<&str> {
        crate::dependencies::missing(self)
    }
}
