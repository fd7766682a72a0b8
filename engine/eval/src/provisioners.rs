//! Provisioners and connections, which have schemas of their own, as far as they can be checked early.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_config::blocks::Provisioner;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_lang::ast::Body;
use ordain_lang::refs::known_references;
use ordain_provider::{Attribute, AttributeType, Block, Flags};
use ordain_value::{Type, Value};

use crate::core::Core;
use crate::decode::decode;
use crate::resources::Active;
use crate::scope::InstanceScope;

/// Arguments of a kind of provisioner; `None` for one that does not exist.
pub fn provisioner_schema(kind: &str) -> Option<Block> {
    let texts = || Type::list(Type::String);
    let rows: &[(&str, Type, bool)] = match kind {
        "local-exec" => &[
            ("command", Type::String, true),
            ("interpreter", texts(), false),
            ("working_dir", Type::String, false),
            ("environment", Type::map(Type::String), false),
            ("quiet", Type::Bool, false),
        ],
        "remote-exec" => {
            &[("inline", texts(), false), ("script", Type::String, false), ("scripts", texts(), false)]
        }
        "file" => &[
            ("source", Type::String, false),
            ("content", Type::String, false),
            ("destination", Type::String, true),
        ],
        _ => return None,
    };
    Some(block_of(rows.iter().cloned()))
}

/// Arguments of a `connection` block.
pub fn connection_schema() -> Block {
    const TEXTS: [&str; 24] = [
        "type",
        "user",
        "password",
        "port",
        "timeout",
        "script_path",
        "target_platform",
        "private_key",
        "certificate",
        "host_key",
        "agent_identity",
        "cacert",
        "proxy_scheme",
        "proxy_host",
        "proxy_port",
        "proxy_user_name",
        "proxy_user_password",
        "bastion_host",
        "bastion_host_key",
        "bastion_port",
        "bastion_user",
        "bastion_password",
        "bastion_private_key",
        "bastion_certificate",
    ];
    let texts = TEXTS.iter().map(|name| (*name, Type::String, false));
    let flags = ["agent", "insecure", "use_ntlm", "https"].iter().map(|name| (*name, Type::Bool, false));
    block_of(texts.chain(flags).chain([("host", Type::String, true)]))
}

fn block_of(rows: impl Iterator<Item = (&'static str, Type, bool)>) -> Block {
    let attribute = |(name, ty, required): (&'static str, Type, bool)| {
        let flags = Flags { required, optional: !required, ..Flags::default() };
        let attribute =
            Attribute { ty: AttributeType::Plain(ty), flags, description: String::new(), markdown: false };
        (Arc::<str>::from(name), attribute)
    };
    let attributes: BTreeMap<_, _> = rows.map(attribute).collect();
    Block { attributes, ..Block::default() }
}

impl Core {
    /// Checks provisioners and connections of a resource while validating.
    pub(crate) fn check_provisioners(&self, scope: &InstanceScope<'_>, active: &Active) -> Diagnostics {
        let own = Value::unknown(active.info.ty.clone());
        let scope = InstanceScope {
            core: scope.core,
            instance: scope.instance,
            keys: scope.keys,
            self_value: Some(&own),
        };
        let mut found = Diagnostics::new();
        for provisioner in &active.of.block.provisioners {
            let connection = provisioner.connection.as_ref().or(active.of.block.connection.as_ref());
            self.check_provisioner(&scope, provisioner, connection, &mut found);
            // As Terraform does, which stops at the first one.
            if found.has_errors() {
                break;
            }
        }
        found
    }

    fn check_provisioner(
        &self,
        scope: &InstanceScope<'_>,
        provisioner: &Provisioner,
        connection: Option<&Body>,
        found: &mut Diagnostics,
    ) {
        let Some(schema) = provisioner_schema(&provisioner.kind) else {
            let detail = format!(
                "There is no provisioner {:?}. There are local-exec, remote-exec and file.",
                provisioner.kind
            );
            let summary = "Missing required provisioner plugin";
            let problem = Diagnostic::error(codes::config::INVALID_BLOCK, summary, detail);
            found.push(problem.with_span(provisioner.header));
            return;
        };
        let value = check_body(scope, &provisioner.body, &schema, found);
        found.extend(value.and_then(|value| conflict(&provisioner.kind, &value)));
        if let Some(connection) = connection {
            check_body(scope, connection, &connection_schema(), found);
        }
    }
}

/// Arguments of which just one must be set. Findings have no place, as those of any provisioner itself.
fn conflict(kind: &str, value: &Value) -> Option<Diagnostic> {
    let names: &[&str] = match kind {
        "remote-exec" => &["inline", "script", "scripts"],
        "file" => &["source", "content"],
        _ => return None,
    };
    let set = |name: &&&str| value.get(name).is_some_and(|value| !value.is_null());
    let summary = match (kind, names.iter().filter(set).count()) {
        (_, 1) => return None,
        ("file", 0) => "Must provide one of 'source' or 'content'",
        ("file", _) => "Cannot set both 'source' and 'content'",
        _ => "Invalid remote-exec provisioner configuration",
    };
    let detail = format!("Of {} just one must be set.", names.join(", "));
    Some(Diagnostic::error(codes::config::INVALID_ARGUMENT, summary, detail))
}

fn check_body(
    scope: &InstanceScope<'_>,
    body: &Body,
    schema: &Block,
    found: &mut Diagnostics,
) -> Option<Value> {
    let problems =
        scope.check_references(&known_references(body, &|name| schema.attributes.contains_key(name)));
    if problems.has_errors() {
        found.append(problems);
        return None;
    }
    found.take(decode(body, schema, scope)).into()
}
