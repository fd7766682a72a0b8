//! The table of stable codes, one module an area; a code never changes its meaning.
//!
//! Adding one: a row in the area's file, and `explained/CODE.md`. The name of the constant is the meaning, the
//! code is what users search for; `ordain explain-error CODE` prints both texts.

use crate::Code;

pub mod apply;
pub mod approval;
pub mod azure;
pub mod cli;
pub mod config;
pub mod eval;
pub mod http;
pub mod install;
pub mod lang;
pub mod plan;
pub mod policy;
pub mod provider;
pub mod state;

/// Every code of every area.
pub fn all() -> impl Iterator<Item = Code> {
    [
        lang::ALL,
        config::ALL,
        eval::ALL,
        provider::ALL,
        plan::ALL,
        apply::ALL,
        state::ALL,
        policy::ALL,
        approval::ALL,
        cli::ALL,
        http::ALL,
        install::ALL,
        azure::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}
