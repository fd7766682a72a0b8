//! Which blob holds the state of which workspace.

/// Names of state blobs: one for the workspace `default`, a pattern for all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceNames {
    /// Blob of the workspace `default`.
    pub default: String,
    /// What stands before a workspace's name.
    pub prefix: String,
    /// What stands after it.
    pub suffix: String,
}

/// The workspace that always exists.
pub const DEFAULT_WORKSPACE: &str = "default";

impl WorkspaceNames {
    /// The blob that holds the state of a workspace.
    pub fn blob(&self, workspace: &str) -> String {
        if workspace == DEFAULT_WORKSPACE {
            self.default.clone()
        } else {
            format!("{}{workspace}{}", self.prefix, self.suffix)
        }
    }

    /// The workspace whose state a blob holds; `None` for blobs that are no state.
    pub fn workspace<'n>(&self, blob: &'n str) -> Option<&'n str> {
        if blob == self.default {
            return Some(DEFAULT_WORKSPACE);
        }
        let name = blob.strip_prefix(self.prefix.as_str())?;
        // A folder that holds no state yet is a workspace too: `NAME/`.
        let name = match self.suffix.strip_prefix('/') {
            Some(_) if name.ends_with('/') => name.strip_suffix('/')?,
            _ => name.strip_suffix(self.suffix.as_str())?,
        };
        (!name.is_empty() && !name.contains('/')).then_some(name)
    }
}
