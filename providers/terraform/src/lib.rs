//! The built-in provider: terraform_data and terraform_remote_state.
