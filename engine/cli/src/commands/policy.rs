//! `ordain policy …`

pub mod check;
pub mod conftest_compat;
pub mod eval;
pub mod explain;
pub mod test;

use ordain_operations::repository::{Repository, policy_files};
use ordain_policy::Bundle;

use crate::exit::Exit;
use crate::session::Session;

/// The policies in a directory, or in `policies/` at the top of the repository; what is wrong is shown.
pub fn bundle(session: &mut Session, directory: Option<&str>) -> Result<Bundle, Exit> {
    let path = match directory {
        Some(directory) => session.workdir.path(directory),
        None => Repository::around(&session.workdir).top.join("policies"),
    };
    let (files, mut found) = policy_files(&path);
    let bundle = found.take(Bundle::new(files));
    let exit = session.report(&found, &ordain_diag::Sources::new());
    bundle.ok_or(if exit == Exit::Done { Exit::Failed } else { exit })
}
