//! Plan digest, decisions and signed approvals to a verdict; only maker of a permit.
//!
//! Everything is verified offline and from values: keys, rules and the present time come in as arguments.

mod approval;
mod judge;
mod permit;
mod rules;
mod signers;
mod times;
mod verify;

pub use approval::{Approval, NAMESPACE, Proof, SignError, Statement, new_key, sign};
pub use judge::{Case, Current, Verdict, judge};
pub use permit::Permit;
pub use rules::{Environment, Rules};
pub use signers::{AllowedSigners, Revocations, Signer};
pub use verify::{Against, Verified, verify};
