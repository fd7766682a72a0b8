//! The world as functions see it at the moment of the evaluation: while planning, what the clock or chance
//! would decide is not known yet, and the time of the plan is the same for all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ordain_lang::{World, WorldError};

use crate::{Input, Mode};

/// The input with its world seen from the moment of the evaluation.
pub(crate) fn at_its_moment(mut input: Input) -> Input {
    let defers = matches!(input.mode, Mode::Plan | Mode::Validate);
    let planned = match input.mode {
        Mode::Validate => None,
        _ => ordain_lang::functions::unix_nanos(&input.timestamp),
    };
    input.world = Arc::new(Moment { world: input.world, defers, planned });
    input
}

struct Moment {
    world: Arc<dyn World>,
    defers: bool,
    planned: Option<i128>,
}

impl World for Moment {
    fn read(&self, path: &Path) -> Result<Vec<u8>, WorldError> {
        self.world.read(path)
    }

    fn file_exists(&self, path: &Path) -> Result<bool, WorldError> {
        self.world.file_exists(path)
    }

    fn walk(&self, directory: &Path) -> Result<Vec<String>, WorldError> {
        self.world.walk(directory)
    }

    fn home(&self) -> Option<PathBuf> {
        self.world.home()
    }

    fn current_dir(&self) -> PathBuf {
        self.world.current_dir()
    }

    fn started_in(&self) -> PathBuf {
        self.world.started_in()
    }

    fn now(&self) -> i128 {
        self.world.now()
    }

    fn random(&self, bytes: &mut [u8]) {
        self.world.random(bytes);
    }

    fn defers(&self) -> bool {
        self.defers
    }

    fn planned_at(&self) -> Option<i128> {
        self.planned
    }
}
