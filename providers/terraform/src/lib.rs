//! The built-in provider: terraform_data and terraform_remote_state.
//!
//! It reaches nothing by itself: ids, stored states and functions come from a [`Host`] that operations
//! give. Behaviour is Terraform's, as recorded from it.

mod data;
mod host;
mod provider;
mod remote_state;

pub use host::Host;
pub use provider::TerraformProvider;

#[cfg(test)]
#[path = "terraform_tests.rs"]
mod tests;
