//! `ordain policy …`

pub mod check;
pub mod conftest_compat;
pub mod eval;
pub mod explain;
pub mod test;

use std::collections::BTreeMap;

use ordain_diag::Diagnostics;
use ordain_operations::repository::{Repository, policy_files};
use ordain_policy::{Bounds, Bundle};

use crate::exit::Exit;
use crate::session::Session;

/// How much an evaluation may take, by `ordain.hcl`.
pub fn bounds(session: &Session) -> (Bounds, Diagnostics) {
    ordain_operations::judging::bounds(&Repository::around(&session.workdir))
}

/// Makes a bundle of files.
type Reads = fn(BTreeMap<String, String>) -> (Option<Bundle>, Diagnostics);

/// The policies in a directory, or in `policies/` at the top of the repository; what is wrong is shown.
pub fn bundle(session: &mut Session, directory: Option<&str>, reads: Reads) -> Result<Bundle, Exit> {
    let path = match directory {
        Some(directory) => session.workdir.path(directory),
        None => Repository::around(&session.workdir).top.join("policies"),
    };
    let (files, mut found) = policy_files(&path);
    let (bounds, more) = bounds(session);
    found.append(more);
    // What files that could not be read hold is not known: that nothing decides is not said then.
    let reads = if found.has_errors() { Bundle::for_tests } else { reads };
    let bundle = found.take(reads(files)).map(|bundle| bundle.within(bounds));
    let exit = session.report(&found, &ordain_diag::Sources::new());
    bundle.ok_or(if exit == Exit::Done { Exit::Failed } else { exit })
}
