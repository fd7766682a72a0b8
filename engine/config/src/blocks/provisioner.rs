//! `provisioner` and `connection`

use std::sync::Arc;

use ordain_diag::Span;
use ordain_lang::ast::Body;

/// `when`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// After creation.
    #[default]
    Create,
    /// Before destruction.
    Destroy,
}

/// `on_failure`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// The step fails; a created object is tainted.
    #[default]
    Fail,
    /// Goes on.
    Continue,
}

/// A provisioner of a resource.
#[derive(Clone, Debug)]
pub struct Provisioner {
    /// `local-exec`, `remote-exec` or `file`.
    pub kind: Arc<str>,
    /// `when`
    pub when: When,
    /// `on_failure`
    pub on_failure: OnFailure,
    /// Its own arguments beside `when`, `on_failure` and `connection`.
    pub body: Body,
    /// Its own `connection` block; the resource's holds where there is none.
    pub connection: Option<Body>,
    /// Type and labels.
    pub header: Span,
}

impl Provisioner {
    /// Names in the body that are not the provisioner's own.
    pub const META: &[&str] = &["when", "on_failure", "connection", "lifecycle"];
}
