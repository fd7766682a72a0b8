//! Charts to manifests: Go templates with Sprig's and Helm's functions.
//!
//! [`render`] turns a [`Chart`] and values into documents, hooks and notes exactly as Helm 3.18 does, within bounds on
//! work, memory and recursion, and without reading anything but the chart. Cluster objects, the clock and random numbers
//! come in through [`Outside`].

mod capabilities;
mod chart;
mod command;
mod data;
mod dependencies;
mod functions;
mod glob;
mod go_json;
mod limits;
mod lint;
mod manifest;
mod objects;
mod outside;
mod render;
mod schema;
mod scope;
mod semver;
mod set;
mod tables;
mod template;
mod value;

pub use capabilities::default_capabilities;
pub use chart::{ArchiveError, Chart, Dependency, File, Maintainer, Metadata};
pub use chart::{match_path, read_values, read_yaml};
pub use command::{CommandOutput, check_release_name, render_chart_command};
pub use data::{Data, Table};
pub use lint::lint;
pub use manifest::{Hook, INSTALL_ORDER, Manifest, UNINSTALL_ORDER, kind_rank, split_documents};
pub use outside::{Detached, Outside};
pub use render::{Capabilities, ReleaseInfo, RenderError, RenderOptions, Rendered, render};
pub use semver::{Constraints, Version, is_compatible};
pub use set::{SetKind, set_into};
pub use tables::{coalesce as coalesce_values, overlay as overlay_values, tables as coalesce_tables};
