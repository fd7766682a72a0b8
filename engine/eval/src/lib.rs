//! The one evaluator: module tree and answers to desired instances.
//!
//! A synchronous state machine: [`Evaluator::step`] hands out what can be worked on now, the caller
//! answers with [`Evaluator::resolve`]. Planning answers with planned values, applying with final ones;
//! console and validation use the same machine. No I/O, no callbacks, no locks, and no work that grows
//! faster than the number of blocks and instances.

mod evaluator;

mod input;
mod outcome;
mod reads;
mod wanted;

mod compile;
mod compiled;
mod connect;
mod graph;
mod ignored;

mod core;
mod step;
mod values;

mod checks;
mod decode;
mod dependencies;
mod deprecated;
mod early;
mod expand;
mod imports;
mod instance;
mod itself;
mod moment;
mod outline;
mod outputs;
mod provider_keys;
mod providers;
mod provisioners;
mod quick_hash;
mod references;
mod resources;
mod scope;
mod selection;
mod sensitive;
mod statics;
mod variables;

pub use compiled::Compiled;
pub use decode::{as_block, written_as_blocks};
pub use dependencies::{Dependencies, Named};
pub use evaluator::Evaluator;
pub use input::{Conditions, Input, Mode, VariableInput, VariableSource, VariableText};
pub use outcome::{Outcome, OutputValue};
pub use outline::{END as OUTLINE_END, Outline, OutlineKind, OutlineNode};
pub use provisioners::{connection_schema, provisioner_schema};
pub use reads::{Reads, RelevantAttribute};
pub use variables::{check_values, given_value, undeclared};
pub use wanted::{
    Answer, Asked, Objects, Progress, ReplaceTrigger, Triggering, Wanted, WantedExpansion, WantedImport,
    WantedInstance, WantedModule, WantedProvider, WantedResource,
};
