//! A scope for tests: a list of names.

use std::path::{Path, PathBuf};

use ordain_diag::{Diagnostic, codes};
use ordain_value::Value;

use crate::ast::Traversal;
use crate::{Functions, Resolution, Scope, World, WorldError};

struct NoWorld;

impl World for NoWorld {
    fn read(&self, _: &Path) -> Result<Vec<u8>, WorldError> {
        Err(WorldError { message: "no files".into(), not_found: true })
    }
    fn file_exists(&self, _: &Path) -> Result<bool, WorldError> {
        Ok(false)
    }
    fn walk(&self, _: &Path) -> Result<Vec<String>, WorldError> {
        Ok(Vec::new())
    }
    fn home(&self) -> Option<PathBuf> {
        None
    }
    fn current_dir(&self) -> PathBuf {
        PathBuf::from("/")
    }

    fn started_in(&self) -> PathBuf {
        self.current_dir()
    }
    fn now(&self) -> i128 {
        0
    }
    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Names and their values.
pub(crate) struct Names(pub Vec<(&'static str, Value)>);

impl Scope for Names {
    fn resolve(&self, traversal: &Traversal) -> Resolution {
        match self.0.iter().find(|(name, _)| *name == &*traversal.root().text) {
            Some((_, value)) => Resolution::Found { value: value.clone(), consumed: 0 },
            None => {
                Resolution::Failed(Box::new(Diagnostic::error(codes::eval::UNDECLARED, "Undeclared", "")))
            }
        }
    }
    fn functions(&self) -> Option<&dyn Functions> {
        None
    }
    fn world(&self) -> &dyn World {
        &NoWorld
    }
}
