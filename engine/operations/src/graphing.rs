//! `graph`: what of the configuration needs what.

use ordain_diag::Diagnostics;
use ordain_eval::{Evaluator, Mode};
use ordain_state::State;

pub use ordain_eval::{Outline, OutlineKind, OutlineNode};

use crate::providers::Providers;
use crate::variables::Inputs;
use crate::{Project, Workdir, clock, planning};

/// The static graph of a configuration. Neither state nor any service is asked.
pub async fn outline(workdir: &Workdir, project: &Project) -> (Outline, Diagnostics) {
    let mut found = ordain_config::validate(&project.tree);
    let schemas = found.take(Providers::new(workdir.clone()).schemas(&project.tree, &State::default()).await);
    if found.has_errors() {
        return (Outline::default(), found);
    }
    let (workspace, _) = workdir.workspace();
    let mut input = planning::evaluation(workdir, project, &schemas, Inputs::new(), &workspace, clock::now());
    input.mode = Mode::Validate;
    let evaluator = found.take(Evaluator::new(input));
    (evaluator.outline(), found)
}
