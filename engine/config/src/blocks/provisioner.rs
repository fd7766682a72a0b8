//! `provisioner` and `connection`

use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::{Attribute, Block, Body, ExprKind, Traversal};

use ordain_lang::refs::{body_references, references};

use crate::fields::{Fields, bad_argument, bad_block, only_block, schema};
use crate::{Reference, Subject};

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
    /// Reads a `provisioner` block.
    pub(crate) fn decode(block: &Block, found: &mut Diagnostics) -> Option<Provisioner> {
        let label = block.labels.first()?;
        let kind = label.text.clone();
        if let "chef" | "habitat" | "puppet" | "salt-masterless" = &*kind {
            let detail = format!(
                "The \"{kind}\" provisioner was deprecated in Terraform 0.13.4 has been removed from Terraform. Visit https://learn.hashicorp.com/collections/terraform/provision for alternatives to using provisioners that are a better fit for the Terraform workflow."
            );
            found.push(bad_block(format!("The \"{kind}\" provisioner has been removed"), detail, label.span));
            return None;
        }
        let schema = schema(&[], &["when", "on_failure"], &[("connection", &[]), ("lifecycle", &[])]);
        let (mut fields, body) = Fields::some(&block.body, &schema, found);
        let when = match keyword(fields.take("when"), "when", &["create", "destroy"], found).as_deref() {
            Some("destroy") => When::Destroy,
            _ => When::Create,
        };
        let on_failure = keyword(fields.take("on_failure"), "on_failure", &["continue", "fail"], found);
        let on_failure = match on_failure.as_deref() {
            Some("continue") => OnFailure::Continue,
            _ => OnFailure::Fail,
        };
        if let Some(lifecycle) = fields.blocks.iter().find(|inner| &*inner.block_type.text == "lifecycle") {
            let detail =
                "The block type name \"lifecycle\" is reserved for use by Terraform in a future version.";
            found.push(bad_block("Reserved block type name in provisioner block", detail, lifecycle.header));
        }
        let connection = only_block(&fields.blocks, "connection", "provisioner", found);
        let connection = connection.map(|inner| inner.body.clone());
        if when == When::Destroy {
            connection.iter().chain([&body]).for_each(|body| only_itself(body, found));
        }
        Some(Provisioner { kind: kind.to_arc(), when, on_failure, body, connection, header: block.header })
    }
}

/// Refuses whatever a body of a destroy-time provisioner, or of its connection, names beside its own object.
pub(crate) fn only_itself(body: &Body, found: &mut Diagnostics) {
    match body {
        // What is wrong with a reference is shown at the whole argument.
        Body::Native(native) => native.attributes.iter().for_each(|attribute| {
            let span = attribute.expr.span;
            references(&attribute.expr).iter().for_each(|named| refuse_outside(named, span, found));
        }),
        _ => body_references(body).iter().for_each(|named| refuse_outside(named, named.span(), found)),
    }
}

/// A word out of a few; quoted words are an old habit that is warned about.
fn keyword(
    attribute: Option<Attribute>,
    name: &str,
    words: &[&str],
    found: &mut Diagnostics,
) -> Option<String> {
    let attribute = attribute?;
    let quoted = matches!(attribute.expr.kind, ExprKind::String(_));
    if quoted {
        let detail = "In this context, keywords are expected literally rather than in quotes. Terraform 0.11 and earlier required quotes, but quoted keywords are now deprecated and will be removed in a future version of Terraform. Remove the quotes surrounding this keyword to silence this warning.";
        let code = codes::config::INVALID_ARGUMENT;
        found.push(
            Diagnostic::warning(code, "Quoted keywords are deprecated", detail)
                .with_span(attribute.expr.span),
        );
    }
    // A heredoc ends with a line break, which counts for nothing here.
    let word = if quoted { attribute.expr.as_text().map(str::trim) } else { attribute.expr.keyword() };
    if let Some(word) = word.filter(|word| words.contains(word)) {
        return Some(word.to_owned());
    }
    let detail =
        format!("The \"{name}\" argument requires one of the following keywords: {}.", words.join(" or "));
    found.push(bad_argument(format!("Invalid \"{name}\" keyword"), detail, attribute.expr.span));
    None
}

/// A destroy-time provisioner sees nothing but its own object.
fn refuse_outside(traversal: &Traversal, span: Span, found: &mut Diagnostics) {
    let allowed = match Reference::parse(traversal) {
        Ok(reference) => match reference.subject {
            Subject::SelfObject
            | Subject::CountIndex
            | Subject::EachKey
            | Subject::Path(_)
            | Subject::Terraform(_) => true,
            Subject::EachValue
            | Subject::Variable(_)
            | Subject::Local(_)
            | Subject::Resource(..)
            | Subject::Module(..) => false,
        },
        // What is no reference is told as one to something else.
        Err(_) => false,
    };
    if !allowed {
        let detail = "Destroy-time provisioners and their connection configurations may only reference attributes of the related resource, via 'self', 'count.index', or 'each.key'.\n\nReferences to other resources during the destroy phase can cause dependency cycles and interact poorly with create_before_destroy.";
        found.push(bad_argument("Invalid reference from destroy provisioner", detail, span));
    }
}
